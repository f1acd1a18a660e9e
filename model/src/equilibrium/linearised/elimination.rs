//! Prices and expenditure eliminated from the linearised conditions by rounds.
//!
//! What a country buys from itself is solved at once in its own block, so that a round passes on what it trades with
//! others. With B the inverse of the own blocks, G input shares and T trade with others, prices and expenditure follow
//! `u = B (d + G (k + T u))` or `u = B (k + T G u)`: the product of B and G is made once, and a round is one product with
//! it and one with T. Where a country's own block has no inverse the rounds are plain ones, which end at the same point.

use super::adjoint::Seeds;
use super::linear::{Accuracy, Linear};
use crate::equilibrium::conditions::layout::Shape;
use crate::numerics::products::Sum;

/// Rounds that count as exact: their factor is about 0.2 on real data.
const MAX_ROUNDS: usize = 2000;
/// Below this change a round that changes no less than the one before shows rounding.
const NEAR: f64 = 1e-12;

/// A system `v = start + M (others + T v)`: M by country, T trade with others.
struct System<'a> {
    product: (&'a [f64], Sum),
    trade: &'a [f64],
    /// The part of `trade` inside a country.
    own: &'a [f64],
}

impl Linear<'_> {
    /// Adjoints of expenditure, and those of output that go with them, for all seeds, one behind the other.
    pub(super) fn spending_adjoints(&self, seeds: &[Seeds], accuracy: Accuracy) -> (Vec<f64>, Vec<f64>) {
        let (stride, block) = (self.base.shape.stride, self.base.shape.block());
        let excess: Vec<f64> = seeds.iter().flat_map(|seeds| self.excess_adjoint(seeds)).collect();
        let outputs = |u: &[f64]| {
            let mut output = excess.clone();
            self.by_country(&self.base.gamma_io, Sum::Columns, u, &mut output);
            output
        };
        let Some(rounds) = &self.rounds else {
            let spending = self.settle((&self.block_spending, Sum::Rows), accuracy, seeds.len(), &|u| {
                let mut bought = Vec::with_capacity(u.len());
                for (u, seeds) in u.chunks_exact(block).zip(seeds) {
                    let revenue = super::adjoint::sum(&self.income_adjoint(u), &seeds.revenue);
                    bought.extend((0..block).map(|at| (1.0 - self.net_share[at]) * revenue[at % stride]));
                }
                self.trade(&self.net_pi, &outputs(u), &mut bought);
                bought
            });
            let output = outputs(&spending);
            return (spending, output);
        };
        let taxed = seeds
            .iter()
            .flat_map(|seeds| (0..block).map(|at| (1.0 - self.net_share[at]) * seeds.revenue[at % stride]));
        let mut others: Vec<f64> = taxed.collect();
        self.trade(&self.net_pi, &excess, &mut others);
        let product = (&rounds.spending[..], Sum::Rows);
        let system = System { product, trade: &self.net_pi, own: &rounds.own_net };
        let inputs = self.rounds(&system, &vec![0.0; others.len()], &others, accuracy.one_less());
        let mut spending = vec![0.0; others.len()];
        let passed = self.pass_on(&system, &inputs, &others);
        self.by_country(&self.block_spending, Sum::Rows, &passed, &mut spending);
        let output = outputs(&spending);
        (spending, output)
    }

    /// Adjoints of prices that come `direct`ly, through the prices that a sweep finds and through costs.
    pub(super) fn price_adjoints(
        &self,
        direct: &[f64],
        (swept, cost): (&[f64], &[f64]),
        accuracy: Accuracy,
    ) -> Vec<f64> {
        let Some(rounds) = &self.rounds else {
            let many = direct.len() / self.base.shape.block();
            return self.settle((&self.block_price, Sum::Rows), accuracy, many, &|v| {
                let mut price = direct.to_vec();
                self.by_country(
                    &self.base.gamma_io,
                    Sum::Rows,
                    &self.cost_adjoint(v, swept, cost),
                    &mut price,
                );
                price
            });
        };
        let mut start = vec![0.0; direct.len()];
        self.by_country(&self.block_price, Sum::Rows, direct, &mut start);
        let mut others = cost.to_vec();
        self.trade(&self.pi_by_exporter, swept, &mut others);
        let product = (&rounds.price[..], Sum::Columns);
        let system = System { product, trade: &self.pi_by_exporter, own: &rounds.own };
        self.rounds(&system, &start, &others, accuracy)
    }

    /// Prices that go with the part of costs that does not come through prices.
    pub(super) fn price_tangents(&self, direct: &[f64], accuracy: Accuracy) -> Vec<f64> {
        let Some(rounds) = &self.rounds else {
            let many = direct.len() / self.base.shape.block();
            return self.settle((&self.block_price, Sum::Columns), accuracy, many, &|prices| {
                let (mut costs, mut swept) = (direct.to_vec(), vec![0.0; prices.len()]);
                self.by_country(&self.base.gamma_io, Sum::Columns, prices, &mut costs);
                self.trade(&self.pi, &costs, &mut swept);
                swept
            });
        };
        let mut others = vec![0.0; direct.len()];
        self.trade(&self.pi, direct, &mut others);
        let product = (&rounds.price[..], Sum::Rows);
        let system = System { product, trade: &self.pi, own: &rounds.own };
        let inputs = self.rounds(&system, &vec![0.0; others.len()], &others, accuracy.one_less());
        let mut prices = vec![0.0; direct.len()];
        let passed = self.pass_on(&system, &inputs, &others);
        self.by_country(&self.block_price, Sum::Columns, &passed, &mut prices);
        prices
    }

    /// Expenditure that goes with `bought`, what incomes from all else buy, and with the part of output that does not come
    /// through expenditure.
    pub(super) fn spending_tangents(
        &self,
        (bought, output): (&[f64], &[f64]),
        accuracy: Accuracy,
    ) -> Vec<f64> {
        let Shape { stride, .. } = self.base.shape;
        let block = self.base.shape.block();
        let Some(rounds) = &self.rounds else {
            let many = bought.len() / block;
            return self.settle((&self.block_spending, Sum::Columns), accuracy, many, &|x| {
                let (mut sold, mut out) = (output.to_vec(), bought.to_vec());
                self.trade(&self.net_pi_by_exporter, x, &mut sold);
                self.by_country(&self.base.gamma_io, Sum::Rows, &sold, &mut out);
                for (out, x) in out.chunks_exact_mut(block).zip(x.chunks_exact(block)) {
                    let mut revenue = vec![0.0; stride];
                    for (at, x) in x.iter().enumerate() {
                        revenue[at % stride] += (1.0 - self.net_share[at]) * x;
                    }
                    for (at, (out, alpha)) in out.iter_mut().zip(&self.base.alpha).enumerate() {
                        *out += alpha * revenue[at % stride];
                    }
                }
                out
            });
        };
        let mut start = vec![0.0; bought.len()];
        self.by_country(&self.block_spending, Sum::Columns, bought, &mut start);
        let product = (&rounds.spending[..], Sum::Columns);
        let system = System { product, trade: &self.net_pi_by_exporter, own: &rounds.own_net };
        self.rounds(&system, &start, output, accuracy)
    }

    /// `others + T v`, T trade with others.
    fn pass_on(&self, system: &System<'_>, v: &[f64], others: &[f64]) -> Vec<f64> {
        let mut out = others.to_vec();
        self.trade(system.trade, v, &mut out);
        for (out, v) in out.chunks_exact_mut(system.own.len()).zip(v.chunks_exact(system.own.len())) {
            for ((out, v), own) in out.iter_mut().zip(v).zip(system.own) {
                *out -= own * v;
            }
        }
        out
    }

    /// Solves a system by rounds from 0, for many right sides one behind the other. What is found for one does not depend
    /// on the others.
    fn rounds(&self, system: &System<'_>, start: &[f64], others: &[f64], accuracy: Accuracy) -> Vec<f64> {
        let block = self.base.shape.block();
        let mut v = vec![0.0; start.len()];
        let mut progress = vec![Progress::new(accuracy); start.len() / block];
        for round in 0..accuracy.rounds() {
            // There is nothing to pass on at first.
            let passed = if round == 0 { others.to_vec() } else { self.pass_on(system, &v, others) };
            let mut next = start.to_vec();
            self.by_country(system.product.0, system.product.1, &passed, &mut next);
            let each = v.chunks_exact_mut(block).zip(next.chunks_exact(block)).zip(&mut progress);
            for ((v, next), progress) in each.filter(|(_, progress)| !progress.is_settled) {
                let (mut change, mut size) = (0.0_f64, 0.0_f64);
                for (v, next) in v.iter_mut().zip(next) {
                    change = change.max((next - *v).abs());
                    size = size.max(next.abs());
                    *v = *next;
                }
                progress.note(change, size);
            }
            if progress.iter().all(|one| one.is_settled) {
                break;
            }
        }
        v
    }

    /// Solves `u = map(u)` for an affine map by rounds preconditioned with the own blocks, for `many` right sides at once,
    /// one behind the other. What is found for one does not depend on the others.
    fn settle(
        &self,
        (blocks, sum): (&[f64], Sum),
        accuracy: Accuracy,
        many: usize,
        map: &dyn Fn(&[f64]) -> Vec<f64>,
    ) -> Vec<f64> {
        let block = self.base.shape.block();
        let mut u = vec![0.0; many * block];
        let mut step = vec![0.0; u.len()];
        let mut progress = vec![Progress::new(accuracy); many];
        for _ in 0..accuracy.rounds() {
            let mut gap = map(&u);
            gap.iter_mut().zip(&u).for_each(|(gap, u)| *gap -= u);
            step.fill(0.0);
            self.by_country(blocks, sum, &gap, &mut step);
            let each = u.chunks_exact_mut(block).zip(step.chunks_exact(block)).zip(&mut progress);
            for ((u, step), progress) in each.filter(|(_, progress)| !progress.is_settled) {
                let (mut change, mut size) = (0.0_f64, 0.0_f64);
                for (u, step) in u.iter_mut().zip(step) {
                    *u += step;
                    change = change.max(step.abs());
                    size = size.max(u.abs());
                }
                progress.note(change, size);
            }
            if progress.iter().all(|one| one.is_settled) {
                break;
            }
        }
        u
    }
}

