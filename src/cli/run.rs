//! `tradepath run`: every option of a plan over the years, with its event draws.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};

use super::format::Format;
use super::progress::Progress;
use super::run_answer::{self, Answer, part_text};
use super::run_resume::{Checkpoints, Made, UNTIL_SE};
use super::sampling::{PointsWord, SamplingWord};
use super::shard::{self, ShardChoice};
use super::timings::Timings;
use super::until_se::{self, UntilSe};
use super::{arguments, exit, manifest, place, run_manifest, run_resume, signals, warnings};
use crate::data::{Axes, Files, memory};
use crate::ensemble::{
    Experiment, Inputs, Owner, PLAN_FILE, Plan, Points, RunError, RunFrame, RunResults, Sampling, Shard,
    Store, Tiling, Watch, YearBlock, run_bytes,
};
use crate::error::{Fault, InputErrors};
use crate::output::dir::{Existing, MANIFEST, OutputDir, WORK};
use crate::output::results::{self, EventDetail, GrowingTables, Headline};
use crate::output::rows;
use crate::report;

/// Which events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Events {
    /// Every event of every draw.
    All,
    /// Counts by stage.
    Summary,
    /// Nothing.
    None,
}

impl Events {
    /// The word of the command line.
    fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Summary => "summary",
            Self::None => "none",
        }
    }
}

impl From<Events> for EventDetail {
    fn from(events: Events) -> Self {
        match events {
            Events::All => Self::All,
            Events::Summary => Self::Summary,
            Events::None => Self::None,
        }
    }
}

/// Options of `tradepath run`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tradepath run\n  tradepath run --options cptpp_accession,hybrid,status_quo --draws 1000 --out outputs/two\n  tradepath init mine && tradepath run mine/plan.toml\n\nWithout PLAN the embedded default plan runs. Without --out the results go to outputs/<plan name>/ (a part: outputs/<plan name>-part-k-of-K/), replaced when the new run is complete. A folder is replaced only where its manifest.json lists everything in it.\n\nA run that was stopped keeps its finished years beside the output folder, or in --journal DIR: the same command with --resume goes on from there.\n\nOn a cluster every task runs the same line, and may run it again (exit code 1 or a signal: trying again can help; 2: it cannot):\n  tradepath run --shard auto --shards 20 --out parts && tradepath reduce parts --out outputs/whole\nThe part is SLURM_ARRAY_TASK_ID (from 1), JOB_COMPLETION_INDEX (from 0) or --shard-index (from 1); it goes to parts/part-k-of-20/. A finished part is left as it is, a started one is resumed. cluster/ has scripts for Slurm, Kubernetes, GNU parallel and Dask."
)]
pub struct RunArgs {
    /// Plan file, or a folder with plan.toml; the data it names lie in the same folder (see `tradepath init`).
    #[arg(value_name = "PLAN.toml")]
    pub plan: Option<PathBuf>,
    /// Folder for the results.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Number of draws, in place of the plan's.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub draws: Option<u64>,
    /// Draw until the standard error of every option's expected real income in the focus country is at most this,
    /// percentage points: the draws of the plan are a pilot that tells how many the run needs. Every part of a split run
    /// solves the whole pilot. An error that the draws of the events leave already (--event-draws) is refused.
    #[arg(long, value_name = "PP", value_parser = arguments::positive)]
    pub until_se: Option<f64>,
    /// Draws of the events alone, for chances and dates, in place of the plan's.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub event_draws: Option<u64>,
    /// Which event draws are solved, in place of the plan's word: the first ones, or of each stratum some, weighted.
    #[arg(long, value_enum)]
    pub sampling: Option<SamplingWord>,
    /// Numbers of the parameters, in place of the plan's word: random, or a scrambled Sobol sequence, which spreads them
    /// evenly.
    #[arg(long, value_enum)]
    pub points: Option<PointsWord>,
    /// Seed of all random streams, in place of the plan's.
    #[arg(long)]
    pub seed: Option<u64>,
    /// First and last year, such as 2021..2030.
    #[arg(long, value_name = "A..B", value_parser = arguments::years)]
    pub years: Option<[i16; 2]>,
    /// Options, separated by commas; the plan's reference option is always among them.
    #[arg(long, value_delimiter = ',')]
    pub options: Vec<String>,
    /// Only part k of K of the draws; `tradepath reduce` joins the parts. `auto`: the part of --shards that the scheduler
    /// of a cluster says, safe to repeat; --out then names the folder of all parts.
    #[arg(long, value_name = "k/K|auto")]
    pub shard: Option<ShardChoice>,
    /// Number of parts in all, for --shard auto.
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u64).range(1..))]
    pub shards: Option<u64>,
    /// Number of this part, 1 = first, for --shard auto where no scheduler says it.
    #[arg(long, value_name = "k", value_parser = clap::value_parser!(u64).range(1..))]
    pub shard_index: Option<u64>,
    /// Go on with a run that was cut, with the same plan and data.
    #[arg(long)]
    pub resume: bool,
    /// Folder for finished years until the run is whole, such as a quick disk of this machine; several runs and parts may
    /// share it. Default: beside the output folder.
    #[arg(long, value_name = "DIR")]
    pub journal: Option<PathBuf>,
    /// Refuse a run that would need more memory than this, such as 2G or 4GiB; default: what the machine has free.
    #[arg(long, value_name = "SIZE", value_parser = arguments::bytes)]
    pub max_memory: Option<u64>,
    /// Which events are written.
    #[arg(long, value_enum, default_value = "all")]
    pub events: Events,
    /// Form of the answer on standard output.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Say on standard error where the time went: data, policy, solves, projection, tables.
    #[arg(long)]
    pub timings: bool,
    /// Replace a folder named with --out that is not empty.
    #[arg(long)]
    pub overwrite: bool,
}

