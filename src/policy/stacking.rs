//! Additional duties on top of the rate claimed.
//!
//! ```text
//! paid = claimed rate + sum over lists in force of duty x share of the group that the list covers
//! ```
//!
//! The duties of several lists add up, as the lists cover different lines.

use jiff::civil::Date;

use super::book::{Duty, PolicyBook};

impl Duty {
    /// True where the duty is charged by `importer` on goods of `exporter` on `date`.
    #[must_use]
    pub fn applies(&self, importer: usize, exporter: usize, date: Date) -> bool {
        self.importer == importer
            && self.exporter.is_none_or(|only| only == exporter)
            && !self.exempt.contains(&exporter)
            && self.from <= date
            && self.until.is_none_or(|until| date < until)
    }
}

impl PolicyBook {
    /// Sum of the additional duties on a group, percent of its value.
    #[must_use]
    pub fn additional_duty_pct(&self, pair: (usize, usize), group: usize, date: Date) -> f64 {
        self.duties_of(pair, group, date).map(|(_, pct)| pct).sum()
    }

    /// The additional duties on a group: list and percent of the group's value.
    pub fn duties_of(
        &self,
        (importer, exporter): (usize, usize),
        group: usize,
        date: Date,
    ) -> impl Iterator<Item = (&str, f64)> {
        self.duties
            .iter()
            .filter(move |duty| duty.coverage_share[group] > 0.0 && duty.applies(importer, exporter, date))
            .map(move |duty| (duty.list.as_str(), duty.duty_pct * duty.coverage_share[group]))
    }
}
