//! Additional duties on top of the rate claimed.
//!
//! ```text
//! paid = claimed rate + sum over lists in force of duty x share of the group that the list covers
//!                     + sum over agreements with a carbon tariff of the carbon duty, where the importer is a
//!                       member and the exporter is not
//! ```
//!
//! Duties of several lists add up, because the lists cover different lines. A list may give way to others, bring the rate
//! up to a floor, or spare what claims an agreement (`duties_in_force`). A carbon tariff comes on top.

use std::borrow::Cow;

use jiff::civil::Date;

use super::carbon::CarbonList;
use super::duties_in_force::{Conditional, DutiesInForce};
use super::duty::Duty;
use super::measures::Measures;
use super::members::{Members, within};
use crate::data::Pair;

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

    /// Additional duties on a group whose rate before them is `rate_pct`, for goods that claim nothing: name of the list,
    /// and percent of the group's value.
    #[must_use]
    pub fn on_group<'a>(
        &'a self,
        at @ (members, _): (&Members, &Measures),
        pair: Pair,
        (group, rate_pct): (usize, f64),
        date: Date,
    ) -> Vec<(&'a str, f64)> {
        let on = |one: Conditional<'a>| (one.duty.list.as_str(), one.on(group, rate_pct, None));
        let listed = self.active(at, pair, date).map(on);
        let carbon = self.carbon_on(members, pair, date);
        let carbon = carbon.map(|list| (list.list.as_str(), list.duty_pct[[pair.exporter, group]]));
        listed.chain(carbon).filter(|(_, pct)| *pct > 0.0).collect()
    }

    /// The duties of a pair on a date.
    pub(super) fn in_force(
        &self,
        at @ (members, _): (&Members, &Measures),
        pair: Pair,
        date: Date,
    ) -> DutiesInForce<'_> {
        let (mut plain_pct, mut conditional) = (Cow::Borrowed(self.none.as_slice()), Vec::new());
        for one in self.active(at, pair, date) {
            if one.duty.is_conditional() {
                conditional.push(one);
            } else {
                let sums = plain_pct.to_mut().iter_mut().enumerate();
                sums.for_each(|(g, sum)| *sum += one.on(g, 0.0, None));
            }
        }
        for list in self.carbon_on(members, pair, date) {
            let pcts = list.duty_pct.row(pair.exporter);
            plain_pct.to_mut().iter_mut().zip(pcts).for_each(|(sum, pct)| *sum += pct);
        }
        DutiesInForce { plain_pct, conditional }
    }

    /// Adds to `key` what tells the duties of a pair on a date from those on other dates and under other timelines.
    pub(super) fn tell(
        &self,
        (members, measures): (&Members, &Measures),
        pair: Pair,
        date: Date,
        key: &mut Vec<u32>,
    ) {
        for (at, duty) in self.by_importer[pair.importer].iter().enumerate() {
            let factor = if duty.applies(pair, date) { duty.factor(measures, date) } else { 0.0 };
            // A list that is off takes nothing from others either.
            if factor > 0.0 {
                let bits = factor.to_bits();
                key.extend([at as u32, bits as u32, (bits >> u32::BITS) as u32]);
            }
        }
        key.push(u32::MAX);
        let carbon = self.carbon.iter().enumerate().filter(|(_, list)| list.applies(members, pair, date));
        key.extend(carbon.map(|(at, _)| at as u32));
    }

    /// The lists that charge a pair on a date, each with the share of every group that is left to it.
    fn active<'a>(
        &'a self,
        (_, measures): (&Members, &Measures),
        pair: Pair,
        date: Date,
    ) -> impl Iterator<Item = Conditional<'a>> {
        let factors = self.duties_on(pair, date).map(move |duty| (duty, duty.factor(measures, date)));
        let on: Vec<(&Duty, f64)> = factors.filter(|(_, factor)| *factor > 0.0).collect();
        let lists = on.clone();
        on.into_iter().map(move |(duty, factor)| {
            let mut covered = Cow::Borrowed(duty.coverage_share.as_slice());
            for (other, _) in lists.iter().filter(|(other, _)| duty.exclusive_with.contains(&other.list)) {
                let left = covered.to_mut().iter_mut().zip(&other.coverage_share);
                left.for_each(|(share, taken)| *share *= 1.0 - taken);
            }
            Conditional { duty, factor, covered }
        })
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
