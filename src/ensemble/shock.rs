//! From a timeline to the shock of a year: tariffs, icebergs, quotas, drawn elasticities.

use super::experiment::{Experiment, OptionRun, RunError};
use super::parameters::DrawnParameters;
use crate::equilibrium::{Quota, QuotaCell, QuotaOutcome, Shock};
use crate::events::DrawnTimeline;
use crate::policy::{QuotaInForce, QuotaPart, Regimes, YearState};
use crate::projection::BaselineYear;

impl Experiment {
    pub(super) fn shock(
        &self,
        base: &BaselineYear,
        timeline: &DrawnTimeline,
        state: &YearState,
        parameters: &DrawnParameters,
    ) -> Shock {
        let new = Regimes::new(&self.book, &timeline.policy);
        let change = self.book.cost_change(&self.regimes, &new, state, base.year, parameters.policy);
        let economy = base.prepared.economy();
        let regimes = (&self.regimes, &new);
        let quotas = self.book.quotas_in_force(economy, regimes, state, base.year, parameters.policy);
        Shock {
            tau: Some(&change.tariff_ratio * &economy.tau),
            iceberg_hat: Some(change.iceberg_ratio),
            theta: parameters.theta.clone(),
            quotas: quotas.into_iter().map(quota_of).collect(),
            ..Shock::default()
        }
    }

    /// The quotas that an option's reference path opens in a year, and what they come to.
    ///
    /// # Errors
    /// [`RunError`] where the year has no equilibrium.
    pub fn reference_quotas(
        &self,
        option: &OptionRun,
        year: i16,
    ) -> Result<Vec<(Quota, QuotaOutcome)>, RunError> {
        let base = self.baseline_year(year);
        let state = YearState::new(&self.book.initial, &option.reference.policy, year);
        let shock = self.shock(base, &option.reference, &state, &DrawnParameters::central());
        if shock.quotas.is_empty() {
            return Ok(Vec::new());
        }
        let solved = base.prepared.solve(&shock).map_err(|source| RunError::NoEquilibrium {
            option: option.spec.id.clone(),
            draw: "reference".into(),
            year,
            source,
        })?;
        Ok(shock.quotas.into_iter().zip(solved.quotas).collect())
    }
}

/// A quota of the policy layer as the equilibrium takes it.
fn quota_of(open: QuotaInForce) -> Quota {
    let cell = |part: &QuotaPart| QuotaCell {
        exporter: part.exporter,
        trade_share: part.trade_share,
        base_pct: part.base_pct,
        shock_pct: part.new_pct,
    };
    Quota {
        product: format!("{}: {}", open.group, open.part),
        importer: open.importer,
        sector: open.sector,
        cells: open.parts.iter().map(cell).collect(),
        in_quota_pct: open.in_quota_pct,
        out_of_quota_pct: open.out_of_quota_pct,
        volume_musd: open.volume_musd,
        kept_musd: open.kept_musd,
        exporter_rent_share: open.exporter_rent_share,
    }
}
