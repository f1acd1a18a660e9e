//! Unit costs:
//!
//! ```text
//! c_hat[n,j] = w_hat[n]^gamma_va[n,j] * prod_k P_hat[n,k]^gamma_io[n,k,j]
//! ```
//!
//! With economies of scale they are over the productivity of the sector (`scale`).
//!
//! Source: `docs/model.md` section 2; Caliendo & Parro (2015), eq. 10.

use pulp::Simd;

use super::layout::FlatEconomy;
use super::loaded::LoadedShock;
use super::point::{Evaluated, Point};
use crate::numerics::elementary::exp;
use crate::numerics::products::{Sum, add_product_by_column};

/// Writes `ln c_hat` and `c_hat^-theta`. Powers are taken of these N S costs, never of N N S cells.
#[inline(always)]
pub fn unit_costs<S: Simd>(
    simd: S,
    base: &FlatEconomy,
    shock: &LoadedShock,
    at: Point<'_>,
    out: &mut Evaluated,
) {
    let shape = base.shape;
    out.ln_c.fill(0.0);
    for (ln_c, ln_s) in out.ln_c.iter_mut().zip(at.ln_s) {
        *ln_c = -ln_s;
    }
    add_product_by_column(simd, &base.gamma_io, Sum::Columns, shape.stride, at.ln_p, &mut out.ln_c);
    for (j, &theta) in shock.theta.iter().enumerate() {
        let row = shape.row(j);
        let costs = out.ln_c[row.clone()].iter_mut().zip(&mut out.c_power[row.clone()]);
        for ((ln_c, c_power), (&gamma_va, &ln_w)) in costs.zip(base.gamma_va[row].iter().zip(at.ln_w)) {
            *ln_c = gamma_va.mul_add(ln_w, *ln_c);
            *c_power = exp(-theta * *ln_c);
        }
    }
}

/// `sum_k gamma_io[n,k,j] ln_p[n,k]`, `[j][n]`: what log prices do to log costs.
pub fn input_costs(base: &FlatEconomy, ln_p: &[f64]) -> Vec<f64> {
    let (s, stride) = (base.shape.s, base.shape.stride);
    let mut ln_c = vec![0.0; base.shape.block()];
    for j in 0..s {
        for k in 0..s {
            let gamma_io = &base.gamma_io[(j * s + k) * stride..][..stride];
            let inputs = gamma_io.iter().zip(&ln_p[base.shape.row(k)]);
            for (ln_c, (gamma_io, ln_p)) in ln_c[base.shape.row(j)].iter_mut().zip(inputs) {
                *ln_c += gamma_io * ln_p;
            }
        }
    }
    ln_c
}
