//! One draw in one year: from timelines to shocks (tariffs, icebergs, quotas, drawn elasticities) and outcomes.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ndarray::{Array1, Array3, Axis};

use super::carried::{Next, Past};
use super::counts::{Layer, RunCounts};
use super::experiment::Experiment;
use super::parameters::DrawnParameters;
use crate::equilibrium::{Equilibrium, NoEquilibrium, Quota, QuotaCell, QuotaOutcome, Shock, StartingPoint};
use crate::policy::{
    BaseCosts, CostChange, PolicyTimeline, QuotaInForce, QuotaPart, Regimes, YearState, quotas_in_force,
};
use crate::projection::{BaselineYear, Capital, Heritage, Outcome, SectorAge, change_sizes};

/// One draw in one year, and what is known of it.
pub(super) struct DrawYear<'a> {
    experiment: &'a Experiment,
    pub base: Base<'a>,
    parameters: &'a DrawnParameters,
    /// With the shares of the draw.
    capital: Option<Capital>,
    costs: BaseCosts<'a>,
    steps: Vec<Step>,
    /// Of the step before, if it had to be solved. Of all others the starting points are enough.
    last: Option<Equilibrium>,
}

/// The baseline that a draw is measured against.
pub(super) enum Base<'a> {
    /// That of the baseline path.
    OfPath(&'a BaselineYear),
    /// With growth of its own.
    OfDraw(Box<BaselineYear>),
}

impl Deref for Base<'_> {
    type Target = BaselineYear;

    fn deref(&self) -> &BaselineYear {
        match self {
            Self::OfPath(base) => base,
            Self::OfDraw(base) => base,
        }
    }
}

/// A year of one timeline.
pub(super) struct Step {
    state: YearState,
    /// What it began with.
    past: Vec<f64>,
    pub outcome: Outcome,
    /// What it leaves to the next year.
    pub next: Vec<f64>,
    /// Quotas that are open, and what they come to.
    pub quotas: Vec<(Quota, QuotaOutcome)>,
    /// Where searches of states like this one begin; `None` where nothing was solved.
    solved: Option<StartingPoint>,
}

impl<'a> DrawYear<'a> {
    /// With the growth of the baseline path, whatever the parameters say.
    pub fn on_path(experiment: &'a Experiment, year: i16, parameters: &'a DrawnParameters) -> Self {
        Self::against(Base::OfPath(experiment.baseline_year(year)), experiment, parameters)
    }

    /// With the growth of the draw.
    ///
    /// # Errors
    /// [`NoEquilibrium`] if the baseline with that growth could not be solved.
    pub fn of_draw(
        experiment: &'a Experiment,
        year: i16,
        parameters: &'a DrawnParameters,
        counts: &RunCounts,
    ) -> Result<Self, Box<NoEquilibrium>> {
        let base = experiment.baseline_year(year);
        let Some(ln_factor) = parameters.ln_factor(year - experiment.plan.start.year()) else {
            return Ok(Self::on_path(experiment, year, parameters));
        };
        let solved = counts.timed(Layer::Solve, || base.solve_factors(&ln_factor))?;
        counts.note(&solved);
        let grown = counts.timed(Layer::Projection, || base.moved_to(&solved));
        Ok(Self::against(Base::OfDraw(Box::new(grown)), experiment, parameters))
    }

    fn against(base: Base<'a>, experiment: &'a Experiment, parameters: &'a DrawnParameters) -> Self {
        let (book, regimes) = (&experiment.book, &experiment.regimes);
        Self {
            costs: BaseCosts::new(book, regimes, base.year, parameters.policy()).sharing(&experiment.costs),
            base,
            capital: experiment.dynamics.capital.as_ref().map(|capital| parameters.capital(capital)),
            experiment,
            parameters,
            steps: Vec::new(),
            last: None,
        }
    }

    /// A year that was asked for.
    pub fn at(&self, step: usize) -> &Step {
        &self.steps[step]
    }

