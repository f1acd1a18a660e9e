//! Memberships on dates: a timeline with names resolved to positions.

use jiff::civil::Date;

use super::state::{Membership, PolicyTimeline};

/// A stretch of membership; `until` is the first day no longer in force.
type Span = (Date, Date);

/// Memberships by agreement and party.
#[derive(Debug, Clone)]
pub struct Regimes {
    pub(super) n: usize,
    pub(super) spans: Vec<Vec<Span>>,
    /// First day on which each agreement has a member.
    pub(super) first: Vec<Option<Date>>,
    /// Agreements that each party belongs to at some time, in rising order.
    pub(super) of_party: Vec<Vec<usize>>,
    /// Parties that belong to each agreement at some time, in rising order.
    pub(super) parties: Vec<Vec<usize>>,
    /// Days on which a membership of the party begins or ends, in rising order.
    pub(super) days: Vec<Vec<Date>>,
    /// Eligible shares `[g]` of agreements with strict rules of origin, each with the day from which it holds.
    pub(super) eligible: Vec<Vec<(Date, Vec<f64>)>>,
}

/// An agreement that binds a pair on a date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Binding<'a> {
    /// Position of the agreement.
    pub agreement: usize,
    /// Year of its tariff schedule, 1 = first.
    pub schedule_year: u32,
    /// Year since both were members, 1 = first.
    pub age_years: u32,
    /// False if the exporter is not a member and gets the cuts because they reach everybody.
    pub is_mutual: bool,
    /// Shares of the most-favoured-nation rates left, `[g]`; `None` = no preference.
    pub left_share: Option<&'a [f64]>,
    /// Shares of trade that meet the rules of origin, `[g]`; `None` = all.
    pub eligible_share: Option<&'a [f64]>,
}

impl Regimes {
    /// Members of an agreement on a date.
    pub(super) fn members_on(&self, agreement: usize, date: Date) -> impl Iterator<Item = usize> + '_ {
        let parties = self.parties[agreement].iter().copied();
        parties.filter(move |&party| self.since(agreement, party, date).is_some())
    }

    /// Stretches of membership of `party` in `agreement`.
    #[must_use]
    pub(crate) fn spans(&self, agreement: usize, party: usize) -> &[Span] {
        &self.spans[agreement * self.n + party]
    }

    /// True if `party` belongs to `agreement` on `date`.
    #[must_use]
    pub fn is_member(&self, agreement: usize, party: usize, date: Date) -> bool {
        self.since(agreement, party, date).is_some()
    }

    /// First day of the membership of `party` that holds on `date`.
    pub(super) fn since(&self, agreement: usize, party: usize, date: Date) -> Option<Date> {
        let spans = self.spans(agreement, party).iter();
        spans.filter(|(from, until)| *from <= date && date < *until).map(|(from, _)| *from).min()
    }

    /// Eligible shares of an agreement on `date`, `[g]`; `None` = no strict rule.
    pub(super) fn eligible_on(&self, agreement: usize, date: Date) -> Option<&[f64]> {
        let steps = &self.eligible[agreement];
        let after = steps.partition_point(|(from, _)| *from <= date);
        after.checked_sub(1).map(|at| steps[at].1.as_slice())
    }

    /// Days within `year` on which the bindings of a pair can change, besides 1 January and the cut date.
    pub(super) fn changes(&self, (importer, exporter): (usize, usize), year: i16, days: &mut Vec<Date>) {
        for party in [importer, exporter] {
            days.extend(within(&self.days[party], year));
        }
    }
}

/// The days that lie in `year`; `days` are in rising order.
pub(super) fn within(days: &[Date], year: i16) -> &[Date] {
    let from = days.partition_point(|day| day.year() < year);
    let until = days.partition_point(|day| day.year() <= year);
    &days[from..until]
}

/// Memberships of one year that differ from those at the start. Equal states have equal costs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct YearState(Vec<Membership>);

impl YearState {
    /// The memberships of `timeline` that differ from `initial` and have begun by the end of `year`.
    ///
    /// Ends after the year are dropped, since they do not matter yet.
    #[must_use]
    pub fn new(initial: &PolicyTimeline, timeline: &PolicyTimeline, year: i16) -> Self {
        let normal = |membership: &Membership| {
            let until = membership.until.filter(|until| until.year() <= year);
            (membership.from.year() <= year).then(|| Membership { until, ..membership.clone() })
        };
        let is_new = |(at, membership): (usize, &Membership)| {
            let now = normal(membership)?;
            (initial.memberships.get(at).and_then(normal).as_ref() != Some(&now)).then_some(now)
        };
        let mut changed: Vec<Membership> =
            timeline.memberships.iter().enumerate().filter_map(is_new).collect();
        changed.sort();
        Self(changed)
    }

    /// The memberships that differ.
    #[must_use]
    pub fn changed(&self) -> &[Membership] {
        &self.0
    }
}
