//! Sums over rows in fixed chunks, so that they do not depend on the threads.

use nalgebra::{DMatrix, DVector};

use tradepath_base::numerics::cholesky::dot;
use tradepath_base::numerics::parallel;
use tradepath_base::numerics::vectors::vectorised;

/// Rows of one task; bounds depend on the data alone.
const CHUNK: usize = 16_384;
/// Rows that go through the first cache together.
const TILE: usize = 1_024;

/// Sum of a row function in fixed chunks.
pub fn sum_rows(n: usize, value: impl Fn(usize) -> f64 + Sync) -> f64 {
    let chunk = |at: usize| (at * CHUNK..((at + 1) * CHUNK).min(n)).map(&value).sum::<f64>();
    parallel::map(n.div_ceil(CHUNK), chunk).iter().sum()
}

/// `X' W X` of the columns and `X' W c`.
#[must_use]
pub fn normal_equations(x: &[Vec<f64>], c: &[f64], w: &[f64]) -> (DMatrix<f64>, DVector<f64>) {
    let k = x.len();
    let part = |at: usize| {
        let mut sums = vec![0.0; k * (k + 1)];
        let (start, end) = (at * CHUNK, ((at + 1) * CHUNK).min(c.len()));
        vectorised(
            #[inline(always)]
            || {
                let mut scaled = Vec::with_capacity(TILE);
                for first in (start..end).step_by(TILE) {
                    let rows = first..(first + TILE).min(end);
                    for a in 0..k {
                        scaled.clear();
                        scaled.extend(w[rows.clone()].iter().zip(&x[a][rows.clone()]).map(|(w, x)| w * x));
                        for b in 0..=a {
                            sums[a * (k + 1) + b] += dot(&scaled, &x[b][rows.clone()]);
                        }
                        sums[a * (k + 1) + k] += dot(&scaled, &c[rows.clone()]);
                    }
                }
            },
        );
        sums
    };
    let parts = parallel::map(c.len().div_ceil(CHUNK), part);
    let sum = |at: usize| parts.iter().map(|part| part[at]).sum::<f64>();
    let gram = DMatrix::from_fn(k, k, |a, b| sum(a.max(b) * (k + 1) + a.min(b)));
    (gram, DVector::from_fn(k, |a, _| sum(a * (k + 1) + k)))
}
