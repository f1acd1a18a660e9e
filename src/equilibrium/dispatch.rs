//! Entry points of the kernels: each compiled once for every vector unit, chosen when it runs.
//!
//! The choice changes speed and no byte: lanes keep their order, and what is fused is fused on every machine.

use pulp::{Arch, Simd, WithSimd};

use super::frame::{Frame, Shape};
use super::norms::Norms;
use super::precondition::Preconditioner;
use super::response::Response;
use super::search::limit;
use super::sweep::{Buffers, Transfers, evaluate, sweep_prices};
use crate::numerics::Anderson;
use crate::numerics::aligned::Aligned;
use crate::numerics::elementary::{exp, ln};
use crate::numerics::kernels::{Kernels, Sum};
use crate::numerics::lanes::Lane;
use crate::numerics::vectorised::dispatch_single;

/// [`evaluate`] or [`sweep_prices`] at `z`.
pub(super) struct Evaluation<'a, T: Lane> {
    pub frame: &'a Frame,
    pub response: &'a Response<T>,
    /// `None` for the price sweep alone.
    pub transfers: Option<&'a Transfers>,
    pub z: &'a [T],
    pub buffers: &'a mut Buffers<T>,
}

impl<T: Lane> Evaluation<'_, T> {
    /// Sizes of the residuals; zeros after a price sweep alone.
    pub fn run(self) -> Norms<T> {
        Arch::new().dispatch(self)
    }
}

impl<T: Lane> WithSimd for Evaluation<'_, T> {
    type Output = Norms<T>;
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Norms<T> {
        let Some(transfers) = self.transfers else {
            sweep_prices(simd, self.frame, self.response, self.z, self.buffers);
            return Norms::zero();
        };
        evaluate(simd, (self.frame, transfers), self.response, self.z, self.buffers);
        Norms::measure(self.frame, self.response, self.buffers)
    }
}

/// One preconditioned and accelerated step of `z` from the residuals of an evaluation.
pub(super) struct Acceleration<'a, T: Lane> {
    pub shape: Shape,
    pub preconditioner: &'a Preconditioner,
    pub residual: &'a [T::Single],
    pub step: &'a mut Aligned<T::Single>,
    pub anderson: &'a mut Anderson<T>,
    pub z: &'a mut [T],
}

impl<T: Lane> Acceleration<'_, T> {
    pub fn run(self) {
        if T::WIDTH == 1 { Arch::new().dispatch(self) } else { dispatch_single(self) }
    }
}

impl<T: Lane> WithSimd for Acceleration<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.preconditioner.step(simd, self.residual, self.step);
        limit::<T>(self.shape.stride, self.step);
        self.anderson.advance(self.z, self.step);
    }
}

/// The step of the preconditioner alone.
pub(super) struct Preconditioning<'a> {
    pub preconditioner: &'a Preconditioner,
    pub residual: &'a [f32],
    pub step: &'a mut [f32],
}

impl Preconditioning<'_> {
    pub fn run(self) {
        Arch::new().dispatch(self);
    }
}

impl WithSimd for Preconditioning<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.preconditioner.step(simd, self.residual, self.step);
    }
}

/// From changes of costs to weights: `weight (tau' / tau * iceberg)^-theta`, and the same over tau', which `net`
/// holds before. Powers are within 4 units in the last place times `1 + |theta ln x|`.
pub(super) struct Reweighing<'a> {
    pub theta: f64,
    pub old_tau: &'a [f64],
    pub iceberg: &'a [f64],
    pub weight: &'a mut [f64],
    pub net: &'a mut [f64],
}

impl Reweighing<'_> {
    pub fn run(self) {
        Arch::new().dispatch(self);
    }
}

impl WithSimd for Reweighing<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let given = self.old_tau.iter().zip(self.iceberg);
        for ((weight, net), (&old_tau, &iceberg)) in self.weight.iter_mut().zip(self.net).zip(given) {
            let tau = *net;
            *weight *= exp(-self.theta * ln(tau / old_tau * iceberg));
            *net = *weight / tau;
        }
    }
}

/// [`Kernels::by_country`] on plain numbers.
pub(super) struct ByCountry<'a> {
    pub matrix: &'a [f64],
    pub sum: Sum,
    pub stride: usize,
    pub x: &'a [f64],
    pub out: &'a mut [f64],
}

impl ByCountry<'_> {
    pub fn run(self) {
        Arch::new().dispatch(self);
    }
}

impl WithSimd for ByCountry<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        f64::by_country(simd, self.matrix, self.sum, self.stride, self.x, self.out);
    }
}

/// [`Kernels::accumulate`] of every sector's trade matrix on its row: `out[j][a] += sum_b matrix[j][b][a] x[j][b]`.
pub(super) struct BySector<'a> {
    pub shape: Shape,
    pub matrix: &'a [f64],
    pub x: &'a [f64],
    pub out: &'a mut [f64],
}

impl BySector<'_> {
    pub fn run(self) {
        Arch::new().dispatch(self);
    }
}

impl WithSimd for BySector<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Shape { n, stride, .. } = self.shape;
        let rows = self.x.chunks_exact(stride).zip(self.out.chunks_exact_mut(stride));
        for (cells, (x, out)) in self.matrix.chunks_exact(n * stride).zip(rows) {
            f64::accumulate(simd, cells, &x[..n], out);
        }
    }
}
