//! `tradepath timeline`: the events of an option alone.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use jiff::civil::{Date, date};
use rayon::prelude::*;
use serde_json::json;

use super::manifest;
use crate::data::{Dataset, Files};
use crate::events::{DrawnTimeline, Horizon, LoggedEvent, draw, milestones, read_option};
use crate::output::dir::{Existing, OutputDir, number};
use crate::policy::{Membership, PolicyBook};

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
    let (option, world) = (read_option(&files, &args.option)?, read_option(&files, "world")?);
    let existing = if args.overwrite { Existing::Replace } else { Existing::Refuse };
    let output = OutputDir::create(&args.out, existing)?;
    let horizon = Horizon { start: HORIZON.0, end: HORIZON.1 };
    let axes = Dataset::read(&Files::embedded().folder("apac"))?.axes;
    let initial = PolicyBook::read(&Files::embedded(), &axes)?.initial;
    let draws: Vec<DrawnTimeline> = (0..args.draws)
        .into_par_iter()
        .map(|number| draw(&option, &world, &initial, horizon, args.seed, number))
        .collect();
    let found = milestones::distribution(&draws, horizon);
    let columns = ["option", "milestone", "probability", "p05_date", "p50_date", "p95_date"];
    output.write_csv("dates.csv", &columns, &date_rows(&args.option, &found, horizon))?;
    let columns = ["option", "milestone", "year", "probability"];
    output.write_csv("by_year.csv", &columns, &year_rows(&args.option, &found, horizon))?;
    let columns = ["option", "draw", "date", "event", "party", "process", "stage", "parent_seq", "seq"];
    output.write_csv("events.csv", &columns, &event_rows(&args.option, &draws))?;
    let columns = ["option", "draw", "valid_from", "valid_until", "exporter", "importer", "regime"];
    output.write_csv(
        "states.csv",
        &columns,
        &state_rows(&args.option, &draws, &touched(&initial.memberships, &draws)),
    )?;
    let manifest = json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "timeline",
        "option": args.option, "draws": args.draws, "seed": args.seed,
        "horizon": [horizon.start.to_string(), horizon.end.to_string()],
    });
    output.write_text("manifest.json", &manifest::text(&manifest))?;
    output.finish()?;
    Ok(())
}

fn date_rows(option: &str, found: &[milestones::Milestone], horizon: Horizon) -> Vec<Vec<String>> {
    let text = |date: Option<Date>| date.map_or_else(String::new, |date| date.to_string());
    found
        .iter()
        .map(|milestone| {
            let [p05, p50, p95] = [0.05, 0.5, 0.95].map(|p| text(milestone.quantile(p)));
            let probability = number(milestone.probability_by(horizon.end));
            vec![option.to_owned(), milestone.name.clone(), probability, p05, p50, p95]
        })
        .collect()
}

fn year_rows(option: &str, found: &[milestones::Milestone], horizon: Horizon) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for milestone in found {
        for year in horizon.start.year()..=horizon.end.year() {
            let probability = number(milestone.probability_by(date(year, 12, 31)));
            rows.push(vec![option.to_owned(), milestone.name.clone(), year.to_string(), probability]);
        }
    }
    rows
}

fn event_rows(option: &str, draws: &[DrawnTimeline]) -> Vec<Vec<String>> {
    let row = |draw: usize, event: &LoggedEvent| {
        let parent = event.parent_seq.map_or_else(String::new, |seq| seq.to_string());
        let mut row =
            vec![option.to_owned(), draw.to_string(), event.date.to_string(), event.event.to_owned()];
        row.extend([&event.party, &event.process, &event.stage].map(String::clone));
        row.extend([parent, event.seq.to_string()]);
        row
    };
    let of_draw = |(at, drawn)| -> Vec<Vec<String>> {
        let drawn: &DrawnTimeline = drawn;
        drawn.log.iter().map(|event| row(at, event)).collect()
    };
    draws.iter().enumerate().flat_map(of_draw).collect()
}

/// Agreements whose membership some event of some draw changes.
fn touched(initial: &[Membership], draws: &[DrawnTimeline]) -> BTreeSet<String> {
    let of_draw = |drawn: &DrawnTimeline| -> Vec<String> {
        let known = |at: usize| initial.get(at);
        let memberships = drawn.policy.memberships.iter().enumerate();
        memberships
            .filter(|(at, now)| known(*at) != Some(*now))
            .map(|(_, now)| now.agreement.clone())
            .collect()
    };
    draws.iter().flat_map(of_draw).collect()
}

/// Intervals in which a pair shares an agreement that events touch, both directions.
fn state_rows(option: &str, draws: &[DrawnTimeline], touched: &BTreeSet<String>) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for (draw, drawn) in draws.iter().enumerate() {
        let memberships = || drawn.policy.memberships.iter().filter(|one| touched.contains(&one.agreement));
        for exporter in memberships() {
            for importer in memberships().filter(|other| other.agreement == exporter.agreement) {
                let from = exporter.from.max(importer.from);
                let until = exporter.until.into_iter().chain(importer.until).min();
                if exporter.party == importer.party || until.is_some_and(|until| until <= from) {
                    continue;
                }
                let until = until.map_or_else(String::new, |date| date.to_string());
                let mut row = vec![option.to_owned(), draw.to_string(), from.to_string(), until];
                row.extend([&exporter.party, &importer.party, &exporter.agreement].map(String::clone));
                rows.push(row);
            }
        }
    }
    rows
}
