//! Expenditure:
//!
//! ```text
//! X'[n,j] = alpha[n,j] I'[n] + sum_k gamma_io[n,j,k] Y'[n,k]
//! ```
//!
//! Source: `docs/model.md` section 2; Caliendo & Parro (2015), eq. 13.

use pulp::Simd;

use super::layout::FlatEconomy;
use super::point::{Evaluated, Point};
use crate::numerics::products::{Sum, add_product_by_column};

/// Writes the expenditure that incomes and output imply, and its residual against the point's.
#[inline(always)]
pub fn spending<S: Simd>(simd: S, base: &FlatEconomy, at: Point<'_>, out: &mut Evaluated) {
    let stride = base.shape.stride;
    for (x, alpha) in out.implied_x.chunks_exact_mut(stride).zip(base.alpha.chunks_exact(stride)) {
        for ((x, &alpha), &income) in x.iter_mut().zip(alpha).zip(&out.income) {
            *x = alpha * income;
        }
    }
    add_product_by_column(simd, &base.gamma_io, Sum::Rows, stride, &out.y, &mut out.implied_x);
    let expenditure = out.implied_x.iter().zip(at.x);
    for (residual, (&implied, &x)) in out.residuals.spending_mut().iter_mut().zip(expenditure) {
        *residual = (implied - x) as f32;
    }
}
