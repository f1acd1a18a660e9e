//! How far a point is from equilibrium, and when it is accepted.
//!
//! A solution is judged by its residuals, never by the length of the last step: excess demands relative to world
//! value added and to the country's own, log prices, expenditure, the numeraire and Walras' sum.
//!
//! Source: `docs/model.md` section 3.

use super::layout::{FlatEconomy, Shape};
use super::loaded::LoadedShock;
use super::point::Evaluated;
use crate::equilibrium::counterfactual::failure::TOLERANCE;

/// Tolerance of the residuals of log prices.
pub const PRICE_TOLERANCE: f64 = 1e-11;
/// Tolerance of residuals relative to the country's own value added.
const OWN_TOLERANCE: f64 = 1e-10;
/// Powers of costs and prices below this, or above one over it, may be cut.
const LEAST_POWER: f64 = 1e-250;

/// Sizes of the residuals.
#[derive(Debug, Clone, Copy, Default)]
pub struct Norms {
    /// Largest excess demand for labour relative to world value added.
    pub excess: f64,
    /// The same relative to the country's own value added.
    own_excess: f64,
    /// Sum of all excess demands relative to world value added.
    pub walras: f64,
    /// Deviation of world value added from the numeraire.
    pub numeraire: f64,
    /// Largest residual of a log price, or of log productivity with economies of scale.
    pub price: f64,
    /// Largest expenditure residual relative to the country's value added.
    pub spending: f64,
    /// Sum of all residuals: NaN or infinite where one of them is.
    sum: f64,
}

impl Norms {
    /// Sizes of the last evaluation's residuals.
    #[inline(always)]
    pub fn measure(base: &FlatEconomy, shock: &LoadedShock, at: &Evaluated) -> Self {
        let Shape { n, stride, .. } = base.shape;
        let larger = |largest: f64, value: f64| if value.abs() > largest { value.abs() } else { largest };
        let mut norms = Self { numeraire: f64::from(at.residuals.balance()[n - 1]).abs(), ..Self::default() };
        let per_world_va = 1.0 / shock.numeraire;
        for (&excess, &per_va) in at.excess[..n].iter().zip(&at.per_va) {
            norms.walras += excess * per_world_va;
            norms.excess = larger(norms.excess, excess * per_world_va);
            norms.own_excess = larger(norms.own_excess, excess * per_va);
        }
        norms.sum = norms.walras;
        for prices in at.residuals.prices().chunks_exact(stride) {
            for &price in &prices[..n] {
                norms.price = larger(norms.price, f64::from(price));
                norms.sum += f64::from(price);
            }
        }
        for productivity in at.residuals.scale().chunks_exact(stride) {
            for &productivity in &productivity[..n] {
                norms.price = larger(norms.price, f64::from(productivity));
                norms.sum += f64::from(productivity);
            }
        }
        for spending in at.residuals.spending().chunks_exact(stride) {
            for (&spending, &per_va) in spending[..n].iter().zip(&at.per_va) {
                norms.spending = larger(norms.spending, f64::from(spending) * per_va);
                norms.sum += f64::from(spending);
            }
        }
        norms
    }

    /// Largest residual in units of its tolerance: accepted where at most 1; infinite where one is NaN.
    pub fn score(&self) -> f64 {
        let world = self.excess.max(self.numeraire).max(self.walras.abs()) / TOLERANCE;
        let own = self.own_excess.max(self.spending) / OWN_TOLERANCE;
        let score = world.max(own).max(self.price / PRICE_TOLERANCE);
        if score.is_finite() && self.sum.is_finite() { score } else { f64::INFINITY }
    }

    /// Size of the system's residuals where prices and expenditure have settled, in units of their tolerances.
    pub fn size(&self) -> f64 {
        (self.excess.max(self.numeraire) / TOLERANCE).max(self.own_excess / OWN_TOLERANCE)
    }

