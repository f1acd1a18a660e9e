//! What a malformed option is told: file, line, what was found, what was expected, what to do.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use tradepath::data::Files;
use tradepath::events::known::unknown_names;
use tradepath::events::{Tables, read_option};

/// Line 1 to 15 of an option: `vote` is the stage on the lines 9 to 14.
const SOUND: &str = r#"id = "small"
title = "A test"

[[process]]
id = "deal"
party = "AAA"
start = "2021-01-01"
[[process.stage]]
id = "vote"
duration = { kind = "fixed", days = 10 }
probability = 0.5
effects = ["join:pact:AAA"]
source = "test"
mark = "assumption"
"#;

fn message(files: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let error = read_option(&Files::directory(folder.path()), "small", None).unwrap_err().to_string();
    error.replace(&folder.path().display().to_string(), "")
}

/// Replaces a line of the sound option and expects a fault that names what was found.
#[track_caller]
fn refused(line: &str, by: &str, expected: &str) {
    assert!(SOUND.contains(line));
    let message = message(&[("small.toml", &SOUND.replace(line, by))]);
    assert!(message.contains(expected), "{expected:?} is missing in:\n{message}");
}

#[test]
fn the_sound_option_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.toml"), SOUND).unwrap();
    read_option(&Files::directory(folder.path()), "small", None).unwrap();
}

#[test]
fn figures_out_of_range_are_refused_with_their_line() {
    refused(
        "probability = 0.5",
        "probability = 1.5",
        "small.toml:11 `deal.vote` = 1.5: expected a probability from 0 to 1",
    );
    refused("days = 10", "days = -10", "small.toml:10 `deal.vote` = days = -10: expected days from 0");
    refused(
        "2021-01-01",
        "2019-01-01",
        "small.toml:7 `deal` = 2019-01-01: expected a date within the horizon, 2020-11-01",
    );
    refused(
        "mark = \"assumption\"",
        "mark = \"guess\"",
        "small.toml:14 `deal.vote` = guess: expected seed, public",
    );
    refused(
        "probability = 0.5",
        "max_retries = 2",
        "small.toml:11 `deal.vote` = retry_days: expected a day or more",
    );
    let stretch = "stretch = [{ by = 0.0 }]";
    refused(
        "probability = 0.5",
        stretch,
        "small.toml:11 `deal.vote` = add = 0, by = 0: expected a stretch by a factor",
    );
    let weeks = "shift = [{ before = \"polls\", within_days = 0, add = 1 }]";
    refused("probability = 0.5", weeks, "`deal.vote` = polls: expected the name of a [[calendar]]");
    refused("probability = 0.5", weeks, "`deal.vote` = within_days = 0: expected a number from 0.001");
    let parameter = "shift = [{ parameter = \"demand\", add = 1 }]";
    refused(
        "probability = 0.5",
        parameter,
        "small.toml:11 `deal.vote` = demand: expected the name of a [[parameter]]",
    );
}

#[test]
fn names_that_nothing_has_are_refused_with_their_line() {
    refused(
        "probability = 0.5",
        "requires = [\"autority\"]",
        "small.toml:11 `requires` = autority: expected a fact that",
    );
    refused(
        "probability = 0.5",
        "unless = [\"crisis\"]",
        "small.toml:11 `unless` = crisis: expected a fact that",
    );
    refused(
        "start = ",
        "cancelled_by = [\"rival\"]\nstart = ",
        "small.toml:7 `cancelled_by` = rival: expected a fact",
    );
    refused(
        "join:pact:AAA",
        "jion:pact:AAA",
        "small.toml:12 `effects` = jion:pact:AAA: expected set:NAME, clear:NAME",
    );
    refused(
        "join:pact:AAA",
        "cancel:dael",
        "small.toml:12 `effects` = cancel:dael: expected the id of a process",
    );
    refused(
        "probability = 0.5",
        "next = \"entry\"",
        "small.toml:11 `deal.vote` = entry: expected a later stage",
    );
    let branch = "mark = \"assumption\"\n[[process.stage.branch]]\nprobability = 0.6\nto = \"talks\"\nat_most = 0\n\
        source = \"test\"\nmark = \"assumption\"";
    refused(
        "mark = \"assumption\"",
        branch,
        "small.toml:17 `deal.vote` = talks: expected a stage of the process, next, or end",
    );
    refused(
        "mark = \"assumption\"",
        branch,
        "small.toml:18 `deal.vote` = at_most = 0: expected once or more",
    );
    refused(
        "mark = \"assumption\"",
        branch,
        "small.toml:16 `deal.vote` = 1.1: expected outcomes whose probabilities",
    );
    let rule = "rule = { fact = \"ratified:\", parties = [\"AAA\"], any_of = [{ count = 2 }] }";
    refused("probability = 0.5", rule, "small.toml:11 `rule` = ratified:AAA: expected a fact that");
    refused("probability = 0.5", rule, "small.toml:11 `deal.vote` = RuleCase { count: 2");
    refused("id = \"small\"", "id = \"smal\"", "small.toml:1 `id` = smal: expected small");
    refused("party = \"AAA\"", "party = \"AAA\"\nspeed = 3", "small.toml:7 `option` = unknown field `speed`");
}

