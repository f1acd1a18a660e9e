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

use super::carbon::CarbonList;
use super::measure::MeasureKind;
use super::measures::Measures;
use super::members::{Members, within};
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
}

impl Duty {
    /// Percent of the value of a group, without what events did to the list.
    fn on_group(&self, group: usize) -> f64 {
        self.duty_pct * self.coverage_share[group]
    }

    /// Factor that events gave the list.
    fn factor(&self, measures: &Measures, date: Date) -> f64 {
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

impl CarbonList {
    /// True if `importer` charges the list on goods of `exporter` on `date`.
    #[must_use]
    pub fn applies(&self, members: &Members, Pair { importer, exporter }: Pair, date: Date) -> bool {
        members.is_member(self.agreement, importer, date)
            && !members.is_member(self.agreement, exporter, date)
    }
}

/// The additional duties and carbon tariffs of all importers.
#[derive(Debug, Clone)]
pub struct AdditionalDuties {
    /// Duties of each importer, `[n]`.
    by_importer: Vec<Vec<Duty>>,
    /// Days on which the duties of an importer change, rising, `[n]`.
    days: Vec<Vec<Date>>,
    /// Carbon tariffs of the members of agreements.
    carbon: Vec<CarbonList>,
    /// No additional duty on any group, `[g]`.
    none: Vec<f64>,
}

impl AdditionalDuties {
    /// Sorts the duties of `n` countries on `n_groups` product groups by importer.
    pub(super) fn new(n: usize, n_groups: usize, duties: Vec<Duty>, carbon: Vec<CarbonList>) -> Self {
        let mut by_importer = vec![Vec::new(); n];
        let mut days: Vec<Vec<Date>> = vec![Vec::new(); n];
        for duty in duties {
            days[duty.importer].extend([Some(duty.from), duty.until].into_iter().flatten());
            by_importer[duty.importer].push(duty);
        }
        for days in &mut days {
            days.sort();
            days.dedup();
        }
        Self { by_importer, days, carbon, none: vec![0.0; n_groups] }
    }

    /// Names of the lists that events can turn on, scale and off.
    pub fn lists(&self) -> impl Iterator<Item = &str> {
        self.by_importer.iter().flatten().map(|duty| duty.list.as_str())
    }

    /// True if a list can charge `importer` on goods of `exporter` on some day.
    pub(super) fn can_charge(&self, list: &str, Pair { importer, exporter }: Pair) -> bool {
        self.by_importer[importer].iter().any(|duty| {
            duty.list == list
                && duty.exporter.is_none_or(|only| only == exporter)
                && !duty.exempt.contains(&exporter)
        })
    }

    /// Days of a year on which the duties of an importer change.
    pub(super) fn days_in(&self, importer: usize, year: i16) -> &[Date] {
        within(&self.days[importer], year)
    }

    /// True if the members of an agreement charge a carbon tariff.
    pub(super) fn has_carbon_tariff(&self, agreement: usize) -> bool {
        self.carbon.iter().any(|list| list.agreement == agreement)
    }

    /// Additional duties on a group: name of the list, and percent of the group's value.
    #[must_use]
    pub fn on_group<'a>(
        &'a self,
        (members, measures): (&Members, &Measures),
        pair: Pair,
        group: usize,
        date: Date,
    ) -> Vec<(&'a str, f64)> {
        let listed = self.duties_on(pair, date);
        let listed =
            listed.map(|duty| (duty.list.as_str(), duty.factor(measures, date) * duty.on_group(group)));
        let carbon = self.carbon_on(members, pair, date);
        let carbon = carbon.map(|list| (list.list.as_str(), list.duty_pct[[pair.exporter, group]]));
        listed.chain(carbon).filter(|(_, pct)| *pct > 0.0).collect()
    }

    /// Sums of the duties of a pair on a date, `[g]`.
    pub(super) fn sums(
        &self,
        (members, measures): (&Members, &Measures),
        pair: Pair,
        date: Date,
    ) -> Cow<'_, [f64]> {
        let mut sums = Cow::Borrowed(self.none.as_slice());
        for duty in self.duties_on(pair, date) {
            let factor = duty.factor(measures, date);
            if factor > 0.0 {
                sums.to_mut().iter_mut().enumerate().for_each(|(g, sum)| *sum += factor * duty.on_group(g));
            }
        }
        for list in self.carbon_on(members, pair, date) {
            sums.to_mut().iter_mut().zip(list.duty_pct.row(pair.exporter)).for_each(|(sum, pct)| *sum += pct);
        }
        sums
    }

    fn duties_on(&self, pair: Pair, date: Date) -> impl Iterator<Item = &Duty> {
        self.by_importer[pair.importer].iter().filter(move |duty| duty.applies(pair, date))
    }

    fn carbon_on<'a>(
        &'a self,
        members: &Members,
        pair: Pair,
        date: Date,
    ) -> impl Iterator<Item = &'a CarbonList> {
        self.carbon.iter().filter(move |list| list.applies(members, pair, date))
    }
}
