//! Which economy of a set a country belongs to, by its code or by its name in English.

use std::collections::HashMap;

use crate::calibration::{NumberRule, Reading};
use crate::data::{Axes, Files, Row, Table};
use crate::error::Fault;

/// What the table of names says where a name stands for several countries together.
const GROUP: &str = "group";

pub(super) const POSITIVE: NumberRule =
    NumberRule::new("a number above 0, at most 1e15", |value| value > 0.0 && value <= 1e15);

/// The economies of a set, and what they are made of.
pub struct Places<'a> {
    /// Economies and sectors.
    pub axes: &'a Axes,
    /// Economy of each outside code; a code not listed belongs to `rest`.
    pub economy_of: &'a HashMap<String, usize>,
    /// Economy that closes the world.
    pub rest: usize,
}

impl Places<'_> {
    /// Economy that an outside code belongs to.
    #[must_use]
    pub fn economy(&self, code: &str) -> usize {
        self.economy_of.get(code).copied().unwrap_or(self.rest)
    }

    /// Code of an economy.
    pub(super) fn code(&self, n: usize) -> String {
        self.axes.countries[n].iso3.clone()
    }

    /// Number of economies.
    pub(super) fn len(&self) -> usize {
        self.axes.n_countries()
    }
}

/// Codes of country names.
pub struct NamesOfCountries(HashMap<String, String>);

impl NamesOfCountries {
    /// Reads `names.csv` of the project's own tables; `None` if it cannot be used.
    pub fn read(own: &Files, reading: &mut Reading) -> Option<Self> {
        let table = reading.own(own, "names.csv", &["name", "code"])?;
        reading.each_once(&table, &["name"]);
        Some(Self(
            table.rows().map(|row| (row.text("name").to_owned(), row.text("code").to_owned())).collect(),
        ))
    }

    /// Code of the name in `column`. Groups of countries are left out; so are names that the table lacks, and said so.
    pub fn code(&self, table: &Table, row: &Row<'_>, column: &str, reading: &mut Reading) -> Option<&str> {
        let name = row.text(column);
        match self.0.get(name).map(String::as_str) {
            Some(GROUP) => {
                reading.left(table, "of groups of countries", name);
                None
            }
            None => {
                reading.left(table, "of names that data/sources/facts/names.csv has not", name);
                None
            }
            code => code,
        }
    }
}

/// Codes of all countries that the project's own table names.
pub(crate) fn country_codes(reading: &mut Reading) -> Option<Vec<String>> {
    let names = NamesOfCountries::read(&Files::embedded().folder("sources/facts"), reading)?;
    let mut codes: Vec<String> = names.0.into_values().filter(|code| code != GROUP).collect();
    codes.sort();
    codes.dedup();
    Some(codes)
}

/// True if a cell holds a figure.
pub(crate) fn is_published(row: &Row<'_>, column: &str) -> bool {
    !matches!(row.text(column), "" | "NA")
}

/// A fault where an economy of the set has nothing.
pub(super) fn missing(file: &str, field: &str, economy: &str, what: &str) -> Fault {
    let remedy = "Add the rows, or another source of them; the codes of an economy stand in economies.csv.";
    Fault::of_file(file, field, "none", &format!("{what} of {economy}"), remedy)
}
