//! How far a point is from equilibrium, and when it is accepted.

use super::frame::{Frame, Shape};
use super::response::Response;
use super::solve::TOLERANCE;
use super::sweep::Buffers;
use crate::numerics::lanes::Lane;

/// Tolerances of the residuals that are not relative to the world.
pub(super) const PRICE_TOLERANCE: f64 = 1e-11;
const OWN_TOLERANCE: f64 = 1e-10;
/// Powers of costs and prices below this, or above one over it, may be cut.
const LEAST_POWER: f64 = 1e-250;

/// Sizes of the residuals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Norms<T> {
    /// Largest excess demand for labour relative to world value added.
    pub excess: T,
    /// The same relative to the country's own value added.
    own_excess: T,
    /// Sum of all excess demands relative to world value added.
    pub walras: T,
    /// Deviation of world value added from the numeraire.
    pub numeraire: T,
    /// Largest log price residual.
    pub price: T,
    /// Largest expenditure residual relative to the country's value added.
    pub spending: T,
    /// Finite where every residual is.
    sum: T,
}

impl<T: Lane> Norms<T> {
    pub fn zero() -> Self {
        let zero = T::ZERO;
        Self {
            excess: zero,
            own_excess: zero,
            walras: zero,
            numeraire: zero,
            price: zero,
            spending: zero,
            sum: zero,
        }
    }

    /// Sizes of the last evaluation's residuals; those of spending and labour are divided by value added.
    #[inline(always)]
    pub fn measure(frame: &Frame, r: &Response<T>, b: &Buffers<T>) -> Self {
        let Shape { n, stride, .. } = frame.shape;
        let larger = |largest: T, value: T| largest.zip(value, |a, b| if b.abs() > a { b.abs() } else { a });
        let mut norms = Self::zero();
        norms.numeraire = T::widen(b.residual[n - 1]).map(f64::abs);
        let world = T::splat(1.0) / r.numeraire;
        for (&excess, &per_va) in b.excess[..n].iter().zip(&b.per_va) {
            T::fence();
            norms.walras = norms.walras + excess * world;
            norms.excess = larger(norms.excess, excess * world);
            norms.own_excess = larger(norms.own_excess, excess * per_va);
        }
        let (price, spending) = b.residual[stride..].split_at(frame.shape.block());
        norms.sum = norms.walras;
        for price in price.chunks_exact(stride) {
            for &price in &price[..n] {
                T::fence();
                let price = T::widen(price);
                norms.price = larger(norms.price, price);
                norms.sum = norms.sum + price;
            }
        }
        for spending in spending.chunks_exact(stride) {
            for (&spending, &per_va) in spending[..n].iter().zip(&b.per_va) {
                T::fence();
                let spending = T::widen(spending);
                norms.spending = larger(norms.spending, spending * per_va);
                norms.sum = norms.sum + spending;
            }
        }
        norms
    }

    /// The norms of one member.
    pub fn of(&self, lane: usize) -> Norms<f64> {
        let pick = |value: &T| value.lane(lane);
        Norms {
            excess: pick(&self.excess),
            own_excess: pick(&self.own_excess),
            walras: pick(&self.walras),
            numeraire: pick(&self.numeraire),
            price: pick(&self.price),
            spending: pick(&self.spending),
            sum: pick(&self.sum),
        }
    }
}

impl Norms<f64> {
    /// Largest residual in units of its tolerance: accepted where at most 1; infinite where not a number.
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
    pub fn worst(&self, shape: Shape, b: &Buffers<f64>) -> WorstResidual {
        let Shape { n, stride, .. } = shape;
        let (labour, rest) = b.residual.split_at(stride);
        let (price, spending) = rest.split_at(shape.block());
        let by_country = |block: &[f32], by: &dyn Fn(usize) -> f64| {
            let of =
                |c: usize| block.iter().skip(c).step_by(stride).map(move |v| f64::from(*v).abs() * by(c));
            largest_of(n, |c| of(c).fold(0.0, f64::max))
        };
        let excess = largest_of(n, |c| b.excess[c].abs());
        let own = largest_of(n, |c| (b.excess[c] * b.per_va[c]).abs());
        let lost = (0..n).find(|&c| {
            let all = [price, spending].map(|block| block.iter().skip(c).step_by(stride).sum::<f32>());
            !(all[0].is_finite() && all[1].is_finite() && labour[c].is_finite() && b.excess[c].is_finite())
        });
        let per_va = |c: usize| b.per_va[c];
        let all = [
            ("excess demand, relative to world value added,", self.excess, TOLERANCE, excess),
            ("excess demand, relative to its own value added,", self.own_excess, OWN_TOLERANCE, own),
            ("the log price index", self.price, PRICE_TOLERANCE, by_country(price, &|_| 1.0)),
            (
                "expenditure, relative to its own value added,",
                self.spending,
                OWN_TOLERANCE,
                by_country(spending, &per_va),
            ),
            ("world value added against the numeraire, last seen", self.numeraire, TOLERANCE, excess),
            ("the sum of all excess demands, last seen", self.walras.abs(), TOLERANCE, excess),
        ];
        let lost = lost.map(|c| WorstResidual {
            measure: "what is no number, in the conditions",
            size: f64::NAN,
            tolerance: TOLERANCE,
            country: c,
        });
        let by_tolerance =
            |a: &&(&str, f64, f64, usize), b: &&(&str, f64, f64, usize)| (a.1 / a.2).total_cmp(&(b.1 / b.2));
        let worst = all.iter().max_by(by_tolerance).unwrap_or(&all[0]);
        let (measure, size, tolerance, country) = *worst;
        lost.unwrap_or(WorstResidual { measure, size, tolerance, country })
    }
}

/// A residual that keeps a point from being an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct WorstResidual {
    /// What it is of, in words.
    pub measure: &'static str,
    pub size: f64,
    pub tolerance: f64,
    /// Where it is largest.
    pub country: usize,
}

fn largest_of(n: usize, size: impl Fn(usize) -> f64) -> usize {
    (0..n).max_by(|a, b| size(*a).total_cmp(&size(*b))).unwrap_or(0)
}

/// True where powers of costs or prices have left the range in which they say what they mean.
///
/// They are cut at `e^708` ([`exp`](crate::numerics::elementary::exp)): a point that clears the cut conditions
/// need not clear the true ones.
pub(super) fn is_distorted<T: Lane>(shape: Shape, lane: usize, b: &Buffers<T>) -> bool {
    let rows = b.s.chunks_exact(shape.stride).chain(b.q.chunks_exact(shape.stride));
    let is_within = |value: &T| (LEAST_POWER..=1.0 / LEAST_POWER).contains(&value.lane(lane));
    !rows.flat_map(|row| &row[..shape.n]).all(is_within)
}

/// A country whose income is not above 0, for which the conditions clear no market that exists.
pub(super) fn broke_country<T: Lane>(n: usize, lane: usize, b: &Buffers<T>) -> Option<usize> {
    b.income[..n].iter().position(|income| income.lane(lane) <= 0.0)
}
