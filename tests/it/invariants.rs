//! Identities of the equilibrium on the tiny set and on random economies.

use std::path::Path;

use ndarray::{Array1, Array2, Array3};
use proptest::prelude::*;
use tradepath::calibration::Economy;
use tradepath::data::{Axes, Country, Dataset, Files, Sector, SectorKind};
use tradepath::equilibrium::{Closure, PreparedBaseline, Shock, decompose};

fn tiny() -> Economy {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tiny");
    Economy::from_dataset(&Dataset::read(&Files::directory(&folder)).unwrap()).unwrap()
}

/// Tariffs of the first importer scaled, the second's removed.
fn tariff_shock(economy: &Economy) -> Shock {
    let mut tau = economy.tau.clone();
    for ((_, n, i), tau) in tau.indexed_iter_mut().filter(|((_, n, i), _)| n != i) {
        *tau = match n {
            0 => 1.0 + 2.0 * (*tau - 1.0) + 0.05,
            _ => 1.0 + 0.1 * ((n + i) % 2) as f64,
        };
    }
    Shock { tau: Some(tau), ..Shock::default() }
}

#[test]
fn no_change_changes_nothing() {
    for closure in [Closure::Fixed, Closure::Zero, Closure::GdpShare] {
        let prepared = PreparedBaseline::new(tiny(), closure).unwrap();
        let same = prepared.solve(&Shock::default()).unwrap();
        assert!(same.ln_welfare(prepared.economy()).iter().all(|ln| ln.abs() < 1e-12));
        assert!(same.ln_wage.iter().all(|ln| ln.abs() < 1e-12));
    }
}

#[test]
fn the_exact_parts_sum_to_the_welfare_change() {
    let prepared = PreparedBaseline::new(tiny(), Closure::GdpShare).unwrap();
    let base = prepared.economy();
    let mut shock = tariff_shock(base);
    shock.iceberg_hat =
        Some(Array3::from_shape_fn(base.tau.dim(), |(_, n, i)| if n == i { 1.0 } else { 0.97 }));
    shock.technology_hat =
        Some(Array2::from_shape_fn((base.n(), base.s()), |(i, j)| 1.0 + 0.02 * (i + j) as f64));
    let exact = decompose::exact(&prepared, &shock, 10).unwrap();
    let sum: Array1<f64> = &exact.terms_of_trade
        + &exact.volume_of_trade
        + &exact.barriers
        + &exact.technology
        + &exact.transfers;
    let welfare = prepared.solve(&shock).unwrap().ln_welfare(base);
    for (sum, welfare) in sum.iter().zip(&welfare) {
        assert!((sum - welfare).abs() < 1e-8, "{sum} against {welfare}");
    }
    assert!(exact.transfers.iter().any(|part| part.abs() > 1e-6), "the closure moves transfers");
}

#[test]
fn a_growth_target_is_met_exactly() {
    let prepared = PreparedBaseline::new(tiny(), Closure::GdpShare).unwrap();
    let target = Array1::from_vec(vec![1.02, 1.07, 0.95]);
    let shock = Shock { real_gdp_hat: Some(target.clone()), ..Shock::default() };
    let grown = prepared.solve(&shock).unwrap();
    let base = prepared.economy();
    let real = &grown.factor_income / &base.va_musd / &grown.ln_price_index(base).mapv(f64::exp);
    for (real, target) in real.iter().zip(&target) {
        assert!((real / target - 1.0).abs() < 1e-9);
    }
}

#[test]
fn elasticities_of_the_shock_act_like_those_of_the_economy() {
    let mut economy = tiny();
    let prepared = PreparedBaseline::new(economy.clone(), Closure::Fixed).unwrap();
    let theta = economy.theta.mapv(|theta| 0.6 * theta);
    let mut shock = tariff_shock(&economy);
    shock.technology_hat = Some(Array2::from_elem((economy.n(), economy.s()), 1.1));
    shock.theta = Some(theta.clone());
    let found = prepared.solve(&shock).unwrap();
    let parts = decompose::exact(&prepared, &shock, 10).unwrap();
    economy.theta = theta;
    shock.theta = None;
    let other = PreparedBaseline::new(economy, Closure::Fixed).unwrap();
    let expected = other.solve(&shock).unwrap();
    let apart = (&found.ln_welfare(prepared.economy()) - &expected.ln_welfare(other.economy())).abs();
    assert!(apart.iter().all(|gap| *gap < 1e-10), "{apart}");
    let expected = decompose::exact(&other, &shock, 10).unwrap();
    assert!((&parts.technology - &expected.technology).iter().all(|gap| gap.abs() < 1e-10));
    let flat = Shock { theta: Some(ndarray::arr1(&[3.0, 9.0])), ..Shock::default() };
    let same = prepared.solve(&flat).unwrap();
    assert!(same.ln_wage.iter().all(|ln| ln.abs() < 1e-12), "without a policy elasticities do nothing");
}