    /// The year of one timeline that begins with `past`: its position for [`DrawYear::at`]. Equal states of a draw are
    /// solved once.
    pub fn step(
        &mut self,
        timeline: &PolicyTimeline,
        past: &[f64],
        counts: &RunCounts,
    ) -> Result<usize, Box<NoEquilibrium>> {
        counts.states.fetch_add(1, Ordering::Relaxed);
        let state = YearState::new(&self.experiment.book.initial, timeline, self.base.year);
        let is_known = |step: &Step| step.state == state && step.past == past;
        if let Some(known) = self.steps.iter().position(is_known) {
            return Ok(known);
        }
        let step = self.solve(timeline, state, past, counts)?;
        self.steps.push(step);
        Ok(self.steps.len() - 1)
    }

    fn solve(
        &mut self,
        timeline: &PolicyTimeline,
        state: YearState,
        carried: &[f64],
        counts: &RunCounts,
    ) -> Result<Step, Box<NoEquilibrium>> {
        let shape = self.experiment.dynamics.shape;
        let past = shape.read(carried);
        let heritage = counts.timed(Layer::Projection, || self.heritage(&past));
        let is_still = state.is_unchanged() && past.ln_capital.iter().all(|k| *k == 0.0);
        let (outcome, ages, quotas);
        (outcome, ages, quotas, self.last) = if is_still {
            let ages = past.ages.iter().map(|age| age.next(0.0)).collect();
            (Outcome::unchanged(&self.base, &heritage), ages, Vec::new(), None)
        } else {
            let (mut shock, ages) = counts.timed(Layer::Policy, || self.shock(timeline, &state, &past));
            let solved = counts.timed(Layer::Solve, || match self.nearest(&state) {
                Some(start) => self.base.prepared.solve_from(&shock, start),
                None => self.base.prepared.solve(&shock),
            })?;
            counts.note(&solved);
            let outcome =
                counts.timed(Layer::Projection, || Outcome::measure(&self.base, &solved, &heritage));
            let quotas: Vec<_> =
                std::mem::take(&mut shock.quotas).into_iter().zip(solved.quotas.clone()).collect();
            (outcome, ages, quotas, Some(solved))
        };
        let ln_capital = match &self.capital {
            Some(capital) => capital.next(past.ln_capital, outcome.ln_real_income().view()).to_vec(),
            None => past.ln_capital.to_vec(),
        };
        let labour = self.experiment.dynamics.labour.as_ref().zip(past.jobs);
        let jobs = labour.map(|(labour, before)| labour.next(before, &outcome.employment_pct));
        let outcome = match &jobs {
            Some(jobs) => outcome.with_jobs(jobs),
            None => outcome,
        };
        let (present_value, cumulative) = (outcome.present_value().to_vec(), outcome.cumulative().to_vec());
        let jobs = jobs.map(|jobs| jobs.ratio);
        let next = Next { ln_capital, present_value, cumulative, ages, jobs };
        let solved = self.last.as_ref().map(Equilibrium::starting_point);
        Ok(Step { state, past: carried.to_vec(), next: shape.write(&next), outcome, quotas, solved })
    }

    /// The solution of the state that differs least, of equal ones the last.
    fn nearest(&self, state: &YearState) -> Option<&StartingPoint> {
        let solved = self.steps.iter().rev().filter_map(|step| Some((step, step.solved.as_ref()?)));
        solved.min_by_key(|(step, _)| state.distance(&step.state)).map(|(_, solved)| solved)
    }

    /// Flows at border prices of the step that was solved last, `[j,n,i]`, million USD with home sales on the diagonal;
    /// those of the baseline where nothing had to be solved.
    pub fn flows(&self) -> Array3<f64> {
        match &self.last {
            None => self.base.accounts.flows.clone(),
            Some(solved) => {
                // X is by country and sector, shares and tariffs by sector first.
                let spent = solved.x_musd.t().insert_axis(Axis(2));
                &solved.pi * &spent / &solved.tau
            }
        }
    }

