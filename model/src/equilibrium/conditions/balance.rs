//! Balance of trade, as clearing of labour markets, and the numeraire:
//!
//! ```text
//! sum_{j,i} pi'[n,i,j] X'[n,j] / tau'[n,i,j] - D'[n] = sum_{j,m} pi'[m,n,j] X'[m,j] / tau'[m,n,j]
//! sum_n w_hat[n] VA[n] = sum_n VA[n]
//! ```
//!
//! The right-hand side of the first is `sum_j Y'[n,j]`. Summed over sectors, expenditure is
//! `sum_j X' = I' + sum_j (1 - gamma_va) Y'`, and of it `sum_j X' - R'` arrives at the border. With
//! `I' = w_hat VA + R' + D'` the balance of trade becomes
//!
//! ```text
//! sum_j gamma_va[n,j] Y'[n,j] = w_hat[n] VA[n]
//! ```
//!
//! demand for labour equals its supply, which costs no pass over the shares. By Walras' law the sum of all excess
//! demands is 0 where the other conditions hold; the numeraire takes the place of the last country's condition, and
//! the sum is reported as the Walras residual.
//!
//! Source: `docs/model.md` section 2; Caliendo & Parro (2015), eq. 14.

use super::layout::{FlatEconomy, Shape};
use super::loaded::LoadedShock;
use super::point::Evaluated;

/// Writes excess demands for labour, the residuals of all countries but the last, and that of the numeraire.
#[inline(always)]
pub fn balance(base: &FlatEconomy, shock: &LoadedShock, out: &mut Evaluated) {
    let Shape { n, stride, .. } = base.shape;
    for (excess, &va) in out.excess.iter_mut().zip(&out.va) {
        *excess = -va;
    }
    for (y, gamma_va) in out.y.chunks_exact(stride).zip(base.gamma_va.chunks_exact(stride)) {
        for ((excess, &y), &gamma_va) in out.excess.iter_mut().zip(y).zip(gamma_va) {
            *excess = gamma_va.mul_add(y, *excess);
        }
    }
    let mut world_va = 0.0;
    for (per_va, &va) in out.per_va.iter_mut().zip(&out.va) {
        *per_va = 1.0 / va;
        world_va += va;
    }
    let residuals = out.residuals.balance_mut();
    for (residual, &excess) in residuals.iter_mut().zip(&out.excess) {
        *residual = excess as f32;
    }
    residuals[n - 1] = (world_va / shock.numeraire - 1.0) as f32;
}
