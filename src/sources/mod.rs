//! Outside data turned into the files that the program reads.

pub mod apac;
pub mod outside;
pub mod policy;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::Context;

use crate::data::Table;

/// Columns of `provenance.csv`: whether each block of a country's data is observed, scaled, imputed or assumed.
pub const PROVENANCE_COLUMNS: [&str; 5] = ["country", "block", "status", "source", "donor"];

/// Reads a CSV file, compressed or not; all columns are taken.
///
/// # Errors
/// Where it cannot be read or has a fault.
pub fn read_table(path: &Path, columns: &[&str], optional: &[&str]) -> anyhow::Result<Table> {
    let mut text = String::new();
    let file = File::open(path).with_context(|| format!("{}: cannot be opened", path.display()))?;
    if path.extension().is_some_and(|extension| extension == "gz") {
        flate2::read::GzDecoder::new(file).read_to_string(&mut text)?;
    } else {
        std::io::BufReader::new(file).read_to_string(&mut text)?;
    }
    Ok(Table::parse_sound(&path.display().to_string(), &text, columns, optional)?)
}
