//! Tariff-rate quotas in the equilibrium: regimes, complementarity, rents, competition inside a cell.

use std::path::Path;

use ndarray::Array1;
use proptest::prelude::*;
use tradepath::data::{Dataset, Files};
use tradepath::economy::Economy;
use tradepath::equilibrium::{
    Closure, Equilibrium, Method, PreparedBaseline, Quota, QuotaCell, QuotaRegime, Shock, decompose,
};
use tradepath::policy::aggregate::Aggregates;

fn tiny(closure: Closure) -> PreparedBaseline {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tiny");
    let data = Dataset::read(&Files::directory(&folder)).unwrap();
    PreparedBaseline::new(Economy::from_dataset(&data).unwrap(), closure).unwrap()
}

/// A third of the goods that the first country buys from the second, at the 10 % that all of them pay.
fn quota(volume_musd: f64) -> Quota {
    let cells = vec![cell(1, 0.3, 10.0)];
    Quota { product: "cheese".into(), importer: 0, sector: 0, cells, volume_musd, exporter_rent_share: 0.0 }
}

/// A share of what an exporter sells, free inside the quota and at the rate of the baseline without it.
fn cell(exporter: usize, trade_share: f64, pct: f64) -> QuotaCell {
    QuotaCell {
        exporter,
        trade_share,
        base_pct: pct,
        shock_pct: pct,
        in_quota_pct: 0.0,
        out_of_quota_pct: pct,
        kept_musd: 0.0,
    }
}

fn paid_pct(cell: &QuotaCell, wedge_pct: f64) -> f64 {
    wedge_pct.min(cell.out_of_quota_pct).max(cell.in_quota_pct)
}

fn with(quotas: Vec<Quota>) -> Shock {
    Shock { quotas, ..Shock::default() }
}

fn flow_musd(base: &Economy, [j, n, i]: [usize; 3]) -> f64 {
    base.pi[[j, n, i]] * base.x_musd[[n, j]] / base.tau[[j, n, i]]
}

/// Imports of a quota at baseline prices from the equations alone.
fn demanded_musd(base: &Economy, shock: &Shock, solved: &Equilibrium, at: usize) -> f64 {
    let quota = &shock.quotas[at];
    let (j, n) = (quota.sector, quota.importer);
    let of = |cell: &QuotaCell| {
        let i = cell.exporter;
        let wedge = 1.0 + paid_pct(cell, solved.quotas[at].wedge_pct) / 100.0;
        let factor = 1.0 + cell.base_pct / 100.0;
        let iceberg = shock.iceberg_hat.as_ref().map_or(1.0, |d| d[[j, n, i]]);
        let share = base.pi[[j, n, i]] * cell.trade_share * factor / base.tau[[j, n, i]];
        let price = wedge / factor * iceberg * (solved.ln_cost[[i, j]] - solved.ln_price[[n, j]]).exp();
        let spent = share * price.powf(-base.theta[j]) * solved.x_musd[[n, j]];
        spent / wedge / (iceberg * solved.ln_cost[[i, j]].exp())
    };
    quota.cells.iter().map(of).sum()
}

fn close(found: f64, expected: f64, tolerance: f64) {
    let scale = 1.0 + expected.abs();
    assert!((found - expected).abs() <= tolerance * scale, "{found} instead of {expected}");
}

#[test]
fn a_quota_that_opens_nothing_changes_nothing() {
    let prepared = tiny(Closure::Fixed);
    let solved = prepared.solve(&with(vec![quota(1.0)])).unwrap();
    assert_eq!(solved.quotas[0].regime, QuotaRegime::Outside);
    assert!(solved.ln_welfare(prepared.economy()).iter().all(|ln| ln.abs() < 1e-11));
    // The rent is what the importer no longer calls duty: 10 % of the quota.
    close(solved.quotas[0].rent_musd, 0.1, 1e-9);
    let imports = 0.3 * flow_musd(prepared.economy(), [0, 0, 1]);
    close(solved.quotas[0].duties_musd, 0.1 * (imports - 1.0), 1e-9);
}

