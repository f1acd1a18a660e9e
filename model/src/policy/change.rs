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
    rates: RateFactors,
}

/// What rates come to as factors of the price, `[j]`.
#[derive(Debug, Clone, Default)]
struct RateFactors {
    /// 100 + the duties collected in percent.
    collected: Vec<f64>,
    iceberg: Vec<f64>,
}

/// A change that was asked for.
#[derive(Debug)]
struct Known {
    state: YearState,
    regimes: Arc<Regimes>,
    pairs: Vec<NewCosts>,
}

/// Where the ratios of a pair stand in [`Store`]; what is left out is as at the start.
#[derive(Debug, Clone, Copy, Default)]
struct NewCosts {
    rates: Option<u32>,
    barriers: Option<u32>,
}

/// Ratios of the costs of pairs to those of the start, under all states that were asked for: `[j]` for each pair that
/// differs.
#[derive(Debug, Default)]
struct Store {
    /// Of the duties collected, and of the iceberg that comes with the rates.
    tariffs: Vec<f64>,
    icebergs: Vec<f64>,
    barriers: Vec<f64>,
    /// Working memory.
    sectors: Vec<SectorRates>,
    rates: RateFactors,
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
    pub fn change_to(&mut self, new: &Arc<Regimes>, state: &YearState) -> CostChange {
        let (book, year) = (self.book, self.terms.year);
        let nearest = self.known.iter().rev().min_by_key(|known| state.apart(&known.state).len());
        let nearest = nearest.filter(|known| state.apart(&known.state).len() < state.len());
        let start = YearState::default();
        let (old, before) = nearest.map_or((self.regimes, &start), |known| (&*known.regimes, &known.state));
        let concerned = Concerned::new(book, (old, new), &state.apart(before), year);
        let mut pairs =
            nearest.map_or_else(|| vec![NewCosts::default(); self.pairs.len()], |known| known.pairs.clone());
        let is_recut = cuts(new, year) != cuts(old, year);
        if is_recut || !concerned.is_nobody() {
            let from_start = Concerned::new(book, (self.regimes, new), &state.apart(&start), year);
            let concerned = (&concerned, &from_start, is_recut);
            self.recompute(&mut pairs, new, concerned);
        }
        let change = self.ratios(&pairs);
        self.known.push(Known { state: state.clone(), regimes: Arc::clone(new), pairs });
        change
    }

    /// The ratios of all pairs.
    fn ratios(&self, pairs: &[NewCosts]) -> CostChange {
        let n = self.book.n();
        let mut change = CostChange::none(self.book);
        for (at, new) in pairs.iter().enumerate() {
            let pair = Pair { importer: at / n, exporter: at % n };
            change.put(pair, self.store.of(*new, self.book.axes.n_sectors()));
        }
        change
    }

    /// Computes the pairs concerned anew; `from_start` says whom the way from the start concerns: all of them where the year
    /// `is_recut`, since what holds in a stretch of days is looked at on its first.
    fn recompute(
        &mut self,
        pairs: &mut [NewCosts],
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
                let found = if is_of_start { before } else { work.find(pair, wants, Some(before)) };
                let between = [(before, self.regimes), (found, new)];
                if wants.rates {
                    pairs[at].rates = self.rates(pair, between);
                }
                if wants.barriers {
                    pairs[at].barriers = self.barriers(pair, between);
                }
            }
        }
    }

    /// Rates of a pair under the parameters of the draw; `None` if they are those of the start.
    fn rates(&mut self, pair: Pair, [before, after]: [(&OpenYear, &Regimes); 2]) -> Option<u32> {
        let (book, of_draw) = (self.book, (pair, self.terms.parameters));
        if after.0.has_rates_of(after.1, before) {
            return None;
        }
        let old = &mut self.pairs[pair.importer * book.n() + pair.exporter].rates;
        if old.is_empty() {
            before.0.by_sector((book, before.1), of_draw, &mut self.store.sectors);
            old.fill(&self.store.sectors);
        }
        after.0.by_sector((book, after.1), of_draw, &mut self.store.sectors);
        Some(self.store.add_rates(old))
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
        book.barriers_of(after, pair, year, (&self.cuts, &old.without), &mut self.store.factors);
        Some(self.store.add_barriers(&old.barriers))
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

impl RateFactors {
    fn is_empty(&self) -> bool {
        self.collected.is_empty()
    }

    /// Those of the rates of a pair, `[j]`.
    fn fill(&mut self, rates: &[SectorRates]) {
        self.collected.clear();
        self.collected.extend(rates.iter().map(|rates| 100.0 + rates.collected_pct));
        self.iceberg.clear();
        self.iceberg.extend(rates.iter().map(SectorRates::iceberg_factor));
    }
}

impl Store {
    /// Adds the ratios of the rates at hand to those of the start; the place where they stand.
    fn add_rates(&mut self, old: &RateFactors) -> u32 {
        let Self { tariffs, icebergs, rates, sectors, .. } = self;
        let at = tariffs.len();
        rates.fill(sectors);
        add_ratios(tariffs, &rates.collected, &old.collected);
        add_ratios(icebergs, &rates.iceberg, &old.iceberg);
        at as u32
    }

    /// The same of barriers.
    fn add_barriers(&mut self, old: &[f64]) -> u32 {
        let at = self.barriers.len();
        add_ratios(&mut self.barriers, &self.factors, old);
        at as u32
    }

    /// Ratios of tariffs, of the icebergs that come with them, and of barriers of a pair, `[j]`; empty where they are 1.
    fn of(&self, NewCosts { rates, barriers }: NewCosts, n_sectors: usize) -> [&[f64]; 3] {
        let place = |at: u32| at as usize..at as usize + n_sectors;
        let [tariffs, icebergs] = rates.map_or([&[][..]; 2], |at| {
            let place = place(at);
            [&self.tariffs[place.clone()], &self.icebergs[place]]
        });
        [tariffs, icebergs, barriers.map_or(&[], |at| &self.barriers[place(at)])]
    }
}

fn add_ratios(ratios: &mut Vec<f64>, new: &[f64], old: &[f64]) {
    ratios.extend(new.iter().zip(old).map(|(new, old)| new / old));
}

impl CostChange {
    fn none(book: &PolicyBook) -> Self {
        let shape = (book.axes.n_sectors(), book.n(), book.n());
        Self { tariff_ratio: Array3::ones(shape), iceberg_ratio: Array3::ones(shape) }
    }

    /// Writes the ratios of one pair.
    fn put(&mut self, Pair { importer, exporter }: Pair, [tariffs, icebergs, barriers]: [&[f64]; 3]) {
        for (j, tariff_ratio) in tariffs.iter().enumerate() {
            self.tariff_ratio[[j, importer, exporter]] = settled(*tariff_ratio);
        }
        for j in 0..icebergs.len().max(barriers.len()) {
            let ratio = |list: &[f64]| list.get(j).copied().unwrap_or(1.0);
            self.iceberg_ratio[[j, importer, exporter]] = settled(ratio(barriers) * ratio(icebergs));
        }
    }
}

/// A ratio without rounding: a year that is cut into other stretches of days has other last digits, and a cell whose cost
/// does not change must not count as changed, since changes have an age.
fn settled(ratio: f64) -> f64 {
    if (ratio - 1.0).abs() < ROUNDING { 1.0 } else { ratio }
}
