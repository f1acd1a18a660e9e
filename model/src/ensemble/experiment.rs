//! Everything that the draws of a run share, and one year of it solved.

use jiff::civil::date;
use ndarray::Array1;

use super::block::{Layout, SECTOR_MEASURES};
use super::carried::{Carried, TRACKS};
use super::dynamics::{Dynamics, YEARS};
use super::exposure::{self, Essential};
use super::inputs::Inputs;
use super::numbers::{Numbers, Points};
use super::options::{OptionRun, Start};
use super::parameters::DrawnParameters;
use super::plan::{PLAN_FILE, Plan, Shard};
use super::point::{Group, Point};
use super::sample::{Sample, Sampling};
use super::strata::InForceDays;
use crate::data::{Axes, Files, Meta, ReadFile};
use crate::economy::Economy;
use crate::error::{Fault, InputErrors};
use crate::events::milestones::Tally;
use crate::events::{DrawnTimeline, Horizon, Program};
use crate::policy::{PolicyBook, Regimes, SharedCosts};
use crate::projection::{BaselinePath, BaselineYear, Growth, Outcome};

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
    /// Which part of the draws this is.
    pub shard: Shard,
    /// The solved draws of all parts, and what each counts for.
    pub sample: Sample,
    /// Draws of this part.
    pub draws: Vec<u64>,
    /// Parameters of each draw.
    pub parameters: Vec<DrawnParameters>,
    /// Goods whose sources are followed.
    pub essentials: Vec<Essential>,
    /// Dates between which events happen.
    pub horizon: Horizon,
    /// Files that were read, each with its checksum.
    pub inputs: Vec<ReadFile>,
    pub(super) regimes: Regimes,
    /// What pairs come to in the situations met, shared by all draws.
    pub(super) costs: SharedCosts,
    pub(super) dynamics: Dynamics,
    /// False where nobody asks for the part of real income that is not due to capital.
    pub(super) has_static_part: bool,
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
        Self::load_points(files, plan, (shard, None), allow)
    }

    /// As [`Self::load`], for these points in place of the draws of the plan where there are some.
    pub(super) fn load_points(
        files: &Files,
        plan: Plan,
        (shard, points): (Shard, Option<Vec<Point>>),
        allow: &dyn Fn(&Axes, &Plan) -> Result<(), InputErrors>,
    ) -> anyhow::Result<Self> {
        let inputs = Inputs::of_plan(files.clone(), plan)?;
        let ids = inputs.plan.options.iter().map(String::as_str);
        let options = inputs.options(&inputs.options_folder(), ids);
        let Inputs { files, mut plan, data, book } = inputs;
        // Every solved draw is a draw of the events.
        plan.event_draws = plan.event_draws.max(plan.draws);
        allow(&data.axes, &plan)?;
        let mut faults = plan.check_names(&data.axes, &files.display(PLAN_FILE));
        faults.extend(plan.check_base_year(data.meta.year, &files.display(PLAN_FILE)));
        let options = faults.keep(options);
        let (specs, world) = faults.into_result(options)?.expect("options without a fault");
        let growth =
            Growth::read(&files.folder(&plan.baseline), &data.axes, data.meta.year + 1, plan.years[1])?;
        let dynamics = Dynamics::read(&plan, &files, &data.axes)?;
        let essentials = exposure::read(&files, &data.axes);
        let essentials = files.misspelt().beside(essentials)?;
        let path = BaselinePath::solve(
            Economy::from_dataset(&data)?,
            data.meta.year..=plan.years[1],
            &growth,
            &book,
        )?;
        let path = match &dynamics.psi_theta {
            Some(psi_theta) => with_scale(path, psi_theta, plan.years[0], &files.folder(YEARS))?,
            None => path,
        };
        let horizon = Horizon { start: plan.start, end: date(plan.years[1], 12, 31) };
        let mut programs: Vec<Program> =
            specs.iter().map(|spec| Program::compile(spec, &world, &book.initial, horizon)).collect();
        let at = plan.options.iter().position(|id| *id == plan.reference_option);
        let reference_path = programs[at.expect("a checked plan has its reference option")].reference();
        let tallies = tallies(&plan, &mut programs);
        let sample = match points {
            None => plan.sample(&tallies),
            Some(_) => Sample::plain(plan.draws),
        };
        let positions = shard.draws(plan.draws);
        let draws: Vec<u64> = positions.iter().map(|&at| sample.draw(at)).collect();
        let points = points.unwrap_or_else(|| draws.iter().map(|&draw| Point::of(draw)).collect());
        let of_events = |point: &Point| [Group::Events, Group::Politics].map(|group| point.draw(group));
        let of_events: Vec<[u64; 2]> = points.iter().map(of_events).collect();
        let start = Start { initial: &book.initial, horizon, seed: plan.seed, draws: &of_events };
        let options = specs.into_iter().zip(programs.iter().zip(&tallies));
        let options = options.map(|(spec, program)| start.run(spec, program, &reference_path)).collect();
        let theta = &path.years[0].prepared.economy().theta;
        let means = (&data.axes, theta);
        let drawn =
            |numbers| DrawnParameters::draw(&plan.uncertainty, means, book.barriers.effect(), numbers);
        let parameters = match plan.points {
            Points::Plain => {
                points.iter().map(|&point| drawn(Numbers::Streams { seed: plan.seed, point })).collect()
            }
            Points::Sobol => {
                let places = sample.places();
                positions.iter().map(|&at| drawn(Numbers::sobol(plan.seed, places[at as usize]))).collect()
            }
        };
        let regimes = Regimes::new(&book, &book.initial);
        let costs = SharedCosts::new(book.n());
        Ok(Self {
            plan,
            axes: data.axes,
            meta: data.meta,
            book,
            path,
            options,
            shard,
            sample,
            draws,
            parameters,
            essentials,
            horizon,
            inputs: files.read_log(),
            regimes,
            costs,
            dynamics,
            has_static_part: true,
        })
    }

    /// The same without the split of real income into its static part and what capital adds, which takes longer to find
    /// than a solve: all counts as static.
    #[must_use]
    pub fn without_static_part(mut self) -> Self {
        self.has_static_part = false;
        self
    }

    /// The timelines of an option with the numbers of their draws.
    pub fn timelines<'a>(&'a self, option: &'a OptionRun) -> impl Iterator<Item = (u64, &'a DrawnTimeline)> {
        self.draws.iter().copied().zip(&option.draws)
    }

    /// Shape of the block of a year.
    #[must_use]
    pub fn layout(&self, year: i16) -> Layout {
        let has_labour = self.dynamics.labour.is_some();
        Layout {
            n_options: self.options.len(),
            n: self.axes.n_countries(),
            s: self.axes.n_sectors(),
            n_measures: if has_labour { Outcome::MEASURES.len() } else { Outcome::WITHOUT_LABOUR },
            n_sector_measures: SECTOR_MEASURES.len() - usize::from(!has_labour),
            n_groups: if self.plan.bilateral_years.contains(&year) { 2 } else { 0 },
            has_own: year == self.plan.years[1],
            n_carried: TRACKS * self.dynamics.shape.len(),
        }
    }

    /// What the draws of this part carry into the first year.
    #[must_use]
    pub fn start(&self) -> Carried {
        Carried::start(self.draws.len(), self.options.len(), self.dynamics.shape)
    }

    /// What the reference paths carry into the first year.
    #[must_use]
    pub fn reference_start(&self) -> Carried {
        Carried::start(1, self.options.len(), self.dynamics.shape)
    }

    /// Position of the option that others are measured against.
    pub(super) fn reference(&self) -> &OptionRun {
        let found = self.options.iter().find(|option| option.spec.id == self.plan.reference_option);
        found.expect("a checked plan has its reference option")
    }

    pub(super) fn baseline_year(&self, year: i16) -> &BaselineYear {
        self.path.year(year).unwrap_or_else(|| panic!("{year} is outside the plan"))
    }
}

