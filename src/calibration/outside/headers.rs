//! Where the figures of a wide table begin, and what its columns are called.

use std::collections::HashMap;
use std::path::Path;

use csv::StringRecord;

use super::gathered::Gathered;
use super::request::{Layout, Request, noted};
use super::sheet::{open, read_table};
use crate::data::raw_text::RawReader;
use crate::data::{Files, Table, line_of};
use crate::error::Fault;

/// Lines in which a header of two lines is looked for.
const HEADER_LINES: usize = 12;
/// First industry code of the tables with a header of two lines.
const FIRST_CODE: &str = "c1";
/// Table of the codes that are not industries.
pub const LABELS: &str = "labels.csv";

/// Meaning of a row or column whose code is not an industry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A column of final demand.
    Final,
    /// A row of value added, or of what counts as it.
    ValueAdded,
    /// The table's own totals of output: compared with the sums, not added.
    Output,
    /// The table's own totals of inputs: compared with the sums, not added.
    Inputs,
    /// Left out.
    Skip,
}

/// Meaning of the codes that are not industries.
pub struct Labels(HashMap<String, Meaning>);

impl Labels {
    /// Reads the embedded table of the layout, and `labels.csv` of the user, whose rows count before it.
    pub fn read(request: &Request, to: &mut Gathered) -> Option<Self> {
        let embedded = Files::embedded().folder("sources").folder(request.layout.name());
        let text = noted(embedded.read(LABELS), &mut to.faults)?;
        let mut labels = Self(HashMap::new());
        let columns = ["code", "meaning"];
        labels.add(Table::parse(&embedded.display(LABELS), &text, &columns, &[], &mut to.faults)?, to);
        let own = request.concordance.as_ref().unwrap_or(&request.input).join(LABELS);
        if own.exists() {
            to.tally.also_read(&own);
            let mut notes = Vec::new();
            labels.add(read_table(&own, &columns, &[], (&mut to.faults, &mut notes))?, to);
            to.tally.note(&notes);
        }
        Some(labels)
    }

    fn add(&mut self, table: Table, to: &mut Gathered) {
        for row in table.rows() {
            let meaning = match row.text("meaning") {
                "final" => Meaning::Final,
                "value_added" => Meaning::ValueAdded,
                "output" => Meaning::Output,
                "inputs" => Meaning::Inputs,
                "skip" => Meaning::Skip,
                _ => {
                    let expected = "final, value_added, output or inputs (totals), or skip";
                    to.faults.push(row.fault("meaning", expected, "Correct the cell."));
                    continue;
                }
            };
            self.0.insert(row.text("code").to_owned(), meaning);
        }
    }

    /// Meaning of a code; `None` = an industry.
    #[must_use]
    pub fn of(&self, code: &str) -> Option<Meaning> {
        self.0.get(code).copied()
    }
}

/// Reader of a wide table, whose first lines need not be of one length.
///
/// # Errors
/// A [`Fault`] if the file cannot be opened.
pub fn reader(path: &Path) -> Result<csv::Reader<RawReader>, Fault> {
    let source = open(path)?;
    Ok(csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(source.delimiter())
        .from_reader(source))
}

/// Country and code of a row or column, and its name in messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Country; empty where the label names none.
    pub country: String,
    /// Industry, or a code of `labels.csv`.
    pub code: String,
    /// As the file spells it.
    pub name: String,
}

impl Label {
    /// Label of `COUNTRY_CODE`; no country if there is no underscore.
    #[must_use]
    pub fn split(name: &str) -> Self {
        let (country, code) = name.split_once('_').unwrap_or(("", name));
        Self { country: country.to_owned(), code: code.to_owned(), name: name.to_owned() }
    }

    /// Label of a country and a code that stand apart.
    #[must_use]
    pub fn pair(country: &str, code: &str) -> Self {
        let name = format!("{country} {code}").trim().to_owned();
        Self { country: country.to_owned(), code: code.to_owned(), name }
    }
}

/// Where the figures begin.
#[derive(Debug)]
pub struct Header {
    /// Records before the first row.
    pub records: usize,
    /// Line of the codes of the columns.
    pub line: u64,
    /// First column with figures.
    pub first: usize,
    /// Labels of the columns from there.
    pub columns: Vec<Label>,
}

