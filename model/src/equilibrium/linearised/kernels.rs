//! The two products that the linearised system is made of, in vectors of the machine. Both take one vector `[j][n]` or
//! several, one behind the other, which share each reading of the matrix.

use pulp::{Arch, Simd, WithSimd};

use crate::equilibrium::conditions::layout::Shape;
use crate::numerics::many_products::add_product_by_column_to_many;
use crate::numerics::products::{Sum, add_weighted_rows_to_many};

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
        let Shape { s, stride, .. } = self.shape;
        add_product_by_column_to_many(simd, self.matrix, self.sum, (stride, s), self.x, self.out);
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
        let Shape { s, stride, .. } = self.shape;
        let block = self.shape.block();
        for j in 0..s {
            let matrix = &self.matrix[self.shape.matrix(j)];
            let from = j * stride;
            let vectors = (&self.x[from..], &mut self.out[from..]);
            add_weighted_rows_to_many(simd, matrix, stride, vectors, [block, block]);
        }
    }
}
