//! `tradepath solve` and `tradepath check` as a user calls them.

use std::fs;

use assert_cmd::Command;
use predicates::str::contains;

fn tradepath() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

#[test]
fn free_trade_between_two_countries_of_the_tiny_set() {
    let folder = tempfile::tempdir().unwrap();
    let cut = folder.path().join("cut.csv");
    fs::write(&cut, "exporter,importer,sector,tariff_pct\nBBB,AAA,goods,0\nAAA,BBB,goods,0\n").unwrap();
    let out = folder.path().join("out");
    tradepath()
        .args(["solve", "--baseline", "data/tiny", "--tariffs"])
        .arg(&cut)
        .arg("--out")
        .arg(&out)
        .assert()
        .success();
    let text = fs::read_to_string(out.join("countries.csv")).unwrap();
    let rows: Vec<Vec<f64>> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').skip(1).map(|cell| cell.parse().unwrap()).collect())
        .collect();
    assert_eq!(rows.len(), 3);
    // The third country loses from diversion; the first-order parts and their remainder sum to welfare.
    assert!(rows[2][0] < 0.0, "CCC {}", rows[2][0]);
    for row in &rows {
        assert!((row[4] + row[5] + row[6] - row[0]).abs() < 1e-7);
        let exact: f64 = row[7..12].iter().sum();
        assert!((exact - 100.0 * (1.0 + row[0] / 100.0).ln()).abs() < 1e-6);
    }
    let manifest: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out.join("manifest.json")).unwrap()).unwrap();
    assert!(manifest["residual"].as_f64().unwrap() < 1e-10);
}

#[test]
fn an_output_folder_in_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.txt"), "keep").unwrap();
    tradepath()
        .args(["solve", "--baseline", "data/tiny", "--out"])
        .arg(folder.path())
        .assert()
        .code(2)
        .stderr(contains("pass --overwrite"));
    assert!(folder.path().join("mine.txt").exists());
}

#[test]
fn fails_with_unknown_country_in_a_tariff_file_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let cut = folder.path().join("cut.csv");
    fs::write(&cut, "exporter,importer,sector,tariff_pct\nBBB,ZZZ,goods,0\nAAA,BBB,goods,-3\n").unwrap();
    let out = folder.path().join("out");
    tradepath()
        .args(["solve", "--baseline", "data/tiny", "--tariffs"])
        .arg(&cut)
        .arg("--out")
        .arg(&out)
        .assert()
        .code(2)
        .stderr(contains("cut.csv:2 `importer` = ZZZ: expected a country of the baseline (AAA, BBB, CCC)"))
        .stderr(contains("cut.csv:3 `tariff_pct` = -3: expected 0 or more (5 means 5 %)"));
    assert!(!out.exists());
}

#[test]
fn the_tiny_set_is_clean() {
    tradepath().args(["check", "data/tiny"]).assert().success().stdout("ok\n");
}
