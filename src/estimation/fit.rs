//! Poisson pseudo-maximum likelihood with absorbed effects.
//!
//! Santos Silva & Tenreyro (2006); the iteration is that of Correia, Guimaraes & Zylkin (2020):
//!
//! ```text
//! mu = exp(eta),  w = omega mu,  c = y / mu - 1
//! delta = (X~' W X~)^-1 X~' W c~            X~, c~: residuals from the effects under W
//! eta  <- eta + (c - c~) + X~ delta         beta <- beta + delta
//! ```
//!
//! `X~` replaces `X` from one step to the next (they differ by effects only), so that later projections
//! start where the last one ended; the inner tolerance follows the size of the last step. The fixed point
//! does not depend on it: it is where `X' (y - mu) = 0` and `D' (y - mu) = 0`. A step that raises the
//! deviance is halved. It has converged when the step in `eta`, in the root mean square under `w`, is below
//! the tolerance; at the solution the tolerance bounds the relative error of fitted trade.
//!
//! All vectors are in the row order of the absorber's layout.

use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;

use super::absorb::{Absorber, Tolerance};
use super::collinear::{self, Collinear};
use super::design::{Design, INTERCEPT};
use super::levels::Levels;

/// Rows of one task; bounds depend on the data alone, so that sums do not depend on the threads.
const CHUNK: usize = 16_384;
/// Relative accuracy of the first projection, in which absorbed regressors are found.
const FIRST_TOLERANCE: f64 = 1e-9;
/// Relative accuracy of the last projection, on which the covariance rests.
pub const LAST_TOLERANCE: f64 = 1e-10;
/// Bounds of the inner tolerance for the working outcome, relative to its start; between them a tenth of
/// the last step. The fixed point does not depend on them, only the number of steps.
const FORCING: (f64, f64) = (1e-4, 5e-2);
/// The same for the regressors, relative to their length.
const REGRESSOR_FORCING: (f64, f64) = (1e-7, 1e-2);
/// Halvings of one step before the fit is given up.
const MAX_HALVINGS: u32 = 30;
/// Rise of the deviance, relative, that is read as rounding.
const DEVIANCE_ROUNDING: f64 = 1e-10;
/// Rounds of scaling before the first step.
const START_ROUNDS: usize = 8;
/// Largest factor of one scaling: a level without positive outcomes must not become exactly zero.
const MAX_SCALING: f64 = 1e8;
/// Smallest weight, so that no level has a weight of zero.
const MIN_WEIGHT: f64 = 1e-280;

/// When to stop.
///
/// | option | default | why |
/// | --- | --- | --- |
/// | `tolerance` | 1e-9 | coefficients of the panels in `benches/peers` are then within 4e-12 of pyfixest's |
/// | `max_iterations` | 100 | the reference panels need 4 to 8 |
#[derive(Debug, Clone, Copy)]
pub struct FitOptions {
    /// Bound of the last step in the index, root mean square under the weights.
    pub tolerance: f64,
    /// Steps before the fit is given up.
    pub max_iterations: usize,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self { tolerance: 1e-9, max_iterations: 100 }
    }
}

/// A converged fit.
#[derive(Debug, Clone)]
pub struct Fit {
    /// Coefficients of the regressors that are identified.
    pub beta: Vec<f64>,
    /// Their labels.
    pub terms: Vec<String>,
    /// Regressors that are not, with the reason.
    pub collinear: Vec<Collinear>,
    /// Identified regressors less what the effects explain of them, under the final weights.
    pub x_within: Vec<Vec<f64>>,
    /// Fitted index, offset included (least squares: fitted outcome).
    pub eta: Vec<f64>,
    /// Fitted outcome.
    pub mu: Vec<f64>,
    /// `y - mu` times the user's weight.
    pub residual: Vec<f64>,
    /// `X~' W X~`.
    pub hessian: DMatrix<f64>,
    /// Weights of the last projection.
    pub w: Vec<f64>,
    /// Deviance (least squares: sum of squared residuals).
    pub deviance: f64,
    /// Deviance at the start and after each step.
    pub path: Vec<f64>,
    /// Step in the index at the end.
    pub last_step: f64,
}

/// The fit did not converge. There is no partial result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "PPML did not converge in {iterations} iterations: last step {step:.1e}, tolerance {tolerance:.0e}; \
     deviance {path}. Look for separated rows (--separation), rescale regressors, or allow more \
     --max-iterations.",
    path = path_text(.path)
)]
pub struct NotConverged {
    /// Steps taken.
    pub iterations: usize,
    /// Root mean square of the last step in the index.
    pub step: f64,
    /// What it had to reach.
    pub tolerance: f64,
    /// Deviance after each step.
    pub path: Vec<f64>,
}

