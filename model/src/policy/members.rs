//! Who is a member of what and when: a timeline with names resolved to positions.

use jiff::civil::Date;

use super::agreements::Agreements;
use super::state::PolicyTimeline;
use crate::data::{Axes, Pair};

/// A stretch of membership; `until` is the first day no longer in force.
type Span = (Date, Date);

/// Memberships by agreement and party.
#[derive(Debug, Clone, Default)]
pub struct Members {
    n: usize,
    spans: Vec<Vec<Span>>,
    /// First day on which each agreement has a member.
    pub(super) first: Vec<Option<Date>>,
    /// Agreements that each party belongs to at some time, in rising order.
    pub(super) of_party: Vec<Vec<usize>>,
    /// Parties that belong to each agreement at some time, in rising order.
    pub(super) parties: Vec<Vec<usize>>,
    /// Days on which a membership of the party begins or ends, in rising order.
    days: Vec<Vec<Date>>,
}

impl Members {
    /// Resolves a timeline; agreements and parties outside the data set are left out.
    pub(super) fn new(agreements: &Agreements, axes: &Axes, timeline: &PolicyTimeline) -> Self {
        let (n, n_agreements) = (axes.n_countries(), agreements.len());
        let mut spans = vec![Vec::new(); n_agreements * n];
        let mut first: Vec<Option<Date>> = vec![None; n_agreements];
        let mut days = vec![Vec::new(); n];
        for membership in &timeline.memberships {
            let agreement = agreements.position(&membership.agreement);
            let party = axes.country_idx.get(&membership.party);
            let (Some(a), Some(&p)) = (agreement, party) else { continue };
            spans[a * n + p].push((membership.from, membership.until.unwrap_or(Date::MAX)));
            first[a] = Some(first[a].map_or(membership.from, |known| known.min(membership.from)));
            days[p].extend([Some(membership.from), membership.until].into_iter().flatten());
        }
        for days in &mut days {
            days.sort();
            days.dedup();
        }
        let belongs = |at: usize, party: usize| !spans[at * n + party].is_empty();
        let of_party = (0..n).map(|p| (0..n_agreements).filter(|&at| belongs(at, p)).collect()).collect();
        let parties = (0..n_agreements).map(|at| (0..n).filter(|&p| belongs(at, p)).collect()).collect();
        Self { n, spans, first, of_party, parties, days }
    }

    /// Members of an agreement on a date.
    pub(super) fn on(&self, agreement: usize, date: Date) -> impl Iterator<Item = usize> + '_ {
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

    pub(super) fn since(&self, agreement: usize, party: usize, date: Date) -> Option<Date> {
        let spans = self.spans(agreement, party).iter();
        spans.filter(|(from, until)| *from <= date && date < *until).map(|(from, _)| *from).min()
    }

    /// Days within `year` on which the bindings of a pair can change, besides 1 January and the cut date.
    pub(super) fn changes(&self, Pair { importer, exporter }: Pair, year: i16, days: &mut Vec<Date>) {
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
