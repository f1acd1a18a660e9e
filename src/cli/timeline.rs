//! `tradepath timeline`: the events of an option alone.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::data_dir::DataDir;
use super::format::Format;
use super::progress::Progress;
use super::warnings::warn_of_no_gains;
use super::{manifest, place, timeline_answer, timeline_fit, timeline_gains, timeline_lanes};
use crate::data::{Files, did_you_mean};
use crate::ensemble::Watch;
use crate::error::{Fault, InputErrors};
use crate::events::findings::Sizes;
use crate::events::milestones::Tally;
use crate::events::validate::LONGEST_HORIZON;
use crate::events::{DrawnTimeline, Horizon, OptionSpec, Program, SettingError, Workspace, graph};
use crate::numerics::parallel;
use crate::output::dir::OutputDir;
use crate::output::events::{self, EventRow, PairState};

/// Most draws of one call: hours of computing.
const MOST_DRAWS: u64 = 1_000_000_000;
/// Most draws that are written at once, and most events of theirs: memory does not depend on the number of draws.
const BATCH: u64 = 1024;
const BATCH_EVENTS: u64 = 1 << 18;
/// Draws of one task; a workspace is made for each.
const BLOCK: u64 = 32;
/// Draws where no number is given.
const DRAWS: u64 = 200;
/// Draws of the central weights of conclusions where no number is given.
const CENTRAL_DRAWS: u64 = 20_000;
/// Names that a warning lists.
const LISTED: usize = 5;

/// Options of `tradepath timeline`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    tradepath timeline cptpp_accession --draws 500 --out outputs/accession\n  \
    tradepath timeline hybrid --draws 100000 --summary --out outputs/hybrid\n  \
    tradepath timeline hybrid --explain in_force\n  \
    tradepath timeline mine_option --data mine --out outputs/mine\n  \
    tradepath timeline hybrid --draws 20000 --sensitivity in_force\n  \
    tradepath timeline --conclusions --sets 400\n  \
    tradepath timeline --fit mine/options/politics/votes.csv\n  \
    tradepath timeline --fit event_timing.csv --out outputs/fit")]
pub struct TimelineArgs {
    /// Id of an option.
    #[arg(required_unless_present_any = ["fit", "conclusions", "gains"])]
    option: Option<String>,
    /// Number of draws, up to a billion; default: 200, for --conclusions 20,000 at the central weights.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=MOST_DRAWS))]
    draws: Option<u64>,
    /// Seed of all random streams.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the results; without it the answer stands on the terminal alone.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    data: DataDir,
    /// Folder of options beside the policy tables of --data; default: the folder `options` of --data.
    #[arg(long, value_name = "DIR")]
    options: Option<PathBuf>,
    /// Gives a parameter of the option a value within its range, or turns a switch on (1) or off (0); can be repeated.
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    settings: Vec<(String, f64)>,
    /// Counts of events in place of every event of every draw.
    #[arg(long)]
    summary: bool,
    /// Also writes the stages and what links them as graph.dot (Graphviz) and graph.mmd (Mermaid).
    #[arg(long)]
    graph: bool,
    /// Prints the chain of causes of a date, a milestone, a process or PROCESS.STAGE.
    #[arg(long, value_name = "WHAT")]
    explain: Option<String>,
    /// Draw that --explain looks at; default: the reference path.
    #[arg(long, value_name = "N", requires = "explain")]
    draw: Option<u64>,
    /// Fits distributions to a table of events (from_event, to_event, duration_days, note).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["option", "explain", "graph"])]
    fit: Option<PathBuf>,
    /// Prints politics/gains.csv from the folder of a finished run: what each option does to each party along its
    /// reference path.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["option", "explain", "graph", "fit", "out", "conclusions"])]
    gains: Option<PathBuf>,
    /// Lists the conclusions of politics/conclusions.csv with both chances, whether they hold, and in what share of weight
    /// sets drawn from the ranges of the weights.
    #[arg(long, conflicts_with_all = ["option", "explain", "graph", "fit", "out"])]
    conclusions: bool,
    /// Weight sets of --conclusions.
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u64).range(0..=100_000))]
    sets: u64,
    /// Draws of each weight set; draws of the same number have the same luck in all of them.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    set_draws: u64,
    /// Ranks the weights by how much the chance of a milestone moves between the ends of their ranges.
    #[arg(long, value_name = "MILESTONE", conflicts_with_all = ["explain", "fit", "conclusions"])]
    sensitivity: Option<String>,
    /// Replace a folder that is not empty.
    #[arg(long)]
    overwrite: bool,
    /// Form of the answer on standard output.
    #[arg(long, value_enum, default_value_t, conflicts_with_all = ["explain", "gains"])]
    format: Format,
}