#[test]
fn stages_that_nothing_leads_to_and_deadlocks_are_refused() {
    let more = |probability: &str, keys: &str| {
        let second = "[[process.stage]]\nid = \"entry\"\nduration = { kind = \"fixed\", days = 1 }\nsource = \"test\"\nmark = \"seed\"\n";
        format!("{}{second}{keys}", SOUND.replace("probability = 0.5", probability))
    };
    let dead_end = message(&[("small.toml", &more("next = \"end\"", ""))]);
    assert!(
        dead_end.contains("small.toml:16 `deal.entry` = unreachable: expected a stage that something"),
        "{dead_end}"
    );
    let never = message(&[("small.toml", &more("probability = 0.0", ""))]);
    assert!(never.contains("`deal.entry` = unreachable"), "{never}");
    let itself = message(&[("small.toml", &more("requires = [\"done\"]", "effects = [\"set:done\"]\n"))]);
    let expected = "small.toml:11 `deal.vote` = waits for done, which only comes after it: expected guards that can be met";
    assert!(itself.contains(expected), "{itself}");
}

#[test]
fn includes_are_followed_and_circles_and_missing_files_are_refused() {
    let with = |id: &str, include: &str, process: &str| {
        SOUND
            .replace("id = \"small\"", &format!("id = \"{id}\""))
            .replace("title = \"A test\"", &format!("title = \"A test\"\ninclude = [{include}]"))
            .replace("id = \"deal\"", &format!("id = \"{process}\""))
    };
    let files =
        [("small.toml", &with("small", "\"part\"", "a")), ("part.toml", &with("part", "\"small\"", "b"))];
    let circle = message(&files.map(|(name, text)| (name, text.as_str())));
    assert!(
        circle.contains("part.toml:3 `include` = small -> part -> small: expected no circular include"),
        "{circle}"
    );
    let missing = message(&[("small.toml", &with("small", "\"prat\"", "a"))]);
    assert!(
        missing.contains("small.toml:3 `include` = prat: expected a file of the options folder"),
        "{missing}"
    );
    let twice = message(&[
        ("small.toml", &with("small", "\"part\"", "deal")),
        ("part.toml", &with("part", "", "deal")),
    ]);
    assert!(twice.contains("part.toml:6 `deal` = given twice: expected each process once"), "{twice}");

    let folder = tempfile::tempdir().unwrap();
    let prefixed = with("small", "{ option = \"part\", prefix = \"first_\" }", "a");
    fs::write(folder.path().join("small.toml"), prefixed).unwrap();
    let part = with("part", "", "b").replace("probability = 0.5", "milestone = \"in_force\"");
    fs::write(folder.path().join("part.toml"), part).unwrap();
    let option = read_option(&Files::directory(folder.path()), "small", None).unwrap();
    let ids: Vec<_> = option.processes.iter().map(|process| process.id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(option.processes[1].stages[0].milestone.as_deref(), Some("first_in_force"));
}

#[test]
fn agreements_that_the_policy_tables_do_not_hold_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = SOUND.replace("probability = 0.5", "requires = [\"member:cptp:JPN\"]");
    fs::write(folder.path().join("small.toml"), text).unwrap();
    let option = read_option(&Files::directory(folder.path()), "small", None).unwrap();
    let of = |agreements: &[&'static str]| Tables {
        agreements: agreements.iter().copied().collect(),
        parties: ["AAA", "JPN"].into(),
        memberships: None,
        ..Tables::default()
    };
    let faults = unknown_names(&option, None, &of(&["cptpp"]));
    let lines: Vec<_> = faults.as_slice().iter().map(|fault| (fault.line, fault.found.as_str())).collect();
    assert_eq!(lines, [(Some(11), "cptp"), (Some(12), "pact")]);
    assert_eq!(unknown_names(&option, None, &of(&["cptp", "pact"])).as_slice(), []);
}

