//! Where the figures of a wide table begin, and what its columns are called.

use std::collections::HashMap;
use std::path::Path;

use csv::StringRecord;

use super::gathered::Gathered;
use super::sheet::open;
use super::{Layout, noted};
use crate::data::{Files, Table};
use crate::error::{Fault, Faults};

/// Lines in which a header of two lines is looked for.
const HEADER_LINES: usize = 12;
/// First industry code of the tables with a header of two lines.
const FIRST_CODE: &str = "c1";
/// Meaning of the codes that are no industries.
pub struct Labels(HashMap<String, String>);

impl Labels {
    /// Reads the embedded table of the layout.
    pub fn read(layout: Layout, faults: &mut Faults) -> Option<Self> {
        let files = Files::embedded().folder("sources").folder(layout.name());
        let text = noted(files.read("labels.csv"), faults)?;
        let table = Table::parse(&files.display("labels.csv"), &text, &["code", "meaning"], &[], faults)?;
        Some(Self(
            table.rows().map(|row| (row.text("code").to_owned(), row.text("meaning").to_owned())).collect(),
        ))
    }

    /// `final`, `value_added` or `skip`; `None` = an industry.
    #[must_use]
    pub fn of(&self, code: &str) -> Option<&str> {
        self.0.get(code).map(String::as_str)
    }
}

/// Reader of a wide table, whose first lines need not be of one length.
///
/// # Errors
/// A [`Fault`] where the file cannot be opened.
pub fn reader(path: &Path) -> Result<csv::Reader<Box<dyn std::io::Read>>, Fault> {
    Ok(csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(open(path)?))
}

/// First records of the file.
fn head(path: &Path, faults: &mut Faults) -> Option<Vec<StringRecord>> {
    let mut reader = noted(reader(path), faults)?;
    Some(reader.records().take(HEADER_LINES).filter_map(Result::ok).collect())
}

/// Records before the first row, first column with figures, country and code of each column from there.
pub type Header = (usize, usize, Vec<(String, String)>);

/// Country and code of `COUNTRY_CODE`; no country where there is no underscore.
#[must_use]
pub fn split(label: &str) -> (String, String) {
    label.split_once('_').map_or_else(
        || (String::new(), label.to_owned()),
        |(country, code)| (country.to_owned(), code.to_owned()),
    )
}

/// The header of a file, or `None` where it is not that of the layout.
pub fn read(path: &Path, layout: Layout, to: &mut Gathered) -> Option<Header> {
    let head = head(path, &mut to.faults)?;
    match layout {
        Layout::Adb => two_line_header(&head),
        Layout::Wiod2016 => numbered_header(path, &head, to),
        _ => joined_header(&head),
    }
}

fn joined_header(head: &[StringRecord]) -> Option<Header> {
    let labels = head.first()?.iter().skip(1).map(split).collect::<Vec<_>>();
    labels.iter().any(|(country, _)| !country.is_empty()).then_some((1, 1, labels))
}

fn two_line_header(head: &[StringRecord]) -> Option<Header> {
    let is_first = |cell: &str| cell.eq_ignore_ascii_case(FIRST_CODE);
    let at = head.iter().skip(1).position(|record| record.iter().any(is_first))? + 1;
    let first = head[at].iter().position(is_first)?;
    let countries = head[at - 1].iter().skip(first);
    let codes = head[at].iter().skip(first).map(str::to_owned);
    // Two label columns stand before the figures.
    (first >= 2).then(|| (at + 1, first, countries.map(str::to_owned).zip(codes).collect()))
}

/// Columns are numbered by the `RNr` of the rows; numbers beyond the industries are final demand.
fn numbered_header(path: &Path, head: &[StringRecord], to: &mut Gathered) -> Option<Header> {
    let names = head.first()?;
    let first = names.iter().position(|name| name.eq_ignore_ascii_case("RNr"))?;
    let has_year = names.get(first + 1).is_some_and(|name| name.eq_ignore_ascii_case("Year"));
    to.year = to.year.or(head.get(1)?.get(first + 1).filter(|_| has_year).and_then(|year| year.parse().ok()));
    let mut code_of: HashMap<String, String> = HashMap::new();
    for record in noted(reader(path), &mut to.faults)?.records().skip(1).filter_map(Result::ok) {
        let cell = |at: usize| record.get(at).unwrap_or("").to_owned();
        if !cell(2).eq_ignore_ascii_case("TOT") {
            code_of.insert(cell(first), cell(0));
        }
    }
    let figures = first + 1 + usize::from(has_year);
    let cells = names.iter().skip(figures).map(|name| {
        let name = name.strip_prefix('v').unwrap_or(name);
        let country = name.trim_end_matches(|c: char| c.is_ascii_digit());
        match &name[country.len()..] {
            "" => (String::new(), name.to_owned()),
            number => (country.to_owned(), code_of.get(number).cloned().unwrap_or_else(|| "final".into())),
        }
    });
    Some((1, figures, cells.collect()))
}
