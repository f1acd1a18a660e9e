//! What the readers of outside tables share: the base year, what a figure may be, and whose it is.

use ndarray::Array1;

use super::concordance::Concordance;
use crate::calibration::{NumberRule, Reading};
use crate::data::{Files, Row, Table};
use crate::error::Fault;

/// Base year of the set.
pub const YEAR: i16 = 2019;

pub(super) const FLOW: NumberRule =
    NumberRule::new("0 or more, at most 1e12 million USD", |value| (0.0..=1e12).contains(&value));
pub(super) const ANY: NumberRule =
    NumberRule::new("a finite number, at most 1e12 million USD in size", |value| value.abs() <= 1e12);

/// Economy of a code; an empty cell is a fault, and a code of no economy belongs to the rest.
pub(super) fn economy(row: &Row<'_>, column: &str, by: &Concordance, reading: &mut Reading) -> Option<usize> {
    let code = row.text(column);
    if code.is_empty() {
        reading.faults.push(row.fault(column, "a country code", "Fill the cell or delete the row."));
        return None;
    }
    Some(by.economy(code))
}

/// Economy whose customs figures have the `layout`.
pub(super) fn customs(layout: &str, by: &Concordance, reading: &mut Reading) -> Option<usize> {
    let own = Files::embedded().folder("sources/apac");
    let table = reading.own(&own, "customs.csv", &["layout", "iso3", "source", "mark"])?;
    let row = table.rows().find(|row| row.text("layout") == layout)?;
    row.index("iso3", &by.axes.country_idx, "economy of the set", &mut reading.faults)
}

/// Names the economies whose sum is not above zero, although the set needs them, in one fault; a table with a fault of
/// its own says why they lack by that.
pub(super) fn check_filled(
    table: &Table,
    column: &str,
    sums: &Array1<f64>,
    by: &Concordance,
    reading: &mut Reading,
) {
    let empty = by.axes.countries.iter().zip(sums).filter(|(_, sum)| **sum <= 0.0);
    let empty: Vec<&str> = empty.map(|(country, _)| country.iso3.as_str()).collect();
    let is_known = reading.faults.as_slice().iter().any(|fault| fault.file == table.file());
    if empty.is_empty() || is_known {
        return;
    }
    let expected = format!("rows of {} that sum to more than 0", empty.join(", "));
    let remedy = "Add the rows; the codes of an economy stand in data/sources/apac/economies.csv.";
    reading.faults.push(Fault::of_file(table.file(), column, "0 or no rows", &expected, remedy));
}

/// True if a figure is published.
pub(super) fn is_published(row: &Row<'_>, column: &str) -> bool {
    !matches!(row.text(column), "" | "NA")
}
