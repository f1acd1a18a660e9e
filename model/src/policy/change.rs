//! Changes of trade costs between two timelines in one year, for the pairs that differ.

use std::sync::Arc;

use jiff::civil::Date;
use ndarray::Array3;

use super::PolicyParameters;
use super::book::PolicyBook;
use super::concerned::Concerned;
use super::cuts::Cut;
use super::measure::MeasureKind;
use super::open_year::OpenYear;
use super::pair_work::{PairWork, Wants};
use super::rates::SectorRates;
use super::regimes::Regimes;
use super::shared_costs::{AllPairs, SharedCosts, unknown_year};
use super::year::Terms;
use super::year_state::YearState;
use crate::data::Pair;

/// A ratio of costs nearer to 1 than this differs from it by rounding.
const ROUNDING: f64 = 1e-12;

/// Ratios of trade costs, `[j,n,i]`; exactly 1 for pairs that do not change.
#[derive(Debug, Clone)]
pub struct CostChange {
    /// `(1 + tariff') / (1 + tariff)`, of the duties collected.
    pub tariff_ratio: Array3<f64>,
    /// `d' / d`, including the gap between the price aggregate and the duties collected.
    pub iceberg_ratio: Array3<f64>,
}

/// Costs of a year under the memberships known at the start; each pair is computed when it is first asked for. Changes
/// that were asked for are kept: the next one begins with the nearest of them.
#[derive(Debug)]
pub struct BaseCosts<'a> {
    book: &'a PolicyBook,
    regimes: &'a Regimes,
    terms: Terms<'a>,
    /// What the full text removes, `[j]`.
    cuts: Vec<Cut>,
    shared: Option<&'a SharedCosts>,
    /// The year by importer and exporter, before the parameters of the draw, and with them.
    start: AllPairs,
    pairs: Vec<StartCosts>,
    known: Vec<Known>,
    store: Store,
}

/// Costs of a pair under the memberships known at the start, `[j]`; empty = not asked for yet.
#[derive(Debug, Clone, Default)]
struct StartCosts {
    /// Barriers without any agreement.
    without: Vec<f64>,
    barriers: Vec<f64>,
    rates: Vec<SectorRates>,
    /// Of the rates.
    iceberg_factors: Vec<f64>,
}

/// A change that was asked for.
#[derive(Debug)]
struct Known {
    state: YearState,
    regimes: Arc<Regimes>,
    change: Arc<CostChange>,
    pairs: Vec<NewCosts>,
}

/// Where the costs of a pair stand in [`Store`]; what is left out is that of the start.
#[derive(Debug, Clone, Copy, Default)]
struct NewCosts {
    rates: Option<u32>,
    barriers: Option<u32>,
}

/// Costs of pairs that differ from those of the start, under all states that were asked for, `[j]` each.
#[derive(Debug, Default)]
struct Store {
    rates: Vec<SectorRates>,
    barriers: Vec<f64>,
    /// Working memory.
    of_pair: Vec<SectorRates>,
    factors: Vec<f64>,
}

impl<'a> BaseCosts<'a> {
    /// Starts with nothing computed.
    #[must_use]
    pub fn new(
        book: &'a PolicyBook,
        regimes: &'a Regimes,
        year: i16,
        parameters: PolicyParameters<'a>,
    ) -> Self {
        let n = book.n();
        Self {
            book,
            regimes,
            terms: Terms { year, parameters },
            cuts: book.barriers.cuts(parameters),
            shared: None,
            start: unknown_year(n),
            pairs: vec![StartCosts::default(); n * n],
            known: Vec::new(),
            store: Store::default(),
        }
    }

    /// The same with what others have computed, of the same book and the same memberships at the start.
    #[must_use]
    pub fn sharing(self, shared: &'a SharedCosts) -> Self {
        Self { start: shared.start(self.terms.year), shared: Some(shared), ..self }
    }

