//! A CSV file with named columns, each row with its line, faults collected rather than thrown.

use std::collections::HashMap;

use jiff::civil::Date;

use super::meant::did_you_mean;
use super::plain_rows::plain_rows;
use super::raw_text::{RawText, csv_fault, number_remedy, other_separator};
use crate::error::{Fault, Faults, shortened};

/// Characters of a cell that a message repeats.
const LONGEST_CELL_SHOWN: usize = 80;

/// A column and the texts of which a row must have one to be kept.
pub type Only<'a> = (&'a str, Vec<&'a str>);

/// A parsed CSV file.
#[derive(Debug, Clone)]
pub struct Table {
    file: String,
    columns: HashMap<String, usize>,
    rows: Vec<(u64, csv::StringRecord)>,
}

impl Table {
    /// Parses `text`; every required column must be there and no column outside the two lists.
    ///
    /// Faults (unreadable CSV, missing or unknown columns, no row) are added to `faults`; the result
    /// is `None` if the header is unusable.
    pub fn parse(
        file: &str,
        text: &str,
        required: &[&str],
        optional: &[&str],
        faults: &mut Faults,
    ) -> Option<Self> {
        Self::parse_separated(file, (text, b','), [required, optional], &[], faults)
    }

    /// Parses as [`Table::parse`] does, and keeps the rows that `only` asks for: a long table of which little is needed
    /// takes little room. Cells of other rows are not looked at.
    pub fn parse_only(
        file: &str,
        text: &str,
        required: &[&str],
        only: &[Only<'_>],
        faults: &mut Faults,
    ) -> Option<Self> {
        Self::parse_separated(file, (text, b','), [required, &[]], only, faults)
    }

    /// Parses the text of an outside file as [`Table::parse`] does, with the separator that it has.
    pub fn parse_raw(
        raw: &RawText,
        required: &[&str],
        optional: &[&str],
        faults: &mut Faults,
    ) -> Option<Self> {
        Self::parse_separated(&raw.file, (&raw.text, raw.delimiter), [required, optional], &[], faults)
    }

    fn parse_separated(
        file: &str,
        (text, delimiter): (&str, u8),
        [required, optional]: [&[&str]; 2],
        only: &[Only<'_>],
        faults: &mut Faults,
    ) -> Option<Self> {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .comment(Some(b'#'))
            .delimiter(delimiter)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let header = match reader.headers() {
            Ok(header) => header.clone(),
            Err(error) => {
                faults.push(csv_fault(file, error));
                return None;
            }
        };
        let columns: HashMap<String, usize> =
            header.iter().enumerate().map(|(at, name)| (name.to_owned(), at)).collect();
        let known = required.iter().chain(optional).copied().collect::<Vec<_>>();
        let before = faults.as_slice().len();
        check_header(file, &header, required, &known, faults);
        if faults.as_slice().len() > before {
            return None;
        }
        let place = |name: &str| columns.get(name).copied();
        let only: Vec<(usize, &[&str])> =
            only.iter().filter_map(|(name, texts)| Some((place(name)?, texts.as_slice()))).collect();
        let plain = (delimiter == b',').then(|| plain_records(text, &only)).flatten();
        let (rows, n_rows) = plain.unwrap_or_else(|| records(file, &mut reader, &only, faults));
        if n_rows == 0 {
            faults.push(Fault {
                file: file.into(),
                line: None,
                field: "rows".into(),
                found: "none".into(),
                expected: "at least one row below the header".into(),
                remedy: "Fill the file, or remove it where it is optional.".into(),
            });
        }
        Some(Self { file: file.to_owned(), columns, rows })
    }

    /// The rows in file order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, record)| Row { table: self, line: *line, record })
    }

    /// A fault for each row that has the same cells in `columns`, commas between their names, as a row before it; `what`
    /// is what these cells make up.
    pub fn each_once(&self, columns: &str, what: &str, faults: &mut Faults) {
        let mut seen = HashMap::new();
        for row in self.rows() {
            if let Some(first) = seen.insert(row.cells(columns), row.line) {
                faults.push(row.twice(columns, what, first));
            }
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.rows.len()
    }

    /// File name as the user knows it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }
}

/// Columns by their places, and the texts of which a row must have one in each to be kept.
type Kept<'a> = [(usize, &'a [&'a str])];
/// Rows that are kept, each with its line, and the number of all rows.
type Records = (Vec<(u64, csv::StringRecord)>, usize);

/// The rows of a text without quotation marks.
fn plain_records(text: &str, only: &Kept<'_>) -> Option<Records> {
    let (mut rows, mut n_rows) = (Vec::new(), 0);
    plain_rows(text, |line, cells| {
        n_rows += 1;
        if only.iter().all(|(at, texts)| cells.get(*at).is_some_and(|cell| texts.contains(&cell.trim()))) {
            rows.push((line, cells.iter().map(|cell| cell.trim()).collect()));
        }
    })?;
    Some((rows, n_rows))
}

/// The rows of any other text, with a fault for each that cannot be read.
fn records(file: &str, reader: &mut csv::Reader<&[u8]>, only: &Kept<'_>, faults: &mut Faults) -> Records {
    let is_kept = |record: &csv::StringRecord| {
        only.iter().all(|(at, texts)| record.get(*at).is_some_and(|cell| texts.contains(&cell)))
    };
    let (mut rows, mut record, mut n_rows) = (Vec::new(), csv::StringRecord::new(), 0);
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {
                n_rows += 1;
                if is_kept(&record) {
                    rows.push((line_of(record.position()), record.clone()));
                }
            }
            Err(error) => faults.push(csv_fault(file, error)),
        }
    }
    (rows, n_rows)
}

fn check_header(
    file: &str,
    header: &csv::StringRecord,
    required: &[&str],
    known: &[&str],
    faults: &mut Faults,
) {
    let mut fault = |field: &str, found: &str, expected: String, remedy: &str| {
        faults.push(Fault {
            file: file.into(),
            line: Some(1),
            field: field.into(),
            found: found.into(),
            expected,
            remedy: remedy.into(),
        });
    };
    // A spreadsheet of another country: no column has its name, and saying so of each would hide why.
    if let (1, Some(first)) = (header.len(), header.get(0))
        && let Some(separator) = other_separator(first, known)
    {
        let remedy = "Separate the cells by commas, and write every number with a decimal point.";
        fault("separator", &separator, "commas between the cells".into(), remedy);
        return;
    }
    for name in required {
        match header.iter().filter(|found| found == name).count() {
            0 => fault(name, "missing column", format!("the columns {}", known.join(",")), "Add the column."),
            1 => {}
            _ => fault(name, "named twice", "each column once".into(), "Delete one of them."),
        }
    }
    for name in header.iter().filter(|name| !known.contains(name)) {
        fault(name, "unknown column", format!("only {}", known.join(",")), "Rename or delete the column.");
    }
}

/// One row of a [`Table`].
#[derive(Debug, Clone, Copy)]
pub struct Row<'t> {
    table: &'t Table,
    /// Line in the file, 1 = header.
    pub line: u64,
    record: &'t csv::StringRecord,
}

