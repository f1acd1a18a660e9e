//! Optimal and Nash tariffs against closed forms.

use ndarray::{Array1, Array2, Array3};
use tradepath::data::{Axes, Country, Sector, SectorKind};
use tradepath::economy::{Economy, Tariffs};
use tradepath::equilibrium::optimal::{TariffSearch, Vary};
use tradepath::equilibrium::{Closure, PreparedBaseline, Shock};

const THETA: f64 = 5.0;

/// One sector, no inputs, free trade; shares `[n,i]` chosen so that trade balances.
fn two_countries(va: [f64; 2], import_share: f64) -> Economy {
    let name = |c: &str| Country { iso3: c.into(), name: String::new(), region: String::new() };
    let sector = Sector {
        id: "goods".into(),
        name: String::new(),
        kind: SectorKind::Goods,
        theta: Some(THETA),
        theta_se: None,
    };
    let other = import_share * va[0] / va[1];
    let pi = [[1.0 - import_share, import_share], [other, 1.0 - other]];
    Economy {
        axes: Axes::new(vec![name("HHH"), name("FFF")], vec![sector]),
        pi: Array3::from_shape_fn((1, 2, 2), |(_, n, i)| pi[n][i]),
        tau: Tariffs::ones((1, 2, 2)),
        x_musd: Array2::from_shape_fn((2, 1), |(n, _)| va[n]),
        theta: Array1::from_elem(1, THETA),
        gamma_va: Array2::ones((2, 1)),
        gamma_io: Array3::zeros((2, 1, 1)),
        alpha: Array2::ones((2, 1)),
        va_musd: Array1::from_vec(va.to_vec()),
        deficit_musd: Array1::zeros(2),
    }
}

const SEARCH: TariffSearch = TariffSearch { vary: Vary::Cell, allow_subsidies: false };

/// A country too small to matter abroad charges 1 / theta: the markup on its exports that it has as the
/// only seller of its varieties (Gros 1987; here theta = sigma - 1).
#[test]
fn a_small_country_charges_one_over_theta() {
    let prepared = PreparedBaseline::new(two_countries([1.0, 1e6], 0.3), Closure::Zero).unwrap();
    let choice = prepared.optimal_tariffs(0, &Shock::default(), SEARCH).unwrap();
    let tariff = choice.tau[[0, 0, 1]] - 1.0;
    assert!((tariff - 1.0 / THETA).abs() < 1e-5, "{tariff}");
    assert!(choice.largest_first_order < 1e-6);
    assert!(choice.equilibrium.ln_welfare(prepared.economy())[0] > 0.0);
}

/// With two countries of any size the optimal tariff is 1 / (theta (1 - m)), m the share of the other
/// country's expenditure on the first one's goods in the equilibrium (Gros 1987, eq. 12).
#[test]
fn a_large_country_charges_more_the_less_the_other_can_do_without() {
    let prepared = PreparedBaseline::new(two_countries([1.0, 1.5], 0.4), Closure::Zero).unwrap();
    let choice = prepared.optimal_tariffs(0, &Shock::default(), SEARCH).unwrap();
    let (tariff, m) = (choice.tau[[0, 0, 1]] - 1.0, choice.equilibrium.pi[[0, 1, 0]]);
    let expected = 1.0 / (THETA * (1.0 - m));
    assert!((tariff / expected - 1.0).abs() < 1e-5, "{tariff} against {expected}");
    assert!(tariff > 1.05 / THETA);
}

/// With a tariff t of the other country, whose revenue is spent, its demand for the first one's goods has
/// the elasticity 1 + theta (1 - m) / (1 - m t / (1 + t)), and the tariff is the markup that follows.
#[test]
fn in_a_nash_equilibrium_each_tariff_is_the_markup_on_the_other_ones_demand() {
    let prepared = PreparedBaseline::new(two_countries([1.0, 1.5], 0.4), Closure::Zero).unwrap();
    let choice = prepared.nash_tariffs(&[0, 1], &Shock::default(), SEARCH).unwrap();
    for (own, other) in [(0, 1), (1, 0)] {
        let (tau, m) = (choice.tau[[0, other, own]], choice.equilibrium.pi[[0, other, own]]);
        let expected = (1.0 - m * (tau - 1.0) / tau) / (THETA * (1.0 - m));
        let tariff = choice.tau[[0, own, other]] - 1.0;
        assert!((tariff / expected - 1.0).abs() < 1e-5, "{tariff} against {expected}");
    }
    assert!(choice.rounds > 1 && choice.largest_first_order < 1e-5);
    let welfare = choice.equilibrium.ln_welfare(prepared.economy());
    assert!(welfare.iter().all(|ln| *ln < 0.0), "both lose: {welfare}");
}

