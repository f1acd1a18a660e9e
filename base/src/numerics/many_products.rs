//! Products of each column's own matrix with many vectors at once.
//!
//! A number of the matrix that has been loaded serves several vectors, whose sums stand in registers: one vector alone
//! spends its time on loads. The sums are those of one vector alone, to the last bit: the order of terms is the same.

use pulp::Simd;

use super::products::{Sum, add_product_by_column};
use super::vectors::Number;

/// Vectors that share a load of the matrix.
const SHARED: usize = 4;
/// Rows of results that share a load of a vector.
const ROWS: usize = 3;

/// Runs a tile with its size as a constant, so that its sums stay in registers.
macro_rules! with_size {
    ($size:expr, [$($n:literal)*], $name:ident => $run:expr) => {
        match $size {
            $($n => {
                const $name: usize = $n;
                $run;
            })*
            _ => {}
        }
    };
}

/// As [`add_product_by_column`] for many vectors, one behind the other in `x` and `out`, with S x S matrices.
#[inline(always)]
pub fn add_product_by_column_to_many<S: Simd>(
    simd: S,
    matrix: &[f64],
    sum: Sum,
    (stride, n_rows): (usize, usize),
    x: &[f64],
    out: &mut [f64],
) {
    let block = n_rows * stride;
    // One vector has nothing to share; with few rows there is too little to keep in registers.
    if x.len() <= block || n_rows < ROWS {
        let each = x.chunks_exact(block).zip(out.chunks_exact_mut(block));
        for (x, out) in each {
            add_product_by_column(simd, matrix, sum, stride, x, out);
        }
        return;
    }
    let length = stride / <f64 as Number>::lanes::<S>();
    let [to_row, to_term] = sum.steps(n_rows, n_rows, length);
    let tile = ColumnTile { matrix: <f64 as Number>::vectors::<S>(matrix), length, n_rows, to_row, to_term };
    let x = <f64 as Number>::vectors::<S>(x);
    let out = <f64 as Number>::vectors_mut::<S>(out);
    let (block, many) = (n_rows * length, x.len() / (n_rows * length));
    for j in (0..n_rows).step_by(ROWS) {
        let rows = (n_rows - j).min(ROWS);
        for at in 0..length {
            for first in (0..many).step_by(SHARED) {
                let shared = (many - first).min(SHARED);
                let (x, out) = (&x[first * block..], &mut out[first * block..]);
                with_size!(shared, [1 2 3 4], V => {
                    with_size!(rows, [1 2 3], J => tile.add::<S, V, J>(simd, (j, at), x, out))
                });
            }
        }
    }
}

/// S x S matrices of columns, in vectors of the machine.
struct ColumnTile<'a, T> {
    matrix: &'a [T],
    /// Vectors of a row of columns.
    length: usize,
    n_rows: usize,
    /// Distances between the rows of two results, and between those of two terms.
    to_row: usize,
    to_term: usize,
}

impl<T: Copy> ColumnTile<'_, T> {
    /// Adds to J rows of V vectors from row `j` on, in the columns `at`.
    #[inline(always)]
    fn add<S: Simd<f64s = T>, const V: usize, const J: usize>(
        &self,
        simd: S,
        (j, at): (usize, usize),
        x: &[T],
        out: &mut [T],
    ) {
        let Self { length, n_rows, to_row, to_term, .. } = *self;
        let block = n_rows * length;
        let place = |v: usize, row: usize| v * block + (j + row) * length + at;
        // Plain loops throughout: a closure for `array::from_fn` is not always inlined, and then runs without vectors.
        let mut sums = [[simd.splat_f64s(0.0); J]; V];
        let (mut rows, mut terms) = ([self.matrix; J], [x; V]);
        // All of one length, so that one look at it covers the whole sum.
        for (row, of_row) in rows.iter_mut().enumerate() {
            *of_row = &self.matrix[(j + row) * to_row + at..][..(n_rows - 1) * to_term + 1];
        }
        for v in 0..V {
            terms[v] = &x[v * block + at..][..(n_rows - 1) * length + 1];
            for row in 0..J {
                sums[v][row] = out[place(v, row)];
            }
        }
        for k in 0..n_rows {
            let mut loaded = [simd.splat_f64s(0.0); J];
            for row in 0..J {
                loaded[row] = rows[row][k * to_term];
            }
            for v in 0..V {
                let x = terms[v][k * length];
                for row in 0..J {
                    sums[v][row] = simd.mul_add_f64s(loaded[row], x, sums[v][row]);
                }
            }
        }
        for v in 0..V {
            for row in 0..J {
                out[place(v, row)] = sums[v][row];
            }
        }
    }
}
