//! `tradepath timeline --fit`: distributions of how long steps took.

use std::path::Path;

use serde_json::json;

use super::answer::Answer;
use super::format::Format;
use super::{manifest, timeline_fit_record};
use crate::data::{Files, LABEL, Table, is_label};
use crate::error::{Faults, InputErrors};
use crate::events::fit::{Sample, samples};
use crate::output::dir::{Existing, OutputDir};
use crate::output::fit::{self, FittedDuration, FittedQuantity};
use crate::output::rows::TableRow;

/// Longest duration that is taken for one, days.
const MOST_DAYS: f64 = 100_000.0;
/// Columns for people: name, head, decimals.
const QUANTITIES: [(&str, &str, usize); 4] =
    [("quantity", "quantity", 0), ("value", "value", 3), ("std_error", "s.e.", 3), ("n", "cases", 0)];
const DURATIONS: [(&str, &str, usize); 8] = [
    ("step", "step", 0),
    ("n", "cases", 0),
    ("observed_p50_days", "median", 0),
    ("distribution", "fitted", 0),
    ("fitted_p10_days", "10 %", 0),
    ("fitted_p50_days", "50 %", 0),
    ("fitted_p90_days", "90 %", 0),
    ("ks_distance", "distance", 3),
];

/// Fits the table: quantities of a record of votes, talks, spells or cases, else distributions of how long each step took.
/// Answers, and writes `record_fit.csv` or `fit.csv` to a folder where one is named.
///
/// # Errors
/// If the table cannot be read or the folder cannot be written.
pub fn run(file: &Path, place: (Option<&Path>, Existing), format: Format, quiet: bool) -> anyhow::Result<()> {
    let text = Files::read_named(file).map_err(InputErrors::from)?;
    if let Some(found) = timeline_fit_record::fit(&file.display().to_string(), &text)? {
        let rows: Vec<FittedQuantity<'_>> = found.iter().map(fit::quantity).collect();
        let mut answer = Answer::of_rows(rows.iter().cloned(), &QUANTITIES);
        answer.title = format!("Quantities fitted to {}", file.display());
        return finish((file, &text), place, rows, (answer, format));
    }
    let (samples, left_out) = read(file, &text)?;
    if let Some(left_out) = left_out.filter(|_| !quiet) {
        eprintln!("{}: {left_out}", file.display());
    }
    let rows: Vec<FittedDuration<'_>> = samples.iter().flat_map(fit::rows).collect();
    let mut answer = Answer::of_rows(rows.iter().cloned(), &DURATIONS);
    answer.title = format!(
        "Days that steps of {} took: sample, and distributions fitted to it, the closest first",
        file.display()
    );
    finish((file, &text), place, rows, (answer, format))
}

/// Writes the rows where a folder is named, and prints the answer.
fn finish<'a, R: TableRow<'a>>(
    (file, text): (&Path, &str),
    (out, existing): (Option<&Path>, Existing),
    fitted: Vec<R>,
    (mut answer, format): (Answer, Format),
) -> anyhow::Result<()> {
    let Some(out) = out else {
        answer.print(format);
        return Ok(());
    };
    let output = OutputDir::create(out, existing)?;
    output.write_rows(fitted)?;
    output.name_package("fit");
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let inputs = manifest::checksums(&[(name.clone(), text.to_owned())]);
    let manifest = json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "timeline --fit",
        "table": name, "inputs": inputs,
    });
    output.write_text("manifest.json", &manifest::text(&manifest))?;
    answer.folder = Some(output.finish()?);
    answer.print(format);
    Ok(())
}

/// The samples of the table, and how many rows were left out, in words.
fn read(file: &Path, text: &str) -> Result<(Vec<Sample>, Option<String>), InputErrors> {
    const COLUMNS: [&str; 4] = ["from_event", "to_event", "duration_days", "note"];
    const OTHERS: [&str; 7] = ["agreement", "party", "date_from", "date_to", "confidence", "source", "mark"];
    let mut faults = Faults::new();
    let table = Table::parse(&file.display().to_string(), text, &COLUMNS, &OTHERS, &mut faults);
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