/// First and last entries of a deviance path.
fn path_text(path: &[f64]) -> String {
    let text: Vec<String> = path.iter().map(|deviance| format!("{deviance:.9e}")).collect();
    match text.len() {
        0..=10 => text.join(" "),
        n => format!("{} ... {}", text[..5].join(" "), text[n - 5..].join(" ")),
    }
}

/// Sum of a row function in fixed chunks.
pub fn sum_rows(n: usize, value: impl Fn(usize) -> f64 + Sync) -> f64 {
    let starts: Vec<usize> = (0..n).step_by(CHUNK).collect();
    let parts: Vec<f64> =
        starts.par_iter().map(|&start| (start..(start + CHUNK).min(n)).map(&value).sum()).collect();
    parts.iter().sum()
}

/// Sets each entry by a row function.
fn fill(values: &mut [f64], value: impl Fn(usize) -> f64 + Sync) {
    values.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, slice)| {
        let start = chunk * CHUNK;
        slice.iter_mut().enumerate().for_each(|(k, slot)| *slot = value(start + k));
    });
}

/// `X' W X` of the columns and `X' W c`.
pub fn normal_equations(x: &[Vec<f64>], c: &[f64], w: &[f64]) -> (DMatrix<f64>, DVector<f64>) {
    let k = x.len();
    let width = k * (k + 1) / 2 + k;
    let starts: Vec<usize> = (0..c.len()).step_by(CHUNK).collect();
    let parts: Vec<Vec<f64>> = starts
        .par_iter()
        .map(|&start| {
            let rows = start..(start + CHUNK).min(c.len());
            let mut sums = Vec::with_capacity(width);
            for a in 0..k {
                let others = x[..=a].iter().map(Vec::as_slice).chain(std::iter::once(c));
                let (w, left) = (&w[rows.clone()], &x[a][rows.clone()]);
                for b in others.map(|b| &b[rows.clone()]) {
                    sums.push(w.iter().zip(left).zip(b).map(|((w, a), b)| w * a * b).sum());
                }
            }
            sums
        })
        .collect();
    let (mut gram, mut right) = (DMatrix::zeros(k, k), DVector::zeros(k));
    for part in parts {
        let mut sums = part.into_iter();
        for a in 0..k {
            for b in 0..=a {
                gram[(a, b)] += sums.next().unwrap_or(0.0);
            }
            right[a] += sums.next().unwrap_or(0.0);
        }
    }
    gram.fill_upper_triangle_with_lower_triangle();
    (gram, right)
}

/// Columns of one projection: the working outcome and the regressors.
pub fn project(
    absorber: &mut Absorber,
    w: &[f64],
    working: Option<(&mut Vec<f64>, Tolerance)>,
    x: &mut [Vec<f64>],
    of_column: f64,
) {
    let regressor = Tolerance { of_column, of_start: 0.0, absolute: 0.0 };
    let (mut columns, mut tolerances): (Vec<&mut [f64]>, Vec<Tolerance>) = (Vec::new(), Vec::new());
    if let Some((column, tolerance)) = working {
        columns.push(column);
        tolerances.push(tolerance);
    }
    for column in x {
        columns.push(column);
        tolerances.push(regressor);
    }
    absorber.demean(w, &mut columns, &tolerances);
}

/// A PPML fit in progress.
struct Iteration<'a> {
    design: &'a Design,
    absorber: &'a mut Absorber,
    options: FitOptions,
    x: Vec<Vec<f64>>,
    terms: Vec<String>,
    collinear: Vec<Collinear>,
    beta: Vec<f64>,
    eta: Vec<f64>,
    mu: Vec<f64>,
    w: Vec<f64>,
    /// Working outcome, its residual, then the step in the index.
    working: Vec<f64>,
    path: Vec<f64>,
    step: f64,
}

