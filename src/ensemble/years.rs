//! One year of a run solved: every option in every draw, and the reference paths.

use rayon::prelude::*;

use super::block::{Layout, YearBlock};
use super::counts::{RunCounts, RunError};
use super::draw_year::DrawYear;
use super::experiment::Experiment;
use super::options::OptionRun;
use super::parameters::DrawnParameters;
use crate::equilibrium::{NoEquilibrium, Quota, QuotaOutcome};
use crate::events::DrawnTimeline;
use crate::policy::YearState;
use crate::projection::Outcome;

/// A quota that the reference path of an option opens in a year, and what it came to.
#[derive(Debug, Clone)]
pub struct ReferenceQuota {
    /// Position of the option in the plan.
    pub option: usize,
    /// Calendar year.
    pub year: i16,
    /// The quota.
    pub quota: Quota,
    /// What it came to.
    pub outcome: QuotaOutcome,
}

impl Experiment {
    /// Solves every option and draw of one year; `tick` is called once per draw.
    ///
    /// # Errors
    /// [`RunError`] if a state has no equilibrium.
    ///
    /// # Panics
    /// For a year outside the plan.
    pub fn year_block(
        &self,
        year: i16,
        counts: &RunCounts,
        tick: &(dyn Fn() + Sync),
    ) -> Result<YearBlock, RunError> {
        let layout = self.layout(year);
        let rows = (0..self.draws.len())
            .into_par_iter()
            .map(|at| {
                let row = self.draw_values(year, at, layout, counts);
                tick();
                row
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(self.block(year, layout, self.draws.clone(), rows.concat()))
    }

    /// The outcome of each option along its reference path in one year, with central parameters: a block of one draw.
    ///
    /// # Errors
    /// [`RunError`] if a state has no equilibrium.
    ///
    /// # Panics
    /// For a year outside the plan.
    pub fn reference_block(&self, year: i16, counts: &RunCounts) -> Result<YearBlock, RunError> {
        let central = DrawnParameters::central();
        let layout = self.layout(year);
        let values = |option: &OptionRun| {
            let mut draw = DrawYear::new(self, year, &central);
            let found = draw.outcome(&option.reference, counts);
            let outcome = found.map_err(|source| on_reference_path(option, year, source))?;
            let mut values = Vec::with_capacity(layout.n_values());
            put(outcome, layout, &mut values);
            if layout.has_own {
                // On the reference path the rest of the world is that of the reference option.
                values.push(f64::from(u8::from(option.outlook.reference_date.is_some())));
                values.extend(&outcome.countries);
            }
            Ok(values)
        };
        let rows = self.options.par_iter().map(values).collect::<Result<Vec<_>, RunError>>()?;
        Ok(self.block(year, layout, vec![0], rows.concat()))
    }

    fn block(&self, year: i16, layout: Layout, draws: Vec<u64>, values: Vec<f64>) -> YearBlock {
        let base = self.baseline_year(year);
        let world_price = base.world_price_level();
        let base_imports_musd = match layout.n_groups {
            0 => Vec::new(),
            _ => base.accounts.totals.imports_by_origin.iter().map(|flow| flow / world_price).collect(),
        };
        let base_worker_shares = base.accounts.worker_shares.iter().copied().collect();
        YearBlock { year, layout, draws, values, base_imports_musd, base_worker_shares }
    }

    fn draw_values(
        &self,
        year: i16,
        at: usize,
        layout: Layout,
        counts: &RunCounts,
    ) -> Result<Vec<f64>, RunError> {
        let mut values = Vec::with_capacity(layout.n_options * layout.n_values());
        let mut draw = DrawYear::new(self, year, &self.parameters[at]);
        for option in &self.options {
            let failed = |source| RunError::NoEquilibrium {
                option: option.spec.id.clone(),
                draw: self.draws[at].to_string(),
                year,
                source,
            };
            put(draw.outcome(&option.draws[at], counts).map_err(failed)?, layout, &mut values);
            if layout.has_own {
                values.push(f64::from(u8::from(option.in_force[at])));
                let own = option.in_force[at].then(|| self.own_timeline(option, at));
                let own = own.as_ref().unwrap_or(&option.draws[at]);
                values.extend(&draw.outcome(own, counts).map_err(failed)?.countries);
            }
        }
        Ok(values)
    }

    /// The timeline of a draw with the rest of the world as in the reference option.
    fn own_timeline(&self, option: &OptionRun, at: usize) -> DrawnTimeline {
        option.draws[at].in_world_of(&self.book.initial, &self.reference().draws[at])
    }

    /// The quotas that the reference path of each option opens in a year, and what they come to.
    ///
    /// # Errors
    /// [`RunError`] if a year with quotas has no equilibrium.
    ///
    /// # Panics
    /// For a year outside the plan.
    pub fn reference_quotas(&self, year: i16) -> Result<Vec<ReferenceQuota>, RunError> {
        let central = DrawnParameters::central();
        let mut found = Vec::new();
        for (at, option) in self.options.iter().enumerate() {
            let mut draw = DrawYear::new(self, year, &central);
            let state = YearState::new(&self.book.initial, &option.reference.policy, year);
            let shock = draw.shock(&option.reference, &state);
            if shock.quotas.is_empty() {
                continue;
            }
            let solved = draw.base.prepared.solve(&shock);
            let solved = solved.map_err(|source| on_reference_path(option, year, source))?;
            let outcomes = shock.quotas.into_iter().zip(solved.quotas);
            found.extend(outcomes.map(|(quota, outcome)| ReferenceQuota {
                option: at,
                year,
                quota,
                outcome,
            }));
        }
        Ok(found)
    }
}

/// Adds what the block of a year keeps of an outcome.
fn put(outcome: &Outcome, layout: Layout, values: &mut Vec<f64>) {
    values.extend(&outcome.countries);
    values.extend(&outcome.output_pct);
    values.extend(&outcome.employment_pct);
    if layout.n_groups > 0 {
        values.extend(&outcome.imports_musd);
    }
}

fn on_reference_path(option: &OptionRun, year: i16, source: Box<NoEquilibrium>) -> RunError {
    RunError::NoEquilibrium { option: option.spec.id.clone(), draw: "reference".into(), year, source }
}
