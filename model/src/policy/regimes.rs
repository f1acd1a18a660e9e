//! The agreements that bind a pair on a date: a timeline with names resolved to positions.

use jiff::civil::{Date, date};

use super::agreements::{LateJoiner, Reach};
use super::binding::Binding;
use super::book::PolicyBook;
use super::measures::Measures;
use super::members::Members;
use super::origin::OriginRule;
use super::state::PolicyTimeline;
use super::terms::Terms;
use crate::data::Pair;
use crate::schedules::calendar::agreement_year;

/// Memberships of a timeline, and what follows from them for rules of origin.
#[derive(Debug, Clone)]
pub struct Regimes {
    members: Members,
    measures: Measures,
    terms: Terms,
    /// Agreements with strict rules of origin, from each day on which their members or their rules change.
    eligible: Vec<Vec<Eligible>>,
}

/// What the members of an agreement with strict rules of origin make eligible.
#[derive(Debug, Clone)]
struct Eligible {
    /// First day.
    from: Date,
    /// Eligible shares, `[g]`.
    shares: Vec<f64>,
}

impl Regimes {
    /// Resolves a timeline; agreements and parties outside the data set are left out.
    #[must_use]
    pub fn new(book: &PolicyBook, timeline: &PolicyTimeline) -> Self {
        Self::within(book, timeline, None)
    }

    /// The same for days of `year` alone, which takes less time: rules of origin of other days are not worked out.
    #[must_use]
    pub fn of_year(book: &PolicyBook, timeline: &PolicyTimeline, year: i16) -> Self {
        Self::within(book, timeline, Some(year))
    }

    fn within(book: &PolicyBook, timeline: &PolicyTimeline, year: Option<i16>) -> Self {
        let members = Members::new(&book.agreements, &book.axes, timeline);
        let terms = Terms::new(&book.depths, timeline);
        let eligible =
            (0..book.agreements.len()).map(|at| eligibility((&members, &terms), book, at, year)).collect();
        Self { members, measures: Measures::new(timeline), terms, eligible }
    }

    /// Who is a member when.
    #[must_use]
    pub fn members(&self) -> &Members {
        &self.members
    }

    /// What talks have left of single provisions.
    pub(super) fn terms(&self) -> &Terms {
        &self.terms
    }

    /// What events have turned on, scaled or off.
    #[must_use]
    pub fn measures(&self) -> &Measures {
        &self.measures
    }

