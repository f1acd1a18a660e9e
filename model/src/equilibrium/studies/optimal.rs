//! Optimal tariffs of one country and Nash tariffs of several, by the gradients of welfare.

use ndarray::Array3;

pub use super::tariff_choice::{FIRST_ORDER_TOLERANCE, TariffChoice, TariffError, TariffSearch, Vary};
use super::tariff_choice::{Instruments, floor};
use super::trial::{Trial, polish};
use crate::equilibrium::counterfactual::result::Equilibrium;
use crate::equilibrium::counterfactual::shock::Shock;
use crate::equilibrium::prepared::PreparedBaseline;
use crate::numerics::bounded::{BoundedOptions, minimise};

/// Largest change of a log tariff between rounds at which a Nash equilibrium is accepted.
pub const NASH_TOLERANCE: f64 = 1e-6;
const MAX_ROUNDS: usize = 60;
const MAX_EVALUATIONS: usize = 1500;
/// Changes of ln W that the solver's tolerance cannot tell from none.
const WELFARE_NOISE: f64 = 1e-11;

impl PreparedBaseline {
    /// Tariffs of `player` that maximise its real income, all others as in `shock`.
    ///
    /// Projected L-BFGS in log tariffs; each evaluation is an equilibrium and one gradient by implicit
    /// differentiation. A local maximum: the search starts at the tariffs of `shock`.
    ///
    /// # Errors
    /// [`TariffError`]: no equilibrium on the way, nothing to tax, or first-order conditions not met.
    pub fn optimal_tariffs(
        &self,
        player: usize,
        shock: &Shock,
        search: TariffSearch,
    ) -> Result<TariffChoice, TariffError> {
        let start = self.solve(shock)?;
        self.best_response(player, shock, search, start)
    }

    /// Tariffs of several countries each of which is the best response to the others'.
    ///
    /// Best responses in turn until no log tariff moves by more than [`NASH_TOLERANCE`].
    ///
    /// # Errors
    /// [`TariffError`], as for [`Self::optimal_tariffs`] or where the rounds do not settle.
    pub fn nash_tariffs(
        &self,
        players: &[usize],
        shock: &Shock,
        search: TariffSearch,
    ) -> Result<TariffChoice, TariffError> {
        let mut shock = Shock {
            tau: Some(shock.tau.clone().unwrap_or_else(|| self.economy().tau.clone())),
            ..shock.clone()
        };
        let mut equilibrium = self.solve(&shock)?;
        let (mut evaluations, mut change) = (1, f64::INFINITY);
        for round in 1..=MAX_ROUNDS {
            change = 0.0;
            for &player in players {
                let choice = self.best_response(player, &shock, search, equilibrium)?;
                let moved = shock.tau.iter().flatten().zip(&choice.tau);
                change = moved.fold(change, |change, (old, new)| (new / old).ln().abs().max(change));
                evaluations += choice.evaluations;
                equilibrium = choice.equilibrium;
                shock.tau = Some(choice.tau);
            }
            if change <= NASH_TOLERANCE {
                return self.confirm(players, &shock, search, equilibrium).map(|choice| TariffChoice {
                    evaluations,
                    rounds: round,
                    ..choice
                });
            }
        }
        let first_order = self.confirm(players, &shock, search, equilibrium)?.largest_first_order;
        Err(TariffError::NoNash { rounds: MAX_ROUNDS, first_order, change })
    }

    /// The first-order conditions of all players at given tariffs.
    fn confirm(
        &self,
        players: &[usize],
        shock: &Shock,
        search: TariffSearch,
        equilibrium: Equilibrium,
    ) -> Result<TariffChoice, TariffError> {
        let mut first_order = Array3::zeros(self.economy().tau.dim());
        let mut largest_first_order = 0.0_f64;
        for &player in players {
            let instruments = Instruments::new(self.economy(), player, search.vary)?;
            let gradient = self.gradient(&instruments, shock, &equilibrium)?;
            let (ln_tau, floor) = (instruments.read(&equilibrium.tau), floor(search));
            for &(j, i, group) in &instruments.cells {
                first_order[[j, player, i]] = gradient[group];
            }
            for ((value, share), ln_tau) in gradient.iter().zip(&instruments.share).zip(ln_tau) {
                let is_held = ln_tau <= floor + 1e-12 && *value < 0.0;
                largest_first_order = if is_held {
                    largest_first_order
                } else {
                    largest_first_order.max((value / share).abs())
                };
            }
        }
        let tau = equilibrium.tau.clone();
        Ok(TariffChoice { tau, equilibrium, first_order, largest_first_order, evaluations: 1, rounds: 1 })
    }

    fn best_response(
        &self,
        player: usize,
        shock: &Shock,
        search: TariffSearch,
        start: Equilibrium,
    ) -> Result<TariffChoice, TariffError> {
        let base = self.economy();
        let instruments = Instruments::new(base, player, search.vary)?;
        // In units in which the Hessian is near the identity: curvature grows with the import share.
        let scale: Vec<f64> = instruments.share.iter().map(|share| share.sqrt()).collect();
        let unscaled = |y: &[f64]| -> Vec<f64> { y.iter().zip(&scale).map(|(y, s)| y / s).collect() };
        let smallest = scale.iter().fold(f64::INFINITY, |a, b| a.min(*b));
        let options = BoundedOptions {
            // Guarantees the condition of every group; the smallest share is the strictest.
            tolerance: FIRST_ORDER_TOLERANCE * smallest,
            noise: WELFARE_NOISE,
            max_evaluations: MAX_EVALUATIONS,
        };
        let mut trial = Trial::new(self, &instruments, shock, start);
        let from: Vec<f64> = instruments.read(&trial.last.tau);
        let from = from.iter().zip(&scale).map(|(x, s)| x.max(floor(search)) * s).collect();
        let lower: Vec<f64> = scale.iter().map(|s| floor(search) * s).collect();
        let minimum = minimise(from, &lower, options, |y| {
            let (welfare, gradient) = trial.at(&unscaled(y))?;
            Ok::<_, TariffError>((-welfare, gradient.iter().zip(&scale).map(|(g, s)| -g / s).collect()))
        });
        let minimum = minimum.map_err(|error| trial.runaway(error))?;
        let (mut ln_tau, mut evaluations) = (unscaled(&minimum.x), minimum.evaluations);
        let mut choice = self.choice(&trial, &ln_tau, search)?;
        if choice.largest_first_order > FIRST_ORDER_TOLERANCE {
            evaluations += polish(&mut trial, &mut ln_tau, floor(search));
            choice = self.choice(&trial, &ln_tau, search)?;
        }
        if choice.largest_first_order > FIRST_ORDER_TOLERANCE {
            return Err(trial.runaway(TariffError::NotOptimal {
                player: base.axes.countries[player].iso3.clone(),
                evaluations,
                first_order: choice.largest_first_order,
                tolerance: FIRST_ORDER_TOLERANCE,
            }));
        }
        Ok(TariffChoice { evaluations, ..choice })
    }

    /// The tariffs `ln_tau` of the player with their first-order conditions.
    fn choice(
        &self,
        trial: &Trial<'_>,
        ln_tau: &[f64],
        search: TariffSearch,
    ) -> Result<TariffChoice, TariffError> {
        let mut tau = trial.tau.clone();
        trial.instruments.write(ln_tau, &mut tau);
        let shock = Shock { tau: Some(tau), ..trial.shock.clone() };
        let equilibrium = self.solve_from(&shock, &trial.last.starting_point())?;
        self.confirm(&[trial.instruments.player], &shock, search, equilibrium)
    }
}
