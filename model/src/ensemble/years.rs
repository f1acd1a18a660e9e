//! One year of a run solved: every option in every draw, and the reference paths.

use ndarray::Array3;

use super::block::{Layout, YearBlock};
use super::carried::{Carried, DrawCarried, TRACKS};
use super::counts::{RunCounts, RunError};
use super::draw_year::DrawYear;
use super::experiment::Experiment;
use super::journal::{DrawRows, Journal};
use super::options::OptionRun;
use super::parameters::DrawnParameters;
use super::trade::ReferenceTrade;
use crate::equilibrium::{NoEquilibrium, Quota, QuotaOutcome};
use crate::numerics::parallel;
use crate::policy::PolicyTimeline;
use crate::projection::Outcome;

/// Timelines of an option in a draw: see [`TRACKS`].
const OPTION: usize = 0;
const OWN: usize = 1;

/// The reference paths in one year.
#[derive(Debug, Clone)]
pub struct ReferenceYear {
    /// Outcomes of every option, a block of one draw.
    pub block: YearBlock,
    /// Quotas that are open.
    pub quotas: Vec<ReferenceQuota>,
    /// Trade by sector and partner; kept in the years that the plan names and in the last one.
    pub trade: Option<ReferenceTrade>,
}

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
    /// Solves every option and draw of one year that begins with `past`; `tick` is called once per draw.
    ///
    /// # Errors
    /// [`RunError`] if a state has no equilibrium.
    ///
    /// # Panics
    /// For a year outside the plan.
    pub fn year_block(
        &self,
        year: i16,
        past: Carried,
        counts: &RunCounts,
        tick: &(dyn Fn() + Sync),
    ) -> Result<YearBlock, RunError> {
        self.year_block_in(&(), (year, past), counts, tick)
    }

    /// The same with the draws that a journal has already, which is told of the others.
    pub(super) fn year_block_in(
        &self,
        journal: &dyn Journal,
        (year, past): (i16, Carried),
        counts: &RunCounts,
        tick: &(dyn Fn() + Sync),
    ) -> Result<YearBlock, RunError> {
        let layout = self.layout(year);
        self.prepare(year);
        let rows = parallel::try_map_parts(past.0, |at, past| {
            let known = journal.taken(at);
            let row = match known {
                Some(row) => row,
                None => {
                    let row = self.draw_values((year, at), layout, &past, counts)?;
                    journal.note(at, &row)?;
                    row
                }
            };
            tick();
            Ok::<_, RunError>(row)
        })?;
        Ok(self.block(year, layout, self.draws.clone(), rows))
    }

    /// Each option along its reference path in one year that begins with `past`, with central parameters.
    ///
    /// # Errors
    /// [`RunError`] if a state has no equilibrium.
    ///
    /// # Panics
    /// For a year outside the plan.
    pub fn reference_block(
        &self,
        year: i16,
        past: &Carried,
        counts: &RunCounts,
    ) -> Result<ReferenceYear, RunError> {
        let central = DrawnParameters::central();
        let layout = self.layout(year);
        self.prepare(year);
        let keeps_trade = layout.n_groups > 0 || layout.has_own;
        let solve = |(at, option): (usize, &OptionRun)| {
            let mut draw = DrawYear::on_path(self, year, &central);
            let found = draw.step(&option.reference.policy, past.reference().track(at, OPTION), counts);
            let step = draw.at(found.map_err(|source| on_reference_path(option, year, source))?);
            let mut values = Vec::with_capacity(layout.n_values());
            put(&step.outcome, layout, &mut values);
            if layout.has_own {
                // On the reference path the rest of the world is that of the reference option.
                values.push(f64::from(u8::from(option.outlook.reference_date.is_some())));
                values.extend(&step.outcome.countries);
            }
            let carried = [step.next.as_slice(); TRACKS].concat().into();
            let quota = |(quota, outcome)| ReferenceQuota { option: at, year, quota, outcome };
            let quotas = step.quotas.iter().cloned().map(quota).collect::<Vec<_>>();
            let row = DrawRows { rows: vec![0], values: vec![values], carried: vec![carried] };
            Ok::<_, RunError>(((row, quotas), keeps_trade.then(|| draw.flows())))
        };
        let found = parallel::try_map(self.options.len(), |at| solve((at, &self.options[at])))?;
        let (found, flows): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        let (rows, quotas): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        let flows: Option<Vec<Array3<f64>>> = flows.into_iter().collect();
        Ok(ReferenceYear {
            block: self.block(year, layout, vec![0], rows),
            quotas: quotas.concat(),
            trade: flows.map(|flows| ReferenceTrade::new(self.baseline_year(year), flows)),
        })
    }

    /// Computes what all threads will ask for.
    fn prepare(&self, year: i16) {
        if self.has_static_part && self.dynamics.capital.is_some() && year > self.plan.years[0] {
            self.baseline_year(year).prepare_factors();
        }
    }

    fn block(&self, year: i16, layout: Layout, draws: Vec<u64>, of_draws: Vec<DrawRows>) -> YearBlock {
        let base = self.baseline_year(year);
        let world_price = base.world_price_level();
        let base_imports_musd = match layout.n_groups {
            0 => Vec::new(),
            _ => base.accounts.totals.imports_by_origin.iter().map(|flow| flow / world_price).collect(),
        };
        let base_worker_shares = base.accounts.worker_shares.iter().copied().collect();
        let (mut rows, mut values, mut carried) = (Vec::new(), Vec::new(), Vec::new());
        for one in of_draws {
            let first = values.len() as u32;
            rows.extend(one.rows.iter().map(|row| first + row));
            values.extend(one.values);
            carried.extend(one.carried);
        }
        YearBlock { year, layout, draws, rows, values, carried, base_imports_musd, base_worker_shares }
    }

    fn draw_values(
        &self,
        (year, at): (i16, usize),
        layout: Layout,
        past: &DrawCarried,
        counts: &RunCounts,
    ) -> Result<DrawRows, RunError> {
        let mut found = DrawRows::default();
        // What the rows of this draw are made of: the two timelines of an option, and whether it is in force.
        let mut made: Vec<(usize, usize, bool)> = Vec::new();
        let without = |option: &OptionRun, source| RunError::NoEquilibrium {
            option: option.spec.id.clone(),
            draw: self.draws[at].to_string(),
            year,
            source,
        };
        let draw = DrawYear::of_draw(self, year, &self.parameters[at], counts);
        let mut draw = draw.map_err(|source| without(self.reference(), source))?;
        for (number, option) in self.options.iter().enumerate() {
            let failed = |source| without(option, source);
            let is_in_force = option.in_force[at];
            let drawn = &option.draws[at].policy;
            let whole = draw.step(drawn, past.track(number, OPTION), counts).map_err(failed)?;
            let own = if is_in_force { self.own_timeline(option, at) } else { drawn };
            let own = draw.step(own, past.track(number, OWN), counts).map_err(failed)?;
            let row = made.iter().position(|known| *known == (whole, own, is_in_force));
            found.rows.push(row.unwrap_or(made.len()) as u32);
            if row.is_none() {
                made.push((whole, own, is_in_force));
                found.values.push(draw.row((whole, own, is_in_force), layout));
                found.carried.push([whole, own].map(|at| draw.at(at).next.as_slice()).concat().into());
            }
        }
        Ok(found)
    }

    /// The timeline of a draw with the rest of the world as in the reference option.
    fn own_timeline<'a>(&self, option: &'a OptionRun, at: usize) -> &'a PolicyTimeline {
        let make = || option.draws[at].in_world_of(&self.book.initial, &self.reference().draws[at]).policy;
        option.own[at].get_or_init(make)
    }
}

impl DrawYear<'_> {
    /// A row of the block: what an option does, what it does alone, and whether it is in force.
    fn row(&self, (whole, own, is_in_force): (usize, usize, bool), layout: Layout) -> Vec<f64> {
        let [whole, own] = [whole, own].map(|at| self.at(at));
        let mut values = Vec::with_capacity(layout.n_values());
        put(&whole.outcome, layout, &mut values);
        if layout.has_own {
            values.push(f64::from(u8::from(is_in_force)));
            values.extend(&own.outcome.countries);
        }
        values
    }
}

/// Adds what the block of a year keeps of an outcome.
fn put(outcome: &Outcome, layout: Layout, values: &mut Vec<f64>) {
    values.extend(&outcome.countries);
    values.extend(&outcome.output_pct);
    values.extend(&outcome.employment_pct);
    values.extend(outcome.jobs.iter().flatten());
    if layout.n_groups > 0 {
        values.extend(&outcome.imports_musd);
    }
}

fn on_reference_path(option: &OptionRun, year: i16, source: Box<NoEquilibrium>) -> RunError {
    RunError::NoEquilibrium { option: option.spec.id.clone(), draw: "reference".into(), year, source }
}
