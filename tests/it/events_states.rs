//! States, logits, looks: what they come to, and how faults are told.

use std::fs;

use jiff::civil::date;
use tradepath::data::Files;
use tradepath::events::milestones::Tally;
use tradepath::events::{Horizon, Program, read_option, read_options};
use tradepath::policy::PolicyTimeline;

use super::events_engine::nothing;

const HORIZON: Horizon = Horizon { start: date(2020, 11, 1), end: date(2035, 12, 31) };

const OPTION: &str = r#"
id = "small"
title = "A test"
[[parameter]]
name = "weight"
value = 2.0
range = [0.0, 4.0]
mark!
[[state]]
name = "trust"
start = -1.0
mean = 0.0
half_life_years = 2
mark!
[[state]]
name = "mood"
shift = [{ reads = "trust", parameter = "weight", add = 1 }]
mark!
[[process]]
id = "deal"
party = "AAA"
start = "2022-11-01"
[[process.stage]]
id = "vote"
duration = { kind = "fixed", days = 0 }
logit = 0
shift = [{ reads = "mood", add = 1 }]
effects = ["move:trust:0.5"]
milestone = "vote"
mark!
[[process]]
id = "war"
party = "AAA"
start = "2021-01-01"
[[process.stage]]
id = "peace"
duration = { kind = "fixed", days = 0 }
look_every_days = 91
logit = -3
milestone = "peace"
mark!
"#;

fn faults_of(text: &str) -> Result<tradepath::events::OptionSpec, String> {
    let folder = tempfile::tempdir().unwrap();
    let text = text.replace("mark!", "source = \"test\"\nmark = \"assumption\"");
    fs::write(folder.path().join("small.toml"), text).unwrap();
    read_option(&Files::directory(folder.path()), "small", None).map_err(|faults| faults.to_string())
}

fn chance(text: &str, milestone: &str) -> f64 {
    let option = faults_of(text).unwrap();
    let program = Program::compile(&option, &nothing(), &PolicyTimeline::default(), HORIZON);
    let found = Tally::count(&program, 1, 20_000).milestones(&program);
    found.iter().find(|one| one.name == milestone).unwrap().probability_by(HORIZON.end)
}

fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

#[test]
fn a_state_decays_and_moves_a_chance_through_its_logit() {
    // Two years of a half-life of two: half of the distrust of 1 is left, times the weight of 2.
    let expected = logistic(-1.0);
    assert!((chance(OPTION, "vote") - expected).abs() < 0.012, "{}", chance(OPTION, "vote"));
}

#[test]
fn looks_add_up_to_the_chance_of_all_of_them() {
    let looks = 5477.0_f64.div_euclid(91.0) + 1.0;
    let expected = 1.0 - (1.0 - logistic(-3.0)).powf(looks);
    assert!((chance(OPTION, "peace") - expected).abs() < 0.012, "{} {expected}", chance(OPTION, "peace"));
    // A look that has to be taken each time comes to the same.
    let unsteady = OPTION.replace("logit = -3\n", "logit = -3\nshift = [{ reads = \"trust\", add = 0 }]\n");
    assert_eq!(chance(OPTION, "peace"), chance(&unsteady, "peace"));
}

#[test]
fn adding_a_state_changes_no_other_luck() {
    let more = format!("{OPTION}[[state]]\nname = \"other\"\nsd = 1\nmark!\n");
    for milestone in ["vote", "peace"] {
        assert_eq!(chance(OPTION, milestone), chance(&more, milestone));
    }
}

/// A state of the option may read one of the world; where that reads it back, neither has a value on a day.
#[test]
fn a_circle_through_the_world_is_refused_and_does_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let text = text.replace("mark!", "source = \"test\"\nmark = \"assumption\"");
        fs::write(folder.path().join(name), text).unwrap();
    };
    let state = |name: &str, reads: &str| {
        format!("[[state]]\nname = \"{name}\"\nshift = [{{ reads = \"{reads}\", add = 1 }}]\nmark!\n")
    };
    put(
        "world.toml",
        &format!(
            "id = \"world\"\ntitle = \"World\"\n[[state]]\nname = \"mood\"\nmark!\n{}",
            state("trade", "mood")
        ),
    );
    put("small.toml", &format!("id = \"small\"\ntitle = \"A test\"\n{}", state("mood", "trade")));
    let found = read_options(&Files::directory(folder.path()), ["small"], None).unwrap_err().to_string();
    assert!(found.contains("small.toml:5") && found.contains("in a circle"), "{found}");
}

#[test]
fn faults_of_states_are_told_with_their_line() {
    let refused = |from: &str, to: &str, expected: &str| {
        let text = OPTION.replace(from, to);
        let found = faults_of(&text).unwrap_err();
        assert!(found.contains(expected) && found.contains("small.toml:"), "{found}");
    };
    refused("reads = \"mood\"", "reads = \"humour\"", "[[state]]");
    refused("reads = \"trust\"", "reads = \"mood\"", "in a circle");
    refused("logit = 0", "logit = 1e9", "a logit from -20 to 20");
    refused("logit = 0", "logit = 20.5", "a logit from -20 to 20");
    refused("logit = 0", "logit = nan", "a logit from -20 to 20");
    refused("logit = 0", "logit = \"height\"", "height");
    refused("move:trust:0.5", "move:faith:0.5", "faith");
    refused("logit = 0", "logit = 0\nprobability = 0.5", "not both");
    refused("reads = \"mood\"", "reads = \"minds:AAA\"", "actor of stances.csv");
    refused("effects = [\"move:trust:0.5\"]", "effects = [\"ask:menu:AAA\"]", "menus.csv");
}