#[test]
fn all_faults_are_listed_together() {
    let text = SOUND
        .replace("days = 10", "days = -1")
        .replace("probability = 0.5", "probability = 1.5\nrequires = [\"nobody_sets_this\"]")
        .replace("mark = \"assumption\"", "mark = \"guess\"");
    let message = message(&[("small.toml", &text)]);
    assert!(message.starts_with("4 faults in the input:"), "{message}");
}

fn tradepath(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.current_dir(folder).arg("timeline");
    command
}

#[test]
fn timeline_writes_the_same_bytes_for_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    for threads in ["1", "2", "8"] {
        let arguments = ["hybrid", "--draws", "1500", "--threads", threads, "--out", threads, "--graph"];
        tradepath(folder.path()).args(arguments).assert().success();
    }
    for file in [
        "events.csv",
        "states.csv",
        "dates.csv",
        "by_year.csv",
        "graph.dot",
        "graph.mmd",
        "swim_lanes.svg",
        "swim_lanes.csv",
    ] {
        let bytes = |threads: &str| fs::read(folder.path().join(threads).join(file)).unwrap();
        assert!(bytes("1") == bytes("2") && bytes("1") == bytes("8"), "{file}");
    }
}

#[test]
fn timeline_summaries_agree_with_the_events_they_count() {
    let folder = tempfile::tempdir().unwrap();
    for (out, more) in [("all", None), ("summary", Some("--summary"))] {
        let arguments = ["cptpp_accession", "--draws", "300", "--set", "demands=0.5", "--out", out];
        tradepath(folder.path()).args(arguments).args(more).assert().success();
    }
    let read = |path: &str| fs::read_to_string(folder.path().join(path)).unwrap();
    assert_eq!(read("all/dates.csv"), read("summary/dates.csv"));
    let counted = read("summary/events_summary.csv");
    let total: usize =
        counted.lines().skip(1).map(|line| line.rsplit(',').next().unwrap().parse::<usize>().unwrap()).sum();
    assert_eq!(total, read("all/events.csv").lines().count() - 1);
    assert!(!folder.path().join("summary/events.csv").exists());
    let lanes = read("all/swim_lanes.svg");
    let picture = roxmltree::Document::parse(&lanes).unwrap();
    let texts: Vec<_> = picture.descendants().filter_map(|node| node.attribute("data-text")).collect();
    for text in ["deal", "in_force 20", "accede.GBR", "2030"] {
        assert!(texts.iter().any(|found| found.starts_with(text)), "{text} is missing in {texts:?}");
    }
}

#[test]
fn timeline_explains_and_fits_and_refuses_unknown_names() {
    let folder = tempfile::tempdir().unwrap();
    let told = tradepath(folder.path()).args(["hybrid", "--explain", "in_force"]).assert().success();
    told.stdout(contains("deal.entry reached [in_force]")).stdout(contains("after: "));
    tradepath(folder.path())
        .args(["hybrid", "--explain", "in_farce"])
        .assert()
        .code(2)
        .stderr(contains("`--explain` = in_farce: expected a date, a milestone (").and(contains("in_force")));
    tradepath(folder.path())
        .args(["hybrid", "--set", "speed=1", "--out", "x"])
        .assert()
        .failure()
        .stderr(contains("`speed` is no parameter and no switch").and(contains("demands")));
    let table = "agreement,party,from_event,to_event,date_from,date_to,duration_days,confidence,note\n\
        A,,talks,end,2000-01-01,,300,recalled,\nB,,talks,end,2000-01-01,,500,recalled,\n\
        C,,talks,end,2000-01-01,,400,recalled,\nD,,talks,end,2000-01-01,,9999,recalled,after_cutoff\n";
    fs::write(folder.path().join("timing.csv"), table).unwrap();
    tradepath(folder.path()).args(["--fit", "timing.csv", "--format", "csv"]).assert().success().stdout(
        contains("talks to end,3,320.0,400.0,480.0,").and(contains("log_normal")).and(contains("weibull")),
    );
}
