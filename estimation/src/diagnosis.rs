//! Diagnosis of a fit: why it failed, whether it is perfect, whether it allows inference.

use nalgebra::DMatrix;

use super::design::Design;
use super::fit::{Fit, sum_rows};
use super::panel::Panel;
use super::{EstimationError, Method};

/// Residuals relative to the outcome below which a fit is perfect.
const PERFECT: f64 = 1e-8;
/// Spread of an offset beyond which it is unlikely to be a logarithm (factors of 1e13).
const WIDE_OFFSET: f64 = 30.0;
/// Largest plausible outcome, as a multiple of the median of the positive ones.
const OUTLIER: f64 = 1e12;

/// Features of the data that may prevent convergence.
pub fn hints(panel: &Panel, design: &Design) -> Vec<String> {
    let mut hints = Vec::new();
    let line = |at: usize| panel.lines[design.rows[at] as usize];
    let extreme = |values: &[f64], sign: f64| {
        (0..values.len()).max_by(|&a, &b| (sign * values[a]).total_cmp(&(sign * values[b])))
    };
    if let Some(offset) = &design.offset
        && let (Some(least), Some(most)) = (extreme(offset, -1.0), extreme(offset, 1.0))
        && offset[most] - offset[least] > WIDE_OFFSET
    {
        hints.push(format!(
            "Is the offset on a log scale? It runs from {} (line {}) to {} (line {}), and its exponential \
             multiplies trade.",
            offset[least],
            line(least),
            offset[most],
            line(most)
        ));
    }
    let mut positive: Vec<f64> = design.y.iter().copied().filter(|&y| y > 0.0).collect();
    positive.sort_by(f64::total_cmp);
    if let (Some(median), Some(most)) = (positive.get(positive.len() / 2), extreme(&design.y, 1.0))
        && design.y[most] > OUTLIER * median
    {
        hints.push(format!(
            "The largest outcome is {:e} (line {}), the median {median:e}: is it a slip of units or a code \
             for a missing value?",
            design.y[most],
            line(most)
        ));
    }
    hints
}

/// True if all residuals are rounding, as with as many parameters as rows. PPML compares each row with its own outcome,
/// least squares with the size of all.
pub fn is_perfect(design: &Design, fit: &Fit, method: Method) -> bool {
    let (y, mu) = (&design.y, &fit.mu);
    match method {
        Method::Ppml => y.iter().zip(mu).all(|(y, mu)| (y - mu).abs() <= PERFECT * y.abs()),
        Method::LeastSquares => {
            let errors = sum_rows(y.len(), |row| (y[row] - mu[row]).powi(2));
            errors.sqrt() <= PERFECT * sum_rows(y.len(), |row| y[row] * y[row]).sqrt()
        }
    }
}

/// Refuses coefficients without a standard error, unless the fit is perfect and has none.
///
/// # Errors
/// [`EstimationError::NoCovariance`] with the term.
pub fn check_covariance(
    terms: &[String],
    beta: &[f64],
    covariance: &DMatrix<f64>,
    is_perfect: bool,
) -> Result<(), EstimationError> {
    if is_perfect {
        return Ok(());
    }
    for (at, term) in terms.iter().enumerate() {
        let variance = covariance[(at, at)];
        if !beta[at].is_finite() || !variance.is_finite() {
            let message = format!(
                "the estimate of `{term}` leaves the range of numbers. Rescale the regressors, or look for \
                 outliers in the outcome."
            );
            return Err(EstimationError::NoCovariance(message));
        }
        if variance <= 0.0 {
            let message = format!(
                "the covariance gives `{term}` no positive variance: its rows are fitted exactly, there are \
                 too few clusters, or residuals cancel within each. Leave the term out, or use one --cluster \
                 with more levels, or none."
            );
            return Err(EstimationError::NoCovariance(message));
        }
    }
    Ok(())
}
