//! Everything that the draws of a run share, and one year of it solved.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::civil::date;
use rayon::prelude::*;

use super::block::{Layout, YearBlock};
use super::draw_year::DrawYear;
use super::parameters::DrawnParameters;
use super::plan::{PLAN_FILE, Plan, Shard};
use crate::data::{Axes, Dataset, Files, Meta};
use crate::economy::Economy;
use crate::equilibrium::{Equilibrium, NoEquilibrium};
use crate::error::InputErrors;
use crate::events::{DrawnTimeline, Horizon, OptionSpec, Program, Tables, Workspace, read_options};
use crate::policy::{PolicyBook, Regimes};
use crate::projection::{BaselinePath, BaselineYear, Growth, Outcome};

/// An option with its timelines.
pub struct OptionRun {
    /// The option.
    pub spec: OptionSpec,
    /// Its reference path: it happens, after median durations.
    pub reference: DrawnTimeline,
    /// One timeline a draw of this part.
    pub draws: Vec<DrawnTimeline>,
}

/// What a run needs, read and solved once.
pub struct Experiment {
    /// The plan.
    pub plan: Plan,
    /// Countries and sectors.
    pub axes: Axes,
    /// The baseline data set.
    pub meta: Meta,
    /// Policy tables.
    pub book: PolicyBook,
    /// Baseline path.
    pub path: BaselinePath,
    /// Options in the order of the plan.
    pub options: Vec<OptionRun>,
    /// Draws of this part.
    pub draws: Vec<u64>,
    /// Parameters of each draw.
    pub parameters: Vec<DrawnParameters>,
    /// Dates between which events happen.
    pub horizon: Horizon,
    pub(super) regimes: Regimes,
}

/// The run failed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A state has no equilibrium.
    #[error("{option}, draw {draw}, {year}: {source}")]
    NoEquilibrium {
        /// Option.
        option: String,
        /// Draw, or `reference`.
        draw: String,
        /// Year.
        year: i16,
        /// The solver's report.
        source: Box<NoEquilibrium>,
    },
}

/// How much was computed.
#[derive(Debug, Default)]
pub struct RunCounts {
    /// Option-years asked for.
    pub states: AtomicU64,
    /// Equilibria solved: the others were equal to one of the same draw, or to the baseline.
    pub solves: AtomicU64,
    /// Evaluations of the excess demand.
    pub evaluations: AtomicU64,
    /// Largest residual of excess demand, in units of 1e-18 of world value added.
    pub residual_e18: AtomicU64,
}

impl Experiment {
    /// Reads all inputs below `files`, solves the baseline path and draws all timelines of `shard`; `allow` is asked
    /// once the size is known, before anything of that size is taken.
    ///
    /// # Errors
    /// [`InputErrors`] in the data, the options or the names of the plan, and those of `allow`; the baseline path
    /// without equilibrium.
    pub fn load(
        files: &Files,
        plan: Plan,
        shard: Shard,
        allow: &dyn Fn(&Axes, &Plan) -> Result<(), InputErrors>,
    ) -> anyhow::Result<Self> {
        let folder = files.folder(&plan.baseline);
        let data = Dataset::read(&folder)?;
        allow(&data.axes, &plan)?;
        plan.check_names(&data.axes, &files.display(PLAN_FILE)).into_result(())?;
        plan.check_base_year(data.meta.year, &files.display(PLAN_FILE)).into_result(())?;
        let growth = Growth::read(&folder, &data.axes, data.meta.year + 1, plan.years[1])?;
        let book = PolicyBook::read(files, &data.axes)?;
        let ids = plan.options.iter().map(String::as_str);
        let (specs, world) = read_options(&files.folder("options"), ids, Some(&Tables::of(&book)))?;
        let path = BaselinePath::solve(
            Economy::from_dataset(&data)?,
            (data.meta.year, plan.years[1]),
            &growth,
            &book,
        )?;
        let horizon = Horizon { start: plan.start, end: date(plan.years[1], 12, 31) };
        let draws = shard.draws(plan.draws);
        let run = |spec: OptionSpec| {
            let program = Program::compile(&spec, &world, &book.initial, horizon);
            let one =
                |workspace: &mut Workspace<'_>, &draw: &u64| program.resolve(workspace.draw(plan.seed, draw));
            let timelines = draws.par_iter().map_init(|| Workspace::new(&program), one).collect();
            OptionRun { reference: program.reference(), draws: timelines, spec }
        };
        let options = specs.into_iter().map(run).collect();
        let theta = &path.years[0].prepared.economy().theta;
        let parameters = draws
            .iter()
            .map(|&draw| {
                let means = (data.axes.sectors.as_slice(), theta);
                DrawnParameters::draw(&plan.uncertainty, means, book.barriers.effect(), plan.seed, draw)
            })
            .collect();
        let regimes = Regimes::new(&book, &book.initial);
        Ok(Self {
            plan,
            axes: data.axes,
            meta: data.meta,
            book,
            path,
            options,
            draws,
            parameters,
            horizon,
            regimes,
        })
    }

