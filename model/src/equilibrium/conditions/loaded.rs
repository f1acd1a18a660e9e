//! A shock as the equations read it: the parts of a counterfactual that do not change with wages.

use super::layout::FlatEconomy;
use super::weights::TradeWeights;
use crate::economy::Economy;
use crate::equilibrium::counterfactual::shock::Shock;

/// Weights, elasticities, endowments and transfers of a shock; money scaled as in [`FlatEconomy`].
pub struct LoadedShock {
    pub weights: TradeWeights,
    /// Elasticities, `[j]`.
    pub theta: Vec<f64>,
    /// Economies of scale `psi`, `[j]`; empty without them.
    pub psi: Vec<f64>,
    /// Value added at unchanged wages, or the target of real GDP, `[n]`.
    pub endowment: Vec<f64>,
    /// True if `endowment` is real GDP, and labour adjusts to it.
    pub is_real_gdp: bool,
    /// Income from abroad on top of the deficits of the closure, `[n]`.
    pub transfer: Vec<f64>,
    /// World value added of the counterfactual: the numeraire. It grows with targets of real GDP, not with factors.
    pub numeraire: f64,
}

impl LoadedShock {
    /// No change.
    pub fn new(base: &FlatEconomy) -> Self {
        Self {
            weights: TradeWeights::new(base),
            theta: vec![1.0; base.shape.s],
            psi: base.scale.iter().flat_map(|scale| &scale.psi_theta).copied().collect(),
            endowment: vec![0.0; base.shape.stride],
            is_real_gdp: false,
            transfer: vec![0.0; base.shape.stride],
            numeraire: 0.0,
        }
    }

    /// Loads a shock in place of the one before.
    pub fn load(&mut self, base: &FlatEconomy, economy: &Economy, shock: &Shock) {
        self.weights.load(base, economy, shock);
        for (loaded, theta) in self.theta.iter_mut().zip(shock.theta(economy)) {
            *loaded = *theta;
        }
        if let Some(scale) = &base.scale {
            let psi_theta = shock.psi_theta.as_ref().and_then(|given| given.as_slice());
            let psi_theta = psi_theta.unwrap_or(&scale.psi_theta);
            for ((psi, psi_theta), theta) in self.psi.iter_mut().zip(psi_theta).zip(&self.theta) {
                *psi = psi_theta / theta;
            }
        }
        self.endowment.copy_from_slice(&base.va);
        self.is_real_gdp = shock.real_gdp_hat.is_some();
        for (endowment, hat) in self.endowment.iter_mut().zip(shock.real_gdp_hat.iter().flatten()) {
            *endowment *= hat;
        }
        self.transfer.fill(0.0);
        for (transfer, given_musd) in self.transfer.iter_mut().zip(shock.transfer_musd.iter().flatten()) {
            *transfer = base.unit * given_musd;
        }
        self.numeraire = self.endowment[..base.shape.n].iter().sum();
        for (endowment, hat) in self.endowment.iter_mut().zip(shock.factor_hat.iter().flatten()) {
            *endowment *= hat;
        }
    }
}
