//! Single steps of the solver, for benches and for reading where its time goes.

use super::dispatch::Evaluation;
use super::frame::{Frame, Shape};
use super::response::Response;
use super::search::Workspace;
use super::solve::{PreparedBaseline, Shock};
use super::sweep::Buffers;
use crate::numerics::aligned::Aligned;
use crate::numerics::lanes::{Lane, PACK_WIDTH, Pack, Term};

/// A shock loaded at unchanged wages and prices.
pub struct Probe<'p> {
    prepared: &'p PreparedBaseline,
    workspace: Workspace,
}

impl<'p> Probe<'p> {
    /// Loads `shock` on a baseline.
    #[must_use]
    pub fn new(prepared: &'p PreparedBaseline, shock: &Shock) -> Self {
        let core = &*prepared.core;
        let mut workspace = Workspace::new(&core.frame);
        workspace.load(&core.frame, &core.economy, shock);
        workspace.start_at_baseline(&core.frame);
        Self { prepared, workspace }
    }

    /// Log prices that all sweeps start from, `[n,j]`.
    pub fn set_prices(&mut self, ln_price: &ndarray::Array2<f64>) {
        let stride = self.prepared.core.frame.shape.stride;
        for ((n, j), value) in ln_price.indexed_iter() {
            self.workspace.z[stride + j * stride + n] = *value;
        }
    }

    /// One price sweep; its result is `P_hat^-theta`.
    pub fn sweep_prices(&mut self) {
        let (frame, Workspace { response, buffers, z, .. }) =
            (&self.prepared.core.frame, &mut self.workspace);
        let _ = Evaluation { frame, response, transfers: None, z, buffers }.run();
    }

    /// `P_hat^-theta` of the last sweep, `[n,j]`.
    #[must_use]
    pub fn swept(&self) -> ndarray::Array2<f64> {
        let Shape { n, s, stride } = self.prepared.core.frame.shape;
        ndarray::Array2::from_shape_fn((n, s), |(n, j)| self.workspace.buffers.s[j * stride + n])
    }

    /// One evaluation of all conditions; the largest excess demand relative to world value added.
    pub fn evaluate(&mut self) -> f64 {
        self.workspace.evaluate(&self.prepared.core.frame, &self.prepared.transfers).excess
    }

    /// Multiply-adds of one price sweep without padding, `N^2 S + N S^2`, each with one number from memory.
    #[must_use]
    pub fn multiply_adds(&self) -> usize {
        let Shape { n, s, .. } = self.prepared.core.frame.shape;
        n * n * s + n * s * s
    }
}

/// The same for the members of a pack side by side, as batches run them.
pub struct PackProbe<'p> {
    frame: &'p Frame,
    response: Response<Pack>,
    buffers: Buffers<Pack>,
    z: Aligned<Pack>,
}

impl<'p> PackProbe<'p> {
    /// Loads one shock into every lane of a pack.
    #[must_use]
    pub fn new(prepared: &'p PreparedBaseline, shock: &Shock) -> Self {
        let (frame, _) = prepared.packed();
        let mut response = Response::new(frame);
        let lanes: [(usize, &Shock); PACK_WIDTH] = std::array::from_fn(|lane| (lane, shock));
        response.load(frame, &prepared.core.economy, &lanes);
        let z = Aligned::filled(Pack::ZERO, frame.shape.unknowns());
        Self { frame, response, buffers: Buffers::new(frame.shape), z }
    }

    /// Members side by side.
    #[must_use]
    pub fn members(&self) -> usize {
        PACK_WIDTH
    }

    /// Log prices that all sweeps start from, `[n,j]`.
    pub fn set_prices(&mut self, ln_price: &ndarray::Array2<f64>) {
        for ((n, j), value) in ln_price.indexed_iter() {
            self.z[(j + 1) * self.frame.shape.stride + n] = Pack::splat(*value);
        }
    }

    /// One price sweep of all members.
    pub fn sweep_prices(&mut self) {
        let Self { frame, response, buffers, z } = self;
        let _ = Evaluation { frame, response, transfers: None, z, buffers }.run();
    }

    /// `P_hat^-theta` of one member after the last sweep, `[n,j]`.
    #[must_use]
    pub fn swept(&self, lane: usize) -> ndarray::Array2<f64> {
        let Shape { n, s, stride } = self.frame.shape;
        ndarray::Array2::from_shape_fn((n, s), |(n, j)| self.buffers.s[j * stride + n].lane(lane))
    }
}
