//! The files of `tradepath estimate` (`docs/contract.md`): of one model here, of several in [`models`]; the table that
//! people read in [`regression_table`].

pub mod models;
pub mod regression_table;
mod words;

use super::rows::{Precise, Text, table};
use crate::estimation::{Coefficient, Estimates};

table! {
    /// Coefficients with their standard errors; tests and the interval of 95 % are normal with PPML, and of Student's t
    /// with the degrees in fit.json with least squares. A perfect fit has no errors.
    pub struct CoefficientRow<'a> in "coefficients.csv" by (term) {
        /// Regressor
        term: Text<'a>,
        /// Coefficient
        estimate: Precise,
        /// Square root of its variance
        std_error: Precise,
        /// estimate / std_error
        z: Precise,
        /// Two-sided
        p_value: Precise ["share"],
        /// Lower end of the interval of 95 %
        ci_low: Precise,
        /// Upper end of the interval of 95 %
        ci_high: Precise,
    }
}

table! {
    /// Covariance of the coefficients, every pair of terms.
    pub struct CovarianceRow<'a> in "covariance.csv" by (term_a, term_b) {
        /// Regressor
        term_a: Text<'a>,
        /// Regressor
        term_b: Text<'a>,
        /// Covariance
        value: Precise,
    }
}

table! {
    /// Absorbed effects; second and later ones average zero over connected levels of the first.
    pub struct FixedEffectRow<'a> in "fixed_effects.csv" by (effect, level) {
        /// Effect as written in the formula
        effect: Text<'a>,
        /// Level, parts joined by ^
        level: Text<'a>,
        /// Coefficient
        value: Precise ["ln"],
    }
}

table! {
    /// Rows for which no estimate exists, with the rule that found them.
    pub struct SeparatedRow<'a> in "separated.csv" by (row) {
        /// Row of the panel, 1 = first data row
        row: u64,
        /// fixed_effect EFFECT=LEVEL, simplex or relu
        rule: Text<'a>,
    }
}

table! {
    /// Rows with a missing value, or alone in a level.
    pub struct DroppedRow<'a> in "dropped.csv" by (row) {
        /// Row of the panel, 1 = first data row
        row: u64,
        /// missing COLUMN or singleton EFFECT=LEVEL
        reason: Text<'a>,
    }
}

table! {
    /// Regressors that are not identified and were left out.
    pub struct CollinearRow<'a> in "collinear.csv" by (term) {
        /// Regressor
        term: Text<'a>,
        /// Why
        reason: Text<'a>,
    }
}

/// Rows of `coefficients.csv`.
#[must_use]
pub fn coefficients<'a>(estimates: &'a Estimates) -> Vec<CoefficientRow<'a>> {
    let row = |found: Coefficient<'a>| CoefficientRow {
        term: found.term.into(),
        estimate: Precise(found.estimate),
        std_error: Precise(found.std_error),
        z: Precise(found.z),
        p_value: Precise(found.p_value),
        ci_low: Precise(found.interval[0]),
        ci_high: Precise(found.interval[1]),
    };
    estimates.coefficients().into_iter().map(row).collect()
}

/// Rows of `covariance.csv`.
pub fn covariance(estimates: &Estimates) -> impl Iterator<Item = CovarianceRow<'_>> {
    let terms = &estimates.terms;
    let pairs = (0..terms.len()).flat_map(|a| (0..terms.len()).map(move |b| (a, b)));
    pairs.map(|(a, b)| CovarianceRow {
        term_a: terms[a].as_str().into(),
        term_b: terms[b].as_str().into(),
        value: Precise(estimates.covariance_of(a, b)),
    })
}

/// Rows of `fixed_effects.csv`.
pub fn fixed_effects(estimates: &Estimates) -> impl Iterator<Item = FixedEffectRow<'_>> {
    estimates.fixed_effects.iter().flat_map(|effect| {
        effect.levels.iter().zip(&effect.values).map(|(level, value)| FixedEffectRow {
            effect: effect.effect.as_str().into(),
            level: level.as_str().into(),
            value: Precise(*value),
        })
    })
}

/// Rows of `separated.csv`.
pub fn separated(estimates: &Estimates) -> impl Iterator<Item = SeparatedRow<'_>> {
    let rows = estimates.separation.rows.iter();
    rows.map(|found| SeparatedRow { row: found.row.into(), rule: found.rule.as_str().into() })
}

/// Rows of `dropped.csv`.
pub fn dropped(estimates: &Estimates) -> impl Iterator<Item = DroppedRow<'_>> {
    let rows = estimates.dropped.iter();
    rows.map(|found| DroppedRow { row: found.row.into(), reason: found.reason.as_str().into() })
}

/// Rows of `collinear.csv`.
pub fn collinear(estimates: &Estimates) -> impl Iterator<Item = CollinearRow<'_>> {
    let rows = estimates.collinear.iter();
    rows.map(|found| CollinearRow { term: found.term.as_str().into(), reason: found.reason.as_str().into() })
}
