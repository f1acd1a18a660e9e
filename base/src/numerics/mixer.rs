//! Anderson mixing of a fixed-point iteration of few unknowns, in double precision (Walker & Ni 2011, type II).
//!
//! Hand-written: the least-squares problem is solved by `nalgebra`, and the rest is the history of the iterates.

use std::collections::VecDeque;

use nalgebra::{DMatrix, DVector};

use super::dense::least_squares;

/// Singular values below this share of the largest are dropped.
const RANK: f64 = 1e-10;

/// A step, and the point to which it leads.
type Iterate = (DVector<f64>, DVector<f64>);

/// History of the last iterates.
#[derive(Debug)]
pub struct Mixer {
    memory: usize,
    last: Option<Iterate>,
    /// Differences of steps, and of the points to which they lead, newest first.
    df: VecDeque<DVector<f64>>,
    dg: VecDeque<DVector<f64>>,
}

impl Mixer {
    /// Remembers `memory` differences.
    #[must_use]
    pub fn new(memory: usize) -> Self {
        Self { memory, last: None, df: VecDeque::new(), dg: VecDeque::new() }
    }

    /// The next point after `at`, whose step is `step`.
    pub fn next(&mut self, at: &[f64], step: &[f64]) -> Vec<f64> {
        let f = DVector::from_column_slice(step);
        let g = DVector::from_column_slice(at) + &f;
        if g.iter().any(|value| !value.is_finite()) {
            // The decomposition below never ends on NaN; the caller sees it in the point itself.
            return g.as_slice().to_vec();
        }
        if let Some((f_old, g_old)) = self.last.replace((f.clone(), g.clone())) {
            self.df.push_front(&f - f_old);
            self.dg.push_front(&g - g_old);
            self.df.truncate(self.memory);
            self.dg.truncate(self.memory);
        }
        if self.df.is_empty() {
            return g.as_slice().to_vec();
        }
        let columns = |of: &VecDeque<DVector<f64>>| {
            DMatrix::from_columns(&of.iter().cloned().collect::<Vec<DVector<f64>>>())
        };
        let (df, dg) = (columns(&self.df), columns(&self.dg));
        match least_squares(df, &f, [RANK, 0.0]) {
            Some(weights) => (g - dg * weights).as_slice().to_vec(),
            None => g.as_slice().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Mixer;

    #[test]
    fn a_linear_map_of_three_unknowns_is_solved_in_five_steps() {
        let map = |z: &[f64]| {
            vec![0.9 * z[0] + 0.3 * z[1] + 1.0, -0.2 * z[0] + 0.8 * z[1] + 2.0, 0.5 * z[2] + z[0]]
        };
        let (mut z, mut mixer) = (vec![0.0; 3], Mixer::new(4));
        for _ in 0..5 {
            let step: Vec<f64> = map(&z).iter().zip(&z).map(|(new, old)| new - old).collect();
            z = mixer.next(&z, &step);
        }
        let gaps = map(&z).into_iter().zip(&z).map(|(new, old)| (new - old).abs());
        assert!(gaps.fold(0.0, f64::max) < 1e-9);
    }
}
