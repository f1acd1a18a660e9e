//! Price indices:
//!
//! ```text
//! P_hat[n,j] = ( sum_i pi[n,i,j] A_hat[i,j] (kappa_hat[n,i,j] c_hat[i,j])^(-theta[j]) )^(-1/theta[j])
//! ```
//!
//! The weights `pi A_hat kappa_hat^-theta` are fixed by the shock (`weights`), so that `P_hat^-theta` is, in each
//! sector, one product of a matrix and the vector `c_hat^-theta`.
//!
//! Source: `docs/model.md` section 2; Caliendo & Parro (2015), eq. 11.

use pulp::Simd;

use super::layout::FlatEconomy;
use super::loaded::LoadedShock;
use super::point::{Evaluated, Point};
use crate::numerics::elementary::ln;
use crate::numerics::products::add_weighted_rows;

/// Writes `P_hat^-theta` from `c_hat^-theta`.
#[inline(always)]
pub fn price_powers<S: Simd>(simd: S, base: &FlatEconomy, shock: &LoadedShock, out: &mut Evaluated) {
    let shape = base.shape;
    for j in 0..shape.s {
        let (row, weights) = (shape.row(j), &shock.weights.gross[shape.matrix(j)]);
        let p_power = &mut out.p_power[row.clone()];
        p_power.copy_from_slice(&base.pad);
        add_weighted_rows(simd, weights, &out.c_power[row][..shape.n], p_power);
    }
}

/// Writes the residuals of log prices: those that costs imply less those of the point.
#[inline(always)]
pub fn price_residuals(base: &FlatEconomy, shock: &LoadedShock, at: Point<'_>, out: &mut Evaluated) {
    for (j, &theta) in shock.theta.iter().enumerate() {
        let row = base.shape.row(j);
        let minus_inverse = -1.0 / theta;
        let prices = out.p_power[row.clone()].iter().zip(&at.ln_p[row.clone()]);
        for (residual, (&p_power, &ln_p)) in out.residuals.prices_mut()[row].iter_mut().zip(prices) {
            *residual = (minus_inverse * ln(p_power) - ln_p) as f32;
        }
    }
}
