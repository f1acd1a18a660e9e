//! The tariffs that a search for an optimum tries, and its last stretch.

use super::tariff_choice::{FIRST_ORDER_TOLERANCE, Instruments, TariffError};
use crate::economy::Tariffs;
use crate::equilibrium::counterfactual::failure::NoEquilibrium;
use crate::equilibrium::counterfactual::result::Equilibrium;
use crate::equilibrium::counterfactual::shock::Shock;
use crate::equilibrium::prepared::PreparedBaseline;
use crate::numerics::mixer::Mixer;

/// Evaluations of the last stretch, and iterates that it remembers.
const MAX_POLISH: usize = 200;
const POLISH_MEMORY: usize = 15;
/// Share of the condition by which a log tariff moves: about one over the curvature.
const POLISH_STEP: f64 = 0.2;

/// The tariffs that a search tries, each solved from the one before.
pub(super) struct Trial<'a> {
    prepared: &'a PreparedBaseline,
    pub instruments: &'a Instruments,
    pub shock: Shock,
    pub tau: Tariffs,
    pub last: Equilibrium,
    /// Highest log tariff that has an equilibrium, and what was said where there was none.
    highest: f64,
    failure: Option<Box<NoEquilibrium>>,
}

impl<'a> Trial<'a> {
    pub fn new(
        prepared: &'a PreparedBaseline,
        instruments: &'a Instruments,
        shock: &Shock,
        last: Equilibrium,
    ) -> Self {
        let tau = last.tau.clone();
        Self { prepared, instruments, shock: shock.clone(), tau, last, highest: 0.0, failure: None }
    }

    /// Log real income and its gradient by group at these log tariffs.
    pub fn at(&mut self, ln_tau: &[f64]) -> Result<(f64, Vec<f64>), TariffError> {
        self.instruments.write(ln_tau, &mut self.tau);
        self.shock.tau = Some(self.tau.clone());
        let solved = match self.prepared.solve_from(&self.shock, &self.last.starting_point()) {
            Ok(solved) => solved,
            Err(error) => {
                self.failure = Some(error.clone());
                return Err(error.into());
            }
        };
        self.highest = ln_tau.iter().fold(self.highest, |highest, x| x.max(highest));
        let gradient = self.prepared.gradient(self.instruments, &self.shock, &solved)?;
        let welfare = solved.ln_welfare(self.prepared.economy())[self.instruments.player];
        self.last = solved;
        Ok((welfare, gradient))
    }

    /// An error of the search, or that it runs away where tariffs on the way have no equilibrium.
    pub fn runaway(&mut self, error: TariffError) -> TariffError {
        match self.failure.take().filter(|_| self.prepared.has_deficits()) {
            Some(reason) => TariffError::RunsAway {
                player: self.prepared.economy().axes.countries[self.instruments.player].iso3.clone(),
                largest_pct: 100.0 * self.highest.exp_m1(),
                reason,
            },
            None => error,
        }
    }
}

/// Brings first-order conditions down where changes of the value are too small to guide a search: accelerated
/// steps of every log tariff by its condition over its share. Evaluations used.
pub(super) fn polish(trial: &mut Trial<'_>, ln_tau: &mut Vec<f64>, floor: f64) -> usize {
    let share = trial.instruments.share.clone();
    let step = |at: &[f64], gradient: &[f64]| -> Vec<f64> {
        let moves = at.iter().zip(gradient).zip(&share);
        moves.map(|((x, g), share)| (x + POLISH_STEP * g / share).max(floor) - x).collect()
    };
    let size = |step: &[f64]| step.iter().fold(0.0_f64, |largest, step| step.abs().max(largest));
    let mut mixer = Mixer::new(POLISH_MEMORY);
    let (mut at, mut best) = (ln_tau.clone(), f64::INFINITY);
    let goal = 0.1 * POLISH_STEP * FIRST_ORDER_TOLERANCE;
    for evaluation in 1..=MAX_POLISH {
        // Without an equilibrium the best so far stands, and its condition decides.
        let Ok((_, gradient)) = trial.at(&at) else { return evaluation };
        let found = step(&at, &gradient);
        let now = size(&found);
        if now < best {
            (best, *ln_tau) = (now, at.clone());
        }
        if now <= goal {
            return evaluation;
        }
        if now > 100.0 * best {
            mixer = Mixer::new(POLISH_MEMORY);
            at = ln_tau.clone();
            continue;
        }
        at = mixer.next(&at, &found).into_iter().map(|x| x.max(floor)).collect();
    }
    MAX_POLISH
}
