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
use std::path::Path;

use super::hash::{sha256, sha256_read};
use crate::error::Fault;

mod decode;
mod files;
mod limits;
mod spelling;
mod unpack;

pub use files::tables_in;
use limits::raw_error;
pub use limits::{Held, RawError, ReadOptions, csv_fault};
pub use spelling::{number_remedy, other_separator};

/// Bytes read at once; the first of them say how the file is spelt.
const BLOCK: usize = 1 << 18;
/// Longest line, bytes: the widest published tables have lines of a tenth of a megabyte.
const LONGEST_LINE: usize = 1 << 24;

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
    /// A [`Fault`] if it is not a regular file, too large, or not the text of a table.
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
        let named = named.filter(|&byte| spelling::is_separator(byte));
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

    /// Notes for the user on the text read so far; `file` is named in each line.
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
    /// A [`Fault`] if it is not a regular file, too large, damaged, or not the text of a table.
    pub fn read(path: &Path, options: ReadOptions) -> Result<Self, Fault> {
        let file = path.display().to_string();
        let stored = || unpack::open_regular(&unpack::split_archive(path).0);
        let read = unpack::open(path, &options).and_then(|source| Self::collect(&file, source, options));
        let mut text = read.map_err(|error| error.fault(&file))?;
        let hash = stored().and_then(|stored| sha256_read(stored).map_err(raw_error));
        text.sha256 = hash.map_err(|error| error.fault(&file))?;
        Ok(text)
    }

    /// Reads a table that is in memory; `file` names it in messages.
    ///
    /// # Errors
    /// As [`RawText::read`].
    pub fn from_bytes(file: &str, bytes: Vec<u8>, options: ReadOptions) -> Result<Self, Fault> {
        let sha256 = sha256(&bytes);
        let read =
            unpack::open_bytes(bytes, &options).and_then(|source| Self::collect(file, source, options));
        let text = read.map_err(|error| error.fault(file))?;
        Ok(Self { sha256, ..text })
    }

    /// Names of the columns; none where the first line cannot be read.
    #[must_use]
    pub fn header(&self) -> Vec<String> {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .comment(Some(b'#'))
            .delimiter(self.delimiter)
            .from_reader(self.text.as_bytes());
        let header = reader.headers().expect("text in memory can be read");
        header.iter().map(str::to_owned).collect()
    }

    fn collect(file: &str, source: Box<dyn Read>, options: ReadOptions) -> Result<Self, RawError> {
        let mut reader = RawReader::start(source, options)?;
        let mut text = String::new();
        reader.read_to_string(&mut text).map_err(raw_error)?;
        let (delimiter, notes) = (reader.delimiter(), reader.notes(file));
        Ok(Self { file: file.to_owned(), text, delimiter, notes, sha256: String::new() })
    }
}
