//! `summary.csv`: the three numbers of every option, country and measure.

use jiff::civil::Date;

use super::rows::{Text, table};
use super::run::country_cells;
use crate::ensemble::summary::Cell;
use crate::ensemble::{RunFrame, ThreeNumbers, YearBlock};
use crate::numerics::parallel;

table! {
    /// What each option gives in the last year against the reference option: if it is in force, how likely that is, what
    /// to expect. Chance and dates are from the draws of events, the rest from the solved draws.
    pub struct SummaryRow<'a> in "summary.csv" by (option, iso3, measure, unit) {
        /// Option
        option: Text<'a>,
        /// Country
        iso3: Text<'a>,
        /// Measure, as in projections.csv
        measure: Text<'a>,
        /// pct, musd2019 or persons
        unit: Text<'a>,
        /// Share of the event draws in which its deal is in force at the end of the last year; empty where it has none
        chance: Option<f64> ["share"],
        /// Monte Carlo standard error of the chance
        chance_se: Option<f64> ["share"],
        /// Median of the first day in force, given that it comes
        date_in_force_p50: Option<Date>,
        /// Mean over the solved draws in which it is in force
        if_in_force_mean: Option<f64> ["unit"],
        /// Monte Carlo standard error of that mean; empty with one such draw
        if_in_force_se: Option<f64> ["unit"],
        /// 5 % quantile over these draws
        if_in_force_p05: Option<f64> ["unit"],
        /// 95 % quantile over these draws
        if_in_force_p95: Option<f64> ["unit"],
        /// Number of these draws
        draws_in_force: u64 ["count"],
        /// Mean over all draws, those in and out of force weighted by the chance; unweighted where no solved draw shows one of the two
        expected_mean: f64 ["unit"],
        /// Monte Carlo standard error of that mean; empty where too few draws are solved to tell
        expected_se: Option<f64> ["unit"],
        /// Part of the mean in force with the rest of the world as under the reference option in the same draw
        own_effect: Option<f64> ["unit"],
        /// The rest: what it gives through others that it moves
        unlocked_effect: Option<f64> ["unit"],
        /// Members of its agreements at the end of its reference path, joined by |
        members: Text<'a>,
    }
}

/// Rows of `summary.csv` of these measures (positions in `Outcome::MEASURES`) from the block of the last year.
#[must_use]
pub fn summary<'a>(frame: &'a RunFrame, block: &YearBlock, measures: &[usize]) -> Vec<SummaryRow<'a>> {
    let options: Vec<usize> = (0..frame.plan.options.len()).filter(|&at| at != frame.reference()).collect();
    let of_option = |option: usize| -> Vec<SummaryRow<'a>> {
        let outlook = &frame.outlooks[option];
        let members: Text<'a> = outlook.members.join("|").into();
        let cells = country_cells(frame).filter_map(|found| match found.cell {
            Cell::Country(measure, n) if measures.contains(&measure) => {
                Some((found, ThreeNumbers::of(frame, block, option, (measure, n))))
            }
            _ => None,
        });
        let row = |(found, numbers): (super::run::CountryCell<'a>, ThreeNumbers)| SummaryRow {
            option: frame.plan.options[option].as_str().into(),
            iso3: found.iso3,
            measure: found.name.into(),
            unit: found.unit.into(),
            chance: numbers.chance.map(|(chance, _)| chance),
            chance_se: numbers.chance.map(|(_, se)| se),
            date_in_force_p50: outlook.p50_date,
            if_in_force_mean: numbers.if_in_force.map(|found| found.mean),
            if_in_force_se: numbers.if_in_force.and_then(|found| found.mc_se),
            if_in_force_p05: numbers.if_in_force.map(|found| found.quantiles[0]),
            if_in_force_p95: numbers.if_in_force.map(|found| found.quantiles[4]),
            draws_in_force: numbers.draws_in_force as u64,
            expected_mean: numbers.expected,
            expected_se: numbers.expected_se,
            own_effect: numbers.own,
            unlocked_effect: numbers.unlocked,
            members: members.clone(),
        };
        cells.map(row).collect()
    };
    let rows = parallel::map_each(&options, |&option| of_option(option));
    rows.into_iter().flatten().collect()
}
