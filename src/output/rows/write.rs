//! The one writer of tables.

use std::io::{self, Write};

use csv::ByteRecord;

use super::TableRow;

/// Writes the header of a table and its rows one after another, so that a long table need not be in memory.
pub(in crate::output) struct RowWriter<W: Write> {
    writer: csv::Writer<W>,
    record: ByteRecord,
}

impl<W: Write> RowWriter<W> {
    /// The table of the rows `R` with its header.
    pub fn new<'a, R: TableRow<'a>>(out: W) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(R::schema().header())?;
        Ok(Self { writer, record: ByteRecord::new() })
    }

    /// Adds rows of the table.
    pub fn write<'a, R: TableRow<'a>>(&mut self, rows: impl IntoIterator<Item = R>) -> io::Result<()> {
        for row in rows {
            self.record.clear();
            row.write(&mut self.record);
            self.writer.write_byte_record(&self.record)?;
        }
        Ok(())
    }

    /// Ends the table.
    pub fn finish(self) -> io::Result<W> {
        self.writer.into_inner().map_err(csv::IntoInnerError::into_error)
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
