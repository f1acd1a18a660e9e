//! Reads a panel: a CSV file of which only the columns in use are kept. [`RawText`] handles encoding and compression.
//!
//! A column is read as numbers, as categories, or as both, depending on the formula ([`column`]). Missing cells stay
//! missing: NaN among numbers, [`MISSING`] among categories. An empty cell is missing in every column. `NA` and similar
//! texts ([`MISSING_NUMBERS`]) are missing in number columns only, because `NA` is also a country code (Namibia). Empty
//! rows and columns without a name are skipped.

mod column;

use std::collections::HashMap;
use std::path::Path;

use column::{Builder, Column};
pub use column::{Category, MISSING, MISSING_NUMBERS, Use};
use tradepath_base::data::{Held, RawText, ReadOptions, line_of};
use tradepath_base::error::{Fault, Faults, InputErrors};

/// Why a panel has the columns of a specification.
pub(super) const IN_PANEL: &str = "`read_panel` reads every column that the specification names";

/// Faulty rows after which reading ends.
const MAX_FAULTY_ROWS: usize = 100;

/// Options of reading a file.
#[derive(Debug, Clone, Default)]
pub struct PanelOptions {
    /// Separator of cells; detected if not given.
    pub delimiter: Option<u8>,
    /// Texts that stand for a missing cell in every column, besides the empty cell.
    pub missing: Vec<String>,
}

impl PanelOptions {
    fn reading(&self) -> ReadOptions {
        ReadOptions { delimiter: self.delimiter, ..ReadOptions::new(Held::Text) }
    }
}

/// A panel in memory; rows are in file order.
#[derive(Debug, Clone)]
pub struct Panel {
    /// File as the user knows it.
    pub file: String,
    /// SHA-256 of the file's bytes, hexadecimal.
    pub sha256: String,
    /// Line of each row in the (unpacked) file, 1 = header.
    pub lines: Vec<u64>,
    /// Notes for the user on how it was read.
    pub notes: Vec<String>,
    numbers: HashMap<String, Vec<f64>>,
    categories: HashMap<String, Category>,
}

/// The text of a panel file with its header.
#[derive(Debug)]
pub struct PanelFile {
    file: String,
    sha256: String,
    text: String,
    delimiter: u8,
    notes: Vec<String>,
    missing: Vec<String>,
    /// Column names; empty if a column has none.
    pub header: Vec<String>,
}

