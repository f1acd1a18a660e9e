//! What `tradepath solve` says about its files of changes.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use predicates::str::contains;

struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    fn new(extra: f64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        super::solver_costs::write_linked(&folder.path().join("in"), extra);
        Self { folder }
    }

    /// Solves with these files, given as flag and text.
    fn solve(&self, files: &[(&str, &str)], flags: &[&str]) -> Assert {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
        command.current_dir(self.folder.path());
        command.args(["solve", "--baseline", "in", "--out", "out", "--overwrite"]).args(flags);
        for (flag, text) in files {
            let file = format!("{}.csv", flag.trim_start_matches('-'));
            fs::write(self.folder.path().join(&file), text).unwrap();
            command.args([*flag, &file]);
        }
        command.assert()
    }

    /// Column of `countries.csv`.
    fn column(&self, name: &str) -> Vec<f64> {
        column(&self.folder.path().join("out/countries.csv"), name)
    }

    fn manifest(&self) -> serde_json::Value {
        let text = fs::read_to_string(self.folder.path().join("out/manifest.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

fn column(file: &Path, name: &str) -> Vec<f64> {
    let text = fs::read_to_string(file).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let at = lines.next().unwrap().iter().position(|header| *header == name).unwrap();
    lines.map(|row| row[at].parse().unwrap()).collect()
}

const TARIFFS: &str = "exporter,importer,sector,tariff_pct\n";
const BARRIERS: &str = "exporter,importer,sector,iceberg_ratio\n";
const RATIOS: &str = "country,sector,ratio\n";
const QUOTAS: &str = "importer,sector,product,exporters,trade_share,base_pct,in_quota_pct,out_of_quota_pct,volume_musd,today_kept,exporter_rent_share\n";

#[test]
fn a_doubled_row_is_refused_in_every_file() {
    let case = Case::new(0.0);
    let doubled = |flag: &str, header: &str, rows: &str| {
        let name = format!("{}.csv:3", flag.trim_start_matches('-'));
        case.solve(&[(flag, &format!("{header}{rows}"))], &[])
            .code(2)
            .stderr(contains(name))
            .stderr(contains("once: line 2 has it"));
    };
    doubled("--tariffs", TARIFFS, "AAA,BBB,s0,10\nAAA,BBB,s0,20\n");
    doubled("--barriers", BARRIERS, "AAA,BBB,s0,1.1\nAAA,BBB,s0,1.2\n");
    doubled("--technology", RATIOS, "AAA,s0,1.1\nAAA,s0,1.1\n");
    doubled("--productivity", RATIOS, "AAA,s0,1.1\nAAA,s0,1.2\n");
    let quota = "AAA,s0,beef,BBB|CCC,0.2,0,0,50,10,no,0\nAAA,s0,beef,CCC,0.2,0,0,50,10,no,0\n";
    doubled("--quotas", QUOTAS, quota);
    fs::write(case.folder.path().join("d.csv"), "country,deficit_musd\nAAA,1\nBBB,-1\nCCC,0\nAAA,1\n")
        .unwrap();
    case.solve(&[], &["--deficits", "given:d.csv"])
        .code(2)
        .stderr(contains("d.csv:5"))
        .stderr(contains("once: line 2 has it"));
}

#[test]
fn ratios_in_place_of_percent_are_asked_about() {
    let case = Case::new(0.0);
    let rows = "AAA,BBB,s0,0.25\nAAA,CCC,s0,0\n";
    case.solve(&[("--tariffs", &format!("{TARIFFS}{rows}"))], &[])
        .code(2)
        .stderr(contains("tariffs.csv:2 `tariff_pct` = 0.25"))
        .stderr(contains("# unit: percent"));
    case.solve(&[("--tariffs", &format!("# unit: percent\n{TARIFFS}{rows}"))], &[]).success();
    let subsidy = format!("{TARIFFS}AAA,BBB,s0,-0.25\n");
    case.solve(&[("--tariffs", &subsidy)], &[]).code(2).stderr(contains("if it is a ratio"));
    let quota = format!("{QUOTAS}AAA,s0,beef,BBB,0.2,0,0,0.5,10,no,0\n");
    case.solve(&[("--quotas", &quota)], &[]).code(2).stderr(contains("out_of_quota_pct"));
}

#[test]
fn rates_below_zero_are_solved_down_to_what_is_given_away() {
    let case = Case::new(0.0);
    case.solve(&[("--tariffs", &format!("{TARIFFS}BBB,AAA,s0,-20\n"))], &[]).success();
    let revenue = case.column("tariff_revenue_musd");
    assert!(revenue[0] < -2.4 && revenue[1] == 0.0, "{revenue:?}");
    assert!(case.column("welfare_pct")[1] > 0.0, "who sells gains from the subsidy");
    for refused in ["-100", "-250", "nan", "1e301"] {
        let text = format!("{TARIFFS}BBB,AAA,s0,{refused}\n");
        case.solve(&[("--tariffs", &text)], &[]).code(2).stderr(contains("tariffs.csv:2 `tariff_pct`"));
    }
}

#[test]
fn ratios_that_are_no_numbers_to_reckon_with_are_refused() {
    let case = Case::new(0.0);
    for refused in ["1e-320", "0", "-1", "inf", "1e301"] {
        let barriers = format!("{BARRIERS}AAA,BBB,s0,{refused}\n");
        case.solve(&[("--barriers", &barriers)], &[])
            .code(2)
            .stderr(contains("barriers.csv:2 `iceberg_ratio`"));
        let ratios = format!("{RATIOS}AAA,s0,{refused}\n");
        case.solve(&[("--technology", &ratios)], &[]).code(2).stderr(contains("technology.csv:2 `ratio`"));
        case.solve(&[("--productivity", &ratios)], &[])
            .code(2)
            .stderr(contains("productivity.csv:2 `ratio`"));
    }
}

#[test]
fn productivity_lowers_unit_costs_by_its_ratio() {
    let case = Case::new(0.0);
    // theta of s0 is 5: T'/T = 1.2^5.
    let pairs = [("--productivity", 1.2), ("--technology", 1.2_f64.powi(5))];
    let [own, location] = pairs.map(|(flag, ratio)| {
        case.solve(&[(flag, &format!("{RATIOS}AAA,s0,{ratio}\n"))], &[]).success();
        case.column("welfare_pct")
    });
    for (own, location) in own.iter().zip(&location) {
        assert!((own - location).abs() < 1e-9, "{own} {location}");
    }
    // Hulten: the gain is about output over income times the change of productivity.
    let hulten = 234.0 / (234.0 * 0.65 + 151.0 * 0.65) * 1.2_f64.ln();
    let gain = (own[0] / 100.0).ln_1p();
    assert!(gain > 0.7 * hulten && gain < 1.3 * hulten, "{gain} {hulten}");
}

#[test]
fn deficits_of_no_file_are_a_matter_of_usage() {
    let case = Case::new(0.0);
    for flag in ["given:", "given: ", "given", "gpd_share"] {
        let refused = case.solve(&[], &["--deficits", flag]).code(2);
        refused.stderr(contains("expected fixed, zero, gdp_share or given:FILE"));
    }
    case.solve(&[], &["--deficits", "given:missing.csv"]).code(2).stderr(contains("missing.csv"));
    case.solve(&[], &["--deficits", "given:.."]).code(2);
}

#[test]
fn a_prohibitive_tariff_has_exact_parts_and_says_how_well_they_add_up() {
    let case = Case::new(0.0);
    for pct in ["1000", "1e6", "1e100", "1e300"] {
        case.solve(&[("--tariffs", &format!("{TARIFFS}BBB,AAA,s0,{pct}\n"))], &[]).success();
        let welfare = case.column("welfare_pct");
        let parts = ["terms_of_trade", "volume_of_trade", "barriers", "technology", "transfers"]
            .map(|part| case.column(&format!("{part}_exact_pct")));
        for (n, welfare) in welfare.iter().enumerate() {
            let sum: f64 = parts.iter().map(|part| part[n]).sum();
            let ln_w = 100.0 * (welfare / 100.0).ln_1p();
            assert!((sum - ln_w).abs() < 1e-6, "{pct}: {n} {sum} {ln_w}");
        }
        let manifest = case.manifest();
        assert!(manifest["decomposition_gap_ln"].as_f64().unwrap() < 1e-8, "{pct}");
        assert!(manifest["decomposition_pieces"].as_u64().unwrap() > 1, "{pct}");
    }
}

#[test]
fn deficits_that_nobody_can_finance_end_with_the_way_out() {
    let case = Case::new(50.0);
    let all = ["AAA", "BBB", "CCC"];
    let pairs = all.iter().flat_map(|i| all.iter().filter(move |n| *n != i).map(move |n| (i, n)));
    let rows: String = pairs.map(|(i, n)| format!("{i},{n},s0,1000\n{i},{n},s1,1000\n")).collect();
    let barriers = format!("{BARRIERS}{rows}");
    case.solve(&[("--barriers", &barriers)], &[]).code(2).stderr(contains("--deficits zero"));
    case.solve(&[("--barriers", &barriers)], &["--deficits", "zero"]).success();
}
