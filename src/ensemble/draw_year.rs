//! One draw in one year: from timelines to shocks (tariffs, icebergs, quotas, drawn elasticities) and outcomes.

use std::sync::atomic::Ordering;

use super::counts::RunCounts;
use super::experiment::Experiment;
use super::parameters::DrawnParameters;
use crate::equilibrium::{Equilibrium, NoEquilibrium, Quota, QuotaCell, Shock};
use crate::events::DrawnTimeline;
use crate::policy::{BaseCosts, QuotaInForce, QuotaPart, Regimes, YearState, quotas_in_force};
use crate::projection::{BaselineYear, Outcome};

/// One draw in one year, and what is known of it.
pub(super) struct DrawYear<'a> {
    experiment: &'a Experiment,
    pub base: &'a BaselineYear,
    parameters: &'a DrawnParameters,
    costs: BaseCosts<'a>,
    outcomes: Vec<(YearState, Outcome)>,
    last: Option<Equilibrium>,
}

impl<'a> DrawYear<'a> {
    pub fn new(experiment: &'a Experiment, year: i16, parameters: &'a DrawnParameters) -> Self {
        let (book, regimes) = (&experiment.book, &experiment.regimes);
        Self {
            base: experiment.baseline_year(year),
            costs: BaseCosts::new(book, regimes, year, parameters.policy()),
            experiment,
            parameters,
            outcomes: Vec::new(),
            last: None,
        }
    }

    /// The outcome of one timeline; equal states of a draw are solved once.
    pub fn outcome(
        &mut self,
        timeline: &DrawnTimeline,
        counts: &RunCounts,
    ) -> Result<&Outcome, Box<NoEquilibrium>> {
        counts.states.fetch_add(1, Ordering::Relaxed);
        let state = YearState::new(&self.experiment.book.initial, &timeline.policy, self.base.year);
        if let Some(known) = self.outcomes.iter().position(|(known, _)| *known == state) {
            return Ok(&self.outcomes[known].1);
        }
        let outcome = if state.is_unchanged() {
            Outcome::unchanged(self.base)
        } else {
            let shock = self.shock(timeline, &state);
            let solved = match &self.last {
                Some(start) => self.base.prepared.solve_from(&shock, start)?,
                None => self.base.prepared.solve(&shock)?,
            };
            counts.note(&solved);
            let outcome = Outcome::measure(self.base, &solved);
            self.last = Some(solved);
            outcome
        };
        self.outcomes.push((state, outcome));
        Ok(&self.outcomes[self.outcomes.len() - 1].1)
    }

    /// What a timeline does to the baseline of the year.
    pub fn shock(&mut self, timeline: &DrawnTimeline, state: &YearState) -> Shock {
        let (book, economy) = (&self.experiment.book, self.base.prepared.economy());
        let new = Regimes::new(book, &timeline.policy);
        let change = self.costs.change_to(&new, state);
        let regimes = (&self.experiment.regimes, &new);
        let (year, parameters) = (self.base.year, self.parameters.policy());
        let quotas = quotas_in_force(book, economy, regimes, state, year, parameters);
        Shock {
            tau: Some((change.tariff_ratio * &economy.tau).into()),
            iceberg_hat: Some(change.iceberg_ratio),
            theta: self.parameters.theta.clone(),
            quotas: quotas.into_iter().map(quota_of).collect(),
            ..Shock::default()
        }
    }
}

/// A quota of the policy layer as the equilibrium takes it.
fn quota_of(open: QuotaInForce) -> Quota {
    let cell = |part: &QuotaPart| QuotaCell {
        exporter: part.exporter,
        trade_share: part.trade_share,
        base_pct: part.base_pct,
        shock_pct: part.new_pct,
        in_quota_pct: part.in_quota_pct,
        out_of_quota_pct: part.out_of_quota_pct,
        kept_musd: part.kept_musd,
    };
    Quota {
        product: format!("{}: {}", open.group, open.part),
        importer: open.importer,
        sector: open.sector,
        cells: open.parts.iter().map(cell).collect(),
        volume_musd: open.volume_musd,
        exporter_rent_share: open.exporter_rent_share,
    }
}
