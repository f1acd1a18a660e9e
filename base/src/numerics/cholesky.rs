//! Dense Cholesky factors of matrices that may be singular, row by row.
//!
//! Same bytes at every vector width: sums run in the order of their index in fixed accumulators and multiply
//! and add are never fused.
//!
//! Not `faer` (0.24, tried on one core): it is faster, 0.3 against 0.9 ms at 300 rows and 75 against 150 ms at 2,000,
//! but it fuses and takes the widest vectors at hand, so that estimates would depend on the machine; and it replaces
//! a pivot that vanishes by a number, where the callers here must know which rows are decoupled.

use super::parallel;
use super::vectors::vectorised;

/// Pivots below this part of their diagonal entry are read as zero.
const PIVOT_TOLERANCE: f64 = 1e-11;
/// Columns that are factored before the rest is brought up to date.
const PANEL: usize = 16;
/// Columns of one packed strip; the inner kernel makes `HALF x STRIP` entries at once.
const STRIP: usize = 8;
const HALF: usize = 4;

/// A generalised inverse (row-major, whole matrix) of a positive semi-definite matrix.
///
/// Places whose pivot vanishes have zero rows and columns. Cost: `size^3` multiplications.
#[must_use]
pub fn generalised_inverse(mut s: Vec<f64>, size: usize) -> Vec<f64> {
    let pinned = factor(&mut s, size);
    let mut inverse = vec![0.0; size * size];
    let columns: Vec<(usize, &mut [f64])> =
        inverse.chunks_mut(size.max(1)).enumerate().filter(|(at, _)| !pinned.contains(at)).collect();
    parallel::map_parts(columns, |_, (at, column)| {
        column[at] = 1.0;
        substitute(&s, column);
        pinned.iter().for_each(|&place| column[place] = 0.0);
    });
    inverse
}

/// Cholesky factor in place of a positive semi-definite matrix; only the lower triangle is read and written.
///
/// A vanishing pivot is decoupled from the rest and becomes the square root of its diagonal entry; the
/// places where that happened are answered. Cost: `size^3 / 6` multiplications.
pub fn factor(s: &mut [f64], size: usize) -> Vec<usize> {
    vectorised(
        #[inline(always)]
        || factor_panels(s, size),
    )
}

#[inline(always)]
fn factor_panels(s: &mut [f64], size: usize) -> Vec<usize> {
    let diagonal: Vec<f64> = (0..size).map(|i| s[i * size + i]).collect();
    let mut pinned = Vec::new();
    let mut strips = Strips::default();
    for first in (0..size).step_by(PANEL) {
        let end = (first + PANEL).min(size);
        for i in first..size {
            let (done, rest) = s.split_at_mut(i * size);
            let row = &mut rest[..=i];
            for j in first..end.min(i) {
                let other = &done[j * size..=j * size + j];
                let value = row[j] - short_dot(&row[first..j], &other[first..j]);
                row[j] = if pinned.contains(&j) { 0.0 } else { value / other[j] };
            }
            if i >= end {
                continue;
            }
            let pivot = row[i] - short_dot(&row[first..i], &row[first..i]);
            if pivot > PIVOT_TOLERANCE * diagonal[i] {
                row[i] = pivot.sqrt();
            } else {
                row[..i].fill(0.0);
                row[i] = diagonal[i].max(f64::MIN_POSITIVE).sqrt();
                pinned.push(i);
            }
        }
        strips.reset(end - first, size - end);
        for i in end..size {
            strips.set_column(i - end, &s[i * size + first..i * size + end]);
        }
        subtract_gram(s, size, end, &strips);
    }
    pinned
}

/// Inner product of two short vectors, in the order of the index.
#[inline(always)]
fn short_dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (a_chunks, b_chunks) = (a.chunks_exact(4), b.chunks_exact(4));
    let tail: f64 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for k in 0..4 {
            sums[k] += a[k] * b[k];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + tail
}

/// Vectors `b_g` of equal length, packed for [`subtract`]: strips of eight entries, all vectors of a strip
/// after each other.
#[derive(Debug, Default)]
pub struct Strips {
    n_vectors: usize,
    length: usize,
    cells: Vec<[f64; STRIP]>,
}

impl Strips {
    /// `n_vectors` vectors of zeros.
    pub fn reset(&mut self, n_vectors: usize, length: usize) {
        (self.n_vectors, self.length) = (n_vectors, length);
        self.cells.clear();
        self.cells.resize(n_vectors * length.div_ceil(STRIP), [0.0; STRIP]);
    }

    /// Adds to entry `at` of vector `vector`.
    #[inline]
    pub fn add(&mut self, vector: usize, at: usize, value: f64) {
        self.cells[at / STRIP * self.n_vectors + vector][at % STRIP] += value;
    }

    /// Multiplies vector `vector` by a factor.
    pub fn scale(&mut self, vector: usize, factor: f64) {
        for strip in 0..self.length.div_ceil(STRIP) {
            self.cells[strip * self.n_vectors + vector].iter_mut().for_each(|value| *value *= factor);
        }
    }

    /// Sets entry `at` of every vector.
    #[inline(always)]
    fn set_column(&mut self, at: usize, values: &[f64]) {
        let strip = &mut self.cells[at / STRIP * self.n_vectors..][..self.n_vectors];
        strip.iter_mut().zip(values).for_each(|(cell, value)| cell[at % STRIP] = *value);
    }

