//! Chebyshev nodes on [0, 1], their differentiation matrix and Clenshaw-Curtis weights.
//!
//! Source: Trefethen, Spectral Methods in MATLAB (2000), chapters 6 and 12.

use nalgebra::{DMatrix, DVector};

use super::dense::Factors;

/// Nodes, differentiation and integration on [0, 1]; exact for polynomials of degree `n`.
#[derive(Debug)]
pub struct Chebyshev {
    /// `n + 1` nodes from 0 to 1.
    pub nodes: Vec<f64>,
    /// `derivative = differentiate * values`.
    pub differentiate: DMatrix<f64>,
    /// `integral = weights . values`.
    pub weights: DVector<f64>,
}

impl Chebyshev {
    /// Nodes of degree `n` (at least 2).
    #[must_use]
    pub fn new(n: usize) -> Self {
        let nodes: Vec<f64> =
            (0..=n).map(|k| 0.5 - 0.5 * (std::f64::consts::PI * k as f64 / n as f64).cos()).collect();
        let end_weight = |k: usize| if k == 0 || k == n { 2.0 } else { 1.0 };
        let sign = |k: usize| if k.is_multiple_of(2) { 1.0 } else { -1.0 };
        let mut differentiate = DMatrix::zeros(n + 1, n + 1);
        for row in 0..=n {
            for column in (0..=n).filter(|&column| column != row) {
                differentiate[(row, column)] = end_weight(row) * sign(row) * sign(column)
                    / (end_weight(column) * (nodes[row] - nodes[column]));
            }
            let off_diagonal: f64 = differentiate.row(row).sum();
            differentiate[(row, row)] = -off_diagonal;
        }
        // The weights integrate every power up to n exactly: a transposed Vandermonde system in
        // Chebyshev polynomials, whose moments on [-1, 1] are 2 / (1 - k^2) for even k.
        let polynomials =
            DMatrix::from_fn(n + 1, n + 1, |k, node| (k as f64 * (2.0 * nodes[node] - 1.0).acos()).cos());
        let moments =
            DVector::from_fn(n + 1, |k, _| if k % 2 == 1 { 0.0 } else { 1.0 / (1.0 - (k * k) as f64) });
        let weights = Factors::of(polynomials)
            .solve(&moments)
            .expect("Chebyshev polynomials are independent on these nodes");
        Self { nodes, differentiate, weights }
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::DVector;

    use super::Chebyshev;

    #[test]
    fn a_smooth_function_is_differentiated_and_integrated_to_rounding() {
        let grid = Chebyshev::new(12);
        let values = DVector::from_iterator(13, grid.nodes.iter().map(|x| x.exp()));
        let slope = &grid.differentiate * &values;
        assert!((slope - &values).amax() < 1e-10);
        assert!((grid.weights.dot(&values) - (1f64.exp() - 1.0)).abs() < 1e-13);
    }
}
