//! External economies of scale by sector (off by default):
//!
//! ```text
//! A_hat[i,j] = (Y_hat[i,j] / w_hat[i])^(psi[j] theta[j])
//! ```
//!
//! `Y_hat / w_hat` is the change of factor use of the sector. The unknown is log productivity, `ln A_hat / theta =
//! psi ln (Y_hat / w_hat)`, by which unit costs fall.
//!
//! Source: `docs/model.md` section 6; Kucheryavyy, Lyn & Rodriguez-Clare (2023), eq. 8.

use super::layout::FlatEconomy;
use super::loaded::LoadedShock;
use super::point::{Evaluated, Point};
use crate::numerics::elementary::ln;

/// Writes the residuals of log productivity: that of the output of the point, less that of the point.
#[inline(always)]
pub fn productivity_residuals(base: &FlatEconomy, shock: &LoadedShock, at: Point<'_>, out: &mut Evaluated) {
    let Some(scale) = &base.scale else { return };
    for (j, &psi) in shock.psi.iter().enumerate() {
        let row = base.shape.row(j);
        let sizes = scale.ln_y[row.clone()].iter().zip(&scale.produces[row.clone()]);
        let sizes = sizes.zip(&out.y[row.clone()]).zip(at.ln_w.iter().zip(&at.ln_s[row.clone()]));
        for (residual, (((&ln_y, &produces), &y), (&ln_w, &ln_s))) in
            out.residuals.scale_mut()[row].iter_mut().zip(sizes)
        {
            // A sector that does not produce, and padding, keep the logarithm of 1.
            let ln_size = produces * (ln(y + (1.0 - produces)) - ln_y - ln_w);
            *residual = psi.mul_add(ln_size, -ln_s) as f32;
        }
    }
}
