//! Packs: vectors across the members.

use std::ops::Range;

use pulp::Simd;

use super::{Kernels, Marked, Number, PACK_WIDTH, Pack, SinglePack, Sum, n_pack_blocks, n_runs, pack_span};

/// A pack as vectors.
trait Vectors: Copy + Kernels {
    fn numbers(&self) -> &[Self::Number; PACK_WIDTH];
    fn numbers_mut(&mut self) -> &mut [Self::Number; PACK_WIDTH];
    /// Vectors in a pack.
    #[inline(always)]
    fn n_parts<S: Simd>() -> usize {
        let lanes = Self::Number::lanes::<S>();
        assert!(lanes <= PACK_WIDTH, "vectors of {lanes} numbers hold more than a pack");
        PACK_WIDTH / lanes
    }
    #[inline(always)]
    fn part<S: Simd>(&self, part: usize) -> <Self::Number as Number>::Vector<S> {
        Self::Number::vectors::<S>(self.numbers())[part]
    }
    #[inline(always)]
    fn set_part<S: Simd>(&mut self, part: usize, value: <Self::Number as Number>::Vector<S>) {
        Self::Number::vectors_mut::<S>(self.numbers_mut())[part] = value;
    }
}

macro_rules! packs {
    ($($pack:ty, $number:ty;)*) => {$(
        impl Vectors for $pack {
            #[inline(always)]
            fn numbers(&self) -> &[$number; PACK_WIDTH] {
                &self.0
            }
            #[inline(always)]
            fn numbers_mut(&mut self) -> &mut [$number; PACK_WIDTH] {
                &mut self.0
            }
        }
        impl Kernels for $pack {
            type Number = $number;
            #[inline(always)]
            fn accumulate<S: Simd>(simd: S, matrix: &[$number], x: &[Self], out: &mut [Self]) {
                accumulate(simd, matrix, x, out);
            }
            #[inline(always)]
            fn accumulate_marked<S: Simd>(simd: S, matrix: Marked<'_, Self>, x: &[Self], out: &mut [Self]) {
                accumulate_marked(simd, matrix, x, out);
            }
            #[inline(always)]
            fn by_country<S: Simd>(
                simd: S,
                matrix: &[$number],
                sum: Sum,
                stride: usize,
                x: &[Self],
                out: &mut [Self],
            ) {
                by_country(simd, matrix, (sum, stride), x, out);
            }
        }
    )*};
}
packs! {
    Pack, f64;
    SinglePack, f32;
}

#[inline(always)]
fn accumulate<S: Simd, T: Vectors>(simd: S, matrix: &[T::Number], x: &[T], out: &mut [T]) {
    let stride = out.len();
    for part in 0..T::n_parts::<S>() {
        let mut at = 0;
        while at < stride {
            let width = if stride - at < 12 { stride - at } else { 6 };
            with_width!(width, [1 2 3 4 5 6 7 8 9 10 11], W =>
                block_sum::<S, T, W>(simd, part, matrix, x, (out, at)));
            at += width;
        }
    }
}

#[inline(always)]
fn block_sum<S: Simd, T: Vectors, const W: usize>(
    simd: S,
    part: usize,
    matrix: &[T::Number],
    x: &[T],
    (out, at): (&mut [T], usize),
) {
    let stride = out.len();
    let out = &mut out[at..at + W];
    let zero = T::Number::zero(simd);
    let (mut even, mut odd) = ([zero; W], [zero; W]);
    for l in 0..W {
        even[l] = out[l].part::<S>(part);
    }
    let (pairs, terms) = (matrix.chunks_exact(2 * stride), x.chunks_exact(2));
    let (last_row, last) = (pairs.remainder(), terms.remainder());
    for (rows, x) in pairs.zip(terms) {
        let (first, second) = (&rows[at..at + W], &rows[stride + at..stride + at + W]);
        let x = [x[0].part::<S>(part), x[1].part::<S>(part)];
        for l in 0..W {
            even[l] = T::Number::add_product(simd, even[l], T::Number::splat(simd, first[l]), x[0]);
            odd[l] = T::Number::add_product(simd, odd[l], T::Number::splat(simd, second[l]), x[1]);
        }
    }
    if let Some(x) = last.first() {
        let (row, x) = (&last_row[at..at + W], x.part::<S>(part));
        for l in 0..W {
            even[l] = T::Number::add_product(simd, even[l], T::Number::splat(simd, row[l]), x);
        }
    }
    for l in 0..W {
        out[l].set_part::<S>(part, T::Number::add(simd, even[l], odd[l]));
    }
}

#[inline(always)]
fn accumulate_marked<S: Simd, T: Vectors>(simd: S, matrix: Marked<'_, T>, x: &[T], out: &mut [T]) {
    let stride = out.len();
    for part in 0..T::n_parts::<S>() {
        for block in 0..n_pack_blocks(stride) {
            let (at, width) = pack_span(block, stride);
            let runs = &matrix.runs[block * n_runs(x.len())..][..n_runs(x.len())];
            let own = &matrix.own[at * x.len()..][..width * x.len()];
            let matrix = Marked { shared: matrix.shared, own, runs };
            with_width!(width, [1 2 3 4 5 6 7 8 9 10 11], W =>
                marked_sum::<S, T, W>(simd, part, matrix, x, (out, at)));
        }
    }
}

