//! Shares and what they make of output:
//!
//! ```text
//! pi'[n,i,j] = pi[n,i,j] A_hat[i,j] (kappa_hat[n,i,j] c_hat[i,j] / P_hat[n,j])^(-theta[j])
//! Y'[i,j]    = sum_n pi'[n,i,j] X'[n,j] / tau'[n,i,j]
//! ```
//!
//! A search never writes the N N S shares: with the net weights `pi A_hat kappa_hat^-theta / tau'` (`weights`),
//! `Y'[i] = c_hat[i]^-theta * sum_n net weight[n,i] X'[n] / P_hat[n]^-theta`.
//!
//! Source: `docs/model.md` section 2; Caliendo & Parro (2015), eq. 12-13.

use ndarray::Array3;
use pulp::Simd;

use super::layout::{FlatEconomy, Shape};
use super::loaded::LoadedShock;
use super::point::{Evaluated, Point};
use crate::economy::Economy;
use crate::numerics::products::add_weighted_rows;

/// Writes `X' / P_hat^-theta` and output `Y'`.
#[inline(always)]
pub fn output<S: Simd>(simd: S, base: &FlatEconomy, shock: &LoadedShock, at: Point<'_>, out: &mut Evaluated) {
    let shape = base.shape;
    for ((x_per_p_power, &x), &p_power) in out.x_per_p_power.iter_mut().zip(at.x).zip(&out.p_power) {
        *x_per_p_power = x / p_power;
    }
    out.y.fill(0.0);
    for j in 0..shape.s {
        let (row, weights) = (shape.row(j), &shock.weights.net_by_exporter[shape.matrix(j)]);
        let y = &mut out.y[row.clone()];
        add_weighted_rows(simd, weights, &out.x_per_p_power[row.clone()][..shape.n], y);
        for (y, &c_power) in y.iter_mut().zip(&out.c_power[row]) {
            *y *= c_power;
        }
    }
}

/// The shares `pi'` of a point, `[j,n,i]`: baseline shares but for the cells that the shock changes.
pub fn shares(economy: &Economy, base: &FlatEconomy, shock: &LoadedShock, at: &Evaluated) -> Array3<f64> {
    let Shape { n, stride, .. } = base.shape;
    let per_p_power: Vec<f64> = at.p_power.iter().map(|p_power| 1.0 / p_power).collect();
    let mut shares = economy.pi.as_standard_layout().into_owned();
    let all = shares.as_slice_mut().expect("an array in standard layout is one slice");
    for (row, shares) in all.chunks_exact_mut(n).enumerate() {
        let (j, m) = (row / n, row % n);
        let importer = per_p_power[j * stride + m];
        for (share, c_power) in shares.iter_mut().zip(&at.c_power[j * stride..]) {
            *share *= c_power * importer;
        }
    }
    for (place, [j, m, i], weight) in shock.weights.changed().iter(n) {
        all[place] = weight * at.c_power[j * stride + i] * per_p_power[j * stride + m];
    }
    shares
}