#[test]
fn the_three_regimes_follow_each_other_as_the_quota_grows() {
    let prepared = tiny(Closure::Fixed);
    let imports = 0.3 * flow_musd(prepared.economy(), [0, 0, 1]);
    let mut regimes = Vec::new();
    let mut last = f64::INFINITY;
    for ratio in [0.5, 0.99, 1.05, 1.2, 1.4, 3.0] {
        let shock = with(vec![quota(ratio * imports)]);
        let solved = prepared.solve(&shock).unwrap();
        let outcome = &solved.quotas[0];
        close(outcome.imports_musd, demanded_musd(prepared.economy(), &shock, &solved, 0), 1e-10);
        assert!(outcome.wedge_pct <= last);
        last = outcome.wedge_pct;
        match outcome.regime {
            QuotaRegime::Binding => close(outcome.imports_musd, ratio * imports, 1e-12),
            QuotaRegime::Inside => assert!(outcome.wedge_pct == 0.0 && outcome.rent_musd == 0.0),
            QuotaRegime::Outside => assert!(outcome.imports_musd >= ratio * imports),
        }
        regimes.push(outcome.regime);
    }
    use QuotaRegime::{Binding, Inside, Outside};
    assert_eq!(regimes, [Outside, Outside, Binding, Binding, Binding, Inside]);
}

/// The quota is solved with everything else: its equilibrium is that of the tariff, iceberg and transfer it came to.
#[test]
fn the_wedges_held_give_the_same_equilibrium_and_an_exact_decomposition() {
    for closure in [Closure::Fixed, Closure::GdpShare] {
        let prepared = tiny(closure);
        let base = prepared.economy();
        let mut tau = base.tau.clone();
        tau[[0, 0, 2]] = 1.02;
        tau[[0, 1, 0]] = 1.1;
        let shared = Quota { exporter_rent_share: 0.6, ..quota(42.0) };
        let shock = Shock { tau: Some(tau), ..with(vec![shared]) };
        let solved = prepared.solve(&shock).unwrap();
        assert_eq!(solved.quotas[0].regime, QuotaRegime::Binding);
        let without_quotas = shock.with_wedges_of(base, &solved);
        let held = prepared.solve(&without_quotas).unwrap();
        for (a, b) in solved.ln_wage.iter().chain(&solved.income).zip(held.ln_wage.iter().chain(&held.income))
        {
            close(*a, *b, 1e-10);
        }
        let exact = decompose::exact(&prepared, &shock, 10).unwrap();
        let sum: Array1<f64> =
            &exact.terms_of_trade + &exact.volume_of_trade + &exact.barriers + &exact.transfers;
        for (sum, welfare) in sum.iter().zip(&solved.ln_welfare(base)) {
            assert!((sum - welfare).abs() < 1e-8, "{sum} against {welfare}");
        }
        close(solved.deficit.sum(), 0.0, 1e-9);
    }
}

#[test]
fn rents_go_to_whom_they_are_given() {
    let prepared = tiny(Closure::Fixed);
    let base = prepared.economy();
    let solve = |share| {
        let shock = with(vec![Quota { exporter_rent_share: share, ..quota(42.0) }]);
        prepared.solve(&shock).unwrap()
    };
    let (ours, theirs) = (solve(0.0), solve(1.0));
    let rent = theirs.quotas[0].rent_abroad_musd[0];
    close(rent, theirs.quotas[0].rent_musd, 1e-12);
    assert!(rent > 0.1 && ours.quotas[0].rent_abroad_musd == [0.0]);
    close(theirs.deficit[1] - ours.deficit[1], rent, 1e-9);
    assert!(theirs.ln_welfare(base)[0] < ours.ln_welfare(base)[0]);
    assert!(theirs.ln_welfare(base)[1] > ours.ln_welfare(base)[1]);
    // The importer keeps the rent: the same as a tariff at the wedge on that part of the cell.
    assert!(ours.ln_welfare(base)[1] > 0.0);
}

