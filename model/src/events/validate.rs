//! What an option must satisfy before it runs; every fault is listed with its line.
//!
//! `figures` holds the ranges of the numbers; here are the names: what they are made of, that nothing has
//! two, and that each of them leads somewhere.

use std::collections::{HashMap, HashSet};

use jiff::civil::{Date, date};

use super::condition::Shift;
use super::effect::{self, Effect};
use super::flow;
use super::level_names::Levels;
use super::limits::{MOST_EVENTS, MOST_TIMES};
use super::place::Key;
use super::spec::{ONWARD, OptionSpec, Process, Stage};
use crate::data::{IDENTIFIER, is_identifier};
use crate::error::{Fault, Faults};
use crate::sorted::SortedSet;

/// Dates that an option may speak of where it does not name its own horizon.
pub const LONGEST_HORIZON: [Date; 2] = [date(2020, 11, 1), date(2050, 12, 31)];

/// All faults of an option with what it includes; `world` is what others do, where there is such a file.
#[must_use]
pub fn validate(spec: &OptionSpec, world: Option<&OptionSpec>) -> Faults {
    let mut check = Check::new(spec, figures(spec), Names::new(spec, world));
    for process in &spec.processes {
        check.stages(process);
    }
    check.recurring_names();
    check.twice(world);
    check.effects();
    check.number_names(world);
    check.guards();
    check.graph(world);
    check.faults
}

/// Faults of the figures and of the spelling of an option, which no other file can mend.
#[must_use]
pub(super) fn figures(spec: &OptionSpec) -> Faults {
    let mut check = Check::new(spec, Faults::new(), Names::default());
    check.declared();
    check.process_figures();
    check.number_figures();
    for event in &spec.recurring {
        check.recurring(event);
    }
    check.faults
}

/// Facts that something in the option or the world can make true, or that are declared.
fn known_facts(spec: &OptionSpec, world: Option<&OptionSpec>) -> SortedSet<String> {
    let specs = || [Some(spec), world].into_iter().flatten();
    let declared = specs().flat_map(|spec| &spec.facts).map(|fact| fact.name.clone());
    declared.chain(specs().flat_map(OptionSpec::set_facts)).collect()
}

/// What the names of an option may refer to.
#[derive(Default)]
pub(super) struct Names<'a> {
    facts: SortedSet<String>,
    calendars: SortedSet<&'a str>,
    parameters: SortedSet<&'a str>,
    processes: SortedSet<&'a str>,
    pub levels: Levels<'a>,
}

impl<'a> Names<'a> {
    fn new(spec: &'a OptionSpec, world: Option<&'a OptionSpec>) -> Self {
        let specs = || [Some(spec), world].into_iter().flatten();
        Self {
            facts: known_facts(spec, world),
            calendars: specs().flat_map(|spec| &spec.calendars).map(|one| one.name.as_str()).collect(),
            parameters: specs().flat_map(|spec| &spec.parameters).map(|one| one.name.as_str()).collect(),
            processes: specs().flat_map(|spec| &spec.processes).map(|one| one.id.as_str()).collect(),
            levels: Levels::new(spec, world),
        }
    }

    pub fn knows_fact(&self, name: &str) -> bool {
        self.facts.contains(name)
    }

    pub fn knows_parameter(&self, name: &str) -> bool {
        self.parameters.contains(name)
    }
}

pub(super) struct Check<'a> {
    pub spec: &'a OptionSpec,
    pub faults: Faults,
    pub names: Names<'a>,
    /// Files and lines of blocks with what was found there and what was expected.
    told: HashSet<(String, u64, String, String)>,
}

impl<'a> Check<'a> {
    fn new(spec: &'a OptionSpec, faults: Faults, names: Names<'a>) -> Self {
        Self { spec, faults, names, told: HashSet::new() }
    }
}

