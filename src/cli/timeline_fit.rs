//! `tradepath timeline --fit`: distributions of how long steps took.

use std::path::Path;

use serde_json::json;

use super::manifest;
use crate::data::{Files, LABEL, Table, is_label};
use crate::error::{Faults, InputErrors};
use crate::events::fit::{Sample, samples};
use crate::output::dir::{Existing, OutputDir};
use crate::output::{Package, fit, rows};

/// Longest duration that is taken for one, days.
const MOST_DAYS: f64 = 100_000.0;

/// Fits every step of the table; writes `fit.csv` to a folder, or prints it where there is none.
///
/// # Errors
/// If the table cannot be read or the folder cannot be written.
pub fn run(file: &Path, out: Option<&Path>, existing: Existing, quiet: bool) -> anyhow::Result<()> {
    let (samples, left_out) = read(file)?;
    if let Some(text) = left_out.filter(|_| !quiet) {
        eprintln!("{}: {text}", file.display());
    }
    let fitted = samples.iter().flat_map(fit::rows);
    let Some(out) = out else {
        print!("{}", rows::text(fitted));
        return Ok(());
    };
    let output = OutputDir::create(out, existing)?;
    let mut package = Package::new(&output);
    package.write_rows(fitted)?;
    package.finish("fit");
    let manifest = json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "timeline --fit",
        "table": file.file_name().map(|name| name.to_string_lossy()),
    });
    output.write_text("manifest.json", &manifest::text(&manifest))?;
    output.finish()?;
    Ok(())
}

/// The samples of the table, and how many rows were left out, in words.
fn read(file: &Path) -> Result<(Vec<Sample>, Option<String>), InputErrors> {
    const COLUMNS: [&str; 4] = ["from_event", "to_event", "duration_days", "note"];
    const OTHERS: [&str; 7] = ["agreement", "party", "date_from", "date_to", "confidence", "source", "mark"];
    let text = Files::read_named(file).map_err(InputErrors::from)?;
    let mut faults = Faults::new();
    let table = Table::parse(&file.display().to_string(), &text, &COLUMNS, &OTHERS, &mut faults);
    let (mut n_late, mut n_open, mut found) = (0, 0, Vec::new());
    for row in table.iter().flat_map(Table::rows) {
        for column in ["from_event", "to_event"].into_iter().filter(|column| !is_label(row.text(column))) {
            faults.push(row.fault(column, LABEL, "Correct the name of the event."));
        }
        let is_late = row.text("note").contains("after_cutoff");
        n_late += usize::from(is_late);
        if row.text("duration_days").is_empty() {
            n_open += usize::from(!is_late);
            continue;
        }
        let expected = format!("days from 0 to {MOST_DAYS}, or an empty cell where it is not over");
        let days =
            row.number("duration_days", &expected, |days| (0.0..=MOST_DAYS).contains(&days), &mut faults);
        if let Some(days) = days.filter(|_| !is_late) {
            found.push((format!("{} to {}", row.text("from_event"), row.text("to_event")), days));
        }
    }
    let left_out = format!("left out: {n_late} rows after the cut-off, {n_open} rows without a duration");
    faults.into_result((samples(found), (n_late + n_open > 0).then_some(left_out)))
}
