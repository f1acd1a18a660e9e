//! Entry points of the kernels: each compiled once for every vector unit, chosen when it runs.
//!
//! The choice changes speed and no byte: lanes keep their order and multiply and add are never fused.

use pulp::{Arch, Simd, WithSimd};

use super::frame::{Frame, Shape};
use super::norms::Norms;
use super::precondition::Preconditioner;
use super::response::Response;
use super::search::limit;
use super::sweep::{Buffers, Transfers, evaluate, sweep_prices};
use crate::numerics::Anderson;
use crate::numerics::elementary::{exp, ln};
use crate::numerics::kernels::{Sum, accumulate, by_country};
use crate::numerics::lanes::{Cell, Lane};

/// [`evaluate`] or [`sweep_prices`] at `z`.
pub(super) struct Evaluation<'a, T> {
    pub frame: &'a Frame,
    pub response: &'a Response<T>,
    /// `None` for the price sweep alone.
    pub transfers: Option<&'a Transfers>,
    pub z: &'a [T],
    pub buffers: &'a mut Buffers<T>,
}

impl<T: Lane> Evaluation<'_, T>
where
    f64: Cell<T>,
{
    /// Sizes of the residuals; zeros after a price sweep alone.
    pub fn run(self) -> Norms<T> {
        Arch::new().dispatch(self)
    }
}

impl<T: Lane> WithSimd for Evaluation<'_, T>
where
    f64: Cell<T>,
{
    type Output = Norms<T>;
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Norms<T> {
        let Some(transfers) = self.transfers else {
            sweep_prices(self.frame, self.response, self.z, self.buffers);
            return Norms::zero();
        };
        evaluate(self.frame, self.response, transfers, self.z, self.buffers);
        Norms::measure(self.frame, self.response, self.buffers)
    }
}

/// One preconditioned and accelerated step of `z` from the residuals of an evaluation.
pub(super) struct Acceleration<'a, T: Lane> {
    pub shape: Shape,
    pub preconditioner: &'a Preconditioner,
    pub residual: &'a [T],
    pub step: &'a mut [T],
    pub anderson: &'a mut Anderson<T>,
    pub z: &'a mut [T],
}

impl<T: Lane> Acceleration<'_, T>
where
    f32: Cell<T>,
{
    pub fn run(self) {
        Arch::new().dispatch(self);
    }
}

impl<T: Lane> WithSimd for Acceleration<'_, T>
where
    f32: Cell<T>,
{
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.preconditioner.step(self.residual, self.step);
        limit(self.shape.stride, self.step);
        self.anderson.advance(self.z, self.step);
    }
}

/// `x^power` of every x, within 4 units in the last place times `1 + |power ln x|`.
pub(super) struct Powers<'a> {
    pub values: &'a mut [f64],
    pub power: f64,
}

impl Powers<'_> {
    pub fn run(self) {
        Arch::new().dispatch(self);
    }
}

impl WithSimd for Powers<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for value in self.values {
            *value = exp(self.power * ln(*value));
        }
    }
}

/// [`by_country`] on plain numbers.
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
    fn with_simd<S: Simd>(self, _: S) {
        by_country(self.matrix, self.sum, self.stride, self.x, self.out);
    }
}

/// [`accumulate`] of every sector's trade matrix on its row: `out[j][a] += sum_b matrix[j][b][a] x[j][b]`.
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
    fn with_simd<S: Simd>(self, _: S) {
        let Shape { n, stride, .. } = self.shape;
        let rows = self.x.chunks_exact(stride).zip(self.out.chunks_exact_mut(stride));
        for (cells, (x, out)) in self.matrix.chunks_exact(n * stride).zip(rows) {
            accumulate(cells, &x[..n], out);
        }
    }
}
