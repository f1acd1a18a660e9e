//! Tariff concessions: which schedule binds which pair, and the shares of the duties that it leaves in each year.

use ndarray::{Array2, Array3, ArrayView1};

use super::agreements::Agreement;
use super::state::{Membership, PolicyTimeline};
use crate::data::{Axes, Pair};
use crate::schedules::ScheduleBook;

/// Years that a schedule table holds: the longest staging in the data takes 30 years.
pub(super) const SCHEDULE_YEARS: u32 = 31;

/// Schedules of all agreements, as written and as tables of shares.
#[derive(Debug, Clone)]
pub struct Concessions {
    /// Schedules as written, with quotas and side letters.
    pub schedules: ScheduleBook,
    /// Month and day of the annual cut, `[n]`.
    pub(super) cut_dates: Vec<(i8, i8)>,
    pub(super) tables: ScheduleTables,
}

/// Shares by schedule year and group, `[year - 1, g]`; the last year stands for all later ones.
#[derive(Debug, Clone)]
pub(super) struct ScheduleTable {
    /// Share of the most-favoured-nation duties left.
    pub left_share: Array2<f64>,
    /// Share of trade that is free.
    pub free_share: Array2<f64>,
    /// First of the years in a row that leave the same shares, `[year - 1]`.
    pub same_since: Vec<u32>,
    /// Where the share comes from if the preferences of tariff lines take the place of the schedule, `[g]`.
    pub from_lines: Vec<Option<String>>,
}

/// Shares left by schedule, year and group, and which schedule binds which pair.
#[derive(Debug, Clone)]
pub(super) struct ScheduleTables {
    pub tables: Vec<ScheduleTable>,
    /// Position of the table of agreement, importer, exporter; `usize::MAX` = none.
    pub of_pair: Array3<usize>,
}

impl Concessions {
    /// The table of a pair in an agreement and its row for year `year` (1 = first); `None` = no preference.
    fn row(
        &self,
        agreement: usize,
        Pair { importer, exporter }: Pair,
        year: u32,
    ) -> Option<(&ScheduleTable, usize)> {
        let table = self.tables.tables.get(self.tables.of_pair[[agreement, importer, exporter]])?;
        Some((table, (year.clamp(1, SCHEDULE_YEARS) - 1) as usize))
    }

    /// Shares of the most-favoured-nation rates left in year `year` of an agreement, `[g]`; `None` = no preference.
    #[must_use]
    pub(super) fn left_share(&self, agreement: usize, pair: Pair, year: u32) -> Option<ArrayView1<'_, f64>> {
        let (table, row) = self.row(agreement, pair, year)?;
        Some(table.left_share.row(row))
    }

    /// First of the years in a row that leave the same shares as year `year`.
    pub(super) fn same_since(&self, agreement: usize, pair: Pair, year: u32) -> u32 {
        self.row(agreement, pair, year).map_or(1, |(table, row)| table.same_since[row])
    }

    /// Where the duties that an agreement leaves of a group stand if tariff lines give them: file and line, source and
    /// mark. `None` if the parts of the schedule do.
    #[must_use]
    pub fn from_lines(&self, agreement: usize, pair: Pair, group: usize) -> Option<&str> {
        let (table, _) = self.row(agreement, pair, 1)?;
        table.from_lines[group].as_deref()
    }

    /// Shares of trade that are free in year `year` of an agreement, `[g]`; `None` = no preference.
    #[must_use]
    pub(super) fn free_share(&self, agreement: usize, pair: Pair, year: u32) -> Option<ArrayView1<'_, f64>> {
        let (table, row) = self.row(agreement, pair, year)?;
        Some(table.free_share.row(row))
    }
}

/// First of the years in a row that leave the same shares, `[year - 1]`.
pub(super) fn same_since(left_share: &Array2<f64>) -> Vec<u32> {
    let mut since = 1;
    let of_year = |year: usize| {
        if year > 1 && left_share.row(year - 1) != left_share.row(year - 2) {
            since = year as u32;
        }
        since
    };
    (1..=left_share.nrows()).map(of_year).collect()
}

/// A member of an agreement without a schedule towards a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissingSchedule {
    /// Agreement.
    pub agreement: usize,
    /// The member, who imports.
    pub importer: usize,
    /// The partner, who exports.
    pub exporter: usize,
}

impl ScheduleTables {
    /// The first partner towards whom the party of a membership has no schedule.
    pub(super) fn missing(
        &self,
        agreements: &[Agreement],
        axes: &Axes,
        timeline: &PolicyTimeline,
        membership: &Membership,
    ) -> Option<MissingSchedule> {
        let a = agreements.iter().position(|agreement| agreement.id == membership.agreement)?;
        let agreement = &agreements[a];
        agreement.schedule.as_ref()?;
        let importer = *axes.country_idx.get(&membership.party)?;
        let others = timeline.memberships.iter().filter(|other| other.agreement == membership.agreement);
        let lacks = |exporter: &usize| {
            let is_bound = agreement.hub.is_none_or(|hub| hub == importer || hub == *exporter);
            *exporter != importer && is_bound && self.of_pair[[a, importer, *exporter]] == usize::MAX
        };
        let exporter = others.filter_map(|other| axes.country_idx.get(&other.party).copied()).find(lacks)?;
        Some(MissingSchedule { agreement: a, importer, exporter })
    }
}

#[cfg(test)]
mod tests {
    use ndarray::arr2;

    use super::same_since;

    #[test]
    fn years_in_a_row_with_equal_shares_have_the_first_of_them_in_common() {
        let left = arr2(&[[1.0, 0.5], [1.0, 0.5], [0.0, 0.5], [1.0, 0.5], [1.0, 0.5]]);
        assert_eq!(same_since(&left), [1, 1, 3, 4, 4]);
    }
}