/// What the event draws of each option of a plan come to.
fn tallies(plan: &Plan, programs: &mut [Program]) -> Vec<Tally> {
    let has_days = plan.sampling == Sampling::Stratified;
    Tally::count_all(programs, has_days, (plan.seed, plan.event_draws))
}

impl Plan {
    /// The draws to be solved, by what the event draws of its options come to.
    fn sample(&self, tallies: &[Tally]) -> Sample {
        let options = self.options.iter().zip(tallies).filter(|(_, tally)| tally.in_force().is_some());
        fn days<'a>((option, tally): (&'a String, &'a Tally)) -> InForceDays<'a> {
            InForceDays { option, days: tally.days_in_force().into() }
        }
        match self.sampling {
            Sampling::Plain => Sample::plain(self.draws),
            Sampling::Stratified => Sample::stratified(&options.map(days).collect::<Vec<_>>(), self.draws),
        }
    }
}

/// The path with economies of scale; refused where the equilibrium of a year would not be the only one.
fn with_scale(
    path: BaselinePath,
    psi_theta: &Array1<f64>,
    first: i16,
    years: &Files,
) -> Result<BaselinePath, InputErrors> {
    path.with_scale(psi_theta, first).map_err(|error| {
        InputErrors::from(Fault {
            file: years.display("scale.csv"),
            line: None,
            field: "psi_theta".into(),
            found: error.to_string(),
            expected: "economies of scale with one equilibrium".into(),
            remedy: format!("Lower psi_theta of {}.", error.sector()),
        })
    })
}
