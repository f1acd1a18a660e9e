//! Two things on one day: date, priority, order of declaration, however a process is cut into stages.

use std::fs;

use jiff::civil::date;
use tradepath::data::Files;
use tradepath::events::{DrawnTimeline, Horizon, Program, read_option, read_options};
use tradepath::policy::PolicyTimeline;

const HORIZON: Horizon = Horizon { start: date(2020, 11, 1), end: date(2035, 12, 31) };

/// A process of stages with days and keys of their own.
fn process(id: &str, keys: &str, stages: &[(u32, &str)]) -> String {
    let mut text = format!("[[process]]\nid = \"{id}\"\nparty = \"AAA\"\nstart = \"2021-01-20\"\n{keys}\n");
    for (k, (days, keys)) in stages.iter().enumerate() {
        text += &format!(
            "[[process.stage]]\nid = \"s{k}\"\nduration = {{ kind = \"fixed\", days = {days} }}\n{keys}\n\
             source = \"test\"\nmark = \"assumption\"\n"
        );
    }
    text
}

fn head(id: &str) -> String {
    format!("id = \"{id}\"\ntitle = \"A test\"\n")
}

/// One draw of the tables; the world is empty.
fn drawn(tables: &[String]) -> DrawnTimeline {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.toml"), head("small") + &tables.concat()).unwrap();
    fs::write(folder.path().join("world.toml"), head("world")).unwrap();
    let files = Files::directory(folder.path());
    let (options, world) = read_options(&files, ["small"], None).unwrap();
    Program::compile(&options[0], &world, &PolicyTimeline::default(), HORIZON).timeline(1, 0)
}

/// Milestones with their dates.
fn milestones(tables: &[String]) -> Vec<(String, String)> {
    let dates = drawn(tables).first_dates(HORIZON);
    dates.into_iter().map(|(name, date)| (name, date.to_string())).collect()
}

/// A deal of 100 days in the given cuts, the last of which reaches `in_force`.
fn deal(cuts: &[u32], keys: &str) -> String {
    let last = cuts.len() - 1;
    let mark = |k: usize| if k == last { "milestone = \"in_force\"" } else { "" };
    let stages: Vec<(u32, &str)> = cuts.iter().enumerate().map(|(k, &days)| (days, mark(k))).collect();
    process("deal", keys, &stages)
}

const CUTS: [&[u32]; 4] = [&[100], &[60, 40], &[100, 0], &[0, 99, 1, 0]];

#[test]
fn what_is_declared_first_comes_first_however_it_is_cut() {
    let switch = "[[fact]]\nname = \"stop\"\non = false\nsource = \"test\"\nmark = \"assumption\"\n";
    for cuts in CUTS {
        for killer in [&[100][..], &[30, 70], &[100, 0]] {
            let last = killer.len() - 1;
            let stages = |effect: &'static str| -> Vec<(u32, &str)> {
                killer
                    .iter()
                    .enumerate()
                    .map(|(k, &days)| (days, if k == last { effect } else { "" }))
                    .collect()
            };
            let cancels = process("killer", "", &stages("effects = [\"cancel:deal\"]"));
            let stops = process("killer", "", &stages("effects = [\"set:stop\"]"));
            let guarded = deal(cuts, "cancelled_by = [\"stop\"]");
            let in_force = [("in_force".to_owned(), "2021-04-30".to_owned())];
            for (killer, victim, switch) in
                [(&cancels, &deal(cuts, ""), String::new()), (&stops, &guarded, switch.to_owned())]
            {
                let text = [switch.clone(), killer.clone(), victim.clone()];
                assert!(milestones(&text).is_empty(), "{cuts:?} {killer}");
                let text = [switch, victim.clone(), killer.clone()];
                assert_eq!(milestones(&text), in_force, "{cuts:?} {killer}");
            }
        }
    }
}

