//! All policy tables of a data set, with names resolved to positions.

use std::collections::HashMap;

use jiff::civil::Date;
use ndarray::{Array2, Array3, ArrayView1};

use super::carbon::CarbonList;
use super::depth_effect::DepthEffect;
use super::origin::OriginRules;
use super::provision::Provision;
use super::state::{Membership, PolicyTimeline};
use super::utilisation::Utilisation;
use crate::data::Axes;
use crate::schedules::ScheduleBook;

/// A product group inside a goods sector.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Name.
    pub id: String,
    /// Position of the sector.
    pub sector: usize,
    /// Share of the group in the trade of the sector; sums to 1 over the groups of a sector.
    pub weight: f64,
}

/// Year of the schedule in which a country that joins late begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LateJoiner {
    /// The first year, on its own entry.
    StepOne,
    /// The year that the first members have reached.
    CatchUp,
}

/// Whose goods get the tariff cuts of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Goods of the other members.
    Members,
    /// Goods of everybody: the members cut their most-favoured-nation rates.
    Everybody,
}

/// An agreement: whom it binds, and its effect on tariffs and barriers.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// Id, as in events and memberships.
    pub id: String,
    /// Name.
    pub title: String,
    /// Party that every pair must include (hub and spokes); `None` = all pairs of members.
    pub hub: Option<usize>,
    /// Schedule id; `None` = no tariff preference.
    pub schedule: Option<String>,
    /// Where late joiners begin.
    pub late_joiner: LateJoiner,
    /// True if the preference needs no claim (customs unions, cuts for everybody).
    pub is_automatic: bool,
    /// Position of its depth class.
    pub depth: usize,
    /// Whose goods the tariff cuts reach.
    pub reach: Reach,
    /// Position of the agreement that this one is an addendum to; it binds those who joined both.
    pub addendum_to: Option<usize>,
}

/// Depth of the agreements of one class. In services: the share of a barrier that is removed. In goods: the strength of
/// the text, relative to the full text.
#[derive(Debug, Clone, PartialEq)]
pub struct Depth {
    /// Between members, by year since entry (last = complete), `[j]`.
    steps: Vec<Vec<f64>>,
    /// For all other partners of a member, by year, `[j]`.
    spillover_steps: Vec<Vec<f64>>,
}

impl Depth {
    /// Phases shares in by equal yearly steps.
    ///
    /// Members reach `share` after `phase_years`; everybody else gets `spillover_share` of what members have. All `[j]`.
    #[must_use]
    pub fn new(share: &[f64], spillover_share: &[f64], phase_years: &[u32]) -> Self {
        let longest = phase_years.iter().copied().fold(1, u32::max);
        let step = |year: u32| -> Vec<f64> {
            let shares = share.iter().zip(phase_years);
            shares.map(|(share, &years)| share * (f64::from(year.min(years)) / f64::from(years))).collect()
        };
        let steps: Vec<Vec<f64>> = (1..=longest).map(step).collect();
        let spill = |shares: &Vec<f64>| {
            shares.iter().zip(spillover_share).map(|(share, spill)| share * spill).collect()
        };
        let spillover_steps = steps.iter().map(spill).collect();
        Self { steps, spillover_steps }
    }

    /// Shares in year `year` (1 = first) between members, or for everybody else, `[j]`.
    #[must_use]
    pub fn shares(&self, year: u32, is_spillover: bool) -> &[f64] {
        let steps = if is_spillover { &self.spillover_steps } else { &self.steps };
        &steps[(year.max(1) as usize).min(steps.len()) - 1]
    }
}

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
    /// Share of each group that the list covers, `[g]`.
    pub coverage_share: Vec<f64>,
}

/// All policy tables, resolved to the positions of one data set.
#[derive(Debug, Clone)]
pub struct PolicyBook {
    /// Countries and sectors.
    pub axes: Axes,
    /// Product groups.
    pub groups: Vec<Group>,
    /// Lines of each group in the common nomenclature, `[g]`; those of a group in two sectors are split.
    pub group_lines: Vec<f64>,
    /// Most-favoured-nation rate, percent, `[n,g]`.
    pub mfn_pct: Array2<f64>,
    /// Price aggregate of a group's lines less the rate that is collected, percentage points, `[n,g]`.
    pub collected_gap_pp: Array2<f64>,
    /// Agreements.
    pub agreements: Vec<Agreement>,
    /// Position of each agreement.
    pub agreement_idx: HashMap<String, usize>,
    /// Month and day of the annual cut, `[n]`.
    pub cut_dates: Vec<(i8, i8)>,
    /// Who claims preferences.
    pub utilisation: Utilisation,
    /// Rules of origin.
    pub origin: OriginRules,
    /// Share of each country in world exports, `[n,j]`; used for cumulation.
    pub supply_share: Array2<f64>,
    /// Additional duties.
    pub duties: Vec<Duty>,
    /// Carbon tariffs of the members of agreements.
    pub carbon: Vec<CarbonList>,
    /// Ad-valorem equivalent of barriers other than tariffs, percent, `[n,j]`.
    pub barrier_ave_pct: Array2<f64>,
    /// Estimate behind the cuts of barriers to goods.
    pub depth_effect: DepthEffect,
    /// Depth classes.
    pub depths: Vec<Depth>,
    /// Names of the depth classes.
    pub classes: Vec<String>,
    /// Single provisions, each with its state by depth class; `None` = the class has no switches.
    pub provisions: Vec<(Provision, Vec<Option<bool>>)>,
    /// Memberships known at the start: in force, or dated.
    pub initial: PolicyTimeline,
    /// Schedules as written, with quotas and side letters.
    pub schedule_book: ScheduleBook,
    /// Price cut of goods under the full text at the point estimates, `[j]`.
    pub(super) price_cuts: Vec<f64>,
    pub(super) schedules: ResolvedSchedules,
    pub(super) indices: Indices,
}

