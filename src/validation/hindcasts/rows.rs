//! Tables of results: single flows, and scores.

use crate::output::rows::{Text, table};

table! {
    /// Predicted and actual change of a flow's share of what the importer buys of the product, in logs, at border prices.
    /// `predicted` is the model as it runs: general equilibrium with adjustment over time.
    pub struct HindcastRow<'a> in "hindcasts.csv" by (hindcast, exporter, importer, sector) {
        /// Hindcast of hindcasts/cases.csv
        hindcast: Text<'a>,
        /// Country of origin
        exporter: Text<'a>,
        /// Country
        importer: Text<'a>,
        /// Product
        sector: Text<'a>,
        /// Log change of the share: general equilibrium, elasticities at the age of the change
        predicted: f64 ["ln"],
        /// What came
        actual: f64 ["ln"],
        /// target, others or home
        group: Text<'a>,
        /// Share of the flow in those scored, base year: its weight
        weight_share: f64 ["share"],
        /// Log change of 1 + tariff
        tariff_dln: f64 ["ln"],
        /// Interval of 90 % from the standard errors of elasticities, lower end
        predicted_p05: f64 ["ln"],
        /// Upper end
        predicted_p95: f64 ["ln"],
        /// General equilibrium with long-run elasticities
        predicted_long_run: f64 ["ln"],
        /// Import demand alone, costs unchanged, elasticities at the age of the change
        demand: f64 ["ln"],
        /// Every seller grows as before
        trend: f64 ["ln"],
        /// Gravity of the years before; empty = it could not be estimated
        gravity: Option<f64> ["ln"],
    }
}

table! {
    /// Scores of a hindcast: how a method does on a group of flows, weighted by the flows of the first year.
    pub struct HindcastScore<'a> in "hindcast_scores.csv" by (hindcast, window, method, adjustment, group, outcome) {
        /// Hindcast of hindcasts/cases.csv
        hindcast: Text<'a>,
        /// forecast, or placebo: the same predictions beside a window before the change
        window: Text<'a>,
        /// First year of the window
        from_year: i16,
        /// Last year of the window
        to_year: i16,
        /// equilibrium: costs move too; demand: import demand alone
        method: Text<'a>,
        /// adjusted: elasticities at the age of the change; long_run
        adjustment: Text<'a>,
        /// all, target, others, or home: home sales
        group: Text<'a>,
        /// share: of what the importer buys of the product; level: the flow itself
        outcome: Text<'a>,
        /// Weighted correlation of predicted and actual; empty = all predictions are the same
        correlation: Option<f64>,
        /// Slope of actual on predicted; 1 is right, below 1 the model overshoots
        slope: Option<f64>,
        /// Root mean square error, logs
        rmse: f64 ["ln"],
        /// The same of no change
        rmse_no_change: f64 ["ln"],
        /// The same where each flow grows with all purchases of the importer, as before; of shares: no change
        rmse_proportional: f64 ["ln"],
        /// The same where each seller grows as before
        rmse_trend: f64 ["ln"],
        /// The same of gravity estimated on the years before; empty = it could not be
        rmse_gravity: Option<f64> ["ln"],
        /// How much less the method errs than no change
        gain_pct: Option<f64> ["pct"],
        /// Flows
        n: u64,
        /// Flows without a value in the last year, which have no logarithm
        n_gone: u64,
        /// Interval of 90 % of the correlation, partners sampled with replacement; empty = fewer than five
        correlation_p05: Option<f64>,
        /// Upper end
        correlation_p95: Option<f64>,
        /// The same of the slope
        slope_p05: Option<f64>,
        /// Upper end
        slope_p95: Option<f64>,
        /// The same of the gain
        gain_p05_pct: Option<f64> ["pct"],
        /// Upper end
        gain_p95_pct: Option<f64> ["pct"],
        /// Flows inside the interval of 90 % that elasticities alone give; empty in placebo windows and for levels
        coverage_pct: Option<f64> ["pct"],
        /// The same with the noise of the placebo window added
        coverage_with_noise_pct: Option<f64> ["pct"],
    }
}

impl HindcastRow<'_> {
    /// The row as files have it: five decimals.
    #[must_use]
    pub fn rounded(self) -> Self {
        let five = |value: f64| (value * 1e5).round() / 1e5;
        Self {
            predicted: five(self.predicted),
            actual: five(self.actual),
            tariff_dln: five(self.tariff_dln),
            predicted_p05: five(self.predicted_p05),
            predicted_p95: five(self.predicted_p95),
            predicted_long_run: five(self.predicted_long_run),
            demand: five(self.demand),
            trend: five(self.trend),
            gravity: self.gravity.map(five),
            ..self
        }
    }
}
