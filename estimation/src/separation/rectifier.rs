//! The iterative rectifier (Correia, Guimaraes & Zylkin 2019, section 3).
//!
//! ```text
//! u_0 = 1[y = 0];   u_{t+1} = max(P u_t, 0)
//! ```
//!
//! `P` projects on the span of regressors and effects under a weight so large on rows with `y > 0` that the
//! fit vanishes there. The sequence converges to a certificate `z >= 0`: rows with `z > 0` are separated.
//! It is read off only when no fitted value is negative beyond rounding and none is of doubtful size;
//! what one certificate leaves out is found by calling again.

use super::super::absorb::{Absorber, Layout, Tolerance};
use super::super::collinear;
use super::super::design::Design;
use super::super::symmetric;
use nalgebra::{DMatrix, DVector};
use tradepath_base::stop;

/// Weight of rows with a positive outcome; zero outcomes weigh 1.
const POSITIVE_WEIGHT: f64 = 1e8;
/// Fitted values below this are zero: ten times what the weight leaves at positive rows.
const ZERO: f64 = 1e-5;
/// Fitted values above this are positive; between the two the iteration goes on.
const POSITIVE: f64 = 1e-3;
/// Iterations before the search is given up as incomplete.
const MAX_ITERATIONS: usize = 2_000;
/// Conjugate-gradient steps of all projections, times rows, before it is given up, too.
const MAX_WORK: usize = 10_000_000_000;
/// Accuracy of the projections.
const TOLERANCE: f64 = 1e-9;

/// What the rectifier found.
pub struct Found {
    /// One entry per row.
    pub separated: Vec<bool>,
    /// True if it stopped before it was sure.
    pub is_incomplete: bool,
}

/// Searches a design for separated rows.
#[must_use]
pub fn find(design: &Design) -> Found {
    let absorber = Absorber::new(Layout::new(design.n(), &design.effects), &design.effects);
    let place = absorber.layout().place.clone();
    let design = design.arranged(absorber.layout());
    let mut projection = Projection::new(&design, absorber);
    let is_zero: Vec<bool> = design.y.iter().map(|&y| y <= 0.0).collect();
    let mut u: Vec<f64> = is_zero.iter().map(|&zero| f64::from(u8::from(zero))).collect();
    let mut found = Found { separated: vec![false; design.n()], is_incomplete: true };
    for _ in 0..MAX_ITERATIONS {
        stop::check();
        let fitted = projection.apply(&u);
        let at_zero = || fitted.iter().zip(&is_zero).filter(|(_, zero)| **zero).map(|(fit, _)| *fit);
        let largest = at_zero().fold(0.0, f64::max);
        if projection.steps().saturating_mul(design.n()) > MAX_WORK
            || fitted.iter().any(|fit| !fit.is_finite())
        {
            break;
        }
        let is_sure = at_zero().all(|fit| fit > POSITIVE * largest || fit.abs() <= ZERO * largest.max(ZERO));
        if largest <= ZERO || is_sure {
            found.is_incomplete = false;
            if largest > ZERO {
                for (flag, &at) in found.separated.iter_mut().zip(&place) {
                    *flag = is_zero[at as usize] && fitted[at as usize] > POSITIVE * largest;
                }
            }
            break;
        }
        for ((u, fit), zero) in u.iter_mut().zip(&fitted).zip(&is_zero) {
            *u = if *zero { fit.max(0.0) } else { 0.0 };
        }
    }
    found
}

/// Projection on regressors and effects under the rectifier's weights.
pub(crate) struct Projection {
    absorber: Absorber,
    w: Vec<f64>,
    x: Vec<Vec<f64>>,
    inverse: DMatrix<f64>,
}

impl Projection {
    /// Prepares it; `design` stands in the row order of the absorber's layout.
    pub fn new(design: &Design, mut absorber: Absorber) -> Self {
        let w: Vec<f64> = design.y.iter().map(|&y| if y > 0.0 { POSITIVE_WEIGHT } else { 1.0 }).collect();
        // Scaled to a largest entry of 1, so that one tolerance fits all.
        let mut x: Vec<Vec<f64>> = design
            .x
            .iter()
            .map(|x| {
                let largest = x.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
                x.iter().map(|value| value / largest.max(f64::MIN_POSITIVE)).collect()
            })
            .collect();
        let before: Vec<f64> = x.iter().map(|x| collinear::length(x, &w)).collect();
        let tolerance = Tolerance { of_column: 1e-12, of_start: 0.0, absolute: 0.0 };
        let mut columns: Vec<&mut [f64]> = x.iter_mut().map(Vec::as_mut_slice).collect();
        let tolerances = vec![tolerance; columns.len()];
        if !columns.is_empty() {
            absorber.demean(&w, &mut columns, &tolerances);
        }
        let (gram, _) = super::super::fit::normal_equations(&x, &w, &w);
        // A regressor that varies only where y = 0 has a small Gram entry under these weights and stays.
        let keep: Vec<usize> = (0..x.len()).filter(|&k| gram[(k, k)].sqrt() > 1e-9 * before[k]).collect();
        let x: Vec<Vec<f64>> = keep.iter().map(|&k| x[k].clone()).collect();
        let gram = gram.select_rows(&keep).select_columns(&keep);
        Self { absorber, w, x, inverse: scaled_inverse(&gram) }
    }

    /// Conjugate-gradient steps so far.
    pub fn steps(&self) -> usize {
        self.absorber.steps
    }

    /// `P u`.
    pub fn apply(&mut self, u: &[f64]) -> Vec<f64> {
        let mut within = u.to_vec();
        let sum_w = self.w.iter().sum();
        let tolerance = Tolerance::relative(TOLERANCE, collinear::length(u, &self.w), sum_w);
        self.absorber.demean(&self.w, &mut [&mut within], &[tolerance]);
        let right = DVector::from_iterator(
            self.x.len(),
            self.x.iter().map(|x| x.iter().zip(&within).zip(&self.w).map(|((x, u), w)| w * x * u).sum()),
        );
        let delta = &self.inverse * right;
        let residual = |row: usize| {
            within[row] - self.x.iter().zip(delta.iter()).map(|(x, delta)| x[row] * delta).sum::<f64>()
        };
        (0..u.len()).map(|row| u[row] - residual(row)).collect()
    }
}

/// Pseudo-inverse after scaling to a unit diagonal; directions below rounding count as none.
fn scaled_inverse(gram: &DMatrix<f64>) -> DMatrix<f64> {
    let k = gram.nrows();
    if k == 0 {
        return gram.clone();
    }
    let scale = DVector::from_fn(k, |at, _| 1.0 / gram[(at, at)].sqrt());
    let scaled = DMatrix::from_fn(k, k, |a, b| gram[(a, b)] * scale[a] * scale[b]);
    let inverse = symmetric::function(scaled, |value| if value > 1e-13 { 1.0 / value } else { 0.0 });
    DMatrix::from_fn(k, k, |a, b| inverse[(a, b)] * scale[a] * scale[b])
}