    /// Costs under `new` relative to these, in the same year and with the same parameters.
    ///
    /// Only pairs are computed whose costs differ from those of the start, or of the nearest state that was asked for
    /// before: all pairs of an importer whose membership differs (spill-overs), pairs among the parties of the agreements
    /// concerned, and those that a measure of an event can reach.
    #[must_use]
    pub fn change_to(&mut self, new: &Arc<Regimes>, state: &YearState) -> Arc<CostChange> {
        let (book, year) = (self.book, self.terms.year);
        let nearest = self.known.iter().rev().min_by_key(|known| state.apart(&known.state).len());
        let nearest = nearest.filter(|known| state.apart(&known.state).len() < state.len());
        let start = YearState::default();
        let (old, before) = nearest.map_or((self.regimes, &start), |known| (&*known.regimes, &known.state));
        let concerned = Concerned::new(book, (old, new), &state.apart(before), year);
        let (mut change, mut pairs) = match nearest {
            Some(known) => (Arc::clone(&known.change), known.pairs.clone()),
            None => (Arc::new(CostChange::none(book)), vec![NewCosts::default(); self.pairs.len()]),
        };
        let is_recut = cuts(new, year) != cuts(old, year);
        if is_recut || !concerned.is_nobody() {
            let from_start = Concerned::new(book, (self.regimes, new), &state.apart(&start), year);
            let concerned = (&concerned, &from_start, is_recut);
            self.recompute((Arc::make_mut(&mut change), &mut pairs), new, concerned);
        }
        self.known.push(Known {
            state: state.clone(),
            regimes: Arc::clone(new),
            change: Arc::clone(&change),
            pairs,
        });
        change
    }

    /// Computes the pairs concerned anew; `from_start` says whom the way from the start concerns: all of them where the year
    /// `is_recut`, since what holds in a stretch of days is looked at on its first.
    fn recompute(
        &mut self,
        (change, pairs): (&mut CostChange, &mut [NewCosts]),
        new: &Regimes,
        (concerned, from_start, is_recut): (&Concerned, &Concerned, bool),
    ) {
        let (book, n, year) = (self.book, self.book.n(), self.terms.year);
        let mut work = PairWork::new(book, new, year, self.shared);
        let start = Arc::clone(&self.start);
        // Other days cut the year into other stretches, whose sums have other last digits.
        let are_days_of_start = cuts(new, year) == cuts(self.regimes, year);
        for importer in 0..n {
            for exporter in (0..n).filter(|&exporter| exporter != importer) {
                let pair = Pair { importer, exporter };
                let may_differ = |by: fn(&Concerned, &PolicyBook, Pair) -> bool| {
                    by(concerned, book, pair) || is_recut && by(from_start, book, pair)
                };
                let wants = Wants {
                    rates: may_differ(Concerned::by_tariffs),
                    barriers: may_differ(Concerned::by_barriers),
                };
                if !wants.rates && !wants.barriers {
                    continue;
                }
                let at = importer * n + exporter;
                let before = start[at]
                    .get_or_init(|| PairWork::new(book, self.regimes, year, self.shared).into_year(pair));
                let is_of_start = are_days_of_start && from_start.leaves(book, pair);
                let found = if is_of_start { before } else { work.find(pair, wants) };
                let between = [(before, self.regimes), (found, new)];
                if wants.rates {
                    pairs[at].rates = self.rates(pair, between);
                }
                if wants.barriers {
                    pairs[at].barriers = self.barriers(pair, between);
                }
                change.put(pair, &self.pairs[at], self.store.of(pairs[at], book.axes.n_sectors()));
            }
        }
    }

