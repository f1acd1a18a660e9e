//! Topics of talks: who wants what, and what an option asks for.
//!
//! From one table of stances follow the demands, the willingness to ask, the objections of others and the content of a
//! vote (`docs/model.md` section 5).

use super::place::Place;
use crate::data::{Files, Row, Table, did_you_mean, is_identifier};
use crate::error::{Fault, Faults};
use crate::sorted::{SortedMap, SortedSet};

/// Actor whose stances hold for parties without stances of their own.
pub const OTHERS: &str = "OTHERS";
/// Strongest stance.
const MOST_STANCE: f64 = 2.0;

/// Stances of actors on topics, menus of options, gains of parties.
#[derive(Debug, Clone, Default)]
pub struct Topics {
    /// Topics, sorted.
    pub topics: Vec<String>,
    /// Actors, sorted.
    pub actors: Vec<String>,
    /// From -2 (cannot accept) to 2 (wants it), `[actor][topic]`.
    pub(super) stances: Vec<Vec<f64>>,
    /// Provisions that a topic turns, each `[topic]`.
    pub(super) provisions: Vec<Vec<String>>,
    /// Provisions that the classes have, `CLASS:PROVISION`; absent = not known, so that all count.
    pub(super) on: Option<SortedSet<String>>,
    /// Where these stand.
    pub(super) places: Vec<Place>,
    /// How much of each topic an option asks for, 0 to 1, by menu.
    pub(super) menus: SortedMap<String, Vec<f64>>,
    /// What an option does to a party, by option and party.
    pub(super) gains: SortedMap<(String, String), Gains>,
    /// First row of each menu, and the row of each gain.
    pub(super) menu_places: SortedMap<String, Place>,
    pub(super) gain_places: SortedMap<(String, String), Place>,
}

/// What an option does to a party.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Gains {
    /// Real income, percent.
    pub pct: f64,
    /// Persons whose jobs go in the sectors that shrink.
    pub jobs_given_up: f64,
}

impl Topics {
    /// Position of an actor; of a party without stances that of [`OTHERS`].
    #[must_use]
    pub fn actor(&self, name: &str) -> Option<usize> {
        let find = |name: &str| self.actors.iter().position(|one| one == name);
        find(name).or_else(|| find(OTHERS))
    }

    /// Stances of an actor, `[topic]`.
    pub(super) fn of(&self, actor: usize) -> &[f64] {
        &self.stances[actor]
    }

    /// Share of what an actor wants that `asked`, `[topic]`, holds.
    pub(super) fn wanted_share(&self, actor: usize, asked: &[f64]) -> f64 {
        let wanted = |stance: f64| stance.max(0.0);
        let all: f64 = self.of(actor).iter().map(|&stance| wanted(stance)).sum();
        let got: f64 = self.of(actor).iter().zip(asked).map(|(&stance, asked)| asked * wanted(stance)).sum();
        if all > 0.0 { got / all } else { 0.0 }
    }
}

/// Reads `stances.csv`, `menus.csv` and, where it is there, `gains.csv` of a folder.
pub(super) fn read_topics(files: &Files, faults: &mut Faults) -> Topics {
    let mut topics = Topics::default();
    stances(files, &mut topics, faults);
    titles(files, &mut topics, faults);
    menus(files, &mut topics, faults);
    gains(files, &mut topics, faults);
    topics
}

fn table(files: &Files, name: &str, columns: &[&str], faults: &mut Faults) -> Option<Table> {
    match files.read(name) {
        Ok(text) => Table::parse(&files.display(name), &text, columns, &["source", "mark"], faults),
        Err(fault) => {
            faults.push(fault);
            None
        }
    }
}

fn stances(files: &Files, topics: &mut Topics, faults: &mut Faults) {
    let Some(table) = table(files, "stances.csv", &["topic", "actor", "stance"], faults) else { return };
    let mut cells: SortedMap<(String, String), f64> = SortedMap::new();
    for row in table.rows() {
        let expected = format!("a stance from -{MOST_STANCE} to {MOST_STANCE}");
        let stance = row.number("stance", &expected, |one| one.abs() <= MOST_STANCE, faults);
        let key = (row.text("topic").to_owned(), row.text("actor").to_owned());
        for (column, name) in [("topic", &key.0), ("actor", &key.1)] {
            if !is_identifier(name) {
                faults.push(row.fault(column, crate::data::IDENTIFIER, "Correct the name."));
            }
        }
        stance.into_iter().for_each(|stance| _ = cells.insert(key.clone(), stance));
    }
    table.each_once("topic,actor", "topic and actor", faults);
    let mut names: Vec<String> = cells.keys().map(|key| key.0.clone()).collect();
    names.dedup();
    let mut actors: Vec<String> = cells.keys().map(|key| key.1.clone()).collect();
    actors.sort();
    actors.dedup();
    for row in table.rows() {
        let lacks = |actor: &&String| !cells.contains_key(&(row.text("topic").to_owned(), (*actor).clone()));
        if let Some(actor) = actors.iter().find(lacks) {
            let expected = format!("a stance of every actor on every topic; {actor} lacks one");
            faults.push(row.fault("topic", &expected, "Add the row; no stance is 0."));
            break;
        }
    }
    let stance = |topic: &String, actor: &String| cells.get(&(topic.clone(), actor.clone())).copied();
    topics.stances = actors
        .iter()
        .map(|actor| names.iter().map(|topic| stance(topic, actor).unwrap_or(0.0)).collect())
        .collect();
    (topics.topics, topics.actors) = (names, actors);
}

