//! Whose trade costs differ between two states of a year.

use jiff::civil::{Date, date};

use super::agreements::Reach;
use super::book::PolicyBook;
use super::measure::{MeasureChange, MeasureKind};
use super::regimes::Regimes;
use super::state::Membership;
use super::year_state::Apart;
use crate::data::Pair;

/// Parties whose costs differ between two states.
pub(super) struct Concerned {
    /// Parties whose own membership differs, or the age of whose texts, `[n]`.
    moved: Vec<bool>,
    /// Parties of the agreements concerned, `[n]`.
    shared: Vec<bool>,
    /// Of those that can change a tariff, `[n]`.
    shared_tariffs: Vec<bool>,
    /// Parties whose membership cuts the year at another day, `[n]`: what holds in a stretch of days is looked
    /// at on its first.
    cut: Vec<bool>,
    /// True if content of a new member counts as originating for the others, so that trade among them changes too.
    cumulates: bool,
    measures: Vec<MeasureChange>,
}

impl Concerned {
    /// Parties whose trade is affected by what stands in `old` or in `new` alone: the members, or everybody if the cuts
    /// reach non-members or members charge a carbon tariff on them.
    pub fn new(book: &PolicyBook, (old, new): (&Regimes, &Regimes), apart: &Apart<'_>, year: i16) -> Self {
        let n = book.n();
        let mut found = Self {
            moved: vec![false; n],
            shared: vec![false; n],
            shared_tariffs: vec![false; n],
            cut: vec![false; n],
            cumulates: false,
            measures: apart.measures.iter().copied().cloned().collect(),
        };
        found.note_terms(book, (old, new));
        for &membership in &apart.memberships {
            let agreement = book.agreements.position(&membership.agreement);
            let party = book.axes.country_idx.get(&membership.party);
            let (Some(agreement), Some(&party)) = (agreement, party) else { continue };
            found.moved[party] = true;
            let days = [Some(membership.from), membership.until];
            found.cut[party] |= days.into_iter().flatten().any(|day| day.year() == year);
            let acts_on_tariffs = book.acts_on_tariffs(agreement);
            found.cumulates |= acts_on_tariffs && book.preferences.origin.is_strict(agreement);
            let is_open = book.agreements[agreement].reach == Reach::Everybody
                || book.duties.has_carbon_tariff(agreement);
            let ages_stand = ages_stand(book, (old, new), (agreement, membership), apart, year);
            for other in 0..n {
                let belongs = [old, new].iter().any(|one| !one.members().spans(agreement, other).is_empty());
                found.shared[other] |= is_open || belongs;
                found.shared_tariffs[other] |= acts_on_tariffs && (is_open || belongs);
                found.moved[other] |= belongs && !ages_stand;
            }
        }
        found
    }

    /// Parties of the agreements whose text events have turned.
    fn note_terms(&mut self, book: &PolicyBook, (old, new): (&Regimes, &Regimes)) {
        let turned = self.measures.iter().filter(|one| one.kind == MeasureKind::Provision);
        let classes: Vec<usize> = turned.filter_map(|one| Some(book.depths.named(&one.name)?.0)).collect();
        for at in (0..book.agreements.len()).filter(|&at| classes.contains(&book.agreements[at].depth)) {
            for party in 0..book.n() {
                let belongs = [old, new].iter().any(|one| !one.members().spans(at, party).is_empty());
                self.shared[party] |= belongs;
                self.shared_tariffs[party] |= belongs;
                self.moved[party] |= belongs;
            }
        }
    }

    /// True if the two states have the same costs.
    pub fn is_nobody(&self) -> bool {
        let reaches = |one: &MeasureChange| one.kind != MeasureKind::Provision;
        !self.measures.iter().any(reaches) && !self.moved.contains(&true)
    }

    /// True if the tariffs of a pair may differ.
    pub fn by_tariffs(&self, book: &PolicyBook, pair: Pair) -> bool {
        let Pair { importer, exporter } = pair;
        let is_moved = self.cumulates || self.moved[importer] || self.moved[exporter];
        (self.shared_tariffs[importer] && self.shared_tariffs[exporter] && is_moved)
            || self.is_cut(pair)
            || self.is_measured(book, pair)
    }

    /// True if the barriers of a pair may differ: by the texts that act on its trade, or by measures.
    pub fn by_barriers(&self, book: &PolicyBook, pair: Pair) -> bool {
        let Pair { importer, exporter } = pair;
        let is_joined = self.shared[importer] && self.shared[exporter] && self.moved[exporter];
        self.moved[importer] || is_joined || self.is_cut(pair) || self.is_measured(book, pair)
    }

    fn is_cut(&self, pair: Pair) -> bool {
        self.cut[pair.importer] || self.cut[pair.exporter]
    }

    /// True if what holds between the two of a pair is the same in both states, but for who may claim and for trends.
    pub fn leaves(&self, book: &PolicyBook, pair: Pair) -> bool {
        let mut steps = self.measures.iter().filter(|change| change.kind != MeasureKind::Trend);
        !self.moved[pair.importer] && !self.moved[pair.exporter] && !steps.any(|one| reaches(book, one, pair))
    }

    /// True if a measure that an event changed can reach the pair.
    fn is_measured(&self, book: &PolicyBook, pair: Pair) -> bool {
        self.measures.iter().any(|change| reaches(book, change, pair))
    }
}

fn reaches(book: &PolicyBook, change: &MeasureChange, pair: Pair) -> bool {
    match change.kind {
        MeasureKind::Duty => book.duties.can_charge(&change.name, pair),
        // The parties of the text are noted as moved.
        MeasureKind::Provision => false,
        kind => book
            .barrier_changes
            .of_pair(pair.importer, pair.exporter)
            .any(|one| one.kind == kind && one.change == change.name),
    }
}

/// True if the membership moves neither the first day of the agreement nor the day since which a party has had a partner
/// in it: two parties at least were there before and stay all year.
fn ages_stand(
    book: &PolicyBook,
    (old, new): (&Regimes, &Regimes),
    (agreement, membership): (usize, &Membership),
    apart: &Apart<'_>,
    year: i16,
) -> bool {
    let (first_day, last_day) = (date(year, 1, 1), date(year, 12, 31));
    let differs = |party: usize| {
        let iso3 = &book.axes.countries[party].iso3;
        apart.memberships.iter().any(|one| one.agreement == membership.agreement && one.party == *iso3)
    };
    let stays = |party: &usize| {
        let spans = new.members().spans(agreement, *party);
        let lasts =
            |(from, until): &(Date, Date)| *from <= first_day.min(membership.from) && *until > last_day;
        !differs(*party) && spans.iter().any(lasts)
    };
    let is_first = old.members().first[agreement] == new.members().first[agreement];
    is_first && new.members().parties[agreement].iter().filter(|party| stays(party)).count() >= 2
}
