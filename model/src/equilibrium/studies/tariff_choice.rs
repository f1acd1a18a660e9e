//! Tariffs that a country chooses: what may move, what was found, why nothing was found.

use ndarray::Array3;

use crate::data::SectorKind;
use crate::economy::{Economy, Tariffs};
use crate::equilibrium::counterfactual::failure::NoEquilibrium;
use crate::equilibrium::counterfactual::result::Equilibrium;
use crate::equilibrium::counterfactual::shock::Shock;
use crate::equilibrium::prepared::PreparedBaseline;

/// First-order condition at which tariffs are accepted: d ln W / d ln tau per unit of import share.
pub const FIRST_ORDER_TOLERANCE: f64 = 1e-6;
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
pub struct Instruments {
    pub player: usize,
    /// Sector, exporter and group.
    pub cells: Vec<(usize, usize, usize)>,
    /// Share of income spent on the group at the baseline, `[group]`.
    pub share: Vec<f64>,
}

impl Instruments {
    pub fn new(base: &Economy, player: usize, vary: Vary) -> Result<Self, TariffError> {
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
    pub fn read(&self, tau: &Tariffs) -> Vec<f64> {
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
}

/// Lowest log tariff allowed.
pub fn floor(search: TariffSearch) -> f64 {
    if search.allow_subsidies { f64::ln(LOWEST_SUBSIDISED) } else { 0.0 }
}
