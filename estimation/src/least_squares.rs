//! Least squares with absorbed effects.
//!
//! ```text
//! beta = (X~' W X~)^-1 X~' W y~           X~, y~: residuals from the effects under the weights W
//! ```

use super::absorb::{Absorber, Tolerance};
use super::collinear;
use super::design::Design;
use super::fit::{Fit, LAST_TOLERANCE, NotConverged, normal_equations, sum_rows};

/// Fits by (weighted) least squares; `design` stands in the row order of `absorber`'s layout.
///
/// # Errors
/// [`NotConverged`] if the projection off the effects does not reach its accuracy, or numbers overflow.
pub(crate) fn least_squares(design: &Design, absorber: &mut Absorber) -> Result<Fit, NotConverged> {
    let n = design.n();
    let w = design.weights_or_ones();
    let mut within: Vec<f64> = (0..n).map(|row| design.y[row] - design.offset(row)).collect();
    let mut x = design.x.clone();
    let before: Vec<f64> = x.iter().map(|x| collinear::length(x, &w)).collect();
    let sum_w = sum_rows(n, |row| w[row]);
    let lengths = before.iter().copied().chain([collinear::length(&within, &w)]);
    let tolerances: Vec<Tolerance> =
        lengths.map(|length| Tolerance::relative(LAST_TOLERANCE, length, sum_w)).collect();
    let mut columns: Vec<&mut [f64]> = x.iter_mut().map(Vec::as_mut_slice).collect();
    columns.push(&mut within);
    let mut taken = absorber.demean(&w, &mut columns, &tolerances);
    let mut outer = taken.pop().expect("one vector for every column");
    let (gram, right) = normal_equations(&x, &within, &w);
    let found = collinear::find(&gram, &before, &design.terms, absorber.layout().eliminated.is_some());
    let kept: Vec<usize> = (0..x.len()).filter(|&k| found.keep[k]).collect();
    let hessian = gram.select_rows(&kept).select_columns(&kept);
    let beta: Vec<f64> = collinear::solve(&hessian, &right.select_rows(&kept)).iter().copied().collect();
    for (beta, &at) in beta.iter().zip(&kept) {
        outer.iter_mut().zip(&taken[at]).for_each(|(outer, taken)| *outer -= beta * taken);
    }
    let x_within: Vec<Vec<f64>> = kept.iter().map(|&k| x[k].clone()).collect();
    let error = |row: usize| within[row] - x_within.iter().zip(&beta).map(|(x, b)| x[row] * b).sum::<f64>();
    let errors: Vec<f64> = (0..n).map(error).collect();
    let mu: Vec<f64> = (0..n).map(|row| design.y[row] - errors[row]).collect();
    let deviance = sum_rows(n, |row| w[row] * errors[row] * errors[row]);
    let is_finite = deviance.is_finite() && beta.iter().all(|beta| beta.is_finite());
    if absorber.unfinished > 0 || !is_finite {
        let (iterations, step) = (absorber.steps, if is_finite { 1.0 } else { f64::NAN });
        let (tolerance, path) = (LAST_TOLERANCE, vec![deviance]);
        let hints = vec!["The projection off the effects did not reach its accuracy.".to_owned()];
        let method = "least squares";
        return Err(NotConverged { method, iterations, step, tolerance, path, hints });
    }
    Ok(Fit {
        terms: kept.iter().map(|&k| design.terms[k].clone()).collect(),
        beta,
        collinear: found.dropped,
        x_within,
        eta: mu.clone(),
        mu,
        residual: errors.iter().zip(&w).map(|(error, w)| error * w).collect(),
        hessian,
        w,
        outer,
        deviance,
        path: vec![deviance],
        last_step: 0.0,
    })
}