#[inline(always)]
fn marked_sum<S: Simd, T: Vectors, const W: usize>(
    simd: S,
    part: usize,
    matrix: Marked<'_, T>,
    x: &[T],
    (out, at): (&mut [T], usize),
) {
    let stride = out.len();
    let out = &mut out[at..at + W];
    let (mut even, mut odd) = ([T::Number::zero(simd); W], [T::Number::zero(simd); W]);
    for l in 0..W {
        even[l] = out[l].part::<S>(part);
    }
    // A macro, since sums that a function is given by reference leave the registers.
    macro_rules! add_rows {
        ($rows:expr, $cells:ident($row:ident) => $cell:expr) => {
            let rows: Range<usize> = $rows;
            let (first, last) = (rows.start.next_multiple_of(2), rows.end / 2 * 2);
            if rows.start % 2 == 1 && rows.end > rows.start {
                add_rows!(odd, rows.start, $cells($row) => $cell);
            }
            for pair in first / 2..last / 2 {
                add_rows!(even, 2 * pair, $cells($row) => $cell);
                add_rows!(odd, 2 * pair + 1, $cells($row) => $cell);
            }
            if rows.end % 2 == 1 && rows.end > rows.start {
                add_rows!(even, rows.end - 1, $cells($row) => $cell);
            }
        };
        ($sums:ident, $at:expr, $cells:ident($row:ident) => $cell:expr) => {
            let $row = $at;
            let ($cells, x) = ($cell, x[$row].part::<S>(part));
            for l in 0..W {
                $sums[l] = T::Number::add_product(simd, $sums[l], $cells(l), x);
            }
        };
    }
    let (shared, own) = (matrix.shared, matrix.own);
    let mut begin = 0;
    for runs in matrix.runs.chunks_exact(2) {
        let (middle, end) = (usize::from(runs[0]), usize::from(runs[1]));
        add_rows!(begin..middle, cells(row) => {
            let cells = &shared[row * stride + at..][..W];
            |l: usize| T::Number::splat(simd, cells[l])
        });
        add_rows!(middle..end, cells(row) => {
            let cells = &own[row * W..][..W];
            |l: usize| cells[l].part::<S>(part)
        });
        if end == x.len() {
            break;
        }
        begin = end;
    }
    for l in 0..W {
        out[l].set_part::<S>(part, T::Number::add(simd, even[l], odd[l]));
    }
}

#[inline(always)]
fn by_country<S: Simd, T: Vectors>(
    simd: S,
    matrix: &[T::Number],
    (sum, stride): (Sum, usize),
    x: &[T],
    out: &mut [T],
) {
    let (n_results, n_terms) = (out.len() / stride, x.len() / stride);
    let step = sum.steps(n_results, n_terms, stride);
    let mut j = 0;
    while j < n_results {
        // What the registers hold: three rows of up to five sums, or two.
        let rows = (n_results - j).min(if S::REGISTER_COUNT < 32 { 2 } else { 3 });
        let (matrix, out) = (&matrix[j * step[0]..], &mut out[j * stride..(j + rows) * stride]);
        with_width!(rows, [1 2 3], J => country_rows::<S, T, J>(simd, matrix, step, x, out));
        j += rows;
    }
}

/// J rows of results, which share each load of x; `step` are the distances of their matrix rows and of the terms.
#[inline(always)]
fn country_rows<S: Simd, T: Vectors, const J: usize>(
    simd: S,
    matrix: &[T::Number],
    step: [usize; 2],
    x: &[T],
    out: &mut [T],
) {
    for part in 0..T::n_parts::<S>() {
        let (stride, mut at) = (out.len() / J, 0);
        while at < stride {
            let rest = stride - at;
            let width = if rest >= 8 { 4 } else { rest.min(5) };
            with_width!(width, [1 2 3 4 5], W =>
                country_block::<S, T, J, W>((simd, part), matrix, step, x, (out, at)));
            at += width;
        }
    }
}

#[inline(always)]
fn country_block<S: Simd, T: Vectors, const J: usize, const W: usize>(
    (simd, part): (S, usize),
    matrix: &[T::Number],
    step: [usize; 2],
    x: &[T],
    (out, at): (&mut [T], usize),
) {
    let stride = out.len() / J;
    let mut sums = [[T::Number::zero(simd); W]; J];
    for j in 0..J {
        for l in 0..W {
            sums[j][l] = out[j * stride + at + l].part::<S>(part);
        }
    }
    // All of one length, so that one look at it covers the whole block.
    let n_terms = x.len() / stride;
    let span = (n_terms - 1) * step[1] + W;
    let rows: [&[T::Number]; J] = std::array::from_fn(|j| &matrix[j * step[0] + at..][..span]);
    let x = &x[at..][..(n_terms - 1) * stride + W];
    for k in 0..n_terms {
        let x = &x[k * stride..][..W];
        for j in 0..J {
            let row = &rows[j][k * step[1]..][..W];
            for l in 0..W {
                let cell = T::Number::splat(simd, row[l]);
                sums[j][l] = T::Number::add_product(simd, sums[j][l], cell, x[l].part::<S>(part));
            }
        }
    }
    for j in 0..J {
        for l in 0..W {
            out[j * stride + at + l].set_part::<S>(part, sums[j][l]);
        }
    }
}
