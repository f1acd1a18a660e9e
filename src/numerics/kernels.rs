//! Matrix kernels over flat arrays: fixed-width blocks that the compiler turns into vector instructions.
//!
//! Every sum runs in the order of its index, one accumulator per result, whatever the width.

use super::lanes::{Cell, Lane};

/// `out[n] += sum_r matrix[r][n] vector[r]`; rows of the matrix have the length of `out`.
///
/// Cost: one pass over the matrix. Allocates nothing.
#[inline(always)]
pub fn accumulate<T: Lane, C: Cell<T>>(matrix: &[C], vector: &[T], out: &mut [T]) {
    let (stride, mut at) = (out.len(), 0);
    if T::WIDTH == 1 {
        while at + 32 <= stride {
            accumulate_block::<T, C, 32>(matrix, vector, out, at);
            at += 32;
        }
        while at + 8 <= stride {
            accumulate_block::<T, C, 8>(matrix, vector, out, at);
            at += 8;
        }
    } else {
        while at + 8 <= stride {
            accumulate_block::<T, C, 8>(matrix, vector, out, at);
            at += 8;
        }
    }
    while at < stride {
        accumulate_block::<T, C, 1>(matrix, vector, out, at);
        at += 1;
    }
}

#[inline(always)]
fn accumulate_block<T: Lane, C: Cell<T>, const W: usize>(
    matrix: &[C],
    vector: &[T],
    out: &mut [T],
    at: usize,
) {
    let stride = out.len();
    let out = &mut out[at..at + W];
    let mut sums = [T::splat(0.0); W];
    sums.copy_from_slice(out);
    for (row, &x) in matrix.chunks_exact(stride).zip(vector) {
        let row = &row[at..at + W];
        for l in 0..W {
            sums[l] = sums[l] + row[l].times(x);
        }
    }
    out.copy_from_slice(&sums);
}

/// Which index of a country's S x S matrix is summed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sum {
    /// `out[j] += sum_k M[j][k] x[k]`.
    Columns,
    /// `out[j] += sum_k M[k][j] x[k]`.
    Rows,
}

/// The S x S matrix of every country applied to its own vector: `out[j][n] += sum_k M[j][k][n] x[k][n]`.
///
/// `x` and `out` are `[j][n]` with rows of length `stride`. Allocates nothing.
#[inline(always)]
pub fn by_country<T: Lane, C: Cell<T>>(matrix: &[C], sum: Sum, stride: usize, x: &[T], out: &mut [T]) {
    let n_sectors = out.len() / stride;
    for j in 0..n_sectors {
        let (first, step) = match sum {
            Sum::Columns => (j * n_sectors, 1),
            Sum::Rows => (j, n_sectors),
        };
        let out = &mut out[j * stride..(j + 1) * stride];
        let mut at = 0;
        if T::WIDTH == 1 {
            while at + 32 <= stride {
                country_block::<T, C, 32>(matrix, (first, step), x, out, at);
                at += 32;
            }
            while at + 8 <= stride {
                country_block::<T, C, 8>(matrix, (first, step), x, out, at);
                at += 8;
            }
        } else {
            while at + 8 <= stride {
                country_block::<T, C, 8>(matrix, (first, step), x, out, at);
                at += 8;
            }
        }
        while at < stride {
            country_block::<T, C, 1>(matrix, (first, step), x, out, at);
            at += 1;
        }
    }
}

#[inline(always)]
fn country_block<T: Lane, C: Cell<T>, const W: usize>(
    matrix: &[C],
    (first, step): (usize, usize),
    x: &[T],
    out: &mut [T],
    at: usize,
) {
    let stride = out.len();
    let out = &mut out[at..at + W];
    let mut sums = [T::splat(0.0); W];
    sums.copy_from_slice(out);
    for (k, x) in x.chunks_exact(stride).enumerate() {
        let row = &matrix[(first + k * step) * stride + at..][..W];
        let x = &x[at..at + W];
        for l in 0..W {
            sums[l] = sums[l] + row[l].times(x[l]);
        }
    }
    out.copy_from_slice(&sums);
}

/// Sum of products of two arrays whose rows have length `stride`, with eight partial sums by position in
/// the row.
#[inline(always)]
pub fn dot<T: Lane>(a: &[T], b: &[T], stride: usize) -> T {
    let mut sums = [T::splat(0.0); 8];
    for (a, b) in a.chunks_exact(stride).zip(b.chunks_exact(stride)) {
        let (a, b) = (a.chunks_exact(8), b.chunks_exact(8));
        let (a_rest, b_rest) = (a.remainder(), b.remainder());
        for (a, b) in a.zip(b) {
            for l in 0..8 {
                sums[l] = sums[l] + a[l] * b[l];
            }
        }
        for (sum, (&a, &b)) in sums.iter_mut().zip(a_rest.iter().zip(b_rest)) {
            *sum = *sum + a * b;
        }
    }
    let pairs = [0, 1, 2, 3].map(|l| sums[l] + sums[l + 4]);
    (pairs[0] + pairs[2]) + (pairs[1] + pairs[3])
}

#[cfg(test)]
mod tests {
    use super::{Sum, accumulate, by_country, dot};
    use crate::numerics::lanes::{Lane, Pack};

    /// Every lane of a pack has the bytes of the single computation, padded or not.
    #[test]
    fn packs_and_padded_rows_give_the_same_bytes() {
        let (n, padded, s) = (11, 16, 3);
        let value = |at: usize| (at as f64 * 0.7).sin();
        let pad = |rows: usize| -> Vec<f64> {
            (0..rows * padded)
                .map(|at| if at % padded < n { value(at / padded * n + at % padded) } else { 0.0 })
                .collect()
        };
        let tight = |rows: usize| -> Vec<f64> { (0..rows * n).map(value).collect() };
        let packs = |x: &[f64]| -> Vec<Pack> { x.iter().map(|x| Pack::splat(*x)).collect() };
        let x: Vec<f64> = (0..n).map(|at| value(at + 5)).collect();
        let (mut one, mut many) = (vec![0.0; padded], packs(&vec![0.0; n]));
        accumulate(&pad(n), &x, &mut one);
        accumulate(&packs(&tight(n)), &packs(&x), &mut many);
        assert!(one.iter().zip(&many).all(|(a, b)| a.to_bits() == b.lane(3).to_bits()));
        let (mut one, mut many) = (vec![0.0; s * padded], packs(&vec![0.0; s * n]));
        by_country(&pad(s * s), Sum::Rows, padded, &pad(s), &mut one);
        by_country(&tight(s * s), Sum::Rows, n, &packs(&tight(s)), &mut many);
        for (row, packs) in one.chunks(padded).zip(many.chunks(n)) {
            assert!(row.iter().zip(packs).all(|(a, b)| a.to_bits() == b.lane(0).to_bits()));
        }
        let single = dot(&one, &pad(s), padded);
        let pack = dot(&many, &packs(&tight(s)), n);
        assert_eq!(single.to_bits(), pack.lane(2).to_bits());
    }
}
