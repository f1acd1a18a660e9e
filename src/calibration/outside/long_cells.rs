//! Cells that the long tables share: years, countries, sectors, rules of numbers.

use super::gathered::Gathered;
use super::names::Names;
use super::sheet::Sheet;
use crate::calibration::NumberRule;
use crate::data::Row;

pub(super) const FLOW: NumberRule =
    NumberRule::new("a flow of 0 or more, at most 1e18", |value| (0.0..=1e18).contains(&value));
pub(super) const ANY: NumberRule =
    NumberRule::new("a finite number, at most 1e18 in size", |value| value.abs() <= 1e18);

/// Which rows of a panel are taken.
pub(super) struct Years {
    /// The year asked for.
    pub(super) wanted: Option<i16>,
    /// The year taken, once a row of it was met.
    pub(super) only: Option<i16>,
    is_reported: bool,
}

impl Years {
    pub(super) fn new(wanted: Option<i16>) -> Self {
        Self { wanted, only: None, is_reported: false }
    }

    /// True if the row is of the wanted year, or all rows are of one; a file without years is of the right one.
    pub(super) fn take(&mut self, sheet: &Sheet, row: &Row<'_>, to: &mut Gathered) -> bool {
        if !sheet.has("year") {
            return true;
        }
        let column = sheet.column("year");
        let Ok(year) = sheet.text(row, "year").parse::<i16>() else {
            to.faults.push(row.fault(column, "a year", "Correct the cell."));
            return false;
        };
        to.years.insert(year);
        if self.wanted.is_some_and(|wanted| wanted != year) {
            return false;
        }
        let first = *self.only.get_or_insert(year);
        if first != year && !std::mem::replace(&mut self.is_reported, true) {
            to.faults.push(row.fault(column, &format!("one year: {first} stands above"), "Pass --year."));
        }
        first == year
    }
}

pub(super) fn country(sheet: &Sheet, row: &Row<'_>, field: &str, to: &mut Gathered) -> Option<usize> {
    let code = sheet.text(row, field);
    let found = if code.is_empty() { None } else { to.names.country(code) };
    known(found, Names::expected_country, (sheet.column(field), row), to)
}

/// A position; a fault where the code is not known.
fn known(
    found: Option<usize>,
    expected: fn(&Names) -> String,
    (column, row): (&str, &Row<'_>),
    to: &mut Gathered,
) -> Option<usize> {
    if found.is_none() {
        let expected = expected(&to.names);
        to.faults.push(row.fault(column, &expected, "Correct the code, or add it to a row there."));
    }
    found
}

pub(super) fn sector(sheet: &Sheet, row: &Row<'_>, to: &mut Gathered) -> Option<usize> {
    sector_of(sheet, row, "sector", to)
}

pub(super) fn sector_of(sheet: &Sheet, row: &Row<'_>, field: &str, to: &mut Gathered) -> Option<usize> {
    let code = if sheet.has(field) { sheet.text(row, field) } else { "all" };
    let found = if code.is_empty() { None } else { to.names.sector(code) };
    known(found, Names::expected_sector, (sheet.column(field), row), to)
}
