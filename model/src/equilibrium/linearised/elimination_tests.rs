//! The rounds that pass on trade with others come to what plain ones come to.

use ndarray::{Array1, Array2, Array3, Axis};

use super::super::adjoint::Seeds;
use super::super::linear::{Accuracy, Linear};
use crate::data::{Axes, Country, Sector, SectorKind};
use crate::economy::Economy;
use crate::equilibrium::conditions::evaluate::Conditions;
use crate::equilibrium::conditions::income::Deficits;
use crate::equilibrium::conditions::layout::FlatEconomy;
use crate::equilibrium::conditions::loaded::LoadedShock;
use crate::equilibrium::conditions::point::{Evaluated, Point};
use crate::equilibrium::counterfactual::shock::Shock;

/// Numbers between 0 and 1 that look like chance, the same in every run.
fn chance(seed: usize) -> impl FnMut() -> f64 {
    let mut state = seed as u64;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// An economy whose numbers add up row by row; it need not be an equilibrium.
fn economy(n: usize, s: usize, seed: usize) -> Economy {
    let mut next = chance(seed);
    let countries = (0..n)
        .map(|c| Country { iso3: format!("C{c}"), name: String::new(), region: String::new() })
        .collect();
    let theta: Vec<f64> = (0..s).map(|_| 2.0 + 6.0 * next()).collect();
    let sector = |j: usize| Sector {
        id: format!("s{j}"),
        name: String::new(),
        kind: SectorKind::Goods,
        theta: Some(theta[j]),
        theta_se: None,
    };
    let tau = Array3::from_shape_fn((s, n, n), |(_, m, i)| if m == i { 1.0 } else { 1.0 + 0.3 * next() });
    let mut pi = Array3::from_shape_fn((s, n, n), |(_, m, i)| next() + if m == i { n as f64 } else { 0.0 });
    pi.lanes_mut(Axis(2)).into_iter().for_each(|mut row| row /= row.sum());
    let gamma_va = Array2::from_shape_fn((n, s), |_| 0.3 + 0.5 * next());
    let mut gamma_io = Array3::from_shape_fn((n, s, s), |_| next());
    for ((c, j), va) in gamma_va.indexed_iter() {
        let mut row = gamma_io.slice_mut(ndarray::s![c, j, ..]);
        let all = row.sum();
        row *= (1.0 - va) / all;
    }
    let mut alpha = Array2::from_shape_fn((n, s), |_| next());
    alpha.lanes_mut(Axis(1)).into_iter().for_each(|mut row| row /= row.sum());
    Economy {
        axes: Axes::new(countries, (0..s).map(sector).collect()),
        pi,
        tau: tau.into(),
        theta: theta.into(),
        x_musd: Array2::from_shape_fn((n, s), |_| 1.0 + 9.0 * next()),
        va_musd: Array1::from_shape_fn(n, |_| 1.0 + 4.0 * next()),
        deficit_musd: Array1::zeros(n),
        gamma_va,
        gamma_io,
        alpha,
    }
}

/// Runs `with` on the linearised system of an economy, by its own rounds and by plain ones.
fn compare(n: usize, s: usize, with: impl Fn(&Linear<'_>) -> Vec<f64>) {
    let economy = economy(n, s, 7 * n + s);
    let base = FlatEconomy::new(&economy, None);
    let mut shock = LoadedShock::new(&base);
    shock.load(&base, &economy, &Shock::default());
    let mut z = vec![0.0; base.shape.unknowns()];
    z[base.shape.stride + base.shape.block()..].copy_from_slice(&base.x);
    let mut at = Evaluated::new(base.shape);
    let deficits = Deficits::zero(&base);
    let _ = Conditions { base: &base, shock: &shock, deficits: &deficits }.evaluate(&z, &mut at);
    let mut linear = Linear::new(&base, &shock, &deficits, Point::new(base.shape, &z).x, &at);
    assert!(linear.rounds.is_some());
    let found = with(&linear);
    linear.rounds = None;
    let plain = with(&linear);
    let size = plain.iter().fold(0.0_f64, |size, value| size.max(value.abs()));
    assert!(size > 0.0 && found.len() == plain.len());
    for (found, plain) in found.iter().zip(&plain) {
        assert!((found - plain).abs() <= 1e-12 * size, "{n} x {s}: {found} {plain}");
    }
}

const SIZES: [(usize, usize); 4] = [(2, 1), (5, 3), (17, 4), (9, 7)];

#[test]
fn adjoints_are_those_of_plain_rounds() {
    for accuracy in [Accuracy::Full, Accuracy::Rounds(5), Accuracy::Rounds(1), Accuracy::Within(1e-13)] {
        for (n, s) in SIZES {
            compare(n, s, |linear| {
                let shape = linear.base.shape;
                let mut next = chance(3);
                let mut seeds: Vec<Seeds> = (0..6).map(|_| Seeds::zero(shape)).collect();
                for seeds in &mut seeds {
                    for c in 0..n {
                        (seeds.va[c], seeds.revenue[c], seeds.excess[c]) = (next(), next(), next());
                        (0..s).for_each(|j| seeds.price[j * shape.stride + c] = next());
                    }
                }
                let all = linear.adjoints(&seeds, accuracy);
                all.into_iter()
                    .flat_map(|one| [one.price, one.spending, one.wage, one.output, one.swept_price].concat())
                    .collect()
            });
        }
    }
}

#[test]
fn tangents_are_those_of_plain_rounds() {
    for accuracy in [Accuracy::Full, Accuracy::Rounds(5), Accuracy::Rounds(1)] {
        for (n, s) in SIZES {
            compare(n, s, |linear| {
                let countries: Vec<usize> = (0..n).collect();
                let all = linear.responses_to_wages(&countries, accuracy);
                all.into_iter().flat_map(|one| [one.cost, one.price, one.spending].concat()).collect()
            });
        }
    }
}
