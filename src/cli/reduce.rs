//! `tradepath reduce`: joins the parts of a run to what the whole run would have written.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use super::parts::{Part, read_parts};
use super::run_tables::{self, BY_DRAW, COMMON, SHARD_FILE};
use super::store::{PARTS, block_path};
use super::{manifest, run_tables::write_table};
use crate::ensemble::{BlockError, BlockKey, YearBlock};
use crate::error::{Fault, InputErrors};
use crate::output::dir::{Existing, MANIFEST, OutputDir};
use crate::output::events::{EVENTS_SUMMARY, Rows};

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
/// [`InputErrors`] where a part is missing, there twice, changed, damaged, or of another run.
pub fn run(args: &ReduceArgs, quiet: bool) -> anyhow::Result<()> {
    let existing = if args.overwrite { Existing::Replace } else { Existing::Refuse };
    let output = OutputDir::create(&args.out, existing)?;
    let parts = read_parts(&args.parts)?;
    let first = &parts[0];
    let frame = &first.info.frame;
    for spec in COMMON {
        let from = first.folder.join(spec.file);
        fs::copy(&from, output.path().join(spec.file)).with_context(|| from.display().to_string())?;
    }
    output.write_text(MANIFEST, &manifest::text(&joined_manifest(&parts)))?;
    for spec in BY_DRAW.iter().filter(|spec| first.has(spec.file)) {
        let mut rows = Rows::new();
        for part in &parts {
            rows.extend(run_tables::read_rows(&part.folder, spec)?);
        }
        let rows =
            if spec.file == EVENTS_SUMMARY.file { counted(rows) } else { by_draw(rows, &frame.plan.options) };
        write_table(&output, spec, &rows)?;
    }
    run_tables::write_draws(&output, frame, |year| {
        let fingerprint = first.info.fingerprint.as_str();
        let key = BlockKey { fingerprint, year, layout: None, draws: None };
        let blocks =
            parts.iter().map(|part| YearBlock::read(&block_path(&part.folder.join(PARTS), year), &key));
        YearBlock::join(blocks.collect::<Result<_, _>>()?, frame.plan.draws)
    })
    .map_err(as_input)?;
    run_tables::write_report(&output)?;
    let at = output.finish()?;
    if !quiet {
        eprintln!("{}: {} parts joined", at.display(), parts.len());
    }
    Ok(())
}

/// A block that does not fit is a fault of the parts, which trying again does not help.
fn as_input(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<BlockError>() {
        Some(BlockError::Io { .. }) | None => error,
        Some(found) => InputErrors::from(Fault {
            file: "parts".into(),
            line: None,
            field: "block".into(),
            found: found.to_string(),
            expected: "the blocks of the parts of one run, each draw once".into(),
            remedy: "Run the part again.".into(),
        })
        .into(),
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

/// Rows of all parts in the order of the options and draws; rows of a draw stay in their order.
fn by_draw(mut rows: Rows, options: &[String]) -> Rows {
    let place: HashMap<&str, usize> = options.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
    rows.sort_by_key(|row| {
        let draw: u64 = row[1].parse().unwrap_or(u64::MAX);
        (place.get(row[0].as_str()).copied(), draw)
    });
    rows
}

/// Counts of all parts added up; the last column counts.
fn counted(rows: Rows) -> Rows {
    let mut sums: Vec<(Vec<String>, u64)> = Vec::new();
    for mut row in rows {
        let count: u64 = row.pop().and_then(|text| text.parse().ok()).unwrap_or(0);
        match sums.iter_mut().find(|(key, _)| *key == row) {
            Some((_, sum)) => *sum += count,
            None => sums.push((row, count)),
        }
    }
    sums.into_iter().map(|(key, sum)| [key, vec![sum.to_string()]].concat()).collect()
}

/// Files that a part has for itself and that are not alike in all parts.
pub(super) fn is_own(file: &str) -> bool {
    file == SHARD_FILE || file.starts_with(PARTS) || BY_DRAW.iter().any(|spec| spec.file == file)
}
