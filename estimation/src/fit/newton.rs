//! The steps of a PPML fit.
//!
//! With `P_e` the projection on the eliminated effect, `D_o` the other effects and `S` their Schur complement,
//! columns `t` (the working outcome `c` and the regressors) enter through `b_t = D_o' W (I - P_e) t` and their
//! products `G = T' W (I - P_e) T` alone:
//!
//! ```text
//! S V_t = b_t - r_t                          r_t: what conjugate gradients leave, 0 with exact blocks
//! X~' W X~ = G_xx - b_x' V_x - V_x' r_x      X~' W c~ = G_xc - b_x' V_c - V_x' r_c
//! step = D_o (V_c - V_x delta) + X delta + group means of the rest of c
//! ```
//!
//! `V_x` is kept from one step to the next, so that later systems start where the last ones ended; how
//! accurately they are solved follows the size of the last step. The fixed point does not depend on it: it is
//! where `X' (y - mu) = 0` and `D' (y - mu) = 0`. A step that raises the deviance is halved.

use nalgebra::{DMatrix, DVector};

use super::identify::{self, Regressors};
use super::kernels;
use super::rows::{Point, Rows, Step, Sums};
use super::{Fit, FitOptions, LAST_TOLERANCE, NotConverged, normal_equations, start};
use crate::absorb::{Absorber, System, Tolerance};
use crate::collinear;
use crate::design::{Design, INTERCEPT};
use tradepath_base::stop;

/// Relative accuracy of the regressors at the first step, enough to see which are clearly identified.
const IDENTIFYING: f64 = 1e-3;
/// Bounds of the inner tolerance for the working outcome, relative to its start; between them a tenth of
/// the last step. The fixed point does not depend on them, only the number of steps.
const FORCING: (f64, f64) = (1e-4, 5e-2);
/// The same for the regressors, relative to their length.
const REGRESSOR_FORCING: (f64, f64) = (1e-7, 1e-2);
/// Halvings of one step before the fit is given up.
const MAX_HALVINGS: u32 = 30;
/// Rise of the deviance, relative, that is read as rounding.
const DEVIANCE_ROUNDING: f64 = 1e-10;

/// A PPML fit in progress.
struct Iteration<'a> {
    rows: Rows<'a>,
    point: Point,
    sums: Sums,
    beta: Vec<f64>,
    /// Coefficients of the outer levels.
    outer: Vec<f64>,
    /// `V_x`.
    v: Vec<Vec<f64>>,
    path: Vec<f64>,
    /// Root mean square of the last step in the index, or of the next where it is below the tolerance.
    step: f64,
}

/// What one step adds.
struct Direction {
    v: Vec<f64>,
    delta: Vec<f64>,
    /// `X~' W X~`.
    hessian: DMatrix<f64>,
}

/// Fits by PPML; `design` stands in the row order of `absorber`'s layout and has no separated rows.
///
/// # Errors
/// [`NotConverged`] with the path of the deviance.
pub fn ppml(design: &Design, absorber: &mut Absorber, options: FitOptions) -> Result<Fit, NotConverged> {
    let layout = absorber.layout().clone();
    let ln_y = kernels::logarithms(&design.y);
    let mut regressors = Regressors::all(design);
    let mut known = false;
    loop {
        let rows = Rows {
            layout: &layout,
            y: &design.y,
            ln_y: &ln_y,
            omega: design.weights.as_deref(),
            x: &regressors.x,
        };
        let mut iteration = Iteration::new(design, rows, &regressors.terms);
        let direction = iteration.direction(absorber, options.tolerance);
        if known || iteration.is_clear(&direction.hessian, &regressors.terms) {
            iteration.run(direction, absorber, options)?;
            return Ok(iteration.finish(design, absorber, &regressors));
        }
        regressors = Regressors::identified(design, absorber);
        known = true;
    }
}

impl<'a> Iteration<'a> {
    fn new(design: &Design, rows: Rows<'a>, terms: &[String]) -> Self {
        let constant = terms.iter().position(|term| term == INTERCEPT);
        let mut beta = vec![0.0; terms.len()];
        let mut outer = vec![0.0; rows.layout.n_outer()];
        let eta = if rows.layout.eliminated.is_none() && constant.is_none() {
            let eta;
            (beta, eta) = start::through_the_origin(design, rows.x);
            eta
        } else {
            let start = start::scaled(design, rows.layout);
            if let Some(at) = constant {
                beta[at] = start.level;
            }
            outer = start.outer;
            start.eta
        };
        let mut point = Point::new(rows.layout, eta);
        let sums = rows.advance(&mut point, None);
        let v = vec![vec![0.0; outer.len()]; beta.len()];
        let path = vec![sums.deviance];
        Self { rows, point, sums, beta, outer, v, path, step: f64::INFINITY }
    }

    /// True if every regressor is certainly identified.
    fn is_clear(&self, hessian: &DMatrix<f64>, terms: &[String]) -> bool {
        identify::is_clear(self.rows.x, &self.point.w, hessian, terms)
    }

    /// Takes steps, the given one first, until the next would be below the tolerance.
    fn run(
        &mut self,
        mut direction: Direction,
        absorber: &mut Absorber,
        options: FitOptions,
    ) -> Result<(), NotConverged> {
        let mut before = Vec::new();
        let fail = |iteration: &Self| NotConverged {
            method: "PPML",
            iterations: iteration.path.len() - 1,
            step: iteration.step,
            tolerance: options.tolerance,
            path: iteration.path.clone(),
            hints: Vec::new(),
        };
        loop {
            // Not a number is not converged.
            if self.step <= options.tolerance {
                break;
            }
            let is_lost = !self.step.is_finite() || self.path.len() > options.max_iterations;
            if is_lost || !self.take(&direction, &mut before) {
                return Err(fail(self));
            }
            direction = self.direction(absorber, options.tolerance);
        }
        let is_finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
        if !is_finite(&self.path) || !is_finite(&direction.delta) || !is_finite(&self.point.w) {
            self.step = f64::NAN;
            return Err(fail(self));
        }
        // The coefficients take what the index does not need.
        self.beta.iter_mut().zip(&direction.delta).for_each(|(beta, delta)| *beta += delta);
        Ok(())
    }

