//! What an option must satisfy before it runs.

use std::collections::BTreeSet;

use super::spec::{Effect, OptionSpec, Shift};
use crate::error::{Fault, Faults};

/// All faults of an option.
pub fn validate(spec: &OptionSpec, file: &str, id: &str) -> Faults {
    let mut check = Check { file, faults: Faults::new(), known: known_facts(spec) };
    if spec.id != id {
        check.fault("id", &spec.id, id, "Give the option the name of its file.");
    }
    let mut names = BTreeSet::new();
    for process in &spec.processes {
        for stage in &process.stages {
            let place = format!("{}.{}", process.id, stage.id);
            if !names.insert(place.clone()) {
                check.fault(&place, "given twice", "each stage once", "Rename one of them.");
            }
            if let Some(expected) = stage.duration.fault() {
                check.fault(&place, "duration out of order", expected, "Correct the duration.");
            }
            if stage.max_retries > 0 && stage.retry_days.is_none_or(|days| days < 1.0) {
                check.fault(
                    &place,
                    "retry_days",
                    "a day or more where there are retries",
                    "Give retry_days.",
                );
            }
            check.guards(&place, &stage.requires, &stage.shifts);
            check.outcome(&place, stage.probability, &stage.effects, &stage.mark);
        }
    }
    for event in &spec.recurring {
        if event.every_years < 1 {
            check.fault(&event.id, &event.every_years.to_string(), "a year or more", "Correct every_years.");
        }
        check.guards(&event.id, &event.requires, &event.shifts);
        check.outcome(&event.id, event.probability, &event.effects, &event.mark);
    }
    check.faults
}

/// Facts that something in the option can make true.
fn known_facts(spec: &OptionSpec) -> BTreeSet<String> {
    let stages = spec.processes.iter().flat_map(|process| &process.stages);
    let effects =
        stages.flat_map(|stage| &stage.effects).chain(spec.recurring.iter().flat_map(|e| &e.effects));
    let mut known: BTreeSet<String> = spec.facts.iter().map(|fact| fact.name.clone()).collect();
    for effect in effects.filter_map(|text| Effect::parse(text)) {
        match effect {
            Effect::Set(name) => _ = known.insert(name),
            Effect::Join(agreement, parties) => {
                known.extend(parties.iter().map(|party| format!("member:{agreement}:{party}")));
            }
            Effect::Clear(_) | Effect::Leave(..) => {}
        }
    }
    known
}

struct Check<'a> {
    file: &'a str,
    faults: Faults,
    known: BTreeSet<String>,
}

impl Check<'_> {
    fn fault(&mut self, field: &str, found: &str, expected: &str, remedy: &str) {
        self.faults.push(Fault {
            file: self.file.to_owned(),
            line: None,
            field: field.into(),
            found: found.into(),
            expected: expected.into(),
            remedy: remedy.into(),
        });
    }

    /// A guard that nothing meets is a deadlock. `world:` facts are set outside the option.
    fn guards(&mut self, place: &str, requires: &[String], shifts: &[Shift]) {
        for name in requires.iter().chain(shifts.iter().map(|shift| &shift.when)) {
            if !self.known.contains(name) && !name.starts_with("world:") && !name.starts_with("member:") {
                let expected = "a fact that some effect or [[fact]] of this option sets";
                self.fault(place, name, expected, "Correct the name, or add what sets it.");
            }
        }
    }

    fn outcome(&mut self, place: &str, probability: f64, effects: &[String], mark: &str) {
        if !(0.0..=1.0).contains(&probability) {
            self.fault(place, &probability.to_string(), "a probability from 0 to 1", "Correct it.");
        }
        for effect in effects.iter().filter(|effect| Effect::parse(effect).is_none()) {
            let expected = "set:NAME, clear:NAME, join:AGREEMENT:A;B or leave:AGREEMENT:A;B";
            self.fault(place, effect, expected, "Correct the effect.");
        }
        if !matches!(mark, "seed" | "public" | "recalled" | "assumption") {
            self.fault(place, mark, "seed, public, recalled or assumption", "Correct the mark.");
        }
    }
}
