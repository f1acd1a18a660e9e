//! Linear systems whose matrix is known by its products: GMRES, restarted (Saad & Schultz 1986).
//!
//! Hand-written: the least-squares problem of a cycle is solved by `nalgebra`, and the rest is a basis.

use nalgebra::{DMatrix, DVector};

use super::linear::Accuracy;
use crate::numerics::dense::least_squares;

/// Vectors of a cycle, and cycles, where a system is solved to rounding.
const FULL: (usize, usize) = (60, 20);
/// Residual that counts as rounding, relative to the right-hand side.
const ROUNDING: f64 = 1e-15;
/// What is left of a product outside the space, relative to the product, that counts as nothing.
const CLOSED: f64 = 1e-14;

/// Solves `matrix x = right`; `apply` is the product with the matrix. NaN where the matrix has no numbers.
pub fn solve(right: &[f64], accuracy: Accuracy, apply: &dyn Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    let right = DVector::from_column_slice(right);
    let (memory, cycles) = match accuracy {
        Accuracy::Rounds(rounds) => (rounds, 1),
        Accuracy::Within(_) | Accuracy::Full => FULL,
    };
    let product = |x: &DVector<f64>| DVector::from_vec(apply(x.as_slice()));
    let mut x = DVector::zeros(right.len());
    let (mut residual, mut last) = (right.clone(), f64::INFINITY);
    for cycle in 0..cycles {
        let size = residual.norm();
        // Stops at rounding, or where rounding keeps it from falling further.
        if size <= ROUNDING * right.norm() || size >= 0.5 * last || !size.is_finite() {
            break;
        }
        last = size;
        x += step(&residual, memory, &product);
        if cycle + 1 < cycles {
            residual = &right - product(&x);
        }
    }
    x.as_slice().to_vec()
}

/// The step of one cycle: least residual over the space that the products of `residual` span.
fn step(
    residual: &DVector<f64>,
    memory: usize,
    product: &dyn Fn(&DVector<f64>) -> DVector<f64>,
) -> DVector<f64> {
    let size = residual.norm();
    let mut basis = vec![residual / size];
    let mut projected = DMatrix::zeros(memory + 1, memory);
    let mut used = 0;
    while used < memory {
        let k = used;
        let mut next = product(&basis[k]);
        let whole = next.norm();
        for (row, vector) in basis.iter().enumerate() {
            let along = vector.dot(&next);
            projected[(row, k)] = along;
            next.axpy(-along, vector, 1.0);
        }
        let left = next.norm();
        projected[(k + 1, k)] = left;
        used += 1;
        // A product inside the space: the space holds the solution.
        if left <= CLOSED * whole || !left.is_finite() {
            break;
        }
        basis.push(next / left);
    }
    let mut goal = DVector::zeros(used + 1);
    goal[0] = size;
    let projected = projected.view((0, 0), (used + 1, used)).into_owned();
    if projected.iter().any(|value| !value.is_finite()) {
        return DVector::from_element(residual.len(), f64::NAN);
    }
    let weights = least_squares(projected, &goal, [0.0, ROUNDING]).unwrap_or_else(|| DVector::zeros(used));
    let parts = basis.iter().zip(weights.iter());
    parts.fold(DVector::zeros(residual.len()), |sum, (vector, weight)| sum + vector * *weight)
}

#[cfg(test)]
mod tests {
    use super::solve;
    use crate::equilibrium::linearised::linear::Accuracy;

    #[test]
    fn a_system_that_plain_rounds_do_not_solve() {
        // I - M with eigenvalues of M of 3, -2 and 0.5: rounds diverge.
        let apply = |x: &[f64]| vec![-2.0 * x[0] + x[1], 3.0 * x[1], 0.5 * x[2]];
        let x = solve(&[1.0, 6.0, 1.0], Accuracy::Full, &apply);
        let error = x.iter().zip([0.5, 2.0, 2.0]).map(|(x, known)| (x - known).abs()).fold(0.0, f64::max);
        assert!(error < 1e-13, "{x:?}");
    }
}