#[test]
fn optimal_tariffs_of_the_tiny_set_cannot_be_improved_on() {
    let prepared = PreparedBaseline::new(super::equilibrium::economy("data/tiny"), Closure::Fixed).unwrap();
    let base = prepared.economy();
    let choice = prepared.optimal_tariffs(0, &Shock::default(), SEARCH).unwrap();
    let best = choice.equilibrium.ln_welfare(base)[0];
    assert!(best > 0.0 && choice.largest_first_order < 1e-6);
    for partner in [1, 2] {
        for step in [-0.01, 0.01] {
            let mut tau = choice.tau.clone();
            tau[[0, 0, partner]] += step;
            let other = prepared.solve(&Shock { tau: Some(tau), ..Shock::default() }).unwrap();
            assert!(other.ln_welfare(base)[0] < best);
        }
    }
}

#[test]
fn the_commands_write_tariffs_with_their_first_order_conditions() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_tradepath"));
        command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(arguments)
            .arg("--out")
            .arg(folder.path().join("out"));
        command.assert()
    };
    run(&["nash", "--players", "AAA,BBB", "--baseline", "data/tiny", "--vary", "sector"]).success();
    let manifest = std::fs::read_to_string(folder.path().join("out/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert!(manifest["largest_first_order"].as_f64().unwrap() < 1e-5);
    let tariffs = std::fs::read_to_string(folder.path().join("out/tariffs.csv")).unwrap();
    let header = "exporter,importer,sector,base_tariff_pct,tariff_pct,first_order";
    assert_eq!(tariffs.lines().next(), Some(header));
    assert!(tariffs.lines().skip(1).all(|line| !line.split(',').nth(1).unwrap().contains("CCC")));
    run(&["optimal", "--country", "AAA", "--baseline", "data/tiny", "--overwrite"]).success();
    let deficits = folder.path().join("deficits.csv");
    std::fs::write(&deficits, "country,deficit_musd\nAAA,10\nBBB,-4\nCCC,-6\n").unwrap();
    let given = format!("given:{}", deficits.display());
    let tiny = ["optimal", "--country", "AAA", "--baseline", "data/tiny", "--overwrite", "--deficits"];
    run(&[&tiny[..], &[&given]].concat()).success();
    let manifest = std::fs::read_to_string(folder.path().join("out/manifest.json")).unwrap();
    assert!(manifest.contains("deficits.csv"), "the file of deficits is among the inputs");
    let wrong = run(&[&tiny[..], &["gdp"]].concat());
    wrong.code(2).stderr(predicates::str::contains("expected fixed, zero, gdp_share or given:FILE"));
    let unknown = run(&["optimal", "--country", "ZZZ", "--baseline", "data/tiny", "--overwrite"]);
    unknown.code(2).stderr(predicates::str::contains("expected one of AAA, BBB, CCC"));
}

/// Along the path from free trade to twice the tariffs chosen the chooser does best at its choice, and the other country
/// only loses.
#[test]
fn the_frontier_peaks_at_the_tariffs_chosen() {
    let prepared = PreparedBaseline::new(two_countries([1.0, 1.5], 0.4), Closure::Zero).unwrap();
    let choice = prepared.optimal_tariffs(0, &Shock::default(), SEARCH).unwrap();
    let points = prepared.tariff_frontier(&[0], &choice).unwrap();
    let base = prepared.economy();
    let welfare: Vec<[f64; 2]> = points
        .iter()
        .map(|point| point.equilibrium.ln_welfare(base))
        .map(|found| [found[0], found[1]])
        .collect();
    let best = points.iter().position(|point| point.multiple == 1.0).unwrap();
    assert!((points[0].multiple, points[0].mean_tariff_pct) == (0.0, 0.0) && points.len() == 2 * best + 1);
    assert!((points[best].mean_tariff_pct - 100.0 * (choice.tau[[0, 0, 1]] - 1.0)).abs() < 1e-9);
    assert!(welfare[0][0].abs() < 1e-9, "free trade is the baseline: {}", welfare[0][0]);
    assert!(welfare.iter().enumerate().all(|(at, found)| at == best || found[0] < welfare[best][0]));
    assert!(welfare.windows(2).all(|pair| pair[1][1] < pair[0][1]), "{welfare:?}");
}
