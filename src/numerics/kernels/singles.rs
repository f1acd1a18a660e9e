//! Single numbers: vectors along array positions.

use pulp::Simd;

use super::{Kernels, Marked, Number, Sum};

/// Vectors of results that are summed at once.
const BLOCK: usize = 4;

macro_rules! singles {
    ($($number:ty)*) => {$(
        impl Kernels for $number {
            type Number = Self;
            #[inline(always)]
            fn accumulate<S: Simd>(simd: S, matrix: &[Self], x: &[Self], out: &mut [Self]) {
                accumulate(simd, matrix, x, out);
            }
            #[inline(always)]
            fn accumulate_marked<S: Simd>(simd: S, matrix: Marked<'_, Self>, x: &[Self], out: &mut [Self]) {
                accumulate(simd, matrix.own, x, out);
            }
            #[inline(always)]
            fn by_country<S: Simd>(
                simd: S,
                matrix: &[Self],
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
singles!(f64 f32);

#[inline(always)]
fn accumulate<S: Simd, X: Number>(simd: S, matrix: &[X], x: &[X], out: &mut [X]) {
    let (rows, out) = (X::vectors::<S>(matrix), X::vectors_mut::<S>(out));
    let mut at = 0;
    while at < out.len() {
        let width = (out.len() - at).min(BLOCK);
        with_width!(width, [1 2 3 4], W => block_sum::<S, X, W>(simd, rows, x, out, at));
        at += width;
    }
}

#[inline(always)]
fn block_sum<S: Simd, X: Number, const W: usize>(
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

#[inline(always)]
fn by_country<S: Simd, X: Number>(
    simd: S,
    matrix: &[X],
    (sum, stride): (Sum, usize),
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
        with_width!(rows, [1 2 3 4], J => country_rows::<S, X, J>(simd, matrix, step, x, out));
        j += rows;
    }
}

/// J rows of results, which share each load of x; `step` are the distances of their matrix rows and of the terms.
#[inline(always)]
fn country_rows<S: Simd, X: Number, const J: usize>(
    simd: S,
    matrix: &[X::Vector<S>],
    step: [usize; 2],
    x: &[X::Vector<S>],
    out: &mut [X::Vector<S>],
) {
    let (stride, mut at) = (out.len() / J, 0);
    while at < stride {
        let width = (stride - at).min(2);
        with_width!(width, [1 2], W => country_block::<S, X, J, W>(simd, matrix, step, x, (out, at)));
        at += width;
    }
}

#[inline(always)]
fn country_block<S: Simd, X: Number, const J: usize, const W: usize>(
    simd: S,
    matrix: &[X::Vector<S>],
    step: [usize; 2],
    x: &[X::Vector<S>],
    (out, at): (&mut [X::Vector<S>], usize),
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
