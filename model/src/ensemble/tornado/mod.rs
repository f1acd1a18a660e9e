//! How far the headline moves when one assumption at a time goes to an end of its range, and with two of the largest together.
//!
//! A range is a row of `tornado.csv` ([`Assumption`]): which cells of which table, and what they become at the low and at
//! the high end. Each end is a run of its own of the reference paths with that table changed; nothing else moves. So a new
//! assumption is a row, no code.

mod ranges;

pub use ranges::{Assumption, TORNADO_FILE};

use super::counts::RunCounts;
use super::experiment::Experiment;
use super::plan::{Plan, Shard};
use super::run::Watch;
use super::summary::{Against, Cell, HEADLINE, value};
use crate::data::Files;
use crate::error::InputErrors;
use crate::numerics::parallel;
use crate::sorted::sort_by;

/// The headline of one option with one assumption at its ends: real income of the focus country on the reference path in
/// the last year against the reference option, percent.
#[derive(Debug, Clone, PartialEq)]
pub struct Swing {
    /// Position of the assumption.
    pub assumption: usize,
    /// That of another which goes to its ends with it: then `ends_pct` are the least and the most of the four corners.
    pub with: Option<usize>,
    /// Position of the option in the plan.
    pub option: usize,
    /// With all assumptions as they are.
    pub central_pct: f64,
    /// With the assumption at its low and at its high end.
    pub ends_pct: [f64; 2],
}

impl Swing {
    /// Distance of the ends.
    #[must_use]
    pub fn size(&self) -> f64 {
        let all = [self.central_pct, self.ends_pct[0], self.ends_pct[1]];
        all.iter().fold(f64::NEG_INFINITY, |most, value| most.max(*value))
            - all.iter().fold(f64::INFINITY, |least, value| least.min(*value))
    }
}

/// The swings of every option under every assumption, the assumption that moves any option most first; then of every two
/// among the `n_together` first.
///
/// # Errors
/// [`InputErrors`] of plan, data or ranges; a table that is refused at an end, named with the assumption; a state without
/// equilibrium.
pub fn tornado(
    files: &Files,
    plan: &Plan,
    assumptions: &[Assumption],
    n_together: usize,
    watch: &dyn Watch,
) -> anyhow::Result<Vec<Swing>> {
    let plan = headline_plan(plan);
    watch.stage("all assumptions as they are");
    let n_together = n_together.min(assumptions.len());
    let n_pairs = n_together * n_together.saturating_sub(1) / 2;
    watch.begin((1 + 2 * assumptions.len() + 4 * n_pairs) as u64);
    let central = headline(files, &plan)?;
    watch.advance(1);
    let trials = Trials { files, plan: &plan, assumptions, watch };
    let mut found = Vec::with_capacity(2 * assumptions.len());
    for (at, assumption) in assumptions.iter().enumerate() {
        watch.stage(&assumption.title);
        // Two at a time: each end holds a whole baseline path.
        let (low, high) = parallel::both(|| trials.at(&[(at, 0)]), || trials.at(&[(at, 1)]));
        found.extend([low?, high?]);
    }
    let reference = plan.options.iter().position(|id| *id == plan.reference_option);
    let mut swings = Vec::new();
    for (assumption, ends) in found.chunks(2).enumerate() {
        for option in (0..plan.options.len()).filter(|at| Some(*at) != reference) {
            let ends_pct = [ends[0][option], ends[1][option]];
            swings.push(Swing { assumption, with: None, option, central_pct: central[option], ends_pct });
        }
    }
    let largest = |assumption: usize| {
        let of = swings.iter().filter(|swing| swing.assumption == assumption);
        of.map(Swing::size).fold(0.0, f64::max)
    };
    let sizes: Vec<f64> = (0..assumptions.len()).map(largest).collect();
    sort_by(&mut swings, |a, b| {
        let by_size = sizes[b.assumption].total_cmp(&sizes[a.assumption]);
        by_size.then(a.assumption.cmp(&b.assumption)).then(a.option.cmp(&b.option))
    });
    let mut first: Vec<usize> = swings.iter().map(|swing| swing.assumption).collect();
    first.dedup();
    first.truncate(n_together);
    for (at, &assumption) in first.iter().enumerate() {
        for &with in &first[at + 1..] {
            let corners = trials.corners(assumption, with)?;
            for option in (0..plan.options.len()).filter(|at| Some(*at) != reference) {
                let values = || corners.iter().map(|corner| corner[option]);
                let (least, most) =
                    (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
                let (central_pct, ends_pct) = (central[option], [least, most]);
                swings.push(Swing { assumption, with: Some(with), option, central_pct, ends_pct });
            }
        }
    }
    Ok(swings)
}

/// What every trial is made of.
struct Trials<'a> {
    files: &'a Files,
    plan: &'a Plan,
    assumptions: &'a [Assumption],
    watch: &'a dyn Watch,
}

impl Trials<'_> {
    /// The headline by option with these assumptions at their low (0) or high (1) ends.
    fn at(&self, ends: &[(usize, usize)]) -> anyhow::Result<Vec<f64>> {
        let (mut files, mut names) = (self.files.clone(), Vec::new());
        for &(at, end) in ends {
            let assumption = &self.assumptions[at];
            files = assumption.at_end(&files, &self.plan.baseline, end)?;
            names.push(format!("assumption {}, {} end", assumption.id, ["low", "high"][end]));
        }
        let found = headline(&files, self.plan);
        self.watch.advance(1);
        found.map_err(|error| error.context(names.join(" and ")))
    }

    /// The headline at the four corners of the ranges of two assumptions.
    fn corners(&self, one: usize, other: usize) -> anyhow::Result<Vec<Vec<f64>>> {
        self.watch.stage(&format!("{} and {}", self.assumptions[one].title, self.assumptions[other].title));
        let mut corners = Vec::with_capacity(4);
        for end in [0, 1] {
            let corner = |of_other: usize| self.at(&[(one, end), (other, of_other)]);
            let (low, high) = parallel::both(|| corner(0), || corner(1));
            corners.extend([low?, high?]);
        }
        Ok(corners)
    }
}

/// The plan without draws to speak of, which the reference paths do not need; with the last year alone where nothing
/// moves from year to year.
fn headline_plan(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    if !(plan.dynamics.capital || plan.dynamics.adjustment) {
        plan.years = [plan.years[1]; 2];
    }
    plan.bilateral_years.clear();
    (plan.draws, plan.event_draws) = (1, 1);
    plan
}

/// Real income of the focus country by option.
fn headline(files: &Files, plan: &Plan) -> anyhow::Result<Vec<f64>> {
    let experiment = Experiment::load(files, plan.clone(), Shard::WHOLE, &|_, _| Ok::<_, InputErrors>(()))?;
    let experiment = experiment.without_static_part();
    let years = experiment.reference_years(&RunCounts::default())?;
    let block = &years.last().expect("a checked plan has a year").block;
    let frame = super::RunFrame::new(&experiment);
    let cell = Cell::Country(HEADLINE[0], frame.focus());
    let against = Against::Reference(frame.reference());
    Ok((0..plan.options.len()).map(|option| value(block, 0, option, cell, against)).collect())
}
