//! The default data set: sound, flat without a change, and what `calibrate` makes of the outside data.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use tradepath::data::{Dataset, Files};
use tradepath::economy::Economy;
use tradepath::equilibrium::{Closure, PreparedBaseline, Shock, result};

use crate::oracles::shared;

fn apac() -> Economy {
    let files = Files::embedded().folder("apac");
    Economy::from_dataset(&Dataset::read(&files).unwrap()).unwrap()
}

#[test]
fn the_run_without_a_change_is_flat_in_every_country() {
    for closure in [Closure::Fixed, Closure::GdpShare] {
        let prepared = PreparedBaseline::new(apac(), closure).unwrap();
        let same = prepared.solve(&Shock::default()).unwrap();
        assert!(same.stats.residual < 1e-10);
        assert!(same.ln_welfare(prepared.economy()).iter().all(|ln| ln.abs() < 1e-10));
        assert_eq!(prepared.resolved_ln_wage, 0.0, "the data are an equilibrium as they stand");
    }
}

#[test]
fn every_country_has_trade_production_and_final_demand() {
    let economy = apac();
    assert_eq!((economy.n(), economy.s()), (25, 38));
    let (exports, imports) = result::totals(&economy.pi, &economy.tau, &economy.x_musd);
    for n in 0..economy.n() {
        let name = &economy.axes.countries[n].iso3;
        assert!(exports[n] > 0.0 && imports[n] > 0.0, "{name}");
        for j in 0..economy.s() {
            assert!(economy.pi[[j, n, n]] > 0.0, "{name} {j}: nothing is sold at home");
            assert!(economy.alpha[[n, j]] > 0.0, "{name} {j}: no final demand");
        }
    }
    // World value added and GDP of the two largest, from the published totals of 2019 (trillion USD).
    assert!((economy.world_va_musd() / 1e6 - 87.0).abs() < 3.0, "{}", economy.world_va_musd());
    let gdp = |code: &str| economy.va_musd[economy.axes.country_idx[code]] / 1e6;
    assert!((gdp("USA") - 21.43).abs() < 0.05 && (gdp("CHN") - 14.34).abs() < 0.05);
}

/// Rows of an embedded table of the set, cells by column name.
fn rows(text: &str) -> Vec<std::collections::HashMap<String, String>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn balances_of_goods_and_services_are_within_two_percent_of_gdp_of_their_targets() {
    let targets = Files::embedded().folder("apac").read("targets.csv").unwrap();
    let mut seen = 0;
    for row in rows(&targets) {
        let [measure, gap] = [&row["measure"], &row["difference_pct"]];
        let bound = if measure.starts_with("balance") { 2.0 } else { 5.0 };
        assert!(gap.parse::<f64>().unwrap().abs() < bound, "{row:?}");
        seen += usize::from(measure.starts_with("balance"));
    }
    assert_eq!(seen, 25);
}

#[test]
fn us_imports_by_partner_and_sector_agree_with_customs_figures() {
    let economy = apac();
    let place = |code: &str| economy.axes.country_idx[code];
    let flow = |sector: &str, partner: &str| {
        let (j, n, i) = (economy.axes.sector_idx[sector], place("USA"), place(partner));
        economy.pi[[j, n, i]] * economy.x_musd[[n, j]] / economy.tau[[j, n, i]]
    };
    let customs = include_str!("../data/us_imports/imports_2019.csv");
    let pairs: Vec<(f64, f64)> = rows(customs)
        .iter()
        .map(|row| {
            let ours = row["sectors"].split(';').map(|sector| flow(sector, &row["partner"])).sum();
            (row["imports_musd"].parse().unwrap(), ours)
        })
        .collect();
    let n = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let sum = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
    let correlation = sum(&|pair| (pair.0 - x) * (pair.1 - y))
        / (sum(&|pair| (pair.0 - x).powi(2)) * sum(&|pair| (pair.1 - y).powi(2))).sqrt();
    assert!(pairs.len() == 216 && correlation > 0.95, "{correlation}");
    // The industries leave out scrap, used goods and goods returned, 4 % of all, which lie in our sectors.
    assert!((1.0..1.1).contains(&(y / x)), "levels: {x} {y}");
}

#[test]
fn no_export_share_stands_at_a_bound() {
    let economy = apac();
    let mut counts = std::collections::HashMap::<i64, usize>::new();
    for j in 0..economy.s() {
        for i in 0..economy.n() {
            let sold = |n: usize| economy.pi[[j, n, i]] * economy.x_musd[[n, j]] / economy.tau[[j, n, i]];
            let abroad: f64 = (0..economy.n()).filter(|&n| n != i).map(sold).sum();
            let share = abroad / (abroad + sold(i));
            if share > 0.5 {
                *counts.entry((share * 1e5).round() as i64).or_default() += 1;
            }
        }
    }
    assert!(counts.values().all(|&cells| cells < 4), "{counts:?}");
}

#[test]
fn calibrate_writes_the_committed_set_again() {
    let Some(input) = shared("data") else { return };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("apac");
    Command::new(env!("CARGO_BIN_EXE_tradepath"))
        .args(["calibrate", "--source", "apac", "--input"])
        .arg(input.parent().unwrap())
        .arg("--out")
        .arg(&out)
        .assert()
        .success();
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/apac");
    for file in ["trade.csv", "io.csv", "tariffs.csv", "value_added.csv", "provenance.csv", "targets.csv"] {
        let same = fs::read(out.join(file)).unwrap() == fs::read(committed.join(file)).unwrap();
        assert!(same, "{file} differs: run `tradepath calibrate --source apac` and look at the difference");
    }
}
