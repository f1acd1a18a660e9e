//! A timeline resolved to positions: which agreements bind a pair on a date.

use jiff::civil::Date;

use super::book::{LateJoiner, PolicyBook};
use super::state::{Membership, PolicyTimeline};
use crate::schedules::calendar::agreement_year;

/// A stretch of membership; `until` is the first day no longer in force.
type Span = (Date, Date);

/// Memberships by agreement and party.
#[derive(Debug, Clone)]
pub struct Regimes {
    n: usize,
    spans: Vec<Vec<Span>>,
    /// First day of each agreement for anybody.
    first: Vec<Option<Date>>,
    /// Agreements that each party belongs to at some time, rising.
    of_party: Vec<Vec<usize>>,
    /// Parties that each agreement has at some time, rising.
    parties: Vec<Vec<usize>>,
}

/// An agreement that binds a pair on a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// Position of the agreement.
    pub agreement: usize,
    /// Year of its tariff schedule, 1 = first.
    pub schedule_year: u32,
    /// Year since both were members, 1 = first.
    pub age_years: u32,
}

impl Regimes {
    /// Resolves a timeline; agreements and parties outside the data set are left out.
    #[must_use]
    pub fn new(book: &PolicyBook, timeline: &PolicyTimeline) -> Self {
        let n = book.n();
        let mut spans = vec![Vec::new(); book.agreements.len() * n];
        let mut first: Vec<Option<Date>> = vec![None; book.agreements.len()];
        for membership in &timeline.memberships {
            let agreement = book.agreement_idx.get(&membership.agreement);
            let party = book.axes.country_idx.get(&membership.party);
            let (Some(&a), Some(&p)) = (agreement, party) else { continue };
            spans[a * n + p].push((membership.from, membership.until.unwrap_or(Date::MAX)));
            first[a] = Some(first[a].map_or(membership.from, |known| known.min(membership.from)));
        }
        let agreements = 0..book.agreements.len();
        let belongs = |at: usize, party: usize| !spans[at * n + party].is_empty();
        let of_party = (0..n).map(|p| agreements.clone().filter(|&at| belongs(at, p)).collect()).collect();
        let parties = agreements.map(|at| (0..n).filter(|&p| belongs(at, p)).collect()).collect();
        Self { n, spans, first, of_party, parties }
    }

    /// Stretches of membership of `party` in `agreement`.
    #[must_use]
    pub fn spans(&self, agreement: usize, party: usize) -> &[Span] {
        &self.spans[agreement * self.n + party]
    }

    fn since(&self, agreement: usize, party: usize, date: Date) -> Option<Date> {
        let spans = self.spans(agreement, party).iter();
        spans.filter(|(from, until)| *from <= date && date < *until).map(|(from, _)| *from).min()
    }

    /// The agreements that bind `importer` and `exporter` on `date`.
    pub fn bindings<'a>(
        &'a self,
        book: &'a PolicyBook,
        (importer, exporter): (usize, usize),
        date: Date,
    ) -> impl Iterator<Item = Binding> + 'a {
        self.of_party[importer].iter().filter_map(move |&at| {
            let agreement = &book.agreements[at];
            if agreement.hub.is_some_and(|hub| hub != importer && hub != exporter) {
                return None;
            }
            let both = self.since(at, importer, date)?.max(self.since(at, exporter, date)?);
            let cut = book.cut_dates[importer];
            let start = match agreement.late_joiner {
                LateJoiner::StepOne => both,
                LateJoiner::CatchUp => self.first[at].unwrap_or(both),
            };
            Some(Binding {
                agreement: at,
                schedule_year: agreement_year(start, date, cut),
                age_years: agreement_year(both, date, cut),
            })
        })
    }

    /// The deepest year of each agreement that `party` shares with anybody on `date`: agreement, age.
    pub fn own_bindings<'a>(
        &'a self,
        book: &'a PolicyBook,
        party: usize,
        date: Date,
    ) -> impl Iterator<Item = (usize, u32)> + 'a {
        self.of_party[party].iter().filter_map(move |&at| {
            let own = self.since(at, party, date)?;
            let others = self.parties[at].iter().filter(|&&other| other != party);
            let earliest = others.filter_map(|&other| self.since(at, other, date)).min()?;
            Some((at, agreement_year(own.max(earliest), date, book.cut_dates[party])))
        })
    }

    /// Days within `year` on which the bindings of a pair can change, besides 1 January and the cut date.
    pub(super) fn changes(&self, (importer, exporter): (usize, usize), year: i16, days: &mut Vec<Date>) {
        for party in [importer, exporter] {
            for &at in &self.of_party[party] {
                let dates = self.spans(at, party).iter().flat_map(|(from, until)| [*from, *until]);
                days.extend(dates.filter(|date| date.year() == year));
            }
        }
    }
}

/// What differs from the starting memberships in one year; equal states have equal costs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct YearState(Vec<Membership>);

impl YearState {
    /// The memberships of `timeline` that are not those of `initial` and have begun by the end of `year`.
    ///
    /// Ends after the year are forgotten: they do not matter yet.
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
