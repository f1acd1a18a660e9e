//! `tradepath timeline --gains`: what each option does to each party, from a finished run, for the events to read.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::data::Files;
use crate::error::{Fault, Faults, InputErrors};
use crate::output::fit::PartyGain;
use crate::output::reference::ReferenceValue;
use crate::output::rows::{self, TableRow};
use crate::sorted::SortedMap;

/// Measures of `reference.csv` that are taken over.
const INCOME: &str = "real_income";
const JOBS: &str = "jobs_given_up";

/// Table `politics/gains.csv` of a run: the reference path of each option against the reference option in the last year.
///
/// # Errors
/// If the folder holds no sound `reference.csv`, or one without these measures.
pub fn table(folder: &Path) -> Result<String, InputErrors> {
    let files =
        Files::directory(folder).with_remedy("Name with --gains the folder of a finished `tradepath run`.");
    files.read(ReferenceValue::FILE)?;
    let mut faults = Faults::new();
    let table = rows::open::<ReferenceValue<'_>>(&files, &mut faults);
    let read = table.as_ref().map(|table| rows::read::<ReferenceValue<'_>>(table, &mut faults));
    let read = faults.into_result(read)?.unwrap_or_default();
    let last = read.iter().map(|(_, row)| row.year).max().unwrap_or(0);
    let mut found: SortedMap<(&str, &str), [Option<f64>; 2]> = SortedMap::new();
    for (_, row) in read.iter().filter(|(_, row)| row.year == last && row.against == "reference") {
        let at = [INCOME, JOBS].iter().position(|&one| row.measure == one);
        if let Some(at) = at {
            found.entry((&row.option, &row.iso3)).or_default()[at] = row.value;
        }
    }
    if found.is_empty() {
        return Err(InputErrors::from(Fault {
            file: files.display("reference.csv"),
            line: None,
            field: "measure".into(),
            found: "no option against the reference option".into(),
            expected: format!("rows of {INCOME} and {JOBS}, which `tradepath run` writes"),
            remedy: "Name the folder of a finished run.".into(),
        }));
    }
    let source = format!(
        "tradepath timeline --gains: reference path against the reference option, {last}; reference.csv {}",
        fingerprint(&files)?
    );
    let gain = |(&(option, party), &[gain, jobs]): (&(&str, &str), &[Option<f64>; 2])| PartyGain {
        option: option.to_owned().into(),
        party: party.to_owned().into(),
        gain_pct: round(gain.unwrap_or(0.0), 1e4),
        jobs_given_up: round(jobs.unwrap_or(0.0).max(0.0), 1.0),
        source: source.clone().into(),
        mark: "assumption".into(),
    };
    Ok(rows::text(found.iter().map(gain)))
}

/// The first digits of the SHA-256 of `reference.csv`: they say which run the table is of.
fn fingerprint(files: &Files) -> Result<String, InputErrors> {
    let text = files.read("reference.csv").map_err(InputErrors::from)?;
    let digits = Sha256::digest(text.as_bytes());
    Ok(digits.iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

fn round(value: f64, per_unit: f64) -> f64 {
    (value * per_unit).round() / per_unit
}
