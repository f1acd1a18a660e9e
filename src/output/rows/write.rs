//! The one writer of tables.

use std::io::{self, BufWriter, Write};

use super::{Line, TableRow};
use crate::numerics::parallel;

/// Bytes that are collected before they go to the file.
const BUFFER: usize = 1 << 16;
/// Rows of which one thread makes the text at a time, and pieces that are kept at once.
const PIECE: usize = 1 << 10;
const PIECES: usize = 64;

/// Writes the header of a table and its rows one after another, so that a long table need not be in memory.
pub struct RowWriter<W: Write> {
    out: BufWriter<W>,
    line: Line,
}

impl<W: Write> RowWriter<W> {
    /// The table of the rows `R` with its header.
    pub fn new<'a, R: TableRow<'a>>(out: W) -> io::Result<Self> {
        let mut writer = Self { out: BufWriter::with_capacity(BUFFER, out), line: Line::default() };
        R::schema().header().for_each(|name| writer.line.text(name));
        writer.out.write_all(writer.line.end())?;
        Ok(writer)
    }

    /// Adds rows of the table.
    pub fn write<'a, R: TableRow<'a>>(&mut self, rows: impl IntoIterator<Item = R>) -> io::Result<()> {
        for row in rows {
            self.line.clear();
            row.write(&mut self.line);
            self.out.write_all(self.line.end())?;
        }
        Ok(())
    }

    /// Adds rows that are there already: their text is made by all threads.
    pub fn write_all<'a, R: TableRow<'a> + Sync>(&mut self, rows: &[R]) -> io::Result<()> {
        for batch in rows.chunks(PIECE * PIECES) {
            let text = |rows: &[R]| {
                let (mut bytes, mut line) = (Vec::new(), Line::default());
                for row in rows {
                    line.clear();
                    row.write(&mut line);
                    bytes.extend_from_slice(line.end());
                }
                bytes
            };
            let pieces: Vec<&[R]> = batch.chunks(PIECE).collect();
            let pieces = parallel::map(pieces.len(), |at| text(pieces[at]));
            pieces.iter().try_for_each(|bytes| self.out.write_all(bytes))?;
        }
        Ok(())
    }

    /// Ends the table.
    pub fn finish(self) -> io::Result<W> {
        self.out.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

/// A table as text.
#[must_use]
pub fn text<'a, R: TableRow<'a>>(rows: impl IntoIterator<Item = R>) -> String {
    let write = || {
        let mut writer = RowWriter::new::<R>(Vec::new())?;
        writer.write(rows)?;
        writer.finish()
    };
    let bytes: io::Result<Vec<u8>> = write();
    String::from_utf8(bytes.expect("memory takes every row")).expect("cells are text")
}