impl TimelineArgs {
    /// Draws of one option.
    fn draws(&self) -> u64 {
        self.draws.unwrap_or(DRAWS)
    }
}

fn setting(text: &str) -> Result<(String, f64), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    let value = value.parse().map_err(|_| format!("{value} is no number"))?;
    Ok((name.to_owned(), value))
}

/// Draws and writes `dates.csv`, `by_year.csv`, `events.csv`, `states.csv`, the lanes of the reference path and
/// `manifest.json`.
///
/// # Errors
/// If the option is unknown or faulty, or the folder cannot be written.
pub fn run(args: &TimelineArgs, quiet: bool) -> anyhow::Result<()> {
    let existing = place::existing(args.overwrite);
    if let Some(file) = &args.fit {
        return timeline_fit::run(file, (args.out.as_deref(), existing), args.format, quiet);
    }
    if let Some(folder) = &args.gains {
        print!("{}", timeline_gains::table(folder)?);
        return Ok(());
    }
    if args.conclusions {
        let inputs = args.data.inputs()?;
        let beside = || inputs.options_folder();
        let files = args.options.as_ref().map_or_else(beside, |folder| Files::directory(folder));
        let read = |ids: &[&str]| Ok(inputs.options(&files, ids.iter().copied())?);
        let sizes = Sizes {
            seed: args.seed,
            n_central: args.draws.unwrap_or(CENTRAL_DRAWS),
            n_sets: args.sets,
            n_of_set: args.set_draws,
        };
        let progress = Progress::new(quiet);
        progress.stage("drawing both sides of each conclusion with every set of weights");
        let found = timeline_answer::conclusions(&files, read, &inputs.book.initial, sizes)?;
        progress.finish();
        found.print(args.format);
        return Ok(());
    }
    let Loaded { spec, world, program, inputs } = load(args, quiet)?;
    if let Some(milestone) = &args.sensitivity {
        let Some(number) = program.milestone_number(milestone) else {
            let known: Vec<&str> = program.milestones.iter().map(String::as_str).collect();
            return Err(refused(
                "--sensitivity",
                (milestone, milestone),
                "a milestone of the option",
                &known,
            )
            .into());
        };
        let sizes = (args.seed, args.draws());
        timeline_answer::sensitivity(&program, (milestone, number), sizes).print(args.format);
        return Ok(());
    }
    if let Some(query) = &args.explain {
        let path = match args.draw {
            Some(draw) => program.timeline(args.seed, draw),
            None => program.reference(),
        };
        let text = program.explain(&path, query).map_err(|nothing| {
            let known: Vec<&str> = nothing.milestones.iter().map(String::as_str).collect();
            refused("--explain", (query, query), &nothing.to_string(), &known)
        })?;
        print!("{text}");
    }
    if args.explain.is_some() && args.out.is_none() {
        return Ok(());
    }
    let tally = Tally::count(&program, args.seed, args.draws());
    let found = tally.milestones(&program);
    let mut answer = timeline_answer::milestones(&program, &found, (args.seed, args.draws()));
    if let Some(out) = &args.out {
        let output = OutputDir::create(out, existing)?;
        answer.folder = Some(write(args, output, (&spec, &world, &inputs), (&program, &tally))?);
    }
    if args.explain.is_none() {
        answer.print(args.format);
    }
    Ok(())
}

/// Writes everything to the folder; its final name.
fn write(
    args: &TimelineArgs,
    output: OutputDir,
    (spec, world, inputs): (&OptionSpec, &OptionSpec, &[Value]),
    (program, tally): (&Program, &Tally),
) -> anyhow::Result<PathBuf> {
    write_tables(args, (program, tally), &output)?;
    timeline_lanes::write(&output, spec, program)?;
    if args.graph {
        output.write_text("graph.dot", &graph::dot(spec, world))?;
        output.write_text("graph.mmd", &graph::mermaid(spec, world))?;
    }
    output.name_package(&spec.id);
    let settings: Vec<String> = args.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let manifest = json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "timeline",
        "option": spec.id, "draws": args.draws(), "seed": args.seed, "settings": settings, "inputs": inputs,
        "horizon": [program.horizon.start.to_string(), program.horizon.end.to_string()],
    });
    output.write_text("manifest.json", &manifest::text(&manifest))?;
    Ok(output.finish()?)
}

/// The option, the world, and both as a program.
struct Loaded {
    spec: OptionSpec,
    world: OptionSpec,
    program: Program,
    /// The files that were read, as manifests say them.
    inputs: Vec<Value>,
}

