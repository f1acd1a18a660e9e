//! What was read, used and left out, so that nothing vanishes in silence: the summary of `calibrate` prints it.

use std::path::{Path, PathBuf};

use crate::data::raw_text::tables_in;
use crate::error::shortened;
use crate::sorted::SortedMap;

/// Codes that one line of the summary names; the rest are counted.
const NAMED: usize = 8;
/// Characters of a code that the summary shows.
const LONGEST_NAME: usize = 80;

/// What became of the rows of one file.
#[derive(Debug, Clone)]
pub struct Reading {
    /// File as the user knows it.
    file: PathBuf,
    rows: u64,
    used: u64,
    /// Rows left out, by reason.
    left_out: SortedMap<String, u64>,
    /// What was done to read it: separators, encodings.
    notes: Vec<String>,
}

impl Reading {
    /// Nothing read yet.
    #[must_use]
    pub fn new(file: &Path) -> Self {
        Self { file: file.to_owned(), rows: 0, used: 0, left_out: SortedMap::new(), notes: Vec::new() }
    }

    /// Counts a row that was used.
    pub fn used(&mut self) {
        self.rows += 1;
        self.used += 1;
    }

    /// Counts a row that was left out for a reason such as `of other years`.
    pub fn left_out(&mut self, reason: impl Into<String>) {
        self.rows += 1;
        *self.left_out.entry(reason.into()).or_default() += 1;
    }

    /// Adds what the reader of the file did: see [`crate::data::RawText::notes`].
    pub fn note(&mut self, notes: &[String]) {
        self.notes.extend(notes.iter().cloned());
    }

    fn lines(&self, folder: &Path) -> Vec<String> {
        let name = self.file.strip_prefix(folder).unwrap_or(&self.file).display();
        let mut line = format!("{name}: {} rows, {} used", self.rows, self.used);
        for (reason, rows) in &self.left_out {
            line.push_str(&format!(", {rows} {reason}"));
        }
        [vec![line], self.notes.clone()].concat()
    }
}

/// What was found in all files.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    readings: Vec<Reading>,
    /// Other files that were read whole: concordances, labels, country codes.
    also_read: Vec<PathBuf>,
    /// What was done to read them.
    notes: Vec<String>,
    /// Rates of countries that no table of trade has, by code.
    rates_left_out: SortedMap<String, u64>,
}

impl Tally {
    /// Takes over what became of a file.
    pub fn add(&mut self, reading: Reading) {
        self.readings.push(reading);
    }

    /// Notes a file whose rows are not counted, so that it is not listed as unread.
    pub(crate) fn also_read(&mut self, file: &Path) {
        self.also_read.push(file.to_owned());
    }

    /// Adds what was done to read a file whose rows are not counted.
    pub fn note(&mut self, notes: &[String]) {
        self.notes.extend(notes.iter().cloned());
    }

    /// Counts a rate of a country that no table of trade has.
    pub(crate) fn rate_left_out(&mut self, code: &str) {
        *self.rates_left_out.entry(code.to_owned()).or_default() += 1;
    }

    /// The main file, for faults that no line of a file shows.
    #[must_use]
    pub fn main_file(&self) -> Option<&Path> {
        self.readings.first().map(|reading| reading.file.as_path())
    }

    /// Lines of the summary; `renamed` are the codes read as others.
    #[must_use]
    pub fn lines(&self, folder: &Path, renamed: &SortedMap<String, String>) -> Vec<String> {
        let mut lines: Vec<String> = self.readings.iter().flat_map(|reading| reading.lines(folder)).collect();
        lines.extend(self.notes.iter().cloned());
        if !renamed.is_empty() {
            let codes = renamed.iter().map(|(code, iso3)| format!("{code} = {iso3}"));
            lines.push(format!("codes of databases: {}", listed(codes)));
        }
        if !self.rates_left_out.is_empty() {
            let rates: u64 = self.rates_left_out.values().sum();
            let codes = self.rates_left_out.iter().map(|(code, rates)| format!("{code} ({rates})"));
            lines.push(format!(
                "{rates} rates of countries that no table of trade has were left out: {}",
                listed(codes)
            ));
        }
        let unread = self.unread(folder);
        if !unread.is_empty() {
            lines.push(format!("not read: {}", listed(unread.into_iter())));
        }
        lines
    }

    /// Tables of the folder that nothing read.
    fn unread(&self, folder: &Path) -> Vec<String> {
        let read = |path: &PathBuf| {
            self.readings.iter().any(|reading| reading.file == *path) || self.also_read.contains(path)
        };
        // A folder that cannot be listed has been reported where its files are read.
        let tables = tables_in(folder).unwrap_or_default();
        let name = |path: PathBuf| path.strip_prefix(folder).unwrap_or(&path).display().to_string();
        tables.into_iter().filter(|path| !read(path)).map(name).collect()
    }
}

fn listed(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.map(|name| shortened(&name, LONGEST_NAME)).collect();
    match names.len() {
        n if n > NAMED => format!("{} and {} more", names[..NAMED].join(", "), n - NAMED),
        _ => names.join(", "),
    }
}
