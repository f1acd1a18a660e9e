//! What an option must satisfy before it runs; every fault is listed with its line.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};

use super::condition::{Rule, Shift};
use super::effect::{self, Effect};
use super::graph;
use super::place::Place;
use super::spec::{OptionSpec, Process, Recurring, Stage};
use crate::error::{Fault, Faults};

/// Dates that an option may speak of where it does not name its own horizon.
pub const LONGEST_HORIZON: [Date; 2] = [date(2020, 11, 1), date(2050, 12, 31)];

/// All faults of an option with what it includes; `world` is what others do, where there is such a file.
#[must_use]
pub fn validate(spec: &OptionSpec, world: Option<&OptionSpec>) -> Faults {
    let mut check = Check { spec, world, faults: Faults::new(), known: known_facts(spec, world) };
    check.declared();
    for process in &spec.processes {
        check.process(process);
    }
    for event in &spec.recurring {
        check.recurring(event);
    }
    check.twice();
    check.effects();
    check.guards();
    check.graph();
    check.faults
}

/// Faults of an option that only the policy tables show: agreements that they do not hold.
#[must_use]
pub fn unknown_agreements(spec: &OptionSpec, is_known: impl Fn(&str) -> bool) -> Faults {
    let mut found: Vec<(String, &Place, String)> = Vec::new();
    for (name, (place, key)) in spec.guards() {
        let rest = name.strip_prefix("member:").or_else(|| name.strip_prefix("suspended:"));
        if let Some((agreement, _)) = rest.and_then(|rest| rest.split_once(':')) {
            found.push((agreement.to_owned(), place, key));
        }
    }
    for (text, (place, key)) in spec.effects() {
        let Some(effect) = Effect::parse(text) else { continue };
        if let Some((agreement, parties)) = effect.memberships() {
            found.push((agreement.to_owned(), place, key.clone()));
            let others = parties.iter().filter_map(|party| party.strip_prefix('@'));
            found.extend(others.map(|other| (other.to_owned(), place, key.clone())));
        }
    }
    let mut faults = Faults::new();
    for (agreement, place, key) in found.into_iter().filter(|(agreement, ..)| !is_known(agreement)) {
        let line = Some(place.line_of(&key)).filter(|&line| line > 0);
        faults.push(Fault {
            file: place.file.to_string(),
            line,
            field: key,
            found: agreement,
            expected: "an agreement of policy/agreements.csv".into(),
            remedy: "Correct the name, or add the agreement to the policy tables.".into(),
        });
    }
    faults
}

/// Facts that something in the option or the world can make true, or that are declared.
fn known_facts(spec: &OptionSpec, world: Option<&OptionSpec>) -> BTreeSet<String> {
    let specs = || [Some(spec), world].into_iter().flatten();
    let declared = specs().flat_map(|spec| &spec.facts).map(|fact| fact.name.clone());
    declared.chain(specs().flat_map(OptionSpec::set_facts)).collect()
}

struct Check<'a> {
    spec: &'a OptionSpec,
    world: Option<&'a OptionSpec>,
    faults: Faults,
    known: BTreeSet<String>,
}