/// Shares by schedule year and group, `[year - 1, g]`; the last year stands for all later ones.
#[derive(Debug, Clone)]
pub(super) struct ScheduleTable {
    /// Share of the most-favoured-nation duties left.
    pub left_share: Array2<f64>,
    /// Share of trade that is free.
    pub free_share: Array2<f64>,
}

/// Shares left by schedule, year and group, and which schedule binds which pair.
#[derive(Debug, Clone, Default)]
pub(super) struct ResolvedSchedules {
    pub tables: Vec<ScheduleTable>,
    /// Position of the table of agreement, importer, exporter; `usize::MAX` = none.
    pub of_pair: Array3<usize>,
}

/// Look-up tables, computed once.
#[derive(Debug, Clone)]
pub(super) struct Indices {
    /// Duties of each importer.
    pub duties: Vec<Vec<usize>>,
    /// No additional duty on any group, `[g]`.
    pub no_duty: Vec<f64>,
    /// Days on which the duties of an importer change, rising.
    pub duty_days: Vec<Vec<Date>>,
}

impl Indices {
    pub fn new(n: usize, n_groups: usize, duties: &[Duty]) -> Self {
        let of =
            |importer: usize| duties.iter().enumerate().filter(move |(_, duty)| duty.importer == importer);
        let days = |importer: usize| {
            let days = of(importer).flat_map(|(_, duty)| [Some(duty.from), duty.until].into_iter().flatten());
            let mut days: Vec<Date> = days.collect();
            days.sort();
            days.dedup();
            days
        };
        Self {
            no_duty: vec![0.0; n_groups],
            duties: (0..n).map(|importer| of(importer).map(|(at, _)| at).collect()).collect(),
            duty_days: (0..n).map(days).collect(),
        }
    }
}

/// Years that a schedule table holds: the longest staging in the data takes 30 years.
pub(super) const SCHEDULE_YEARS: u32 = 31;

impl PolicyBook {
    /// Number of countries.
    #[must_use]
    pub fn n(&self) -> usize {
        self.axes.n_countries()
    }

    /// Members without a schedule towards a partner: agreement, importer, partner, at most one for each membership.
    #[must_use]
    pub fn members_without_schedule(&self, timeline: &PolicyTimeline) -> Vec<(usize, usize, usize)> {
        let lacking = |one| lacking(&self.agreements, &self.schedules, &self.axes, timeline, one);
        timeline.memberships.iter().filter_map(lacking).collect()
    }

    /// The table of a pair in an agreement and its row for year `year` (1 = first); `None` = no preference.
    fn schedule_row(
        &self,
        agreement: usize,
        (importer, exporter): (usize, usize),
        year: u32,
    ) -> Option<(&ScheduleTable, usize)> {
        let table = self.schedules.tables.get(self.schedules.of_pair[[agreement, importer, exporter]])?;
        Some((table, (year.clamp(1, SCHEDULE_YEARS) - 1) as usize))
    }

    /// Shares of the most-favoured-nation rates left in year `year` of an agreement, `[g]`; `None` = no preference.
    #[must_use]
    pub fn left_share(
        &self,
        agreement: usize,
        pair: (usize, usize),
        year: u32,
    ) -> Option<ArrayView1<'_, f64>> {
        let (table, row) = self.schedule_row(agreement, pair, year)?;
        Some(table.left_share.row(row))
    }

    /// Shares of trade that are free in year `year` of an agreement, `[g]`; `None` = no preference.
    #[must_use]
    pub fn free_share(
        &self,
        agreement: usize,
        pair: (usize, usize),
        year: u32,
    ) -> Option<ArrayView1<'_, f64>> {
        let (table, row) = self.schedule_row(agreement, pair, year)?;
        Some(table.free_share.row(row))
    }
}

/// A partner towards whom a member has no schedule, as agreement, importer and partner.
pub(super) fn lacking(
    agreements: &[Agreement],
    schedules: &ResolvedSchedules,
    axes: &Axes,
    timeline: &PolicyTimeline,
    membership: &Membership,
) -> Option<(usize, usize, usize)> {
    let a = agreements.iter().position(|agreement| agreement.id == membership.agreement)?;
    let agreement = &agreements[a];
    agreement.schedule.as_ref()?;
    let importer = *axes.country_idx.get(&membership.party)?;
    let others = timeline.memberships.iter().filter(|other| other.agreement == membership.agreement);
    let lacks = |exporter: &usize| {
        let is_bound = agreement.hub.is_none_or(|hub| hub == importer || hub == *exporter);
        *exporter != importer && is_bound && schedules.of_pair[[a, importer, *exporter]] == usize::MAX
    };
    let exporter = others.filter_map(|other| axes.country_idx.get(&other.party).copied()).find(lacks)?;
    Some((a, importer, exporter))
}
