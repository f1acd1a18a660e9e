//! Additional duties on top of the rate claimed.
//!
//! ```text
//! paid = claimed rate + sum over lists in force of duty x share of the group that the list covers
//!                     + sum over agreements with a carbon tariff of the carbon duty, where the importer is a
//!                       member and the exporter is not
//! ```
//!
//! Duties of several lists add up, because the lists cover different lines. A carbon tariff comes on top.

use std::borrow::Cow;

use jiff::civil::Date;

use super::book::{Duty, PolicyBook};
use super::carbon::CarbonList;
use super::regimes::Regimes;

impl Duty {
    /// Percent of the value of a group.
    fn on_group(&self, group: usize) -> f64 {
        self.duty_pct * self.coverage_share[group]
    }

    /// True if `importer` charges the duty on goods of `exporter` on `date`.
    #[must_use]
    pub fn applies(&self, importer: usize, exporter: usize, date: Date) -> bool {
        self.importer == importer
            && self.exporter.is_none_or(|only| only == exporter)
            && !self.exempt.contains(&exporter)
            && self.from <= date
            && self.until.is_none_or(|until| date < until)
    }
}

impl CarbonList {
    /// True if `importer` charges the list on goods of `exporter` on `date`.
    #[must_use]
    pub fn applies(&self, regimes: &Regimes, importer: usize, exporter: usize, date: Date) -> bool {
        regimes.is_member(self.agreement, importer, date)
            && !regimes.is_member(self.agreement, exporter, date)
    }
}

impl PolicyBook {
    /// Additional duties on a group: name of the list, and percent of the group's value.
    #[must_use]
    pub fn duties_of<'a>(
        &'a self,
        regimes: &Regimes,
        pair: (usize, usize),
        group: usize,
        date: Date,
    ) -> Vec<(&'a str, f64)> {
        let listed = self.duties_on(pair, date).map(|duty| (duty.list.as_str(), duty.on_group(group)));
        let carbon = self.carbon_on(regimes, pair, date);
        let carbon = carbon.map(|list| (list.list.as_str(), list.duty_pct[[pair.1, group]]));
        listed.chain(carbon).filter(|(_, pct)| *pct > 0.0).collect()
    }

    /// Sums of the duties of a pair on a date, `[g]`.
    pub(super) fn duty_sums(&self, regimes: &Regimes, pair: (usize, usize), date: Date) -> Cow<'_, [f64]> {
        let mut sums = Cow::Borrowed(self.indices.no_duty.as_slice());
        for duty in self.duties_on(pair, date) {
            sums.to_mut().iter_mut().enumerate().for_each(|(g, sum)| *sum += duty.on_group(g));
        }
        for list in self.carbon_on(regimes, pair, date) {
            sums.to_mut().iter_mut().zip(list.duty_pct.row(pair.1)).for_each(|(sum, pct)| *sum += pct);
        }
        sums
    }

    fn duties_on(&self, (importer, exporter): (usize, usize), date: Date) -> impl Iterator<Item = &Duty> {
        let of_importer = self.indices.duties[importer].iter().map(|&at| &self.duties[at]);
        of_importer.filter(move |duty| duty.applies(importer, exporter, date))
    }

    fn carbon_on<'a>(
        &'a self,
        regimes: &Regimes,
        (importer, exporter): (usize, usize),
        date: Date,
    ) -> impl Iterator<Item = &'a CarbonList> {
        self.carbon.iter().filter(move |list| list.applies(regimes, importer, exporter, date))
    }
}
