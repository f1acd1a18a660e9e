//! Matrix kernels over flat arrays: fixed-width blocks that the compiler turns into vector instructions.
//!
//! Every sum runs in the order of its index, one accumulator per result, whatever the width.

use super::lanes::{Cell, Lane};

/// Results that packs sum at once: enough to hide the latency of an addition, few enough for the registers.
const PACK_BLOCK: usize = 4;

/// Blocks into which [`accumulate`] and [`accumulate_marked`] divide `len` results of packs; the last one
/// takes the rest as well.
#[inline(always)]
#[must_use]
pub fn n_pack_blocks(len: usize) -> usize {
    (len / PACK_BLOCK).max(1)
}

/// The block of [`n_pack_blocks`] in which a result lies.
#[inline(always)]
#[must_use]
pub fn pack_block(at: usize, len: usize) -> usize {
    (at / PACK_BLOCK).min(n_pack_blocks(len) - 1)
}

/// Where [`Marked::own`] keeps the entry of a row and a result of a square matrix.
#[inline(always)]
#[must_use]
pub fn pack_place(row: usize, at: usize, len: usize) -> usize {
    let (first, width) = pack_span(pack_block(at, len), len);
    first * len + row * width + at - first
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

/// `out[n] += sum_r matrix[r][n] vector[r]`; rows of the matrix have the length of `out`.
///
/// Cost: one pass over the matrix. Allocates nothing.
#[inline(always)]
pub fn accumulate<T: Lane, C: Cell<T>>(matrix: &[C], vector: &[T], out: &mut [T]) {
    let (stride, mut at) = (out.len(), 0);
    if T::WIDTH > 1 {
        for block in 0..n_pack_blocks(stride) {
            let (at, width) = pack_span(block, stride);
            with_width!(width, [1 2 3 4 5 6 7], W => block_sum::<T, C, W>(matrix, vector, out, at));
        }
        return;
    }
    while at + 32 <= stride {
        block_sum::<T, C, 32>(matrix, vector, out, at);
        at += 32;
    }
    let wide = (stride - at) / 8 * 8;
    with_width!(wide, [8 16 24], W => block_sum::<T, C, W>(matrix, vector, out, at));
    for at in at + wide..stride {
        block_sum::<T, C, 1>(matrix, vector, out, at);
    }
}

/// Where a block of packs begins, and its width.
#[inline(always)]
fn pack_span(block: usize, len: usize) -> (usize, usize) {
    let at = block * PACK_BLOCK;
    (at, if block + 1 == n_pack_blocks(len) { len - at } else { PACK_BLOCK })
}

#[inline(always)]
fn block_sum<T: Lane, C: Cell<T>, const W: usize>(matrix: &[C], vector: &[T], out: &mut [T], at: usize) {
    let stride = out.len();
    let out = &mut out[at..at + W];
    let mut sums = [C::term(T::splat(0.0)); W];
    for l in 0..W {
        sums[l] = C::term(out[l]);
    }
    for (row, &x) in matrix.chunks_exact(stride).zip(vector) {
        let (row, x) = (&row[at..at + W], C::term(x));
        for l in 0..W {
            sums[l] = row[l].add_product(x, sums[l]);
        }
    }
    for l in 0..W {
        out[l] = C::total(sums[l]);
    }
}

/// A matrix that all members share but for some rows of some blocks.
#[derive(Debug, Clone, Copy)]
pub struct Marked<'a, T> {
    /// What is shared, `[row][n]`.
    pub shared: &'a [f64],
    /// The matrices of the members, `[block of n][row][n in the block]`, so that marked rows lie together; read
    /// where marked only.
    pub own: &'a [T],
    /// Not 0 where a member's own entries differ from the shared ones, `[block of n][row]`.
    pub marks: &'a [u16],
}

/// [`accumulate`] with each member's own matrix, at the cost of a shared one where nothing is marked.
#[inline(always)]
pub fn accumulate_marked<T: Lane>(matrix: Marked<'_, T>, vector: &[T], out: &mut [T]) {
    let stride = out.len();
    for block in 0..n_pack_blocks(stride) {
        let (at, width) = pack_span(block, stride);
        let marks = &matrix.marks[block * vector.len()..][..vector.len()];
        let own = &matrix.own[at * vector.len()..][..width * vector.len()];
        let matrix = Marked { shared: matrix.shared, own, marks };
        with_width!(width, [1 2 3 4 5 6 7], W => marked_sum::<T, W>(matrix, vector, out, at));
    }
}

