//! `quadrature.csv`: what options give on their reference paths over the parameters alone.

use super::rows::{Text, table};
use crate::ensemble::RunFrame;
use crate::ensemble::quadrature::ParameterSpread;

table! {
    /// Real income in the last year of the reference path against the reference option, over the parameters alone: from two
    /// points for each parameter (a rule of degree 3).
    pub struct QuadratureRow<'a> in "quadrature.csv" by (option, iso3) {
        /// Option
        option: Text<'a>,
        /// Country
        iso3: Text<'a>,
        /// Year
        year: i16,
        /// Mean over the parameters
        mean_pct: f64 ["pct"],
        /// Standard deviation over the parameters
        sd_pp: f64 ["pp"],
        /// With central parameters
        central_pct: f64 ["pct"],
        /// Points of the rule
        points: u64 ["count"],
    }
}

/// Rows of `quadrature.csv`.
#[must_use]
pub fn rows<'a>(frame: &'a RunFrame, spreads: &[ParameterSpread], points: usize) -> Vec<QuadratureRow<'a>> {
    let row = |spread: &ParameterSpread| QuadratureRow {
        option: frame.plan.options[spread.option].as_str().into(),
        iso3: frame.countries[spread.country].as_str().into(),
        year: frame.plan.years[1],
        mean_pct: spread.mean_pct,
        sd_pp: spread.sd_pp,
        central_pct: spread.central_pct,
        points: points as u64,
    };
    spreads.iter().map(row).collect()
}