#[test]
fn a_warm_start_gives_the_same_answer() {
    let prepared = PreparedBaseline::new(tiny(), Closure::GdpShare).unwrap();
    let shock = tariff_shock(prepared.economy());
    let near = prepared.solve(&shock.part(prepared.economy(), 0.9)).unwrap();
    let (cold, warm) = (prepared.solve(&shock).unwrap(), prepared.solve_from(&shock, &near).unwrap());
    let gap = |a: &Array2<f64>, b: &Array2<f64>| (a - b).iter().fold(0.0_f64, |m, d| m.max(d.abs()));
    assert!(gap(&cold.ln_price, &warm.ln_price) < 1e-9);
    assert!(gap(&cold.x_musd, &warm.x_musd) < 1e-9 * prepared.economy().world_va_musd());
    assert!((&cold.ln_wage - &warm.ln_wage).iter().all(|gap| gap.abs() < 1e-9));
    assert!(warm.stats.evaluations <= cold.stats.evaluations);
}

/// A random economy in equilibrium: flows, tariffs, input shares and elasticities of any size.
fn random_economy() -> impl Strategy<Value = Economy> {
    (2usize..7, 1usize..5).prop_flat_map(|(n, s)| {
        (
            prop::collection::vec(0.0f64..1.0, s * n * n),
            prop::collection::vec(0.0f64..1.0, s * n * n),
            prop::collection::vec(0.0f64..1.0, n * s * (s + 1)),
            prop::collection::vec(0.5f64..12.0, s),
        )
            .prop_map(move |(flows, tariffs, inputs, theta)| build(n, s, &flows, &tariffs, &inputs, &theta))
    })
}

fn build(n: usize, s: usize, flows: &[f64], tariffs: &[f64], inputs: &[f64], theta: &[f64]) -> Economy {
    let name = |c: usize| Country { iso3: format!("C{c}"), name: String::new(), region: String::new() };
    let sector = |j: usize| Sector {
        id: format!("s{j}"),
        name: String::new(),
        kind: SectorKind::Goods,
        theta: Some(theta[j]),
        theta_se: None,
    };
    let axes = Axes::new((0..n).map(name).collect(), (0..s).map(sector).collect());
    let at = |j: usize, m: usize, i: usize| (j * n + m) * n + i;
    // A third of the cells are zero; home sales are large enough to cover intermediate use.
    let flow = |j, m: usize, i| match flows[at(j, m, i)] {
        _ if m == i => 20.0 + 100.0 * flows[at(j, m, i)],
        // Everybody buys from its neighbour, so that a balanced equilibrium exists.
        any if j == 0 && i == (m + 1) % n => 5.0 + 5.0 * any,
        small if small < 0.33 => 0.0,
        large => 10.0 * large,
    };
    let tau =
        Array3::from_shape_fn(
            (s, n, n),
            |(j, m, i)| {
                if m == i { 1.0 } else { 1.0 + 2.0 * tariffs[at(j, m, i)].powi(3) }
            },
        );
    let spending = Array3::from_shape_fn((s, n, n), |(j, m, i)| flow(j, m, i) * tau[[j, m, i]]);
    let x_musd = Array2::from_shape_fn((n, s), |(m, j)| spending.slice(ndarray::s![j, m, ..]).sum());
    let pi = Array3::from_shape_fn((s, n, n), |(j, m, i)| spending[[j, m, i]] / x_musd[[m, j]]);
    let share = |c: usize, j: usize, k: usize| 0.5 * inputs[(c * s + j) * (s + 1) + k] / s as f64;
    let gamma_io = Array3::from_shape_fn((n, s, s), |(c, j, k)| share(c, j, k));
    let gamma_va = Array2::from_shape_fn((n, s), |(c, j)| 1.0 - gamma_io.slice(ndarray::s![c, j, ..]).sum());
    let output = |c: usize, j: usize| (0..n).map(|m| flow(j, m, c)).sum::<f64>();
    let va_musd = Array1::from_shape_fn(n, |c| (0..s).map(|j| gamma_va[[c, j]] * output(c, j)).sum());
    let deficit_musd = Array1::from_shape_fn(n, |c| {
        (0..s).map(|j| (0..n).map(|o| flow(j, c, o) - flow(j, o, c)).sum::<f64>()).sum()
    });
    let raw_alpha = Array2::from_shape_fn((n, s), |(c, j)| {
        let used: f64 = (0..s).map(|k| gamma_io[[c, k, j]] * output(c, k)).sum();
        (x_musd[[c, j]] - used).max(0.01 * x_musd[[c, j]])
    });
    let alpha = &raw_alpha / &raw_alpha.sum_axis(ndarray::Axis(1)).insert_axis(ndarray::Axis(1));
    let theta = theta.iter().copied().collect();
    Economy { axes, pi, tau, x_musd, theta, gamma_va, gamma_io, alpha, va_musd, deficit_musd }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn random_economies_clear_their_markets(economy in random_economy()) {
        let prepared = PreparedBaseline::new(economy, Closure::Zero).unwrap();
        let base = prepared.economy();
        let solved = prepared.solve(&tariff_shock(base)).unwrap();
        prop_assert!(solved.stats.residual < 1e-10);
        prop_assert!(solved.stats.walras_residual.abs() < 1e-10);
        for row in solved.pi.lanes(ndarray::Axis(2)) {
            prop_assert!((row.sum() - 1.0).abs() < 1e-12);
        }
        let world = solved.factor_income.sum() / base.world_va_musd();
        prop_assert!((world - 1.0).abs() < 1e-10, "numeraire {}", world);
        let trade: f64 = solved.trade_totals().0.sum() - solved.trade_totals().1.sum();
        prop_assert!(trade.abs() < 1e-9 * base.world_va_musd());
    }
}
