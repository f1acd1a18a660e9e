//! How much may be read, and what a file that cannot be read says.

use std::fmt;
use std::io;

use crate::data::memory::usable_bytes;
use crate::error::Fault;

/// What becomes of the text in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It is added up as it streams; what was seen is remembered.
    Sums,
    /// The text is held, and columns of it.
    Text,
    /// Every cell is held on its own, as [`Table`](crate::data::Table) does.
    Cells,
}

/// How much may be read, and what the user said of the spelling.
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions {
    /// Memory that the reading may take, bytes.
    pub max_memory_bytes: u64,
    /// What is held of the text.
    pub held: Held,
    /// Separator of the cells, where the user names it.
    pub delimiter: Option<u8>,
}

impl ReadOptions {
    /// Options for text that is `held`, within [`usable_bytes`]; the separator is found.
    #[must_use]
    pub fn new(held: Held) -> Self {
        Self { max_memory_bytes: usable_bytes(), held, delimiter: None }
    }

    /// Bytes of memory for one byte of text, for tables of short cells.
    fn bytes_per_byte(self) -> u64 {
        match self.held {
            Held::Sums => 2,
            Held::Text => 4,
            Held::Cells => 12,
        }
    }

    /// Refuses a size that the memory does not allow.
    pub(super) fn allow(self, text_bytes: u64, what: &str) -> Result<(), RawError> {
        let needed = text_bytes.saturating_mul(self.bytes_per_byte());
        if needed <= self.max_memory_bytes {
            return Ok(());
        }
        let max = self.max_memory_bytes;
        Err(RawError::new(
            format!("{text_bytes} bytes {what} or more, which take about {needed} bytes of memory"),
            &format!("what {max} bytes of memory hold"),
            "Pass --max-memory BYTES where the machine has more, or cut the file.",
        ))
    }
}

/// Why a file cannot be read; becomes a [`Fault`] with [`RawError::fault`].
#[derive(Debug, Clone)]
pub struct RawError {
    line: Option<u64>,
    found: String,
    expected: String,
    remedy: String,
}

impl RawError {
    pub(super) fn new(found: impl Into<String>, expected: &str, remedy: &str) -> Self {
        Self { line: None, found: found.into(), expected: expected.into(), remedy: remedy.into() }
    }

    pub(super) fn at(mut self, line: u64) -> Self {
        self.line = self.line.or(Some(line));
        self
    }

    /// The fault of `file`.
    #[must_use]
    pub fn fault(self, file: &str) -> Fault {
        let Self { line, found, expected, remedy } = self;
        Fault { file: file.into(), line, field: "file".into(), found, expected, remedy }
    }
}

impl fmt::Display for RawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}. {}", self.found, self.expected, self.remedy)
    }
}

impl std::error::Error for RawError {}

impl From<RawError> for io::Error {
    fn from(error: RawError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

pub(super) fn raw_error(error: io::Error) -> RawError {
    match error.downcast::<RawError>() {
        Ok(error) => error,
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => RawError::new(
            "the packed file ends early",
            "a complete .gz or .zip file",
            "It was cut short: fetch or pack it again.",
        ),
        Err(error) => RawError::new(
            format!("damaged: {error}"),
            "a file that can be read and unpacked",
            "Fetch or pack it again.",
        ),
    }
}

/// The fault of a CSV file whose records could not be read.
#[must_use]
pub fn csv_fault(file: &str, error: csv::Error) -> Fault {
    let line = error.position().map(csv::Position::line);
    let found = match error.into_kind() {
        csv::ErrorKind::Io(error) => return raw_error(error).fault(file),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} cells where the header has {expected_len}")
        }
        csv::ErrorKind::Utf8 { err, .. } => err.to_string(),
        _ => "unreadable".to_owned(),
    };
    Fault {
        file: file.into(),
        line,
        field: "row".into(),
        found,
        expected: "as many cells as the header".into(),
        remedy: "Repair the line; text with separators stands in double quotes, and so do numbers with a \
                 decimal comma in a file with commas."
            .into(),
    }
}
