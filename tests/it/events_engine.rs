//! The event engine on small options of its own: guards, branches, cancellation, rules, causes.

use std::fs;

use jiff::ToSpan;
use jiff::civil::date;
use tradepath::data::Files;
use tradepath::events::milestones::Tally;
use tradepath::events::{DrawnTimeline, Horizon, OptionSpec, Program, graph, read_option};
use tradepath::policy::PolicyTimeline;

const HORIZON: Horizon = Horizon { start: date(2020, 11, 1), end: date(2035, 12, 31) };

/// An option from its tables; `stage` and `process` heads are written short.
fn option(tables: &str) -> OptionSpec {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.toml"), text(tables)).unwrap();
    read_option(&Files::directory(folder.path()), "small", None).unwrap()
}

/// Adds the keys that every table needs.
fn text(tables: &str) -> String {
    let sourced = tables.replace("mark!", "source = \"test\"\nmark = \"assumption\"");
    format!("id = \"small\"\ntitle = \"A test\"\n{sourced}")
}

/// The world in which nothing else happens.
pub fn nothing() -> OptionSpec {
    read_option(&Files::embedded().folder("options"), "status_quo", None).unwrap()
}

/// The program of an option from its tables.
pub fn program(tables: &str) -> Program {
    Program::compile(&option(tables), &nothing(), &PolicyTimeline::default(), HORIZON)
}

fn drawn(tables: &str) -> DrawnTimeline {
    program(tables).timeline(1, 0)
}

fn log(drawn: &DrawnTimeline) -> Vec<(String, &'static str, String)> {
    let row = |event: &tradepath::events::LoggedEvent| {
        (event.date.to_string(), event.event, format!("{}.{}", event.process, event.stage))
    };
    drawn.log.iter().map(row).collect()
}

