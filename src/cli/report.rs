//! `tradepath report`: charts and page of a finished run.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{manifest, verify};
use crate::data::Files;
use crate::output::dir::{self, Existing, MANIFEST, OutputDir};
use crate::report::{self, LeftOut, PAGE, ReportError, Run};

/// Options of `tradepath report`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tradepath report outputs/default\n  tradepath report outputs/default --out outputs/default-report\n\nThe tables must be as the run wrote them (manifest.json has their hashes); a table that is not there leaves its chart out."
)]
pub struct ReportArgs {
    /// Directory of a finished `tradepath run`.
    #[arg(value_name = "DIR")]
    run: PathBuf,
    /// Folder for `charts/` and `report.html`; default: the directory of the run itself, where they are made anew.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace an output folder that is not empty.
    #[arg(long)]
    overwrite: bool,
}

/// Reads the run, writes the report, says which charts are left out.
///
/// # Errors
/// If a file of the run is missing, changed or faulty, or the output folder is in use.
pub fn run(args: &ReportArgs, quiet: bool) -> anyhow::Result<()> {
    let run = Run::read(&Files::directory(&args.run))?;
    let output = match &args.out {
        Some(out) if !is_same(out, &args.run) => {
            verify::unchanged(&args.run)?;
            apart(args, out)?
        }
        _ => OutputDir::renew(&args.run, report::is_report_file)?,
    };
    let summary = report::write(&run, &output).map_err(by_kind)?;
    let at = output.finish()?;
    if !quiet {
        for LeftOut { chart, table } in &summary.left_out {
            eprintln!(
                "{}: the chart {chart} is left out: it needs {table} with rows for it",
                args.run.display()
            );
        }
        eprintln!("{}: {} charts", at.join(PAGE).display(), summary.charts.len());
    }
    Ok(())
}

fn apart(args: &ReportArgs, out: &Path) -> anyhow::Result<OutputDir> {
    let existing = if args.overwrite { Existing::Replace } else { Existing::Refuse };
    let output = OutputDir::create(out, existing)?;
    let of = dir::manifest(&args.run).map(|manifest| manifest["fingerprint"].clone());
    let info = json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "report",
        "run": args.run.display().to_string(), "fingerprint": of,
    });
    output.write_text(MANIFEST, &manifest::text(&info))?;
    Ok(output)
}

fn is_same(a: &Path, b: &Path) -> bool {
    fs::canonicalize(a).ok().zip(fs::canonicalize(b).ok()).is_some_and(|(a, b)| a == b)
}

/// The inner error, whose kind decides the exit code.
fn by_kind(error: ReportError) -> anyhow::Error {
    match error {
        ReportError::Input(error) => error.into(),
        ReportError::Output(error) => error.into(),
        ReportError::Draw(error) => error.into(),
    }
}