#[test]
fn a_quota_on_top_of_other_access_lets_in_what_it_says() {
    let prepared = tiny(Closure::Fixed);
    let imports = 0.3 * flow_musd(prepared.economy(), [0, 0, 1]);
    let on_top = QuotaCell { kept_musd: imports, ..cell(1, 0.3, 10.0) };
    let solved = prepared.solve(&with(vec![Quota { cells: vec![on_top], ..quota(2.0) }])).unwrap();
    let outcome = &solved.quotas[0];
    assert_eq!(outcome.regime, QuotaRegime::Binding);
    close(outcome.imports_musd, imports + 2.0, 1e-12);
    close(outcome.inside_musd, 2.0, 1e-9);
    assert!(outcome.rent_musd < 0.1 * 2.0 * 1.1);
}

#[test]
fn methods_agree_and_contradictions_are_refused() {
    let prepared = tiny(Closure::Fixed);
    let shock = with(vec![Quota { exporter_rent_share: 0.5, ..quota(42.0) }]);
    let solved = prepared.solve(&shock).unwrap();
    for method in [Method::Damped, Method::Newton, Method::Homotopy] {
        let other = prepared.solve_with(&shock, method).unwrap();
        close(other.quotas[0].wedge_pct, solved.quotas[0].wedge_pct, 1e-8);
        for (a, b) in other.ln_wage.iter().zip(&solved.ln_wage) {
            close(*a, *b, 1e-9);
        }
    }
    let inverted = QuotaCell { in_quota_pct: 20.0, ..cell(1, 0.3, 10.0) };
    let wrong = with(vec![
        Quota { cells: vec![inverted], ..quota(1.0) },
        Quota { importer: 1, cells: vec![cell(2, 0.9, 60.0)], ..quota(1.0) },
        Quota { importer: 2, cells: vec![cell(1, 0.1, 15.0), cell(1, 0.1, 15.0)], ..quota(1.0) },
        Quota { importer: 2, cells: vec![cell(2, 0.1, 0.0)], ..quota(1.0) },
    ]);
    let faults = wrong.quota_errors(prepared.economy(), 0.0);
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults.len(), 4, "{faults:?}");
    assert!(faults[0].contains("20 % inside and 10 % outside"));
    assert!(faults[1].contains("exporters other than the importer, each once"));
    assert!(faults[2].contains("exporters other than the importer, each once"));
    assert!(faults[3].contains("lower the share or the base rate"));
    let error = prepared.solve(&wrong).unwrap_err();
    assert_eq!(error.worst_country, "AAA");
    assert!(error.to_string().contains("tariff-rate quota that contradicts"));
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..ProptestConfig::with_cases(200) })]

    /// Several quotas at once, two of them on the same cell, one shared by two exporters.
    #[test]
    fn all_quotas_clear_together(
        volumes in prop::array::uniform3(0.0..80.0_f64),
        shares in prop::array::uniform3(0.05..0.45_f64),
        rent in 0.0..1.0_f64,
        iceberg in 0.8..1.1_f64,
        elsewhere in 0.0..10.0_f64,
    ) {
        let prepared = tiny(Closure::Fixed);
        let base = prepared.economy();
        let one = |volume, cells| Quota { cells, exporter_rent_share: rent, ..quota(volume) };
        let by_choice = QuotaCell { out_of_quota_pct: elsewhere, ..cell(2, shares[1], 10.0) };
        let taxed = QuotaCell { in_quota_pct: 3.0, ..cell(0, shares[1], 20.0) };
        let mut hat = ndarray::Array3::ones(base.tau.dim());
        hat[[0, 0, 1]] = iceberg;
        let shock = Shock {
            iceberg_hat: Some(hat),
            ..with(vec![
                one(volumes[0], vec![cell(1, shares[0], 10.0), by_choice]),
                one(volumes[1], vec![cell(1, shares[2], 10.0)]),
                Quota { importer: 1, ..one(volumes[2], vec![taxed]) },
            ])
        };
        prop_assert!(shock.quota_errors(base, 0.0).is_empty());
        let solved = prepared.solve(&shock).unwrap();
        prop_assert!(solved.stats.residual < 1e-10 && solved.stats.walras_residual.abs() < 1e-10);
        for (at, (quota, outcome)) in shock.quotas.iter().zip(&solved.quotas).enumerate() {
            let imports = demanded_musd(base, &shock, &solved, at);
            prop_assert!((imports - outcome.imports_musd).abs() < 1e-8 * (1.0 + imports));
            prop_assert!(outcome.inside_musd <= quota.volume_musd * (1.0 + 1e-9) + 1e-9);
            // Above the lowest rate inside only where the quota is used up or everybody pays the rate without it.
            let rates = |of: fn(&QuotaCell) -> f64| quota.cells.iter().map(of);
            let least = rates(|cell| cell.in_quota_pct).fold(f64::INFINITY, f64::min);
            let slack = quota.volume_musd - outcome.inside_musd;
            prop_assert!((outcome.wedge_pct - least) * slack.max(0.0) < 1e-6, "{outcome:?} {quota:?}");
            // Who would pay more than the wedge without the quota is inside with all that it sells.
            let is_eager = |cell: &&QuotaCell| cell.out_of_quota_pct > outcome.wedge_pct + 1e-9;
            let eager = quota.cells.iter().filter(is_eager).copied().collect();
            let alone = Shock { quotas: vec![Quota { cells: eager, ..quota.clone() }], ..shock.clone() };
            let of_eager = Equilibrium { quotas: vec![outcome.clone()], ..solved.clone() };
            prop_assert!(demanded_musd(base, &alone, &of_eager, 0) <= quota.volume_musd + 1e-6);
            // What buyers pay above the price at the border is duties and rent.
            let abroad: f64 = outcome.rent_abroad_musd.iter().sum();
            prop_assert!((abroad - rent * outcome.rent_musd).abs() < 1e-9 * (1.0 + abroad));
        }
    }
}

