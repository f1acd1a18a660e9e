//! The two products that the linearised system is made of, in vectors of the machine.

use pulp::{Arch, Simd, WithSimd};

use crate::equilibrium::conditions::layout::Shape;
use crate::numerics::products::{Sum, add_product_by_column, add_weighted_rows};

/// Adds every country's S x S matrix times its own vector: `out[j][n] += sum_k matrix[j][k][n] x[k][n]`, or the same
/// with its transpose.
pub fn add_by_country(shape: Shape, matrix: &[f64], sum: Sum, x: &[f64], out: &mut [f64]) {
    Arch::new().dispatch(ByCountry { shape, matrix, sum, x, out });
}

/// Adds every sector's trade matrix times its row: `out[j][a] += sum_b matrix[j][b][a] x[j][b]`.
pub fn add_by_sector(shape: Shape, matrix: &[f64], x: &[f64], out: &mut [f64]) {
    Arch::new().dispatch(BySector { shape, matrix, x, out });
}

struct ByCountry<'a> {
    shape: Shape,
    matrix: &'a [f64],
    sum: Sum,
    x: &'a [f64],
    out: &'a mut [f64],
}

impl WithSimd for ByCountry<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        add_product_by_column(simd, self.matrix, self.sum, self.shape.stride, self.x, self.out);
    }
}

struct BySector<'a> {
    shape: Shape,
    matrix: &'a [f64],
    x: &'a [f64],
    out: &'a mut [f64],
}

impl WithSimd for BySector<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Shape { n, s, .. } = self.shape;
        for j in 0..s {
            let row = self.shape.row(j);
            let matrix = &self.matrix[self.shape.matrix(j)];
            add_weighted_rows(simd, matrix, &self.x[row.clone()][..n], &mut self.out[row]);
        }
    }
}
