//! The agreements that bind a pair on a date: a timeline with names resolved to positions.

use jiff::civil::Date;

use super::agreements::{LateJoiner, Reach};
use super::book::PolicyBook;
use super::state::{Membership, PolicyTimeline};
use crate::schedules::calendar::agreement_year;

/// A stretch of membership; `until` is the first day no longer in force.
type Span = (Date, Date);

/// Memberships by agreement and party.
#[derive(Debug, Clone)]
pub struct Regimes {
    n: usize,
    spans: Vec<Vec<Span>>,
    /// First day on which each agreement has a member.
    first: Vec<Option<Date>>,
    /// Agreements that each party belongs to at some time, in rising order.
    of_party: Vec<Vec<usize>>,
    /// Parties that belong to each agreement at some time, in rising order.
    parties: Vec<Vec<usize>>,
    /// Days on which a membership of the party begins or ends, in rising order.
    days: Vec<Vec<Date>>,
    /// Eligible shares `[g]` of agreements with strict rules of origin, each with the day from which it holds.
    eligible: Vec<Vec<(Date, Vec<f64>)>>,
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
    /// Resolves a timeline; agreements and parties outside the data set are left out.
    #[must_use]
    pub fn new(book: &PolicyBook, timeline: &PolicyTimeline) -> Self {
        let n = book.n();
        let mut spans = vec![Vec::new(); book.agreements.len() * n];
        let mut first: Vec<Option<Date>> = vec![None; book.agreements.len()];
        let mut days = vec![Vec::new(); n];
        for membership in &timeline.memberships {
            let agreement = book.agreements.position(&membership.agreement);
            let party = book.axes.country_idx.get(&membership.party);
            let (Some(a), Some(&p)) = (agreement, party) else { continue };
            spans[a * n + p].push((membership.from, membership.until.unwrap_or(Date::MAX)));
            first[a] = Some(first[a].map_or(membership.from, |known| known.min(membership.from)));
            days[p].extend([Some(membership.from), membership.until].into_iter().flatten());
        }
        for days in &mut days {
            days.sort();
            days.dedup();
        }
        let agreements = 0..book.agreements.len();
        let belongs = |at: usize, party: usize| !spans[at * n + party].is_empty();
        let of_party = (0..n).map(|p| agreements.clone().filter(|&at| belongs(at, p)).collect()).collect();
        let parties = agreements.clone().map(|at| (0..n).filter(|&p| belongs(at, p)).collect()).collect();
        let mut regimes = Self { n, spans, first, of_party, parties, days, eligible: Vec::new() };
        regimes.eligible = agreements.map(|at| regimes.eligibility(book, at)).collect();
        regimes
    }

    /// Eligible shares of an agreement from each day on which its members change; empty = no strict rule.
    fn eligibility(&self, book: &PolicyBook, agreement: usize) -> Vec<(Date, Vec<f64>)> {
        if self.parties[agreement].is_empty() || !book.preferences.origin.is_strict(agreement) {
            return Vec::new();
        }
        let spans = self.parties[agreement].iter().flat_map(|&party| self.spans(agreement, party));
        let mut days: Vec<Date> = spans.flat_map(|(from, until)| [*from, *until]).collect();
        days.sort();
        days.dedup();
        let shares = |day: Date| {
            let members: Vec<usize> = self.members_on(agreement, day).collect();
            (day, book.preferences.eligible_shares(agreement, &members, &book.groups))
        };
        days.into_iter().map(shares).collect()
    }

    /// Members of an agreement on a date.
    fn members_on(&self, agreement: usize, date: Date) -> impl Iterator<Item = usize> + '_ {
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

    fn since(&self, agreement: usize, party: usize, date: Date) -> Option<Date> {
        let spans = self.spans(agreement, party).iter();
        spans.filter(|(from, until)| *from <= date && date < *until).map(|(from, _)| *from).min()
    }

    /// First day on which the agreement binds both parties; for an addendum also the agreement that it belongs to.
    fn since_both(&self, book: &PolicyBook, at: usize, pair: (usize, usize), date: Date) -> Option<Date> {
        let agreement = &book.agreements[at];
        if agreement.hub.is_some_and(|hub| hub != pair.0 && hub != pair.1) {
            return None;
        }
        // A cheap test first: most agreements of an importer never bind this exporter.
        if agreement.reach == Reach::Members && self.spans(at, pair.1).is_empty() {
            return None;
        }
        let importer = self.since(at, pair.0, date)?;
        let both = match agreement.reach {
            Reach::Everybody => importer,
            Reach::Members => importer.max(self.since(at, pair.1, date)?),
        };
        match agreement.addendum_to {
            Some(main) => Some(both.max(self.since_both(book, main, pair, date)?)),
            None => Some(both),
        }
    }

    /// The agreements that bind `importer` and `exporter` on `date`.
    pub fn bindings<'a>(
        &'a self,
        book: &'a PolicyBook,
        (importer, exporter): (usize, usize),
        date: Date,
    ) -> impl Iterator<Item = Binding<'a>> + 'a {
        self.of_party[importer].iter().filter_map(move |&at| {
            let agreement = &book.agreements[at];
            let both = self.since_both(book, at, (importer, exporter), date)?;
            let cut = book.concessions.cut_dates[importer];
            let start = match agreement.late_joiner {
                LateJoiner::StepOne => both,
                LateJoiner::CatchUp => self.first[at].expect("an agreement that binds has a member"),
            };
            let schedule_year = agreement_year(start, date, cut);
            let left_share = book.concessions.left_share(at, (importer, exporter), schedule_year);
            Some(Binding {
                agreement: at,
                schedule_year,
                age_years: agreement_year(both, date, cut),
                is_mutual: agreement.reach == Reach::Members || self.is_member(at, exporter, date),
                left_share: left_share.and_then(|row| row.to_slice()),
                eligible_share: self.eligible_on(at, date),
            })
        })
    }

    fn eligible_on(&self, agreement: usize, date: Date) -> Option<&[f64]> {
        let steps = &self.eligible[agreement];
        let after = steps.partition_point(|(from, _)| *from <= date);
        after.checked_sub(1).map(|at| steps[at].1.as_slice())
    }

    /// Agreements that `party` shares with anybody on `date`, each with its age since the first partner.
    pub(crate) fn own_bindings<'a>(
        &'a self,
        book: &'a PolicyBook,
        party: usize,
        date: Date,
    ) -> impl Iterator<Item = (usize, u32)> + 'a {
        self.of_party[party].iter().filter_map(move |&at| {
            let own = self.since(at, party, date)?;
            let others = self.parties[at].iter().filter(|&&other| other != party);
            let earliest = others.filter_map(|&other| self.since(at, other, date)).min()?;
            Some((at, agreement_year(own.max(earliest), date, book.concessions.cut_dates[party])))
        })
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
