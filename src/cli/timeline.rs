//! `tradepath timeline`: the events of an option alone.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::{Date, date};
use rayon::prelude::*;
use serde_json::json;

use super::{manifest, timeline_fit, timeline_lanes};
use crate::data::{Dataset, Files};
use crate::error::Faults;
use crate::events::milestones::Tally;
use crate::events::validate::unknown_agreements;
use crate::events::{
    DrawnTimeline, Horizon, OptionSpec, Program, WORLD, Workspace, explain, graph, read_option,
};
use crate::output::dir::{Existing, OutputDir};
use crate::output::{TableSpec, events as tables, package};
use crate::policy::PolicyBook;

/// First and last day of the default horizon.
const HORIZON: [Date; 2] = [date(2020, 11, 1), date(2035, 12, 31)];
/// Draws written at once: memory does not depend on the number of draws.
const BATCH: u64 = 1024;

/// Options of `tradepath timeline`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    tradepath timeline cptpp_accession --draws 500 --out outputs/accession\n  \
    tradepath timeline hybrid --draws 100000 --summary --out outputs/hybrid\n  \
    tradepath timeline hybrid --explain in_force\n  \
    tradepath timeline --fit event_timing.csv --out outputs/fit")]
pub struct TimelineArgs {
    /// Id of an option.
    #[arg(required_unless_present = "fit")]
    option: Option<String>,
    /// Number of draws.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..))]
    draws: u64,
    /// Seed of all random streams.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the results.
    #[arg(long, value_name = "DIR", required_unless_present_any = ["explain", "fit"])]
    out: Option<PathBuf>,
    /// Folder of options; default: the embedded ones.
    #[arg(long, value_name = "DIR")]
    options: Option<PathBuf>,
    /// Gives a parameter of the option a value, or turns a switch on (1) or off (0); can be repeated.
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
    /// Replace a folder that is not empty.
    #[arg(long)]
    overwrite: bool,
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
/// Where the option is unknown or faulty, or the folder cannot be written.
pub fn run(args: &TimelineArgs) -> anyhow::Result<()> {
    let existing = if args.overwrite { Existing::Replace } else { Existing::Refuse };
    if let Some(file) = &args.fit {
        return timeline_fit::run(file, args.out.as_deref(), existing);
    }
    let (spec, world, program) = load(args)?;
    if let Some(query) = &args.explain {
        let path = match args.draw {
            Some(draw) => program.timeline(args.seed, draw),
            None => program.reference(),
        };
        print!("{}", explain(&path, query)?);
    }
    let Some(out) = &args.out else { return Ok(()) };
    let output = OutputDir::create(out, existing)?;
    let mut specs = write_tables(args, &program, &output)?;
    specs.push(&tables::SWIM_LANES);
    timeline_lanes::write(&output, &spec, &program)?;
    if args.graph {
        output.write_text("graph.dot", &graph::dot(&spec, &world))?;
        output.write_text("graph.mmd", &graph::mermaid(&spec, &world))?;
    }
    output.write_text("datapackage.json", &manifest::text(&package::describe(&spec.id, &specs)))?;
    let settings: Vec<String> = args.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let manifest = json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "timeline",
        "option": spec.id, "draws": args.draws, "seed": args.seed, "settings": settings,
        "horizon": [program.horizon.start.to_string(), program.horizon.end.to_string()],
    });
    output.write_text("manifest.json", &manifest::text(&manifest))?;
    output.finish()?;
    Ok(())
}

/// The option, the world, and both as a program.
fn load(args: &TimelineArgs) -> anyhow::Result<(OptionSpec, OptionSpec, Program)> {
    let files = args
        .options
        .as_ref()
        .map_or_else(|| Files::embedded().folder("options"), |folder| Files::directory(folder));
    let id = args.option.as_deref().unwrap_or_default();
    let (mut spec, mut world) = (read_option(&files, id)?, read_option(&files, WORLD)?);
    for (name, value) in &args.settings {
        spec.set(name, *value).or_else(|unknown| world.set(name, *value).map_err(|_| unknown))?;
    }
    let [start, end] = spec.horizon.unwrap_or(HORIZON);
    let axes = Dataset::read(&Files::embedded().folder("apac"))?.axes;
    let book = PolicyBook::read(&Files::embedded(), &axes)?;
    let mut faults = Faults::new();
    for spec in [&spec, &world] {
        faults.extend(unknown_agreements(spec, |id| book.agreement_idx.contains_key(id)));
    }
    faults.into_result(())?;
    let program = Program::compile(&spec, &world, &book.initial, Horizon { start, end });
    Ok((spec, world, program))
}

/// Writes the tables; answers which.
fn write_tables(
    args: &TimelineArgs,
    program: &Program,
    output: &OutputDir,
) -> anyhow::Result<Vec<&'static TableSpec>> {
    let write = |spec: &TableSpec, rows: &tables::Rows| output.write_csv(spec.file, &spec.header(), rows);
    let tally = Tally::count(program, args.seed, args.draws);
    let found = tally.milestones(program);
    let (option, horizon) = (program.option.as_str(), program.horizon);
    let years = (horizon.start.year(), horizon.end.year());
    write(&tables::DATES, &tables::date_rows(option, &found, horizon.end))?;
    write(&tables::BY_YEAR, &tables::year_rows(option, &found, years))?;
    if args.summary {
        write(&tables::EVENTS_SUMMARY, &tables::counted_rows(option, &tally.events(program)))?;
        return Ok(vec![&tables::DATES, &tables::BY_YEAR, &tables::EVENTS_SUMMARY]);
    }
    let touched = tally.touched(program);
    let mut events = Table::create(output.path(), &tables::EVENTS)?;
    let mut states = Table::create(output.path(), &tables::STATES)?;
    for first in (0..args.draws).step_by(BATCH as usize) {
        let numbers = first..args.draws.min(first + BATCH);
        let draws: Vec<DrawnTimeline> = numbers
            .clone()
            .into_par_iter()
            .map_init(|| Workspace::new(program), |space, n| program.resolve(space.draw(args.seed, n)))
            .collect();
        events.write(&tables::event_rows(option, numbers.clone().zip(&draws)))?;
        states.write(&tables::state_rows(option, numbers.zip(&draws), &touched))?;
    }
    events.0.flush()?;
    states.0.flush()?;
    Ok(vec![&tables::DATES, &tables::BY_YEAR, &tables::EVENTS, &tables::STATES])
}

/// A table that is written piece by piece.
struct Table(csv::Writer<std::fs::File>);

impl Table {
    fn create(folder: &Path, spec: &TableSpec) -> csv::Result<Self> {
        let mut writer = csv::Writer::from_path(folder.join(spec.file))?;
        writer.write_record(spec.header())?;
        Ok(Self(writer))
    }

    fn write(&mut self, rows: &tables::Rows) -> csv::Result<()> {
        rows.iter().try_for_each(|row| self.0.write_record(row))
    }
}
