//! Reads a panel: a CSV file, plain or gzip, of which only the named columns are kept.
//!
//! A column is read as numbers, as categories, or as both, as the formula uses it. Missing cells (empty,
//! `NA`, `NaN`, `.`) stay missing: `NaN` among numbers, [`MISSING`] among categories.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

use crate::error::{Fault, Faults, InputErrors};

/// Code of a missing category.
pub const MISSING: u32 = u32::MAX;
/// First bytes of a gzip file.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// How the formula uses a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Use {
    /// As numbers.
    Number,
    /// As text whose equal values make a level.
    Category,
}

/// A column of categories.
#[derive(Debug, Clone, Default)]
pub struct Category {
    /// Level of each row, or [`MISSING`].
    pub codes: Vec<u32>,
    /// Text of each level, sorted.
    pub levels: Vec<String>,
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
    numbers: HashMap<String, Vec<f64>>,
    categories: HashMap<String, Category>,
}

/// The bytes of a panel file with its header.
#[derive(Debug)]
pub struct PanelFile {
    file: String,
    sha256: String,
    bytes: Vec<u8>,
    /// Column names.
    pub header: Vec<String>,
}

impl PanelFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// Where the file cannot be read or unpacked, or the header names a column twice.
    pub fn open(path: &Path) -> Result<Self, InputErrors> {
        let file = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| {
            file_fault(&file, &error.to_string(), "a readable CSV file, plain or .gz", "Check the path.")
        })?;
        Self::from_bytes(&file, bytes)
    }

    /// A panel from bytes, plain or gzip.
    ///
    /// # Errors
    /// As [`PanelFile::open`].
    pub fn from_bytes(file: &str, packed: Vec<u8>) -> Result<Self, InputErrors> {
        let sha256 = Sha256::digest(&packed).iter().map(|byte| format!("{byte:02x}")).collect();
        let bytes = if packed.starts_with(&GZIP_MAGIC) {
            let mut bytes = Vec::with_capacity(packed.len() * 8);
            MultiGzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).map_err(|error| {
                file_fault(file, &error.to_string(), "a complete gzip file", "Fetch or pack it again.")
            })?;
            bytes
        } else {
            packed
        };
        let mut reader = reader(&bytes);
        let record = reader.headers().map_err(|error| {
            file_fault(file, &error.to_string(), "a header line", "Repair the first line.")
        })?;
        let header: Vec<String> = record.iter().map(str::to_owned).collect();
        let mut faults = Faults::new();
        for (at, name) in header.iter().enumerate() {
            if header[..at].contains(name) {
                let remedy = "Rename or delete one of them.";
                faults.extend(file_faults(file, &format!("`{name}` twice"), "each column once", remedy));
            }
        }
        if header.iter().all(String::is_empty) {
            faults.extend(file_faults(file, "empty", "a header line and rows", "Fill the file."));
        }
        faults.into_result(Self { file: file.to_owned(), sha256, bytes, header })
    }

    /// The named columns of the panel; names must be in [`PanelFile::header`].
    ///
    /// # Errors
    /// Rows with the wrong number of cells, cells that are not numbers where numbers are used: every one
    /// with its line.
    pub fn read(&self, wanted: &[(String, Use)]) -> Result<Panel, InputErrors> {
        let mut faults = Faults::new();
        let mut builders: Vec<Builder> = Vec::new();
        for (name, usage) in wanted {
            let Some(at) = self.header.iter().position(|column| column == name) else { continue };
            if !builders.iter().any(|builder| builder.at == at && builder.usage() == *usage) {
                builders.push(Builder::new(at, name, *usage));
            }
        }
        let mut lines = Vec::new();
        let mut reader = reader(&self.bytes);
        let mut record = csv::ByteRecord::new();
        loop {
            match reader.read_byte_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    lines.push(line);
                    for builder in &mut builders {
                        builder.push(record.get(builder.at).unwrap_or(b""), &self.file, line, &mut faults);
                    }
                }
                Err(error) => faults.push(Fault {
                    file: self.file.clone(),
                    line: error.position().map(csv::Position::line),
                    field: "row".into(),
                    found: error.to_string(),
                    expected: "as many cells as the header".into(),
                    remedy: "Repair the line.".into(),
                }),
            }
        }
        if lines.is_empty() && faults.is_empty() {
            faults.extend(file_faults(&self.file, "no row", "at least one row", "Fill the file."));
        }
        let mut panel = Panel {
            file: self.file.clone(),
            sha256: self.sha256.clone(),
            lines,
            numbers: HashMap::new(),
            categories: HashMap::new(),
        };
        for builder in builders {
            builder.finish(&mut panel);
        }
        faults.into_result(panel)
    }
}