/// The header of a file, or `None` if it is not that of the layout.
pub fn read(path: &Path, layout: Layout, to: &mut Gathered) -> Option<Header> {
    let mut reader = noted(reader(path), &mut to.faults)?;
    let head: Vec<StringRecord> = reader.records().take(HEADER_LINES).filter_map(Result::ok).collect();
    match layout {
        Layout::Adb => two_line_header(&head),
        Layout::Wiod2016 => numbered_header(path, &head, to),
        _ => joined_header(&head),
    }
}

fn joined_header(head: &[StringRecord]) -> Option<Header> {
    let columns: Vec<Label> = head.first()?.iter().skip(1).map(Label::split).collect();
    let is_table = columns.iter().any(|label| !label.country.is_empty());
    is_table.then_some(Header { records: 1, line: line_of(head[0].position()), first: 1, columns })
}

fn two_line_header(head: &[StringRecord]) -> Option<Header> {
    let is_first = |cell: &str| cell.eq_ignore_ascii_case(FIRST_CODE);
    let at = head.iter().skip(1).position(|record| record.iter().any(is_first))? + 1;
    let (countries, codes) = (&head[at - 1], &head[at]);
    // The lines need not be of one length: what lies beyond the end is empty.
    let cell = |record: &StringRecord, at: usize| record.get(at).unwrap_or("").to_owned();
    let first =
        (0..codes.len()).find(|&at| !cell(codes, at).is_empty() && !cell(countries, at).is_empty())?;
    let width = countries.len().max(codes.len());
    let columns = (first..width).map(|at| Label::pair(&cell(countries, at), &cell(codes, at))).collect();
    // Two label columns stand before the figures.
    (first >= 2).then(|| Header { records: at + 1, line: line_of(codes.position()), first, columns })
}

/// Columns are numbered by the `RNr` of the rows; numbers beyond the industries are final demand.
fn numbered_header(path: &Path, head: &[StringRecord], to: &mut Gathered) -> Option<Header> {
    let names = head.first()?;
    let first = names.iter().position(|name| name.eq_ignore_ascii_case("RNr"))?;
    let has_year = names.get(first + 1).is_some_and(|name| name.eq_ignore_ascii_case("Year"));
    let year: Option<i16> =
        head.get(1)?.get(first + 1).filter(|_| has_year).and_then(|year| year.parse().ok());
    to.year = to.year.or(year);
    to.years.extend(year);
    let mut code_of: HashMap<String, String> = HashMap::new();
    for record in noted(reader(path), &mut to.faults)?.records().skip(1).filter_map(Result::ok) {
        // Beyond the end of a short line cells are empty.
        let cell = |at: usize| record.get(at).unwrap_or("").to_owned();
        if has_year && (year.is_none() || cell(first + 1).parse().ok() != year) {
            to.faults.push(other_year(path, &record, &cell(first + 1), year));
        }
        if !cell(2).eq_ignore_ascii_case("TOT") {
            code_of.insert(cell(first), cell(0));
        }
    }
    let figures = first + 1 + usize::from(has_year);
    let columns = names.iter().skip(figures).map(|name| {
        let bare = name.strip_prefix('v').unwrap_or(name);
        let country = bare.trim_end_matches(|c: char| c.is_ascii_digit());
        let (country, code) = match &bare[country.len()..] {
            "" => ("", bare.to_owned()),
            number => (country, code_of.get(number).cloned().unwrap_or_else(|| "final".into())),
        };
        Label { country: country.to_owned(), code, name: name.to_owned() }
    });
    Some(Header { records: 1, line: line_of(names.position()), first: figures, columns: columns.collect() })
}

/// A table is of one year; a row that says another one, or none, was moved or mistyped.
fn other_year(path: &Path, record: &StringRecord, found: &str, year: Option<i16>) -> Fault {
    let expected = year.map_or_else(|| "a year".to_owned(), |year| format!("{year}, as on the first row"));
    let file = path.display().to_string();
    let found = if found.is_empty() { "empty" } else { found };
    let fault = Fault::of_file(&file, "Year", found, &expected, "Take the row as published, of one year.");
    Fault { line: Some(line_of(record.position())), ..fault }
}
