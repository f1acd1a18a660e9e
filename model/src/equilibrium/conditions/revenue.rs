//! Tariff revenue:
//!
//! ```text
//! R'[n] = sum_{j,i} (tau'[n,i,j] - 1) pi'[n,i,j] X'[n,j] / tau'[n,i,j]
//! ```
//!
//! As `(tau' - 1) / tau' = 1 - 1 / tau'`, and shares are weights times `c_hat^-theta / P_hat^-theta`, this is
//! `sum_j (P_hat^-theta - sum_i net weight[n,i] c_hat[i]^-theta) X'[n,j] / P_hat^-theta`.
//!
//! Source: `docs/model.md` section 2; Caliendo & Parro (2015), below eq. 13.

use pulp::Simd;

use super::layout::FlatEconomy;
use super::loaded::LoadedShock;
use super::point::Evaluated;
use crate::numerics::products::add_weighted_rows;

/// Writes `R'`; sectors in which nobody pays a tariff are left out.
#[inline(always)]
pub fn tariff_revenue<S: Simd>(simd: S, base: &FlatEconomy, shock: &LoadedShock, out: &mut Evaluated) {
    let shape = base.shape;
    out.revenue.fill(0.0);
    for j in (0..shape.s).filter(|&j| shock.weights.is_taxed[j]) {
        let (row, weights) = (shape.row(j), &shock.weights.net[shape.matrix(j)]);
        out.net_p_power.fill(0.0);
        add_weighted_rows(simd, weights, &out.c_power[row.clone()][..shape.n], &mut out.net_p_power);
        let powers = out.p_power[row.clone()].iter().zip(&out.net_p_power);
        let spent = powers.zip(&out.x_per_p_power[row]);
        for (revenue, ((&p_power, &net_p_power), &x_per_p_power)) in out.revenue.iter_mut().zip(spent) {
            // Exactly 0 for an importer without tariffs, whoever else has some.
            *revenue = (p_power - net_p_power).mul_add(x_per_p_power, *revenue);
        }
    }
}
