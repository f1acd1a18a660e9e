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
#[derive(Debug, Clone, PartialEq)]
pub struct Pilot {
    /// Variance of each option's expected real income in the focus country in the last year, percentage points squared, and
    /// what of it is of the event draws. Options with too few draws to tell are left out.
    pub variances: Vec<[f64; 2]>,
    /// Its solved draws.
    pub draws: u64,
    /// Its event draws.
    pub event_draws: u64,
}

/// An error that no number of solved draws reaches.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{event_draws} draws of the events alone leave an error of {least_pp:.2e} percentage points")]
pub struct TooFewEventDraws {
    /// Draws of the events.
    pub event_draws: u64,
    /// Error that they leave, percentage points.
    pub least_pp: f64,
    /// Draws of the events that leave half of the square of the error asked for.
    pub needed: u64,
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
        let variance = |option| {
            let found = ThreeNumbers::of(&frame, &block, option, (HEADLINE[0], frame.focus()));
            found.expected_se.map(|se| [se * se, found.event_variance])
        };
        let Plan { draws, event_draws, .. } = experiment.plan;
        Ok(Self { variances: others.filter_map(variance).collect(), draws, event_draws })
    }

    /// Solved draws with which the error of every option is at most `wanted_pp`: the part of its square that is theirs falls
    /// with their number. Not fewer than the pilot's.
    ///
    /// # Errors
    /// [`TooFewEventDraws`] if the other part is larger already.
    pub fn draws_for(&self, wanted_pp: f64) -> Result<u64, TooFewEventDraws> {
        let wanted = wanted_pp * wanted_pp;
        let of_events = self.variances.iter().map(|[_, of_events]| *of_events).fold(0.0, f64::max);
        if of_events >= wanted {
            let needed = (2.0 * self.event_draws as f64 * of_events / wanted).ceil() as u64;
            return Err(TooFewEventDraws {
                event_draws: self.event_draws,
                least_pp: of_events.sqrt(),
                needed,
            });
        }
        let ratio = |[whole, of_events]: &[f64; 2]| (whole - of_events) / (wanted - of_events);
        let most = self.variances.iter().map(ratio).fold(0.0, f64::max);
        // A number that does not fit is refused later for the memory that it would take.
        Ok(((self.draws as f64 * most).ceil() as u64).max(self.draws))
    }
}

#[cfg(test)]
mod tests {
    use super::Pilot;

    fn pilot(variances: &[[f64; 2]]) -> Pilot {
        Pilot { variances: variances.to_vec(), draws: 50, event_draws: 1_000 }
    }

    #[test]
    fn half_the_error_takes_four_times_the_draws() {
        let plain = pilot(&[[0.0001, 0.0], [4.0 * 0.0001, 0.0]]);
        assert_eq!(plain.draws_for(0.01), Ok(200));
        assert_eq!(plain.draws_for(0.5), Ok(50));
        assert_eq!(pilot(&[]).draws_for(0.01), Ok(50));
    }

    #[test]
    fn what_the_event_draws_leave_is_not_made_up_for_by_solved_ones() {
        // Of a square of 5 units 3 are of the draws; with 4 allowed, 2 remain for them.
        let unit = 0.0001;
        assert_eq!(pilot(&[[5.0 * unit, 2.0 * unit]]).draws_for(0.02), Ok(75));
        let refused = pilot(&[[3.0 * unit, 2.0 * unit]]).draws_for(0.01).unwrap_err();
        assert_eq!(refused.needed, 4_000);
        assert!(refused.to_string().contains("1000 draws of the events alone leave"));
    }
}