impl Check<'_> {
    fn fault(
        &mut self,
        (place, key): (&Place, &str),
        (field, found): (&str, &str),
        expected: &str,
        remedy: &str,
    ) {
        let line = Some(place.line_of(key)).filter(|&line| line > 0);
        let (file, field) = (place.file.to_string(), field.to_owned());
        let (found, expected, remedy) = (found.to_owned(), expected.to_owned(), remedy.to_owned());
        self.faults.push(Fault { file, line, field, found, expected, remedy });
    }

    fn declared(&mut self) {
        let spec = self.spec;
        for fact in &spec.facts {
            self.mark((&fact.place, &fact.name), &fact.mark);
            self.date((&fact.place, "from"), &fact.name, fact.from);
            self.date((&fact.place, "until"), &fact.name, fact.until);
            if fact.from.zip(fact.until).is_some_and(|(from, until)| until <= from) {
                let found = "until before from";
                self.fault(
                    (&fact.place, "until"),
                    (&fact.name, found),
                    "from before until",
                    "Correct the dates.",
                );
            }
        }
        for parameter in &spec.parameters {
            self.mark((&parameter.place, &parameter.name), &parameter.mark);
        }
        for calendar in &spec.calendars {
            self.mark((&calendar.place, &calendar.name), &calendar.mark);
        }
    }

    fn process(&mut self, process: &Process) {
        self.date((&process.place, "start"), &process.id, process.start);
        if process.stages.is_empty() {
            self.fault((&process.place, "id"), (&process.id, "no stage"), "a stage or more", "Add one.");
        }
        for (at, stage) in process.stages.iter().enumerate() {
            let name = format!("{}.{}", process.id, stage.id);
            self.stage(&name, stage);
            if let Some(next) = &stage.next
                && next != "end"
                && !process.stages.iter().skip(at + 1).any(|later| later.id == *next)
            {
                let expected = "a later stage of the process, or end";
                let remedy = "Correct the name; to go back, use a branch.";
                self.fault((&stage.place, "next"), (&name, next), expected, remedy);
            }
            for (k, branch) in stage.branches.iter().enumerate() {
                let at = (&stage.place, format!("branch.{k}"));
                let at = (at.0, at.1.as_str());
                if branch.to != "end" && !process.stages.iter().any(|other| other.id == branch.to) {
                    let expected = "a stage of the process, or end";
                    self.fault(at, (&name, &branch.to), expected, "Correct the name of the stage.");
                }
                if branch.at_most == 0 {
                    self.fault(
                        at,
                        (&name, "at_most = 0"),
                        "once or more",
                        "Correct at_most, or delete the branch.",
                    );
                }
            }
        }
    }

    fn stage(&mut self, name: &str, stage: &Stage) {
        let place = &stage.place;
        if let Some(expected) = stage.duration.fault() {
            self.fault(
                (place, "duration"),
                (name, "duration out of order"),
                expected,
                "Correct the duration.",
            );
        }
        if stage.max_retries > 0 && stage.retry_days.is_none_or(|days| days < 1.0) {
            let expected = "a day or more where there are retries";
            self.fault((place, "max_retries"), (name, "retry_days"), expected, "Give retry_days.");
        }
        self.probability((place, "probability"), name, stage.probability);
        self.mark((place, name), &stage.mark);
        self.shifts((place, "shift"), name, &stage.shifts);
        self.shifts((place, "stretch"), name, &stage.stretches);
        for shift in stage.stretches.iter().filter(|shift| shift.add != 0.0 || shift.by <= 0.0) {
            let found = format!("add = {}, by = {}", shift.add, shift.by);
            let expected = "a stretch by a factor above 0, without add";
            self.fault((place, "stretch"), (name, &found), expected, "Give `by` alone.");
        }
        let mut sum = stage.probability;
        for (k, branch) in stage.branches.iter().enumerate() {
            let key = format!("branch.{k}");
            self.probability((place, &key), name, branch.probability);
            self.shifts((place, &key), name, &branch.shifts);
            self.mark((place, name), &branch.mark);
            sum += branch.probability;
        }
        if !stage.branches.is_empty() && sum > 1.0 + 1e-9 && stage.probability <= 1.0 {
            let expected = "outcomes whose probabilities sum to 1 or less";
            self.fault((place, "branch.0"), (name, &sum.to_string()), expected, "Lower some of them.");
        }
        if let Some(rule) = &stage.rule {
            self.rule((place, "rule"), name, rule);
        }
    }

    fn rule(&mut self, at: (&Place, &str), name: &str, rule: &Rule) {
        let total: f64 = rule.parties.iter().map(|party| party.parts().1).sum();
        let is_light = rule.parties.iter().any(|party| party.parts().1 < 0.0) || total <= 0.0;
        if is_light {
            self.fault(at, (name, "weights"), "parties with weights of 0 or more", "Correct the weights.");
        }
        if rule.any_of.is_empty() {
            self.fault(at, (name, "no case"), "a case or more in any_of", "Add one.");
        }
        for case in &rule.any_of {
            let shares = [case.count_share, case.weight_share];
            let is_share = shares.iter().all(|share| (0.0..=1.0).contains(share));
            if !is_share || case.count as usize > rule.parties.len() || case.after_days < 0 {
                let found = format!("{case:?}");
                let expected = "at most as many as there are parties, shares from 0 to 1, days of 0 or more";
                self.fault(at, (name, &found), expected, "Correct the case.");
            }
        }
    }

    fn recurring(&mut self, event: &Recurring) {
        let place = &event.place;
        self.date((place, "first"), &event.id, Some(event.first));
        if event.every_years < 1 {
            let found = event.every_years.to_string();
            self.fault((place, "every_years"), (&event.id, &found), "a year or more", "Correct every_years.");
        }
        self.probability((place, "probability"), &event.id, event.probability);
        self.shifts((place, "shift"), &event.id, &event.shifts);
        self.mark((place, &event.id), &event.mark);
    }

    fn shifts(&mut self, (place, key): (&Place, &str), name: &str, shifts: &[Shift]) {
        let specs = || [Some(self.spec), self.world].into_iter().flatten();
        let calendars: BTreeSet<&str> =
            specs().flat_map(|spec| &spec.calendars).map(|one| one.name.as_str()).collect();
        let parameters: BTreeSet<&str> =
            specs().flat_map(|spec| &spec.parameters).map(|one| one.name.as_str()).collect();
        for (k, shift) in shifts.iter().enumerate() {
            let key = if key.contains('.') { key.to_owned() } else { format!("{key}.{k}") };
            let at = (place, key.as_str());
            if let Some(found) = shift.before.as_ref().filter(|one| !calendars.contains(one.as_str())) {
                self.fault(at, (name, found), "the name of a [[calendar]]", "Correct the name, or add it.");
            }
            if let Some(found) = shift.parameter.as_ref().filter(|one| !parameters.contains(one.as_str())) {
                self.fault(at, (name, found), "the name of a [[parameter]]", "Correct the name, or add it.");
            }
            if shift.within_days.is_some_and(|days| days <= 0.0) {
                self.fault(at, (name, "within_days"), "more than 0 days", "Correct within_days.");
            }
            if shift.by < 0.0 || !shift.by.is_finite() || !shift.add.is_finite() {
                self.fault(at, (name, &shift.by.to_string()), "a factor of 0 or more", "Correct `by`.");
            }
        }
    }

    fn twice(&mut self) {
        let spec = self.spec;
        let mut names = BTreeSet::new();
        for process in &spec.processes {
            if !names.insert(process.id.clone()) {
                let remedy = "Rename one of them.";
                self.fault((&process.place, "id"), (&process.id, "given twice"), "each process once", remedy);
                continue;
            }
            for stage in &process.stages {
                let name = format!("{}.{}", process.id, stage.id);
                if !names.insert(name.clone()) {
                    let remedy = "Rename one of them.";
                    self.fault((&stage.place, "id"), (&name, "given twice"), "each stage once", remedy);
                }
            }
        }
        for event in &spec.recurring {
            if !names.insert(event.id.clone()) {
                let remedy = "Rename one of them.";
                self.fault((&event.place, "id"), (&event.id, "given twice"), "each event once", remedy);
            }
        }
    }

    fn effects(&mut self) {
        let spec = self.spec;
        let specs = || [Some(spec), self.world].into_iter().flatten();
        let processes: BTreeSet<&str> =
            specs().flat_map(|spec| &spec.processes).map(|process| process.id.as_str()).collect();
        for (text, (place, key)) in spec.effects() {
            match Effect::parse(text) {
                None => self.fault((place, &key), ("effects", text), effect::FORMS, "Correct the effect."),
                Some(Effect::Cancel(name)) if !processes.contains(name.as_str()) => {
                    let remedy = "Correct the name of the process.";
                    self.fault((place, &key), ("effects", text), "the id of a process", remedy);
                }
                Some(_) => {}
            }
        }
    }

    /// A guard on a fact that nothing sets. Members at the start stand in the policy tables, see
    /// [`unknown_agreements`].
    fn guards(&mut self) {
        for (name, (place, key)) in self.spec.guards() {
            if !self.known.contains(&name) && !name.starts_with("member:") {
                let expected = "a fact that some effect sets or a [[fact]] declares";
                self.fault((place, &key), (&key, &name), expected, "Correct the name, or add what sets it.");
            }
        }
    }

    fn graph(&mut self) {
        let spec = self.spec;
        for process in &spec.processes {
            for stage in graph::unreachable(process) {
                let name = format!("{}.{}", process.id, stage.id);
                let remedy = "Delete it, or correct the stages before it.";
                self.fault(
                    (&stage.place, "id"),
                    (&name, "unreachable"),
                    "a stage that something leads to",
                    remedy,
                );
            }
        }
        let by_stages: BTreeSet<String> = spec.set_facts().collect();
        let recurring = spec.recurring.iter().flat_map(|event| &event.effects);
        let elsewhere: BTreeSet<String> =
            recurring.filter_map(|text| Effect::parse(text)).flat_map(|effect| effect.sets()).collect();
        let declared: BTreeSet<&str> = spec.facts.iter().map(|fact| fact.name.as_str()).collect();
        let of_world: BTreeSet<String> =
            self.world.iter().flat_map(|world| known_facts(world, None)).collect();
        let given = |fact: &str| {
            declared.contains(fact)
                || elsewhere.contains(fact)
                || of_world.contains(fact)
                || !by_stages.contains(fact)
        };
        for (process, stage, fact) in graph::deadlocks(spec, given) {
            let name = format!("{}.{}", process.id, stage.id);
            let found = format!("waits for {fact}, which only comes after it");
            let remedy = "Let something else set the fact, or take it out of requires.";
            self.fault((&stage.place, "requires"), (&name, &found), "guards that can be met", remedy);
        }
    }

    fn probability(&mut self, at: (&Place, &str), name: &str, probability: f64) {
        if !(0.0..=1.0).contains(&probability) {
            self.fault(at, (name, &probability.to_string()), "a probability from 0 to 1", "Correct it.");
        }
    }

    fn mark(&mut self, (place, name): (&Place, &str), mark: &str) {
        if !matches!(mark, "seed" | "public" | "recalled" | "assumption") {
            let expected = "seed, public, recalled or assumption";
            self.fault((place, "mark"), (name, mark), expected, "Correct the mark.");
        }
    }

    fn date(&mut self, at: (&Place, &str), name: &str, found: Option<Date>) {
        let [first, last] = self.spec.horizon.unwrap_or(LONGEST_HORIZON);
        if let Some(found) = found.filter(|found| !(first..=last).contains(found)) {
            let expected = format!("a date within the horizon, {first} to {last}");
            let remedy = "Correct the date, or give the file a `horizon`.";
            self.fault(at, (name, &found.to_string()), &expected, remedy);
        }
    }
}