fn expect(drawn: &DrawnTimeline, expected: &[(&str, &'static str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(a, b, c)| ((*a).to_owned(), *b, (*c).to_owned())).collect();
    assert_eq!(log(drawn), expected);
}

const GUARDED: &str = r#"
[[fact]]
name = "authority"
from = "2023-05-01"
mark!
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
mark!
[[recurring]]
id = "election"
party = "AAA"
first = "2025-01-20"
every_years = 4
requires = ["member:pact:AAA"]
probability = 1.0
effects = ["leave:pact:AAA"]
milestone = "withdrawal"
mark!
"#;

#[test]
fn a_guard_holds_a_stage_until_its_fact_is_there() {
    let drawn = drawn(GUARDED);
    expect(
        &drawn,
        &[
            ("2021-01-11", "waiting", "deal.vote"),
            ("2023-05-01", "began", "authority."),
            ("2023-05-01", "reached", "deal.vote"),
            ("2025-01-20", "happened", "election."),
        ],
    );
    assert_eq!(drawn.log[2].parent_seq, Some(1));
    assert!(drawn.policy.is_member("pact", "AAA", date(2025, 1, 19)));
    assert!(!drawn.policy.is_member("pact", "AAA", date(2025, 1, 20)));
    assert!(drawn.policy.is_member("pact", "BBB", date(2030, 1, 1)));
}

#[test]
fn causes_are_told_back_to_the_first_and_unknown_names_are_refused() {
    let program = program(GUARDED);
    let drawn = program.timeline(1, 0);
    let told = program.explain(&drawn, "in_force").unwrap();
    let expected = "2023-05-01 deal.vote reached [in_force] (join:pact:AAA;BBB)\n  \
        it waited for: 2023-05-01 authority began\n  it was ready on: 2021-01-11 deal.vote waiting\n";
    assert_eq!(told, expected);
    assert_eq!(program.explain(&drawn, "2025-01-20").unwrap().lines().count(), 1);
    assert_eq!(program.explain(&drawn, "2025-01-21").unwrap(), "nothing happens on 2025-01-21\n");
    let message = program.explain(&drawn, "in_farce").unwrap_err().to_string();
    assert!(message.contains("`in_farce`") && message.contains("in_force, withdrawal"), "{message}");
}

#[test]
fn a_stage_waits_until_what_must_not_hold_is_gone() {
    let tables = r#"
[[fact]]
name = "crisis"
until = "2022-03-01"
mark!
[[process]]
id = "deal"
party = "AAA"
start = "2021-01-01"
[[process.stage]]
id = "vote"
duration = { kind = "fixed", days = 10 }
unless = ["crisis"]
mark!
"#;
    expect(
        &drawn(tables),
        &[
            ("2020-11-01", "began", "crisis."),
            ("2021-01-11", "waiting", "deal.vote"),
            ("2022-03-01", "ended", "crisis."),
            ("2022-03-01", "reached", "deal.vote"),
        ],
    );
}

#[test]
fn a_fact_or_an_effect_ends_a_process_wherever_it_stands() {
    let tables = r#"
[[fact]]
name = "rival"
from = "2021-06-01"
mark!
[[process]]
id = "running"
party = "AAA"
start = "2021-01-01"
cancelled_by = ["rival"]
[[process.stage]]
id = "talks"
duration = { kind = "fixed", days = 400 }
mark!
[[process]]
id = "other"
party = "AAA"
start = "2021-01-01"
[[process.stage]]
id = "talks"
duration = { kind = "fixed", days = 500 }
mark!
[[process]]
id = "breaker"
party = "AAA"
start = "2021-01-01"
[[process.stage]]
id = "news"
duration = { kind = "fixed", days = 300 }
effects = ["cancel:other"]
mark!
"#;
    expect(
        &drawn(tables),
        &[
            ("2021-06-01", "began", "rival."),
            ("2021-06-01", "cancelled", "running.talks"),
            ("2021-10-28", "reached", "breaker.news"),
            ("2021-10-28", "cancelled", "other.talks"),
        ],
    );
}

#[test]
fn a_stage_goes_slower_only_while_the_fact_holds() {
    let tables = r#"
[[fact]]
name = "pandemic"
from = "2021-02-10"
until = "2021-03-02"
mark!
[[process]]
id = "deal"
party = "AAA"
start = "2021-01-01"
[[process.stage]]
id = "talks"
duration = { kind = "fixed", days = 100 }
stretch = [{ when = "pandemic", by = 2.0 }]
mark!
"#;
    // 40 days of work before, 20 days that do the work of 10, 50 days of work after: 110 days.
    let drawn = drawn(tables);
    assert_eq!(drawn.log.last().unwrap().date, date(2021, 1, 1).saturating_add(110.days()));
}

#[test]
fn a_membership_is_suspended_and_resumed() {
    let tables = r#"
[[process]]
id = "deal"
party = "AAA"
start = "2021-01-01"
[[process.stage]]
id = "entry"
duration = { kind = "fixed", days = 0 }
effects = ["join:pact:AAA;BBB"]
mark!
[[process.stage]]
id = "quarrel"
duration = { kind = "fixed", days = 100 }
effects = ["suspend:pact:AAA;CCC"]
mark!
[[process.stage]]
id = "peace"
duration = { kind = "fixed", days = 100 }
effects = ["resume:pact:AAA;BBB"]
mark!
[[process]]
id = "watch"
party = "BBB"
[[process.stage]]
id = "noticed"
duration = { kind = "fixed", days = 0 }
requires = ["suspended:pact:AAA"]
mark!
"#;
    let drawn = drawn(tables);
    let of: Vec<_> = drawn.policy.memberships.iter().map(|m| (m.party.as_str(), m.from, m.until)).collect();
    let [entry, quarrel, peace] = [0, 100, 200].map(|days| date(2021, 1, 1).saturating_add(days.days()));
    assert_eq!(of, [("AAA", entry, Some(quarrel)), ("BBB", entry, None), ("AAA", peace, None)]);
    assert_eq!(DrawnTimeline::replay(&PolicyTimeline::default(), &drawn.log), drawn.policy);
    assert!(drawn.log.iter().any(|event| event.process == "watch" && event.event == "reached"));
}

#[test]
fn an_agreement_enters_into_force_by_its_rule_with_a_second_case_after_two_years() {
    let party = |id: &str, days: u32| {
        format!(
            "[[process]]\nid = \"ratify.{id}\"\nparty = \"{id}\"\nstart = \"2021-01-01\"\n[[process.stage]]\n\
             id = \"vote\"\nduration = {{ kind = \"fixed\", days = {days} }}\neffects = [\"set:ratified:{id}\"]\nmark!\n"
        )
    };
    let tables = |last: u32| {
        let rule = r#"
[[process]]
id = "pact"
party = "ALL"
start = "2021-01-01"
[[process.stage]]
id = "rule"
duration = { kind = "fixed", days = 0 }
milestone = "met"
mark!
[process.stage.rule]
fact = "ratified:"
parties = [["AAA", 80.0], ["BBB", 6.0], ["CCC", 14.0]]
any_of = [{ count_share = 1.0 }, { count = 2, weight_share = 0.85, after_days = 730 }]
"#;
        format!("{rule}{}{}{}", party("AAA", 100), party("BBB", 200), party("CCC", last))
    };
    let met = |last: u32| {
        let drawn = drawn(&tables(last));
        let event = drawn.log.iter().find(|event| event.milestone.is_some()).unwrap();
        (event.date, event.parent_seq.is_some())
    };
    assert_eq!(met(300), (date(2021, 10, 28), true));
    assert_eq!(met(900).0, date(2023, 1, 1), "six of seven weights after two years");
}

/// Two stages with another try and a way back, and a process that helps.
pub const SMALL: &str = r#"
[[process]]
id = "deal"
party = "AAA"
start = "2021-01-01"
[[process.stage]]
id = "talks"
duration = { kind = "fixed", days = 100 }
probability = 0.5
retry_days = 50
max_retries = 1
mark!
[[process.stage]]
id = "vote"
duration = { kind = "fixed", days = 200 }
probability = 0.6
shift = [{ when = "help", add = 0.2 }]
milestone = "in_force"
mark!
[[process.stage.branch]]
probability = 0.3
to = "talks"
mark!
[[process]]
id = "help"
party = "AAA"
start = "2021-01-01"
[[process.stage]]
id = "passed"
duration = { kind = "fixed", days = 320 }
probability = 0.4
effects = ["set:help"]
mark!
"#;

#[test]
fn probabilities_follow_years_elections_and_parameters() {
    let tables = |shift: &str| {
        format!(
            "[[calendar]]\nname = \"elections\"\ndates = [\"2022-11-08\"]\nmark!\n[[parameter]]\nname = \"demands\"\n\
             value = 0.5\nmark!\n[[process]]\nid = \"deal\"\nparty = \"AAA\"\nstart = \"2021-11-08\"\n[[process.stage]]\n\
             id = \"vote\"\nduration = {{ kind = \"fixed\", days = 0 }}\nprobability = 0.5\nmilestone = \"in_force\"\n\
             shift = [{shift}]\nmark!\n"
        )
    };
    let share = |shift: &str| {
        let program = program(&tables(shift));
        let found = Tally::count(&program, 5, 20_000).milestones(&program);
        found[0].probability_by(HORIZON.end)
    };
    for (shift, expected) in [
        ("{ per_year_since = \"2019-11-08\", add = -0.1 }", 0.3),
        ("{ per_year_since = \"2011-11-08\", at_most_years = 2.0, add = 0.1 }", 0.7),
        ("{ before = \"elections\", within_days = 730, add = 0.4 }", 0.7),
        ("{ before = \"elections\", within_days = 300, add = 0.4 }", 0.5),
        ("{ parameter = \"demands\", add = -0.4 }", 0.3),
        ("{ parameter = \"demands\", by = 0.25 }", 0.25),
        ("{ add = 0.1 }, { by = 0.5 }", 0.35),
    ] {
        let found = share(shift);
        assert!((found - expected).abs() < 0.015, "{shift}: {found}, expected {expected}");
    }
}

#[test]
fn ties_are_settled_in_the_order_of_the_file() {
    let stage = |id: &str| {
        format!(
            "[[process]]\nid = \"{id}\"\nparty = \"AAA\"\nstart = \"2021-01-01\"\n[[process.stage]]\nid = \"s\"\n\
             duration = {{ kind = \"fixed\", days = 5 }}\nrequires = [\"go\"]\nmark!\n"
        )
    };
    let go = "[[fact]]\nname = \"go\"\nfrom = \"2022-01-01\"\nmark!\n";
    let order = |ids: [&str; 3]| -> Vec<String> {
        let tables = format!("{go}{}", ids.map(stage).concat());
        let log = drawn(&tables).log.into_iter().filter(|event| event.event == "reached");
        log.map(|event| event.process.clone()).collect()
    };
    assert_eq!(order(["a", "b", "c"]), ["a", "b", "c"]);
    assert_eq!(order(["c", "a", "b"]), ["c", "a", "b"]);
}

#[test]
fn empirical_durations_come_from_a_file_of_days() {
    let folder = tempfile::tempdir().unwrap();
    let tables = "[[process]]\nid = \"deal\"\nparty = \"AAA\"\nstart = \"2021-01-01\"\n[[process.stage]]\nid = \"s\"\n\
        duration = { kind = \"empirical\", file = \"timing/days.csv\" }\nmilestone = \"done\"\nmark!\n";
    fs::write(folder.path().join("small.toml"), text(tables)).unwrap();
    fs::create_dir(folder.path().join("timing")).unwrap();
    fs::write(folder.path().join("timing/days.csv"), "case,days\na,40\nb,10\nc,20\n").unwrap();
    let option = read_option(&Files::directory(folder.path()), "small", None).unwrap();
    let program = Program::compile(&option, &nothing(), &PolicyTimeline::default(), HORIZON);
    assert_eq!(program.reference().log[0].date, date(2021, 1, 21));
    let found = Tally::count(&program, 1, 4000).milestones(&program);
    let [first, last] = [0.0, 1.0].map(|p| found[0].quantile(p).unwrap());
    assert_eq!([first, last], [date(2021, 1, 11), date(2021, 2, 10)]);
}

#[test]
fn the_reference_path_of_the_world_takes_a_branch_only_where_it_is_likely() {
    let stage = |branch: f64| {
        option(&format!(
            "[[process]]\nid = \"sequel\"\nparty = \"AAA\"\n[[process.stage]]\nid = \"s\"\nprobability = 0.25\n\
             duration = {{ kind = \"fixed\", days = 1 }}\nmark!\n[[process.stage.branch]]\nprobability = {branch}\n\
             to = \"end\"\nmilestone = \"eased\"\nmark!\n"
        ))
    };
    let reference = |option: &OptionSpec, world: &OptionSpec| {
        let program = Program::compile(option, world, &PolicyTimeline::default(), HORIZON);
        program.reference().log[0].event
    };
    assert_eq!(reference(&nothing(), &stage(0.3)), "failed");
    assert_eq!(reference(&nothing(), &stage(0.6)), "diverted");
    assert_eq!(reference(&stage(0.6), &nothing()), "reached");
}

#[test]
fn graphs_name_stages_branches_and_guards() {
    let option = option(SMALL);
    let (dot, mermaid) = (graph::dot(&option, &nothing()), graph::mermaid(&option, &nothing()));
    for part in [
        "\"deal.talks\" -> \"deal.vote\"",
        "\"deal.vote\" -> \"deal.talks\" [label=\"back\"]",
        "\"help.passed\" -> \"deal.vote\" [label=\"help\", style=dashed]",
        "vote (60 %)",
    ] {
        assert!(dot.contains(part), "{part} is missing in\n{dot}");
    }
    assert!(mermaid.starts_with("flowchart LR\n"), "{mermaid}");
    assert!(mermaid.contains("n2 -.->|\"help\"| n1") && mermaid.contains("n1 -->|\"back\"| n0"), "{mermaid}");
}
