//! What follows of the report's conclusions from the mechanisms, and that the table of mechanisms names what is there.

use std::fs;

use jiff::civil::date;
use tradepath::data::Files;
use tradepath::events::conclusions::{Conclusion, options_of, read_conclusions};
use tradepath::events::findings::{Finding, Sizes, Trials};
use tradepath::events::milestones::Tally;
use tradepath::events::{Horizon, OptionSpec, Program, Tables, list_options, read_options};

use super::events::{BOOK, embedded};

fn options() -> Files {
    Files::embedded().folder("options")
}

fn findings(conclusions: &[Conclusion], change: impl Fn(&mut OptionSpec), sizes: Sizes) -> Vec<Finding> {
    let ids = options_of(conclusions);
    let (mut specs, world) = read_options(&options(), ids.iter().copied(), Some(&Tables::of(&BOOK))).unwrap();
    specs.iter_mut().for_each(change);
    Trials::new(conclusions, (&specs, &world), &BOOK.initial).unwrap().findings(sizes)
}

const CENTRAL: Sizes = Sizes { seed: 1, n_central: 20_000, n_sets: 0, n_of_set: 1 };

/// What does not follow from the mechanisms at the central weights. The report says it; docs/mechanisms.md says why not.
const NOT_FOUND: [&str; 2] = [
    "accession is easier for members than the hybrid",
    "waiting for the sectoral deal raises them more than going side by side",
];

#[test]
fn the_conclusions_follow_on_20000_draws_but_for_those_that_are_listed() {
    let conclusions = read_conclusions(&options()).unwrap();
    let found = findings(&conclusions, |_| {}, CENTRAL);
    let mut wrong = Vec::new();
    for (one, found) in conclusions.iter().zip(&found) {
        let expected = !NOT_FOUND.contains(&one.text.as_str());
        if found.holds() != expected {
            wrong.push(format!("{}: {:?} +- {:.4}", one.text, found.chances, found.difference_se));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(conclusions.len(), 14);
}

/// Without a difference in American willingness the hybrid loses its lead: the conclusion rests on that mechanism.
#[test]
fn conclusions_fail_where_their_mechanism_is_switched_off() {
    let all = read_conclusions(&options()).unwrap();
    let of = |text: &str| -> Vec<Conclusion> { all.iter().filter(|one| one.text == text).cloned().collect() };
    let sizes = Sizes { n_central: 6000, ..CENTRAL };
    let lead = |one: &Finding| one.chances[0] - one.chances[1];
    let best = of("the hybrid has better odds than accession");
    let with = findings(&best, |_| {}, sizes);
    let without = findings(
        &best,
        |spec| {
            for name in ["willingness", "seat_price"] {
                // Not every option has every weight.
                let _ = spec.set(name, 0.0);
            }
        },
        sizes,
    );
    assert!(lead(&without[0]) < 0.5 * lead(&with[0]), "{with:?} {without:?}");
    let beside = of("a sectoral deal beside it raises the odds of the comprehensive one");
    let without = findings(&beside, |spec| _ = spec.set("trust_sectoral", 0.0), sizes);
    assert!(!without[0].holds() || lead(&without[0]) < 2.0 * without[0].difference_se, "{without:?}");
}

#[test]
fn weight_sets_are_the_same_for_every_number_of_threads_and_some_fail() {
    let conclusions = read_conclusions(&options()).unwrap();
    let few: Vec<Conclusion> = conclusions.into_iter().take(2).collect();
    let sizes = Sizes { seed: 3, n_central: 200, n_sets: 12, n_of_set: 200 };
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| findings(&few, |_| {}, sizes))
    };
    let one = on(1);
    assert_eq!(one, on(3));
    assert!(one.iter().all(|found| found.n_holding <= 12 && found.n_unclear <= 12));
}

#[test]
fn renegotiation_trims_and_comes_into_force_in_some_draws() {
    let horizon = Horizon { start: date(2020, 11, 1), end: date(2035, 12, 31) };
    let program =
        Program::compile(&embedded("cptpp_renegotiation"), &embedded("world"), &BOOK.initial, horizon);
    let found = Tally::count(&program, 1, 8_000).milestones(&program);
    let chance = |name: &str| {
        found.iter().find(|one| one.name == name).map_or(0.0, |one| one.probability_by(horizon.end))
    };
    // More than half of the first texts are refused; a part of those is trimmed until all agree.
    assert!(chance("refusal") > 0.5 * chance("conclusion"), "{}", chance("refusal"));
    assert!(chance("consent") > 0.02 * chance("conclusion"), "{}", chance("consent"));
    assert!(chance("in_force") > 0.0 && chance("walked_away") > 0.0);
}

/// Each row of the table names a test that there is, or a command whose option and weight there are.
#[test]
fn every_mechanism_names_an_experiment_that_exists_or_says_why_it_is_left_out() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(root.join("docs/mechanisms.md")).unwrap();
    let tests: String = fs::read_dir(root.join("tests/it"))
        .unwrap()
        .filter_map(|file| fs::read_to_string(file.unwrap().path()).ok())
        .collect();
    let modules = fs::read_to_string(root.join("tests/it/main.rs")).unwrap();
    let ids = list_options(&options());
    let weights = fs::read_to_string(root.join("data/options/politics/weights.csv")).unwrap();
    let mut rows = 0;
    for line in table.lines().filter(|line| line.starts_with("| S") && !line.starts_with("| S |")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let (number, mechanism, experiment) = (cells[0], cells[1], cells[2]);
        rows += 1;
        assert_eq!(number, format!("S{rows}"), "the rows are in order");
        let is_elsewhere = mechanism.starts_with("left out") || mechanism.starts_with("as S");
        assert!(!experiment.is_empty() || is_elsewhere, "{line}");
        for text in experiment.split('`').skip(1).step_by(2) {
            let words: Vec<&str> = text.split(' ').collect();
            match words[..] {
                ["timeline", option, ..] if !option.starts_with("--") => {
                    assert!(ids.contains(&option.to_owned()), "{line}");
                    let mut spec = embedded(option);
                    let mut world = embedded("world");
                    for pair in words.windows(2).filter(|pair| pair[0] == "--set") {
                        let (name, value) = pair[1].split_once('=').unwrap();
                        let value: f64 = value.parse().unwrap();
                        assert!(spec.set(name, value).is_ok() || world.set(name, value).is_ok(), "{line}");
                    }
                }
                [test] if test.starts_with("events") => {
                    assert!(modules.contains(&format!("mod {test};")), "{line}");
                }
                [name] if name.contains('_') => {
                    let is_weight = weights.lines().any(|row| row.starts_with(&format!("{name},")));
                    assert!(is_weight || tests.contains(&format!("fn {name}(")), "{line}");
                }
                _ => {}
            }
        }
    }
    assert_eq!(rows, 86);
}
