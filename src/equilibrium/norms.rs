//! How far a point is from equilibrium, and when it is accepted.

use super::frame::{Frame, Shape};
use super::response::Response;
use super::solve::TOLERANCE;
use super::sweep::Buffers;
use crate::numerics::lanes::Lane;

/// Tolerances of the residuals that are not relative to the world.
pub(super) const PRICE_TOLERANCE: f64 = 1e-11;
const OWN_TOLERANCE: f64 = 1e-10;

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

    /// Size of the system's residuals where prices and expenditure have settled.
    pub fn size(&self) -> f64 {
        self.excess.max(self.numeraire)
    }
}

/// Country with the largest excess demand.
pub(super) fn worst_country(n: usize, b: &Buffers<f64>) -> usize {
    let excess = |at: &usize| b.excess[*at].abs();
    (0..n).max_by(|a, b| excess(a).total_cmp(&excess(b))).unwrap_or(0)
}

/// A country whose income is not above 0, for which the conditions clear no market that exists.
pub(super) fn broke_country<T: Lane>(n: usize, lane: usize, b: &Buffers<T>) -> Option<usize> {
    b.income[..n].iter().position(|income| income.lane(lane) <= 0.0)
}
