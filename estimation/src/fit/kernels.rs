//! Loops over rows that compile to vector instructions.

use tradepath_base::numerics::elementary::ln;
use tradepath_base::numerics::parallel;
use tradepath_base::numerics::vectors::vectorised;

/// Rows whose logarithms are taken together.
const LOGARITHMS: usize = 16_384;

/// Adds the columns of each row to the level it belongs to; `out` holds the columns side by side.
#[inline(always)]
pub fn scatter(columns: &[Vec<f64>], index: &[u32], out: &mut [f64]) {
    let width = columns.len();
    for (batch, columns) in columns.chunks(4).enumerate() {
        let first = batch * 4;
        match columns {
            [a] => scatter_batch([a], index, out, (first, width)),
            [a, b] => scatter_batch([a, b], index, out, (first, width)),
            [a, b, c] => scatter_batch([a, b, c], index, out, (first, width)),
            [a, b, c, d, ..] => scatter_batch([a, b, c, d], index, out, (first, width)),
            [] => {}
        }
    }
}

#[inline(always)]
fn scatter_batch<const B: usize>(
    columns: [&Vec<f64>; B],
    index: &[u32],
    out: &mut [f64],
    (first, width): (usize, usize),
) {
    let columns = columns.map(|column| &column[..index.len()]);
    for (row, &at) in index.iter().enumerate() {
        let start = at as usize * width + first;
        let slot = &mut out[start..start + B];
        for k in 0..B {
            slot[k] += columns[k][row];
        }
    }
}

/// Sum in eight independent parts, which the compiler turns into vector instructions.
#[inline(always)]
pub fn total(values: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let chunks = values.chunks_exact(8);
    let tail: f64 = chunks.remainder().iter().sum();
    for chunk in chunks {
        for k in 0..8 {
            sums[k] += chunk[k];
        }
    }
    sums.iter().sum::<f64>() + tail
}

/// `ln y`, 0 where `y` is.
pub fn logarithms(y: &[f64]) -> Vec<f64> {
    let mut logarithms = vec![0.0; y.len()];
    let parts: Vec<_> = logarithms.chunks_mut(LOGARITHMS).zip(y.chunks(LOGARITHMS)).collect();
    parallel::map_parts(parts, |_, (out, y)| {
        vectorised(
            #[inline(always)]
            || {
                for (out, &y) in out.iter_mut().zip(y) {
                    *out = if y > 0.0 { ln(y.max(f64::MIN_POSITIVE)) } else { 0.0 };
                }
            },
        );
    });
    logarithms
}
