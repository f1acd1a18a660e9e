//! A table in an output folder.

use std::fs::File;
use std::marker::PhantomData;
use std::path::PathBuf;

use super::error::{OutputError, at};
use crate::output::rows::{RowWriter, Schema, TableRow, lines};

/// A table that is being written row by row; errors name its file.
pub struct TableFile<R> {
    path: PathBuf,
    writer: RowWriter<File>,
    rows: PhantomData<fn(R)>,
}

impl<R: TableRow<'static>> TableFile<R> {
    /// The table with its header.
    pub(super) fn create(path: PathBuf, schema: &Schema) -> Result<Self, OutputError> {
        let writer = File::create(&path).and_then(|file| RowWriter::new(file, schema)).map_err(at(&path))?;
        Ok(Self { path, writer, rows: PhantomData })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// [`OutputError`] if the file cannot be written.
    pub fn write<'a>(&mut self, rows: impl IntoIterator<Item = R::With<'a>>) -> Result<(), OutputError> {
        self.writer.write(&mut lines(rows)).map_err(at(&self.path))
    }

    /// Adds rows that are there already: their text is made by all threads.
    ///
    /// # Errors
    /// [`OutputError`] if the file cannot be written.
    pub fn write_all<'a>(&mut self, rows: &[R::With<'a>]) -> Result<(), OutputError>
    where
        R::With<'a>: Sync,
    {
        self.writer.write_all(rows).map_err(at(&self.path))
    }

    /// Ends the table.
    ///
    /// # Errors
    /// [`OutputError`] if the file cannot be written.
    pub fn finish(self) -> Result<(), OutputError> {
        self.writer.finish().map(|_| ()).map_err(at(&self.path))
    }
}
