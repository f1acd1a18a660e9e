//! `beats.csv`: how likely one option gives a country more than another.

use super::rows::{Text, table};
use crate::ensemble::summary::HEADLINE;
use crate::ensemble::{Beats, RunFrame, YearBlock};
use crate::projection::Outcome;

table! {
    /// How often an option gives a country more real income than another option in the same draw, in the last year.
    pub struct BeatsRow<'a> in "beats.csv" by (option, other, iso3) {
        /// Option
        option: Text<'a>,
        /// Option that it is compared with
        other: Text<'a>,
        /// Country
        iso3: Text<'a>,
        /// Year
        year: i16,
        /// Measure, as in projections.csv
        measure: Text<'a>,
        /// Share of the solved draws in which the option gives more
        beats_share: f64 ["share"],
        /// Monte Carlo standard error of that share: of a beta distribution with half a draw added on each side; draws with weights count as fewer
        beats_se: f64 ["share"],
        /// Share of the draws in which both give the same: as a rule neither is in force
        equal_share: f64 ["share"],
        /// Draws
        draws: u64 ["count"],
        /// Share of the draws with both in force in which the option gives more; empty where there are none
        if_both_share: Option<f64> ["share"],
        /// Its standard error
        if_both_se: Option<f64> ["share"],
        /// Draws with both in force
        draws_both: u64 ["count"],
    }
}

/// Rows of one country; `frame` and `block` hold that country and the headline measures alone, for all options.
#[must_use]
pub fn beats(frame: &RunFrame, block: &YearBlock) -> Vec<BeatsRow<'static>> {
    let options = &frame.plan.options;
    let pairs = (0..options.len()).flat_map(|one| (0..options.len()).map(move |other| [one, other]));
    let row = |[option, other]: [usize; 2]| {
        let found = Beats::of(&frame.sample, block, [option, other], (0, 0));
        let (beats_share, beats_se) = found.all.share()?;
        let both = found.both_in_force.share();
        Some(BeatsRow {
            option: options[option].clone().into(),
            other: options[other].clone().into(),
            iso3: frame.countries[0].clone().into(),
            year: block.year,
            measure: Outcome::MEASURES[HEADLINE[0]].0.into(),
            beats_share,
            beats_se,
            equal_share: found.all.equal_share()?,
            draws: found.all.draws,
            if_both_share: both.map(|(share, _)| share),
            if_both_se: both.map(|(_, se)| se),
            draws_both: found.both_in_force.draws,
        })
    };
    pairs.filter(|[one, other]| one != other).filter_map(row).collect()
}