/// Checks `topics.csv`, where it is there: what each topic means, and the provisions that it turns.
fn titles(files: &Files, topics: &mut Topics, faults: &mut Faults) {
    const FILE: &str = "topics.csv";
    topics.provisions = vec![Vec::new(); topics.topics.len()];
    topics.places = vec![Place::default(); topics.topics.len()];
    if matches!(files.read_optional(FILE), Ok(None)) {
        return;
    }
    let Some(table) = table(files, FILE, &["topic", "title", "provisions"], faults) else { return };
    table.each_once("topic", "topic", faults);
    let file = files.display(FILE).into();
    for row in table.rows() {
        let Some(at) = topics.topics.iter().position(|topic| topic == row.text("topic")) else {
            faults.push(unknown_topic(&row, topics));
            continue;
        };
        let names = row.text("provisions").split(';').filter(|name| !name.is_empty());
        topics.provisions[at] = names.map(str::to_owned).collect();
        topics.places[at] = Place::of_row(&file, row.line);
    }
    for topic in topics.topics.iter().filter(|topic| !table.rows().any(|row| row.text("topic") == *topic)) {
        faults.push(Fault {
            file: files.display(FILE),
            line: None,
            field: "topic".into(),
            found: format!("no row for {topic}"),
            expected: "a row for every topic of stances.csv".into(),
            remedy: "Add it.".into(),
        });
    }
}

fn menus(files: &Files, topics: &mut Topics, faults: &mut Faults) {
    const FILE: &str = "menus.csv";
    let Some(table) = table(files, FILE, &["menu", "topic", "asked_share"], faults) else { return };
    table.each_once("menu,topic", "menu and topic", faults);
    let file = files.display(FILE).into();
    for row in table.rows() {
        let share =
            row.number("asked_share", "a share from 0 to 1", |one| (0.0..=1.0).contains(&one), faults);
        let Some(at) = topics.topics.iter().position(|topic| topic == row.text("topic")) else {
            faults.push(unknown_topic(&row, topics));
            continue;
        };
        if !is_identifier(row.text("menu")) {
            faults.push(row.fault("menu", crate::data::IDENTIFIER, "Correct the name."));
        }
        let place = || Place::of_row(&file, row.line);
        topics.menu_places.entry(row.text("menu").to_owned()).or_insert_with(place);
        let n = topics.topics.len();
        let menu = topics.menus.entry(row.text("menu").to_owned()).or_insert_with(|| vec![0.0; n]);
        menu[at] = share.unwrap_or(0.0);
    }
}

fn gains(files: &Files, topics: &mut Topics, faults: &mut Faults) {
    const FILE: &str = "gains.csv";
    if matches!(files.read_optional(FILE), Ok(None)) {
        return;
    }
    let Some(table) = table(files, FILE, &["option", "party", "gain_pct", "jobs_given_up"], faults) else {
        return;
    };
    table.each_once("option,party", "option and party", faults);
    let file = files.display(FILE).into();
    for row in table.rows() {
        let gain =
            row.number("gain_pct", "percent from -100 to 100", |one| (-100.0..=100.0).contains(&one), faults);
        let expected = "persons from 0 to a billion";
        let jobs = row.number("jobs_given_up", expected, |jobs| (0.0..=1e9).contains(&jobs), faults);
        let key = (row.text("option").to_owned(), row.text("party").to_owned());
        let found = Gains { pct: gain.unwrap_or(0.0), jobs_given_up: jobs.unwrap_or(0.0) };
        topics.gain_places.insert(key.clone(), Place::of_row(&file, row.line));
        topics.gains.insert(key, found);
    }
}

fn unknown_topic(row: &Row<'_>, topics: &Topics) -> Fault {
    let known = topics.topics.iter().map(String::as_str);
    let remedy = did_you_mean(row.text("topic"), known, "Correct the name, or add its stances.");
    row.fault("topic", "a topic of stances.csv", &remedy)
}
