//! Outside layouts as a user calibrates them: fixtures of our own making, the balancing, and the messages.

#[path = "readers/bad_input.rs"]
mod bad_input;
#[path = "readers/balancing.rs"]
mod balancing;

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use predicates::str::contains;
use tradepath::data::{Dataset, Files};
use tradepath::economy::Economy;
use tradepath::equilibrium::{Closure, PreparedBaseline, Shock};

use crate::oracles::shared;

pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/readers").join(name)
}

pub fn calibrate(source: &str, input: &Path, out: &Path, options: &[&str]) -> assert_cmd::assert::Assert {
    Command::new(env!("CARGO_BIN_EXE_tradepath"))
        .args(["calibrate", "--source", source, "--overwrite", "--input"])
        .arg(input)
        .arg("--out")
        .arg(out)
        .args(options)
        .assert()
}

/// Checks a baseline directory and that its run without a change is zero.
pub fn is_flat(folder: &Path) -> Dataset {
    let binary = || Command::new(env!("CARGO_BIN_EXE_tradepath"));
    binary().arg("check").arg(folder).assert().success().stdout(contains("ok"));
    let provenance = fs::read_to_string(folder.join("provenance.csv")).unwrap_or_default();
    assert!(provenance.is_empty() || provenance.starts_with("country,block,status,source,donor\n"));
    let data = Dataset::read(&Files::directory(folder)).unwrap();
    let prepared = PreparedBaseline::new(Economy::from_dataset(&data).unwrap(), Closure::Fixed).unwrap();
    assert_eq!(prepared.resolved_ln_wage, 0.0, "the data are no equilibrium as they stand");
    let same = prepared.solve(&Shock::default()).unwrap();
    let moved = same.ln_welfare(prepared.economy()).iter().fold(0.0_f64, |a, b| a.max(b.abs()));
    assert!(moved < 1e-10 && same.stats.residual < 1e-10, "welfare moves by {moved:e}");
    data
}

/// As [`is_flat`], by the command, for what a user sees.
fn solve_is_zero(folder: &Path) {
    let out = folder.join("solved");
    let mut solve = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    solve.arg("solve").arg("--baseline").arg(folder).arg("--out").arg(&out).assert().success();
    let text = fs::read_to_string(out.join("countries.csv")).unwrap();
    for line in text.lines().skip(1) {
        assert_eq!(line.split(',').nth(1), Some("0.0"), "{line}");
    }
}

fn makes_a_baseline(source: &str, options: &[&str]) -> (tempfile::TempDir, Dataset) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    calibrate(source, &fixture(source), &out, options).success();
    let data = is_flat(&out);
    solve_is_zero(&out);
    (folder, data)
}

fn codes(data: &Dataset) -> Vec<&str> {
    data.axes.countries.iter().map(|country| country.iso3.as_str()).collect()
}

/// Trade of a named cell.
fn flow(data: &Dataset, exporter: &str, importer: &str, sector: &str) -> f64 {
    let at = |code: &str| data.axes.country_idx[code];
    data.trade_musd[[data.axes.sector_idx[sector], at(importer), at(exporter)]]
}

#[test]
fn long_tables_under_any_of_their_column_names() {
    let (folder, data) = makes_a_baseline("long", &[]);
    assert_eq!(codes(&data), ["AAA", "BBB", "CCC"]);
    assert_eq!(flow(&data, "AAA", "BBB", "goods"), 100.0, "what clears is left alone");
    let adjustments = fs::read_to_string(folder.path().join("out/adjustments.csv")).unwrap();
    assert_eq!(adjustments.lines().count(), 1, "{adjustments}");
    let trade = fs::read_to_string(fixture("long/trade.csv")).unwrap();
    for header in ["exporter,importer,industry,year,trade", "reporter,partner,isic,refyear,value_musd"] {
        let renamed = copy_of("long");
        let text = trade.replacen("iso3_o,iso3_d,sector,year,flow", header, 1);
        assert_ne!(text, trade);
        fs::write(renamed.path().join("trade.csv"), text).unwrap();
        let out = renamed.path().join("out");
        calibrate("long", renamed.path(), &out, &[]).success();
        let same = fs::read(out.join("trade.csv")).unwrap();
        assert_eq!(same, fs::read(folder.path().join("out/trade.csv")).unwrap(), "{header}");
    }
}

#[test]
fn the_year_of_a_panel_is_chosen() {
    let panel = copy_of("long");
    let file = panel.path().join("trade.csv");
    let more = fs::read_to_string(&file).unwrap() + "AAA,AAA,goods,2018,1\n";
    fs::write(&file, more).unwrap();
    let out = panel.path().join("out");
    calibrate("long", panel.path(), &out, &[])
        .code(2)
        .stderr(contains("one year: 2019 stands above. Pass --year."));
    calibrate("long", panel.path(), &out, &["--year", "2019"]).success();
    is_flat(&out);
}

/// A copy of a fixture that a test may spoil.
pub fn copy_of(name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(fixture(name)).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    folder
}

#[test]
fn wiod_2013_tables_with_inventories_below_zero() {
    let (folder, data) = makes_a_baseline("wiod2013", &[]);
    let sectors: Vec<&str> = data.axes.sectors.iter().map(|sector| sector.id.as_str()).collect();
    assert_eq!(sectors, ["agriculture", "mining_energy", "business"], "c2 and c8 are one sector");
    let adjustments = fs::read_to_string(folder.path().join("out/adjustments.csv")).unwrap();
    assert!(
        adjustments.contains("trade,USA,agriculture,JPN,-2.0,0.0,negative entry set to zero"),
        "{adjustments}"
    );
    let sizes: Vec<f64> = adjustments.lines().skip(1).map(size_of_move).collect();
    assert!(sizes.windows(2).all(|pair| pair[0] >= pair[1]), "worst first");
}

