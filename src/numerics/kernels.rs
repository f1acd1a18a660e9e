//! Matrix kernels over flat arrays, in vectors of the machine.
//!
//! For single numbers vectors lie along array positions, for packs across their members. Sums over rows have two
//! accumulators a result, for even and odd rows, so that an addition need not wait for the one before it; other
//! sums run in the order of their index. Both whatever the width, so that bytes do not depend on it.

use pulp::Simd;

use super::lanes::{PACK_WIDTH, Pack, SinglePack};
use super::vectors::Number;

/// Rows of single numbers are whole vectors where their length is a multiple of this.
pub const ROW_MULTIPLE: usize = 16;
/// Results of packs that a pass over the rows sums, and that share a mark.
const PACK_BLOCK: usize = 6;

/// A matrix that all members share but for some rows of some blocks.
#[derive(Clone, Copy)]
pub struct Marked<'a, T: Kernels> {
    /// What is shared, `[row][n]`.
    pub shared: &'a [T::Number],
    /// The members' own matrices. For packs `[block of n][row][n in the block]`, so that marked rows lie together,
    /// and read where marked only; for single numbers all there is, `[row][n]`.
    pub own: &'a [T],
    /// Where runs of rows end that are shared and that are the members' own, in turns, by block of n: [`n_runs`]
    /// numbers each, the rows' number where there are no more; packs only.
    pub runs: &'a [u16],
}

/// Which index of a country's matrix is summed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sum {
    /// `out[j] += sum_k M[j][k] x[k]`.
    Columns,
    /// `out[j] += sum_k M[k][j] x[k]`.
    Rows,
}

impl Sum {
    /// Distances in a matrix between the rows of two results, and between those of two terms.
    fn steps(self, n_results: usize, n_terms: usize, stride: usize) -> [usize; 2] {
        match self {
            Self::Columns => [n_terms * stride, stride],
            Self::Rows => [stride, n_results * stride],
        }
    }
}

/// The kernels of one kind of term. None allocates; each makes one pass over the matrix.
pub trait Kernels: Sized {
    /// What matrices that members share consist of.
    type Number: Number;
    /// `out[n] += sum_r matrix[r][n] x[r]`; rows of the matrix have the length of `out`.
    fn accumulate<S: Simd>(simd: S, matrix: &[Self::Number], x: &[Self], out: &mut [Self]);
    /// [`Self::accumulate`] with each member's own matrix, at the cost of a shared one where nothing is marked.
    fn accumulate_marked<S: Simd>(simd: S, matrix: Marked<'_, Self>, x: &[Self], out: &mut [Self]);
    /// The J x K matrix of every country applied to its own vector: `out[j][n] += sum_k M[j][k][n] x[k][n]`.
    /// `x` is `[k][n]` and `out` `[j][n]` with rows of length `stride`.
    fn by_country<S: Simd>(
        simd: S,
        matrix: &[Self::Number],
        sum: Sum,
        stride: usize,
        x: &[Self],
        out: &mut [Self],
    );
}

/// Runs a block with its width as a constant, so that its sums stay in registers.
macro_rules! with_width {
    ($width:expr, [$($w:literal)*], $name:ident => $run:expr) => {
        match $width {
            $($w => {
                const $name: usize = $w;
                $run;
            })*
            _ => {}
        }
    };
}

mod packs;
mod singles;

/// Where a block of packs begins, and its width; the last block takes the rest as well.
#[inline(always)]
fn pack_span(block: usize, len: usize) -> (usize, usize) {
    let at = block * PACK_BLOCK;
    (at, if block + 1 == n_pack_blocks(len) { len - at } else { PACK_BLOCK })
}

/// Blocks into which `len` results of packs are divided.
#[inline(always)]
#[must_use]
pub fn n_pack_blocks(len: usize) -> usize {
    (len / PACK_BLOCK).max(1)
}

/// Numbers that describe which of `n_rows` rows of a block are marked.
#[inline(always)]
#[must_use]
pub fn n_runs(n_rows: usize) -> usize {
    (n_rows + 1).next_multiple_of(2)
}

/// Writes the runs of a block from how often each of its rows is marked.
pub fn write_runs(marks: &[u16], runs: &mut [u16]) {
    runs.fill(marks.len() as u16);
    let (mut place, mut is_own) = (0, false);
    for (row, mark) in marks.iter().enumerate() {
        if (*mark > 0) != is_own {
            runs[place] = row as u16;
            (place, is_own) = (place + 1, !is_own);
        }
    }
}

/// The block of [`n_pack_blocks`] in which a result lies.
#[inline(always)]
#[must_use]
pub fn pack_block(at: usize, len: usize) -> usize {
    (at / PACK_BLOCK).min(n_pack_blocks(len) - 1)
}

/// Where [`Marked::own`] keeps the entry of a row and a result of a square matrix of packs.
#[inline(always)]
#[must_use]
pub fn pack_place(row: usize, at: usize, len: usize) -> usize {
    let (first, width) = pack_span(pack_block(at, len), len);
    first * len + row * width + at - first
}

#[cfg(test)]
mod tests {
    use pulp::{Arch, Simd, WithSimd};