/// Runs the plan.
///
/// # Errors
/// [`InputErrors`] for bad input, else a failed run; nothing is left half-written, finished years are kept.
pub fn run(args: &RunArgs, quiet: bool) -> anyhow::Result<()> {
    let mut pilot = None;
    let done = attempt(args, quiet, &mut pilot);
    // Where trying again cannot help, nobody comes back for it.
    if let (Err(error), Some(pilot)) = (&done, pilot)
        && exit::code(error) == exit::USAGE
    {
        until_se::forget(&pilot);
    }
    done
}

/// Runs the plan; `pilot` becomes the file in which a pilot may be kept.
fn attempt(args: &RunArgs, quiet: bool, pilot: &mut Option<PathBuf>) -> anyhow::Result<()> {
    let started = Instant::now();
    let mut timings = Timings::start();
    let (files, mut plan) = load_plan(args)?;
    let variable = |name: &str| std::env::var(name).ok();
    let shard = shard::choose(args.shard, (args.shards, args.shard_index), &variable)?;
    let resumes = args.resume || args.shard == Some(ShardChoice::Auto);
    let out = folder(args, &plan, shard);
    // Without --out the last run goes, and one that is resumed may be finished.
    let is_own = !args.overwrite && (args.out.is_none() || resumes);
    let existing = if is_own { Existing::ReplaceOwn("run") } else { place::existing(args.overwrite) };
    let output = OutputDir::create(&out, existing)?;
    run_resume::check_journal(args.journal.as_deref(), &output)?;
    let kept = &*pilot.insert(until_se::kept(&output));
    let progress = Progress::new(quiet);
    let limit = Limit { bytes: args.max_memory };
    let asked = Asked { args, quiet, resumes, limit: &limit };
    let until_se = asked.until_se((&files, &mut plan), &output, &progress)?;
    progress.stage("baseline path and timelines");
    let asked_event_draws = plan.event_draws;
    let experiment = Experiment::load(&files, plan, shard, &|axes, plan| limit.check(axes, plan, shard))?;
    output.refuse_inputs()?;
    let owner = Owner::new(&experiment);
    let is_part = args.shard.is_some();
    let made = Made { part: is_part.then_some(shard), events: args.events.word(), digits: rows::digits() };
    if !quiet {
        warnings::of_run(&files, &experiment, asked_event_draws);
    }
    let Some((store, _lock)) = run_resume::open(&asked.checkpoints(), &output, (owner, &made), quiet)? else {
        until_se::forget(kept);
        progress.finish();
        return run_answer::say_again(
            args.format,
            (&RunFrame::new(&experiment), made.part),
            (&out, args.until_se),
            quiet,
        );
    };
    signals::when_stopped(format!(
        "Finished years are kept in {}; the same command with --resume goes on from there.",
        store.folder().display()
    ));
    timings.end("data, baseline path and timelines");
    let frame = RunFrame::new(&experiment);
    let tiling = Tiling::whole(&frame);
    let mut tables = if is_part { None } else { Some(GrowingTables::new(&output, &frame, &tiling)?) };
    let mut add = |block: &YearBlock| Ok(tables.as_mut().map_or(Ok(()), |tables| tables.add(block))?);
    let found = experiment.run(store, &mut add, &progress).map_err(of_run)?;
    timings.end_of_draws(&found.counts);
    progress.stage("tables");
    results::write_paths(&output, &found, args.events.into())?;
    output.write_text(MANIFEST, &manifest::text(&run_manifest::of(&found, &files, &made)?))?;
    let mut work = run_manifest::work(&found.counts, started.elapsed());
    if let Some(asked) = &until_se {
        work[UNTIL_SE] = asked.json();
    }
    output.write_text(WORK, &manifest::text(&work))?;
    let last = finish_tables(&output, &found, tables, &progress)?;
    let rows = last.as_ref().map(|Headline { frame, block }| run_answer::rows_of(frame, block));
    for (asked, rows) in until_se.iter().zip(&rows) {
        work[UNTIL_SE] = asked.json_with(rows);
        output.write_text(WORK, &manifest::text(&work))?;
    }
    until_se::forget(kept);
    let at = output.finish()?;
    found.blocks.remove();
    if args.overwrite {
        found.blocks.remove_others();
    }
    progress.finish();
    timings.end("tables of paths, charts, page");
    if args.timings {
        timings.say();
    }
    let seconds = Some(started.elapsed().as_secs_f64());
    match last.as_ref().zip(rows) {
        Some((Headline { frame, .. }, rows)) => {
            run_answer::say(Answer { frame, rows, folder: &at, seconds }, &work, args.format, quiet);
        }
        None => print!("{}", part_text(&at, shard, args.format)),
    }
    Ok(())
}

