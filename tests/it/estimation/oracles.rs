//! Against reference programs: pyfixest on our own panel, and the sets beside the repository.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::{Run, fixture, is_close, read_rows, shared};

const FULL: &str = "trade ~ ln(dist) + border + rta | exporter^year + importer^year";
const PAIRS: &str = "trade ~ rta | exporter^year + importer^year + exporter^importer";

/// Compares a run with the rows of `spec` in a table of expected coefficients.
fn compare(run: &mut Run, expected: &[BTreeMap<String, String>], spec: &str, se: f64) {
    let found = run.coefficients();
    let rows: Vec<_> = expected.iter().filter(|row| row["spec"] == spec).collect();
    assert_eq!(rows.len(), found.len(), "{spec}: {found:?}");
    for row in rows {
        let (estimate, std_error) =
            found[&row["term"].replace("ln_dist", "ln(dist)").replace("ln(ln(dist))", "ln(dist)")];
        let number = |column: &str| row[column].parse::<f64>().unwrap();
        assert!(
            is_close(estimate, number("coef"), 1e-6),
            "{spec} {}: {estimate} {}",
            row["term"],
            row["coef"]
        );
        assert!(
            is_close(std_error, number("se"), se),
            "{spec} {}: se {std_error} {}",
            row["term"],
            row["se"]
        );
    }
    let n: usize = expected.iter().find(|row| row["spec"] == spec).unwrap()["n"].parse().unwrap();
    assert_eq!(run.fit()["observations"], n, "{spec}");
}

/// Expected values: pyfixest 0.60, `tests/data/estimation/make.py`.
#[test]
fn our_own_panel_agrees_with_pyfixest() {
    let expected = read_rows(&fixture("expected.csv"));
    let pair = ["--cluster", "exporter^importer"];
    let cases: [(&str, &str, Vec<&str>); 9] = [
        ("two_way", FULL, pair.to_vec()),
        ("two_way_robust", FULL, vec![]),
        ("two_way_multiway", FULL, vec!["--cluster", "exporter", "--cluster", "importer"]),
        ("three_way", PAIRS, pair.to_vec()),
        ("one_way", "trade ~ ln(dist) + border + rta | exporter", pair.to_vec()),
        ("constant", "trade ~ ln(dist) + border + rta", vec![]),
        ("offset", FULL, [&pair[..], &["--offset", "shift"]].concat()),
        ("weights", FULL, [&pair[..], &["--weights", "size"]].concat()),
        (
            "ols",
            "ln(trade) ~ ln(dist) + border + rta | exporter^year + importer^year",
            [&pair[..], &["--model", "ols", "--where", "trade > 0"]].concat(),
        ),
    ];
    for (spec, formula, args) in cases {
        compare(&mut Run::new(&fixture("panel.csv"), formula).args(&args), &expected, spec, 1e-6);
    }
}

/// Weidner & Zylkin (2021), expected values from dense dummies in numpy, `tests/data/estimation/make.py`.
#[test]
fn bias_corrections_agree_with_dense_dummies() {
    let expected = read_rows(&fixture("expected_bias.csv"));
    for (spec, formula) in [("two_way", FULL), ("three_way", PAIRS)] {
        let mut run = Run::new(&fixture("panel.csv"), formula).args(&["--bias-correct"]);
        compare(&mut run, &expected, spec, 1e-6);
        let uncorrected = run.fit()["bias_correction"]["uncorrected"][0].as_f64().unwrap();
        let corrected = run.coefficients().into_values().next().unwrap().0;
        assert!(spec == "two_way" || (uncorrected - corrected).abs() > 1e-3);
    }
    // With three effects any could be that of pairs; time is the column with fewest levels, wherever it stands.
    let turned = "trade ~ rta | exporter^importer + importer^year + exporter^year";
    compare(
        &mut Run::new(&fixture("panel.csv"), turned).args(&["--bias-correct"]),
        &expected,
        "three_way",
        1e-6,
    );
}

/// The three pairs that never trade are separated by the pair effects, and by nothing else.
#[test]
fn pairs_without_trade_are_separated_and_named() {
    let mut run = Run::new(&fixture("panel.csv"), PAIRS);
    let rows = run.table("separated.csv");
    assert_eq!(rows.len(), 12);
    for pair in ["C1^C2", "C4^C7", "C8^C3"] {
        let rule = format!("fixed_effect exporter^importer={pair}");
        assert_eq!(rows.iter().filter(|row| row["rule"] == rule).count(), 4, "{pair}");
    }
}

const YEARS: [&str; 2] = ["--where", "year in 1986 1990 1994 1998 2002 2006"];

/// The columns of two specifications that the formula cannot make: one group for all domestic pairs, and
/// one effect for each domestic pair.
fn with_domestic_groups(panel: &Path, folder: &Path) -> std::path::PathBuf {
    let text = {
        let mut text = String::new();
        let file = fs::File::open(panel).unwrap();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(file), &mut text).unwrap();
        text
    };
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    let place = |name: &str| header.split(',').position(|column| column == name).unwrap();
    let (exporter, importer, pair) = (place("exporter"), place("importer"), place("pair_id"));
    let mut out = format!("{header},pool,home\n");
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let is_home = cells[exporter] == cells[importer];
        let (pool, home) = if is_home { ("home", cells[exporter]) } else { (cells[pair], "abroad") };
        writeln!(out, "{line},{pool},{home}").unwrap();
    }
    let path = folder.join("panel.csv");
    fs::write(&path, out).unwrap();
    path
}

