//! How many draws a run needs for the error that is asked for: a pilot tells, the run follows.

use super::counts::RunCounts;
use super::experiment::Experiment;
use super::frame::RunFrame;
use super::plan::{Plan, Shard};
use super::run::Watch;
use super::summary::HEADLINE;
use super::three_numbers::ThreeNumbers;
use crate::data::Files;
use crate::error::InputErrors;

/// What a pilot found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pilot {
    /// Largest Monte Carlo standard error of an option's expected real income in the focus country in the last year,
    /// percentage points; `None` with too few draws to tell.
    pub se_pp: Option<f64>,
    /// Its draws.
    pub draws: u64,
}

impl Pilot {
    /// Solves the draws of `plan`, and keeps nothing but the error.
    ///
    /// # Errors
    /// [`InputErrors`] of plan and data; a state without equilibrium.
    pub fn run(files: &Files, plan: &Plan, watch: &dyn Watch) -> anyhow::Result<Self> {
        let mut plan = plan.clone();
        plan.bilateral_years.clear();
        let allow = |_: &_, _: &_| Ok::<_, InputErrors>(());
        let experiment = Experiment::load(files, plan, Shard::WHOLE, &allow)?;
        let block = experiment.last_block(&RunCounts::default(), watch)?;
        let frame = RunFrame::new(&experiment);
        let others = (0..frame.plan.options.len()).filter(|&option| option != frame.reference());
        let error =
            |option| ThreeNumbers::of(&frame, &block, option, (HEADLINE[0], frame.focus())).expected_se;
        Ok(Self { se_pp: others.filter_map(error).reduce(f64::max), draws: experiment.plan.draws })
    }

    /// Draws with which the error is `wanted_pp`: it falls with the root of their number. Not fewer than the pilot's.
    #[must_use]
    pub fn draws_for(&self, wanted_pp: f64) -> u64 {
        let ratio = self.se_pp.map_or(1.0, |se| se / wanted_pp);
        // A number that does not fit is refused later for the memory that it would take.
        ((self.draws as f64 * ratio * ratio).ceil() as u64).max(self.draws)
    }
}

#[cfg(test)]
mod tests {
    use super::Pilot;

    #[test]
    fn half_the_error_takes_four_times_the_draws() {
        let pilot = Pilot { se_pp: Some(0.02), draws: 50 };
        assert_eq!(pilot.draws_for(0.01), 200);
        assert_eq!(pilot.draws_for(0.5), 50);
        assert_eq!(Pilot { se_pp: None, draws: 50 }.draws_for(0.01), 50);
    }
}
