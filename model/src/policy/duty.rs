//! One list of additional duties of one importer.

use jiff::civil::Date;

use super::measure::MeasureKind;
use super::measures::Measures;
use crate::data::Pair;

/// An additional duty of one importer.
#[derive(Debug, Clone, PartialEq)]
pub struct Duty {
    /// Name of the list.
    pub list: String,
    /// Importer.
    pub importer: usize,
    /// Exporter; `None` = all but `exempt`.
    pub exporter: Option<usize>,
    /// Exporters that are exempt.
    pub exempt: Vec<usize>,
    /// Duty, percent of the value, on the covered part.
    pub duty_pct: f64,
    /// First day.
    pub from: Date,
    /// First day no longer in force.
    pub until: Option<Date>,
    /// True if the list waits until an event turns it on.
    pub is_waiting: bool,
    /// Share of each group that the list covers, `[g]`.
    pub coverage_share: Vec<f64>,
    /// Lists that it gives way to: their goods do not pay it.
    pub exclusive_with: Vec<String>,
    /// Rate that it brings the goods up to at least, percent.
    pub floor_pct: Option<f64>,
    /// Agreements whose claimed goods do not pay it.
    pub exempt_claimed: Vec<usize>,
}

impl Duty {
    /// Percent of the value of covered goods whose rate before it is `rate_pct`.
    pub(super) fn charge_pct(&self, rate_pct: f64) -> f64 {
        self.floor_pct.map_or(self.duty_pct, |floor| self.duty_pct.max(floor - rate_pct))
    }

    /// True if the charge depends on the rate or on who claims.
    pub(super) fn is_conditional(&self) -> bool {
        self.floor_pct.is_some() || !self.exempt_claimed.is_empty()
    }

    /// Factor that events gave the list.
    pub(super) fn factor(&self, measures: &Measures, date: Date) -> f64 {
        let start = if self.is_waiting { 0.0 } else { 1.0 };
        measures.factor(MeasureKind::Duty, &self.list, start, date)
    }

    /// True if `importer` charges the duty on goods of `exporter` on `date`.
    #[must_use]
    pub fn applies(&self, Pair { importer, exporter }: Pair, date: Date) -> bool {
        self.importer == importer
            && self.exporter.is_none_or(|only| only == exporter)
            && !self.exempt.contains(&exporter)
            && self.from <= date
            && self.until.is_none_or(|until| date < until)
    }
}