    /// Rates of a pair under the parameters of the draw; `None` if they are those of the start.
    fn rates(&mut self, pair: Pair, [before, after]: [(&OpenYear, &Regimes); 2]) -> Option<u32> {
        let (book, of_draw) = (self.book, (pair, self.terms.parameters));
        if after.0.has_rates_of(after.1, before) {
            return None;
        }
        let old = &mut self.pairs[pair.importer * book.n() + pair.exporter];
        if old.rates.is_empty() {
            before.0.by_sector((book, before.1), of_draw, &mut old.rates);
            old.iceberg_factors = old.rates.iter().map(SectorRates::iceberg_factor).collect();
        }
        let Store { rates, of_pair, .. } = &mut self.store;
        after.0.by_sector((book, after.1), of_draw, of_pair);
        rates.extend_from_slice(of_pair);
        Some((rates.len() - of_pair.len()) as u32)
    }

    /// Barriers of a pair under the parameters of the draw; `None` if they are those of the start.
    fn barriers(&mut self, pair: Pair, [before, after]: [(&OpenYear, &Regimes); 2]) -> Option<u32> {
        let (book, year) = (self.book, self.terms.year);
        let has_trends = |(_, regimes): &(_, &Regimes)| regimes.measures().has(MeasureKind::Trend);
        if !([before, after].iter().any(has_trends)) && after.0.has_barriers_of(before.0) {
            return None;
        }
        let old = &mut self.pairs[pair.importer * book.n() + pair.exporter];
        if old.barriers.is_empty() {
            old.without = book.barriers.without_agreements(pair, &self.cuts);
            book.barriers_of(before, pair, year, (&self.cuts, &old.without), &mut old.barriers);
        }
        let Store { barriers, factors, .. } = &mut self.store;
        book.barriers_of(after, pair, year, (&self.cuts, &old.without), factors);
        barriers.extend_from_slice(factors);
        Some((barriers.len() - factors.len()) as u32)
    }
}

/// Days on which measures cut the year of every pair, rising.
fn cuts(regimes: &Regimes, year: i16) -> Vec<Date> {
    let mut days = Vec::new();
    regimes.measures().days_in(year, &mut days);
    days.sort();
    days.dedup();
    days
}

impl Store {
    /// Rates and barriers of a pair, `[j]`; empty where they are those of the start.
    fn of(&self, NewCosts { rates, barriers }: NewCosts, n_sectors: usize) -> (&[SectorRates], &[f64]) {
        let place = |at: u32| at as usize..at as usize + n_sectors;
        (rates.map_or(&[], |at| &self.rates[place(at)]), barriers.map_or(&[], |at| &self.barriers[place(at)]))
    }
}

impl CostChange {
    fn none(book: &PolicyBook) -> Self {
        let shape = (book.axes.n_sectors(), book.n(), book.n());
        Self { tariff_ratio: Array3::ones(shape), iceberg_ratio: Array3::ones(shape) }
    }

    /// Writes the tariff and iceberg ratios of one pair.
    fn put(
        &mut self,
        Pair { importer, exporter }: Pair,
        old: &StartCosts,
        (rates, barriers): (&[SectorRates], &[f64]),
    ) {
        for j in 0..self.tariff_ratio.dim().0 {
            let (mut tariff_ratio, mut iceberg_ratio) = (1.0, 1.0);
            if let Some(new) = barriers.get(j) {
                iceberg_ratio = new / old.barriers[j];
            }
            if let Some(new) = rates.get(j).filter(|new| **new != old.rates[j]) {
                let (old, iceberg_factor) = (old.rates[j], old.iceberg_factors[j]);
                tariff_ratio = (100.0 + new.collected_pct) / (100.0 + old.collected_pct);
                iceberg_ratio *= new.iceberg_factor() / iceberg_factor;
            }
            let at = [j, importer, exporter];
            (self.tariff_ratio[at], self.iceberg_ratio[at]) = (settled(tariff_ratio), settled(iceberg_ratio));
        }
    }
}

/// A ratio without rounding: a year that is cut into other stretches of days has other last digits, and a cell whose cost
/// does not change must not count as changed, since changes have an age.
fn settled(ratio: f64) -> f64 {
    if (ratio - 1.0).abs() < ROUNDING { 1.0 } else { ratio }
}
