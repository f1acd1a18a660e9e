//! `tradepath timeline --fit`: distributions of how long steps took.

use std::path::Path;

use serde_json::json;

use super::manifest;
use crate::data::{Files, LABEL, Table, is_label};
use crate::error::{Faults, InputErrors};
use crate::events::Duration;
use crate::events::fit::{Fit, Sample, fit, samples};
use crate::output::dir::{Existing, OutputDir, number};
use crate::output::events::{FIT, Rows};
use crate::output::package;

/// Longest duration that is taken for one, days.
const MOST_DAYS: f64 = 100_000.0;

/// Fits every step of the table; writes `fit.csv` to a folder, or prints it where there is none.
///
/// # Errors
/// Where the table cannot be read or the folder cannot be written.
pub fn run(file: &Path, out: Option<&Path>, existing: Existing, quiet: bool) -> anyhow::Result<()> {
    let (samples, left_out) = read(file)?;
    if let Some(text) = left_out.filter(|_| !quiet) {
        eprintln!("{}: {text}", file.display());
    }
    let rows: Rows = samples.iter().flat_map(rows).collect();
    let Some(out) = out else {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(FIT.header())?;
        rows.iter().try_for_each(|row| writer.write_record(row))?;
        print!("{}", String::from_utf8(writer.into_inner()?)?);
        return Ok(());
    };
    let output = OutputDir::create(out, existing)?;
    output.write_csv(FIT.file, &FIT.header(), &rows)?;
    output.write_text("datapackage.json", &manifest::text(&package::describe("fit", &[&FIT])))?;
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

fn rows(sample: &Sample) -> Rows {
    let mut days = sample.days.clone();
    days.sort_by(f64::total_cmp);
    let seen = Duration::Empirical { file: String::new(), sample: days.as_slice().into() };
    let observed = [0.1, 0.5, 0.9].map(|p| number(seen.quantile(p)));
    let row = |fit: Option<&Fit>| {
        let mut row = vec![sample.step.clone(), days.len().to_string()];
        row.extend(observed.clone());
        match fit {
            None => row.extend(vec![String::new(); 6]),
            Some(fit) => {
                row.extend([fit.kind.to_owned(), parameters(&fit.duration)]);
                row.extend([0.1, 0.5, 0.9].map(|p| number(fit.duration.quantile(p).round())));
                row.push(number((fit.ks_distance * 1e4).round() / 1e4));
            }
        }
        row
    };
    let fits = fit(&days);
    if fits.is_empty() { vec![row(None)] } else { fits.iter().map(|fit| row(Some(fit))).collect() }
}

fn parameters(duration: &Duration) -> String {
    match duration {
        Duration::Fixed { days } => format!("days = {days}"),
        Duration::Triangular { low_days, mode_days, high_days } => {
            format!("low_days = {low_days:.0}, mode_days = {mode_days:.0}, high_days = {high_days:.0}")
        }
        Duration::LogNormal { median_days, p90_days } => {
            format!("median_days = {median_days:.0}, p90_days = {p90_days:.0}")
        }
        Duration::Weibull { shape, scale_days } => {
            format!("shape = {shape:.3}, scale_days = {scale_days:.0}")
        }
        Duration::Empirical { file, .. } => format!("file = {file}"),
    }
}
