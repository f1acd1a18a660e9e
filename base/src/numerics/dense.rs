//! Small dense systems of linear equations, by `nalgebra`.
//!
//! Its decompositions are generic in the kind of matrix; here they are compiled once for all crates.

use nalgebra::{DMatrix, DVector, Dyn, LU};

/// A square matrix taken apart, for many right sides.
#[derive(Debug, Clone)]
pub struct Factors(LU<f64, Dyn, Dyn>);

impl Factors {
    /// Takes a square matrix apart by Gaussian elimination with partial pivoting.
    #[must_use]
    pub fn of(matrix: DMatrix<f64>) -> Self {
        Self(matrix.lu())
    }

    /// `x` of `A x = right`; `None` if the matrix is singular.
    #[must_use]
    pub fn solve(&self, right: &DVector<f64>) -> Option<DVector<f64>> {
        self.0.solve(right)
    }
}

/// The inverse of a square matrix; `None` if it is singular.
#[must_use]
pub fn inverse(matrix: DMatrix<f64>) -> Option<DMatrix<f64>> {
    matrix.try_inverse()
}

/// The shortest `x` that minimises `|A x - right|`, by singular values. Those below the larger of `relative` times the
/// largest and `absolute` count as zero.
///
/// `None` if the singular values are not found; a matrix with a value that is not finite is never done.
#[must_use]
pub fn least_squares(
    matrix: DMatrix<f64>,
    right: &DVector<f64>,
    [relative, absolute]: [f64; 2],
) -> Option<DVector<f64>> {
    let decomposed = matrix.svd(true, true);
    let least = (relative * decomposed.singular_values.amax()).max(absolute);
    decomposed.solve(right, least).ok()
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, DVector};

    use super::{Factors, inverse, least_squares};

    #[test]
    fn a_system_is_solved_three_ways() {
        let matrix = DMatrix::from_row_slice(3, 3, &[4.0, 1.0, 0.0, -1.0, 3.0, 2.0, 0.5, 0.0, 2.0]);
        let x = DVector::from_column_slice(&[1.0, -2.0, 3.0]);
        let right = &matrix * &x;
        let of_factors = Factors::of(matrix.clone()).solve(&right).unwrap();
        let of_inverse = inverse(matrix.clone()).unwrap() * &right;
        let of_squares = least_squares(matrix, &right, [1e-12, 0.0]).unwrap();
        for found in [of_factors, of_inverse, of_squares] {
            assert!((found - &x).amax() < 1e-14);
        }
    }

    #[test]
    fn a_singular_matrix_has_no_inverse_but_a_shortest_solution() {
        let matrix = DMatrix::from_row_slice(2, 2, &[1.0, 1.0, 1.0, 1.0]);
        let right = DVector::from_column_slice(&[2.0, 4.0]);
        assert!(inverse(matrix.clone()).is_none());
        assert!(Factors::of(matrix.clone()).solve(&right).is_none());
        let shortest = least_squares(matrix, &right, [1e-12, 0.0]).unwrap();
        assert!((shortest - DVector::from_column_slice(&[1.5, 1.5])).amax() < 1e-14);
    }
}
