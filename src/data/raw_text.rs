//! Reads a table that others wrote, however they spelt it. Every reader of outside files goes through here.
//!
//! * Only regular files; a pipe, a device or a folder is refused before it can block.
//! * Plain, gzip (all members), or a zip archive with one table; `ARCHIVE.zip/TABLE.csv` names one of several.
//! * UTF-8 with or without a byte-order mark, UTF-16; a line that is not UTF-8 is read as Windows-1252, and a note
//!   says so.
//! * Cells separated by `,` `;` tab or `|`, as the first lines show. Where the comma does not separate cells and
//!   every number fits, a decimal comma becomes a point; otherwise [`number_remedy`] names it in the fault.
//! * No more text than the memory allows ([`ReadOptions`]), refused before it is taken.
//!
//! [`RawText::read`] holds the whole text; [`csv_reader`] streams it.

use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::memory::usable_bytes;
use crate::error::Fault;

mod decode;
mod spelling;
mod unpack;

pub use spelling::number_remedy;

/// Bytes read at once; the first of them say how the file is spelt.
const BLOCK: usize = 1 << 18;
/// Longest line, bytes: the widest published tables have lines of a tenth of a megabyte.
const LONGEST_LINE: usize = 1 << 24;

/// What becomes of the text in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It is added up as it streams; what was seen is remembered.
    Sums,
    /// The text is held, and columns of it.
    Text,
    /// Every cell is held on its own, as [`super::Table`] does.
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

    /// Bytes of memory for one byte of text, as measured on tables of short cells.
    fn bytes_per_byte(self) -> u64 {
        match self.held {
            Held::Sums => 2,
            Held::Text => 4,
            Held::Cells => 12,
        }
    }

    /// Refuses a size that the memory does not allow.
    fn allow(self, text_bytes: u64, what: &str) -> Result<(), RawError> {
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
    fn new(found: impl Into<String>, expected: &str, remedy: &str) -> Self {
        Self { line: None, found: found.into(), expected: expected.into(), remedy: remedy.into() }
    }

    fn at(mut self, line: u64) -> Self {
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

fn raw_error(error: io::Error) -> RawError {
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

/// The text of a table as a stream of UTF-8, in which only the separator is still the file's own.
pub struct RawReader {
    source: Box<dyn Read>,
    encoding: decode::Encoding,
    spelling: spelling::Spelling,
    options: ReadOptions,
    /// Bytes read and not yet passed on: the begin of a line.
    carry: Vec<u8>,
    /// Whole lines, and how much of them was passed on.
    text: Vec<u8>,
    at: usize,
    is_at_end: bool,
    unpacked_bytes: u64,
    /// Number of the first line of the next text.
    line: u64,
    foreign: decode::Foreign,
}

impl fmt::Debug for RawReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawReader").field("spelling", &self.spelling).field("line", &self.line).finish()
    }
}

impl RawReader {
    /// Opens the table at `path`.
    ///
    /// # Errors
    /// A [`Fault`] where it is no regular file, too large, or not the text of a table.
    pub fn open(path: &Path, options: ReadOptions) -> Result<Self, Fault> {
        let opened = unpack::open(path, &options).and_then(|source| Self::start(source, options));
        opened.map_err(|error| error.fault(&path.display().to_string()))
    }

    fn start(source: Box<dyn Read>, options: ReadOptions) -> Result<Self, RawError> {
        let mut reader = Self {
            source,
            encoding: decode::Encoding::Utf8,
            spelling: spelling::Spelling { delimiter: b',', has_decimal_comma: false },
            options,
            carry: Vec::new(),
            text: Vec::new(),
            at: 0,
            is_at_end: false,
            unpacked_bytes: 0,
            line: 1,
            foreign: decode::Foreign::default(),
        };
        let mut first = reader.read_block()?;
        let (encoding, mark) = decode::detect(&first)?;
        reader.encoding = encoding;
        first.drain(..mark);
        reader.encoding.append(&first, reader.is_at_end, &mut reader.carry)?;
        reader.fill()?;
        // `sep=;` is a spreadsheet's note on the separator, not a row.
        let named = reader.text.strip_prefix(b"sep=").and_then(|rest| rest.first().copied());
        if named.is_some() {
            reader.text.drain(.."sep=;".len());
        }
        let sample = String::from_utf8_lossy(&reader.text);
        reader.spelling = spelling::detect(&sample, options.delimiter.or(named))?;
        reader.spell(1)?;
        Ok(reader)
    }

    /// Separator of the cells.
    #[must_use]
    pub fn delimiter(&self) -> u8 {
        self.spelling.delimiter
    }

    /// What the user should know of what was read so far; `file` is named in each line.
    #[must_use]
    pub fn notes(&self, file: &str) -> Vec<String> {
        let mut notes = Vec::new();
        if self.spelling.delimiter != b',' {
            notes.push(format!("{file}: cells separated by {}", spelling::name_of(self.spelling.delimiter)));
        }
        if self.spelling.has_decimal_comma {
            notes.push(format!("{file}: decimal commas read as points"));
        }
        if matches!(self.encoding, decode::Encoding::Utf16(_)) {
            notes.push(format!("{file}: read as UTF-16"));
        }
        let decode::Foreign { lines, first } = self.foreign;
        if lines > 0 {
            notes.push(format!(
                "{file}: {lines} lines are not UTF-8 and were read as Windows-1252, the first {first}"
            ));
        }
        notes
    }

    /// The next bytes of the file, at most [`BLOCK`].
    fn read_block(&mut self) -> Result<Vec<u8>, RawError> {
        let mut block = Vec::new();
        let read = self.source.by_ref().take(BLOCK as u64).read_to_end(&mut block);
        let n = read.map_err(raw_error)?;
        self.is_at_end = n < BLOCK;
        self.unpacked_bytes += n as u64;
        self.options.allow(self.unpacked_bytes, "unpacked")?;
        Ok(block)
    }

    /// Moves the next whole lines to `text`; false at the end of the file.
    fn fill(&mut self) -> Result<bool, RawError> {
        self.at = 0;
        self.text.clear();
        loop {
            let end = self.carry.iter().rposition(|&byte| matches!(byte, b'\n' | b'\r'));
            if let Some(end) = end {
                let rest = self.carry.split_off(end + 1);
                self.text = std::mem::replace(&mut self.carry, rest);
                break;
            }
            if self.is_at_end {
                self.text = std::mem::take(&mut self.carry);
                break;
            }
            if self.carry.len() > LONGEST_LINE {
                let found = format!("a line of more than {LONGEST_LINE} bytes");
                return Err(
                    RawError::new(found, "lines of a table", "Check that it is a CSV file.").at(self.line)
                );
            }
            let block = self.read_block().map_err(|error| error.at(self.line))?;
            self.encoding.append(&block, self.is_at_end, &mut self.carry)?;
        }
        if self.text.is_empty() {
            return Ok(false);
        }
        let lines = std::mem::take(&mut self.text);
        self.text = decode::to_utf8(lines, self.line, &mut self.foreign)?;
        Ok(true)
    }

    /// Writes decimal commas as points in the lines at hand, and counts the lines.
    fn spell(&mut self, line: u64) -> Result<(), RawError> {
        if self.spelling.has_decimal_comma {
            spelling::write_points(&mut self.text, self.spelling.delimiter, line)?;
        }
        self.line = line + self.text.iter().filter(|&&byte| byte == b'\n').count() as u64;
        Ok(())
    }
}

impl Read for RawReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.text.len() {
            if !self.fill()? {
                return Ok(0);
            }
            self.spell(self.line)?;
        }
        let n = buffer.len().min(self.text.len() - self.at);
        buffer[..n].copy_from_slice(&self.text[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

/// A reader of the records of the table at `path`, set up by `with` and then told the separator.
///
/// Errors of its records become faults with [`csv_fault`]; `get_ref().notes(file)` says what was done to read it.
///
/// # Errors
/// As [`RawReader::open`].
pub fn csv_reader(
    path: &Path,
    options: ReadOptions,
    with: &mut csv::ReaderBuilder,
) -> Result<csv::Reader<RawReader>, Fault> {
    let reader = RawReader::open(path, options)?;
    Ok(with.delimiter(reader.delimiter()).from_reader(reader))
}

/// The whole text of a table, UTF-8, with the file's own separator.
#[derive(Debug, Clone)]
pub struct RawText {
    /// File as the user knows it.
    pub file: String,
    /// The text, without a byte-order mark; lines are those of the (unpacked) file.
    pub text: String,
    /// Separator of the cells.
    pub delimiter: u8,
    /// What was done to read it, for the user: one line each, with the file's name.
    pub notes: Vec<String>,
    /// SHA-256 of the file as it lies on disk, hexadecimal.
    pub sha256: String,
}

impl RawText {
    /// Reads the table at `path`.
    ///
    /// # Errors
    /// A [`Fault`] where it is no regular file, too large, damaged, or not the text of a table.
    pub fn read(path: &Path, options: ReadOptions) -> Result<Self, Fault> {
        let file = path.display().to_string();
        let hash = || {
            let mut hash = Sha256::new();
            let mut stored = unpack::open_regular(&unpack::split_archive(path).0)?;
            let mut block = vec![0; BLOCK];
            loop {
                match stored.read(&mut block).map_err(raw_error)? {
                    0 => return Ok(hash),
                    n => hash.update(&block[..n]),
                }
            }
        };
        let read = unpack::open(path, &options).and_then(|source| Self::collect(&file, source, options));
        let mut text = read.map_err(|error| error.fault(&file))?;
        text.sha256 = hex(hash().map_err(|error: RawError| error.fault(&file))?);
        Ok(text)
    }

    /// Reads a table that is in memory; `file` names it in messages.
    ///
    /// # Errors
    /// As [`RawText::read`].
    pub fn from_bytes(file: &str, bytes: Vec<u8>, options: ReadOptions) -> Result<Self, Fault> {
        let sha256 = hex(Sha256::new_with_prefix(&bytes));
        let read =
            unpack::open_bytes(bytes, &options).and_then(|source| Self::collect(file, source, options));
        let text = read.map_err(|error| error.fault(file))?;
        Ok(Self { sha256, ..text })
    }

    fn collect(file: &str, source: Box<dyn Read>, options: ReadOptions) -> Result<Self, RawError> {
        let mut reader = RawReader::start(source, options)?;
        let mut text = String::new();
        reader.read_to_string(&mut text).map_err(raw_error)?;
        let (delimiter, notes) = (reader.delimiter(), reader.notes(file));
        Ok(Self { file: file.to_owned(), text, delimiter, notes, sha256: String::new() })
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The tables of a folder, sorted: `.csv`, `.tsv`, `.tab` and `.txt` in any case, packed with gzip or not, and those
/// inside zip archives as `ARCHIVE.zip/TABLE.csv`. Hidden files and readme files are none.
///
/// # Errors
/// A [`Fault`] where the folder cannot be read or an archive is damaged.
pub fn tables_in(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let failed = |error: io::Error| {
        let error = RawError::new(error.to_string(), "a folder with tables", "Check the path.");
        error.fault(&folder.display().to_string())
    };
    let mut tables = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if !path.is_file() {
            continue;
        }
        if name.to_ascii_lowercase().ends_with(".zip") {
            let inner = unpack::archive_tables(&path);
            let inner = inner.map_err(|error| error.fault(&path.display().to_string()))?;
            tables.extend(inner.into_iter().map(|name| path.join(name)));
        } else if unpack::is_table(name) {
            tables.push(path);
        }
    }
    tables.sort();
    Ok(tables)
}

/// Reads a text file of the program's own formats: a regular file, UTF-8; `None` where there is none.
///
/// # Errors
/// Where it is no regular file, larger than the memory allows, or not UTF-8, with the line of the first bad byte.
pub fn read_utf8(path: &Path) -> Result<Option<String>, RawError> {
    let size = match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        found => found.map_or(0, |found| found.len()),
    };
    let mut file = unpack::open_regular(path)?;
    ReadOptions::new(Held::Cells).allow(size, "of text")?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(raw_error)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let bad = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..bad].iter().filter(|&&byte| byte == b'\n').count() as u64;
        RawError::new("bytes that are no UTF-8", "UTF-8 text", "Save the file as UTF-8.").at(line)
    })?;
    Ok(Some(text))
}
