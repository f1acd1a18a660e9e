//! `tradepath report`: charts and page of a finished run.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use crate::output::dir::OutputError;
use crate::report::{self, LeftOut, ReportError};

/// Options of `tradepath report`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tradepath report outputs/default\n  tradepath report outputs/default --out outputs/default-report"
)]
pub struct ReportArgs {
    /// Directory of a finished `tradepath run`.
    #[arg(value_name = "DIR")]
    run: PathBuf,
    /// Folder for `charts/` and `report.html`; default: the directory of the run itself.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace `charts/` and `report.html` in an output folder that is not empty.
    #[arg(long)]
    overwrite: bool,
}

/// Reads the run, writes the report, says which charts are left out.
///
/// # Errors
/// Where a file of the run is missing or faulty, or the output folder is in use.
pub fn run(args: &ReportArgs, quiet: bool) -> anyhow::Result<()> {
    if let Some(out) = &args.out {
        let in_use = fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some());
        if in_use && !args.overwrite {
            return Err(OutputError::NotEmpty(out.clone()).into());
        }
    }
    let out = args.out.as_ref().unwrap_or(&args.run);
    let summary = report::write(&args.run, out).map_err(by_kind)?;
    if !quiet {
        for LeftOut { chart, table } in &summary.left_out {
            eprintln!(
                "{}: the chart {chart} is left out: it needs {table} with rows for it",
                args.run.display()
            );
        }
        eprintln!("{}: {} charts", summary.page.display(), summary.charts.len());
    }
    Ok(())
}

/// The inner error, whose kind decides the exit code.
fn by_kind(error: ReportError) -> anyhow::Error {
    match error {
        ReportError::Input(error) => error.into(),
        ReportError::Output(error) => error.into(),
        ReportError::Draw(error) => error.into(),
    }
}
