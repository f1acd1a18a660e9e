//! The agreements that bind a pair on a date.

use jiff::civil::Date;

use super::agreements::{LateJoiner, Reach};
use super::book::PolicyBook;
use super::regimes::{Binding, Regimes};
use super::state::PolicyTimeline;
use crate::schedules::calendar::agreement_year;

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
}
