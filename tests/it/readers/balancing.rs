//! Tables that do not add up become baselines that do.

use ndarray::{Array2, Array3, Axis};
use proptest::prelude::*;
use tradepath::calibration::balance::{BalanceOptions, RawTables, ReExports, Weights, balance};
use tradepath::calibration::outside::gathered::Facts;
use tradepath::calibration::outside::{Layout, write};
use tradepath::data::{Axes, Country, Dataset, Files, Sector, SectorKind};
use tradepath::economy::Economy;
use tradepath::equilibrium::{Closure, PreparedBaseline, Shock};
use tradepath::output::dir::Existing;

fn axes(n: usize, s: usize) -> Axes {
    let country = |c: usize| Country { iso3: format!("C{c}"), name: String::new(), region: String::new() };
    let sector = |j: usize| Sector {
        id: format!("s{j}"),
        name: String::new(),
        kind: SectorKind::Goods,
        theta: Some(4.0),
        theta_se: None,
    };
    Axes::new((0..n).map(country).collect(), (0..s).map(sector).collect())
}

/// The balanced tables written as a baseline directory and read back, as `tradepath check` does.
fn written(raw: RawTables, options: &BalanceOptions) -> Dataset {
    let balanced = balance(raw, options).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let facts = Facts {
        reading: Vec::new(),
        main_file: String::new(),
        places: std::collections::HashMap::new(),
        layout: Layout::Icio,
        year: 2019,
        provenance: Vec::new(),
        unmatched: Vec::new(),
        unmatched_share: 0.0,
        has_tariffs: true,
    };
    write::write(&balanced, (&facts, None), &out, Existing::Refuse).unwrap();
    Dataset::read(&Files::directory(&out)).unwrap()
}

/// Largest welfare change of the run without a change.
fn no_change(data: &Dataset) -> f64 {
    let prepared = PreparedBaseline::new(Economy::from_dataset(data).unwrap(), Closure::Fixed).unwrap();
    let same = prepared.solve(&Shock::default()).unwrap();
    same.ln_welfare(prepared.economy()).iter().fold(0.0, |a, b| a.max(b.abs()))
}

prop_compose! {
    /// Tables whose sales, costs and uses differ by any factor up to about three, with zeros and negatives.
    fn raw_tables()(n in 2_usize..5, s in 1_usize..4, given in proptest::bool::ANY)(
        flows in proptest::collection::vec(prop_oneof![5 => 1.0..100.0, 1 => Just(0.0), 1 => -5.0..0.0], n * n * s),
        uses in proptest::collection::vec(prop_oneof![5 => 0.0..60.0, 1 => -3.0..0.0], n * s * s),
        value_added in proptest::collection::vec(-5.0..150.0, n * s),
        final_demand in proptest::collection::vec(-5.0..150.0, n * s),
        tariffs in proptest::collection::vec(prop_oneof![1 => Just(0.0), 1 => 0.0..40.0], n * n * s),
        n in Just(n), s in Just(s), given in Just(given),
    ) -> RawTables {
        let mut trade_musd = Array3::<f64>::from_shape_vec((s, n, n), flows).unwrap();
        let mut tariff_pct = Array3::<f64>::from_shape_vec((s, n, n), tariffs).unwrap();
        for j in 0..s {
            for c in 0..n {
                trade_musd[[j, c, c]] = 50.0 + 3.0 * trade_musd[[j, c, c]].abs();
                tariff_pct[[j, c, c]] = 0.0;
                trade_musd[[j, c, (c + 1) % n]] = trade_musd[[j, c, (c + 1) % n]].abs() + 1.0;
            }
        }
        let table = |cells| Some(Array2::from_shape_vec((n, s), cells).unwrap());
        RawTables {
            axes: axes(n, s),
            trade_musd,
            output_musd: None,
            inputs_musd: Some(Array3::from_shape_vec((n, s, s), uses).unwrap()),
            value_added_musd: if given { table(value_added) } else { None },
            final_demand_musd: if given { table(final_demand) } else { None },
            tariff_pct,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: proptest::test_runner::RngSeed::Fixed(11),
        ..ProptestConfig::with_cases(256)
    })]

    #[test]
    fn random_unbalanced_tables_become_baselines_that_stay_where_they_are(raw in raw_tables()) {
        let data = written(raw, &BalanceOptions::default());
        prop_assert!(no_change(&data) < 1e-10);
    }

    #[test]
    fn what_was_balanced_is_not_moved_again(raw in raw_tables()) {
        let (moved, trade) = moved_again(raw);
        prop_assert!(moved < 1e-7 * trade, "{moved}");
    }
}