impl Accuracy {
    fn rounds(self) -> usize {
        match self {
            Self::Rounds(rounds) => rounds,
            Self::Within(_) | Self::Full => MAX_ROUNDS,
        }
    }

    /// For a system whose last round is made apart.
    fn one_less(self) -> Self {
        match self {
            Self::Rounds(rounds) => Self::Rounds(rounds.saturating_sub(1)),
            other => other,
        }
    }

    /// Change of a round, relative to the largest number, that ends a search.
    fn tolerance(self) -> f64 {
        match self {
            Self::Within(tolerance) => tolerance,
            Self::Rounds(_) | Self::Full => 1e-15,
        }
    }
}

/// How far one right side is.
#[derive(Clone)]
struct Progress {
    tolerance: f64,
    last_change: f64,
    is_settled: bool,
}

impl Progress {
    fn new(accuracy: Accuracy) -> Self {
        Self { tolerance: accuracy.tolerance(), last_change: f64::INFINITY, is_settled: false }
    }

    /// Stops at the tolerance, or where rounding keeps the change from falling further.
    fn note(&mut self, change: f64, size: f64) {
        let is_rounding = change <= NEAR * size && change >= self.last_change;
        self.is_settled = change <= self.tolerance * size || is_rounding;
        self.last_change = change;
    }
}

#[cfg(test)]
#[path = "elimination_tests.rs"]
mod tests;