/// A command line with `--until-se`, perhaps.
struct Asked<'a> {
    args: &'a RunArgs,
    quiet: bool,
    resumes: bool,
    limit: &'a Limit,
}

impl Asked<'_> {
    /// What becomes of work that is there; without --out the run before goes.
    fn checkpoints(&self) -> Checkpoints<'_> {
        let replaces = self.args.overwrite || self.args.out.is_none();
        Checkpoints { resumes: self.resumes, replaces, journal: self.args.journal.as_deref() }
    }

    /// The pilot where one is asked for; the plan takes the draws that it says.
    fn until_se(
        &self,
        (files, plan): (&Files, &mut Plan),
        output: &OutputDir,
        progress: &Progress,
    ) -> anyhow::Result<Option<UntilSe>> {
        let Some(wanted_pp) = self.args.until_se else { return Ok(None) };
        let allow = |axes: &Axes, plan: &Plan| self.limit.check(axes, plan, Shard::WHOLE);
        let asked = UntilSe::ask(wanted_pp, (files, plan), (output, self.resumes), &allow, progress)?;
        plan.draws = asked.draws()?;
        asked.unseen().filter(|_| !self.quiet).iter().for_each(|text| eprintln!("{text}"));
        Ok(Some(asked))
    }
}

/// What the tables say is told as it is, and not as a failure of the run.
fn of_run(error: RunError) -> anyhow::Error {
    match error {
        RunError::Taken(error) => error,
        other => other.into(),
    }
}