#[inline(always)]
fn marked_sum<T: Lane, const W: usize>(matrix: Marked<'_, T>, vector: &[T], out: &mut [T], at: usize) {
    let stride = out.len();
    let out = &mut out[at..at + W];
    let mut sums = [T::splat(0.0); W];
    sums.copy_from_slice(out);
    let rows = matrix.shared.chunks_exact(stride).zip(matrix.own.chunks_exact(W));
    for ((shared, own), (&mark, &x)) in rows.zip(matrix.marks.iter().zip(vector)) {
        if mark == 0 {
            let row = &shared[at..at + W];
            for l in 0..W {
                sums[l] = sums[l] + T::splat(row[l]) * x;
            }
        } else {
            for l in 0..W {
                sums[l] = sums[l] + own[l] * x;
            }
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
    let step = match sum {
        Sum::Columns => [n_sectors, 1],
        Sum::Rows => [1, n_sectors],
    };
    // Two results share each load of x.
    let mut pairs = out.chunks_exact_mut(2 * stride);
    for (pair, out) in pairs.by_ref().enumerate() {
        country_rows::<T, C, 2>(&matrix[2 * pair * step[0] * stride..], step, x, out);
    }
    let last = pairs.into_remainder();
    if !last.is_empty() {
        country_rows::<T, C, 1>(&matrix[(n_sectors - 1) * step[0] * stride..], step, x, last);
    }
}

/// J rows of results; `step` are the distances of their matrix rows and of the terms, in rows.
#[inline(always)]
fn country_rows<T: Lane, C: Cell<T>, const J: usize>(matrix: &[C], step: [usize; 2], x: &[T], out: &mut [T]) {
    let (stride, mut at) = (out.len() / J, 0);
    if T::WIDTH == 1 {
        while at + 16 <= stride {
            country_block::<T, C, J, 16>(matrix, step, x, out, at);
            at += 16;
        }
        if at + 8 <= stride {
            country_block::<T, C, J, 8>(matrix, step, x, out, at);
            at += 8;
        }
    }
    while at + 4 <= stride {
        country_block::<T, C, J, 4>(matrix, step, x, out, at);
        at += 4;
    }
    while at < stride {
        country_block::<T, C, J, 1>(matrix, step, x, out, at);
        at += 1;
    }
}

#[inline(always)]
fn country_block<T: Lane, C: Cell<T>, const J: usize, const W: usize>(
    matrix: &[C],
    step: [usize; 2],
    x: &[T],
    out: &mut [T],
    at: usize,
) {
    let stride = out.len() / J;
    let zero = C::term(T::splat(0.0));
    let mut sums = [[zero; W]; J];
    for j in 0..J {
        for l in 0..W {
            sums[j][l] = C::term(out[j * stride + at + l]);
        }
    }
    for (k, x) in x.chunks_exact(stride).enumerate() {
        let (x, mut narrow) = (&x[at..at + W], [zero; W]);
        for l in 0..W {
            narrow[l] = C::term(x[l]);
        }
        for j in 0..J {
            let row = &matrix[(j * step[0] + k * step[1]) * stride + at..][..W];
            for l in 0..W {
                sums[j][l] = row[l].add_product(narrow[l], sums[j][l]);
            }
        }
    }
    for j in 0..J {
        for l in 0..W {
            out[j * stride + at + l] = C::total(sums[j][l]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Marked, Sum, accumulate, accumulate_marked, by_country, n_pack_blocks, pack_block, pack_place,
    };
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
        let single: Vec<f32> = pad(s * s).iter().map(|value| *value as f32).collect();
        let (mut one, mut many) = (vec![0.0; padded], packs(&vec![0.0; n]));
        accumulate(&single, &x, &mut one);
        let single: Vec<f32> = tight(s * s).iter().map(|value| *value as f32).collect();
        accumulate(&single, &packs(&x), &mut many);
        assert!(one.iter().zip(&many).all(|(a, b)| a.to_bits() == b.lane(7).to_bits()));
    }

    /// What is marked beyond need changes no byte, so that members do not depend on their neighbours.
    #[test]
    fn marked_rows_give_the_bytes_of_the_members_own_matrices() {
        for n in [1, 3, 4, 7, 8, 13] {
            let shared: Vec<f64> = (0..n * n).map(|at| (at as f64 * 0.7).sin()).collect();
            let mut all: Vec<Pack> = shared.iter().map(|value| Pack::splat(*value)).collect();
            let mut own = all.clone();
            for (at, value) in all.iter().enumerate() {
                own[pack_place(at / n, at % n, n)] = *value;
            }
            let mut marks = vec![0; n_pack_blocks(n) * n];
            for (row, column, lane) in [(0, n - 1, 2), (n / 2, 0, 5), (n - 1, n / 2, 0)] {
                all[row * n + column].set_lane(lane, 3.5);
                own[pack_place(row, column, n)].set_lane(lane, 3.5);
                marks[pack_block(column, n) * n + row] += 1;
            }
            let x: Vec<Pack> = (0..n).map(|at| Pack::splat((at as f64).cos())).collect();
            let (mut plain, mut marked) = (vec![Pack::splat(0.1); n], vec![Pack::splat(0.1); n]);
            accumulate(&all, &x, &mut plain);
            accumulate_marked(Marked { shared: &shared, own: &own, marks: &marks }, &x, &mut marked);
            assert_eq!(plain, marked);
            marks.fill(1);
            marked.fill(Pack::splat(0.1));
            accumulate_marked(Marked { shared: &shared, own: &own, marks: &marks }, &x, &mut marked);
            assert_eq!(plain, marked);
        }
    }
}
