//! Dense Cholesky factors of matrices that may be singular, row by row.

use rayon::prelude::*;

/// Pivots below this part of their diagonal entry are read as zero.
const PIVOT_TOLERANCE: f64 = 1e-11;

/// A generalised inverse (row-major, whole matrix) of a positive semi-definite matrix.
///
/// Places whose pivot vanishes have zero rows and columns. Cost: `size^3` multiplications.
#[must_use]
pub fn generalised_inverse(mut s: Vec<f64>, size: usize) -> Vec<f64> {
    let pinned = factor(&mut s, size);
    let mut inverse = vec![0.0; size * size];
    inverse.par_chunks_mut(size.max(1)).enumerate().filter(|(at, _)| !pinned.contains(at)).for_each(
        |(at, column)| {
            column[at] = 1.0;
            substitute(&s, column);
            pinned.iter().for_each(|&place| column[place] = 0.0);
        },
    );
    inverse
}

/// Cholesky factor in place of a positive semi-definite matrix; only the lower triangle is read and written.
///
/// A vanishing pivot is decoupled from the rest and becomes the square root of its diagonal entry; the
/// places where that happened are answered. Cost: `size^3 / 6` multiplications.
pub fn factor(s: &mut [f64], size: usize) -> Vec<usize> {
    let mut is_pinned = vec![false; size];
    for i in 0..size {
        let (done, rest) = s.split_at_mut(i * size);
        let row = &mut rest[..=i];
        let diagonal = row[i];
        for j in 0..i {
            let other = &done[j * size..j * size + j + 1];
            let value = row[j] - dot(&row[..j], &other[..j]);
            row[j] = if is_pinned[j] { 0.0 } else { value / other[j] };
        }
        let pivot = diagonal - dot(&row[..i], &row[..i]);
        if pivot > PIVOT_TOLERANCE * diagonal {
            row[i] = pivot.sqrt();
        } else {
            row[..i].fill(0.0);
            row[i] = diagonal.max(f64::MIN_POSITIVE).sqrt();
            is_pinned[i] = true;
        }
    }
    (0..size).filter(|&i| is_pinned[i]).collect()
}

/// Solves `L L' x = b` in place.
pub fn substitute(factor: &[f64], x: &mut [f64]) {
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
}

/// Inner product in eight independent sums, which the compiler turns into vector instructions.
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
