//! Functions of symmetric matrices that always terminate.
//!
//! The library's iterations are unbounded and do not terminate if an entry is not finite. Here such a matrix gives NaN,
//! which the fit reports as an overflow.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// Iterations for each row of a matrix; two or three are usual.
const ITERATIONS_PER_ROW: usize = 100;

/// Eigenvalues and vectors; `None` if an entry is not finite or the iteration does not end.
#[must_use]
pub fn eigen(matrix: DMatrix<f64>) -> Option<SymmetricEigen<f64, nalgebra::Dyn>> {
    let k = matrix.nrows();
    if k == 0 {
        return Some(SymmetricEigen { eigenvectors: DMatrix::zeros(0, 0), eigenvalues: DVector::zeros(0) });
    }
    if matrix.iter().any(|value| !value.is_finite()) {
        return None;
    }
    SymmetricEigen::try_new(matrix, f64::EPSILON, ITERATIONS_PER_ROW * (k + 10))
}

/// `Q f(L) Q'` for a matrix `Q L Q'`; NaN if [`eigen`] returns `None`.
#[must_use]
pub fn function(matrix: DMatrix<f64>, f: impl Fn(f64) -> f64) -> DMatrix<f64> {
    let k = matrix.nrows();
    match eigen(matrix) {
        Some(eigen) => {
            let values = DMatrix::from_diagonal(&eigen.eigenvalues.map(f));
            &eigen.eigenvectors * values * eigen.eigenvectors.transpose()
        }
        None => DMatrix::from_element(k, k, f64::NAN),
    }
}

/// Moore-Penrose inverse of a positive semi-definite matrix; eigenvalues below `relative` times the largest
/// count as zero.
#[must_use]
pub fn pseudo_inverse(matrix: &DMatrix<f64>, relative: f64) -> DMatrix<f64> {
    let k = matrix.nrows();
    let Some(eigen) = eigen(matrix.clone()) else { return DMatrix::from_element(k, k, f64::NAN) };
    let least = relative * if k == 0 { 0.0 } else { eigen.eigenvalues.amax() };
    let values = eigen.eigenvalues.map(|value| if value > least { 1.0 / value } else { 0.0 });
    &eigen.eigenvectors * DMatrix::from_diagonal(&values) * eigen.eigenvectors.transpose()
}

#[cfg(test)]
mod tests {
    use super::{eigen, function, pseudo_inverse};
    use nalgebra::DMatrix;

    #[test]
    fn numbers_that_are_not_finite_give_no_answer_and_no_loop() {
        for bad in [f64::NAN, f64::INFINITY] {
            let matrix = DMatrix::from_row_slice(2, 2, &[1.0, bad, bad, 1.0]);
            assert!(eigen(matrix.clone()).is_none());
            assert!(pseudo_inverse(&matrix, 1e-12).iter().all(|value| value.is_nan()));
        }
        let huge = DMatrix::from_row_slice(2, 2, &[1e308, 1e308, 1e308, -1e308]);
        assert_eq!(function(huge, f64::abs).nrows(), 2);
    }

    #[test]
    fn a_singular_matrix_has_its_pseudo_inverse() {
        let matrix = DMatrix::from_row_slice(2, 2, &[2.0, 2.0, 2.0, 2.0]);
        let inverse = pseudo_inverse(&matrix, 1e-12);
        assert!(inverse.iter().all(|value| (value - 0.125).abs() < 1e-14));
    }
}
