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
//! Neither `X~` nor `c~` is made: all that a step needs are sums by level, which one pass over the rows
//! gives together with the new index (`rows`), and coefficients of the levels (`newton`). It has converged
//! when the step in `eta`, in the root mean square under `w`, is below the tolerance; at the solution the
//! tolerance bounds the relative error of fitted trade.
//!
//! All vectors are in the row order of the absorber's layout.

mod identify;
mod kernels;
mod newton;
mod normal;
mod rows;
mod start;

use nalgebra::DMatrix;

use super::collinear::Collinear;

pub use newton::ppml;
pub use normal::{normal_equations, sum_rows};

/// Smallest weight, so that no level has a weight of zero.
const MIN_WEIGHT: f64 = 1e-280;
/// Relative accuracy of the last projection, on which the covariance rests.
pub(crate) const LAST_TOLERANCE: f64 = 1e-10;

/// When to stop.
///
/// | option | default | why |
/// | --- | --- | --- |
/// | `tolerance` | 1e-9 | coefficients of the panels in `benches/peers` are then within 1e-11 of pyfixest's |
/// | `max_iterations` | 100 | the reference panels need 3 to 7 |
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
    /// Coefficients of the outer levels of the layout; those of the groups follow from the index.
    pub outer: Vec<f64>,
    /// Deviance (least squares: sum of squared residuals).
    pub deviance: f64,
    /// Deviance at the start and after each step.
    pub path: Vec<f64>,
    /// Step in the index at the end.
    pub last_step: f64,
}

/// The fit did not converge. There is no partial result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", self.text())]
pub struct NotConverged {
    /// `PPML` or `least squares`.
    pub method: &'static str,
    /// Steps taken.
    pub iterations: usize,
    /// Root mean square of the last step in the index; not finite where it left the range of numbers.
    pub step: f64,
    /// What it had to reach.
    pub tolerance: f64,
    /// Deviance after each step.
    pub path: Vec<f64>,
    /// What in the data may be the cause.
    pub hints: Vec<String>,
}

impl NotConverged {
    fn text(&self) -> String {
        let Self { method, iterations, step, tolerance, path, hints } = self;
        let is_finite = step.is_finite() && path.iter().all(|deviance| deviance.is_finite());
        let what = if is_finite {
            format!(
                "did not converge in {iterations} iterations: last step {step:.1e}, tolerance {tolerance:.0e}"
            )
        } else {
            format!("overflows after {iterations} iterations: fitted outcomes leave the range of numbers")
        };
        let hints: String = hints.iter().map(|hint| format!("{hint} ")).collect();
        format!(
            "{method} {what}; deviance {}. {hints}Look for separated rows (--separation), rescale regressors, \
             or allow more --max-iterations.",
            path_text(path)
        )
    }
}

/// First and last entries of a deviance path.
fn path_text(path: &[f64]) -> String {
    let text: Vec<String> = path.iter().map(|deviance| format!("{deviance:.9e}")).collect();
    match text.len() {
        0..=10 => text.join(" "),
        n => format!("{} ... {}", text[..5].join(" "), text[n - 5..].join(" ")),
    }
}
