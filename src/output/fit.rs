//! `fit.csv` and `record_fit.csv` of `tradepath timeline --fit`.

use super::rows::{Text, table};
use crate::events::Duration;
use crate::events::fit::{Fit, Sample, fit};
use crate::events::fit_record::Quantity;

table! {
    /// Distributions fitted to how long steps took, rows after the cut-off left out.
    pub struct FittedDuration<'a> in "fit.csv" by (step, distribution) {
        /// From which event to which
        step: Text<'a>,
        /// Events
        n: u64 ["count"],
        /// 10 % quantile of the sample
        observed_p10_days: f64 ["days"],
        /// Median of the sample
        observed_p50_days: f64 ["days"],
        /// 90 % quantile of the sample
        observed_p90_days: f64 ["days"],
        /// log_normal, weibull or triangular; the closest first
        distribution: Text<'a>,
        /// As in option files
        parameters: Text<'a>,
        /// 10 % quantile of the distribution
        fitted_p10_days: Option<f64> ["days"],
        /// Median of the distribution
        fitted_p50_days: Option<f64> ["days"],
        /// 90 % quantile of the distribution
        fitted_p90_days: Option<f64> ["days"],
        /// Largest distance of the distribution functions (Kolmogorov and Smirnov)
        ks_distance: Option<f64>,
    }
}

table! {
    /// Quantities fitted to a record of votes, talks, spells or cases.
    pub struct FittedQuantity<'a> in "record_fit.csv" by (quantity) {
        /// Quantity, as the rows of weights.csv cite it
        quantity: Text<'a>,
        /// Estimate: a share, a logit, a rate a year, months or days, as the name says
        value: f64,
        /// Standard error; empty where the record says nothing
        std_error: Option<f64>,
        /// Cases
        n: u64 ["count"],
        /// How it was fitted
        method: Text<'a>,
    }
}

table! {
    /// What an option does to a party, as the events of options read it.
    pub struct PartyGain<'a> in "gains.csv" by (option, party) {
        /// Option
        option: Text<'a>,
        /// Country
        party: Text<'a>,
        /// Real income along the reference path against the reference option
        gain_pct: f64 ["pct"],
        /// Persons whose jobs go in sectors that shrink
        jobs_given_up: f64 ["persons"],
        /// Command that made it
        source: Text<'a>,
        /// seed, public, recalled or assumption
        mark: Text<'a>,
    }
}

/// A row of a quantity.
#[must_use]
pub fn quantity(one: &Quantity) -> FittedQuantity<'_> {
    FittedQuantity {
        quantity: one.name.as_str().into(),
        value: one.value,
        std_error: one.std_error,
        n: one.n,
        method: one.method.into(),
    }
}

/// Rows of one step: one a distribution, or one without where nothing can be fitted.
#[must_use]
pub fn rows(sample: &Sample) -> Vec<FittedDuration<'_>> {
    let mut days = sample.days.clone();
    days.sort_by(f64::total_cmp);
    let seen = Duration::Empirical { file: String::new(), sample: days.as_slice().into() };
    let row = |fit: Option<&Fit>| {
        let fitted = |p| fit.map(|fit| fit.duration.quantile(p).round());
        FittedDuration {
            step: sample.step.as_str().into(),
            n: days.len() as u64,
            observed_p10_days: seen.quantile(0.1),
            observed_p50_days: seen.quantile(0.5),
            observed_p90_days: seen.quantile(0.9),
            distribution: fit.map_or("", |fit| fit.kind).into(),
            parameters: fit.map(|fit| parameters(&fit.duration)).unwrap_or_default().into(),
            fitted_p10_days: fitted(0.1),
            fitted_p50_days: fitted(0.5),
            fitted_p90_days: fitted(0.9),
            ks_distance: fit.map(|fit| (fit.ks_distance * 1e4).round() / 1e4),
        }
    };
    let fits = fit(&days);
    if fits.is_empty() { vec![row(None)] } else { fits.iter().map(|fit| row(Some(fit))).collect() }
}

fn parameters(duration: &Duration) -> String {
    match duration {
        Duration::Fixed { days } => format!("days = {days}"),
        Duration::Triangular { low_days, mode_days, high_days } => {
            format!("low_days = {low_days:.0}, mode_days = {mode_days:.0}, high_days = {high_days:.0}")
        }
        Duration::LogNormal { median_days, p90_days } => {
            format!("median_days = {median_days:.0}, p90_days = {p90_days:.0}")
        }
        Duration::Weibull { shape, scale_days } => {
            format!("shape = {shape:.3}, scale_days = {scale_days:.0}")
        }
        Duration::Empirical { file, .. } => format!("file = {file}"),
    }
}
