//! What the figures of every source are read with, and how they become rows.

use std::path::Path;

use crate::calibration::facts::places::Places;
use crate::calibration::{NumberRule, Reading};
use crate::data::{Files, Row, Table};
use crate::validation::{KINDS, KnownRow, UNITS};

/// Year of the figures where a source has it.
pub(super) const YEAR: &str = "2019";

const FIGURE: NumberRule =
    NumberRule::new("a number of at most 1e12 in size", |value| value.is_finite() && value.abs() <= 1e12);

/// What a figure is about, and where it is from.
pub(super) struct Figures {
    pub source: &'static str,
    pub year: i16,
    pub is_target: bool,
}

impl Figures {
    pub fn row(
        &self,
        statistic: &'static str,
        country: &str,
        partner: &str,
        sector: &str,
        value: f64,
    ) -> KnownRow<'static> {
        let is_money = ["gdp", "exports", "imports"].contains(&statistic);
        KnownRow {
            statistic: statistic.into(),
            iso3: country.to_owned().into(),
            partner: partner.to_owned().into(),
            sector: sector.to_owned().into(),
            year: self.year,
            value: (value * 1e3).round() / 1e3,
            unit: UNITS[usize::from(!is_money)].into(),
            kind: KINDS[usize::from(!self.is_target)].into(),
            source: self.source.into(),
            mark: "public".into(),
        }
    }
}

/// Everything that a source of figures is read with.
pub(super) struct Sources<'a> {
    pub data: &'a Path,
    pub own: &'a Files,
    pub places: &'a Places<'a>,
    pub reading: Reading,
}

impl Sources<'_> {
    /// True where a code is an economy of the set, and not the rest, whose members differ by source.
    pub fn is_single(&self, code: &str) -> bool {
        self.places.axes.country_idx.get(code).is_some_and(|&n| n != self.places.rest)
    }

    pub fn table(&mut self, file: &str, columns: &[&str]) -> Option<Table> {
        self.reading.table(&self.data.join(file), columns)
    }

    pub fn figure(&mut self, row: &Row<'_>, column: &str) -> Option<f64> {
        self.reading.number(row, column, FIGURE)
    }
}
