//! Names of the tables of topics to which something else must lead: menus that some option asks, options and parties with
//! gains. The tables serve all options of a folder, so that no option alone can tell.

use std::sync::Arc;

use toml::de::DeValue;

use super::effect::Effect;
use super::known::Tables;
use super::levels::Reading;
use super::place::Place;
use super::sample::is_inside;
use super::spec::OptionSpec;
use super::topics::Topics;
use crate::data::{Files, TomlText, did_you_mean};
use crate::error::{Fault, Faults};
use crate::sorted::SortedSet;

/// Faults of the tables of topics of these options, each table once; `options` are those of the folder.
pub(super) fn unknown_in_topics<'s>(
    (files, options): (&Files, &[String]),
    specs: impl Iterator<Item = &'s OptionSpec>,
    tables: Option<&Tables<'_>>,
) -> Faults {
    let mut seen: Vec<&Arc<Topics>> = Vec::new();
    for topics in specs.filter_map(|spec| spec.topic_tables.as_ref()) {
        if !seen.iter().any(|known| known.is_from(topics)) {
            seen.push(topics);
        }
    }
    let mut faults = Faults::new();
    if seen.is_empty() {
        return faults;
    }
    // What a result depends on is not what is looked up here: it stays out of the log.
    let files = files.unlogged();
    let menus = menus_of(&files, options);
    for topics in seen {
        if let Some(menus) = &menus {
            faults.extend(unknown_menus(topics, menus));
        }
        faults.extend(unknown_gains(topics, options, tables));
    }
    faults
}

impl Topics {
    /// True if both are from the same folder.
    fn is_from(&self, other: &Self) -> bool {
        let file = |topics: &Self| topics.menu_places.values().next().map(|place| Arc::clone(&place.file));
        file(self) == file(other)
    }
}

fn unknown_menus(topics: &Topics, menus: &SortedSet<String>) -> Faults {
    let unknown = topics.menu_places.iter().filter(|(menu, _)| !menus.contains(menu.as_str()));
    in_order(unknown.map(|(menu, place)| {
        let words = ("menu", "a menu that an option of the folder asks, offers, writes or reads");
        fault(place, words, menu, menus.iter().map(String::as_str))
    }))
}

/// Options that the folder does not have, and parties that nobody knows; each name where it stands first.
fn unknown_gains(topics: &Topics, options: &[String], tables: Option<&Tables<'_>>) -> Faults {
    let mut rows: Vec<_> = topics.gain_places.iter().collect();
    rows.sort_by_key(|(_, place)| place.line);
    let (mut told, mut faults) = (SortedSet::new(), Vec::new());
    for ((option, party), place) in rows {
        if !options.contains(option) && told.insert(("option", option)) {
            let words = ("option", "an option of the folder");
            faults.push(fault(place, words, option, options.iter().map(String::as_str)));
        }
        if let Some(tables) = tables.filter(|tables| !tables.is_unread)
            && !tables.parties.contains(party.as_str())
            && told.insert(("party", party))
        {
            let words = ("party", "a country of countries.csv or a party of policy/tables/memberships.csv");
            faults.push(fault(place, words, party, tables.parties.iter().copied()));
        }
    }
    in_order(faults.into_iter())
}

fn fault<'n>(
    place: &Place,
    (field, expected): (&str, &str),
    found: &str,
    known: impl Iterator<Item = &'n str>,
) -> Fault {
    Fault {
        file: place.file.to_string(),
        line: Some(place.line),
        field: field.into(),
        found: if found.is_empty() { "empty".into() } else { found.into() },
        expected: expected.into(),
        remedy: did_you_mean(found, known, "Correct the name, or delete its rows."),
    }
}

fn in_order(faults: impl Iterator<Item = Fault>) -> Faults {
    let mut sorted: Vec<Fault> = faults.collect();
    sorted.sort_by_key(|fault| fault.line);
    let mut faults = Faults::new();
    sorted.into_iter().for_each(|fault| faults.push(fault));
    faults
}

/// Menus that the options of a folder name, with all that they include. None where one of them cannot be read: that is a
/// fault of its own, or of an option that nobody asked for.
fn menus_of(files: &Files, options: &[String]) -> Option<SortedSet<String>> {
    let (mut open, mut seen) = (options.to_vec(), SortedSet::new());
    let mut menus = SortedSet::new();
    while let Some(id) = open.pop() {
        if !seen.insert(id.clone()) || !is_inside(&id) {
            continue;
        }
        let text = files.read_optional(&format!("{id}.toml")).ok()?;
        let Some(text) = text else { continue };
        let toml = TomlText::parse(&text).ok()?;
        for (key, value) in toml.table().iter() {
            let is_include = key.get_ref() == "include";
            each_text(value.get_ref(), &mut |text| {
                if is_include {
                    open.push(text.to_owned());
                }
                menus.extend(menu_of(text));
            });
        }
    }
    Some(menus)
}

/// The menu that an effect or a reading names.
fn menu_of(text: &str) -> Option<String> {
    match (Effect::parse(text), Reading::parse(text)) {
        (Some(Effect::Ask(menu, _) | Effect::Offer(menu, _) | Effect::Text(_, menu)), _) => Some(menu),
        (_, Reading::Menu(menu, _)) => Some(menu.to_owned()),
        _ => None,
    }
}

fn each_text(value: &DeValue<'_>, use_text: &mut impl FnMut(&str)) {
    match value {
        DeValue::String(text) => use_text(text),
        DeValue::Array(items) => items.iter().for_each(|item| each_text(item.get_ref(), use_text)),
        DeValue::Table(table) => table.iter().for_each(|(_, inner)| each_text(inner.get_ref(), use_text)),
        _ => {}
    }
}
