//! `tradepath report`: charts and page of a finished run.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::answer::{Answer, Cell};
use super::format::Format;
use super::{manifest, place, verify};
use crate::data::Files;
use crate::error::{Fault, Faults};
use crate::output::dir::{self, MANIFEST, OutputDir};
use crate::report::{self, CHARTS, LeftOut, PAGE, ReportError, ReportSummary};

/// Options of `tradepath report`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tradepath report outputs/default\n  tradepath report outputs/default --out outputs/default-report\n  tradepath validate --out outputs/checks && tradepath report outputs/default --with outputs/checks\n\nThe tables must be as the run wrote them (manifest.json has their hashes); a table that is not there leaves its chart out."
)]
pub struct ReportArgs {
    /// Directory of a finished `tradepath run`.
    #[arg(value_name = "DIR")]
    run: PathBuf,
    /// Folder for `charts/` and `report.html`; default: the directory of the run itself, where they are made anew.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Folders whose tables the page shows too: of `validate`, `tornado` and the like.
    #[arg(long, value_name = "DIR")]
    with: Vec<PathBuf>,
    /// Replace an output folder that is not empty.
    #[arg(long)]
    overwrite: bool,
    /// Form of the answer on standard output.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Reads the run, writes the report, says which charts are left out.
///
/// # Errors
/// If a file of the run is missing, changed or faulty, or the output folder is in use.
pub fn run(args: &ReportArgs, quiet: bool) -> anyhow::Result<()> {
    let files = Files::result(&args.run);
    let mut faults = Faults::new();
    let beside: Vec<Files> =
        args.with.iter().filter_map(|folder| faults.keep(tables_beside(folder))).collect();
    let beside = faults.into_result(beside)?;
    let (run, data) = report::read(&files, &beside)?;
    let output = match &args.out {
        Some(out) if !is_same(out, &args.run) => {
            verify::unchanged(&args.run)?;
            apart(args, out)?
        }
        _ => OutputDir::renew(&args.run, report::is_report_file)?,
    };
    let summary = report::write(&run, &data, &output).map_err(by_kind)?;
    let at = output.finish()?;
    if !quiet {
        for LeftOut { chart, table } in &summary.left_out {
            eprintln!(
                "{}: the chart {chart} is left out: it needs {table} with rows for it",
                args.run.display()
            );
        }
    }
    answer(&summary, &at).print(args.format);
    Ok(())
}

/// A folder given with `--with`, which must hold a table that the page can show.
fn tables_beside(folder: &Path) -> Result<Files, Fault> {
    if report::addable().any(|table| folder.join(table).is_file()) {
        return Ok(Files::result(folder));
    }
    let found = format!("{}, which holds none", folder.display());
    let expected = format!(
        "a folder with a table that the page shows: {}",
        report::addable().collect::<Vec<_>>().join(", ")
    );
    let remedy =
        "Make it with `tradepath validate --out DIR` or `tradepath tornado --out DIR`, or leave --with out.";
    Err(Fault::of_file("command line", "--with", &found, &expected, remedy))
}

/// The charts, and the page to open.
fn answer(summary: &ReportSummary, at: &Path) -> Answer {
    let row = |chart: &&str| {
        let files = ["svg", "csv"].map(|ending| Cell::Text(format!("{CHARTS}/{chart}.{ending}")));
        std::iter::once(Cell::text(*chart)).chain(files).collect()
    };
    let left_out: Vec<&str> = summary.left_out.iter().map(|one| one.chart).collect();
    Answer {
        title: format!("{} charts and a page", summary.charts.len()),
        columns: vec![("chart", "chart"), ("picture", "picture"), ("numbers", "numbers")],
        rows: summary.charts.iter().map(row).collect(),
        facts: vec![
            ("command", json!("report")),
            ("page", json!(at.join(PAGE))),
            ("left_out", json!(left_out)),
        ],
        folder: Some(at.to_owned()),
        next: vec![format!("open     {}", at.join(PAGE).display())],
        ..Answer::default()
    }
}

fn apart(args: &ReportArgs, out: &Path) -> anyhow::Result<OutputDir> {
    let output = OutputDir::create(out, place::existing(args.overwrite))?;
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
