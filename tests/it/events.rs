//! The event engine on the embedded options and on small ones of its own.

use std::fs;

use jiff::civil::date;
use tradepath::data::Files;
use tradepath::events::{DrawnTimeline, Horizon, OptionSpec, draw, list_options, milestones, read_option};
use tradepath::policy::PolicyTimeline;

const HORIZON: Horizon = Horizon { start: date(2020, 11, 1), end: date(2035, 12, 31) };

fn embedded(id: &str) -> OptionSpec {
    read_option(&Files::embedded().folder("options"), id).unwrap()
}

fn drawn(option: &OptionSpec, number: u64) -> DrawnTimeline {
    draw(option, &embedded("world"), &PolicyTimeline::default(), HORIZON, 1, number)
}

fn probability(id: &str, milestone: &str) -> f64 {
    let option = embedded(id);
    let draws: Vec<_> = (0..400).map(|number| drawn(&option, number)).collect();
    let first = draws.iter().flat_map(|drawn: &DrawnTimeline| drawn.first_dates(HORIZON));
    let found = milestones::distribution(first, draws.len());
    found.iter().find(|found| found.name == milestone).map_or(0.0, |found| found.probability_by(HORIZON.end))
}

#[test]
fn every_option_of_the_plan_is_there_and_sound() {
    let ids = list_options(&Files::embedded().folder("options"));
    for id in [
        "status_quo",
        "tpp_return",
        "cptpp_accession",
        "cptpp_renegotiation",
        "sectoral_digital",
        "sectoral_medical",
        "sectoral_environment",
        "hybrid",
    ] {
        assert!(ids.contains(&id.to_owned()), "{id}");
        assert_eq!(embedded(id).id, id);
    }
}

#[test]
fn the_log_replays_to_the_same_memberships() {
    for id in list_options(&Files::embedded().folder("options")) {
        let option = embedded(&id);
        for number in 0..20 {
            let drawn = drawn(&option, number);
            assert_eq!(DrawnTimeline::replay(&PolicyTimeline::default(), &drawn.log), drawn.policy, "{id}");
            assert!(drawn.log.is_sorted_by_key(|event| event.date));
            for event in &drawn.log {
                assert!(event.parent_seq.is_none_or(|parent| parent < event.seq));
            }
        }
    }
}

#[test]
fn the_world_has_the_same_luck_under_every_option() {
    let world_events = |id: &str, number: u64| -> Vec<_> {
        let log = drawn(&embedded(id), number).log;
        let of_world = log.into_iter().filter(|event| event.process.starts_with("accede."));
        of_world.map(|event| (event.date, event.event, event.process)).collect()
    };
    for number in 0..50 {
        assert_eq!(world_events("status_quo", number), world_events("hybrid", number));
    }
}

#[test]
fn options_rank_as_the_report_ranks_their_chances() {
    let tpp = probability("tpp_return", "in_force");
    let accession = probability("cptpp_accession", "in_force");
    let sectoral = probability("sectoral_digital", "in_force");
    assert!(tpp < 0.10, "{tpp}");
    assert!(tpp < accession && accession < sectoral, "{tpp} {accession} {sectoral}");
    assert_eq!(probability("status_quo", "in_force"), 0.0);
}

#[test]
fn a_guard_holds_a_stage_until_its_fact_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"
id = "guarded"
title = "A stage that waits"
[[fact]]
name = "authority"
from = "2023-05-01"
source = "test"
mark = "assumption"
[[process]]
id = "deal"
party = "AAA"
start = "2021-01-01"
[[process.stage]]
id = "vote"
duration = { kind = "fixed", days = 10 }
requires = ["authority"]
effects = ["join:pact:AAA;BBB"]
milestone = "in_force"
source = "test"
mark = "assumption"
[[recurring]]
id = "election"
party = "AAA"
first = "2025-01-20"
every_years = 4
requires = ["member:pact:AAA"]
probability = 1.0
effects = ["leave:pact:AAA"]
milestone = "withdrawal"
source = "test"
mark = "assumption"
"#;
    fs::write(folder.path().join("guarded.toml"), text).unwrap();
    let option = read_option(&Files::directory(folder.path()), "guarded").unwrap();
    let nothing = embedded("status_quo");
    let drawn = draw(&option, &nothing, &PolicyTimeline::default(), HORIZON, 1, 0);
    let log: Vec<_> = drawn.log.iter().map(|event| (event.date, event.event)).collect();
    let expected =
        [(date(2021, 1, 11), "waiting"), (date(2023, 5, 1), "reached"), (date(2025, 1, 20), "happened")];
    assert_eq!(log, expected);
    assert!(drawn.policy.is_member("pact", "AAA", date(2025, 1, 19)));
    assert!(!drawn.policy.is_member("pact", "AAA", date(2025, 1, 20)));
    assert!(drawn.policy.is_member("pact", "BBB", date(2030, 1, 1)));
}

#[test]
fn faults_of_an_option_are_listed_together() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"
id = "bad"
title = "Three faults"
[[process]]
id = "deal"
party = "AAA"
[[process.stage]]
id = "vote"
duration = { kind = "fixed", days = -1 }
requires = ["nobody sets this"]
probability = 1.5
source = "test"
mark = "guess"
"#;
    fs::write(folder.path().join("bad.toml"), text).unwrap();
    let files = Files::directory(folder.path());
    let message = read_option(&files, "bad").unwrap_err().to_string();
    for part in
        ["duration out of order", "`deal.vote` = nobody sets this", "a probability from 0 to 1", "guess"]
    {
        assert!(message.contains(part), "{part} is missing in:\n{message}");
    }
    fs::write(folder.path().join("odd.toml"), "id = \"odd\"\ntitle = \"x\"\nspeed = 3\n").unwrap();
    let message = read_option(&files, "odd").unwrap_err().to_string();
    assert!(message.contains("odd.toml:3") && message.contains("unknown field `speed`"), "{message}");
    let message = read_option(&files, "none").unwrap_err().to_string();
    assert!(message.contains("expected one of bad, odd"), "{message}");
}
