//! `tradepath reduce`: joins the parts of a run to what the whole run would have written.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde_json::{Value, json};

use super::format::Format;
use super::parts::{Part, Parts};
use super::run_answer::{self, Answer};
use super::run_resume::{DIGITS, PART, UNTIL_SE};
use super::{arguments, join_draws, manifest, place};
use crate::data::memory;
use crate::ensemble::{BlockError, BlockKey, Cut, PARTS, Sizes, Tile, Tiling, YearBlock, block_path};
use crate::error::{Fault, InputErrors};
use crate::output::dir::{MANIFEST, OutputDir, WORK};
use crate::output::events::{EventCount, EventRow, MilestoneReached};
use crate::output::results::{self, Headline, ResultsError};
use crate::output::rows::{self, TableRow};
use crate::report;

/// Counts of `work.json` that are added up over the parts; the largest is taken of the others.
const SUMMED: [&str; 4] = ["seconds", "states", "equilibria_solved", "evaluations"];
/// Count of `work.json` of which the largest is taken.
const LARGEST: &str = "largest_residual";

/// Options of `tradepath reduce`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tradepath run --shard 1/2 --out parts/1\n  tradepath run --shard 2/2 --out parts/2\n  tradepath reduce parts --out outputs/whole\n\nEvery file of a part is checked against the hashes of its manifest.json first; parts that are missing are named. The result is the one that the whole run writes, byte for byte; work.json beside it lists the parts. Numbers have as many digits as in the parts."
)]
pub struct ReduceArgs {
    /// Folders of all parts, in any order; a folder that holds parts stands for those in it.
    #[arg(required = true, value_name = "DIR")]
    parts: Vec<PathBuf>,
    /// Folder for the results.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Memory that joining may take, such as 2G or 4GiB; default: three quarters of what is free.
    #[arg(long, value_name = "SIZE", value_parser = arguments::bytes)]
    max_memory: Option<u64>,
    /// Replace a folder that is not empty.
    #[arg(long)]
    overwrite: bool,
    /// Form of the answer on standard output.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Joins the parts to the bytes that one run of all draws writes, and says what came out.
///
/// # Errors
/// [`InputErrors`] if a part is missing, there twice, changed, damaged, or of another run.
pub fn run(args: &ReduceArgs, quiet: bool) -> anyhow::Result<()> {
    let started = Instant::now();
    memory::allow(args.max_memory);
    let output = OutputDir::create(&args.out, place::existing(args.overwrite))?;
    let parts = Parts::read(&args.parts)?;
    output.refuse_inputs()?;
    let tiling = tiling(&parts)?;
    let first = &parts.all[0];
    let frame = &parts.info.frame;
    if let Some(digits) = parts.manifest[DIGITS].as_u64() {
        rows::set_digits(u8::try_from(digits).unwrap_or(rows::ALL_DIGITS));
    }
    for schema in results::common() {
        output.copy(&first.folder.join(schema.file), schema.file)?;
    }
    output.write_text(MANIFEST, &manifest::text(&joined_manifest(&parts)))?;
    join_draws(&parts, &output)?;
    if !quiet && tiling.n_pieces() > 1 {
        eprintln!("--max-memory: every year is read {} times, a piece at a time", tiling.n_pieces());
    }
    let read = |year: i16, tile: &Tile| joined(&parts, year, tile);
    let Headline { frame, block } =
        results::write_draws(&output, frame, &tiling, &read, false).map_err(as_input)?;
    report::of_folder(&output)?;
    let work = work_of(&parts.all, started.elapsed().as_secs_f64());
    output.write_text(WORK, &manifest::text(&work))?;
    let at = output.finish()?;
    if !quiet {
        eprintln!("{}: {} parts joined", at.display(), parts.all.len());
    }
    let rows = run_answer::rows_of(&frame, &block);
    run_answer::say(Answer { frame: &frame, rows, folder: &at, seconds: None }, &work, args.format, quiet);
    Ok(())
}

/// Joins the tables that list draws, where the parts have them.
fn join_draws(parts: &Parts, output: &OutputDir) -> anyhow::Result<()> {
    let options = &parts.info.frame.plan.options;
    for file in [MilestoneReached::FILE, EventRow::FILE] {
        if let Some(files) = parts.files(file) {
            join_draws::by_draw(&files, &output.path().join(file), options, memory::usable_bytes())?;
        }
    }
    match parts.files(EventCount::FILE) {
        Some(files) => join_draws::counts(&files, &output.path().join(EventCount::FILE), options),
        None => Ok(()),
    }
}

/// How the blocks are read so that the memory suffices.
fn tiling(parts: &Parts) -> Result<Tiling, InputErrors> {
    let frame = &parts.info.frame;
    let mut sizes = Sizes { all: 0, part: 0 };
    for year in frame.plan.year_range() {
        // A block that is missing says so when it is read.
        let of = |part: &Part| fs::metadata(block_of(part, year)).map_or(0, |file| file.len());
        let bytes: Vec<u64> = parts.all.iter().map(of).collect();
        sizes.all = sizes.all.max(bytes.iter().sum());
        sizes.part = sizes.part.max(bytes.into_iter().max().unwrap_or(0));
    }
    let bytes = memory::usable_bytes();
    Tiling::within(frame, sizes, bytes).map_err(|needed| {
        let expected = format!("about {needed} bytes for {} draws", frame.plan.draws);
        InputErrors::from(Fault::of_file(
            "command line",
            "--max-memory",
            &format!("{bytes} bytes can be used"),
            &expected,
            "Allow more with --max-memory, or reduce where the machine has more; with more parts each is smaller.",
        ))
    })
}

/// A piece of the block of a year, from all parts.
fn joined(parts: &Parts, year: i16, tile: &Tile) -> Result<YearBlock, BlockError> {
    let fingerprint = parts.info.fingerprint.as_str();
    let key = BlockKey { fingerprint, year, layout: None, draws: None };
    let frame = &parts.info.frame;
    let sizes = [frame.plan.options.len(), frame.countries.len(), frame.sectors.len()];
    let of = |part: &Part| {
        let block = YearBlock::read(&block_of(part, year), &key)?;
        if [block.layout.n_options, block.layout.n, block.layout.s] != sizes {
            return Err(BlockError::Mixed {
                year,
                why: "not the options, countries and sectors of shard.json".into(),
            });
        }
        Ok(if tile.cut == Cut::Whole { block } else { block.cut(tile) })
    };
    YearBlock::join(parts.all.iter().map(of), &frame.sample.draws())
}

fn block_of(part: &Part, year: i16) -> PathBuf {
    block_path(&part.folder.join(PARTS), year)
}

/// A block that does not fit is a fault of the parts, which trying again does not help.
fn as_input(error: ResultsError) -> anyhow::Error {
    match error {
        ResultsError::Block(found) if !matches!(found, BlockError::Io { .. }) => InputErrors::from(Fault {
            file: match &found {
                BlockError::Damaged { path, .. } | BlockError::Foreign { path, .. } => path.clone(),
                _ => "command line".into(),
            },
            line: None,
            field: "block".into(),
            found: found.to_string(),
            expected: "the blocks of the parts of one run, each draw once".into(),
            remedy: "Remove the folder of the part and run the part again.".into(),
        })
        .into(),
        ResultsError::Block(error) => error.into(),
        ResultsError::Output(error) => error.into(),
    }
}

/// The manifest of the whole run: that of the first part, but for the part and the list of files, which is made anew.
fn joined_manifest(parts: &Parts) -> Value {
    let mut joined = parts.manifest.clone();
    joined[PART] = Value::Null;
    joined["files"] = json!([]);
    joined
}

/// What all parts took together, and which they were.
fn work_of(parts: &[Part], seconds_joining: f64) -> Value {
    let mut all = json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "reduce",
        "seconds_joining": seconds_joining,
    });
    if let Some(asked) = parts.first().map(|part| &part.work[UNTIL_SE]).filter(|asked| asked.is_object()) {
        all[UNTIL_SE] = asked.clone();
    }
    for key in SUMMED {
        let sum: f64 = parts.iter().filter_map(|part| part.work[key].as_f64()).sum();
        let is_count = parts.iter().all(|part| part.work[key].is_u64());
        all[key] = if is_count { json!(sum as u64) } else { json!(sum) };
    }
    let residuals = parts.iter().filter_map(|part| part.work[LARGEST].as_f64());
    all[LARGEST] = json!(residuals.fold(0.0, f64::max));
    let one = |part: &Part| {
        let mut one = json!({ "part": part.shard.number, "folder": part.folder.display().to_string() });
        for key in SUMMED.into_iter().chain([LARGEST, "manifest_sha256"]) {
            one[key] = part.work[key].clone();
        }
        one
    };
    all["parts"] = parts.iter().map(one).collect();
    all
}
