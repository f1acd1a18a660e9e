//! The tariff-rate quotas and safeguards that a change of memberships opens, as parts of sector flows.
//!
//! Quotas that bind a pair at the start are part of the data. When another party comes under a schedule, it gets the
//! quotas that are reserved for it. Of a quota for all members it gets its share in today's imports, as if licences
//! were given by past trade. Rates are scaled together with their part of the schedule, so that the mean of the group
//! stays the rate of `mfn.csv`. Outside a quota an exporter pays the lowest rate that it has otherwise. A safeguard
//! concerns only exporters that claim its own agreement.

use jiff::civil::{Date, date};

use super::PolicyParameters;
use super::binding::Binding;
use super::book::PolicyBook;
use super::regime::Situation;
use super::regimes::Regimes;
use super::year_state::YearState;
use crate::data::Pair;
use crate::economy::Economy;
use crate::schedules::{Part, Quota, QuotaUnit};

/// A quota on the goods of parties that have come under its schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct QuotaInForce {
    /// Product group.
    pub group: String,
    /// Part of the group.
    pub part: String,
    /// Importer.
    pub importer: usize,
    /// Sector.
    pub sector: usize,
    /// The product in the trade of each exporter that is new to the quota.
    pub parts: Vec<QuotaPart>,
    /// Volume, million USD at the border at the prices of the baseline year.
    pub volume_musd: f64,
    /// Share of the rent that exporters keep.
    pub exporter_rent_share: f64,
}

/// The product of a quota in the trade of one exporter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuotaPart {
    /// Exporter.
    pub exporter: usize,
    /// Share of the sector's flow over the year; smaller if the quota is in force for only a part of the year.
    pub trade_share: f64,
    /// Rate of the product in the baseline tariff, percent.
    pub base_pct: f64,
    /// Rate of the product in the new tariff, percent.
    pub new_pct: f64,
    /// Rate inside the quota, percent; for a safeguard the rate of the schedule.
    pub in_quota_pct: f64,
    /// Rate without the quota, percent; for a safeguard the rate beyond its trigger.
    pub out_of_quota_pct: f64,
    /// Today's imports if the quota comes on top of them, million USD.
    pub kept_musd: f64,
}

/// One quota in one product group and year, with all that its terms depend on.
struct Look<'a> {
    book: &'a PolicyBook,
    economy: &'a Economy,
    agreement: usize,
    id: &'a str,
    quota: &'a Quota,
    g: usize,
    importer: usize,
    year: i16,
    parameters: PolicyParameters<'a>,
}

/// A pair under the agreement of a quota in a year.
struct Bound {
    share_of_year: f64,
    /// First day of the last stretch that is bound, and year of the agreement there.
    last: Date,
    schedule_year: u32,
}

/// Quotas of `year` for pairs that their schedule binds under `new` but not under `base`.
///
/// `economy` is the baseline of the year; `state` holds the memberships that differ.
#[must_use]
pub fn quotas_in_force(
    book: &PolicyBook,
    economy: &Economy,
    (base, new): (&Regimes, &Regimes),
    state: &YearState,
    year: i16,
    parameters: PolicyParameters,
) -> Vec<QuotaInForce> {
    let mut found = Vec::new();
    for (agreement, moved) in moved_agreements(book, state) {
        let Some(id) = book.agreements[agreement].schedule.as_deref() else { continue };
        for quota in book.concessions.schedules.quotas_of(id) {
            let Some(&importer) = book.axes.country_idx.get(&quota.importer) else { continue };
            for (g, _) in book.groups.iter().enumerate().filter(|(_, group)| group.id == quota.group) {
                let look = Look { book, economy, agreement, id, quota, g, importer, year, parameters };
                found.extend(look.in_force(base, new, &moved));
            }
        }
    }
    found
}

/// Agreements in which a membership differs, with the parties concerned.
fn moved_agreements(book: &PolicyBook, state: &YearState) -> Vec<(usize, Vec<usize>)> {
    let mut all: Vec<(usize, Vec<usize>)> = Vec::new();
    for membership in state.changed() {
        let agreement = book.agreements.position(&membership.agreement);
        let party = book.axes.country_idx.get(&membership.party);
        let (Some(agreement), Some(&party)) = (agreement, party) else { continue };
        match all.iter_mut().find(|(known, _)| *known == agreement) {
            Some((_, parties)) => parties.push(party),
            None => all.push((agreement, vec![party])),
        }
    }
    all
}

