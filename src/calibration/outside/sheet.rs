//! A CSV file whose columns go by several names, compressed or not.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::request::noted;
use crate::calibration::NumberRule;
use crate::data::raw_text::{RawReader, tables_in};
use crate::data::{Files, Held, RawText, ReadOptions, Row, Table};
use crate::error::{Fault, Faults};

/// A table with the columns that were found for each field.
#[derive(Debug)]
pub struct Sheet {
    table: Table,
    /// Column of a field, and what makes million USD (or percent) of its values.
    columns: HashMap<String, (String, f64)>,
    /// What was done to read the file, for the user.
    pub notes: Vec<String>,
}

/// Names of the columns: `data/sources/long/aliases.csv` (`field,alias,scale`).
#[derive(Debug)]
pub struct Aliases(Table);

impl Aliases {
    /// Reads the embedded table.
    pub fn read(faults: &mut Faults) -> Option<Self> {
        let files = Files::embedded().folder("sources/long");
        let text = noted(files.read("aliases.csv"), faults)?;
        let columns = ["field", "alias", "scale"];
        Table::parse(&files.display("aliases.csv"), &text, &columns, &[], faults).map(Self)
    }

    /// Known columns of `field`, the preferred first.
    fn of<'a>(&'a self, field: &'a str) -> impl Iterator<Item = (&'a str, f64)> {
        let is_field = move |row: &Row<'a>| row.text("field") == field;
        self.0.rows().filter(is_field).map(|row| {
            (row.text("alias"), row.text("scale").parse().expect("a number in the embedded table"))
        })
    }
}

/// The file `name` of a folder, in any case and compressed or not.
#[must_use]
pub fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let exact = [name.to_owned(), format!("{name}.gz")];
    let exact = exact.iter().map(|name| folder.join(name)).find(|path| path.exists());
    exact.or_else(|| tables_in(folder).ok()?.into_iter().find(|path| stem(path).eq_ignore_ascii_case(name)))
}

/// Reads a table of the user's own that steers the reading; `notes` takes what was done to read it.
pub fn read_table(
    path: &Path,
    required: &[&str],
    optional: &[&str],
    (faults, notes): (&mut Faults, &mut Vec<String>),
) -> Option<Table> {
    let raw = noted(RawText::read(path, ReadOptions::new(Held::Cells)), faults)?;
    notes.extend(raw.notes.iter().cloned());
    Table::parse_raw(&raw, required, optional, faults)
}

/// Name of a file without the ending of its packing.
#[must_use]
pub fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let packed = name.len().saturating_sub(".gz".len());
    match name.get(packed..) {
        Some(ending) if ending.eq_ignore_ascii_case(".gz") => name[..packed].to_owned(),
        _ => name,
    }
}

/// Opens a table to be added up as it streams, compressed or not; give its separator to the reader of records.
///
/// # Errors
/// A [`Fault`] if it cannot be opened.
pub fn open(path: &Path) -> Result<RawReader, Fault> {
    RawReader::open(path, ReadOptions::new(Held::Sums))
}

impl Sheet {
    /// Reads `path`; each required field needs one of its columns, other columns are left alone.
    pub fn read(
        path: &Path,
        aliases: &Aliases,
        required: &[&str],
        optional: &[&str],
        faults: &mut Faults,
    ) -> Option<Self> {
        let file = path.display().to_string();
        let raw = noted(RawText::read(path, ReadOptions::new(Held::Cells)), faults)?;
        let header = raw.header();
        let before = faults.as_slice().len();
        let columns = columns(&file, &header, aliases, required, optional, faults);
        if faults.as_slice().len() > before {
            return None;
        }
        let required: Vec<&str> = columns.values().map(|(column, _)| column.as_str()).collect();
        let all: Vec<&str> = header.iter().map(String::as_str).collect();
        let table = Table::parse_raw(&raw, &required, &all, faults)?;
        Some(Self { table, columns, notes: raw.notes })
    }

    /// Rows in file order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.table.rows()
    }

    /// True if the file has a column for `field`.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.columns.contains_key(field)
    }

    /// Column of `field` as the file names it; empty where there is none.
    #[must_use]
    pub fn column(&self, field: &str) -> &str {
        self.columns.get(field).map_or("", |(column, _)| column)
    }

    /// Text of `field`; empty if there is no such column.
    #[must_use]
    pub fn text<'t>(&self, row: &Row<'t>, field: &str) -> &'t str {
        row.text(self.column(field))
    }

    /// Number of `field` in million USD or percent, or a fault.
    pub fn number(&self, row: &Row<'_>, field: &str, rule: NumberRule, faults: &mut Faults) -> Option<f64> {
        let (column, scale) = self.columns.get(field)?;
        row.number(column, rule.expected, rule.is_valid, faults).map(|value| value * scale)
    }
}

/// Column and scale of each field that the header has under one of its names; a required one must be there.
fn columns(
    file: &str,
    header: &[String],
    aliases: &Aliases,
    required: &[&str],
    optional: &[&str],
    faults: &mut Faults,
) -> HashMap<String, (String, f64)> {
    let mut columns = HashMap::new();
    for field in required.iter().chain(optional) {
        let found = aliases.of(field).find_map(|(alias, scale)| {
            let column = header.iter().find(|column| column.eq_ignore_ascii_case(alias))?;
            Some((column.clone(), scale))
        });
        match found {
            Some(found) => drop(columns.insert((*field).to_owned(), found)),
            None if required.contains(field) => {
                let names: Vec<&str> = aliases.of(field).map(|(alias, _)| alias).collect();
                let expected = format!("one of the columns {}", names.join(", "));
                let fault = Fault::of_file(file, field, "missing column", &expected, "Name a column so.");
                faults.push(Fault { line: Some(1), ..fault });
            }
            None => {}
        }
    }
    columns
}
