//! Names of an option that only the policy tables and the data can show to be known: agreements and parties.

use super::effect::Effect;
use super::levels::Reading;
use super::place::{Key, Place};
use super::spec::OptionSpec;
use super::topics::{OTHERS, Topics};
use crate::error::{Fault, Faults};
use crate::policy::{MeasureKind, PolicyBook, PolicyTimeline};
use crate::sorted::SortedSet;

/// What the policy tables and the data know.
#[derive(Debug, Clone, Default)]
pub struct Tables<'a> {
    /// Agreements of `policy/agreements.csv`.
    pub agreements: SortedSet<&'a str>,
    /// Countries of the data, and members of agreements.
    pub parties: SortedSet<&'a str>,
    /// Who is a member when.
    pub memberships: Option<&'a PolicyTimeline>,
    /// Duty lists, changes of barriers and trends that effects can turn on; absent = not checked.
    pub measures: Option<SortedSet<(MeasureKind, &'a str)>>,
    /// Provisions that the classes have, `CLASS:PROVISION`; absent = not checked.
    pub on: Option<SortedSet<String>>,
    /// Provisions and their kinds.
    pub provisions: SortedSet<&'a str>,
    /// True where the tables have faults of their own: nothing is said about names that only they know.
    pub is_unread: bool,
}

impl<'a> Tables<'a> {
    /// The names of a book.
    #[must_use]
    pub fn of(book: &'a PolicyBook) -> Self {
        let countries = book.axes.countries.iter().map(|country| country.iso3.as_str());
        let named = |kind| book.barrier_changes.names(kind).map(move |name| (kind, name));
        let lists = book.duties.lists().map(|list| (MeasureKind::Duty, list));
        let measures = lists.chain(named(MeasureKind::Barrier)).chain(named(MeasureKind::Trend)).collect();
        let provisions = book.depths.provisions.iter().map(|one| &one.provision);
        let members = book.initial.memberships.iter().map(|one| one.party.as_str());
        Self {
            agreements: book.agreements.iter().map(|agreement| agreement.id.as_str()).collect(),
            parties: countries.chain(members).collect(),
            memberships: Some(&book.initial),
            measures: Some(measures),
            on: Some(book.depths.names_on().collect()),
            provisions: provisions.flat_map(|one| [one.id.as_str(), one.kind.as_str()]).collect(),
            is_unread: false,
        }
    }

    /// Tables that have faults of their own.
    #[must_use]
    pub fn unread() -> Self {
        Self { is_unread: true, ..Self::default() }
    }
}

/// Agreements and parties of an option that the tables do not know. Who carries a process may also be one of the
/// `bodies` that the option or the `world` declares.
#[must_use]
pub fn unknown_names(spec: &OptionSpec, world: Option<&OptionSpec>, tables: &Tables<'_>) -> Faults {
    if tables.is_unread {
        return Faults::new();
    }
    let specs = || [Some(spec), world].into_iter().flatten();
    let bodies: SortedSet<&str> = specs().flat_map(|spec| &spec.bodies).map(String::as_str).collect();
    let mut found = Found { tables, faults: Faults::new() };
    let voices = specs().flat_map(|spec| &spec.voices).map(|one| one.name.as_str()).collect();
    found.speakers(spec, &voices);
    let topics = specs().find_map(|spec| spec.topic_tables.as_deref());
    spec.topic_tables.iter().for_each(|topics| found.provisions(topics));
    let carriers = spec.processes.iter().map(|process| (&process.party, &process.place));
    let carriers = carriers.chain(spec.recurring.iter().map(|event| (&event.party, &event.place)));
    for (party, place) in carriers.filter(|(party, _)| !bodies.contains(party.as_str())) {
        found.party(party, place.key("party"));
    }
    for (name, (place, key)) in spec.guards() {
        let rest = name.strip_prefix("member:").or_else(|| name.strip_prefix("suspended:"));
        if let Some((agreement, party)) = rest.and_then(|rest| rest.split_once(':')) {
            found.agreement(agreement, place.key(&key));
            found.party(party, place.key(&key));
        }
    }
    for (text, (place, key)) in spec.effects() {
        let Some(effect) = Effect::parse(text) else { continue };
        if let Effect::Measure(kind, name, _) = &effect {
            found.measure(*kind, name, place.key(&key));
        }
        if let (Effect::Text(class, menu), Some(topics)) = (&effect, topics) {
            found.text((class, menu), topics, place.key(&key));
        }
        let Some((agreement, parties)) = effect.memberships() else { continue };
        found.agreement(agreement, place.key(&key));
        for party in parties {
            match party.strip_prefix('@') {
                Some(other) => found.agreement(other, place.key(&key)),
                None => found.party(party, place.key(&key)),
            }
        }
    }
    found.faults
}

