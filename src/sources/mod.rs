//! Outside data turned into the files that the program reads.

pub mod apac;
pub mod outside;
pub mod policy;

use std::path::Path;

use crate::data::{Held, RawText, ReadOptions, Table};
use crate::error::{Faults, InputErrors};

/// Columns of `provenance.csv`: whether each block of a country's data is observed, scaled, imputed or assumed.
pub const PROVENANCE_COLUMNS: [&str; 5] = ["country", "block", "status", "source", "donor"];

/// Reads a CSV file, compressed or not; all columns are taken.
///
/// # Errors
/// [`InputErrors`] with every fault of the file.
pub fn read_table(path: &Path, columns: &[&str], optional: &[&str]) -> Result<Table, InputErrors> {
    let raw = RawText::read(path, ReadOptions::new(Held::Cells))?;
    let mut faults = Faults::new();
    match Table::parse_raw(&raw, columns, optional, &mut faults) {
        Some(table) => faults.into_result(table),
        None => Err(InputErrors(faults.as_slice().to_vec())),
    }
}
