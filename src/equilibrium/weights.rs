//! The trade weights of a response applied to one sector's vector.

use pulp::Simd;

use super::frame::{Frame, Shape};
use super::response::Response;
use crate::numerics::kernels::{Marked, n_pack_blocks, n_runs};
use crate::numerics::lanes::Lane;

/// Which weights an evaluation applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weights {
    /// [`Response::w_in`].
    In,
    /// [`Response::net_in`].
    NetIn,
    /// [`Response::net_out`].
    NetOut,
}

impl<T: Lane> Response<T> {
    /// `out[a] += sum_b weights[b][a] x[b]` in one sector. Cost: the members' own weights are read only where
    /// they differ from the baseline's. Allocates nothing.
    #[inline(always)]
    pub fn weigh<S: Simd>(
        &self,
        simd: S,
        frame: &Frame,
        (weights, j): (Weights, usize),
        x: &[T],
        out: &mut [T],
    ) {
        let Shape { n, stride, .. } = frame.shape;
        let cells = j * n * stride..(j + 1) * n * stride;
        let (shared, own, runs) = match weights {
            Weights::In => (&frame.pi_in[cells.clone()], &self.w_in[cells], &self.runs_in),
            Weights::NetIn => (&frame.net_in[cells.clone()], &self.net_in[cells], &self.runs_in),
            Weights::NetOut => (&frame.net_out[cells.clone()], &self.net_out[cells], &self.runs_out),
        };
        let len = if T::WIDTH == 1 { 0 } else { n_pack_blocks(n) * n_runs(n) };
        let matrix = Marked { shared, own, runs: &runs[j * len..][..len] };
        T::accumulate_marked(simd, matrix, x, out);
    }
}
