//! `tradepath validate --only checks`: the answer for known figures of the data set.

use serde_json::{Value, json};

use super::validate_answer::Answer;
use crate::data::{Dataset, Files};
use crate::output::OutputDir;
use crate::output::rows;
use crate::sorted::sort_by;
use crate::validation::{CHECKS, DataCheck, Flag, data_checks};

/// Rows of the answer.
const SHOWN: usize = 10;

/// Compares the data set with known figures.
///
/// # Errors
/// [`crate::error::InputErrors`] of the data and the known figures.
pub fn run(files: &Files, baseline: &Files, quiet: bool) -> anyhow::Result<Vec<DataCheck<'static>>> {
    let data = Dataset::read(baseline)?;
    let (rows, notes) = data_checks(&files.folder(CHECKS), &data)?;
    if !quiet {
        notes.iter().for_each(|note| eprintln!("{note}"));
    }
    Ok(rows)
}

/// Writes them.
///
/// # Errors
/// A file that cannot be written.
pub fn write(rows: &[DataCheck<'static>], output: &OutputDir) -> anyhow::Result<()> {
    Ok(output.write_rows(rows.iter().cloned())?)
}

/// The rows that are farthest from what is known.
fn worst<'r>(rows: &'r [DataCheck<'static>]) -> Vec<&'r DataCheck<'static>> {
    let mut worst: Vec<&DataCheck<'_>> = rows.iter().collect();
    sort_by(&mut worst, |a, b| b.distance().total_cmp(&a.distance()));
    worst.truncate(SHOWN);
    worst
}

/// The answer: how many figures are met, and the farthest.
pub fn answer(rows: &[DataCheck<'static>]) -> Answer {
    let count = |flag: Flag| rows.iter().filter(|row| row.flag == flag.name()).count();
    let counts = [Flag::Ok, Flag::Explained, Flag::Outside].map(|flag| (flag.name(), count(flag)));
    let words = counts.map(|(name, n)| format!("{n} {name}")).join(", ");
    let head = format!("{} known figures: {words}.", rows.len());
    let mut table = format!(
        "Known figures, the farthest first:\n{:<17} {:<21} {:>10} {:>10} {:>6} {}\n",
        "statistic", "of", "known", "ours", "ratio", "flag"
    );
    let worst = worst(rows);
    worst.iter().for_each(|row| table += &format!("{}\n", line(row)));
    let object = |row: &&DataCheck<'static>| {
        json!({
            "statistic": row.statistic, "iso3": row.iso3, "partner": row.partner, "sector": row.sector,
            "known": row.known, "ours": row.ours, "ratio": row.ratio, "flag": row.flag,
        })
    };
    let counts: serde_json::Map<_, _> =
        counts.iter().map(|(name, n)| ((*name).to_owned(), json!(n))).collect();
    let json: Value = json!({ "counts": counts, "worst": worst.iter().map(object).collect::<Vec<_>>() });
    let csv = rows::text(worst.iter().copied().cloned());
    Answer { name: "checks", head: vec![head], table, csv, json }
}

fn line(row: &DataCheck<'_>) -> String {
    let parts = [&row.iso3, &row.partner, &row.sector].map(|text| text.as_ref());
    let of = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let of: String = if of.chars().count() > 21 { of.chars().take(20).chain(['…']).collect() } else { of };
    let number = |value: Option<f64>, decimals: usize| match value {
        Some(value) if value.abs() >= 1e5 => format!("{value:.0}"),
        Some(value) => format!("{value:.decimals$}"),
        None => String::new(),
    };
    let (known, ours, ratio) = (number(Some(row.known), 1), number(row.ours, 1), number(row.ratio, 2));
    format!("{:<17} {of:<21} {known:>10} {ours:>10} {ratio:>6} {}", row.statistic, row.flag)
}
