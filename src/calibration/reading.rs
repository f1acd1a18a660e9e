//! Tables of one set as they are read: every fault of every file, and what was used of each.

use std::path::Path;

use super::number_rule::NumberRule;
use crate::data::{Files, Held, RawText, ReadOptions, Row, Table};
use crate::error::{Fault, Faults, InputErrors};
use crate::sorted::SortedMap;

/// Names that a line of the summary shows before it says how many more there are.
const SHOWN: usize = 8;

/// Faults of the tables read so far, and what the user is told of each table.
#[derive(Debug, Default)]
pub struct Reading {
    /// Faults of all files.
    pub faults: Faults,
    /// File, its rows, and those that were used.
    files: Vec<(String, usize, usize)>,
    /// Names by file and reason that were left out, with how often.
    left: SortedMap<(String, String), SortedMap<String, usize>>,
    notes: Vec<String>,
    /// The option that names the folder of the outside tables.
    option: Option<&'static str>,
}

impl Reading {
    /// Nothing read yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Nothing read yet of the folder that `option` names in place of `--input`.
    #[must_use]
    pub fn of_option(option: &'static str) -> Self {
        Self { option: Some(option), ..Self::default() }
    }

    /// Reads an outside table; it needs `columns`, others are left alone. `None` if its header is unusable.
    pub fn table(&mut self, path: &Path, columns: &[&str]) -> Option<Table> {
        if !path.exists() {
            let option = self.option.unwrap_or("--input");
            let remedy = format!("Check {option}: the folder that holds data/ and facts/.");
            let file = path.display().to_string();
            self.faults.push(Fault::of_file(&file, "file", "missing", "a file of this name", &remedy));
            return None;
        }
        let raw = match RawText::read(path, ReadOptions::new(Held::Cells)) {
            Ok(raw) => raw,
            Err(fault) => {
                self.faults.push(fault);
                return None;
            }
        };
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .comment(Some(b'#'))
            .delimiter(raw.delimiter)
            .from_reader(raw.text.as_bytes());
        let header = reader.headers().cloned().expect("text in memory can be read");
        let all: Vec<&str> = header.iter().collect();
        let table = Table::parse_raw(&raw, columns, &all, &mut self.faults)?;
        self.notes.extend(raw.notes.iter().cloned());
        let n = table.rows().count();
        self.files.push((raw.file, n, n));
        Some(table)
    }

    /// Reads a table of the project's own that steers the reading.
    pub fn own(&mut self, own: &Files, name: &str, columns: &[&str]) -> Option<Table> {
        match own.read(name) {
            Ok(text) => Table::parse(&own.display(name), &text, columns, &[], &mut self.faults),
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    /// Notes how many rows of a table were used; without this all were.
    pub fn used(&mut self, table: &Table, rows: usize) {
        if let Some(file) = self.files.iter_mut().rev().find(|(file, ..)| file == table.file()) {
            file.2 = rows;
        }
    }

    /// Notes that rows with `name` were left out, and why.
    pub fn left(&mut self, table: &Table, why: &str, name: &str) {
        let names = self.left.entry((table.file().to_owned(), why.to_owned())).or_default();
        *names.entry(name.to_owned()).or_default() += 1;
    }

    /// Notes a line for the user.
    pub fn note(&mut self, line: String) {
        self.notes.push(line);
    }

    /// Rows of `table` whose `year` is `year`; a fault where there is none.
    pub fn of_year<'t>(&mut self, table: &'t Table, year: &str) -> Vec<Row<'t>> {
        let rows: Vec<Row<'t>> = table.rows().filter(|row| row.text("year") == year).collect();
        self.used(table, rows.len());
        if rows.is_empty() {
            let expected = format!("rows of {year}");
            let remedy = "Fetch the file again with the years that SOURCE.md beside it names.";
            self.faults.push(Fault::of_file(table.file(), "year", "no such row", &expected, remedy));
        }
        rows
    }

    /// A number of an outside table, or a fault.
    pub fn number(&mut self, row: &Row<'_>, column: &str, rule: NumberRule) -> Option<f64> {
        row.number(column, rule.expected, rule.is_valid, &mut self.faults)
    }

    /// A fault where a row has the same `columns` as one before it.
    pub fn each_once(&mut self, table: &Table, columns: &[&str]) {
        let mut seen: std::collections::HashMap<Vec<&str>, u64> = std::collections::HashMap::new();
        for row in table.rows() {
            let key: Vec<&str> = columns.iter().map(|column| row.text(column)).collect();
            if let Some(first) = seen.get(&key) {
                let expected = format!("each {} once; line {first} has it too", columns.join(","));
                self.faults.push(row.fault(columns[0], &expected, "Delete one of the two rows."));
            } else {
                seen.insert(key, row.line);
            }
        }
    }

    /// Lines for the user: rows read and used of each file, and what was left out.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let used = |(file, rows, used): &(String, usize, usize)| format!("{file}: {rows} rows, {used} used");
        let mut lines: Vec<String> = self.files.iter().map(used).collect();
        for ((file, why), names) in &self.left {
            let rows: usize = names.values().sum();
            let shown: Vec<&str> = names.keys().take(SHOWN).map(String::as_str).collect();
            let more = if names.len() > SHOWN { ", …" } else { "" };
            lines.push(format!(
                "{file}: {rows} rows {why}, {} names: {}{more}",
                names.len(),
                shown.join(", ")
            ));
        }
        lines.extend(self.notes.iter().cloned());
        lines
    }

    /// `value` where no fault was found, with the lines for the user.
    ///
    /// # Errors
    /// [`InputErrors`] with every fault, also where `value` could not be made of the files.
    pub fn finish<T>(self, value: Option<T>) -> Result<(T, Vec<String>), InputErrors> {
        let lines = self.lines();
        match value {
            Some(value) => self.faults.into_result((value, lines)),
            None => Err(InputErrors(self.faults.as_slice().to_vec())),
        }
    }
}