    /// The residual that is furthest from its tolerance, and the country where it is largest.
    pub fn worst(&self, shape: Shape, at: &Evaluated) -> WorstResidual {
        if let Some(country) = (0..shape.n).find(|&c| !is_finite(shape, at, c)) {
            // NaN or infinite: no size says more than where it is.
            let measure = "a condition";
            return WorstResidual { measure, size: f64::NAN, tolerance: TOLERANCE, country };
        }
        let Shape { n, stride, .. } = shape;
        let in_block = |block: &[f32], by: &dyn Fn(usize) -> f64| {
            let of =
                |c: usize| block.iter().skip(c).step_by(stride).map(move |v| f64::from(*v).abs() * by(c));
            largest_of(n, |c| of(c).fold(0.0, f64::max))
        };
        let excess = largest_of(n, |c| at.excess[c].abs());
        let own_excess = largest_of(n, |c| (at.excess[c] * at.per_va[c]).abs());
        let in_prices = in_block(at.residuals.prices(), &|_| 1.0);
        let in_scale = in_block(at.residuals.scale(), &|_| 1.0);
        let size_in = |block: &[f32], c: usize| {
            block.iter().skip(c).step_by(stride).fold(0.0_f32, |largest, v| v.abs().max(largest))
        };
        let is_scale = size_in(at.residuals.scale(), in_scale) > size_in(at.residuals.prices(), in_prices);
        let (prices, of_prices) = match is_scale {
            true => (in_scale, "log productivity of a sector"),
            false => (in_prices, "the log price index"),
        };
        let spending = in_block(at.residuals.spending(), &|c| at.per_va[c]);
        let residual =
            |measure, size, tolerance, country| WorstResidual { measure, size, tolerance, country };
        let all = [
            residual("excess demand, relative to world value added,", self.excess, TOLERANCE, excess),
            residual(
                "excess demand, relative to its own value added,",
                self.own_excess,
                OWN_TOLERANCE,
                own_excess,
            ),
            residual(of_prices, self.price, PRICE_TOLERANCE, prices),
            residual("expenditure, relative to its own value added,", self.spending, OWN_TOLERANCE, spending),
            residual("world value added against the numeraire, last seen", self.numeraire, TOLERANCE, excess),
            residual("the sum of all excess demands, last seen", self.walras.abs(), TOLERANCE, excess),
        ];
        let by_tolerance = |residual: &&WorstResidual| residual.size / residual.tolerance;
        let worst = all.iter().max_by(|a, b| by_tolerance(a).total_cmp(&by_tolerance(b)));
        *worst.expect("there are six residuals")
    }
}

/// A residual that keeps a point from being accepted.
#[derive(Debug, Clone, Copy)]
pub struct WorstResidual {
    /// What it is of, in words.
    pub measure: &'static str,
    pub size: f64,
    pub tolerance: f64,
    /// Where it is largest.
    pub country: usize,
}

/// True if all residuals of a country are numbers.
fn is_finite(shape: Shape, at: &Evaluated, c: usize) -> bool {
    let of = |block: &[f32]| block.iter().skip(c).step_by(shape.stride).sum::<f32>().is_finite();
    let residuals = &at.residuals;
    of(residuals.prices())
        && of(residuals.scale())
        && of(residuals.spending())
        && residuals.balance()[c].is_finite()
        && at.excess[c].is_finite()
}

fn largest_of(n: usize, size: impl Fn(usize) -> f64) -> usize {
    (0..n).max_by(|a, b| size(*a).total_cmp(&size(*b))).expect("an economy has countries")
}

/// True if powers of costs or prices have left the range of numbers.
///
/// They are cut at `e^708` ([`exp`](crate::numerics::elementary::exp)): a point that solves the cut conditions need
/// not solve the true ones.
pub fn is_distorted(shape: Shape, at: &Evaluated) -> bool {
    let rows = at.p_power.chunks_exact(shape.stride).chain(at.c_power.chunks_exact(shape.stride));
    !rows.flat_map(|row| &row[..shape.n]).all(|power| (LEAST_POWER..=1.0 / LEAST_POWER).contains(power))
}

/// A country whose income is not above 0: the conditions then clear markets that cannot exist.
pub fn broke_country(shape: Shape, at: &Evaluated) -> Option<usize> {
    at.income[..shape.n].iter().position(|income| *income <= 0.0)
}
