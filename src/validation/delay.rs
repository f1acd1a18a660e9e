//! What waiting costs: every option on its reference path, and the same so many years later.

use crate::data::Files;
use crate::ensemble::summary::{Against, Cell, value};
use crate::ensemble::{Experiment, Plan, ReferenceYear, RunCounts, RunFrame, Shard, Watch};
use crate::error::InputErrors;
use crate::output::rows::{Text, table};
use crate::projection::Outcome;

/// Years of waiting.
pub const YEARS: i16 = 5;

table! {
    /// What it costs to begin an option later: gains on its reference path against the reference option, and the same
    /// with all that the option does some years later.
    pub struct DelayRow<'a> in "delay.csv" by (option, iso3) {
        /// Option
        option: Text<'a>,
        /// Country
        iso3: Text<'a>,
        /// Years of waiting
        delay_years: i16,
        /// Last year of the present values
        year: i16,
        /// Gains up to the last year, discounted to the first at the plan's rate
        present_value_musd2019: f64 ["musd2019"],
        /// The same for the option that comes later
        present_value_later_musd2019: f64 ["musd2019"],
        /// What waiting costs: the difference
        cost_musd2019: f64 ["musd2019"],
        /// The cost as a share of the gains; empty where there are none
        cost_share: Option<f64> ["share"],
        /// Real income in the last year
        real_income_pct: f64 ["pct"],
        /// The same for the option that comes later
        real_income_later_pct: f64 ["pct"],
    }
}

/// The cost of [`YEARS`] years of waiting by option and country, to the last year of the plan.
///
/// # Errors
/// [`InputErrors`] of plan and data; a state without equilibrium.
pub fn delay(files: &Files, plan: &Plan, watch: &dyn Watch) -> anyhow::Result<Vec<DelayRow<'static>>> {
    let mut plan = plan.clone();
    (plan.draws, plan.event_draws) = (1, 1);
    plan.bilateral_years.clear();
    plan.dynamics.labour = false;
    watch.stage("cost of waiting");
    watch.begin(2);
    let experiment = Experiment::load(files, plan, Shard::WHOLE, &|_, _| Ok::<_, InputErrors>(()))?;
    let mut experiment = experiment.without_static_part();
    let counts = RunCounts::default();
    let now = experiment.reference_years(&counts)?;
    watch.advance(1);
    experiment.delay(YEARS);
    let later = experiment.reference_years(&counts)?;
    watch.advance(1);
    Ok(rows(&RunFrame::new(&experiment), [&now, &later]))
}

fn rows(frame: &RunFrame, [now, later]: [&[ReferenceYear]; 2]) -> Vec<DelayRow<'static>> {
    let position = |measure: &str| {
        Outcome::MEASURES.iter().position(|(name, _)| *name == measure).expect("a measure of outcomes")
    };
    let (income, present) = (position("real_income"), position("real_income_present_value"));
    let against = Against::Reference(frame.reference());
    let Some((now, later)) = now.last().zip(later.last()) else { return Vec::new() };
    let mut rows = Vec::new();
    for option in (0..frame.plan.options.len()).filter(|&at| at != frame.reference()) {
        for (n, country) in frame.countries.iter().enumerate() {
            let of = |measure: usize| {
                [now, later].map(|year| value(&year.block, 0, option, Cell::Country(measure, n), against))
            };
            let ([gain, gain_later], [pct, pct_later]) = (of(present), of(income));
            rows.push(DelayRow {
                option: frame.plan.options[option].clone().into(),
                iso3: country.clone().into(),
                delay_years: YEARS,
                year: now.block.year,
                present_value_musd2019: gain,
                present_value_later_musd2019: gain_later,
                cost_musd2019: gain - gain_later,
                cost_share: (gain > 0.0).then(|| 1.0 - gain_later / gain),
                real_income_pct: pct,
                real_income_later_pct: pct_later,
            });
        }
    }
    rows
}
