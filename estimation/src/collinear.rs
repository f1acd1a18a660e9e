//! Finds regressors that the effects absorb, or that are linear combinations of others.

use nalgebra::{DMatrix, DVector};

use super::symmetric;

/// A regressor is absorbed where its length falls below this part of what it was before the projection:
/// the projection itself is accurate to 1e-9.
const ABSORBED: f64 = 1e-6;
/// A regressor is a combination of earlier ones where less than this part of its squared length is left.
const COMBINATION: f64 = 1e-10;
/// Coefficients of a combination below this, after scaling, are not named.
const NAMED: f64 = 1e-4;

/// A regressor that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collinear {
    /// Its label.
    pub term: String,
    /// Why.
    pub reason: String,
}

/// Regressors that stay, and those that are left out.
#[derive(Debug, Default)]
pub struct Found {
    /// One entry per regressor.
    pub keep: Vec<bool>,
    /// Regressors left out.
    pub dropped: Vec<Collinear>,
    /// Least part of its length that a regressor keeps once effects and earlier regressors are taken off.
    pub least_left: f64,
}

/// `sqrt(sum w x^2)`.
#[must_use]
pub fn length(x: &[f64], w: &[f64]) -> f64 {
    super::fit::sum_rows(x.len(), |row| w[row] * x[row] * x[row]).sqrt()
}

/// Finds the regressors to keep from the Gram matrix after the projection and the lengths before it. Regressors are
/// taken in the order of the formula: the first of several that depend on each other stays. Entries that are not finite
/// stay, so that the fit fails on them with a message.
///
/// Cost: `k^3`. Each regressor adds one row to a Cholesky factor with unit diagonal.
#[must_use]
pub fn find(gram: &DMatrix<f64>, before: &[f64], terms: &[String], has_effects: bool) -> Found {
    let k = terms.len();
    let mut keep = vec![false; k];
    let mut dropped = Vec::new();
    let mut kept: Vec<usize> = Vec::new();
    let mut factor: Vec<Vec<f64>> = Vec::new();
    let mut least_left = f64::INFINITY;
    for at in 0..k {
        let squared = gram[(at, at)];
        if squared.sqrt() <= ABSORBED * before[at] || before[at] == 0.0 {
            let reason = match (before[at] == 0.0, has_effects) {
                (true, _) => "zero in every row used".to_owned(),
                (false, true) => "absorbed by the effects".to_owned(),
                (false, false) => "does not vary".to_owned(),
            };
            dropped.push(Collinear { term: terms[at].clone(), reason });
            least_left = 0.0;
            continue;
        }
        let mut row: Vec<f64> = Vec::with_capacity(kept.len() + 1);
        for (known, &other) in factor.iter().zip(&kept) {
            let cross = gram[(other, at)] / (gram[(other, other)] * squared).sqrt();
            let explained: f64 = known.iter().zip(&row).map(|(a, b)| a * b).sum();
            row.push((cross - explained) / known[row.len()]);
        }
        let left = 1.0 - row.iter().map(|value| value * value).sum::<f64>();
        least_left = least_left.min((left.max(0.0) * squared).sqrt() / before[at]);
        if left > COMBINATION || left.is_nan() {
            keep[at] = true;
            kept.push(at);
            row.push(left.sqrt());
            factor.push(row);
            continue;
        }
        let weights = combination(&factor, row);
        let named: Vec<&str> = kept
            .iter()
            .zip(&weights)
            .filter(|(_, weight)| weight.abs() > NAMED)
            .map(|(&other, _)| terms[other].as_str())
            .collect();
        let suffix = if has_effects { " and the effects" } else { "" };
        let reason = format!("combination of {}{suffix}", named.join(", "));
        dropped.push(Collinear { term: terms[at].clone(), reason });
    }
    Found { keep, dropped, least_left }
}

/// Solves `L' weights = row` for the rows of a Cholesky factor `L`.
fn combination(factor: &[Vec<f64>], mut row: Vec<f64>) -> Vec<f64> {
    for at in (0..row.len()).rev() {
        row[at] /= factor[at][at];
        let weight = row[at];
        row[..at].iter_mut().zip(&factor[at]).for_each(|(value, entry)| *value -= weight * entry);
    }
    row
}

/// Solves a symmetric positive definite system, scaled to a unit diagonal.
#[must_use]
pub fn solve(matrix: &DMatrix<f64>, right: &DVector<f64>) -> DVector<f64> {
    let inverse = inverse(matrix);
    let first = &inverse * right;
    // One step of refinement: the Gram matrix may be ill conditioned.
    let residual = right - matrix * &first;
    first + inverse * residual
}

/// Inverse of a symmetric positive definite matrix, scaled to a unit diagonal.
#[must_use]
pub fn inverse(matrix: &DMatrix<f64>) -> DMatrix<f64> {
    let k = matrix.nrows();
    let scale = DVector::from_fn(k, |at, _| 1.0 / matrix[(at, at)].max(f64::MIN_POSITIVE).sqrt());
    let scaled = DMatrix::from_fn(k, k, |a, b| matrix[(a, b)] * scale[a] * scale[b]);
    let inverse = scaled.clone().cholesky().map_or_else(
        || symmetric::function(scaled, |value| if value.abs() > 1e-14 { 1.0 / value } else { 0.0 }),
        |factor| factor.inverse(),
    );
    DMatrix::from_fn(k, k, |a, b| inverse[(a, b)] * scale[a] * scale[b])
}