/// Fits by PPML; `design` stands in the row order of `absorber`'s layout and has no separated rows.
///
/// # Errors
/// [`NotConverged`] with the path of the deviance.
pub fn ppml(design: &Design, absorber: &mut Absorber, options: FitOptions) -> Result<Fit, NotConverged> {
    let n = design.n();
    let mut iteration = Iteration {
        design,
        absorber,
        options,
        x: design.x.clone(),
        terms: design.terms.clone(),
        collinear: Vec::new(),
        beta: Vec::new(),
        eta: vec![0.0; n],
        mu: vec![0.0; n],
        w: vec![0.0; n],
        working: vec![0.0; n],
        path: Vec::new(),
        step: f64::INFINITY,
    };
    iteration.drop_collinear();
    iteration.start();
    while iteration.step > options.tolerance {
        if iteration.path.len() > options.max_iterations || !iteration.advance() {
            return Err(NotConverged {
                iterations: iteration.path.len() - 1,
                step: iteration.step,
                tolerance: options.tolerance,
                path: iteration.path,
            });
        }
    }
    Ok(iteration.finish())
}

impl Iteration<'_> {
    fn omega(&self, row: usize) -> f64 {
        self.design.weights.as_ref().map_or(1.0, |weights| weights[row])
    }

    fn offset(&self, row: usize) -> f64 {
        self.design.offset.as_ref().map_or(0.0, |offset| offset[row])
    }

    /// Effects alone, by a few rounds of scaling fitted to actual totals level by level.
    ///
    /// This is cheap (no exponential) and inside the model; the trade panel 1964-2016 converges from it in 8
    /// steps with two effects and 4 with three; from the customary `mu = (y + mean) / 2` in 21 and 25.
    fn start(&mut self) {
        let n = self.design.n();
        let constant = self.terms.iter().position(|term| term == INTERCEPT);
        if self.design.effects.is_empty() && constant.is_none() {
            return self.start_through_the_origin();
        }
        let total = sum_rows(n, |row| self.omega(row) * self.offset(row).exp());
        let level = (sum_rows(n, |row| self.omega(row) * self.design.y[row]) / total).ln();
        let mut mu = std::mem::take(&mut self.mu);
        fill(&mut mu, |row| (self.offset(row) + level).exp());
        let mut shift = vec![0.0; n];
        for _ in 0..START_ROUNDS {
            for levels in &self.design.effects {
                let ln_ratio = self.scale(levels, &mut mu);
                shift
                    .iter_mut()
                    .zip(&levels.codes)
                    .for_each(|(shift, &code)| *shift += ln_ratio[code as usize]);
            }
        }
        let mut eta = std::mem::take(&mut self.eta);
        fill(&mut eta, |row| self.offset(row) + level + shift[row]);
        (self.eta, self.mu) = (eta, mu);
        if let Some(at) = constant {
            self.beta[at] = level;
        }
        let deviance = self.evaluate();
        self.path.push(deviance);
    }

    /// One step from `mu = (y + mean) / 2`, for models that do not contain a constant.
    fn start_through_the_origin(&mut self) {
        let n = self.design.n();
        let y = &self.design.y;
        let total = sum_rows(n, |row| self.omega(row));
        let mean = sum_rows(n, |row| self.omega(row) * y[row]) / total;
        fill(&mut self.mu, |row| 0.5 * (y[row] + mean));
        self.set_weights();
        let target = |row: usize| self.mu[row].ln() - self.offset(row) + y[row] / self.mu[row] - 1.0;
        let working: Vec<f64> = (0..n).map(target).collect();
        let (gram, right) = normal_equations(&self.x, &working, &self.w);
        self.beta = collinear::solve(&gram, &right).iter().copied().collect();
        self.eta = (0..n).map(|row| self.offset(row) + self.index(row, &self.beta)).collect();
        let deviance = self.evaluate();
        self.path.push(deviance);
    }

    /// Scales `mu` so that each level has its actual total; the logarithms of the factors.
    fn scale(&self, levels: &Levels, mu: &mut [f64]) -> Vec<f64> {
        let mut sums = vec![[0.0; 2]; levels.n()];
        for (row, (&code, mu)) in levels.codes.iter().zip(mu.iter()).enumerate() {
            let sum = &mut sums[code as usize];
            sum[0] += self.omega(row) * self.design.y[row];
            sum[1] += self.omega(row) * mu;
        }
        let ratio: Vec<f64> = sums
            .iter()
            .map(|[actual, fitted]| (actual / fitted).clamp(1.0 / MAX_SCALING, MAX_SCALING))
            .collect();
        mu.iter_mut().zip(&levels.codes).for_each(|(mu, &code)| *mu *= ratio[code as usize]);
        ratio.iter().map(|ratio| ratio.ln()).collect()
    }

    fn set_weights(&mut self) {
        let mut w = std::mem::take(&mut self.w);
        fill(&mut w, |row| (self.omega(row) * self.mu[row]).max(MIN_WEIGHT));
        self.w = w;
    }

    /// Projects the regressors under the user's weights and leaves out what is not identified.
    fn drop_collinear(&mut self) {
        fill(&mut self.w, |row| self.design.weights.as_ref().map_or(1.0, |weights| weights[row]));
        let before: Vec<f64> = self.x.iter().map(|x| collinear::length(x, &self.w)).collect();
        project(self.absorber, &self.w, None, &mut self.x, FIRST_TOLERANCE);
        self.absorber.forget();
        let (gram, _) = normal_equations(&self.x, &self.w, &self.w);
        let found = collinear::find(&gram, &before, &self.terms, !self.design.effects.is_empty());
        self.collinear = found.dropped;
        let mut at = found.keep.iter();
        self.x.retain(|_| at.next() == Some(&true));
        let mut at = found.keep.iter();
        self.terms.retain(|_| at.next() == Some(&true));
        self.beta = vec![0.0; self.terms.len()];
    }

    fn index(&self, row: usize, delta: &[f64]) -> f64 {
        self.x.iter().zip(delta).map(|(x, delta)| x[row] * delta).sum()
    }

    /// Sets `mu` from `eta`; the deviance `2 sum omega (y ln(y / mu) - y + mu)`.
    fn evaluate(&mut self) -> f64 {
        let mut mu = std::mem::take(&mut self.mu);
        fill(&mut mu, |row| self.eta[row].exp());
        self.mu = mu;
        let y = &self.design.y;
        2.0 * sum_rows(self.design.n(), |row| {
            let log_part = if y[row] > 0.0 { y[row] * (y[row].ln() - self.eta[row]) } else { 0.0 };
            self.omega(row) * (log_part - y[row] + self.mu[row])
        })
    }

    /// One step; false where no halving of it lowers the deviance.
    fn advance(&mut self) -> bool {
        self.set_weights();
        let n = self.design.n();
        let y = &self.design.y;
        let mut working = std::mem::take(&mut self.working);
        fill(&mut working, |row| y[row] / self.mu[row] - 1.0);
        let step = if self.step.is_finite() { self.step } else { 1.0 };
        let tolerance = Tolerance {
            of_column: 0.0,
            of_start: (0.1 * step).clamp(FORCING.0, FORCING.1),
            absolute: 0.01 * self.options.tolerance,
        };
        let of_column = (0.1 * step).clamp(REGRESSOR_FORCING.0, REGRESSOR_FORCING.1);
        project(self.absorber, &self.w, Some((&mut working, tolerance)), &mut self.x, of_column);
        let (gram, right) = normal_equations(&self.x, &working, &self.w);
        let delta: Vec<f64> = collinear::solve(&gram, &right).iter().copied().collect();
        let within = working.clone();
        fill(&mut working, |row| y[row] / self.mu[row] - 1.0 - within[row] + self.index(row, &delta));
        let sum_w = sum_rows(n, |row| self.w[row]);
        self.step = (sum_rows(n, |row| self.w[row] * working[row] * working[row]) / sum_w).sqrt();
        self.working = working;
        self.take_step(&delta)
    }

    fn take_step(&mut self, delta: &[f64]) -> bool {
        let old = self.path.last().copied().unwrap_or(f64::INFINITY);
        let from = self.eta.clone();
        let mut size = 1.0;
        for _ in 0..MAX_HALVINGS {
            let mut eta = std::mem::take(&mut self.eta);
            fill(&mut eta, |row| from[row] + size * self.working[row]);
            self.eta = eta;
            let deviance = self.evaluate();
            if deviance <= old + DEVIANCE_ROUNDING * (1.0 + old.abs()) {
                self.path.push(deviance);
                self.beta.iter_mut().zip(delta).for_each(|(beta, delta)| *beta += size * delta);
                return true;
            }
            size *= 0.5;
        }
        false
    }

    fn finish(mut self) -> Fit {
        self.set_weights();
        project(self.absorber, &self.w, None, &mut self.x, LAST_TOLERANCE);
        let mut residual = std::mem::take(&mut self.working);
        fill(&mut residual, |row| self.omega(row) * (self.design.y[row] - self.mu[row]));
        let (hessian, _) = normal_equations(&self.x, &residual, &self.w);
        Fit {
            beta: self.beta,
            terms: self.terms,
            collinear: self.collinear,
            x_within: self.x,
            eta: self.eta,
            mu: self.mu,
            residual,
            hessian,
            w: self.w,
            deviance: self.path.last().copied().unwrap_or(f64::NAN),
            path: self.path,
            last_step: self.step,
        }
    }
}
