//! Nothing that ships is dead: without any process, recurring event, state, topic or verb some date, chance or result of
//! some option differs.
//!
//! What counts is what a draw leads to: its memberships and measures with their dates, and the milestones of the
//! processes that are still there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use jiff::civil::date;
use rayon::prelude::*;
use tradepath::data::{Files, write_embedded};
use tradepath::events::{Effect, Horizon, OptionSpec, Program, Tables, list_options, read_options};
use tradepath::policy::PolicyTimeline;

use super::events::BOOK;

const HORIZON: Horizon = Horizon { start: date(2020, 11, 1), end: date(2050, 12, 31) };
/// Draws of each look: first few, then many for what has not shown.
const DRAWS: [u64; 2] = [30, 2000];
/// Draws of the last look at a process of an option itself.
const MANY: u64 = 30_000;
/// Switches of the user that some topic acts through; they are on in the look at topics.
const SWITCHES: [&str; 1] = ["withdrawal_needs_congress"];
/// A process that acts only where ten yearly looks of another fail, once in a million draws; the test leaves the other out.
const LAST_RESORT: (&str, &str) = ("usmca_term", "usmca_review");

struct Options {
    specs: Vec<OptionSpec>,
    world: OptionSpec,
}

/// What a draw leads to: memberships and measures, and days of milestones by process.
type Led = (PolicyTimeline, BTreeMap<(String, String), jiff::civil::Date>);

fn read(files: &Files) -> Options {
    let ids: Vec<String> =
        list_options(files).into_iter().filter(|id| id != "world" && id != "tpp_2010").collect();
    let (specs, world) =
        read_options(files, ids.iter().map(String::as_str), Some(&Tables::of(&BOOK))).unwrap();
    Options { specs, world }
}

fn led(program: &Program, draw: u64, without: &str) -> Led {
    let drawn = program.timeline(1, draw);
    let kept = drawn.log.iter().filter(|event| event.process != without);
    let reached =
        kept.filter_map(|event| Some(((event.process.clone(), event.milestone.clone()?), event.date)));
    (drawn.policy, reached.collect())
}

fn compile(spec: &OptionSpec, world: &OptionSpec) -> Program {
    Program::compile(spec, world, &BOOK.initial, HORIZON)
}

/// True if `change` of an option and the world shows in a draw; `without` is a process whose own milestones do not count.
fn shows(options: &Options, without: &str, change: impl Fn(&mut OptionSpec) -> bool + Sync) -> bool {
    let mut world = options.world.clone();
    let of_world = change(&mut world);
    let differs = |spec: &OptionSpec, n: u64| {
        let mut new = spec.clone();
        if !(change(&mut new) || of_world) {
            return false;
        }
        let (old, new) = (compile(spec, &options.world), compile(&new, &world));
        (0..n).any(|draw| led(&old, draw, without) != led(&new, draw, without))
    };
    let is_own = |spec: &&OptionSpec| spec.processes.iter().any(|one| one.id == without);
    DRAWS.iter().any(|&n| options.specs.iter().any(|spec| differs(spec, n)))
        || options.specs.iter().filter(is_own).any(|spec| differs(spec, MANY))
}

/// Takes effects away; true if there was one.
fn strip(spec: &mut OptionSpec, is_meant: impl Fn(&Effect) -> bool) -> bool {
    let mut found = false;
    let mut keep = |text: &String| {
        let is_gone = Effect::parse(text).is_some_and(|effect| is_meant(&effect));
        found |= is_gone;
        !is_gone
    };
    for stage in spec.processes.iter_mut().flat_map(|process| &mut process.stages) {
        stage.effects.retain(&mut keep);
        stage.branches.iter_mut().for_each(|branch| branch.effects.retain(&mut keep));
    }
    for event in &mut spec.recurring {
        event.effects.retain(&mut keep);
        event.otherwise.retain(&mut keep);
    }
    found
}

#[test]
fn no_process_and_no_recurring_event_is_dead() {
    let options = read(&Files::embedded().folder("options"));
    let all = || options.specs.iter().chain([&options.world]);
    let processes = all().flat_map(|spec| &spec.processes).map(|one| one.id.clone());
    let names: BTreeSet<String> =
        processes.chain(all().flat_map(|spec| &spec.recurring).map(|one| one.id.clone())).collect();
    assert!(names.len() > 80, "{}", names.len());
    let mut without_review = read(&Files::embedded().folder("options"));
    without_review.world.processes.retain(|one| one.id != LAST_RESORT.1);
    let is_dead = |name: &&String| {
        let options = if **name == LAST_RESORT.0 { &without_review } else { &options };
        !shows(options, name, |spec| {
            let before = spec.processes.len() + spec.recurring.len();
            spec.processes.retain(|one| one.id != **name);
            spec.recurring.retain(|one| one.id != **name);
            let is_cancel = |effect: &Effect| matches!(effect, Effect::Cancel(one) if one == *name);
            strip(spec, is_cancel);
            spec.processes.len() + spec.recurring.len() < before
        })
    };
    let dead: Vec<&String> = names.par_iter().filter(is_dead).collect();
    assert!(dead.is_empty(), "{dead:#?}");
}

