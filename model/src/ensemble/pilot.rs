//! How many draws a run needs for the error that is asked for: a pilot tells, the run follows.

use serde::{Deserialize, Serialize};

use super::counts::RunCounts;
use super::experiment::Experiment;
use super::frame::RunFrame;
use super::plan::{Plan, Shard};
use super::run::Watch;
use super::summary::HEADLINE;
use super::three_numbers::ThreeNumbers;
use crate::data::{Axes, Files};
use crate::error::InputErrors;

/// What a pilot found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pilot {
    /// Of version, plan, data and seed.
    pub fingerprint: String,
    /// The options but the reference option.
    pub errors: Vec<OptionError>,
    /// Its solved draws.
    pub draws: u64,
    /// Its event draws.
    pub event_draws: u64,
}

/// The error of an option's expected real income in the focus country in the last year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OptionError {
    /// Option.
    pub option: String,
    /// Its square, and what of it is of the event draws, percentage points squared; `None` with too few draws to tell.
    pub variances: Option<[f64; 2]>,
}

/// Why no number of solved draws leads to an error, or none can be told.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unreachable {
    /// The draws of the events leave more.
    #[error("{event_draws} draws of the events alone leave an error of {least_pp:.2e} percentage points")]
    TooFewEventDraws {
        /// Draws of the events.
        event_draws: u64,
        /// Error that they leave, percentage points.
        least_pp: f64,
        /// Draws of the events that leave half of the square of the error asked for.
        needed: u64,
    },
    /// The pilot shows no option both in force and not.
    #[error("a pilot of {draws} draws cannot tell the error of {}", options.join(", "))]
    Unseen {
        /// Its draws.
        draws: u64,
        /// Options of which it has too few.
        options: Vec<String>,
    },
}

impl Pilot {
    /// Solves the draws of `plan`, and keeps nothing but the errors; `allow` is asked once the size is known. Where `known`
    /// has the pilot of the same fingerprint, that is taken.
    ///
    /// # Errors
    /// [`InputErrors`] of plan and data, and those of `allow`; a state without equilibrium.
    pub fn run(
        files: &Files,
        plan: &Plan,
        allow: &dyn Fn(&Axes, &Plan) -> Result<(), InputErrors>,
        known: &dyn Fn(&str) -> Option<Self>,
        watch: &dyn Watch,
    ) -> anyhow::Result<Self> {
        let mut plan = plan.clone();
        plan.bilateral_years.clear();
        watch.stage("pilot");
        let experiment = Experiment::load(files, plan, Shard::WHOLE, allow)?;
        let fingerprint = experiment.fingerprint();
        if let Some(pilot) = known(&fingerprint) {
            return Ok(pilot);
        }
        let block = experiment.last_block(&RunCounts::default(), watch)?;
        let frame = RunFrame::new(&experiment);
        let others = (0..frame.plan.options.len()).filter(|&option| option != frame.reference());
        let error = |option: usize| {
            let found = ThreeNumbers::of(&frame, &block, option, (HEADLINE[0], frame.focus()));
            // That no draw of the events has it in force does not make it impossible.
            let is_never = found.chance.is_some_and(|(chance, _)| chance == 0.0);
            let variances = found.expected_se.filter(|_| !is_never).map(|se| [se * se, found.event_variance]);
            OptionError { option: frame.plan.options[option].clone(), variances }
        };
        let Plan { draws, event_draws, .. } = experiment.plan;
        Ok(Self { fingerprint, errors: others.map(error).collect(), draws, event_draws })
    }

    /// Options of which the pilot has too few draws in force, or too few that are not, to tell their error.
    #[must_use]
    pub fn unseen(&self) -> Vec<String> {
        let unseen = self.errors.iter().filter(|error| error.variances.is_none());
        unseen.map(|error| error.option.clone()).collect()
    }

    /// Solved draws with which the error of every option is at most `wanted_pp`: the part of its square that is theirs falls
    /// with their number. Not fewer than the pilot's; those of [`Pilot::unseen`] have no say.
    ///
    /// # Errors
    /// [`Unreachable`] if the other part is larger already, or no option can be told.
    pub fn draws_for(&self, wanted_pp: f64) -> Result<u64, Unreachable> {
        let unseen = self.unseen();
        if !unseen.is_empty() && unseen.len() == self.errors.len() {
            return Err(Unreachable::Unseen { draws: self.draws, options: unseen });
        }
        let variances = || self.errors.iter().filter_map(|error| error.variances);
        let wanted = wanted_pp * wanted_pp;
        let of_events = variances().map(|[_, of_events]| of_events).fold(0.0, f64::max);
        if of_events > 0.0 && of_events >= wanted {
            let needed = (2.0 * self.event_draws as f64 * of_events / wanted).ceil() as u64;
            let least_pp = of_events.sqrt();
            return Err(Unreachable::TooFewEventDraws { event_draws: self.event_draws, least_pp, needed });
        }
        let ratio = |[whole, of_events]: [f64; 2]| (whole - of_events) / (wanted - of_events);
        let most = variances().map(ratio).fold(0.0, f64::max);
        // A number that does not fit is refused later for the memory that it would take.
        Ok(((self.draws as f64 * most).ceil() as u64).max(self.draws))
    }
}

#[cfg(test)]
mod tests {
    use super::{OptionError, Pilot, Unreachable};

    fn pilot(variances: &[[f64; 2]]) -> Pilot {
        let error = |of: &[f64; 2]| OptionError { option: "join".into(), variances: Some(*of) };
        let errors = variances.iter().map(error).collect();
        Pilot { fingerprint: String::new(), errors, draws: 50, event_draws: 1_000 }
    }

    #[test]
    fn an_option_that_few_draws_show_is_not_taken_as_certain() {
        let mut found = pilot(&[[0.0001, 0.0]]);
        found.errors.push(OptionError { option: "rare".into(), variances: None });
        assert_eq!((found.unseen(), found.draws_for(10.0)), (vec!["rare".into()], Ok(50)));
        found.errors.remove(0);
        let unseen = Unreachable::Unseen { draws: 50, options: vec!["rare".into()] };
        assert_eq!(found.draws_for(10.0), Err(unseen));
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
        assert!(matches!(refused, Unreachable::TooFewEventDraws { needed: 4_000, .. }));
        assert!(refused.to_string().contains("1000 draws of the events alone leave"));
    }
}
