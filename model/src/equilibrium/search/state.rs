//! One search: its conditions, its point, and what it has found so far. The methods are in files of their own;
//! `chain` tries them in order.

use super::core::Core;
use super::rescale::Scale;
use super::solution::equilibrium;
use super::workspace::Workspace;
use crate::equilibrium::conditions::acceptance::Norms;
use crate::equilibrium::conditions::income::Deficits;
use crate::equilibrium::conditions::layout::Shape;
use crate::equilibrium::conditions::loaded::LoadedShock;
use crate::equilibrium::counterfactual::result::{Equilibrium, StartingPoint};
use crate::equilibrium::counterfactual::shock::Shock;
use crate::equilibrium::counterfactual::stats::SolveStats;

/// Log wages further from the baseline than this are given up.
const FARTHEST_LN_WAGE: f64 = 25.0;

/// One search for the equilibrium of a shock.
pub struct Search<'p> {
    pub core: &'p Core,
    pub deficits: &'p Deficits,
    pub shock: &'p Shock,
    /// Share of every tolerance that is asked for where it can be reached.
    pub tightness: f64,
    pub workspace: Workspace,
    pub stats: SolveStats,
    /// How the loaded conditions are scaled, where they are.
    scale: Option<Scale>,
    /// True once weights were scaled: the workspace then serves no other search.
    is_rescaled: bool,
}

impl<'p> Search<'p> {
    pub fn new(core: &'p Core, deficits: &'p Deficits, shock: &'p Shock, tightness: f64) -> Self {
        Self {
            core,
            deficits,
            shock,
            tightness,
            workspace: core.workspace(),
            stats: SolveStats::default(),
            scale: None,
            is_rescaled: false,
        }
    }

    pub fn shape(&self) -> Shape {
        self.core.base.shape
    }

    /// Loads the shock as it is, at the baseline or at an equilibrium found before.
    pub fn begin(&mut self, start: Option<&StartingPoint>) {
        let Core { economy, base, .. } = self.core;
        self.workspace.load(base, economy, self.shock);
        match start {
            Some(start) => self.workspace.start_at(base, start),
            None => self.workspace.start_at_baseline(base),
        }
    }

    /// Loads a shock, scaled where its costs need it; wages, true prices and expenditure stay.
    pub fn load(&mut self, shock: &Shock) {
        let Core { economy, base, .. } = self.core;
        let scale = Scale::new(base, economy, shock);
        if self.is_rescaled {
            self.workspace.shock = LoadedShock::new(base);
        }
        self.workspace.load(base, economy, shock);
        let prices = self.workspace.ln_prices_mut(base.shape);
        if let Some(old) = &self.scale {
            prices.iter_mut().zip(&old.ln_price).for_each(|(price, scale)| *price += scale);
        }
        if let Some(new) = &scale {
            prices.iter_mut().zip(&new.ln_price).for_each(|(price, scale)| *price -= scale);
            new.apply(base, &mut self.workspace.shock);
            self.is_rescaled = true;
        }
        self.scale = scale;
    }

    /// Moves to an equilibrium found before, in the scale that is loaded.
    pub fn start_at(&mut self, start: &StartingPoint) {
        self.workspace.start_at(&self.core.base, start);
        if let Some(scale) = &self.scale {
            let prices = self.workspace.ln_prices_mut(self.core.base.shape);
            prices.iter_mut().zip(&scale.ln_price).for_each(|(price, scale)| *price -= scale);
        }
    }

    /// Evaluates the conditions at the point.
    pub fn evaluate(&mut self) -> Norms {
        let norms = self.workspace.evaluate(&self.core.base, self.deficits);
        self.stats.evaluations += 1;
        self.stats.residual = norms.excess;
        self.stats.walras_residual = norms.walras;
        self.stats.price_residual = norms.price;
        norms
    }

    /// True if wages have left the range in which an equilibrium is looked for.
    pub fn is_far(&self) -> bool {
        !self.workspace.z[..self.shape().n].iter().all(|wage| wage.abs() <= FARTHEST_LN_WAGE)
    }

    /// The result at the point, which has been accepted.
    pub fn finish(self) -> Equilibrium {
        let base = &self.core.base;
        let Workspace { shock, quotas, at, z, .. } = &self.workspace;
        let mut found = equilibrium(self.core, self.shock, &self.workspace);
        found.stats = self.stats.clone();
        if let Some(scale) = &self.scale {
            scale.undo(base, shock, at, &mut found);
        }
        if let Some(quotas) = quotas {
            found.quotas = quotas.outcomes(base, shock, z);
            quotas.factors(base, shock).for_each(|(at, factor)| found.tau[at] = factor);
        }
        self.give_back();
        found
    }

    /// Gives the workspace back, where it can serve another search.
    pub fn give_back(self) {
        if !self.is_rescaled {
            self.core.give_back(self.workspace);
        }
    }
}