    /// Shape of the block of a year.
    #[must_use]
    pub fn layout(&self, year: i16) -> Layout {
        Layout {
            n_options: self.options.len(),
            n: self.axes.n_countries(),
            s: self.axes.n_sectors(),
            n_measures: Outcome::MEASURES.len(),
            n_groups: if self.plan.bilateral_years.contains(&year) { 2 } else { 0 },
        }
    }

    /// Solves every option and draw of one year; `tick` is called once a draw.
    ///
    /// # Errors
    /// [`RunError`] where a state has no equilibrium.
    ///
    /// # Panics
    /// For a year outside the plan.
    pub fn year_block(
        &self,
        year: i16,
        counts: &RunCounts,
        tick: &(dyn Fn() + Sync),
    ) -> Result<YearBlock, RunError> {
        let base = self.baseline_year(year);
        let layout = self.layout(year);
        let rows = (0..self.draws.len())
            .into_par_iter()
            .map(|at| {
                let row = self.draw_values(year, at, layout, counts);
                tick();
                row
            })
            .collect::<Result<Vec<_>, _>>()?;
        let base_imports_musd = match layout.n_groups {
            0 => Vec::new(),
            _ => base.accounts.totals.imports_by_origin.iter().copied().collect(),
        };
        Ok(YearBlock { year, layout, draws: self.draws.clone(), values: rows.concat(), base_imports_musd })
    }

    /// The outcome of each option along its reference path in one year, with central parameters.
    ///
    /// # Errors
    /// [`RunError`] where a state has no equilibrium.
    ///
    /// # Panics
    /// For a year outside the plan.
    pub fn reference_outcomes(&self, year: i16, counts: &RunCounts) -> Result<Vec<Outcome>, RunError> {
        let central = DrawnParameters::central();
        let outcome = |option: &OptionRun| {
            let mut draw = DrawYear::new(self, year, &central);
            let found = draw.outcome(&option.reference, counts).cloned();
            found.map_err(|source| RunError::NoEquilibrium {
                option: option.spec.id.clone(),
                draw: "reference".into(),
                year,
                source,
            })
        };
        self.options.par_iter().map(outcome).collect()
    }

    pub(super) fn baseline_year(&self, year: i16) -> &BaselineYear {
        self.path.year(year).unwrap_or_else(|| panic!("{year} is outside the plan"))
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
            let found = draw.outcome(&option.draws[at], counts);
            let outcome = found.map_err(|source| RunError::NoEquilibrium {
                option: option.spec.id.clone(),
                draw: self.draws[at].to_string(),
                year,
                source,
            })?;
            values.extend(&outcome.countries);
            values.extend(&outcome.output_pct);
            values.extend(&outcome.employment_pct);
            if layout.n_groups > 0 {
                values.extend(&outcome.imports_musd);
            }
        }
        Ok(values)
    }
}

impl RunCounts {
    pub(super) fn note(&self, solved: &Equilibrium) {
        self.solves.fetch_add(1, Ordering::Relaxed);
        self.evaluations.fetch_add(solved.stats.evaluations as u64, Ordering::Relaxed);
        self.residual_e18.fetch_max((solved.stats.residual * 1e18) as u64, Ordering::Relaxed);
    }
}
