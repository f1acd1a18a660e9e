//! From a converged member of a workspace to the result of the interface.

use ndarray::{Array1, Array2, Array3};

use super::frame::{Frame, Shape};
use super::response::Response;
use super::result::Equilibrium;
use super::solve::{Shock, SolveStats};
use super::sweep::Buffers;
use crate::economy::Economy;
use crate::numerics::lanes::Lane;

/// A member of a workspace that has converged.
pub(super) struct Solution<'w, T: Lane> {
    pub frame: &'w Frame,
    pub response: &'w Response<T>,
    pub buffers: &'w Buffers<T>,
    pub z: &'w [T],
    pub lane: usize,
}

impl<T: Lane> Solution<'_, T> {
    /// The result in the units and shapes of the interface.
    pub fn equilibrium(&self, economy: &Economy, shock: &Shock, stats: SolveStats) -> Equilibrium {
        let Shape { n, s, stride } = self.frame.shape;
        let (b, lane, money) = (self.buffers, self.lane, 1.0 / self.frame.unit);
        let tau = shock.tau.as_ref().unwrap_or(&economy.tau).clone();
        let table = |values: &[T], by: f64| {
            let mut table = Array2::zeros((n, s));
            // In the order in which packs lie in memory.
            for (mut column, row) in table.columns_mut().into_iter().zip(values.chunks_exact(stride)) {
                for (entry, value) in column.iter_mut().zip(row) {
                    *entry = by * value.lane(lane);
                }
            }
            table
        };
        let row =
            |values: &[T]| -> Array1<f64> { values[..n].iter().map(|v| money * v.lane(lane)).collect() };
        let pi = self.shares(economy);
        let (price, x) = self.z[stride..].split_at(self.frame.shape.block());
        let (factor_income, revenue, deficit) = (row(&b.va), row(&b.revenue), row(&b.deficit));
        Equilibrium {
            ln_wage: self.z[..n].iter().map(|wage| wage.lane(lane)).collect(),
            ln_price: table(price, 1.0),
            ln_cost: table(&b.cost, 1.0),
            pi,
            tau,
            x_musd: table(x, money),
            y_musd: table(&b.y, money),
            income: &factor_income + &revenue + &deficit,
            revenue,
            factor_income,
            deficit,
            quotas: Vec::new(),
            stats,
        }
    }

    /// `pi A_hat (kappa_hat c_hat / P_hat)^-theta`, `[j,n,i]`: baseline shares but for the cells that the
    /// policy changes.
    fn shares(&self, economy: &Economy) -> Array3<f64> {
        let Shape { n, stride, .. } = self.frame.shape;
        let (b, lane) = (self.buffers, self.lane);
        let of = |values: &[T]| -> Vec<f64> { values.iter().map(|value| value.lane(lane)).collect() };
        let (powers, inverse) = (of(&b.q), of(&b.s).into_iter().map(|s| 1.0 / s).collect::<Vec<_>>());
        let base = economy.pi.as_standard_layout();
        let mut shares = base.as_slice().map(<[f64]>::to_vec).unwrap_or_default();
        for (at, row) in shares.chunks_exact_mut(n).enumerate() {
            let (j, m) = (at / n, at % n);
            let inverse = inverse[j * stride + m];
            for (share, power) in row.iter_mut().zip(&powers[j * stride..]) {
                *share *= power * inverse;
            }
        }
        for (cell, [j, m, i], weight) in self.response.changed[lane].iter(n) {
            shares[cell] = weight * powers[j * stride + i] * inverse[j * stride + m];
        }
        Array3::from_shape_vec(economy.pi.dim(), shares).unwrap_or_default()
    }
}