impl<'t> Row<'t> {
    /// Text of `column`; empty where the optional column is absent.
    #[must_use]
    pub fn text(&self, column: &str) -> &'t str {
        self.table.columns.get(column).and_then(|&at| self.record.get(at)).unwrap_or("")
    }

    /// The number in `column`; `None` if the cell is empty or holds a word.
    #[must_use]
    pub fn value(&self, column: &str) -> Option<f64> {
        self.text(column).parse().ok()
    }

    /// The day in `column`; `None` if the cell is empty.
    #[must_use]
    pub fn day(&self, column: &str) -> Option<Date> {
        self.text(column).parse().ok()
    }

    /// Position of the name in `column`; `None` if the cell is empty or holds a word.
    #[must_use]
    pub fn position(&self, column: &str, known: &HashMap<String, usize>) -> Option<usize> {
        known.get(self.text(column)).copied()
    }

    /// File and line, such as `mfn.csv:3`.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}:{}", self.table.file, self.line)
    }

    /// Texts of several columns, commas between them as between the names of `columns`.
    fn cells(&self, columns: &str) -> String {
        columns.split(',').map(|column| self.text(column)).collect::<Vec<_>>().join(",")
    }

    /// The fault of a row that says again what line `first` says.
    #[must_use]
    pub fn twice(&self, columns: &str, what: &str, first: u64) -> Fault {
        self.fault(columns, &format!("each {what} once: line {first} has it"), "Delete one of the two rows.")
    }

    /// A fault at this row; of several columns where there are commas between their names.
    #[must_use]
    pub fn fault(&self, column: &str, expected: &str, remedy: &str) -> Fault {
        Fault {
            file: self.table.file.clone(),
            line: Some(self.line),
            field: column.into(),
            found: match self.cells(column).as_str() {
                "" => "empty".into(),
                text => shortened(text, LONGEST_CELL_SHOWN),
            },
            expected: expected.into(),
            remedy: remedy.into(),
        }
    }

    /// A finite number in `column` that passes `is_valid`, else a fault that says `expected`.
    pub fn number(
        &self,
        column: &str,
        expected: &str,
        is_valid: impl Fn(f64) -> bool,
        faults: &mut Faults,
    ) -> Option<f64> {
        match self.text(column).parse::<f64>() {
            Ok(value) if value.is_finite() && is_valid(value) => Some(value),
            _ => {
                let remedy =
                    number_remedy(self.text(column)).unwrap_or("Correct the cell or delete the row.");
                faults.push(self.fault(column, expected, remedy));
                None
            }
        }
    }

    /// Position of the text of `column` among known names, else a fault that lists near names.
    pub fn index(
        &self,
        column: &str,
        known: &HashMap<String, usize>,
        what: &str,
        faults: &mut Faults,
    ) -> Option<usize> {
        let found = known.get(self.text(column)).copied();
        if found.is_none() {
            let otherwise = format!("Correct the name, or add the {what}.");
            let remedy = did_you_mean(self.text(column), known.keys().map(String::as_str), &otherwise);
            faults.push(self.fault(column, &format!("a {what} ({})", sample(known)), &remedy));
        }
        found
    }
}

fn sample(known: &HashMap<String, usize>) -> String {
    let mut names: Vec<(&usize, &String)> = known.iter().map(|(name, at)| (at, name)).collect();
    names.sort();
    let shown: Vec<&str> = names.iter().take(6).map(|(_, name)| name.as_str()).collect();
    let more = if names.len() > 6 { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

/// Line of the place of a record that a reader returned, 1 = first line of the file.
#[must_use]
pub fn line_of(place: Option<&csv::Position>) -> u64 {
    place.expect("a record that was read has a place").line()
}
