//! Reads samples of days from CSV files, for empirical durations.

use std::collections::HashMap;
use std::sync::Arc;

use super::limits::MOST_DAYS;
use crate::data::is_identifier;
use crate::error::{Fault, Faults};

/// True for a file inside the folder: identifiers, joined by `/`.
pub(super) fn is_inside(path: &str) -> bool {
    path.split('/').all(is_identifier)
}

/// The column `days` of a CSV text in rising order; `file` is the name for messages.
///
/// # Errors
/// Every cell that is not a number of days, with its line.
pub(super) fn read_sample(file: &str, text: &str) -> Result<Arc<[f64]>, Faults> {
    let fault = |line: Option<u64>, found: &str, expected: &str| Fault {
        file: file.to_owned(),
        line,
        field: "days".into(),
        found: if found.is_empty() { "empty".into() } else { found.to_owned() },
        expected: expected.to_owned(),
        remedy: "Correct the cell or delete the row.".into(),
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().cloned().expect("text in memory can be read");
    let columns: Vec<usize> =
        header.iter().enumerate().filter(|(_, name)| *name == "days").map(|(at, _)| at).collect();
    let [column] = columns[..] else {
        let found = header.iter().collect::<Vec<_>>().join(",");
        return Err(faults_of(vec![fault(Some(1), &found, "one column `days`")]));
    };
    let (mut days, mut faults) = (Vec::new(), Vec::new());
    // Days alone may be those of two cases; rows that say more may not say all of it twice.
    let (mut seen, names_cases) = (HashMap::new(), header.len() > 1);
    for record in reader.records() {
        match record {
            Err(error) => {
                let line = error.position().map(csv::Position::line);
                faults.push(fault(line, &error.to_string(), "as many cells as the header"));
            }
            Ok(record) => {
                let line = record.position().map(csv::Position::line);
                if names_cases && let Some(first) = seen.insert(text_of(&record), line) {
                    let found = text_of(&record);
                    let first = first.unwrap_or_default();
                    faults.push(fault(line, &found, &format!("each row once: line {first} has it")));
                }
                let cell = record.get(column).expect("records are as long as the header");
                match cell.parse::<f64>() {
                    Ok(found) if (0.0..=MOST_DAYS).contains(&found) => days.push(found),
                    _ => faults.push(fault(line, cell, &format!("days from 0 to {MOST_DAYS}"))),
                }
            }
        }
    }
    if days.is_empty() && faults.is_empty() {
        faults.push(fault(Some(1), "no row", "a row or more below the header"));
    }
    if faults.is_empty() {
        days.sort_by(f64::total_cmp);
        Ok(days.into())
    } else {
        Err(faults_of(faults))
    }
}

fn text_of(record: &csv::StringRecord) -> String {
    record.iter().collect::<Vec<_>>().join(",")
}

fn faults_of(list: Vec<Fault>) -> Faults {
    let mut faults = Faults::new();
    list.into_iter().for_each(|fault| faults.push(fault));
    faults
}

#[cfg(test)]
mod tests {
    use super::is_inside;

    #[test]
    fn files_outside_the_folder_have_no_name_in_it() {
        for path in ["/dev/zero", "../x", "parts/../x", "./x", "a//b", "", "parts/", "C:\\x", ".."] {
            assert!(!is_inside(path), "{path}");
        }
        assert!(is_inside("timing/signature_to_last_vote.csv") && is_inside("parts/authority"));
    }
}
