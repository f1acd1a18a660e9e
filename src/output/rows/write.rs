//! The one writer of tables.

use std::io::{self, BufWriter, Write};
use std::ops::Range;

use super::{Line, Schema, TableRow};
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
    /// The table of a schema with its header.
    pub fn new(out: W, schema: &Schema) -> io::Result<Self> {
        let mut writer = Self { out: BufWriter::with_capacity(BUFFER, out), line: Line::default() };
        schema.header().for_each(|name| writer.line.text(name));
        writer.out.write_all(writer.line.end())?;
        Ok(writer)
    }

    /// Adds the rows that `next` writes into a line, until it answers that there was none.
    pub fn write(&mut self, next: &mut NextRow<'_>) -> io::Result<()> {
        self.line.clear();
        while next(&mut self.line) {
            self.out.write_all(self.line.end())?;
            self.line.clear();
        }
        Ok(())
    }

    /// Adds rows that are there already: their text is made by all threads.
    pub fn write_all<'a, R: TableRow<'a> + Sync>(&mut self, rows: &[R]) -> io::Result<()> {
        let text = |range: Range<usize>| {
            let (mut bytes, mut line) = (Vec::new(), Line::default());
            for row in &rows[range] {
                line.clear();
                row.write(&mut line);
                bytes.extend_from_slice(line.end());
            }
            bytes
        };
        self.write_pieces(rows.len(), &text)
    }

    /// Adds `n` rows; `text` makes the text of some of them.
    fn write_pieces(&mut self, n: usize, text: &(dyn Fn(Range<usize>) -> Vec<u8> + Sync)) -> io::Result<()> {
        for first in (0..n).step_by(PIECE * PIECES) {
            let n_of_batch = (n - first).min(PIECE * PIECES);
            let piece = |k: usize| first + (k * PIECE).min(n_of_batch);
            let pieces = parallel::map(n_of_batch.div_ceil(PIECE), |k| text(piece(k)..piece(k + 1)));
            pieces.iter().try_for_each(|bytes| self.out.write_all(bytes))?;
        }
        Ok(())
    }

    /// Ends the table.
    pub fn finish(self) -> io::Result<W> {
        self.out.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

/// Writes the cells of the next row into a line; false where there is none.
///
/// A table is written through it, so that the loop over rows is compiled once and not for every kind of row.
pub type NextRow<'n> = dyn FnMut(&mut Line) -> bool + 'n;

/// The rows one after another, as [`NextRow`].
pub fn lines<'a, R: TableRow<'a>>(rows: impl IntoIterator<Item = R>) -> impl FnMut(&mut Line) -> bool {
    let mut rows = rows.into_iter();
    move |line| rows.next().map(|row| row.write(line)).is_some()
}

/// A table as text.
#[must_use]
pub fn text<'a, R: TableRow<'a>>(rows: impl IntoIterator<Item = R>) -> String {
    text_of(&R::schema(), &mut lines(rows))
}

fn text_of(schema: &Schema, next: &mut NextRow<'_>) -> String {
    let mut write = || {
        let mut writer = RowWriter::new(Vec::new(), schema)?;
        writer.write(next)?;
        writer.finish()
    };
    let bytes: io::Result<Vec<u8>> = write();
    String::from_utf8(bytes.expect("memory takes every row")).expect("cells are text")
}
