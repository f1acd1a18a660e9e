//! Optimal tariffs and Nash games on the default data end with their first-order condition.

use assert_cmd::Command;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use tradepath::equilibrium::optimal::{FIRST_ORDER_TOLERANCE, TariffError, TariffSearch, Vary};
use tradepath::equilibrium::{Closure, PreparedBaseline, Shock};

fn search(vary: Vary) -> TariffSearch {
    TariffSearch { vary, allow_subsidies: false }
}

/// Countries whose optimum lies where changes of real income are too small to guide a search.
#[test]
fn small_open_economies_have_an_optimum_too() {
    let prepared = PreparedBaseline::new(super::equilibrium::economy("data/apac"), Closure::Fixed).unwrap();
    let base = prepared.economy();
    for iso3 in ["SGP", "BRN", "KOR", "PER"] {
        let n = base.axes.country_idx[iso3];
        let choice = prepared.optimal_tariffs(n, &Shock::default(), search(Vary::Cell));
        let choice = choice.unwrap_or_else(|error| panic!("{iso3}: {error}"));
        assert!(choice.largest_first_order <= FIRST_ORDER_TOLERANCE, "{iso3} {}", choice.largest_first_order);
        assert!(choice.equilibrium.ln_welfare(base)[n] > 0.0, "{iso3}");
        // The same on other deficits, in one sector: raising or lowering its rate does not pay.
        let best = choice.equilibrium.ln_welfare(base)[n];
        for step in [0.99, 1.01] {
            let mut tau = choice.tau.clone();
            for i in (0..base.n()).filter(|i| *i != n) {
                tau[[0, n, i]] = (tau[[0, n, i]] * step).max(1.0);
            }
            let other = prepared.solve(&Shock { tau: Some(tau), ..Shock::default() }).unwrap();
            assert!(other.ln_welfare(base)[n] <= best + 1e-10, "{iso3} {step}");
        }
    }
}

#[test]
fn a_sector_game_of_small_economies_ends_with_its_first_order_condition() {
    let prepared = PreparedBaseline::new(super::equilibrium::economy("data/apac"), Closure::Fixed).unwrap();
    let players = ["SGP", "KOR", "BRN"].map(|iso3| prepared.economy().axes.country_idx[iso3]);
    let choice = prepared.nash_tariffs(&players, &Shock::default(), search(Vary::Sector)).unwrap();
    assert!(choice.largest_first_order <= 10.0 * FIRST_ORDER_TOLERANCE, "{}", choice.largest_first_order);
}

/// Two countries; FFF sells far more to HHH than it buys, and its surplus is fixed: the higher the tariff of HHH, the
/// cheaper FFF must sell, down to nothing.
fn one_sided(folder: &std::path::Path) {
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    let meta = "name = \"two\"\nyear = 2019\nunit = \"musd\"\nvaluation = \"border\"\nsource = \"made up\"\n";
    write("meta.toml", &format!("{meta}default_tariff_pct = 0\n"));
    write("countries.csv", "iso3,name,region\nHHH,H,R\nFFF,F,R\n");
    write("sectors.csv", "sector,name,kind,theta\ngoods,Goods,goods,4\n");
    let trade = "exporter,importer,sector,value_musd\nHHH,HHH,goods,900\nHHH,FFF,goods,20\n";
    write("trade.csv", &format!("{trade}FFF,HHH,goods,100\nFFF,FFF,goods,60\n"));
    write("io.csv", "country,input_sector,output_sector,share\nHHH,goods,goods,0\nFFF,goods,goods,0\n");
    write("value_added.csv", "country,sector,share\nHHH,goods,1\nFFF,goods,1\n");
}

fn optimal(folder: &std::path::Path, deficits: &str) -> assert_cmd::assert::Assert {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.args(["optimal", "--country", "HHH", "--overwrite", "--deficits", deficits, "--baseline"]);
    command.arg(folder.join("in")).arg("--out").arg(folder.join("out")).assert()
}

#[test]
fn a_search_without_an_optimum_is_said_to_run_away() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("in")).unwrap();
    one_sided(&folder.path().join("in"));
    optimal(folder.path(), "fixed").code(2).stderr(contains("runs away").and(contains("--deficits zero")));
    assert!(!folder.path().join("out").exists());
    // With trade in balance there is one, and it is reported.
    optimal(folder.path(), "zero").success().stdout(contains("largest first-order condition"));
    let manifest = std::fs::read_to_string(folder.path().join("out/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert!(manifest["largest_first_order"].as_f64().unwrap() <= FIRST_ORDER_TOLERANCE);
}

#[test]
fn errors_of_tariff_games_say_what_to_do() {
    let error = TariffError::NoNash { rounds: 60, first_order: 2e-3, change: 1e-2 };
    assert!(error.to_string().contains("first-order condition 2.0e-3"));
}