fn reader(bytes: &[u8]) -> csv::Reader<&[u8]> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(bytes)
}

fn file_faults(file: &str, found: &str, expected: &str, remedy: &str) -> Faults {
    let mut faults = Faults::new();
    faults.push(Fault {
        file: file.into(),
        line: None,
        field: "file".into(),
        found: found.into(),
        expected: expected.into(),
        remedy: remedy.into(),
    });
    faults
}

fn file_fault(file: &str, found: &str, expected: &str, remedy: &str) -> InputErrors {
    InputErrors(file_faults(file, found, expected, remedy).as_slice().to_vec())
}

impl Panel {
    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.lines.len()
    }

    /// The numbers of `column`, `NaN` where missing; `None` where it was not read as numbers.
    #[must_use]
    pub fn number(&self, column: &str) -> Option<&[f64]> {
        self.numbers.get(column).map(Vec::as_slice)
    }

    /// The levels of `column`; `None` where it was not read as categories.
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

/// A column that is being read.
struct Builder {
    at: usize,
    name: String,
    values: Values,
}

enum Values {
    Number(Vec<f64>),
    Category { codes: Vec<u32>, levels: Vec<String>, known: HashMap<Vec<u8>, u32>, last: (Vec<u8>, u32) },
}

fn is_missing(cell: &[u8]) -> bool {
    matches!(cell, b"" | b"NA" | b"NaN" | b"nan" | b"." | b"NULL")
}

impl Builder {
    fn new(at: usize, name: &str, usage: Use) -> Self {
        let values = match usage {
            Use::Number => Values::Number(Vec::new()),
            Use::Category => Values::Category {
                codes: Vec::new(),
                levels: Vec::new(),
                known: HashMap::new(),
                last: (Vec::new(), MISSING),
            },
        };
        Self { at, name: name.to_owned(), values }
    }

    fn usage(&self) -> Use {
        if matches!(self.values, Values::Number(_)) { Use::Number } else { Use::Category }
    }

    fn push(&mut self, cell: &[u8], file: &str, line: u64, faults: &mut Faults) {
        let cell = cell.trim_ascii();
        match &mut self.values {
            Values::Number(values) if is_missing(cell) => values.push(f64::NAN),
            Values::Number(values) => {
                let value = std::str::from_utf8(cell).ok().and_then(|text| text.parse::<f64>().ok());
                let value = value.filter(|value| value.is_finite());
                if value.is_none() {
                    faults.push(Fault {
                        file: file.to_owned(),
                        line: Some(line),
                        field: self.name.clone(),
                        found: String::from_utf8_lossy(cell).into_owned(),
                        expected: "a finite number, or an empty cell where it is missing".into(),
                        remedy: "Correct the cell or delete the row.".into(),
                    });
                }
                values.push(value.unwrap_or(f64::NAN));
            }
            Values::Category { codes, levels, known, last } => {
                if last.0 != cell || codes.is_empty() {
                    let code = if is_missing(cell) {
                        MISSING
                    } else if let Some(code) = known.get(cell) {
                        *code
                    } else {
                        let code = levels.len() as u32;
                        levels.push(String::from_utf8_lossy(cell).into_owned());
                        known.insert(cell.to_vec(), code);
                        code
                    };
                    *last = (cell.to_vec(), code);
                }
                codes.push(last.1);
            }
        }
    }

    fn finish(self, panel: &mut Panel) {
        match self.values {
            Values::Number(values) => {
                panel.numbers.insert(self.name, values);
            }
            Values::Category { codes, levels, .. } => {
                panel.categories.insert(self.name, sorted(codes, levels));
            }
        }
    }
}

/// Renumbers the levels in the order of their text, so that codes do not depend on the order of rows.
fn sorted(mut codes: Vec<u32>, levels: Vec<String>) -> Category {
    let mut order: Vec<u32> = (0..levels.len() as u32).collect();
    order.sort_by(|&a, &b| levels[a as usize].cmp(&levels[b as usize]));
    let mut rank = vec![0; levels.len()];
    for (at, &code) in order.iter().enumerate() {
        rank[code as usize] = at as u32;
    }
    for code in codes.iter_mut().filter(|code| **code != MISSING) {
        *code = rank[*code as usize];
    }
    Category { codes, levels: order.iter().map(|&code| levels[code as usize].clone()).collect() }
}
