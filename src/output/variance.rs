//! `variance.csv`: how much of the spread of the headline comes from what.

use super::rows::{Text, table};
use crate::ensemble::variance::Spread;
use crate::ensemble::{Group, RunFrame};

table! {
    /// Sobol' indices of real income in the last year against the reference option of the same draw: the share of its
    /// variance over the draws that comes from events and from each group of parameters. Empty where nothing varies.
    pub struct VarianceRow<'a> in "variance.csv" by (option, iso3, group) {
        /// Option
        option: Text<'a>,
        /// Country
        iso3: Text<'a>,
        /// Year
        year: i16,
        /// events, politics (errors of fitted weights), elasticities, depth (trade effect of deep agreements), services_cuts, utilisation (use of preferences), capital_shares, growth (of the baseline)
        group: Text<'a>,
        /// Share of the variance that knowing the group would take away on average
        first_order: Option<f64> ["share"],
        /// Its standard error (jackknife)
        first_order_se: Option<f64> ["share"],
        /// Share that would be left if all other groups were known
        total: Option<f64> ["share"],
        /// Its standard error (jackknife)
        total_se: Option<f64> ["share"],
        /// Mean of real income against the reference option
        mean_pct: f64 ["pct"],
        /// Its standard deviation over the draws
        sd_pp: f64 ["pp"],
        /// Points of each of the two samples
        points: u64 ["count"],
    }
}

/// Rows of `variance.csv`.
#[must_use]
pub fn rows<'a>(frame: &'a RunFrame, spreads: &[Spread], points: u64) -> Vec<VarianceRow<'a>> {
    let of_spread = |spread: &Spread| {
        let spread = spread.clone();
        let row = move |(at, group): (usize, Group)| {
            let index = spread.indices.as_ref().map(|indices| indices[at]);
            VarianceRow {
                option: frame.plan.options[spread.option].as_str().into(),
                iso3: frame.countries[spread.country].as_str().into(),
                year: frame.plan.years[1],
                group: group.name().into(),
                first_order: index.map(|index| index.first_order.0),
                first_order_se: index.map(|index| index.first_order.1),
                total: index.map(|index| index.total.0),
                total_se: index.map(|index| index.total.1),
                mean_pct: spread.mean_pct,
                sd_pp: spread.sd_pp,
                points,
            }
        };
        Group::ALL.into_iter().enumerate().map(row)
    };
    spreads.iter().flat_map(of_spread).collect()
}
