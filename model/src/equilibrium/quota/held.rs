//! Quotas replaced by the wedges of an equilibrium.

use std::borrow::Cow;

use ndarray::{Array1, Array3};

use super::cells::cells;
use crate::economy::Economy;
use crate::equilibrium::counterfactual::result::Equilibrium;
use crate::equilibrium::counterfactual::shock::Shock;

impl Shock {
    /// The same shock with every quota replaced by the tariff, the iceberg and the transfer of `solved`: a
    /// shock without quotas that has the same equilibrium.
    #[must_use]
    pub fn with_wedges_of(&self, base: &Economy, solved: &Equilibrium) -> Cow<'_, Self> {
        if self.quotas.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut iceberg = self.iceberg_hat.clone().unwrap_or_else(|| Array3::ones(base.tau.dim()));
        for at @ [j, n, i] in cells(&self.quotas) {
            let technology = self.technology_hat_at(i, j);
            let ln_share = (solved.pi[at] / (base.pi[at] * technology)).ln();
            let ln_kappa = solved.ln_price[[n, j]] - solved.ln_cost[[i, j]] - ln_share / self.theta(base)[j];
            if ln_kappa.is_finite() {
                iceberg[at] = ln_kappa.exp() * base.tau[at] / solved.tau[at];
            }
        }
        let mut transfer = self.transfer_musd.clone().unwrap_or_else(|| Array1::zeros(base.n()));
        for (quota, outcome) in self.quotas.iter().zip(&solved.quotas) {
            for (cell, rent) in quota.cells.iter().zip(&outcome.rent_abroad_musd) {
                transfer[quota.importer] -= rent;
                transfer[cell.exporter] += rent;
            }
        }
        Cow::Owned(Self {
            tau: Some(solved.tau.clone()),
            iceberg_hat: Some(iceberg),
            transfer_musd: Some(transfer),
            quotas: Vec::new(),
            technology_hat: self.technology_hat.clone(),
            real_gdp_hat: self.real_gdp_hat.clone(),
            theta: self.theta.clone(),
            factor_hat: self.factor_hat.clone(),
            psi_theta: self.psi_theta.clone(),
        })
    }
}