    fn strip(&self, at: usize) -> &[[f64; STRIP]] {
        &self.cells[at * self.n_vectors..(at + 1) * self.n_vectors]
    }
}

/// `s -= sum_g b_g b_g'` on the lower triangle of `s`, whose rows have the length of the vectors.
pub fn subtract(s: &mut [f64], strips: &Strips) {
    vectorised(
        #[inline(always)]
        || subtract_gram(s, strips.length, 0, strips),
    );
}

/// As [`subtract`], on rows and columns `first..` of `s` with rows of length `size`.
#[inline(always)]
fn subtract_gram(s: &mut [f64], size: usize, first: usize, strips: &Strips) {
    for a in 0..strips.length.div_ceil(STRIP) {
        for half in 0..STRIP / HALF {
            let row = a * STRIP + half * HALF;
            if row >= strips.length {
                break;
            }
            for b in 0..=a {
                let sums = tile(strips.strip(a), half * HALF, strips.strip(b));
                for (k, sums) in sums.iter().enumerate().take(strips.length - row) {
                    let end = (b * STRIP + STRIP).min(row + k + 1);
                    let start = (first + row + k) * size + first;
                    let target = &mut s[start + b * STRIP..start + end.max(b * STRIP)];
                    target.iter_mut().zip(sums).for_each(|(value, sum)| *value -= sum);
                }
            }
        }
    }
}

/// `sum_g a_g[offset..offset + 4] b_g'` of two strips.
#[inline(always)]
fn tile(a: &[[f64; STRIP]], offset: usize, b: &[[f64; STRIP]]) -> [[f64; STRIP]; HALF] {
    let mut sums = [[0.0; STRIP]; HALF];
    for (a, b) in a.iter().zip(b) {
        for k in 0..HALF {
            let factor = a[offset + k];
            for l in 0..STRIP {
                sums[k][l] += factor * b[l];
            }
        }
    }
    sums
}

/// Solves `L L' x = b` in place.
pub fn substitute(factor: &[f64], x: &mut [f64]) {
    vectorised(
        #[inline(always)]
        || {
            let size = x.len();
            for i in 0..size {
                let row = &factor[i * size..=i * size + i];
                x[i] = (x[i] - dot(&row[..i], &x[..i])) / row[i];
            }
            for i in (0..size).rev() {
                let row = &factor[i * size..=i * size + i];
                x[i] /= row[i];
                let value = x[i];
                x[..i].iter_mut().zip(row).for_each(|(x, l)| *x -= value * l);
            }
        },
    );
}

/// Inner product in eight independent sums, which the compiler turns into vector instructions.
#[inline(always)]
#[must_use]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let tail: f64 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for k in 0..8 {
            sums[k] += a[k] * b[k];
        }
    }
    sums.iter().sum::<f64>() + tail
}

#[cfg(test)]
mod tests {
    use super::{factor, generalised_inverse, substitute};

    #[test]
    fn solves_a_small_system() {
        let mut s = vec![4.0, 0.0, 2.0, 3.0];
        assert!(factor(&mut s, 2).is_empty());
        let mut x = vec![8.0, 7.0];
        substitute(&s, &mut x);
        assert!((x[0] - 1.25).abs() < 1e-14 && (x[1] - 1.5).abs() < 1e-14);
    }

    /// Several panels, a size that no width divides, and a zero pivot.
    #[test]
    fn solves_a_singular_system_of_several_panels() {
        let size = 53;
        let vector = |g: usize, at: usize| {
            if at % 31 == 30 {
                0.0
            } else {
                ((g * g * 37 + at * at * at * 101 + g * at * 17) % 97) as f64 / 97.0 - 0.4
            }
        };
        let mut s = vec![0.0; size * size];
        for (at, value) in s.iter_mut().enumerate() {
            *value = (0..80).map(|g| vector(g, at / size) * vector(g, at % size)).sum();
        }
        let x: Vec<f64> = (0..size).map(|at| if at % 31 == 30 { 0.0 } else { at as f64 - 20.0 }).collect();
        let mut b: Vec<f64> =
            (0..size).map(|i| (0..size).map(|j| s[i * size + j] * x[j]).sum::<f64>()).collect();
        assert_eq!(factor(&mut s, size), vec![30]);
        substitute(&s, &mut b);
        b[30] = 0.0;
        assert!(b.iter().zip(&x).all(|(b, x)| (b - x).abs() < 1e-8), "{b:?}");
    }

    #[test]
    fn a_laplacian_has_a_generalised_inverse() {
        let laplacian = vec![2.0, -1.0, -1.0, -1.0, 2.0, -1.0, -1.0, -1.0, 2.0];
        let inverse = generalised_inverse(laplacian.clone(), 3);
        for i in 0..3 {
            for j in 0..3 {
                let product: f64 = (0..9)
                    .map(|k| {
                        laplacian[3 * i + k / 3] * inverse[3 * (k / 3) + k % 3] * laplacian[3 * (k % 3) + j]
                    })
                    .sum();
                assert!((product - laplacian[3 * i + j]).abs() < 1e-12);
            }
        }
    }
}
