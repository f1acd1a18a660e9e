//! Files of one GTAP header each: names of sets in the first columns, the value in the last.
//!
//! HAR2CSV writes a header line with the names of the sets, gdxdump one with the names of its dimensions; both list
//! an entry a row, and gdxdump leaves out zeros. Lines that begin with `!` are comments of GEMPACK.

use std::path::Path;

use super::gathered::Gathered;
use super::request::{Request, noted};
use super::sheet::find;
use super::tally::Reading;
use crate::data::{Held, RawText, ReadOptions, line_of, number_remedy};
use crate::error::{Fault, shortened};

/// Largest value that is read, million USD.
const LARGEST_MUSD: f64 = 1e12;
/// Faults of one file after which reading stops.
const MOST_FAULTS: usize = 200;
/// What gdxdump writes for a value that is zero but stored.
const STORED_ZERO: &str = "Eps";
/// Characters of a cell that a message repeats.
const LONGEST: usize = 40;

/// A header under its names by release, the sets of its columns, and what it gives.
pub(super) struct GtapTable {
    pub names: &'static [&'static str],
    pub sets: &'static [&'static str],
    pub gives: &'static str,
}

/// One entry.
pub(super) struct Entry {
    pub line: u64,
    pub names: Vec<String>,
    pub musd: f64,
}

/// The entries of one file.
pub(super) struct Cells {
    /// File as the user knows it.
    pub file: String,
    /// Header that it holds.
    pub header: String,
    pub rows: Vec<Entry>,
}

/// Reads the first of the table's names that the folder has; where it has none and it is `required`, a fault says
/// what it would give.
pub(super) fn table(request: &Request, of: &GtapTable, required: bool, to: &mut Gathered) -> Option<Cells> {
    let path =
        |name: &&str| find(&request.input, &format!("{name}.csv")).map(|path| ((*name).to_owned(), path));
    let Some((header, path)) = of.names.iter().find_map(path) else {
        if required {
            let file = request.input.join(format!("{}.csv", of.names[0])).display().to_string();
            let expected = format!("the header {}: it gives {}", of.names.join(" or "), of.gives);
            let remedy =
                "Write it with `har2csv FILE.har NAME.csv NAME` or `gdxdump FILE.gdx format=csv symb=NAME`.";
            to.faults.push(Fault::of_file(&file, "file", "missing", &expected, remedy));
        }
        return None;
    };
    read(header, &path, of, to)
}

fn read(header: String, path: &Path, of: &GtapTable, to: &mut Gathered) -> Option<Cells> {
    let raw = noted(RawText::read(path, ReadOptions::new(Held::Cells)), &mut to.faults)?;
    let mut counts = Reading::new(path);
    counts.note(&raw.notes);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .comment(Some(b'!'))
        .delimiter(raw.delimiter)
        .from_reader(raw.text.as_bytes());
    let mut cells = Cells { file: raw.file.clone(), header, rows: Vec::new() };
    let before = to.faults.as_slice().len();
    for (at, record) in reader.records().enumerate() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                to.faults.push(crate::data::raw_text::csv_fault(&cells.file, error));
                break;
            }
        };
        let is_head = at == 0 && record.iter().next_back().is_some_and(|cell| value(cell).is_none());
        if is_head {
            continue;
        }
        match entry(&record, of, &cells) {
            Ok(entry) => {
                cells.rows.push(entry);
                counts.used();
            }
            Err(fault) => to.faults.push(fault),
        }
        if to.faults.as_slice().len() > before + MOST_FAULTS {
            return None;
        }
    }
    if cells.rows.is_empty() && to.faults.as_slice().len() == before {
        let expected = format!("entries of {}: {},value", cells.header, of.sets.join(","));
        let remedy = "Write the header again; an empty file is not a zero.";
        to.faults.push(Fault::of_file(&cells.file, "rows", "none", &expected, remedy));
    }
    to.tally.add(counts);
    Some(cells)
}

fn value(cell: &str) -> Option<f64> {
    if cell.eq_ignore_ascii_case(STORED_ZERO) {
        return Some(0.0);
    }
    cell.parse::<f64>().ok().filter(|value| value.is_finite())
}

fn entry(record: &csv::StringRecord, of: &GtapTable, cells: &Cells) -> Result<Entry, Fault> {
    let line = line_of(record.position());
    let fault = |field: &str, found: String, expected: String, remedy: &str| Fault {
        file: cells.file.clone(),
        line: Some(line),
        field: field.to_owned(),
        found,
        expected,
        remedy: remedy.to_owned(),
    };
    let n = of.sets.len();
    if record.len() != n + 1 {
        let expected = format!("{} columns of {}: {},value", n + 1, cells.header, of.sets.join(","));
        let remedy = "Write one header to each file, an entry a row.";
        return Err(fault("columns", record.len().to_string(), expected, remedy));
    }
    let cell = &record[n];
    let Some(musd) = value(cell).filter(|musd| (0.0..=LARGEST_MUSD).contains(musd)) else {
        let remedy =
            number_remedy(cell).unwrap_or("Correct the cell; taxes and subsidies are not read from here.");
        let expected = format!("million USD, 0 to {LARGEST_MUSD:e}");
        return Err(fault("value", shortened(cell, LONGEST), expected, remedy));
    };
    Ok(Entry { line, names: record.iter().take(n).map(str::to_owned).collect(), musd })
}

impl Cells {
    /// True if some entry has `name` in column `at`.
    pub fn names(&self, at: usize, name: &str) -> bool {
        self.rows.iter().any(|row| row.names[at].eq_ignore_ascii_case(name))
    }

    /// Sector of the name in column `at`, or a fault.
    pub fn sector(&self, row: &Entry, at: usize, to: &mut Gathered) -> Option<usize> {
        let code = row.names[at].to_ascii_lowercase();
        let found = to.names.sector(&code);
        if found.is_none() {
            let remedy = "Say in sectors.csv (sector,name,kind,theta,codes) of --concordance DIR, or beside the \
                          headers, whether it is goods or services; codes in small letters.";
            self.unknown(row, at, to.names.expected_sector(), remedy, to);
        }
        found
    }

    /// Country of the name in column `at`, or a fault.
    pub fn country(&self, row: &Entry, at: usize, to: &mut Gathered) -> Option<usize> {
        let code = row.names[at].to_ascii_uppercase();
        let found = to.names.country(&code);
        match found {
            Some(n) => to.place(n, &self.file, row.line),
            None => self.unknown(row, at, to.names.expected_country(), "Add it to countries.csv.", to),
        }
        found
    }

    /// One fault for each unknown name and file is enough.
    fn unknown(&self, row: &Entry, at: usize, expected: String, remedy: &str, to: &mut Gathered) {
        let name = &row.names[at];
        let is_first =
            self.rows.iter().find(|other| other.names[at] == *name).is_none_or(|one| one.line == row.line);
        if is_first {
            to.faults.push(Fault {
                file: self.file.clone(),
                line: Some(row.line),
                field: self.header.clone(),
                found: shortened(name, LONGEST),
                expected,
                remedy: remedy.to_owned(),
            });
        }
    }
}