impl PanelFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// If the file cannot be read or unpacked, or the header names a column twice.
    pub fn open(path: &Path) -> Result<Self, InputErrors> {
        Self::open_with(path, &PanelOptions::default())
    }

    /// Reads the file at `path` as `options` say.
    ///
    /// # Errors
    /// As [`PanelFile::open`].
    pub fn open_with(path: &Path, options: &PanelOptions) -> Result<Self, InputErrors> {
        Self::new(RawText::read(path, options.reading())?, options)
    }

    /// A panel from the bytes of a file.
    ///
    /// # Errors
    /// As [`PanelFile::open`].
    pub fn from_bytes(file: &str, bytes: Vec<u8>) -> Result<Self, InputErrors> {
        let options = PanelOptions::default();
        Self::new(RawText::from_bytes(file, bytes, options.reading())?, &options)
    }

    fn new(raw: RawText, options: &PanelOptions) -> Result<Self, InputErrors> {
        let RawText { file, text, delimiter, notes, sha256 } = raw;
        let missing = options.missing.clone();
        Self { file, sha256, text, delimiter, notes, missing, header: Vec::new() }.with_header()
    }

    fn with_header(mut self) -> Result<Self, InputErrors> {
        let mut reader = self.reader();
        let record = reader.byte_headers().map_err(|error| self.row_fault(&error))?;
        let name = |cell: &[u8]| String::from_utf8_lossy(cell).trim().to_owned();
        let header: Vec<String> = record.iter().map(name).collect();
        let mut faults = Faults::new();
        for (at, name) in header.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            if header[..at].contains(name) {
                let remedy = "Rename or delete one of them.";
                faults.push(self.fault(
                    &format!("`{}` twice", column::shown(name)),
                    "each column once",
                    remedy,
                ));
            }
        }
        if header.iter().all(String::is_empty) {
            faults.push(self.fault("empty", "a header line and rows", "Fill the file."));
        }
        self.header = header;
        faults.into_result(self)
    }

    fn reader(&self) -> csv::Reader<&[u8]> {
        csv::ReaderBuilder::new().delimiter(self.delimiter).from_reader(self.text.as_bytes())
    }

    fn fault(&self, found: &str, expected: &str, remedy: &str) -> Fault {
        Fault {
            file: self.file.clone(),
            line: None,
            field: "file".into(),
            found: found.into(),
            expected: expected.into(),
            remedy: remedy.into(),
        }
    }

    /// The named columns of the panel; names must be in [`PanelFile::header`].
    ///
    /// # Errors
    /// Rows with the wrong number of cells, cells that are not numbers where numbers are used, cells in
    /// columns without a name at the end: with their lines.
    pub fn read(&self, wanted: &[(String, Use)]) -> Result<Panel, InputErrors> {
        let mut faults = Faults::new();
        let mut builders: Vec<Builder<'_>> = Vec::new();
        for (name, usage) in wanted {
            let Some(at) = self.header.iter().position(|column| column == name) else { continue };
            if !builders.iter().any(|builder| builder.at == at && builder.usage() == *usage) {
                builders.push(Builder::new(at, name, *usage, &self.missing));
            }
        }
        let named = self.header.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
        let mut lines = Vec::new();
        let (mut n_blank, mut n_faulty) = (0_usize, 0_usize);
        let mut reader = self.reader();
        let mut record = csv::ByteRecord::new();
        while n_faulty < MAX_FAULTY_ROWS {
            match reader.read_byte_record(&mut record) {
                Ok(false) => break,
                Ok(true) if is_blank(&record) => n_blank += 1,
                Ok(true) => {
                    let line = line_of(record.position());
                    lines.push(line);
                    for builder in &mut builders {
                        let cell = record.get(builder.at).expect("records are as long as the header");
                        builder.push(cell, &self.file, line, &mut faults);
                    }
                    let nameless = record.iter().enumerate().skip(named);
                    for (at, cell) in nameless.filter(|(_, cell)| !cell.trim_ascii().is_empty()) {
                        n_faulty += 1;
                        faults.push(self.nameless(at, cell, line));
                    }
                }
                Err(error) => {
                    n_faulty += 1;
                    faults.push(self.row_fault(&error));
                }
            }
        }
        if lines.is_empty() && faults.is_empty() {
            faults.push(self.fault("no row", "at least one row", "Fill the file."));
        }
        let mut notes = self.notes.clone();
        if n_blank > 0 {
            notes.push(format!("{n_blank} rows without any filled cell are passed over"));
        }
        let is_unmet =
            |text: &&String| !text.is_empty() && !builders.iter().any(|builder| builder.has_met(text));
        let unmet = self.missing.iter().filter(is_unmet);
        notes.extend(
            unmet.map(|text| {
                format!("no cell of the columns in use is `{}` (--missing)", column::shown(text))
            }),
        );
        let mut panel = Panel {
            file: self.file.clone(),
            sha256: self.sha256.clone(),
            lines,
            notes,
            numbers: HashMap::new(),
            categories: HashMap::new(),
        };
        for builder in builders {
            let (name, column) = builder.finish(&panel.file, &mut faults);
            match column {
                Column::Numbers(numbers) => {
                    panel.numbers.insert(name, numbers);
                }
                Column::Categories(category) => {
                    panel.categories.insert(name, category);
                }
            }
        }
        faults.into_result(panel)
    }

    fn nameless(&self, at: usize, cell: &[u8], line: u64) -> Fault {
        Fault {
            line: Some(line),
            field: format!("column {}", at + 1),
            ..self.fault(
                &column::shown(&String::from_utf8_lossy(cell)),
                "an empty cell, for the column has no name",
                "Name the column in the header or delete it.",
            )
        }
    }

    fn row_fault(&self, error: &csv::Error) -> Fault {
        let found = match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("{len} cells where the header has {expected_len}")
            }
            _ => error.to_string(),
        };
        Fault {
            line: error.position().map(csv::Position::line),
            field: "row".into(),
            ..self.fault(
                &found,
                "as many cells as the header",
                "Repair the line; a text or number with the separator in it stands in double quotes.",
            )
        }
    }
}

/// True if no cell of a row holds anything.
fn is_blank(record: &csv::ByteRecord) -> bool {
    record.iter().all(|cell| cell.trim_ascii().is_empty())
}

impl Panel {
    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.lines.len()
    }

    /// The numbers of `column`, `NaN` where missing; `None` if it was not read as numbers.
    #[must_use]
    pub fn number(&self, column: &str) -> Option<&[f64]> {
        self.numbers.get(column).map(Vec::as_slice)
    }

    /// The levels of `column`; `None` if it was not read as categories.
    #[must_use]
    pub fn category(&self, column: &str) -> Option<&Category> {
        self.categories.get(column)
    }

    /// A fault of a cell of row `row` (0 = first data row).
    #[must_use]
    pub fn fault(&self, row: usize, field: &str, found: String, expected: &str, remedy: &str) -> Fault {
        Fault {
            file: self.file.clone(),
            line: Some(self.lines[row]),
            field: field.to_owned(),
            found,
            expected: expected.to_owned(),
            remedy: remedy.to_owned(),
        }
    }
}
