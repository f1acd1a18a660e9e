//! The trade weights of a response applied to one sector's vector.

use super::frame::{Frame, Shape};
use super::response::Response;
use crate::numerics::kernels::{Marked, accumulate, accumulate_marked, n_pack_blocks};
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
    pub fn weigh(&self, frame: &Frame, weights: Weights, j: usize, x: &[T], out: &mut [T]) {
        let Shape { n, stride, .. } = frame.shape;
        let cells = j * n * stride..(j + 1) * n * stride;
        let (shared, own, marks) = match weights {
            Weights::In => (&frame.pi_in[cells.clone()], &self.w_in[cells], &self.marks_in),
            Weights::NetIn => (&frame.net_in[cells.clone()], &self.net_in[cells], &self.marks_in),
            Weights::NetOut => (&frame.net_out[cells.clone()], &self.net_out[cells], &self.marks_out),
        };
        if T::WIDTH == 1 {
            accumulate(own, x, out);
        } else {
            let n_marks = n_pack_blocks(n) * n;
            accumulate_marked(Marked { shared, own, marks: &marks[j * n_marks..][..n_marks] }, x, out);
        }
    }
}
