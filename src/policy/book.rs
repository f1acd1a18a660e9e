//! All policy tables of a data set, resolved to positions.

use std::collections::HashMap;

use jiff::civil::Date;
use ndarray::{Array2, Array3};

use super::state::PolicyTimeline;
use super::utilisation::Utilisation;
use crate::data::Axes;

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

/// Where a country that joins late begins in the schedules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LateJoiner {
    /// At the first step, on its own entry.
    StepOne,
    /// At the step that the first members have reached.
    CatchUp,
}

/// What an agreement does to tariffs and barriers.
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
    /// True where the preference needs no claim (customs unions).
    pub is_automatic: bool,
    /// Position of its depth class.
    pub depth: usize,
}

/// How far agreements of one class lower barriers other than tariffs.
#[derive(Debug, Clone, PartialEq)]
pub struct Depth {
    /// Share of the ad-valorem equivalent removed between members, `[j]`.
    pub cut_share: Vec<f64>,
    /// Share of that cut which reaches all other partners of a member, `[j]`.
    pub spillover_share: Vec<f64>,
    /// Years until the cut is complete, in equal steps, `[j]`.
    pub phase_years: Vec<u32>,
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
    /// Most-favoured-nation rate, percent, `[n,g]`.
    pub mfn_pct: Array2<f64>,
    /// Agreements.
    pub agreements: Vec<Agreement>,
    /// Position of each agreement.
    pub agreement_idx: HashMap<String, usize>,
    /// Month and day of the annual cut, `[n]`.
    pub cut_dates: Vec<(i8, i8)>,
    /// Who claims preferences.
    pub utilisation: Utilisation,
    /// Cost of proving origin, percent of the value, `[g]`.
    pub origin_cost_pct: Vec<f64>,
    /// Additional duties.
    pub duties: Vec<Duty>,
    /// Ad-valorem equivalent of barriers other than tariffs, percent, `[n,j]`.
    pub barrier_ave_pct: Array2<f64>,
    /// Depth classes.
    pub depths: Vec<Depth>,
    /// Memberships in force or dated at the cut-off.
    pub initial: PolicyTimeline,
    pub(super) schedules: ResolvedSchedules,
}

/// Shares left by schedule, year and group, and which schedule binds which pair.
#[derive(Debug, Clone, Default)]
pub(super) struct ResolvedSchedules {
    /// `[year - 1, g]` each; the last year stands for all later ones.
    pub tables: Vec<Array2<f64>>,
    /// Position of the table of agreement, importer, exporter; `usize::MAX` = none.
    pub of_pair: Array3<usize>,
}

/// Years that a schedule table holds: the longest staging of the facts is 30 years.
pub(super) const SCHEDULE_YEARS: u32 = 31;

impl PolicyBook {
    /// Number of countries.
    #[must_use]
    pub fn n(&self) -> usize {
        self.axes.n_countries()
    }

    /// Share of the most-favoured-nation rate left in year `year` of an agreement; `None` = no preference.
    pub(super) fn remaining_share(
        &self,
        agreement: usize,
        (importer, exporter): (usize, usize),
        year: u32,
        group: usize,
    ) -> Option<f64> {
        let table = self.schedules.of_pair[[agreement, importer, exporter]];
        let rows = self.schedules.tables.get(table)?;
        Some(rows[[(year.clamp(1, SCHEDULE_YEARS) - 1) as usize, group]])
    }
}