fn load(args: &TimelineArgs, quiet: bool) -> anyhow::Result<Loaded> {
    let inputs = args.data.inputs()?;
    let beside = || inputs.options_folder();
    let files = args.options.as_ref().map_or_else(beside, |folder| Files::directory(folder));
    let id = args.option.as_deref().expect("an option is required where nothing is fitted");
    let (mut specs, mut world) = inputs.options(&files, [id])?;
    let mut spec = specs.remove(0);
    for (name, value) in &args.settings {
        set((&mut spec, &mut world), name, *value)?;
    }
    if !quiet {
        warn_of_no_gains(&spec);
    }
    let [start, end] = spec.horizon.unwrap_or(LONGEST_HORIZON);
    for (spec, whose) in [(&spec, "the option"), (&world, "the world")] {
        let beyond = spec.beyond(end);
        if let Some(&(_, first)) = beyond.first().filter(|_| !quiet) {
            let names: Vec<&str> = beyond.iter().take(LISTED).map(|(name, _)| *name).collect();
            let more = if beyond.len() > LISTED { ", ..." } else { "" };
            eprintln!(
                "warning: the horizon ends on {end}: {} of {whose} begin later ({first} and on) and do not happen: \
                 {}{more}",
                beyond.len(),
                names.join(", ")
            );
        }
    }
    let program = Program::compile(&spec, &world, &inputs.book.initial, Horizon { start, end });
    let mut read = manifest::read(&inputs.files);
    if args.options.is_some() {
        read.extend(manifest::read(&files));
    }
    Ok(Loaded { spec, world, program, inputs: read })
}

/// Sets a parameter or a switch of the option, else of the world.
fn set((spec, world): (&mut OptionSpec, &mut OptionSpec), name: &str, value: f64) -> Result<(), InputErrors> {
    let of_world = |error| match error {
        SettingError::Unknown { .. } => world.set(name, value),
        other => Err(other),
    };
    let Err(error) = spec.set(name, value).or_else(of_world) else { return Ok(()) };
    let known: Vec<&str> = spec.settable().chain(world.settable()).collect();
    let setting = format!("{name}={value}");
    Err(match error {
        SettingError::OutOfRange { expected, .. } => refused("--set", (name, &setting), &expected, &[]),
        SettingError::Unknown { .. } => {
            let text = format!(
                "a parameter or a switch (`{name}` is no parameter and no switch of this option; it has: {})",
                known.join(", ")
            );
            refused("--set", (name, &setting), &text, &known)
        }
    })
}

/// The fault of an argument: which name of it is not known, and what was found as a whole.
fn refused(argument: &str, (name, found): (&str, &str), expected: &str, known: &[&str]) -> InputErrors {
    InputErrors::from(Fault {
        file: "command line".into(),
        line: None,
        field: argument.into(),
        found: found.into(),
        expected: expected.into(),
        remedy: did_you_mean(name, known.iter().copied(), "Correct it."),
    })
}

fn write_tables(
    args: &TimelineArgs,
    (program, tally): (&Program, &Tally),
    output: &OutputDir,
) -> anyhow::Result<()> {
    let found = tally.milestones(program);
    let (option, horizon) = (program.option.as_str(), program.horizon);
    let years = (horizon.start.year(), horizon.end.year());
    output.write_rows(events::dates(option, &found, horizon.end))?;
    output.write_rows(events::by_year(option, &found, years))?;
    if args.summary {
        return Ok(output.write_rows(events::event_counts(option, tally.events(program)))?);
    }
    let touched = tally.touched(program);
    let mut all_events = output.table::<EventRow<'static>>()?;
    let mut all_states = output.table::<PairState<'static>>()?;
    let per_draw = 1 + tally.n_events() / args.draws();
    let batch = (BATCH_EVENTS / per_draw).clamp(1, BATCH);
    for first in (0..args.draws()).step_by(batch as usize) {
        let numbers = first..args.draws().min(first + batch);
        let blocks = (numbers.end - numbers.start).div_ceil(BLOCK) as usize;
        let block = |at: usize| {
            let mut space = Workspace::new(program);
            let first = numbers.start + at as u64 * BLOCK;
            let drawn =
                (first..numbers.end.min(first + BLOCK)).map(|n| program.resolve(space.draw(args.seed, n)));
            drawn.collect::<Vec<DrawnTimeline>>()
        };
        let draws: Vec<DrawnTimeline> = parallel::map(blocks, block).into_iter().flatten().collect();
        all_events.write(events::events(option, numbers.clone().zip(&draws)))?;
        all_states.write(events::states(option, numbers.zip(&draws), &touched))?;
    }
    all_events.finish()?;
    Ok(all_states.finish()?)
}