/// Trade that a second balancing moves, and all trade.
fn moved_again(raw: RawTables) -> (f64, f64) {
    let once = balance(raw.clone(), &BalanceOptions::default()).unwrap();
    let output = once.trade_musd.sum_axis(Axis(1)).reversed_axes();
    let mut inputs_musd = once.gamma_io.clone();
    for ((n, _, j), share) in inputs_musd.indexed_iter_mut() {
        *share *= output[[n, j]];
    }
    let again = RawTables {
        trade_musd: once.trade_musd.clone(),
        inputs_musd: Some(inputs_musd),
        value_added_musd: None,
        final_demand_musd: None,
        ..raw
    };
    let twice = balance(again, &BalanceOptions::default()).unwrap();
    ((&twice.trade_musd - &once.trade_musd).mapv(f64::abs).sum(), once.trade_musd.sum())
}

/// Final demand of one market is shrunk to half a millionth of its expenditure, since inputs use up all of it.
#[test]
fn a_sliver_of_final_demand_is_not_raised_again() {
    let flows = vec![
        53.0, 2.0, 1.0, 1.0, 1.0, 53.0, 2.0, 0.0, 1.0, 1.0, 53.0, 2.0, 2.0, 53.7, 1.0, 53.0, 53.0, 96.8, 1.0,
        1.0, 0.0, 50.0, 2.0, 0.0, 1.0, 1.0, 53.0, 2.0, 2.0, 64.4, 1.0, 53.0,
    ];
    let (mut inputs, mut final_demand) = (Array3::zeros((4, 2, 2)), Array2::zeros((4, 2)));
    (inputs[[1, 1, 0]], inputs[[1, 1, 1]]) = (46.8, 21.1);
    (final_demand[[3, 0]], final_demand[[3, 1]]) = (68.8, 70.3);
    let (moved, trade) = moved_again(RawTables {
        axes: axes(4, 2),
        trade_musd: Array3::from_shape_vec((2, 4, 4), flows).unwrap(),
        output_musd: None,
        inputs_musd: Some(inputs),
        value_added_musd: Some(Array2::zeros((4, 2))),
        final_demand_musd: Some(final_demand),
        tariff_pct: Array3::zeros((2, 4, 4)),
    });
    assert!(moved < 1e-7 * trade, "{moved}");
}

/// Three countries; the second exports 90 of an output of 60, and imports 80 from the first.
fn hub() -> RawTables {
    let mut trade_musd = Array3::zeros((1, 3, 3));
    for (exporter, importer, musd) in [(0, 0, 300.0), (0, 1, 80.0), (1, 2, 90.0), (2, 0, 20.0), (2, 2, 200.0)]
    {
        trade_musd[[0, importer, exporter]] = musd;
    }
    trade_musd[[0, 1, 1]] = f64::NAN;
    RawTables {
        axes: axes(3, 1),
        trade_musd,
        output_musd: Some(Array2::from_elem((3, 1), 60.0)),
        inputs_musd: None,
        value_added_musd: None,
        final_demand_musd: None,
        tariff_pct: Array3::zeros((1, 3, 3)),
    }
}

#[test]
fn re_exports_become_trade_between_origin_and_destination() {
    let balanced = balance(hub(), &BalanceOptions::default()).unwrap();
    // Of 90 exports, 57 can come from an output of 60 of which 5 % stay; 33 are the first country's.
    let near = |at: [usize; 3], musd: f64| assert!((balanced.trade_musd[at] - musd).abs() < 1e-6, "{at:?}");
    near([0, 2, 1], 57.0);
    near([0, 2, 0], 33.0);
    near([0, 1, 0], 47.0);
    near([0, 1, 1], 3.0);
    let moved = &balanced.adjustments;
    assert!(moved.iter().all(|a| a.step == "re-exports moved to their origin"), "{moved:?}");
}

#[test]
fn re_exports_that_are_kept_raise_output() {
    let options = BalanceOptions { re_exports: ReExports::Keep, weights: Weights::default() };
    let balanced = balance(hub(), &options).unwrap();
    assert!((balanced.trade_musd[[0, 2, 1]] - 90.0).abs() < 1e-6);
    let raised = &balanced.adjustments[0];
    assert_eq!((raised.table, raised.step), ("output", "output raised to supply exports"));
    assert!((raised.after_musd - 90.0 / 0.95).abs() < 1e-6);
}

#[test]
fn home_sales_that_nothing_implies_are_asked_for() {
    let raw = RawTables { output_musd: None, ..hub() };
    let errors = balance(raw, &BalanceOptions::default()).unwrap_err().to_string();
    assert!(errors.contains("`home sales of C1,s0` = missing"), "{errors}");
    assert!(errors.contains("gross_output_musd"), "{errors}");
}
