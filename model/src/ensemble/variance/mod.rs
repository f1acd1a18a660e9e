//! How much of the spread of the headline comes from what happens, and how much from each group of parameters.

pub mod indices;

use indices::{Index, Values};

use super::counts::RunCounts;
use super::experiment::Experiment;
use super::frame::RunFrame;
use super::numbers::Points;
use super::plan::{Plan, Shard};
use super::point::{Group, Point};
use super::run::Watch;
use super::sample::Sampling;
use super::summary::{Against, Cell, HEADLINE, value};
use crate::data::Files;
use crate::error::InputErrors;

/// What an option gives a country in the last year, and where its spread comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// Position of the option in the plan.
    pub option: usize,
    /// Position of the country.
    pub country: usize,
    /// Mean over both samples: real income against the reference option, percent.
    pub mean_pct: f64,
    /// Standard deviation, percentage points.
    pub sd_pp: f64,
    /// By group, in the order of [`Group::ALL`]; `None` where nothing varies.
    pub indices: Option<Vec<Index>>,
}

/// The spread of every option but the reference option in every country, from `n` points of each of two samples.
///
/// Cost: `9 n` draws of all options and years: two samples, and one for each of seven groups.
///
/// # Errors
/// [`InputErrors`] of plan and data; a state without equilibrium.
pub fn spreads(
    files: &Files,
    plan: Plan,
    n: u64,
    watch: &dyn Watch,
) -> anyhow::Result<(RunFrame, Vec<Spread>)> {
    let points = design(n);
    watch.stage("baseline path and timelines");
    let mut plan = plan;
    plan.draws = points.len() as u64;
    plan.bilateral_years.clear();
    (plan.sampling, plan.points) = (Sampling::Plain, Points::Plain);
    let allow = |_: &_, _: &_| Ok::<_, InputErrors>(());
    let experiment = Experiment::load_points(files, plan, (Shard::WHOLE, Some(points)), &allow)?;
    let block = experiment.last_block(&RunCounts::default(), watch)?;
    let frame = RunFrame::new(&experiment);
    let against = Against::Reference(frame.reference());
    let others = (0..frame.plan.options.len()).filter(|&option| option != frame.reference());
    let places = others.flat_map(|option| (0..frame.countries.len()).map(move |country| (option, country)));
    let spread = |(option, country)| {
        let cell = Cell::Country(HEADLINE[0], country);
        let of = |sample: usize| -> Vec<f64> {
            let points = sample * n as usize..(sample + 1) * n as usize;
            points.map(|point| value(&block, point, option, cell, against)).collect()
        };
        let values =
            Values { a: of(0), b: of(1), mixed: (0..Group::ALL.len()).map(|group| of(2 + group)).collect() };
        let (mean_pct, sd_pp) = (values.mean(), values.sd());
        Spread { option, country, mean_pct, sd_pp, indices: values.indices() }
    };
    let found = places.map(spread).collect();
    Ok((frame, found))
}

/// The points of the design: the first sample, the second, and for each group the first with that group from the
/// second.
fn design(n: u64) -> Vec<Point> {
    let samples = (0..2 * n).map(Point::of);
    let mixed = Group::ALL.into_iter().flat_map(|group| (0..n).map(move |draw| (group, draw)));
    samples.chain(mixed.map(|(group, draw)| Point::of(draw).with(group, n + draw))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mixed_point_differs_from_the_first_sample_in_one_group() {
        let points = design(3);
        assert_eq!(points.len(), 3 * (2 + Group::ALL.len()));
        for (at, group) in Group::ALL.into_iter().enumerate() {
            for draw in 0..3 {
                let point = points[(2 + at) * 3 + draw as usize];
                for other in Group::ALL {
                    assert_eq!(point.draw(other), if other == group { 3 + draw } else { draw });
                }
            }
        }
    }
}