    /// First day on which the agreement binds both parties; for an addendum also the agreement that it belongs to.
    fn since_both(&self, book: &PolicyBook, at: usize, pair: Pair, date: Date) -> Option<Date> {
        let agreement = &book.agreements[at];
        if agreement.hub.is_some_and(|hub| hub != pair.importer && hub != pair.exporter) {
            return None;
        }
        let importer = self.members.since(at, pair.importer, date)?;
        let both = match agreement.reach {
            Reach::Everybody => importer,
            Reach::Members => importer.max(self.members.since(at, pair.exporter, date)?),
        };
        let both = match agreement.entry_of(pair) {
            None => both,
            Some(entry) => both.max(entry.from.filter(|from| *from <= date)?),
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
        pair @ Pair { importer, exporter }: Pair,
        date: Date,
    ) -> impl Iterator<Item = Binding<'a>> + 'a {
        self.members.in_common(pair).filter_map(move |at| {
            let agreement = &book.agreements[at];
            let both = self.since_both(book, at, pair, date)?;
            let cut = book.concessions.cut_dates[importer];
            let start = match agreement.late_joiner {
                LateJoiner::StepOne => both,
                LateJoiner::CatchUp => self.members.first[at].expect("an agreement that binds has a member"),
            };
            let schedule_year = agreement_year(start, date, cut);
            let left_share = book.concessions.left_share(at, pair, schedule_year);
            let binds = |other| self.since_both(book, other, pair, date).is_some();
            let rule_of = book.agreements.replaced_by(at, binds);
            Some(Binding {
                agreement: at,
                rule_of,
                since: both,
                schedule_year,
                age_years: agreement_year(both, date, cut),
                is_mutual: agreement.reach == Reach::Members || self.members.is_member(at, exporter, date),
                left_share: left_share.and_then(|row| row.to_slice()),
                rules: book.origin_rules_on(&self.terms, rule_of, date),
                eligible_share: self.eligible_on(rule_of, date),
                claimed_share: book.preferences.claimed_share(at, pair),
            })
        })
    }

    /// The agreement of a binding with its age, and those that it replaced on its first day with the age that they would
    /// have: until the new text is phased in, the old one still acts.
    pub(super) fn with_replaced<'a>(
        &'a self,
        book: &'a PolicyBook,
        binding: &Binding<'_>,
        pair: Pair,
        date: Date,
    ) -> impl Iterator<Item = (usize, u32)> + 'a {
        let first = binding.since;
        let cut = book.concessions.cut_dates[pair.importer];
        let replaced = std::iter::successors(book.agreements[binding.agreement].supersedes, |&at| {
            book.agreements[at].supersedes
        });
        let older = replaced.filter_map(move |at| {
            let from = self.since_until(at, pair.importer, first)?.max(self.since_until(
                at,
                pair.exporter,
                first,
            )?);
            Some((at, agreement_year(from, date, cut)))
        });
        std::iter::once((binding.agreement, binding.age_years)).chain(older)
    }

    /// First day of the membership of `party` that lasts up to `day` at least.
    fn since_until(&self, agreement: usize, party: usize, day: Date) -> Option<Date> {
        let spans = self.members.spans(agreement, party).iter();
        spans.filter(|(from, until)| *from < day && day <= *until).map(|(from, _)| *from).min()
    }

    fn eligible_on(&self, agreement: usize, date: Date) -> Option<&[f64]> {
        let steps = &self.eligible[agreement];
        let after = steps.partition_point(|one| one.from <= date);
        after.checked_sub(1).map(|at| steps[at].shares.as_slice())
    }

    /// Shares of trade that the rules of an agreement let claim on a day, `[g]`; empty without a strict rule.
    pub(super) fn eligible_shares(&self, (agreement, date): (usize, Date)) -> &[f64] {
        self.eligible_on(agreement, date).unwrap_or_default()
    }

    /// What tells the rules of origin of an agreement on a day from those that it has on other days.
    pub(super) fn which_rules(&self, book: &PolicyBook, agreement: usize, date: Date) -> Option<usize> {
        book.which_rules_on(&self.terms, agreement, date)
    }

    /// Agreements that `party` shares with anybody on `date`, each with its age since the first partner, and those that
    /// they replaced.
    pub(crate) fn own_bindings<'a>(
        &'a self,
        book: &'a PolicyBook,
        party: usize,
        date: Date,
    ) -> impl Iterator<Item = (usize, u32)> + 'a {
        let own = self.members.of_party[party].iter().filter_map(move |&at| {
            let own = self.members.since(at, party, date)?;
            let others = self.members.parties[at].iter().filter(|&&other| other != party);
            let earliest = others.filter_map(|&other| self.members.since(at, other, date)).min()?;
            Some((at, own.max(earliest)))
        });
        own.flat_map(move |(at, first)| {
            let older = book.agreements[at].supersedes.and_then(|old| {
                let from = self.since_until(old, party, first)?;
                Some((old, from))
            });
            let year = |from| agreement_year(from, date, book.concessions.cut_dates[party]);
            std::iter::once((at, year(first))).chain(older.map(|(old, from)| (old, year(from))))
        })
    }
}

/// Eligible shares of an agreement from each day on which its members or its rules change; empty = no strict rule. Of
/// the days only those that matter to `year`, where there is one.
fn eligibility(
    (members, terms): (&Members, &Terms),
    book: &PolicyBook,
    agreement: usize,
    year: Option<i16>,
) -> Vec<Eligible> {
    if members.parties[agreement].is_empty() || !book.preferences.origin.is_strict(agreement) {
        return Vec::new();
    }
    let spans = members.parties[agreement].iter().flat_map(|&party| members.spans(agreement, party));
    let mut days: Vec<Date> = spans.flat_map(|(from, until)| [*from, *until]).collect();
    days.extend(terms.days_of(book.agreements[agreement].depth));
    days.sort();
    days.dedup();
    if let Some(year) = year {
        days.retain(|day| day.year() <= year);
        let begun = days.partition_point(|day| *day <= date(year, 1, 1));
        days.drain(..begun.saturating_sub(1));
    }
    let shares = |day: Date| {
        let parties: Vec<usize> = members.on(agreement, day).collect();
        let rules = book.origin_rules_on(terms, agreement, day);
        let shares = book.preferences.eligible_shares(rules, &parties, &book.groups);
        Eligible { from: day, shares }
    };
    days.into_iter().map(shares).collect()
}

impl PolicyBook {
    /// Rules of origin of an agreement on a day, `[g]`: those that hang on a provision follow what talks have left of it.
    fn origin_rules_on(&self, terms: &Terms, agreement: usize, date: Date) -> &[OriginRule] {
        let class = self.agreements[agreement].depth;
        self.preferences.origin.of(agreement, |provision| terms.has_lost(class, provision, date))
    }

    /// What tells the rules of origin of an agreement on a day from those that it has on other days.
    fn which_rules_on(&self, terms: &Terms, agreement: usize, date: Date) -> Option<usize> {
        let class = self.agreements[agreement].depth;
        self.preferences.origin.which(agreement, |provision| terms.has_lost(class, provision, date))
    }
}