impl Check<'_> {
    /// Notes a fault; the same one of several members of a block once.
    pub fn fault(
        &mut self,
        Key { place, name: key }: Key<'_>,
        (field, found): (&str, &str),
        expected: &str,
        remedy: &str,
    ) {
        let line = Some(place.line_of(key)).filter(|&line| line > 0);
        let (file, field) = (place.file.to_string(), field.to_owned());
        let found = if found.is_empty() { "empty".to_owned() } else { found.to_owned() };
        let (expected, remedy) = (expected.to_owned(), remedy.to_owned());
        let same = || (file.clone(), place.line_of(key), found.clone(), expected.clone());
        if !place.is_of_block || self.told.insert(same()) {
            self.faults.push(Fault { file, line, field, found, expected, remedy });
        }
    }

    /// An id, a party, a milestone.
    pub fn id(&mut self, at: Key<'_>, text: &str) {
        if !is_identifier(text) {
            self.fault(at, (at.name, text), IDENTIFIER, "Rename it.");
        }
    }

    /// The name of a fact: identifiers joined by colons.
    pub fn fact_name(&mut self, at: Key<'_>, text: &str) {
        if !text.split(':').all(is_identifier) {
            let expected = format!("{IDENTIFIER}; several of them joined by `:`");
            self.fault(at, (at.name, text), &expected, "Rename it.");
        }
    }

    /// Where the stages of a process lead to.
    fn stages(&mut self, process: &Process) {
        let mut by_id: HashMap<&str, usize> = HashMap::new();
        process.stages.iter().enumerate().for_each(|(at, stage)| _ = by_id.insert(&stage.id, at));
        for (at, stage) in process.stages.iter().enumerate() {
            let name = format!("{}.{}", process.id, stage.id);
            if let Some(next) = &stage.next
                && next != "end"
                && by_id.get(next.as_str()).is_none_or(|&later| later <= at)
            {
                let expected = "a later stage of the process, or end";
                let remedy = "Correct the name; to go back, use a branch.";
                self.fault(stage.place.key("next"), (&name, next), expected, remedy);
            }
            for (k, branch) in stage.branches.iter().enumerate() {
                let is_word = branch.to == "end" || branch.to == ONWARD;
                if !is_word && !by_id.contains_key(branch.to.as_str()) {
                    let at = format!("branch.{k}.to");
                    let expected = "a stage of the process, next, or end";
                    self.fault(
                        stage.place.key(&at),
                        (&name, &branch.to),
                        expected,
                        "Correct the name of the stage.",
                    );
                }
                self.shift_names(stage.place.key(&format!("branch.{k}.shift")), &name, &branch.shifts);
            }
            self.shift_names(stage.place.key("shift"), &name, &stage.shifts);
            self.shift_names(stage.place.key("stretch"), &name, &stage.stretches);
        }
    }

    fn recurring_names(&mut self) {
        for (shifts, place, key) in
            self.spec.all_shifts().into_iter().filter(|(_, _, key)| key.starts_with("draw"))
        {
            self.shift_names(place.key(&key), "draw", shifts);
        }
        for state in &self.spec.states {
            self.shift_names(state.place.key("shift"), &state.name, &state.shifts);
        }
        for event in &self.spec.recurring {
            self.shift_names(event.place.key("shift"), &event.id, &event.shifts);
        }
    }

    fn shift_names(&mut self, Key { place, name: key }: Key<'_>, name: &str, shifts: &[Shift]) {
        let remedy = "Correct the name, or add it.";
        for (k, shift) in shifts.iter().enumerate() {
            if let Some(found) =
                shift.before.as_ref().filter(|one| !self.names.calendars.contains(one.as_str()))
            {
                let at = format!("{key}.{k}.before");
                self.fault(place.key(&at), (name, found), "the name of a [[calendar]]", remedy);
            }
            let unknown = |one: &&str| !self.names.parameters.contains(one);
            if let Some(found) = shift.parameters().find(unknown) {
                let at = format!("{key}.{k}.parameter");
                self.fault(place.key(&at), (name, found), "the name of a [[parameter]]", remedy);
            }
        }
    }

    fn twice(&mut self, world: Option<&OptionSpec>) {
        let spec = self.spec;
        let of_world = world.into_iter().flat_map(|world| {
            let processes = world.processes.iter().map(|process| process.id.clone());
            processes.chain(world.recurring.iter().map(|event| event.id.clone()))
        });
        let mut names: SortedSet<String> = of_world.collect();
        let remedy = "Rename one of them.";
        for process in &spec.processes {
            if !names.insert(process.id.clone()) {
                self.fault(
                    process.place.key("id"),
                    (&process.id, "given twice"),
                    "each process once",
                    remedy,
                );
                continue;
            }
            for stage in &process.stages {
                let name = format!("{}.{}", process.id, stage.id);
                if !names.insert(name.clone()) {
                    self.fault(stage.place.key("id"), (&name, "given twice"), "each stage once", remedy);
                }
            }
        }
        for event in &spec.recurring {
            if !names.insert(event.id.clone()) {
                self.fault(event.place.key("id"), (&event.id, "given twice"), "each event once", remedy);
            }
        }
        let parameters = spec.parameters.iter().map(|one| (&one.name, &one.place));
        let calendars = spec.calendars.iter().map(|one| (&one.name, &one.place));
        let facts = spec.facts.iter().map(|one| (&one.name, &one.place));
        let states = spec.states.iter().map(|one| (&one.name, &one.place));
        let parameters = parameters.chain(states);
        let mut declared = SortedSet::new();
        for (name, place) in parameters.chain(calendars).chain(facts) {
            if !declared.insert(name) {
                let expected = "each parameter, calendar and fact once, under a name of its own";
                self.fault(place.key("name"), (name, "given twice"), expected, remedy);
            }
        }
    }

    fn effects(&mut self) {
        let spec = self.spec;
        for (text, (place, key)) in spec.effects() {
            let at = place.key(key.as_str());
            match Effect::parse(text) {
                None => self.fault(at, ("effects", text), effect::FORMS, "Correct the effect."),
                Some(Effect::Cancel(name)) if !self.names.processes.contains(name.as_str()) => {
                    let remedy = "Correct the name of the process.";
                    self.fault(at, ("effects", text), "the id of a process", remedy);
                }
                Some(Effect::Clear(name)) if !self.names.facts.contains(&name) => {
                    let expected = "a fact that some effect sets or a [[fact]] declares";
                    self.fault(at, ("effects", text), expected, "Correct the name, or add what sets it.");
                }
                Some(_) => {}
            }
        }
    }

    /// A guard on a fact that nothing sets. Members at the start stand in the policy tables, see
    /// [`super::known::unknown_names`].
    fn guards(&mut self) {
        for (name, (place, key)) in self.spec.guards() {
            if !self.names.facts.contains(&name) && !name.starts_with("member:") {
                let expected = "a fact that some effect sets or a [[fact]] declares";
                self.fault(
                    place.key(&key),
                    (&key, &name),
                    expected,
                    "Correct the name, or add what sets it.",
                );
            }
        }
    }

    fn graph(&mut self, world: Option<&OptionSpec>) {
        let spec = self.spec;
        for process in &spec.processes {
            let name = |stage: &Stage| format!("{}.{}", process.id, stage.id);
            for stage in flow::unreachable(process) {
                let (expected, remedy) =
                    ("a stage that something leads to", "Delete it, or correct the stages before it.");
                self.fault(stage.place.key("id"), (&name(stage), "unreachable"), expected, remedy);
            }
            if let Some(stage) = flow::timeless_loop(process) {
                let found = "comes round without a day going by";
                let (expected, remedy) =
                    ("a loop that takes time", "Give one of the stages between a day or more.");
                self.fault(stage.place.key("branch.0"), (&name(stage), found), expected, remedy);
            }
        }
        self.events();
        let by_stages: SortedSet<String> = spec.set_facts().collect();
        let recurring = spec.recurring.iter().flat_map(|event| event.effects.iter().chain(&event.otherwise));
        let elsewhere: SortedSet<String> =
            recurring.filter_map(|text| Effect::parse(text)).flat_map(|effect| effect.sets()).collect();
        let declared: SortedSet<&str> = spec.facts.iter().map(|fact| fact.name.as_str()).collect();
        let of_world: SortedSet<String> =
            world.into_iter().flat_map(|world| known_facts(world, None)).collect();
        let given = |fact: &str| {
            declared.contains(fact)
                || elsewhere.contains(fact)
                || of_world.contains(fact)
                || !by_stages.contains(fact)
        };
        for (process, stage, fact) in flow::deadlocks(spec, given) {
            let name = format!("{}.{}", process.id, stage.id);
            let found = format!("waits for {fact}, which only comes after it");
            let remedy = "Let something else set the fact, or take it out of requires.";
            self.fault(stage.place.key("requires"), (&name, &found), "guards that can be met", remedy);
        }
    }

    /// How many events the stages can come to in one draw.
    fn events(&mut self) {
        let mut sum = 0_u64;
        for process in &self.spec.processes {
            // What is above the bound is a fault of its own.
            let times = |times: u32| u64::from(times.min(MOST_TIMES));
            let branches = process.stages.iter().flat_map(|stage| &stage.branches);
            let visits = 1 + branches.map(|branch| times(branch.at_most)).sum::<u64>();
            let tries = process.stages.iter().map(|stage| 1 + times(stage.max_retries)).sum::<u64>();
            sum = sum.saturating_add(visits.saturating_mul(tries));
            if sum > MOST_EVENTS {
                let found = format!("up to {sum} events in a draw");
                let expected = format!("at most {MOST_EVENTS} over the stages of an option");
                let remedy = "Lower at_most and max_retries, or split the process.";
                self.fault(process.place.key("id"), (&process.id, &found), &expected, remedy);
                return;
            }
        }
    }
}
