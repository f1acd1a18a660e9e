//! Anderson acceleration of a fixed-point iteration `x <- g(x)` (Walker & Ni 2011, type II).

use nalgebra::{DMatrix, DVector};

/// History of the last iterates; proposes the next point.
#[derive(Debug)]
pub struct Anderson {
    memory: usize,
    last: Option<(DVector<f64>, DVector<f64>)>,
    dx: Vec<DVector<f64>>,
    df: Vec<DVector<f64>>,
}

impl Anderson {
    /// Keeps `memory` differences; 0 gives the plain iteration.
    #[must_use]
    pub fn new(memory: usize) -> Self {
        Self { memory, last: None, dx: Vec::new(), df: Vec::new() }
    }

    /// The next point after `x` with step `f = g(x) - x`.
    pub fn next(&mut self, x: &DVector<f64>, f: &DVector<f64>) -> DVector<f64> {
        if let Some((x_old, f_old)) = self.last.take() {
            self.dx.push(x - x_old);
            self.df.push(f - f_old);
            if self.dx.len() > self.memory {
                self.dx.remove(0);
                self.df.remove(0);
            }
        }
        self.last = Some((x.clone(), f.clone()));
        let plain = x + f;
        if self.df.is_empty() {
            return plain;
        }
        let differences = DMatrix::from_columns(&self.df);
        let Ok(weights) = differences.clone().svd(true, true).solve(f, 1e-12) else { return plain };
        let steps = DMatrix::from_columns(&self.dx);
        plain - (steps + differences) * weights
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, DVector};

    use super::Anderson;

    #[test]
    fn a_linear_map_of_two_unknowns_is_solved_in_a_few_steps() {
        let a = DMatrix::from_row_slice(2, 2, &[0.9, 0.3, -0.2, 0.8]);
        let b = DVector::from_vec(vec![1.0, 2.0]);
        let exact = (DMatrix::identity(2, 2) - &a).lu().solve(&b).unwrap();
        let (mut x, mut anderson) = (DVector::zeros(2), Anderson::new(3));
        for _ in 0..5 {
            let f = &a * &x + &b - &x;
            x = anderson.next(&x, &f);
        }
        assert!((x - exact).amax() < 1e-9);
    }
}
