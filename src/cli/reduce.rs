//! `tradepath reduce`: joins the parts of a run to what the whole run would have written.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use super::manifest;
use super::parts::{Part, read_parts};
use crate::data::{Files, Table};
use crate::ensemble::{BlockError, BlockKey, PARTS, YearBlock, block_path};
use crate::error::{Fault, Faults, InputErrors};
use crate::output::dir::{Existing, MANIFEST, OutputDir};
use crate::output::events::{EventCount, EventRow, MilestoneReached};
use crate::output::results::{self, ResultsError};
use crate::output::rows::{self, TableRow, Text};
use crate::report;

/// Counts of a manifest that are added up over the parts; the largest is taken of the others.
const SUMMED: [&str; 4] = ["states", "equilibria_solved", "evaluations", "seconds"];

/// Options of `tradepath reduce`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tradepath run --shard 1/2 --out parts/1\n  tradepath run --shard 2/2 --out parts/2\n  tradepath reduce parts/1 parts/2 --out outputs/whole\n\nEvery file of a part is checked against the hashes of its manifest.json first."
)]
pub struct ReduceArgs {
    /// Folders of all parts, in any order.
    #[arg(required = true, value_name = "DIR")]
    parts: Vec<PathBuf>,
    /// Folder for the results.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Replace a folder that is not empty.
    #[arg(long)]
    overwrite: bool,
}

/// Joins the parts; tables are the bytes that one run of all draws writes.
///
/// # Errors
/// [`InputErrors`] if a part is missing, there twice, changed, damaged, or of another run.
pub fn run(args: &ReduceArgs, quiet: bool) -> anyhow::Result<()> {
    let existing = if args.overwrite { Existing::Replace } else { Existing::Refuse };
    let output = OutputDir::create(&args.out, existing)?;
    let parts = read_parts(&args.parts)?;
    let first = &parts[0];
    let frame = &first.info.frame;
    for schema in results::common() {
        let from = first.folder.join(schema.file);
        fs::copy(&from, output.path().join(schema.file)).with_context(|| from.display().to_string())?;
    }
    output.write_text(MANIFEST, &manifest::text(&joined_manifest(&parts)))?;
    join_draws(&parts, &output)?;
    results::write_draws(&output, frame, |year| {
        let fingerprint = first.info.fingerprint.as_str();
        let key = BlockKey { fingerprint, year, layout: None, draws: None };
        let blocks =
            parts.iter().map(|part| YearBlock::read(&block_path(&part.folder.join(PARTS), year), &key));
        YearBlock::join(blocks.collect::<Result<_, _>>()?, frame.plan.draws)
    })
    .map_err(as_input)?;
    report::of_folder(&output)?;
    let at = output.finish()?;
    if !quiet {
        eprintln!("{}: {} parts joined", at.display(), parts.len());
    }
    Ok(())
}

/// Joins the tables that list draws, where the parts have them: in the order of the options, then of the draws; rows of
/// a draw stay in theirs.
fn join_draws(parts: &[Part], output: &OutputDir) -> anyhow::Result<()> {
    let options = &parts[0].info.frame.plan.options;
    let place: HashMap<&str, usize> = options.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
    let place = |option: &str| place.get(option).copied();
    let tables = tables::<MilestoneReached<'_>>(parts)?;
    let mut reached: Vec<MilestoneReached<'_>> = all_rows(&tables)?;
    reached.sort_by_key(|row| (place(&row.option), row.draw));
    output.write_rows(reached)?;
    if parts[0].has(EventRow::FILE) {
        let tables = self::tables::<EventRow<'_>>(parts)?;
        let mut events: Vec<EventRow<'_>> = all_rows(&tables)?;
        events.sort_by_key(|row| (place(&row.option), row.draw));
        output.write_rows(events)?;
    }
    if parts[0].has(EventCount::FILE) {
        let tables = self::tables::<EventCount<'_>>(parts)?;
        output.write_rows(added_up(all_rows(&tables)?))?;
    }
    Ok(())
}

/// The files of a table of all parts.
fn tables<'t, R: TableRow<'t>>(parts: &[Part]) -> Result<Vec<Table>, InputErrors> {
    let mut faults = Faults::new();
    let open = |part: &Part| rows::open::<R>(&Files::directory(&part.folder), &mut faults);
    let tables = parts.iter().filter_map(open).collect();
    faults.into_result(tables)
}

/// The rows of the tables of all parts.
fn all_rows<'t, R: TableRow<'t>>(tables: &'t [Table]) -> Result<Vec<R>, InputErrors> {
    let mut faults = Faults::new();
    let rows = tables.iter().flat_map(|table| rows::read(table, &mut faults)).map(|(_, row)| row).collect();
    faults.into_result(rows)
}

/// Counts of all parts added up, in the order in which they first occur.
fn added_up(rows: Vec<EventCount<'_>>) -> Vec<EventCount<'_>> {
    let mut places: HashMap<[Text<'_>; 4], usize> = HashMap::new();
    let mut sums: Vec<EventCount<'_>> = Vec::new();
    for row in rows {
        let key = [&row.option, &row.process, &row.stage, &row.event].map(Text::clone);
        match places.get(&key) {
            Some(&at) => sums[at].events += row.events,
            None => {
                places.insert(key, sums.len());
                sums.push(row);
            }
        }
    }
    sums
}

/// A block that does not fit is a fault of the parts, which trying again does not help.
fn as_input(error: ResultsError) -> anyhow::Error {
    match error {
        ResultsError::Block(found) if !matches!(found, BlockError::Io { .. }) => InputErrors::from(Fault {
            file: "parts".into(),
            line: None,
            field: "block".into(),
            found: found.to_string(),
            expected: "the blocks of the parts of one run, each draw once".into(),
            remedy: "Run the part again.".into(),
        })
        .into(),
        ResultsError::Block(error) => error.into(),
        ResultsError::Output(error) => error.into(),
        ResultsError::Input(error) => error.into(),
    }
}

/// The manifest of the first part, with the counts of all.
fn joined_manifest(parts: &[Part]) -> Value {
    let mut joined = parts[0].manifest.clone();
    for key in SUMMED {
        let sum: f64 = parts.iter().filter_map(|part| part.manifest[key].as_f64()).sum();
        joined[key] = if parts[0].manifest[key].is_u64() { json!(sum as u64) } else { json!(sum) };
    }
    let residuals = parts.iter().filter_map(|part| part.manifest["largest_residual"].as_f64());
    joined["largest_residual"] = json!(residuals.fold(0.0, f64::max));
    joined["part"] = json!([1, 1]);
    joined["joined_parts"] = json!(parts.len());
    // The list of files is made anew.
    joined["files"] = json!([]);
    joined
}
