//! The trade weights `pi A_hat kappa_hat^-theta` of a shock: those of the baseline but for the cells that it changes.

use super::changed_cells::{ChangedCells, Row, unflat};
use super::layout::{FlatEconomy, Shape};
use crate::economy::Economy;
use crate::equilibrium::counterfactual::shock::Shock;
use crate::numerics::aligned::Aligned;

/// Weights of all cells, in the orders in which the equations read them.
pub struct TradeWeights {
    shape: Shape,
    /// `pi A_hat kappa_hat^-theta`, `[j][i][n]`.
    pub gross: Aligned<f64>,
    /// The same over tau', `[j][i][n]`.
    pub net: Aligned<f64>,
    /// The same over tau', `[j][n][i]`.
    pub net_by_exporter: Aligned<f64>,
    /// True if somebody pays a tariff in the sector, `[j]`.
    pub is_taxed: Vec<bool>,
    /// Cells that differ from the baseline, and those that differed under the shock before.
    changed: ChangedCells,
    left: ChangedCells,
}

impl TradeWeights {
    /// The baseline's.
    pub fn new(base: &FlatEconomy) -> Self {
        let shape = base.shape;
        Self {
            shape,
            gross: base.pi.clone(),
            net: base.net_pi.clone(),
            net_by_exporter: base.net_pi_by_exporter.clone(),
            is_taxed: base.is_taxed.clone(),
            changed: ChangedCells::new(shape),
            left: ChangedCells::new(shape),
        }
    }

    /// Those of a shock: writes the cells that it changes, and puts those that only the shock before changed back to
    /// the baseline.
    pub fn load(&mut self, base: &FlatEconomy, economy: &Economy, shock: &Shock) {
        self.is_taxed.copy_from_slice(&base.is_taxed);
        std::mem::swap(&mut self.changed, &mut self.left);
        self.changed.find(economy, shock, &mut self.is_taxed);
        for j in 0..self.shape.s {
            self.load_sector(base, j);
        }
    }

    fn load_sector(&mut self, base: &FlatEconomy, j: usize) {
        let n = self.shape.n;
        let Self { gross, net, net_by_exporter, changed, left, .. } = self;
        let mut write = |[j, m, i]: [usize; 3], [weight, net_weight]: [f64; 2]| {
            gross[base.shape.cell(j, i, m)] = weight;
            net[base.shape.cell(j, i, m)] = net_weight;
            net_by_exporter[base.shape.cell(j, m, i)] = net_weight;
        };
        let mut row = Row::first(j, n);
        for (cell, weights) in changed.weights_of_sector(j) {
            write(row.cell(cell, n), weights);
        }
        let (changed, left) = (changed.cells_of_sector(j), left.cells_of_sector(j));
        if changed != left {
            // Both lists ascend.
            for &cell in left.iter().filter(|cell| changed.binary_search(cell).is_err()) {
                let at = unflat(cell, n);
                write(at, base_weights(base, at));
            }
        }
    }

    /// Cells that differ from the baseline.
    pub fn changed(&self) -> &ChangedCells {
        &self.changed
    }

    /// Puts a cell on the list of those that differ, at the baseline's weights where it is new.
    pub fn include(&mut self, base: &FlatEconomy, at: [usize; 3]) {
        self.changed.include(at, self.shape, base_weights(base, at));
    }

    /// Overwrites a cell on the list of those that differ with these weights, gross and net.
    pub fn change(&mut self, at: [usize; 3], weights: [f64; 2]) {
        self.changed.set(at, self.shape, weights);
        self.set(at, weights);
    }

    /// Writes the weights of a cell `[j,n,i]`, gross and net, on the list of those that differ or not.
    pub fn set(&mut self, [j, m, i]: [usize; 3], [gross, net]: [f64; 2]) {
        let (by_importer, by_exporter) = (self.shape.cell(j, i, m), self.shape.cell(j, m, i));
        self.gross[by_importer] = gross;
        self.net[by_importer] = net;
        self.net_by_exporter[by_exporter] = net;
    }
}

/// Share of a cell in the baseline, gross and net of tariff.
fn base_weights(base: &FlatEconomy, [j, m, i]: [usize; 3]) -> [f64; 2] {
    let at = base.shape.cell(j, i, m);
    [base.pi[at], base.net_pi[at]]
}