    use super::{Kernels, Marked, Sum, n_pack_blocks, n_runs, pack_block, pack_place, write_runs};
    use crate::numerics::lanes::{Lane, Pack};
    use crate::numerics::vectorised::dispatch_single;

    /// One kernel with the vectors of the machine.
    struct Run<'a, T: Kernels> {
        kernel: Kernel<'a, T>,
        x: &'a [T],
        out: &'a mut [T],
    }

    enum Kernel<'a, T: Kernels> {
        Accumulate(&'a [T::Number]),
        Marked(Marked<'a, T>),
        ByCountry(&'a [T::Number], Sum, usize),
    }

    impl<T: Kernels> WithSimd for Run<'_, T> {
        type Output = ();
        fn with_simd<S: Simd>(self, simd: S) {
            match self.kernel {
                Kernel::Accumulate(matrix) => T::accumulate(simd, matrix, self.x, self.out),
                Kernel::Marked(matrix) => T::accumulate_marked(simd, matrix, self.x, self.out),
                Kernel::ByCountry(matrix, sum, stride) => {
                    T::by_country(simd, matrix, sum, stride, self.x, self.out);
                }
            }
        }
    }

    /// As it is, and padded to rows of 16.
    fn rows(n: usize, rows: usize) -> (Vec<f64>, Vec<f64>) {
        let padded = n.next_multiple_of(super::ROW_MULTIPLE);
        let value = |row: usize, column: usize| ((row * n + column) as f64 * 0.7).sin();
        let tight = (0..rows * n).map(|at| value(at / n, at % n)).collect();
        let pad = |at: usize| if at % padded < n { value(at / padded, at % padded) } else { 0.0 };
        (tight, (0..rows * padded).map(pad).collect())
    }

    fn packs(x: &[f64]) -> Vec<Pack> {
        x.iter().map(|x| Pack::splat(*x)).collect()
    }

    /// Every lane of a pack has the bytes of the single computation, in both precisions.
    #[test]
    fn packs_and_single_numbers_give_the_same_bytes() {
        for (n, s) in [(1, 1), (3, 2), (11, 3), (17, 5), (25, 7), (40, 4)] {
            let ((tight, padded), (x, _)) = (rows(n, n), rows(n, 1));
            let stride = padded.len() / n;
            let (mut one, mut many) = (vec![0.25; stride], packs(&vec![0.25; n]));
            Arch::new().dispatch(Run { kernel: Kernel::Accumulate(&padded), x: &x, out: &mut one });
            Arch::new().dispatch(Run { kernel: Kernel::Accumulate(&tight), x: &packs(&x), out: &mut many });
            assert!(one.iter().zip(&many).all(|(a, b)| a.to_bits() == b.lane(3).to_bits()));

            let single = |values: &[f64]| -> Vec<f32> { values.iter().map(|value| *value as f32).collect() };
            let narrow: Vec<_> = packs(&x).into_iter().map(Lane::narrow).collect();
            let (mut one, mut many) = (vec![0.25; stride], vec![Pack::splat(0.25).narrow(); n]);
            let (matrix, x) = (single(&padded), single(&x));
            Arch::new().dispatch(Run { kernel: Kernel::Accumulate(&matrix), x: &x, out: &mut one });
            let matrix = single(&tight);
            dispatch_single(Run { kernel: Kernel::Accumulate(&matrix), x: &narrow, out: &mut many });
            assert!(one.iter().zip(&many).all(|(a, b)| f64::from(*a) == Pack::widen(*b).lane(7)));

            let ((tight, padded), (x, padded_x)) = (rows(n, s * s), rows(n, s));
            for sum in [Sum::Rows, Sum::Columns] {
                let (mut one, mut many) = (vec![0.0; s * stride], packs(&vec![0.0; s * n]));
                let kernel = Kernel::ByCountry(&padded, sum, stride);
                Arch::new().dispatch(Run { kernel, x: &padded_x, out: &mut one });
                let kernel = Kernel::ByCountry(&tight, sum, n);
                Arch::new().dispatch(Run { kernel, x: &packs(&x), out: &mut many });
                for (row, packs) in one.chunks(stride).zip(many.chunks(n)) {
                    assert!(row.iter().zip(packs).all(|(a, b)| a.to_bits() == b.lane(0).to_bits()));
                }
            }
        }
    }

    /// Vectors of one number, of 256 bits and of the widest unit give the same bytes.
    #[test]
    fn the_vector_unit_changes_no_byte() {
        let (n, s) = (25, 6);
        let ((tight, padded), (x, padded_x)) = (rows(n, s * s), rows(n, s));
        let stride = padded.len() / (s * s);
        let all = |run: &dyn Fn(usize) -> Vec<f64>| {
            let widest = run(2);
            assert!((0..2).all(|unit| run(unit) == widest) && widest.iter().all(|sum| sum.is_finite()));
        };
        all(&|unit| {
            let mut out = vec![0.25; s * stride];
            let kernel = Kernel::ByCountry(&padded, Sum::Rows, stride);
            on_unit(unit, Run { kernel, x: &padded_x, out: &mut out });
            out
        });
        all(&|unit| {
            let mut out = packs(&vec![0.25; n]);
            on_unit(unit, Run { kernel: Kernel::Accumulate(&tight), x: &packs(&x), out: &mut out });
            out.iter().map(|pack| pack.lane(6)).collect()
        });
    }

    fn on_unit<T: Kernels>(unit: usize, run: Run<'_, T>) {
        match unit {
            0 => run.with_simd(pulp::Scalar),
            1 => dispatch_single(run),
            _ => Arch::new().dispatch(run),
        }
    }

    /// What is marked beyond need changes no byte, so that members do not depend on their neighbours.
    #[test]
    fn marked_rows_give_the_bytes_of_the_members_own_matrices() {
        for n in [1, 3, 4, 7, 8, 13] {
            let (shared, _) = rows(n, n);
            let mut own = packs(&shared);
            for (at, value) in shared.iter().enumerate() {
                own[pack_place(at / n, at % n, n)] = Pack::splat(*value);
            }
            let (mut marks, mut changed) = (vec![0; n_pack_blocks(n) * n], shared.clone());
            for (row, column) in [(0, n - 1), (n / 2, 0), (n - 1, n / 2)] {
                changed[row * n + column] = 3.5;
                own[pack_place(row, column, n)].set_lane(2, 3.5);
                marks[pack_block(column, n) * n + row] += 1;
            }
            let (x, _) = rows(n, 1);
            let plain = |matrix: &[f64]| {
                let mut out = packs(&vec![0.1; n]);
                Arch::new().dispatch(Run {
                    kernel: Kernel::Accumulate(matrix),
                    x: &packs(&x),
                    out: &mut out,
                });
                out
            };
            let (base, of_member) = (plain(&shared), plain(&changed));
            for marks in [marks.clone(), vec![1; marks.len()], marks.iter().map(|mark| mark ^ 2).collect()] {
                let mut runs = vec![0; n_pack_blocks(n) * n_runs(n)];
                for (marks, runs) in marks.chunks(n).zip(runs.chunks_mut(n_runs(n))) {
                    write_runs(marks, runs);
                }
                let matrix = Marked { shared: &shared, own: &own, runs: &runs };
                let mut out = packs(&vec![0.1; n]);
                Arch::new().dispatch(Run { kernel: Kernel::Marked(matrix), x: &packs(&x), out: &mut out });
                assert!(out.iter().zip(&of_member).all(|(a, b)| a.lane(2).to_bits() == b.lane(2).to_bits()));
                assert!(out.iter().zip(&base).all(|(a, b)| a.lane(5).to_bits() == b.lane(5).to_bits()));
            }
        }
    }
}