struct Found<'a> {
    tables: &'a Tables<'a>,
    faults: Faults,
}

impl Found<'_> {
    fn agreement(&mut self, name: &str, at: Key<'_>) {
        if !self.tables.agreements.contains(name) {
            let words = ("an agreement of policy/agreements.csv", "add the agreement to the policy tables");
            self.fault(name, at, words);
        }
    }

    fn party(&mut self, name: &str, at: Key<'_>) {
        if !self.tables.parties.contains(name) {
            let expected = "a country of countries.csv or a party of policy/tables/memberships.csv";
            self.fault(name, at, (expected, "name it in `bodies` where it only carries a process"));
        }
    }

    /// Who wants, minds or gains something: a voice, an actor of the tables of topics, or a party. Others would be taken
    /// for the mean of all, or for nobody.
    fn speakers(&mut self, spec: &OptionSpec, voices: &SortedSet<&str>) {
        let actors = spec.topic_tables.iter().flat_map(|topics| &topics.actors).map(String::as_str);
        let known: SortedSet<&str> = actors.chain(voices.iter().copied()).collect();
        let mut named: Vec<(String, &Place, String)> = Vec::new();
        for (shifts, place, key) in spec.all_shifts() {
            for (k, shift) in shifts.iter().enumerate() {
                let who = shift.readings().map(Reading::parse).filter_map(|one| one.actor().or(one.party()));
                named.extend(who.map(|name| (name.to_owned(), place, format!("{key}.{k}.reads"))));
            }
        }
        for (text, (place, key)) in spec.effects() {
            if let Some(Effect::Ask(_, actor) | Effect::Offer(_, actor) | Effect::Trim(actor)) =
                Effect::parse(text)
            {
                named.push((actor, place, key));
            }
        }
        let is_nobody =
            |name: &str| !known.contains(name) && name != OTHERS && !self.tables.parties.contains(name);
        let unknown: Vec<_> = named.into_iter().filter(|(name, ..)| is_nobody(name)).collect();
        for (name, place, key) in unknown {
            let expected = "a [[voice]], an actor of stances.csv, or a country or party of the tables";
            self.fault(&name, place.key(&key), (expected, "add it there"));
        }
    }

    /// Provisions of `topics.csv`.
    fn provisions(&mut self, topics: &Topics) {
        if self.tables.on.is_none() {
            return;
        }
        for (names, place) in topics.provisions.iter().zip(&topics.places) {
            for name in names.iter().filter(|name| !self.tables.provisions.contains(name.as_str())) {
                let words = ("a provision of policy/provisions.csv, or a kind", "add its rows");
                self.fault(name, place.key("provisions"), words);
            }
        }
    }

    /// A text in which no topic of the menu turns anything.
    fn text(&mut self, (class, menu): (&str, &str), topics: &Topics, at: Key<'_>) {
        let Some(on) = &self.tables.on else { return };
        let Some(shares) = topics.menus.get(menu) else { return };
        let mut turned = topics.provisions.iter().zip(shares).filter(|(_, share)| **share > 0.0);
        if !turned.any(|(names, _)| names.iter().any(|name| on.contains(&format!("{class}:{name}")))) {
            let expected = "a class of policy/switches.csv with a provision that a topic of the menu turns";
            self.fault(&format!("{class}:{menu}"), at, (expected, "link a topic to it in topics.csv"));
        }
    }

    fn measure(&mut self, kind: MeasureKind, name: &str, at: Key<'_>) {
        let is_known = match kind {
            MeasureKind::Provision => self.tables.on.as_ref().is_none_or(|known| known.contains(name)),
            _ => self.tables.measures.as_ref().is_none_or(|known| known.contains(&(kind, name))),
        };
        if !is_known {
            let words = match kind {
                MeasureKind::Duty => ("a list of policy/duties.csv", "add rows for the list"),
                MeasureKind::Barrier => {
                    ("a change of policy/barrier_changes.csv with kind barrier", "add rows for it")
                }
                MeasureKind::Trend => {
                    ("a change of policy/barrier_changes.csv with kind trend", "add rows for it")
                }
                MeasureKind::Provision => {
                    ("CLASS:PROVISION, of a class that has it by policy/switches.csv", "turn it on there")
                }
            };
            self.fault(name, at, words);
        }
    }

    fn fault(&mut self, name: &str, Key { place, name: key }: Key<'_>, (expected, remedy): (&str, &str)) {
        self.faults.push(Fault {
            file: place.file.to_string(),
            line: Some(place.line_of(key)).filter(|&line| line > 0),
            field: key.to_owned(),
            found: name.to_owned(),
            expected: expected.to_owned(),
            remedy: format!("Correct the name, or {remedy}."),
        });
    }
}
