//! Result tables: columns and units declared once, rows from results, files written whole or not at all.

pub mod assumptions;
pub mod dir;
pub mod estimate;
pub mod events;
pub mod package;
pub mod paths;
pub mod quotas;
pub mod run;
pub mod schedule;
pub mod solve;
pub mod tariffs;

pub use dir::OutputDir;

/// A table to be written: file name, meaning, columns with unit and meaning, rows.
pub struct TableSpec {
    /// File name, `projections.csv`.
    pub file: &'static str,
    /// What one row is.
    pub description: &'static str,
    /// Name, type (`string`, `number`, `integer`, `date`), unit and meaning of each column.
    pub columns: &'static [(&'static str, &'static str, &'static str, &'static str)],
}

impl TableSpec {
    /// Column names in order.
    #[must_use]
    pub fn header(&self) -> Vec<&'static str> {
        self.columns.iter().map(|column| column.0).collect()
    }
}
