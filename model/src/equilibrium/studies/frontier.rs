//! What countries gain and others lose as tariffs rise from free trade to those chosen, and beyond.

use super::tariff_choice::{Instruments, TariffChoice, TariffError, Vary};
use crate::economy::{Economy, Tariffs};
use crate::equilibrium::counterfactual::result::Equilibrium;
use crate::equilibrium::counterfactual::shock::Shock;
use crate::equilibrium::prepared::PreparedBaseline;

/// Points between free trade and the tariffs chosen, and as many beyond.
const STEPS: usize = 10;

/// The world at one level of the players' tariffs.
#[derive(Debug, Clone)]
pub struct FrontierPoint {
    /// Logs of 1 + tariff over those chosen: 0 is free trade in goods, 1 the choice.
    pub multiple: f64,
    /// Mean tariff of the players' imports of goods, by imports of the baseline at the border, percent.
    pub mean_tariff_pct: f64,
    /// The equilibrium.
    pub equilibrium: Equilibrium,
}

impl PreparedBaseline {
    /// The equilibria along the path `tau^m`, `m` from 0 to 2, of the tariffs that `players` chose; all other tariffs as
    /// in the baseline. It ends early where high tariffs leave no equilibrium.
    ///
    /// # Errors
    /// [`TariffError`] where a player has no tariff to choose.
    pub fn tariff_frontier(
        &self,
        players: &[usize],
        choice: &TariffChoice,
    ) -> Result<Vec<FrontierPoint>, TariffError> {
        let base = self.economy();
        let cells = cells(base, players)?;
        let mut points: Vec<FrontierPoint> = Vec::new();
        for step in 0..=2 * STEPS {
            let multiple = step as f64 / STEPS as f64;
            let mut tau = base.tau.clone();
            for &at in &cells {
                tau[at] = choice.tau[at].powf(multiple);
            }
            let mean_tariff_pct = mean_tariff_pct(base, &cells, &tau);
            let shock = Shock { tau: Some(tau), ..Shock::default() };
            let start = points.last().map_or(&choice.equilibrium, |before| &before.equilibrium);
            match self.solve_from(&shock, &start.starting_point()) {
                Ok(equilibrium) => points.push(FrontierPoint { multiple, mean_tariff_pct, equilibrium }),
                Err(_) if multiple > 1.0 => break,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(points)
    }
}

/// Mean of the players' tariffs on goods, by imports of the baseline at the border, percent.
///
/// # Errors
/// [`TariffError`] where a player has no tariff to choose.
pub fn mean_tariff(base: &Economy, players: &[usize], tau: &Tariffs) -> Result<f64, TariffError> {
    Ok(mean_tariff_pct(base, &cells(base, players)?, tau))
}

/// Every tariff that the players choose, `[j,n,i]`.
fn cells(base: &Economy, players: &[usize]) -> Result<Vec<[usize; 3]>, TariffError> {
    let mut cells = Vec::new();
    for &player in players {
        let of_player = Instruments::new(base, player, Vary::Cell)?.cells;
        cells.extend(of_player.into_iter().map(|(j, i, _)| [j, player, i]));
    }
    Ok(cells)
}

fn mean_tariff_pct(base: &Economy, cells: &[[usize; 3]], tau: &Tariffs) -> f64 {
    let musd = |at: [usize; 3]| base.pi[at] * base.x_musd[[at[1], at[0]]] / base.tau[at];
    let imports: f64 = cells.iter().map(|&at| musd(at)).sum();
    cells.iter().map(|&at| musd(at) * 100.0 * (tau[at] - 1.0)).sum::<f64>() / imports
}