impl Look<'_> {
    fn in_force(&self, base: &Regimes, new: &Regimes, moved: &[usize]) -> Option<QuotaInForce> {
        let (book, quota, n) = (self.book, self.quota, self.importer);
        let is_meant = |&i: &usize| {
            let is_for = quota.exporter.as_ref().is_none_or(|only| *only == book.axes.countries[i].iso3);
            i != n && is_for && (moved.contains(&n) || moved.contains(&i))
        };
        let (mut parts, mut latest, mut longest) = (Vec::new(), 0, 0.0_f64);
        for i in (0..book.n()).filter(is_meant) {
            let Some(bound) = self.bound(new, i).filter(|_| !self.is_bound_before(base, i)) else { continue };
            if let Some(part) = self.quota_part(base, new, i, &bound) {
                parts.push(part);
                (latest, longest) = (bound.schedule_year.max(latest), bound.share_of_year.max(longest));
            }
        }
        let today_musd: f64 = parts.iter().map(|part| self.today_musd(part.exporter, part.trade_share)).sum();
        (today_musd > 0.0).then(|| {
            let share = longest * self.share_of_newcomers(base, &parts, today_musd / longest);
            QuotaInForce {
                group: quota.group.clone(),
                part: quota.part.clone(),
                importer: n,
                sector: book.groups[self.g].sector,
                volume_musd: share * self.volume_musd(latest),
                exporter_rent_share: quota.exporter_rent_share,
                parts,
            }
        })
    }

    /// The product in the trade of an exporter that is new to the quota. `None` if the quota is a safeguard and the
    /// exporter claims another agreement.
    fn quota_part(&self, base: &Regimes, new: &Regimes, exporter: usize, bound: &Bound) -> Option<QuotaPart> {
        let (book, quota) = (self.book, self.quota);
        let (part, full_pct) = self.part(exporter)?;
        let central = PolicyParameters::default();
        let base_pct = self.mean_rate_pct(base, exporter, full_pct, central, false);
        // The baseline uses central parameters: the effect of drawn parameters is added to its rate.
        let drawn_base_pct = self.mean_rate_pct(base, exporter, full_pct, self.parameters, false);
        let drawn_pct = self.mean_rate_pct(new, exporter, full_pct, self.parameters, true);
        let new_pct = (100.0 + base_pct) * (100.0 + drawn_pct) / (100.0 + drawn_base_pct) - 100.0;
        let situation = book.situation(new, Pair { importer: self.importer, exporter }, bound.last);
        let with_duties = |rate_pct: f64| rate_pct + situation.duties.on(self.g, rate_pct, None);
        let listed = |pct: f64| with_duties(full_pct * pct / quota.base_pct());
        // Drawn parameters may lower a rate of nothing by a little: nobody is paid for what is imported.
        let paid = |rate_pct: f64| rate_pct.max(0.0);
        let (in_quota_pct, out_of_quota_pct) = match quota.in_quota_pct {
            // What comes in today pays less than the rate outside: the mean of the group is weighted by imports.
            Some(pct) => (paid(listed(pct).min(new_pct)), with_duties(quota.base_pct()).max(new_pct)),
            None => {
                let claimed = book.group_rate(&situation, self.g, self.parameters).agreement?;
                if book.agreements[claimed].schedule.as_deref() != Some(self.id) {
                    return None;
                }
                (paid(new_pct), listed(quota.out_of_quota_pct(bound.schedule_year)).max(paid(new_pct)))
            }
        };
        let trade_share = book.groups[self.g].weight * part.trade_share * bound.share_of_year;
        let kept_musd = if quota.today_kept { self.today_musd(exporter, trade_share) } else { 0.0 };
        Some(QuotaPart {
            exporter,
            trade_share,
            base_pct,
            new_pct,
            in_quota_pct,
            out_of_quota_pct,
            kept_musd,
        })
    }

    /// The part of the exporter's schedule under the quota, and its rate before any cut, percent. The rate is scaled so
    /// that the duties of the parts add up to those of the group.
    fn part(&self, exporter: usize) -> Option<(Part, f64)> {
        let [n, i] = [self.importer, exporter].map(|c| self.book.axes.countries[c].iso3.as_str());
        let schedule = self.book.concessions.schedules.with_letters(self.id, n, i)?;
        let parts = schedule.parts(&self.quota.group)?;
        let part = parts.iter().find(|part| part.name == self.quota.part && part.trade_share > 0.0)?;
        let pair = Pair { importer: self.importer, exporter };
        let full_pct = self.book.mfn.pct(pair, self.g) * part.duty_share / part.trade_share;
        Some((part.clone(), full_pct))
    }

    /// The first binding of a pair by the schedule of the quota.
    fn binding<'r>(&'r self, regimes: &'r Regimes, exporter: usize, day: Date) -> Option<Binding<'r>> {
        let mut bindings = regimes.bindings(self.book, Pair { importer: self.importer, exporter }, day);
        bindings.find(|one| self.book.agreements[one.agreement].schedule.as_deref() == Some(self.id))
    }

    /// Share of the year in which the agreement of the quota binds a pair; `None` = never.
    fn bound(&self, regimes: &Regimes, exporter: usize) -> Option<Bound> {
        let pair = Pair { importer: self.importer, exporter };
        let mut bound: Option<Bound> = None;
        for (from, share) in self.book.stretches(regimes, pair, self.year) {
            let binding = self.binding(regimes, exporter, from);
            let Some(binding) = binding.filter(|one| one.agreement == self.agreement) else { continue };
            // Days over days of the year need not add up to 1 in the last bit; a share above 1 is none.
            let share_of_year = (bound.map_or(0.0, |bound| bound.share_of_year) + share).min(1.0);
            bound = Some(Bound { share_of_year, last: from, schedule_year: binding.schedule_year });
        }
        bound
    }

    fn is_bound_before(&self, base: &Regimes, exporter: usize) -> bool {
        let stretches = self.book.stretches(base, Pair { importer: self.importer, exporter }, self.year);
        stretches.iter().any(|(from, _)| self.binding(base, exporter, *from).is_some())
    }

    /// Mean rate of the part over the year, or over the days on which the pair is bound, percent.
    fn mean_rate_pct(
        &self,
        regimes: &Regimes,
        exporter: usize,
        full_pct: f64,
        parameters: PolicyParameters,
        only_bound: bool,
    ) -> f64 {
        let (mut sum, mut days) = (0.0, 0.0);
        let pair = Pair { importer: self.importer, exporter };
        for (from, share) in self.book.stretches(regimes, pair, self.year) {
            if only_bound && self.binding(regimes, exporter, from).is_none() {
                continue;
            }
            let situation = self.book.situation(regimes, pair, from);
            sum += share * self.part_rate_pct(&situation, full_pct, parameters);
            days += share;
        }
        sum / days
    }

    /// Rate of the part in the tariff of a situation, percent; `full_pct` is the rate before any cut.
    fn part_rate_pct(
        &self,
        situation: &Situation<'_>,
        full_pct: f64,
        parameters: PolicyParameters<'_>,
    ) -> f64 {
        let rate = self.book.group_rate(situation, self.g, parameters);
        let claimed = situation.bindings.iter().find(|binding| Some(binding.agreement) == rate.agreement);
        // Where no agreement is claimed, all of the rate is left.
        let left = claimed.map_or(1.0, |binding| {
            let own = self.share_left(binding, situation.pair);
            own.unwrap_or_else(|| binding.left_share.expect("a claimed agreement has a preference")[self.g])
        });
        let taxed = self.book.preferences.taxed_share[[self.importer, self.g]];
        let paid_pct = full_pct * (1.0 - rate.utilisation_share * (1.0 - left));
        taxed * paid_pct + situation.duties.on(self.g, paid_pct, None)
    }

    /// Share of its rate that a binding leaves of the part. `None` if the schedule has no part of that name, or the part
    /// is the whole group.
    fn share_left(&self, binding: &Binding<'_>, pair: Pair) -> Option<f64> {
        let book = self.book;
        let id = book.agreements[binding.agreement].schedule.as_deref()?;
        let [importer, exporter] =
            [pair.importer, pair.exporter].map(|n| book.axes.countries[n].iso3.as_str());
        let schedule = book.concessions.schedules.with_letters(id, importer, exporter)?;
        let mut parts = schedule.parts(&book.groups[self.g].id)?.iter();
        // For a whole group the rates of tariff lines may replace the staging.
        let own = parts.find(|one| one.name == self.quota.part && one.trade_share < 1.0)?;
        Some(own.category.remaining_share(binding.schedule_year))
    }

    /// Imports of the product from one exporter in the baseline, million USD at the border.
    fn today_musd(&self, exporter: usize, trade_share: f64) -> f64 {
        let sector = self.book.groups[self.g].sector;
        trade_share * self.economy.flow_musd(sector, Pair { importer: self.importer, exporter })
    }

    /// Share of the newcomers in today's imports from all who share the quota.
    fn share_of_newcomers(&self, base: &Regimes, parts: &[QuotaPart], newcomers_musd: f64) -> f64 {
        if self.quota.exporter.is_some() {
            return 1.0;
        }
        let last_day = date(self.year, 12, 31);
        let is_old = |i: &usize| *i != self.importer && self.binding(base, *i, last_day).is_some();
        let is_new = |i: &usize| parts.iter().any(|part| part.exporter == *i);
        let of = |i: usize| {
            // A seller whose schedule does not have the part sells none under it.
            let share = self.part(i).map_or(0.0, |(part, _)| part.trade_share);
            self.today_musd(i, share * self.book.groups[self.g].weight)
        };
        let old_musd: f64 = (0..self.book.n()).filter(|i| is_old(i) && !is_new(i)).map(of).sum();
        newcomers_musd / (newcomers_musd + old_musd)
    }

    /// The whole quota, million USD at prices of the baseline year.
    fn volume_musd(&self, schedule_year: u32) -> f64 {
        let (book, volume) = (self.book, self.quota.volume(schedule_year));
        let group = &book.groups[self.g];
        match self.quota.unit {
            QuotaUnit::Tonnes { unit_value_usd } => {
                let all: f64 =
                    book.groups.iter().filter(|one| one.id == group.id).map(|one| one.weight).sum();
                volume * unit_value_usd / 1e6 * group.weight / all
            }
            QuotaUnit::ProductionPct { production_share } => {
                // What the importer produces is what it sells to everybody.
                let exporter = self.importer;
                let sold =
                    |importer: usize| self.economy.flow_musd(group.sector, Pair { importer, exporter });
                volume / 100.0 * production_share * (0..book.n()).map(sold).sum::<f64>()
            }
        }
    }
}