    /// What a timeline that begins the year with `carried` does to the baseline of the year.
    pub fn shock_of(&mut self, timeline: &PolicyTimeline, carried: &[f64]) -> Shock {
        let state = YearState::new(&self.experiment.book.initial, timeline, self.base.year);
        self.shock(timeline, &state, &self.experiment.dynamics.shape.read(carried)).0
    }

    /// What earlier years bring into the outcome of this one.
    fn heritage(&self, past: &Past<'_>) -> Heritage {
        let dynamics = &self.experiment.dynamics;
        let ln_factor = self.capital.as_ref().map(|capital| capital.ln_factor(past.ln_capital));
        let has_static_part = self.experiment.has_static_part;
        let moves = |ln_factor: &Array1<f64>| has_static_part && ln_factor.iter().any(|ln| *ln != 0.0);
        // Without derivatives (trade has all but vanished) what capital adds counts as static.
        let added =
            ln_factor.filter(moves).and_then(|ln_factor| self.base.real_income_of_factors(&ln_factor));
        Heritage {
            ln_capital: past.ln_capital.to_owned(),
            ln_real_income: added.unwrap_or_else(|| Array1::zeros(past.ln_capital.len())),
            present_value: past.present_value.to_owned(),
            cumulative: past.cumulative.to_owned(),
            discount_factor: dynamics.discount_factor(self.base.year),
        }
    }

    /// What a timeline does to the baseline of the year, and how old its cost changes are then, `[j]`.
    fn shock(
        &mut self,
        timeline: &PolicyTimeline,
        state: &YearState,
        past: &Past<'_>,
    ) -> (Shock, Vec<SectorAge>) {
        let (book, economy) = (&self.experiment.book, self.base.prepared.economy());
        let new = Arc::new(Regimes::of_year(book, timeline, self.base.year));
        let change = self.costs.change_to(&new, state);
        let regimes = (&self.experiment.regimes, &*new);
        let (year, parameters) = (self.base.year, self.parameters.policy());
        let quotas = quotas_in_force(book, economy, regimes, state, year, parameters);
        let (theta, psi_theta, ages) = self.response(&change, past);
        let capital = self.capital.as_ref();
        let CostChange { tariff_ratio, iceberg_ratio } = change;
        let shock = Shock {
            tau: Some((tariff_ratio * &economy.tau).into()),
            iceberg_hat: Some(iceberg_ratio),
            factor_hat: capital.map(|capital| capital.factor_hat(past.ln_capital)),
            theta,
            psi_theta,
            quotas: quotas.into_iter().map(quota_of).collect(),
            ..Shock::default()
        };
        (shock, ages)
    }

    /// Elasticities with which trade answers cost changes of their age, `[j]`; with economies of scale those of
    /// productivity to size as well, which fall with them.
    fn response(
        &self,
        change: &CostChange,
        past: &Past<'_>,
    ) -> (Option<Array1<f64>>, Option<Array1<f64>>, Vec<SectorAge>) {
        let dynamics = &self.experiment.dynamics;
        let drawn = self.parameters.theta.as_ref();
        let Some(adjustment) = &dynamics.adjustment else { return (drawn.cloned(), None, past.ages.clone()) };
        let sizes = change_sizes(change, &self.base.accounts.flows);
        let ages: Vec<SectorAge> = past.ages.iter().zip(sizes).map(|(age, size)| age.next(size)).collect();
        let long_run = drawn.unwrap_or(&self.base.prepared.economy().theta);
        let theta: Array1<f64> =
            long_run.iter().zip(&ages).map(|(&theta, age)| adjustment.theta(theta, age.years)).collect();
        let psi_theta = dynamics.psi_theta.as_ref().map(|psi_theta| psi_theta * &theta / long_run);
        (Some(theta), psi_theta, ages)
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
