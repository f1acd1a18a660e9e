//! Reads tables back into the rows that were written.

use super::TableRow;
use crate::data::{Files, Only, Row, Table};
use crate::error::Faults;

/// The file of the rows `R`, with a sound header. `None` if it is missing, and, with faults, where it cannot be
/// read or a column is missing, unknown or named twice.
pub fn open<'t, R: TableRow<'t>>(files: &Files, faults: &mut Faults) -> Option<Table> {
    open_only::<R>(files, &[], faults)
}

/// The same with the rows alone that `only` asks for.
pub fn open_only<'t, R: TableRow<'t>>(
    files: &Files,
    only: &[Only<'_>],
    faults: &mut Faults,
) -> Option<Table> {
    match files.read_optional(R::FILE) {
        Ok(text) => parse::<R>(&files.display(R::FILE), &text?, only, faults),
        Err(fault) => {
            faults.push(fault);
            None
        }
    }
}

/// The text of `file` as a table of the rows `R`; a header alone is a table without rows.
fn parse<'t, R: TableRow<'t>>(
    file: &str,
    text: &str,
    only: &[Only<'_>],
    faults: &mut Faults,
) -> Option<Table> {
    let schema = R::schema();
    let header: Vec<&str> = schema.header().collect();
    let has_rows = text.lines().nth(1).is_some();
    let mut found = Faults::new();
    let table = Table::parse_only(file, text, &header, only, &mut found);
    if has_rows || table.is_none() {
        faults.extend(found);
    }
    table
}

/// The rows of a table, each with its place in the file; a fault for every cell that cannot be read.
pub fn read<'t, R: TableRow<'t>>(table: &'t Table, faults: &mut Faults) -> Vec<(Row<'t>, R)> {
    table.rows().filter_map(|row| Some((row, R::read("", &row, faults)?))).collect()
}