/// Ends the tables and makes the charts, and returns the headline; a part, which has no such tables, gets the blocks
/// themselves.
fn finish_tables(
    output: &OutputDir,
    found: &RunResults<Store>,
    tables: Option<GrowingTables<'_>>,
    progress: &Progress,
) -> anyhow::Result<Option<Headline>> {
    let Some(tables) = tables else {
        results::write_part(output, found)?;
        found.blocks.copy_to(output.path())?;
        return Ok(None);
    };
    let last = tables.finish()?;
    progress.stage("charts");
    let _left_out = report::of_folder(output)?;
    Ok(Some(last))
}

/// The output folder: as named, without a name `outputs/<plan>` and for a part `outputs/<plan>-part-k-of-K`. What
/// `--shard auto` names is the folder of all parts, since every task has the same command line.
fn folder(args: &RunArgs, plan: &Plan, Shard { number, of }: Shard) -> PathBuf {
    match &args.out {
        Some(parts) if args.shard == Some(ShardChoice::Auto) => parts.join(format!("part-{number}-of-{of}")),
        Some(named) => named.to_owned(),
        None if args.shard.is_none() => PathBuf::from("outputs").join(&plan.name),
        None => PathBuf::from("outputs").join(format!("{}-part-{number}-of-{of}", plan.name)),
    }
}

/// The plan with what the command line changes.
fn load_plan(args: &RunArgs) -> anyhow::Result<(Files, Plan)> {
    let (files, name) = match &args.plan {
        None => (Files::embedded(), PLAN_FILE.to_owned()),
        Some(folder) if folder.is_dir() => (Files::directory(folder), PLAN_FILE.to_owned()),
        Some(path) => {
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            (Files::directory(folder.unwrap_or(Path::new("."))), name)
        }
    };
    let mut plan = Plan::read(&files, &name)?;
    plan.draws = args.draws.unwrap_or(plan.draws);
    plan.event_draws = args.event_draws.unwrap_or(plan.event_draws);
    plan.sampling = args.sampling.map_or(plan.sampling, Sampling::from);
    plan.points = args.points.map_or(plan.points, Points::from);
    plan.seed = args.seed.unwrap_or(plan.seed);
    if let Some(years) = args.years {
        plan.years = years;
    }
    plan.keep(&args.options);
    plan.bilateral_years.retain(|year| plan.years[0] <= *year && *year <= plan.years[1]);
    if plan.bilateral_years.is_empty() {
        plan.bilateral_years = vec![plan.years[1]];
    }
    Inputs::check_changed(&files, &plan)?;
    Ok((files, plan))
}

/// Memory that a run may take.
struct Limit {
    /// As the user says; without it what the machine has free.
    bytes: Option<u64>,
}

impl Limit {
    fn check(&self, axes: &Axes, plan: &Plan, shard: Shard) -> Result<(), InputErrors> {
        let needed = run_bytes(axes, plan, shard);
        let limit = self.bytes.unwrap_or_else(memory::usable_bytes);
        if needed <= limit {
            return Ok(());
        }
        let found = match self.bytes {
            Some(limit) => limit.to_string(),
            None => format!("{limit} bytes can be used"),
        };
        Err(InputErrors::from(Fault {
            file: "command line".into(),
            line: None,
            field: "--max-memory".into(),
            found,
            expected: format!(
                "about {needed} bytes for {} draws of {} options, {} countries and {} sectors",
                plan.draws,
                plan.options.len(),
                axes.n_countries(),
                axes.n_sectors()
            ),
            remedy: "Run parts with --shard k/K and join them with `tradepath reduce`, draw less, or allow more with --max-memory.".into(),
        }))
    }
}
