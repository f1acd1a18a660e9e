//! The solver against the equations in plain loops.

use ndarray::{Array1, Array2, Array3};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use tradepath::data::Pair;
use tradepath::economy::Economy;
use tradepath::equilibrium::{Closure, PreparedBaseline, Quota, QuotaCell, Shock};

use super::equilibrium::economy;
use super::invariants::random_economy;
use crate::plain::Reference;

/// Equally spread numbers in 0..1 from a seed.
fn draws(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Tariffs, barriers, technology, elasticities and transfers at once, and growth where it is asked for, else factors.
fn shock(base: &Economy, seed: u64, grows: bool) -> Shock {
    let mut draw = draws(seed);
    let (n, s) = (base.n(), base.s());
    let mut foreign = |size: f64| {
        Array3::from_shape_fn((s, n, n), |(_, m, i)| if m == i { 1.0 } else { 1.0 + size * (draw() - 0.2) })
    };
    let (tau, iceberg) = (foreign(0.3), foreign(0.2));
    let mut transfer = Array1::from_shape_fn(n, |c| 0.002 * (draw() - 0.5) * base.va_musd[c]);
    let sum = transfer.sum();
    transfer[0] -= sum;
    Shock {
        tau: Some(tau.into()),
        iceberg_hat: Some(iceberg),
        technology_hat: Some(Array2::from_shape_fn((n, s), |_| 0.8 + 0.5 * draw())),
        theta: Some(base.theta.mapv(|theta| theta * (0.7 + 0.5 * draw()))),
        transfer_musd: Some(transfer),
        real_gdp_hat: grows.then(|| Array1::from_shape_fn(n, |_| 0.95 + 0.2 * draw())),
        factor_hat: (!grows).then(|| Array1::from_shape_fn(n, |_| 0.95 + 0.1 * draw())),
        psi_theta: None,
        quotas: Vec::new(),
    }
}

/// A quota on a fifth of the largest flow, which binds.
fn quota(base: &Economy, tau: &Array3<f64>) -> Option<Quota> {
    let foreign = base.pi.indexed_iter().filter(|((_, n, i), _)| n != i);
    let ((j, n, i), _) = foreign.max_by(|a, b| a.1.total_cmp(b.1))?;
    let at = [j, n, i];
    let shock_pct = 100.0 * (tau[at] - 1.0);
    if shock_pct < 1.0 || base.tau[at] < 1.0 {
        return None;
    }
    let cell = QuotaCell {
        exporter: i,
        trade_share: 0.2,
        base_pct: 100.0 * (base.tau[at] - 1.0),
        shock_pct,
        in_quota_pct: 0.0,
        out_of_quota_pct: shock_pct,
        kept_musd: 0.0,
    };
    let volume_musd = 0.19 * base.flow_musd(j, Pair { importer: n, exporter: i });
    Some(Quota {
        product: "a fifth".into(),
        importer: n,
        sector: j,
        cells: vec![cell],
        volume_musd,
        exporter_rent_share: 0.4,
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        rng_seed: RngSeed::Fixed(2008),
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_equation_holds_on_random_economies(
        economy in random_economy(), seed in any::<u64>(), closure in 0usize..3, kind in 0usize..3,
    ) {
        let closure = [Closure::Zero, Closure::Fixed, Closure::GdpShare][closure].clone();
        // Economies that cannot be in equilibrium are the business of other tests.
        let Ok(prepared) = PreparedBaseline::new(economy, closure.clone()) else { return Ok(()) };
        let base = prepared.economy();
        let mut shock = shock(base, seed, kind == 1);
        if kind == 2 {
            shock.quotas = shock.tau.iter().filter_map(|tau| quota(base, &tau.to_owned())).collect();
        }
        let Ok(found) = prepared.solve(&shock) else { return Ok(()) };
        let held = shock.with_wedges_of(base, &found);
        let reference = Reference { base, shock: &held, closure: &closure };
        for (equation, gap) in reference.gaps(&found) {
            prop_assert!(gap < 1e-9, "{equation}: {gap:e}");
        }
    }
}

/// Solves by wages that rise where trade is in surplus; prices and expenditure settle at each. `w_hat` and
/// `P_hat`. Slow, and only for elasticities that are not large.
fn plain_solve(reference: &Reference<'_>, step: f64, rounds: usize) -> (Array1<f64>, Array2<f64>) {
    let base = reference.base;
    let (mut w, mut p) = (Array1::ones(base.n()), Array2::ones(base.x_musd.dim()));
    let mut x = base.x_musd.clone();
    for _ in 0..rounds {
        for _ in 0..200 {
            p = reference.price_indices(&reference.unit_costs(&w, &p));
        }
        let pi = reference.shares(&reference.unit_costs(&w, &p), &p);
        let va = reference.value_added(&w, &p);
        let deficit = reference.deficits(&va);
        for _ in 0..200 {
            let income = &va + &reference.revenue(&pi, &x) + &deficit;
            x = reference.spending(&income, &reference.output(&pi, &x));
        }
        let deficit_beyond = reference.balance(&pi, &x, &deficit) / &va;
        w = &w * &(1.0 - step * deficit_beyond);
        w *= reference.numeraire() / reference.value_added(&w, &p).sum();
    }
    (w, p)
}

#[test]
fn plain_iterations_end_at_the_same_equilibrium() {
    for (folder, closure) in [("data/tiny", Closure::GdpShare), ("tests/fixtures/nafta4", Closure::Zero)] {
        let prepared = PreparedBaseline::new(economy(folder), closure.clone()).unwrap();
        let base = prepared.economy();
        let mut shock = shock(base, 7, false);
        shock.theta = Some(Array1::from_elem(base.s(), 4.0));
        let found = prepared.solve(&shock).unwrap();
        let (w, p) = plain_solve(&Reference { base, shock: &shock, closure: &closure }, 0.2, 200);
        let wages = &w.mapv(f64::ln) - &found.ln_wage;
        let prices = &p.mapv(f64::ln) - &found.ln_price;
        let largest = wages.iter().chain(&prices).fold(0.0, |largest: f64, gap| gap.abs().max(largest));
        assert!(largest < 1e-9, "{folder}: {largest:e}");
    }
}
