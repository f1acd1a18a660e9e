//! How draws are chosen and weighted, points of parameters, and quadrature in place of draws.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use jiff::civil::date;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use tradepath::data::Files;
use tradepath::ensemble::quadrature::{ParameterSpread, Rule, over_parameters};
use tradepath::ensemble::{Inputs, Plan};
use tradepath::events::milestones::Tally;
use tradepath::events::{Horizon, Program};

use crate::folders::tradepath;

fn example() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/example").display().to_string()
}

/// Rows of a table as columns by name.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn chosen_draws_carry_their_weights_into_the_tables() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let run = |draws: &str, words: &str, out: &str| {
        let mut command = tradepath(at);
        command.args(["run", &example(), "--years", "2025..2025", "--event-draws", "400", "--draws", draws]);
        command.args(words.split_whitespace()).args(["--out", out]).assert().success();
    };
    run("400", "--sampling plain", "all");
    run("40", "--sampling stratified", "chosen");
    let of = |folder: &str, file: &str| rows(&at.join(folder).join(file));
    let number = |row: &BTreeMap<String, String>, column: &str| row[column].parse::<f64>().unwrap();
    let draws = of("chosen", "draws.csv");
    let numbers: BTreeSet<&str> = draws.iter().map(|row| row["draw"].as_str()).collect();
    assert_eq!(numbers.len(), 40);
    assert!(numbers.iter().any(|draw| draw.parse::<u64>().unwrap() >= 40), "{numbers:?}");
    // The same draws as in the whole, with a weight that is 1 on average.
    let of_all: BTreeMap<_, _> =
        of("all", "draws.csv").into_iter().map(|row| (key(&row, "draw"), row["value"].clone())).collect();
    assert!(draws.iter().all(|row| of_all[&key(row, "draw")] == row["value"]));
    let mean = draws.iter().map(|row| number(row, "weight")).sum::<f64>() / draws.len() as f64;
    assert!((mean - 1.0).abs() < 1e-6, "{mean}");
    assert!(draws.iter().any(|row| number(row, "weight") < 0.9));
    // Weighted means of the table of draws are those of the projections; they agree with all 400 within their errors.
    let mut sums: BTreeMap<String, [f64; 2]> = BTreeMap::new();
    for row in &draws {
        let sum = sums.entry(key(row, "year")).or_default();
        sum[0] += number(row, "weight") * number(row, "value");
        sum[1] += number(row, "weight");
    }
    let all: BTreeMap<String, f64> =
        of("all", "projections.csv").iter().map(|row| (key(row, "year"), number(row, "mean"))).collect();
    let mut n = 0;
    for row in of("chosen", "projections.csv") {
        let Some([sum, weight]) = sums.get(&key(&row, "year")) else { continue };
        let (mean, se) = (number(&row, "mean"), number(&row, "mc_se"));
        assert!((sum / weight - mean).abs() <= 1e-6 * mean.abs() + 1e-9, "{row:?}");
        assert!((mean - all[&key(&row, "year")]).abs() <= 4.0 * se + 1e-9, "{row:?}: {all:?}");
        n += 1;
    }
    assert!(n >= 4, "{n}");
}

/// What a row is of, with one more column.
fn key(row: &BTreeMap<String, String>, column: &str) -> String {
    [column, "option", "iso3", "measure", "against", "unit"].map(|name| row[name].as_str()).join(" ")
}

#[test]
fn points_of_the_sequence_have_an_end_that_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["run", &example(), "--points", "sobol", "--draws", "65537", "--out", "x"];
    tradepath(folder.path())
        .args(words)
        .assert()
        .code(2)
        .stderr(contains("`draws` = 65537: expected at most 65536 with points"));
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none());
}

#[test]
fn two_points_a_parameter_know_what_hundreds_of_draws_know() {
    let files = Files::directory(Path::new(&example()));
    let mut plan = Plan::read(&files, "plan.toml").unwrap();
    plan.years = [2025, 2025];
    let of = |rule| over_parameters(&files, plan.clone(), rule, &()).unwrap();
    let (frame, quick, points) = of(Rule::Quadrature);
    let n = 500;
    let (_, drawn, _) = of(Rule::Draws(n));
    assert_eq!(points, 2 * (4 + frame.sectors.len()));
    let moves = |(quick, _): &(&ParameterSpread, &ParameterSpread)| quick.sd_pp > 1e-4;
    let pairs: Vec<_> = quick.iter().zip(&drawn).filter(moves).collect();
    assert!(pairs.len() >= 4, "{quick:?}");
    for (quick, drawn) in pairs {
        let error = 4.0 * drawn.sd_pp / (n as f64).sqrt();
        assert!((quick.mean_pct - drawn.mean_pct).abs() < error, "{quick:?} {drawn:?}");
        assert!((quick.sd_pp / drawn.sd_pp - 1.0).abs() < 0.15, "{quick:?} {drawn:?}");
        assert_eq!(quick.central_pct, drawn.central_pct);
    }
}

