//! Names of an option that only the policy tables and the data can show to be known: agreements and parties.

use std::collections::BTreeSet;

use super::effect::Effect;
use super::place::Key;
use super::spec::OptionSpec;
use crate::error::{Fault, Faults};
use crate::policy::{MeasureKind, PolicyBook, PolicyTimeline};

/// What the policy tables and the data know.
#[derive(Debug, Clone, Default)]
pub struct Tables<'a> {
    /// Agreements of `policy/agreements.csv`.
    pub agreements: BTreeSet<&'a str>,
    /// Countries of the data, and members of agreements.
    pub parties: BTreeSet<&'a str>,
    /// Who is a member when.
    pub memberships: Option<&'a PolicyTimeline>,
    /// Duty lists, changes of barriers and trends that effects can turn on; absent = not checked.
    pub measures: Option<BTreeSet<(MeasureKind, &'a str)>>,
}

impl<'a> Tables<'a> {
    /// The names of a book.
    #[must_use]
    pub fn of(book: &'a PolicyBook) -> Self {
        let countries = book.axes.countries.iter().map(|country| country.iso3.as_str());
        let named = |kind| book.barrier_changes.names(kind).map(move |name| (kind, name));
        let lists = book.duties.lists().map(|list| (MeasureKind::Duty, list));
        let measures = lists.chain(named(MeasureKind::Barrier)).chain(named(MeasureKind::Trend)).collect();
        let members = book.initial.memberships.iter().map(|one| one.party.as_str());
        Self {
            agreements: book.agreements.iter().map(|agreement| agreement.id.as_str()).collect(),
            parties: countries.chain(members).collect(),
            memberships: Some(&book.initial),
            measures: Some(measures),
        }
    }
}

/// Agreements and parties of an option that the tables do not know. Who carries a process may also be one of the
/// `bodies` that the option or the `world` declares.
#[must_use]
pub fn unknown_names(spec: &OptionSpec, world: Option<&OptionSpec>, tables: &Tables<'_>) -> Faults {
    let specs = || [Some(spec), world].into_iter().flatten();
    let bodies: BTreeSet<&str> = specs().flat_map(|spec| &spec.bodies).map(String::as_str).collect();
    let mut found = Found { tables, faults: Faults::new() };
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

    fn measure(&mut self, kind: MeasureKind, name: &str, at: Key<'_>) {
        let is_known = self.tables.measures.as_ref().is_none_or(|known| known.contains(&(kind, name)));
        if !is_known {
            let words = match kind {
                MeasureKind::Duty => ("a list of policy/duties.csv", "add rows for the list"),
                MeasureKind::Barrier => {
                    ("a change of policy/barrier_changes.csv with kind barrier", "add rows for it")
                }
                MeasureKind::Trend => {
                    ("a change of policy/barrier_changes.csv with kind trend", "add rows for it")
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