#[test]
fn no_state_is_dead() {
    let options = read(&Files::embedded().folder("options"));
    let all = || options.specs.iter().chain([&options.world]);
    let names: BTreeSet<String> = all().flat_map(|spec| &spec.states).map(|one| one.name.clone()).collect();
    assert!(names.len() > 10, "{}", names.len());
    let is_dead = |name: &&String| {
        !shows(&options, "", |spec| {
            let mut found = strip(
                spec,
                |effect| matches!(effect, Effect::Move(one, _) | Effect::Put(one, _) if one == *name),
            );
            for state in spec.states.iter_mut().filter(|one| one.name == **name) {
                found = true;
                (state.start, state.sd, state.mean) = Default::default();
                (state.range, state.half_life_years) = (None, None);
                state.shifts.clear();
            }
            spec.recurring.iter_mut().for_each(|event| event.draws.retain(|one| one.state != **name));
            found
        })
    };
    let dead: Vec<&String> = names.par_iter().filter(is_dead).collect();
    assert!(dead.is_empty(), "{dead:#?}");
}

/// Verbs, each with an example; all that the shipped options use.
const VERBS: [&str; 16] = [
    "set", "clear", "cancel", "join", "leave", "suspend", "resume", "duty", "barrier", "trend", "move",
    "put", "ask", "offer", "trim", "text",
];

fn verb(effect: &Effect) -> &'static str {
    match effect {
        Effect::Set(_) => "set",
        Effect::Clear(_) => "clear",
        Effect::Cancel(_) => "cancel",
        Effect::Join(..) => "join",
        Effect::Leave(..) => "leave",
        Effect::Suspend(..) => "suspend",
        Effect::Resume(..) => "resume",
        Effect::Measure(kind, ..) => kind.verb(),
        Effect::Move(..) => "move",
        Effect::Put(..) => "put",
        Effect::Ask(..) => "ask",
        Effect::Offer(..) => "offer",
        Effect::Trim(_) => "trim",
        Effect::Text(..) => "text",
    }
}

#[test]
fn no_verb_is_dead() {
    let options = read(&Files::embedded().folder("options"));
    let is_dead = |name: &&&str| !shows(&options, "", |spec| strip(spec, |effect| verb(effect) == **name));
    let dead: Vec<&&str> = VERBS.par_iter().filter(is_dead).collect();
    assert!(dead.is_empty(), "{dead:#?}");
}

/// Each topic matters: silence where there was a stance, and a strong one where there was none, change something.
#[test]
fn no_topic_is_dead() {
    let folder = tempfile::tempdir().unwrap();
    write_embedded(folder.path()).unwrap();
    // A reader of its own each time: one that reads on refuses a file that changes.
    let read_now = || {
        let mut options = read(&Files::directory(folder.path()).folder("options"));
        let facts = options.specs.iter_mut().flat_map(|spec| &mut spec.facts);
        facts.filter(|fact| SWITCHES.contains(&fact.name.as_str())).for_each(|fact| fact.on = true);
        options
    };
    let options = read_now();
    let path = folder.path().join("options/politics/stances.csv");
    let stances = fs::read_to_string(&path).unwrap();
    let topics: BTreeSet<&str> = stances.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(topics.len(), 26);
    let mut dead = Vec::new();
    for topic in topics {
        let turned = |line: &str| match line.strip_prefix(&format!("{topic},")) {
            Some(rest) => {
                let (speaker, strength) = rest.split_once(',').unwrap();
                let other = if strength.starts_with("0,") { 2 } else { 0 };
                format!("{topic},{speaker},{other},test,assumption\n")
            }
            None => format!("{line}\n"),
        };
        fs::write(&path, stances.lines().map(turned).collect::<String>()).unwrap();
        let changed = read_now();
        let pairs: Vec<_> = options
            .specs
            .iter()
            .zip(&changed.specs)
            .map(|(old, new)| (compile(old, &options.world), compile(new, &changed.world)))
            .collect();
        let is_seen = DRAWS.iter().any(|&n| {
            pairs.par_iter().any(|(old, new)| (0..n).any(|draw| led(old, draw, "") != led(new, draw, "")))
        });
        if !is_seen {
            dead.push(topic);
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}
