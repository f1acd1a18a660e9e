//! Products of matrices and vectors over flat arrays, in vectors of the machine along the rows.
//!
//! Sums over rows have two accumulators a result, for even and odd rows, so that an addition need not wait for the
//! one before it; other sums run in the order of their index. Both whatever the width of a vector, so that bytes do
//! not depend on it.

use pulp::Simd;

use super::vectors::Number;

/// Rows are whole vectors where their length is a multiple of this.
pub const ROW_MULTIPLE: usize = 16;
/// Vectors of results that are summed at once.
const BLOCK: usize = 4;

/// Which index of a column's matrix is summed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sum {
    /// `out[j] += sum_k M[j][k] x[k]`.
    Columns,
    /// `out[j] += sum_k M[k][j] x[k]`.
    Rows,
}

impl Sum {
    /// Distances in a matrix between the rows of two results, and between those of two terms.
    pub(super) fn steps(self, n_results: usize, n_terms: usize, stride: usize) -> [usize; 2] {
        match self {
            Self::Columns => [n_terms * stride, stride],
            Self::Rows => [stride, n_results * stride],
        }
    }
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

/// As [`add_weighted_rows`] for many vectors of weights, each with its own sums: vector `v` has the weights from
/// `v * steps[0]` on and the sums from `v * steps[1]` on, of length `stride`. The matrix is read once for all of them; the
/// sums are those of one vector alone, to the last bit.
#[inline(always)]
pub fn add_weighted_rows_to_many<S: Simd>(
    simd: S,
    matrix: &[f64],
    stride: usize,
    (weights, out): (&[f64], &mut [f64]),
    steps: [usize; 2],
) {
    let (n_rows, lanes) = (matrix.len() / stride, <f64 as Number>::lanes::<S>());
    let rows = <f64 as Number>::vectors::<S>(matrix);
    let mut at = 0;
    while at < stride / lanes {
        let width = (stride / lanes - at).min(BLOCK);
        for (weights, out) in weights.chunks(steps[0]).zip(out.chunks_mut(steps[1])) {
            let (x, out) = (&weights[..n_rows], <f64 as Number>::vectors_mut::<S>(&mut out[..stride]));
            with_width!(width, [1 2 3 4], W => weighted_block::<S, f64, W>(simd, rows, x, out, at));
        }
        at += width;
    }
}

/// `out[n] += sum_r matrix[r][n] weights[r]`; rows of the matrix have the length of `out`, a multiple of
/// [`ROW_MULTIPLE`].
///
/// One pass over the matrix; allocates nothing.
#[inline(always)]
pub fn add_weighted_rows<S: Simd, X: Number>(simd: S, matrix: &[X], weights: &[X], out: &mut [X]) {
    let (rows, out) = (X::vectors::<S>(matrix), X::vectors_mut::<S>(out));
    let mut at = 0;
    while at < out.len() {
        let width = (out.len() - at).min(BLOCK);
        with_width!(width, [1 2 3 4], W => weighted_block::<S, X, W>(simd, rows, weights, out, at));
        at += width;
    }
}

#[inline(always)]
fn weighted_block<S: Simd, X: Number, const W: usize>(
    simd: S,
    matrix: &[X::Vector<S>],
    x: &[X],
    out: &mut [X::Vector<S>],
    at: usize,
) {
    let stride = out.len();
    let out = &mut out[at..at + W];
    let (mut even, mut odd) = ([X::zero(simd); W], [X::zero(simd); W]);
    even.copy_from_slice(out);
    let (pairs, terms) = (matrix.chunks_exact(2 * stride), x.chunks_exact(2));
    let (last_row, last) = (pairs.remainder(), terms.remainder());
    for (rows, x) in pairs.zip(terms) {
        let (first, second) = (&rows[at..at + W], &rows[stride + at..stride + at + W]);
        let x = [X::splat(simd, x[0]), X::splat(simd, x[1])];
        for l in 0..W {
            even[l] = X::add_product(simd, even[l], first[l], x[0]);
            odd[l] = X::add_product(simd, odd[l], second[l], x[1]);
        }
    }
    if let Some(x) = last.first() {
        let (row, x) = (&last_row[at..at + W], X::splat(simd, *x));
        for l in 0..W {
            even[l] = X::add_product(simd, even[l], row[l], x);
        }
    }
    for l in 0..W {
        out[l] = X::add(simd, even[l], odd[l]);
    }
}

/// Applies to each column its own J x K matrix: `out[j][n] += sum_k M[j][k][n] x[k][n]`, or the same with its
/// transpose. `x` is `[k][n]` and `out` `[j][n]`, in rows of length `stride`, a multiple of [`ROW_MULTIPLE`].
///
/// One pass over the matrices; allocates nothing.
#[inline(always)]
pub fn add_product_by_column<S: Simd, X: Number>(
    simd: S,
    matrix: &[X],
    sum: Sum,
    stride: usize,
    x: &[X],
    out: &mut [X],
) {
    let (n_results, n_terms) = (out.len() / stride, x.len() / stride);
    let stride = stride / X::lanes::<S>();
    let step = sum.steps(n_results, n_terms, stride);
    let (matrix, x, out) = (X::vectors::<S>(matrix), X::vectors::<S>(x), X::vectors_mut::<S>(out));
    let mut j = 0;
    while j < n_results {
        let rows = (n_results - j).min(4);
        let (matrix, out) = (&matrix[j * step[0]..], &mut out[j * stride..(j + rows) * stride]);
        with_width!(rows, [1 2 3 4], J => column_rows::<S, X, J>(simd, matrix, step, x, out));
        j += rows;
    }
}

/// J rows of results, which share each load of x; `step` are the distances of their matrix rows and of the terms.
#[inline(always)]
fn column_rows<S: Simd, X: Number, const J: usize>(
    simd: S,
    matrix: &[X::Vector<S>],
    step: [usize; 2],
    x: &[X::Vector<S>],
    out: &mut [X::Vector<S>],
) {
    let (stride, mut at) = (out.len() / J, 0);
    while at < stride {
        let width = (stride - at).min(2);
        with_width!(width, [1 2], W => column_block::<S, X, J, W>(simd, matrix, step, x, out, at));
        at += width;
    }
}

#[inline(always)]
fn column_block<S: Simd, X: Number, const J: usize, const W: usize>(
    simd: S,
    matrix: &[X::Vector<S>],
    step: [usize; 2],
    x: &[X::Vector<S>],
    out: &mut [X::Vector<S>],
    at: usize,
) {
    let stride = out.len() / J;
    let mut sums = [[X::zero(simd); W]; J];
    for j in 0..J {
        for l in 0..W {
            sums[j][l] = out[j * stride + at + l];
        }
    }
    // All of one length, so that one look at it covers the whole block.
    let n_terms = x.len() / stride;
    let span = (n_terms - 1) * step[1] + W;
    let rows: [&[X::Vector<S>]; J] = std::array::from_fn(|j| &matrix[j * step[0] + at..][..span]);
    let x = &x[at..][..(n_terms - 1) * stride + W];
    for k in 0..n_terms {
        let x = &x[k * stride..][..W];
        for j in 0..J {
            let row = &rows[j][k * step[1]..][..W];
            for l in 0..W {
                sums[j][l] = X::add_product(simd, sums[j][l], row[l], x[l]);
            }
        }
    }
    for j in 0..J {
        for l in 0..W {
            out[j * stride + at + l] = sums[j][l];
        }
    }
}

#[cfg(test)]
mod tests {
    use pulp::{Arch, Simd, WithSimd};

