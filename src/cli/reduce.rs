//! `tradepath reduce`: joins the parts of a run to what the whole run would have written.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::run_tables::{self, BY_DRAW, COMMON, SHARD_FILE, ShardInfo};
use super::store::{PARTS, block_path};
use crate::ensemble::YearBlock;
use crate::error::{Fault, Faults};
use crate::output::dir::{Existing, OutputDir};
use crate::output::events::{EVENTS_SUMMARY, Rows};

/// Options of `tradepath reduce`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tradepath run --shard 1/2 --out parts/1\n  tradepath run --shard 2/2 --out parts/2\n  tradepath reduce parts/1 parts/2 --out outputs/whole"
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
/// [`crate::error::InputErrors`] where a part is missing, there twice, or of another run.
pub fn run(args: &ReduceArgs) -> anyhow::Result<()> {
    let infos = read_parts(&args.parts)?;
    let existing = if args.overwrite { Existing::Replace } else { Existing::Refuse };
    let output = OutputDir::create(&args.out, existing)?;
    let frame = &infos[0].1.frame;
    for name in COMMON.iter().map(|spec| spec.file).chain(["manifest.json"]) {
        let from = infos[0].0.join(name);
        fs::copy(&from, output.path().join(name)).with_context(|| from.display().to_string())?;
    }
    for spec in BY_DRAW.iter().filter(|spec| infos[0].0.join(spec.file).exists()) {
        let mut rows = Rows::new();
        for (folder, _) in &infos {
            rows.extend(run_tables::read_rows(folder, spec)?);
        }
        let rows =
            if spec.file == EVENTS_SUMMARY.file { counted(rows) } else { by_draw(rows, &frame.plan.options) };
        run_tables::write_table(&output, spec, &rows)?;
    }
    run_tables::write_draws(&output, frame, |year| {
        let parts = infos.iter().map(|(folder, _)| YearBlock::read(&block_path(&folder.join(PARTS), year)));
        YearBlock::join(parts.collect::<Result<_, _>>()?, frame.plan.draws)
    })?;
    run_tables::write_report(&output)?;
    output.finish()?;
    Ok(())
}

/// `shard.json` of every part, in the order of the parts.
fn read_parts(folders: &[PathBuf]) -> anyhow::Result<Vec<(PathBuf, ShardInfo)>> {
    let mut infos = Vec::new();
    let mut faults = Faults::new();
    for folder in folders {
        match read_part(folder) {
            Ok(info) => infos.push((folder.clone(), info)),
            Err(found) => faults.push(fault(folder, &found, "the output of `tradepath run --shard k/K`")),
        }
    }
    infos.sort_by_key(|(_, info)| info.shard.number);
    if let Some((_, first)) = infos.first() {
        for (folder, _) in infos.iter().filter(|(_, info)| info.fingerprint != first.fingerprint) {
            faults.push(fault(folder, "a part of another run", "parts of one plan, seed, data and version"));
        }
        let numbers: Vec<u64> = infos.iter().map(|(_, info)| info.shard.number).collect();
        let wanted: Vec<u64> = (1..=first.shard.of).collect();
        if numbers != wanted || infos.iter().any(|(_, info)| info.shard.of != first.shard.of) {
            let expected = format!("each of the parts 1 to {} once", first.shard.of);
            faults.push(fault(Path::new("parts"), &format!("{numbers:?}"), &expected));
        }
    }
    Ok(faults.into_result(infos)?)
}

fn read_part(folder: &Path) -> Result<ShardInfo, String> {
    let file = folder.join(SHARD_FILE);
    let text = fs::read_to_string(&file).map_err(|error| format!("{SHARD_FILE}: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("{SHARD_FILE}: {error}"))
}

fn fault(folder: &Path, found: &str, expected: &str) -> Fault {
    Fault {
        file: folder.display().to_string(),
        line: None,
        field: "part".into(),
        found: found.into(),
        expected: expected.into(),
        remedy: "Name every part of one run, each once.".into(),
    }
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
