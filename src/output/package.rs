//! The tables of a command under one name.

use super::dir::{OutputDir, OutputError, TableFile};
use super::rows::TableRow;

/// Writes tables to an output folder under a name.
pub struct Package<'o> {
    output: &'o OutputDir,
}

impl<'o> Package<'o> {
    /// No table yet.
    #[must_use]
    pub fn new(output: &'o OutputDir) -> Self {
        Self { output }
    }

    /// Writes a table.
    ///
    /// # Errors
    /// [`OutputError`] if the file cannot be written.
    pub fn write_rows<'a, R: TableRow<'a>>(
        &mut self,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<(), OutputError> {
        self.output.write_rows(rows)
    }

    /// Begins a table that is written row by row.
    ///
    /// # Errors
    /// [`OutputError`] if the file cannot be written.
    pub fn table<R: TableRow<'static>>(&mut self) -> Result<TableFile<R>, OutputError> {
        self.output.table()
    }

    /// Names the package; `datapackage.json` is written when the folder is finished.
    pub fn finish(self, name: &str) {
        self.output.name_package(name);
    }
}
