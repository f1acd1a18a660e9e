//! All policy tables of a data set, with names resolved to positions.

use super::agreements::{Agreement, Agreements};
use super::barriers::Barriers;
use super::concessions::{Concessions, MissingSchedule};
use super::depth::DepthClasses;
use super::groups::Group;
use super::measures::BarrierChanges;
use super::mfn::MfnRates;
use super::preferences::Preferences;
use super::stacking::AdditionalDuties;
use super::state::{Membership, PolicyTimeline};
use crate::data::Axes;

/// All policy tables, resolved to the positions of one data set. Each table computes what it knows alone; the rates and
/// costs of pairs, which rest on several tables, are in [`super::regime`] and [`super::year`].
#[derive(Debug, Clone)]
pub struct PolicyBook {
    /// Countries and sectors.
    pub axes: Axes,
    /// Product groups.
    pub groups: Vec<Group>,
    /// Most-favoured-nation rates.
    pub mfn: MfnRates,
    /// Agreements.
    pub agreements: Agreements,
    /// Schedules of the agreements.
    pub concessions: Concessions,
    /// Use of preferences and rules of origin.
    pub preferences: Preferences,
    /// Additional duties and carbon tariffs.
    pub duties: AdditionalDuties,
    /// Barriers other than tariffs.
    pub barriers: Barriers,
    /// Changes of barriers that events can turn on.
    pub barrier_changes: BarrierChanges,
    /// Depth classes of the agreements.
    pub depths: DepthClasses,
    /// Memberships known at the start: in force, or dated.
    pub initial: PolicyTimeline,
}

impl PolicyBook {
    /// Number of countries.
    #[must_use]
    pub fn n(&self) -> usize {
        self.axes.n_countries()
    }

    /// True if membership of an agreement can change a tariff: it has a schedule, or a carbon tariff, or takes the place of
    /// others, whose rules of origin then give way, or another that does so adds to it.
    pub(super) fn acts_on_tariffs(&self, agreement: usize) -> bool {
        let Agreement { schedule, supersedes, .. } = &self.agreements[agreement];
        let is_own = schedule.is_some() || supersedes.is_some() || self.duties.has_carbon_tariff(agreement);
        let adds = |at: &usize| self.agreements[*at].addendum_to == Some(agreement);
        is_own || (0..self.agreements.len()).filter(adds).any(|at| self.acts_on_tariffs(at))
    }

    /// Members without a schedule towards a partner, at most one for each membership.
    #[must_use]
    pub fn members_without_schedule(&self, timeline: &PolicyTimeline) -> Vec<MissingSchedule> {
        let tables = &self.concessions.tables;
        let missing = |one: &Membership| tables.missing(&self.agreements, &self.axes, timeline, one);
        timeline.memberships.iter().filter_map(|one| missing(one)).collect()
    }
}
