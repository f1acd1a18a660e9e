//! Optimal tariffs of one country and Nash tariffs of several, by the gradients of welfare.

use ndarray::Array3;

use super::polish::{Trial, polish};
use super::result::Equilibrium;
use super::solve::{NoEquilibrium, PreparedBaseline, Shock};
use crate::data::SectorKind;
use crate::economy::{Economy, Tariffs};
use crate::numerics::bounded::{BoundedOptions, minimise};

/// First-order condition at which tariffs are accepted: d ln W / d ln tau per unit of import share.
pub const FIRST_ORDER_TOLERANCE: f64 = 1e-6;
/// Largest change of a log tariff between rounds at which a Nash equilibrium is accepted.
pub const NASH_TOLERANCE: f64 = 1e-6;
const MAX_ROUNDS: usize = 60;
const MAX_EVALUATIONS: usize = 1500;
/// Changes of ln W that the solver's tolerance cannot tell from none.
const WELFARE_NOISE: f64 = 1e-11;
/// Lowest 1 + tariff where import subsidies are allowed.
const LOWEST_SUBSIDISED: f64 = 0.2;

/// Which tariffs of a country move together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vary {
    /// One rate for all imports of goods.
    Uniform,
    /// One rate a sector.
    Sector,
    /// One rate a partner.
    Partner,
    /// A rate of its own for every partner and sector.
    Cell,
}

/// How tariffs are searched for.
#[derive(Debug, Clone, Copy)]
pub struct TariffSearch {
    /// Which tariffs move together.
    pub vary: Vary,
    /// Whether tariffs below zero are allowed.
    pub allow_subsidies: bool,
}

/// Tariffs found.
#[derive(Debug, Clone)]
pub struct TariffChoice {
    /// All tariffs of the world, 1 + rate, `[j,n,i]`.
    pub tau: Tariffs,
    /// The equilibrium under them.
    pub equilibrium: Equilibrium,
    /// `d ln W / d ln tau` of each player for its own cells, `[j,n,i]`; 0 elsewhere.
    pub first_order: Array3<f64>,
    /// Largest first-order condition per unit of import share, bounds taken into account.
    pub largest_first_order: f64,
    /// Equilibria solved.
    pub evaluations: usize,
    /// Rounds of best responses; 1 for one player.
    pub rounds: usize,
}

/// Tariffs were not found. No partial result exists.
#[derive(Debug, thiserror::Error)]
pub enum TariffError {
    /// A policy on the way has no equilibrium.
    #[error(transparent)]
    NoEquilibrium(#[from] Box<NoEquilibrium>),
    /// The Jacobian is singular on the way.
    #[error("the equilibrium conditions have no derivative at the tariffs tried")]
    Singular,
    /// The country imports no goods.
    #[error("{0} imports no goods, so that it has no tariff to choose")]
    NothingToTax(String),
    /// The tariffs rise until a surplus can no longer be financed.
    #[error(
        "the search for the tariffs of {player} runs away: real income still rises at a tariff of \
         {largest_pct:.0} %, and beyond there is no equilibrium. Deficits that do not move with the tariffs leave no \
         optimum: others must sell what finances them at any price. Pass --deficits zero or --deficits gdp_share"
    )]
    RunsAway {
        /// Country.
        player: String,
        /// Highest tariff tried, percent.
        largest_pct: f64,
        /// What the solver said.
        #[source]
        reason: Box<NoEquilibrium>,
    },
    /// First-order conditions do not hold.
    #[error(
        "the tariffs of {player} are not optimal after {evaluations} equilibria: first-order condition \
         {first_order:.1e}, tolerance {tolerance:.0e}. Try a coarser --vary."
    )]
    NotOptimal {
        /// Country.
        player: String,
        /// Equilibria solved.
        evaluations: usize,
        /// Largest condition.
        first_order: f64,
        /// What was asked for.
        tolerance: f64,
    },
    /// Best responses do not settle.
    #[error(
        "best responses still move by {change:.1e} in logs after {rounds} rounds (first-order condition \
         {first_order:.1e}, tolerance {FIRST_ORDER_TOLERANCE:.0e}); try a coarser --vary"
    )]
    NoNash {
        /// Rounds played.
        rounds: usize,
        /// Largest first-order condition in the end.
        first_order: f64,
        /// Largest change of a log tariff in the last.
        change: f64,
    },
}

/// The tariffs that one country chooses, in groups that move together.
pub(super) struct Instruments {
    pub player: usize,
    /// Sector, exporter and group.
    cells: Vec<(usize, usize, usize)>,
    /// Share of income spent on the group at the baseline, `[group]`.
    pub share: Vec<f64>,
}

impl Instruments {
    fn new(base: &Economy, player: usize, vary: Vary) -> Result<Self, TariffError> {
        let mut keys: Vec<(usize, usize)> = Vec::new();
        let (mut cells, mut share) = (Vec::new(), Vec::new());
        let income = Equilibrium::base_income(base)[player];
        for (j, sector) in base.axes.sectors.iter().enumerate() {
            for i in (0..base.n()).filter(|&i| i != player && sector.kind == SectorKind::Goods) {
                let spent = base.pi[[j, player, i]] * base.x_musd[[player, j]];
                if spent <= 0.0 {
                    continue;
                }
                let key = match vary {
                    Vary::Uniform => (0, 0),
                    Vary::Sector => (j, 0),
                    Vary::Partner => (0, i),
                    Vary::Cell => (j, i),
                };
                let group = keys.iter().position(|other| *other == key).unwrap_or_else(|| {
                    keys.push(key);
                    share.push(0.0);
                    keys.len() - 1
                });
                share[group] += spent / income;
                cells.push((j, i, group));
            }
        }
        let name = || base.axes.countries[player].iso3.clone();
        if cells.is_empty() {
            Err(TariffError::NothingToTax(name()))
        } else {
            Ok(Self { player, cells, share })
        }
    }

    /// Mean log tariff of each group.
    fn read(&self, tau: &Tariffs) -> Vec<f64> {
        let (mut sums, mut counts) = (vec![0.0; self.share.len()], vec![0.0; self.share.len()]);
        for &(j, i, group) in &self.cells {
            sums[group] += tau[[j, self.player, i]].ln();
            counts[group] += 1.0;
        }
        sums.iter().zip(counts).map(|(sum, count)| sum / count).collect()
    }

    pub fn write(&self, ln_tau: &[f64], tau: &mut Tariffs) {
        for &(j, i, group) in &self.cells {
            tau[[j, self.player, i]] = ln_tau[group].exp();
        }
    }
}

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

    /// `d ln W / d ln tau` of the player by group.
    pub(super) fn gradient(
        &self,
        instruments: &Instruments,
        shock: &Shock,
        solved: &Equilibrium,
    ) -> Result<Vec<f64>, TariffError> {
        let sensitivity = self.sensitivity(shock, solved);
        let gradient = sensitivity.welfare(instruments.player).ok_or(TariffError::Singular)?;
        let mut by_group = vec![0.0; instruments.share.len()];
        for &(j, i, group) in &instruments.cells {
            let at = [j, instruments.player, i];
            by_group[group] += gradient.tau[at] * solved.tau[at];
        }
        Ok(by_group)
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
        let equilibrium = self.solve_from(&shock, &trial.last)?;
        self.confirm(&[trial.instruments.player], &shock, search, equilibrium)
    }
}

/// Lowest log tariff allowed.
fn floor(search: TariffSearch) -> f64 {
    if search.allow_subsidies { f64::ln(LOWEST_SUBSIDISED) } else { 0.0 }
}
