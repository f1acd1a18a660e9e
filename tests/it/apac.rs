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