#[test]
fn of_two_that_end_each_other_the_first_one_wins() {
    let ends = |id: &str, other: &str, days: &[u32]| {
        let last = format!("effects = [\"cancel:{other}\"]\nmilestone = \"{id}_done\"");
        let at_end = days.len() - 1;
        let stages: Vec<(u32, &str)> = days
            .iter()
            .enumerate()
            .map(|(k, &days)| (days, if k == at_end { last.as_str() } else { "" }))
            .collect();
        process(id, "", &stages)
    };
    for days in [&[10][..], &[4, 6], &[10, 0]] {
        let (x, y) = (ends("x", "y", days), ends("y", "x", &[10]));
        let done = |name: &str| [(name.to_owned(), "2021-01-30".to_owned())];
        assert_eq!(milestones(&[x.clone(), y.clone()]), done("x_done"), "{days:?}");
        assert_eq!(milestones(&[y, x]), done("y_done"), "{days:?}");
    }
}

#[test]
fn a_stage_that_cancels_its_own_process_has_succeeded_and_nothing_follows() {
    let last = "milestone = \"second\"";
    let itself = process("x", "", &[(10, "effects = [\"cancel:x\"]\nmilestone = \"in_force\""), (10, last)]);
    assert_eq!(milestones(std::slice::from_ref(&itself)), [("in_force".to_owned(), "2021-01-30".to_owned())]);
    let log: Vec<_> = drawn(&[itself]).log.iter().map(|event| event.event).collect();
    assert_eq!(log, ["reached", "cancelled"]);
}

#[test]
fn stages_of_no_length_end_on_the_day_they_begin_in_their_order() {
    let zero = process("z", "", &[(0, ""), (0, ""), (0, "milestone = \"in_force\"")]);
    let log: Vec<_> =
        drawn(&[zero]).log.iter().map(|event| (event.stage.clone(), event.date.to_string())).collect();
    assert_eq!(log, ["s0", "s1", "s2"].map(|stage| (stage.to_owned(), "2021-01-20".to_owned())));
}

#[test]
fn facts_come_before_recurring_events_and_these_before_stages() {
    let fact = "[[fact]]\nname = \"calm\"\nfrom = \"2021-04-30\"\nsource = \"test\"\nmark = \"seed\"\n";
    let event = "[[recurring]]\nid = \"election\"\nparty = \"AAA\"\nfirst = \"2021-04-30\"\nevery_years = 20\n\
        probability = 1.0\nrequires = [\"calm\"]\neffects = [\"cancel:deal\"]\nsource = \"test\"\nmark = \"seed\"\n";
    // The deal is declared before both.
    let log: Vec<_> = drawn(&[deal(&[60, 40], ""), event.to_owned(), fact.to_owned()])
        .log
        .iter()
        .map(|event| (event.process.clone(), event.event))
        .collect();
    let expected = [("deal", "reached"), ("calm", "began"), ("election", "happened"), ("deal", "cancelled")];
    assert_eq!(log, expected.map(|(process, event)| (process.to_owned(), event)));
}

/// The order of declaration: the option, what it includes, the world.
#[test]
fn includes_come_after_their_option_and_before_the_world() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    let one = |id: &str| process(id, "", &[(5, "")]);
    write("small.toml", head("small") + "include = [\"b\", \"a\"]\n" + &one("own"));
    write("a.toml", head("a") + &one("of_a"));
    write("b.toml", head("b") + &one("of_b"));
    write("world.toml", head("world") + &one("abroad"));
    let files = Files::directory(folder.path());
    let (option, world) =
        (read_option(&files, "small", None).unwrap(), read_option(&files, "world", None).unwrap());
    let path = Program::compile(&option, &world, &PolicyTimeline::default(), HORIZON).reference();
    let order: Vec<_> = path.log.iter().map(|event| event.process.as_str()).collect();
    assert_eq!(order, ["own", "of_b", "of_a", "abroad"]);
}
