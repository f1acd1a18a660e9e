//! `tradepath timeline`: the events of an option alone.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::{Date, date};
use rayon::prelude::*;
use serde_json::json;

use super::manifest;
use crate::data::{Dataset, Files};
use crate::events::{DrawnTimeline, Horizon, draw, milestones, read_option};
use crate::output::dir::{Existing, OutputDir};
use crate::output::{TableSpec, events as tables, package};
use crate::policy::PolicyBook;

/// First and last day of the default horizon.
const HORIZON: (Date, Date) = (date(2020, 11, 1), date(2035, 12, 31));

/// Options of `tradepath timeline`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tradepath timeline cptpp_accession --draws 500 --out outputs/accession")]
pub struct TimelineArgs {
    /// Id of an option.
    option: String,
    /// Number of draws.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..))]
    draws: u64,
    /// Seed of all random streams.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the results.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Folder of options; default: the embedded ones.
    #[arg(long, value_name = "DIR")]
    options: Option<PathBuf>,
    /// Replace a folder that is not empty.
    #[arg(long)]
    overwrite: bool,
}

/// Draws and writes `dates.csv`, `by_year.csv`, `events.csv`, `states.csv` and `manifest.json`.
///
/// # Errors
/// Where the option is unknown or faulty, or the folder cannot be written.
pub fn run(args: &TimelineArgs) -> anyhow::Result<()> {
    let files = args
        .options
        .as_ref()
        .map_or_else(|| Files::embedded().folder("options"), |folder| Files::directory(folder));
    let (spec, world) = (read_option(&files, &args.option)?, read_option(&files, "world")?);
    let existing = if args.overwrite { Existing::Replace } else { Existing::Refuse };
    let output = OutputDir::create(&args.out, existing)?;
    let horizon = Horizon { start: HORIZON.0, end: HORIZON.1 };
    let axes = Dataset::read(&Files::embedded().folder("apac"))?.axes;
    let initial = PolicyBook::read(&Files::embedded(), &axes)?.initial;
    let draws: Vec<DrawnTimeline> = (0..args.draws)
        .into_par_iter()
        .map(|number| draw(&spec, &world, &initial, horizon, args.seed, number))
        .collect();
    let first = draws.iter().flat_map(|drawn| drawn.first_dates(horizon));
    let found = milestones::distribution(first, draws.len());
    let write = |spec: &TableSpec, rows: tables::Rows| output.write_csv(spec.file, &spec.header(), &rows);
    let numbered = || (0..).zip(&draws);
    let (option, years) = (args.option.as_str(), (horizon.start.year(), horizon.end.year()));
    write(&tables::DATES, tables::date_rows(option, &found, horizon.end))?;
    write(&tables::BY_YEAR, tables::year_rows(option, &found, years))?;
    write(&tables::EVENTS, tables::event_rows(option, numbered()))?;
    let touched = tables::touched_agreements(&initial.memberships, &draws);
    write(&tables::STATES, tables::state_rows(option, &draws, &touched))?;
    let specs = [&tables::DATES, &tables::BY_YEAR, &tables::EVENTS, &tables::STATES];
    output.write_text("datapackage.json", &manifest::text(&package::describe(option, &specs)))?;
    let manifest = json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "timeline",
        "option": args.option, "draws": args.draws, "seed": args.seed,
        "horizon": [horizon.start.to_string(), horizon.end.to_string()],
    });
    output.write_text("manifest.json", &manifest::text(&manifest))?;
    output.finish()?;
    Ok(())
}