    /// The next step; sets `step` to its root mean square under the weights.
    fn direction(&mut self, absorber: &mut Absorber, tolerance: f64) -> Direction {
        let last = if self.step.is_finite() { self.step } else { 1.0 };
        let working = Tolerance {
            of_column: 0.0,
            of_start: (0.1 * last).clamp(FORCING.0, FORCING.1),
            absolute: 0.01 * tolerance,
        };
        let of_column = match self.step.is_finite() {
            true => (0.1 * last).clamp(REGRESSOR_FORCING.0, REGRESSOR_FORCING.1),
            false => IDENTIFYING,
        };
        absorber.refresh(&self.point.w);
        let mut v_c = vec![0.0; self.outer.len()];
        let residuals = self.solve(absorber, Some((&mut v_c, working)), of_column);
        let Sums { b, gram, .. } = &self.sums;
        let k = self.beta.len();
        let (left_c, left_x) = residuals.split_at(1);
        let hessian = DMatrix::from_fn(k, k, |a, c| {
            gram[(a + 1, c + 1)] - dot(&b[a + 1], &self.v[c]) - dot(&self.v[a], &left_x[c])
        });
        // Symmetric but for what conjugate gradients leave.
        let hessian = (&hessian + hessian.transpose()) * 0.5;
        let right =
            DVector::from_fn(k, |a, _| gram[(a + 1, 0)] - dot(&b[a + 1], &v_c) - dot(&self.v[a], &left_c[0]));
        let delta: Vec<f64> = collinear::solve(&hessian, &right).iter().copied().collect();
        let gain: f64 = right.iter().zip(&delta).map(|(right, delta)| right * delta).sum();
        let square = self.sums.group_part + dot(&b[0], &v_c) + gain;
        self.step = (square.max(0.0) / self.sums.w).sqrt();
        for (v, delta) in self.v.iter().zip(&delta) {
            v_c.iter_mut().zip(v).for_each(|(sum, v)| *sum -= delta * v);
        }
        Direction { v: v_c, delta, hessian }
    }

    /// Solves for `V_x`, and for `V_c` where it is given.
    fn solve(
        &mut self,
        absorber: &mut Absorber,
        working: Option<(&mut Vec<f64>, Tolerance)>,
        of_column: f64,
    ) -> Vec<Vec<f64>> {
        let Sums { b, gram, .. } = &self.sums;
        let norm = |column: usize| gram[(column, column)].max(0.0).sqrt();
        let mut systems: Vec<System<'_>> = Vec::new();
        if let Some((v, tolerance)) = working {
            systems.push(System { b: &b[0], v, norm: norm(0), tolerance });
        }
        let tolerance = Tolerance { of_column, of_start: 0.0, absolute: 0.0 };
        for (k, v) in self.v.iter_mut().enumerate() {
            systems.push(System { b: &b[k + 1], v, norm: norm(k + 1), tolerance });
        }
        absorber.solve(&self.point.w, &self.point.group_w, &mut systems)
    }

    /// Takes a step, halved as often as the deviance asks for; false where no halving lowers it. `before` keeps
    /// the index from which it starts.
    fn take(&mut self, direction: &Direction, before: &mut Vec<f64>) -> bool {
        stop::check();
        let old = self.sums.deviance;
        before.clone_from(&self.point.eta);
        let mut size = 1.0;
        for _ in 0..MAX_HALVINGS {
            let step = Step { v: &direction.v, delta: &direction.delta, size };
            let sums = self.rows.advance(&mut self.point, Some(&step));
            if sums.deviance <= old + DEVIANCE_ROUNDING * (1.0 + old.abs()) {
                self.path.push(sums.deviance);
                self.sums = sums;
                let add = |sums: &mut [f64], more: &[f64]| {
                    sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += size * more);
                };
                add(&mut self.beta, &direction.delta);
                add(&mut self.outer, &direction.v);
                return true;
            }
            self.point.eta.clone_from(before);
            self.rows.advance(&mut self.point, None);
            size *= 0.5;
        }
        false
    }

    fn finish(mut self, design: &Design, absorber: &mut Absorber, regressors: &Regressors<'_>) -> Fit {
        self.solve(absorber, None, LAST_TOLERANCE);
        let Point { eta, w, c, group_w } = self.point;
        let mut x_within = regressors.x.to_vec();
        for (x, v) in x_within.iter_mut().zip(&self.v) {
            absorber.subtract(&w, &group_w, x, v);
        }
        let mu: Vec<f64> = match &design.weights {
            Some(omega) => w.iter().zip(omega).map(|(w, omega)| w / omega).collect(),
            None => w.clone(),
        };
        let residual: Vec<f64> = w.iter().zip(&c).map(|(w, c)| w * c).collect();
        let (hessian, _) = normal_equations(&x_within, &residual, &w);
        for (taken, beta) in regressors.taken.iter().zip(&self.beta) {
            self.outer.iter_mut().zip(taken).for_each(|(outer, taken)| *outer -= beta * taken);
        }
        Fit {
            beta: self.beta,
            terms: regressors.terms.clone(),
            collinear: regressors.collinear.clone(),
            x_within,
            eta,
            mu,
            residual,
            hessian,
            w,
            outer: self.outer,
            deviance: self.sums.deviance,
            path: self.path,
            last_step: self.step,
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