/// Two lines in a cell, one at 0 and one at 100 %: what the equilibrium makes of them is the consistent pair of
/// Laborde, Martin & van der Mensbrugghe (2017): what is collected as tariff, the rest of the price as iceberg.
#[test]
fn lines_with_different_rates_come_to_the_price_and_the_revenue_aggregate() {
    let prepared = tiny(Closure::Fixed);
    let base = prepared.economy();
    let at = [1, 0, 1];
    assert_eq!(base.tau[at], 1.0);
    let line = QuotaCell { in_quota_pct: 100.0, out_of_quota_pct: 100.0, ..cell(1, 0.5, 0.0) };
    let at_100 = Quota { sector: 1, cells: vec![line], ..quota(0.0) };
    let shock = with(vec![at_100]);
    let solved = prepared.solve(&shock).unwrap();
    let held = shock.with_wedges_of(base, &solved);
    let pair = Aggregates::new(&[(0.5, 0.0), (0.5, 100.0)], 1.0 + base.theta[1]).unwrap();
    close(100.0 * (held.tau.as_ref().unwrap()[at] - 1.0), pair.collected_pct(), 1e-10);
    let dispersion = (100.0 + pair.price_pct) / (100.0 + pair.collected_pct());
    close(held.iceberg_hat.as_ref().unwrap()[at], dispersion, 1e-10);
}

/// An exporter with a better rate elsewhere keeps it: opening a quota raises nobody's tariff.
#[test]
fn who_pays_less_elsewhere_keeps_that_rate() {
    let prepared = tiny(Closure::Fixed);
    let imports = 0.3 * flow_musd(prepared.economy(), [0, 0, 1]);
    let elsewhere = QuotaCell { out_of_quota_pct: 4.0, ..cell(2, 0.3, 10.0) };
    let shared = Quota { cells: vec![cell(1, 0.3, 10.0), elsewhere], ..quota(1.05 * imports) };
    let solved = prepared.solve(&with(vec![shared])).unwrap();
    let outcome = &solved.quotas[0];
    // The first exporter alone fills the quota; the other pays 4 % on all that it sells.
    assert!(outcome.regime == QuotaRegime::Binding && outcome.wedge_pct > 4.0);
    close(outcome.inside_musd, 1.05 * imports, 1e-9);
    assert!(solved.tau[[0, 0, 2]] > 1.04 && solved.tau[[0, 0, 2]] < 1.1);
    let own = Quota { cells: vec![cell(1, 0.3, 10.0)], ..quota(1.05 * imports) };
    let own = prepared.solve(&with(vec![own])).unwrap();
    assert!(outcome.wedge_pct < own.quotas[0].wedge_pct, "the other takes a part of the market");
}
