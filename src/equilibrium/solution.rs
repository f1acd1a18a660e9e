//! From a converged member of a workspace to the result of the interface.

use ndarray::{Array1, Array2, Array3};

use super::frame::{Frame, Shape};
use super::response::Response;
use super::result::Equilibrium;
use super::solve::{Shock, SolveStats};
use super::sweep::Buffers;
use crate::calibration::Economy;
use crate::numerics::lanes::Lane;

/// A member of a workspace that has converged.
pub(super) struct Solution<'w, T> {
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
        let tau = shock.tau.as_ref().unwrap_or(&economy.tau).as_standard_layout().into_owned();
        let table = |values: &[T], by: f64| {
            Array2::from_shape_fn((n, s), |(c, j)| by * values[j * stride + c].lane(lane))
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
        let mut pi = economy.pi.as_standard_layout().into_owned();
        let powers: Vec<f64> = b.q.iter().map(|q| q.lane(lane)).collect();
        for (at, mut row) in pi.rows_mut().into_iter().enumerate() {
            let (j, m) = (at / n, at % n);
            let inverse = 1.0 / b.s[j * stride + m].lane(lane);
            for (share, power) in row.iter_mut().zip(&powers[j * stride..]) {
                *share *= power * inverse;
            }
        }
        for change in &self.response.changed[lane] {
            let [j, m, i] = change.cell;
            let inverse = 1.0 / b.s[j * stride + m].lane(lane);
            pi[change.cell] = change.weight * powers[j * stride + i] * inverse;
        }
        pi
    }
}