#[test]
fn a_chance_of_twenty_thousand_draws_has_its_stated_error() {
    let inputs = Inputs::from(Files::embedded()).unwrap();
    let (specs, world) = inputs.options(&inputs.options_folder(), ["cptpp_accession"]).unwrap();
    let horizon = Horizon { start: inputs.plan.start, end: date(inputs.plan.years[1], 12, 31) };
    let program = Program::compile(&specs[0], &world, &inputs.book.initial, horizon);
    let few = Tally::count_with_days(&program, inputs.plan.seed, 20_000);
    let many = Tally::count(&program, inputs.plan.seed, 120_000);
    let [chance, known] =
        [(&few, 20_000.0), (&many, 120_000.0)].map(|(tally, n)| tally.in_force().unwrap() as f64 / n);
    let se = (chance * (1.0 - chance) / 20_000.0).sqrt();
    assert!(chance > 0.0 && (chance - known).abs() < 3.0 * se, "{chance} {known} {se}");
    assert_eq!(few.days_in_force().len(), 20_000);
    assert_eq!(few.days_in_force().iter().flatten().count() as u64, few.in_force().unwrap());
}

#[test]
fn an_error_is_reached_with_the_draws_that_it_needs_and_refused_where_they_cannot_help() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let run = |wanted: &str, out: &str| {
        let mut command = tradepath(at);
        command.args(["run", &example(), "--years", "2025..2025", "--event-draws", "400", "--draws", "20"]);
        command.args(["--sampling", "stratified", "--until-se", wanted, "--out", out]);
        command
    };
    let errors = |out: &str| -> Vec<f64> {
        let rows = rows(&at.join(out).join("summary.csv"));
        let headline = rows.iter().filter(|row| row["iso3"] == "AAA" && row["measure"] == "real_income");
        headline.filter_map(|row| row["expected_se"].parse().ok()).collect()
    };
    run("100", "pilot").assert().success();
    let pilot = errors("pilot").into_iter().fold(0.0, f64::max);
    assert!(pilot > 0.0, "the pilot has an error");
    let wanted = 0.8 * pilot;
    run(&wanted.to_string(), "enough").assert().success();
    let found = errors("enough").into_iter().fold(0.0, f64::max);
    assert!(found < 1.1 * wanted, "{found} where {wanted} was asked for");
    run(&wanted.to_string(), "enough")
        .arg("--resume")
        .assert()
        .success()
        .stderr(contains("this run is finished already").and(contains("that of join cannot be told")));
    let plain = [
        "--options",
        "deal",
        "--years",
        "2025..2025",
        "--draws",
        "2",
        "--sampling",
        "plain",
        "--until-se",
        "1",
    ];
    tradepath(at)
        .args(["run", &example(), "--out", "plain"])
        .args(plain)
        .assert()
        .code(2)
        .stderr(contains("a pilot of 2 draws cannot tell the error of"));
    assert!(!at.join(".plain.pilot").exists(), "a refused pilot is of no use");
    run("1e-12", "never")
        .assert()
        .code(2)
        .stderr(contains("`--until-se`").and(contains("Give --event-draws")));
}

#[test]
fn programs_that_draw_together_come_to_what_each_draws_alone() {
    let inputs = Inputs::from(Files::embedded()).unwrap();
    let ids = ["status_quo", "cptpp_renegotiation", "hybrid"];
    let (specs, world) = inputs.options(&inputs.options_folder(), ids).unwrap();
    let horizon = Horizon { start: inputs.plan.start, end: date(inputs.plan.years[1], 12, 31) };
    let compile = |spec| Program::compile(spec, &world, &inputs.book.initial, horizon);
    let mut programs: Vec<Program> = specs.iter().map(compile).collect();
    let (seed, n) = (inputs.plan.seed, 1_043);
    let alone = |count: fn(&Program, u64, u64) -> Tally| {
        specs.iter().map(|spec| count(&compile(spec), seed, n)).collect::<Vec<_>>()
    };
    assert_eq!(Tally::count_all(&mut programs, false, (seed, n)), alone(Tally::count));
    let together = Tally::count_all(&mut programs, true, (seed, n));
    assert_eq!(together, alone(Tally::count_with_days));
    assert_ne!(together[1].n_events(), together[2].n_events());
}