fn size_of_move(line: &str) -> f64 {
    let cells: Vec<f64> = line.split(',').skip(4).take(2).map(|cell| cell.parse().unwrap()).collect();
    (cells[1] - cells[0]).abs()
}

#[test]
fn the_published_wiod_tables_of_2011_become_a_baseline() {
    let Some(input) = shared("data/wiod2013_2011") else { return };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    calibrate("wiod2013", &input, &out, &[]).success();
    let data = is_flat(&out);
    assert_eq!((data.n(), data.s()), (41, 18));
    // Exports of goods and services of the United States and of China, published in the same tables.
    let abroad = |code: &str| -> f64 {
        let i = data.axes.country_idx[code];
        data.trade_musd
            .indexed_iter()
            .filter(|((_, n, from), _)| *from == i && n != from)
            .map(|(_, v)| v)
            .sum()
    };
    let published = |code: &str| -> f64 {
        let text = fs::read_to_string(input.join("trade.csv")).unwrap();
        let rows = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
        rows.filter(|row| row[0] == code && row[1] != code).map(|row| row[4].parse::<f64>().unwrap()).sum()
    };
    for code in ["USA", "CHN"] {
        assert!((abroad(code) / published(code) - 1.0).abs() < 1e-3, "{code}");
    }
}

#[test]
fn oecd_tables_with_the_parts_of_china_and_mexico_folded() {
    let (_folder, data) = makes_a_baseline("icio", &["--year", "2019"]);
    assert_eq!(codes(&data), ["CHN", "MEX", "USA"]);
    // What both parts of China sell to the United States for use and final demand, from the fixture's cells.
    assert_eq!(flow(&data, "CHN", "USA", "machinery"), 61.0);
    let taxes_in_value_added =
        data.gamma_va[[data.axes.country_idx["USA"], data.axes.sector_idx["machinery"]]];
    assert!((taxes_in_value_added - (791.0 + 1.0) / 960.0).abs() < 1e-8, "TLS and VA of USA_28 over OUT");
}

#[test]
fn adb_tables_with_a_header_of_two_lines() {
    let (_folder, data) = makes_a_baseline("adb", &["--year", "2019"]);
    assert_eq!(codes(&data), ["AUS", "JPN", "RoW"]);
    assert_eq!(data.s(), 3);
}

#[test]
fn wiod_2016_tables_with_numbered_columns() {
    let (_folder, data) = makes_a_baseline("wiod2016", &[]);
    assert_eq!((data.meta.year, data.n(), data.s()), (2014, 3, 3));
    assert!(flow(&data, "AUS", "JPN", "finance") > 0.0);
}

#[test]
fn baci_by_product_with_tariffs_as_wits_downloads_them() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let assert = calibrate("baci", &fixture("baci"), &out, &[]).success();
    // 5 of 1,170 million USD are of product 999999, one of a partner without a code.
    assert
        .stderr(contains("0.513 % of trade matches no sector or country: unmatched.csv"))
        .stderr(contains("1 without a rate (left out), 1 with ad-valorem equivalents"));
    let data = is_flat(&out);
    assert_eq!(codes(&data), ["USA", "JPN", "VNM"]);
    let tariff = |exporter: &str, importer: &str, sector: &str| {
        let at = |code: &str| data.axes.country_idx[code];
        100.0 * (data.tariff_factor[[data.axes.sector_idx[sector], at(importer), at(exporter)]] - 1.0)
    };
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    near(tariff("JPN", "USA", "transport_equipment"), 2.5);
    near(tariff("USA", "JPN", "agriculture"), (50.0 + 2.0) / 2.0);
    near(tariff("VNM", "USA", "textiles_apparel_leather"), 16.0);
    near(tariff("VNM", "USA", "electronics"), 0.0);
    near(tariff("JPN", "USA", "business"), 0.0);
    // The rate applied to one partner counts before the general one, by imports: 30,000 thousand USD of prawns.
    assert!((tariff("VNM", "JPN", "agriculture") - 0.5).abs() < 0.01);
    let unmatched = fs::read_to_string(out.join("unmatched.csv")).unwrap();
    assert!(unmatched.contains("hs 999999,5.0\n") && unmatched.contains("country 899,1.0\n"), "{unmatched}");
    solve_is_zero(&out);
}

#[test]
fn tariffs_by_product_beside_a_wide_table() {
    let folder = copy_of("icio");
    fs::copy(fixture("baci").join("WITS_2019.csv"), folder.path().join("WITS_2019.csv")).unwrap();
    let out = folder.path().join("out");
    let assert =
        calibrate("icio", folder.path(), &out, &["--year", "2019", "--missing-tariff", "1"]).success();
    assert.stderr(contains("8 cells of goods without a rate: --missing-tariff 1"));
    let data = is_flat(&out);
    let at = |code: &str| data.axes.country_idx[code];
    let machinery = data.axes.sector_idx["machinery"];
    assert!((data.tariff_factor[[machinery, at("USA"), at("CHN")]] - 1.02).abs() < 1e-9, "observed");
    assert!((data.tariff_factor[[machinery, at("CHN"), at("USA")]] - 1.01).abs() < 1e-9, "assumed");
}
