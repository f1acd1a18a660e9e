//! What `timeline --fit` makes of the records, and that the weights which cite it have its numbers.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use jiff::civil::date;
use predicates::prelude::*;
use predicates::str::contains;
use sha2::{Digest, Sha256};
use tradepath::events::milestones::Tally;
use tradepath::events::{Horizon, Program};
use tradepath::policy::PolicyTimeline;

use super::events::embedded;
use super::events_engine::nothing;

fn data() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/options")
}

fn fitted(file: &Path) -> assert_cmd::assert::Assert {
    Command::cargo_bin("tradepath").unwrap().args(["timeline", "--format", "csv", "--fit"]).arg(file).assert()
}

/// Value and standard error of a quantity.
fn quantity(file: &str, name: &str) -> (f64, f64) {
    let out = fitted(&data().join(file)).success();
    let text = String::from_utf8(out.get_output().stdout.clone()).unwrap();
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let row = rows.records().map(Result::unwrap).find(|row| &row[0] == name);
    let row = row.unwrap_or_else(|| panic!("{file} has no {name}"));
    (row[1].parse().unwrap(), row[2].parse().unwrap())
}

#[test]
fn weights_that_cite_a_fit_have_its_value_and_error() {
    let mut table = csv::Reader::from_path(data().join("politics/weights.csv")).unwrap();
    let mut n = 0;
    for row in table.records().map(Result::unwrap) {
        let Some((_, cited)) = row[5].split_once("timeline --fit ") else { continue };
        let (file, name) = cited.split_once(": ").unwrap();
        let (value, error) = quantity(file, name);
        let [central, se]: [f64; 2] = [row[1].parse().unwrap(), row[4].parse().unwrap()];
        assert!((central - value).abs() < 0.006, "{}: {central}, fitted {value}", &row[0]);
        assert!((se - error).abs() < 0.006, "{}: error {se}, fitted {error}", &row[0]);
        n += 1;
    }
    assert!(n >= 8, "{n} weights cite a fit");
}

/// The talks of 2010-15 concluded. Of values of `demands` from 0.05 to 1.6, flat in the logarithm, that leaves the mean and
/// the error that the table says.
#[test]
fn the_weight_of_demands_is_what_the_talks_of_2010_leave() {
    let mut table = csv::Reader::from_path(data().join("politics/weights.csv")).unwrap();
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    let central: f64 = rows.iter().find(|row| &row[0] == "demands").unwrap()[1].parse().unwrap();
    let horizon = Horizon { start: date(2010, 1, 1), end: date(2020, 12, 31) };
    let chance = |demands: f64| {
        let mut spec = embedded("tpp_2010");
        let parameter = spec.parameters.iter_mut().find(|one| one.name == "demands").unwrap();
        (parameter.value, parameter.se, parameter.range) = (demands, 0.0, None);
        let program = Program::compile(&spec, &nothing(), &PolicyTimeline::default(), horizon);
        let found = Tally::count(&program, 1, 3_000).milestones(&program);
        found.iter().find(|one| one.name == "consent").unwrap().probability_by(horizon.end)
    };
    let values: Vec<f64> = (0..=10).map(|k| 0.05 * 2f64.powf(f64::from(k) / 2.0)).collect();
    let (mut sum, mut first) = (0.0, 0.0);
    for (k, &value) in values.iter().enumerate() {
        let half = if k == 0 || k + 1 == values.len() { 0.5 } else { 1.0 };
        let weight = half * chance(value);
        (sum, first) = (sum + weight, first + weight * value);
    }
    let mean = first / sum;
    assert!((mean - central).abs() < 0.03, "mean {mean}, table {central}");
}

#[test]
fn faults_of_records_are_told_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let fit = |text: &str| {
        let file = folder.path().join("t.csv");
        fs::write(&file, text).unwrap();
        fitted(&file)
    };
    let head = "measure,chamber,party,yes,no,president_party,kind,leverage\n";
    fit(&format!("{head}A,Lords,D,10,x,D,agreement,no\nB,House,G,-1,5,D,treaty,no\n")).code(2).stderr(
        contains("t.csv:2 `chamber` = Lords")
            .and(contains("t.csv:2 `no` = x"))
            .and(contains("t.csv:3 `party` = G"))
            .and(contains("t.csv:3 `yes` = -1"))
            .and(contains("t.csv:3 `kind` = treaty")),
    );
    fit(&format!("{head}A,House,D,10,20,D,agreement,no\n")).code(2).stderr(contains("enough rows for a fit"));
    fit("talks,kind,launched,ended,outcome\nA,c,2001-13,2002-01,open\nB,c,2003-01,2002-01,in force\n")
        .code(2)
        .stderr(contains("t.csv:2 `launched` = 2001-13").and(contains("t.csv:3 `ended` = 2002-01")));
    fit("step,case,days,over\ns,a,0,yes\ns,b,10,perhaps\n")
        .code(2)
        .stderr(contains("t.csv:2 `days` = 0").and(contains("t.csv:3 `over` = perhaps")));
    fit("question,happened,of\nq,7,6\n").code(2).stderr(contains("t.csv:2 `of` = 6"));
    let twice = "question,happened,of\nq,1,6\nq,1,6\n";
    fit(twice).code(2).stderr(contains("t.csv:3 `question` = q: expected each question once: line 2 has it"));
    let sound = fit("question,happened,of\nexit,1,6\n").success();
    sound.stdout(contains("exit,0.214285714,0.145072114,6,Jeffreys"));
}

/// The gains that consent and votes read are of the reference run that is committed: the table names the run.
#[test]
fn the_gains_are_those_of_the_reference_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let run = fs::read(root.join("outputs/reference/reference.csv")).unwrap();
    let digits: String = Sha256::digest(&run).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let table = fs::read_to_string(data().join("politics/gains.csv")).unwrap();
    let stale = table.lines().skip(1).find(|line| !line.contains(&format!("; reference.csv {digits}")));
    assert_eq!(
        stale, None,
        "renew it: tradepath timeline --gains outputs/reference > data/options/politics/gains.csv"
    );
}