    use super::super::many_products::add_product_by_column_to_many;
    use super::{ROW_MULTIPLE, Sum, add_product_by_column, add_weighted_rows, add_weighted_rows_to_many};

    /// Both products on one set of numbers.
    struct Run<'a> {
        sum: Sum,
        /// Rows, their length, and the matrix `[row][row][column]`.
        rows: usize,
        stride: usize,
        matrix: &'a [f64],
    }

    impl WithSimd for Run<'_> {
        type Output = Vec<f64>;
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> Vec<f64> {
            let Self { sum, rows, stride, matrix } = self;
            let x = &matrix[..rows * stride];
            let mut out = vec![0.25; rows * stride];
            add_product_by_column(simd, matrix, sum, stride, x, &mut out);
            add_weighted_rows(simd, x, &x[..rows], &mut out[..stride]);
            out
        }
    }

    fn numbers(rows: usize, stride: usize) -> Vec<f64> {
        (0..rows * rows * stride).map(|at| (at as f64 * 0.7).sin()).collect()
    }

    /// The same for several vectors, which must come to the same bytes.
    struct Many<'a>(Run<'a>, usize);

    impl WithSimd for Many<'_> {
        type Output = Vec<f64>;
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> Vec<f64> {
            let Self(Run { sum, rows, stride, matrix }, many) = self;
            let block = rows * stride;
            let x: Vec<f64> =
                (0..many * block).map(|at| matrix[at % block] * (1 + at / block) as f64).collect();
            let mut out = vec![0.25; many * block];
            add_product_by_column_to_many(simd, matrix, sum, (stride, rows), &x, &mut out);
            add_weighted_rows_to_many(simd, &matrix[..block], stride, (&x, &mut out), [block, block]);
            out
        }
    }

    #[test]
    fn several_vectors_come_to_what_each_of_them_comes_to_alone() {
        // More vectors than share a load, and rows that do not divide.
        let (rows, stride, many) = (5, 2 * ROW_MULTIPLE, 7);
        let (matrix, block) = (numbers(rows, stride), rows * stride);
        for sum in [Sum::Rows, Sum::Columns] {
            let found = Arch::new().dispatch(Many(Run { sum, rows, stride, matrix: &matrix }, many));
            let mut scaled = matrix.clone();
            for vector in 0..many {
                let factor = (1 + vector) as f64;
                scaled[..block].iter_mut().zip(&matrix).for_each(|(to, from)| *to = factor * from);
                let of_one = Many(Run { sum, rows, stride, matrix: &matrix }, 1);
                let alone = Arch::new().dispatch(of_one);
                if vector == 0 {
                    assert_eq!(
                        found[..block],
                        Arch::new().dispatch(Run { sum, rows, stride, matrix: &matrix })
                    );
                    assert_eq!(found[..block], alone);
                }
                let plain = (0..rows).map(|k| matrix[k * stride] * scaled[k * stride]).sum::<f64>();
                if sum == Sum::Columns {
                    let first = found[vector * block] - 0.25;
                    let rest = (0..rows).map(|r| matrix[r * stride] * factor * matrix[r]).sum::<f64>();
                    assert!((first - plain - rest).abs() < 1e-12, "{vector}");
                }
            }
        }
    }

    #[test]
    fn products_are_the_sums_they_stand_for() {
        for rows in [1, 2, 3, 5, 8] {
            let stride = 2 * ROW_MULTIPLE;
            let matrix = numbers(rows, stride);
            for sum in [Sum::Rows, Sum::Columns] {
                let found = Arch::new().dispatch(Run { sum, rows, stride, matrix: &matrix });
                for (at, found) in found.into_iter().enumerate() {
                    let (j, n) = (at / stride, at % stride);
                    let entry = |k: usize| match sum {
                        Sum::Columns => matrix[(j * rows + k) * stride + n],
                        Sum::Rows => matrix[(k * rows + j) * stride + n],
                    };
                    let mut expected: f64 =
                        0.25 + (0..rows).map(|k| entry(k) * matrix[k * stride + n]).sum::<f64>();
                    if j == 0 {
                        expected += (0..rows).map(|r| matrix[r * stride + n] * matrix[r]).sum::<f64>();
                    }
                    assert!((found - expected).abs() < 1e-13);
                }
            }
        }
    }

    /// Vectors of one number, of 256 bits and of the widest unit give the same bytes.
    #[test]
    fn the_vector_unit_changes_no_byte() {
        let (rows, stride) = (7, 3 * ROW_MULTIPLE);
        let matrix = numbers(rows, stride);
        for sum in [Sum::Rows, Sum::Columns] {
            let run = || Run { sum, rows, stride, matrix: &matrix };
            let widest = Arch::new().dispatch(run());
            assert!(run().with_simd(pulp::Scalar) == widest && widest.iter().all(|sum| sum.is_finite()));
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            if let Some(simd) = pulp::x86::V3::try_new() {
                assert!(Simd::vectorize(simd, run()) == widest);
            }
        }
    }
}
