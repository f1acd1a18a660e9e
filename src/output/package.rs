//! `datapackage.json`: names, types, units and meanings of every column of every table (Frictionless).

use serde_json::{Value, json};

use super::dir::{OutputDir, OutputError, TableFile};
use super::rows::{Schema, TableRow};

/// The file.
const FILE: &str = "datapackage.json";

/// Writes tables to an output folder, and keeps what they are for `datapackage.json`.
pub struct Package<'o> {
    output: &'o OutputDir,
    schemas: Vec<Schema>,
}

impl<'o> Package<'o> {
    /// No table yet.
    #[must_use]
    pub fn new(output: &'o OutputDir) -> Self {
        Self { output, schemas: Vec::new() }
    }

    /// Writes a table.
    ///
    /// # Errors
    /// [`OutputError`] if the file cannot be written.
    pub fn write_rows<'a, R: TableRow<'a>>(
        &mut self,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<(), OutputError> {
        self.schemas.push(R::schema());
        self.output.write_rows(rows)
    }

    /// Begins a table that is written row by row.
    ///
    /// # Errors
    /// [`OutputError`] if the file cannot be written.
    pub fn table<R: TableRow<'static>>(&mut self) -> Result<TableFile<R>, OutputError> {
        self.schemas.push(R::schema());
        self.output.table()
    }

    /// Writes `datapackage.json` of the package `name`.
    ///
    /// # Errors
    /// [`OutputError`] if the file cannot be written.
    pub fn finish(self, name: &str) -> Result<(), OutputError> {
        write(self.output, name, &self.schemas)
    }
}

/// Writes `datapackage.json` of tables in the order given.
///
/// # Errors
/// [`OutputError`] if the file cannot be written.
pub fn write(output: &OutputDir, name: &str, schemas: &[Schema]) -> Result<(), OutputError> {
    let resources: Vec<Value> = schemas.iter().map(resource).collect();
    let package = json!({ "profile": "tabular-data-package", "name": name, "resources": resources });
    output.write_text(FILE, &format!("{package:#}\n"))
}

fn resource(table: &Schema) -> Value {
    let fields: Vec<Value> = table
        .columns
        .iter()
        .map(|column| {
            json!({
                "name": column.name, "type": column.kind, "unit": column.unit, "description": column.meaning,
            })
        })
        .collect();
    json!({
        "name": table.file.trim_end_matches(".csv"),
        "path": table.file,
        "description": table.description,
        "schema": { "fields": fields },
    })
}