/// Guide application data, 69 countries, six years; expected values from pyfixest 0.60.
///
/// One standard error is compared after a correction: with a cluster that is itself an effect pyfixest 0.60
/// takes effects in another order than their names and counts importer-years, too, as nested in pairs
/// (`k` = 415 instead of 828); the ratio of the two factors is known.
#[test]
fn the_guide_panel_agrees_with_pyfixest() {
    let Some(panel) = shared("oracles/agtpa/panel.csv.gz") else { return };
    let expected = read_rows(&shared("oracles/agtpa/expected.csv").unwrap());
    let folder = tempfile::tempdir().unwrap();
    let derived = with_domestic_groups(&panel, folder.path());
    let effects = "exporter^year + importer^year";
    let abroad = ["--where", "exporter != importer"];
    let covariates = "ln(dist) + cntg + lang + clny";
    let case = |spec: &str, file: &Path, formula: String, extra: &[&str], se: f64| {
        let args = [&YEARS[..], &["--cluster", "pair_id"], extra].concat();
        compare(&mut Run::new(file, &formula).args(&args), &expected, spec, se);
    };
    let ols = [&abroad[..], &["--model", "ols", "--where", "trade > 0"]].concat();
    case("ols_fe", &panel, format!("ln(trade) ~ {covariates} | {effects}"), &ols, 1e-4);
    case("ols_fe_rta", &panel, format!("ln(trade) ~ {covariates} + rta | {effects}"), &ols, 1e-4);
    case("ppml_fe", &panel, format!("trade ~ {covariates} | {effects}"), &abroad, 1e-4);
    case("ppml_fe_rta", &panel, format!("trade ~ {covariates} + rta | {effects}"), &abroad, 1e-4);
    let intra = format!("trade ~ {covariates} + rta | {effects} + home");
    case("ppml_fe_rta_intra", &derived, intra, &[], 1e-4);
    case("ppml_pairfe_rta", &derived, format!("trade ~ rta | {effects} + pool"), &[], 1e-4);
    case("ppml_pairfe_directed", &panel, format!("trade ~ rta | {effects} + exporter^importer"), &[], 1e-4);
    let mut own = Run::new(&panel, &format!("trade ~ rta | {effects} + pair_id"))
        .args(&[&YEARS[..], &["--cluster", "pair_id"]].concat());
    let (estimate, std_error) = own.coefficients()["rta"];
    assert!(is_close(estimate, 0.557_185_34, 1e-6));
    let n = 28_482.0;
    let same_convention = std_error * ((n - 828.0) / (n - 415.0_f64)).sqrt();
    assert!(is_close(same_convention, 0.102_986_56, 1e-4), "{std_error} {same_convention}");
}

/// Standard errors as the guide (Stata) prints them: `G/(G-1)` only.
#[test]
fn the_guide_panel_agrees_with_stata_conventions() {
    let Some(panel) = shared("oracles/agtpa/panel.csv.gz") else { return };
    let expected = read_rows(&shared("oracles/agtpa/expected_se_noadj.csv").unwrap());
    let formula = "trade ~ ln(dist) + cntg + lang + clny + rta | exporter^year + importer^year";
    let args = ["--cluster", "pair_id", "--small-sample", "ppmlhdfe", "--where", "exporter != importer"];
    let found = Run::new(&panel, formula).args(&[&YEARS[..], &args].concat()).coefficients();
    for row in expected.iter().filter(|row| row["spec"] == "ppml_fe_rta") {
        let std_error = found[&row["term"].replace("ln_dist", "ln(dist)")].1;
        let wanted: f64 = row["se_without_N_minus_k"].parse().unwrap();
        assert!((std_error - wanted).abs() < 2e-6, "{}: {std_error} {wanted}", row["term"]);
    }
}

/// The sets of Correia, Guimaraes & Zylkin (ppmlhdfe): every row of the truth and no other, by each rule.
#[test]
fn separation_sets_are_solved_by_each_rule() {
    let Some(folder) = shared("oracles/ppml_separation") else { return };
    let expected = read_rows(&folder.join("expected.csv"));
    assert_eq!(expected.len(), 23);
    for case in &expected {
        let file = &case["file"];
        let rows = read_rows(&folder.join(file));
        let header = fs::read_to_string(folder.join(file)).unwrap();
        let columns: Vec<&str> = header.lines().next().unwrap().split(',').collect();
        let effects: Vec<&str> =
            columns.iter().copied().filter(|c| c.starts_with("id") || matches!(*c, "i" | "j")).collect();
        let mut terms: Vec<&str> = columns.iter().copied().filter(|c| c.starts_with('x')).collect();
        if terms.is_empty() {
            terms.push("1");
        }
        let bar = if effects.is_empty() { "" } else { " | " };
        let formula = format!("y ~ {}{bar}{}", terms.join(" + "), effects.join(" + "));
        let truth: Vec<String> = match rows[0].contains_key("separated") {
            true => {
                let flagged = |(_, row): &(usize, &BTreeMap<String, String>)| row["separated"] == "1";
                rows.iter().enumerate().filter(flagged).map(|(at, _)| (at + 1).to_string()).collect()
            }
            false => case["separated_rows_1based"].split_whitespace().map(str::to_owned).collect(),
        };
        for rules in ["fixed-effect,simplex,relu", "fixed-effect,relu", "relu", "simplex"] {
            if rules == "simplex" && effects.len() > 2 {
                continue;
            }
            let mut run = Run::new(&folder.join(file), &formula).args(&["--separation", rules]);
            let found: Vec<String> =
                run.table("separated.csv").iter().map(|row| row["row"].clone()).collect();
            assert_eq!(found, truth, "{file} by {rules}");
        }
    }
}
