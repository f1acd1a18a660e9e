//! Changes of trade costs between two timelines in one year, for the pairs that differ.

use std::sync::Arc;

use ndarray::Array3;

use super::PolicyParameters;
use super::book::PolicyBook;
use super::concerned::Concerned;
use super::regimes::Regimes;
use super::shared_costs::SharedCosts;
use super::texts::OpenTexts;
use super::year::{PairCosts, Terms};
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
    shared: Option<&'a SharedCosts>,
    open: Vec<OpenTexts<'a>>,
    /// By importer and exporter, without and with tariffs.
    pairs: Vec<Option<PairCosts>>,
    known: Vec<Known>,
}

/// A change that was asked for.
#[derive(Debug)]
struct Known {
    state: YearState,
    regimes: Arc<Regimes>,
    change: Arc<CostChange>,
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
        let open = (0..book.n()).map(|_| OpenTexts::default()).collect();
        let pairs = vec![None; 2 * book.n() * book.n()];
        let terms = Terms { year, parameters };
        Self { book, regimes, terms, shared: None, open, pairs, known: Vec::new() }
    }

    /// The same with what others have computed, of the same book and the same memberships at the start.
    #[must_use]
    pub fn sharing(self, shared: &'a SharedCosts) -> Self {
        let open = (0..self.book.n()).map(|_| OpenTexts::sharing(Some(shared))).collect();
        Self { open, shared: Some(shared), ..self }
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
        let mut change = match nearest {
            Some(known) if concerned.is_nobody() => Arc::clone(&known.change),
            Some(known) => Arc::new(CostChange::clone(&known.change)),
            None => Arc::new(CostChange::none(book)),
        };
        if !concerned.is_nobody() {
            // Against another state the tariffs of a pair may stand although these two do not differ in them.
            let wants_all = nearest.is_some();
            self.recompute(Arc::make_mut(&mut change), new, &concerned, wants_all);
        }
        self.known.push(Known {
            state: state.clone(),
            regimes: Arc::clone(new),
            change: Arc::clone(&change),
        });
        change
    }

    /// Computes the pairs concerned anew, with tariffs where these may differ or where all are wanted.
    fn recompute(&mut self, change: &mut CostChange, new: &Regimes, concerned: &Concerned, wants_all: bool) {
        let (book, n) = (self.book, self.book.n());
        for importer in 0..n {
            let mut open = OpenTexts::sharing(self.shared);
            for exporter in (0..n).filter(|&exporter| exporter != importer) {
                let pair = Pair { importer, exporter };
                let by_tariffs = concerned.by_tariffs(book, pair);
                if by_tariffs || concerned.by_texts(pair) {
                    let wants_tariffs = by_tariffs || wants_all;
                    let changed = book.pair_costs(new, pair, self.terms, &mut open, wants_tariffs);
                    change.put(pair, self.pair(pair, wants_tariffs), &changed);
                }
            }
        }
    }

    fn pair(&mut self, pair: Pair, wants_tariffs: bool) -> &PairCosts {
        let at = 2 * (pair.importer * self.book.n() + pair.exporter) + usize::from(wants_tariffs);
        let (book, regimes, terms) = (self.book, self.regimes, self.terms);
        let open = &mut self.open[pair.importer];
        self.pairs[at].get_or_insert_with(|| match self.shared {
            Some(shared) => {
                // With rates for all, since some draw will ask for them.
                let make = || book.pair_year(regimes, pair, terms.year, open, true);
                let found = shared.start(pair, terms.year, make);
                let mut costs = book.costs_of(&found, regimes, pair, terms);
                if !wants_tariffs {
                    costs.rates.clear();
                }
                costs
            }
            None => book.pair_costs(regimes, pair, terms, open, wants_tariffs),
        })
    }
}

impl CostChange {
    fn none(book: &PolicyBook) -> Self {
        let shape = (book.axes.n_sectors(), book.n(), book.n());
        Self { tariff_ratio: Array3::ones(shape), iceberg_ratio: Array3::ones(shape) }
    }

    /// Writes the tariff and iceberg ratios of one pair.
    fn put(&mut self, Pair { importer, exporter }: Pair, old: &PairCosts, new: &PairCosts) {
        for (j, (old_barrier, new_barrier)) in old.barriers.iter().zip(&new.barriers).enumerate() {
            let (at, old, new) = ([j, importer, exporter], old.rates_of(j), new.rates_of(j));
            let (mut tariff_ratio, mut iceberg_ratio) = (1.0, new_barrier / old_barrier);
            if new != old {
                tariff_ratio = (100.0 + new.collected_pct) / (100.0 + old.collected_pct);
                iceberg_ratio *= new.iceberg_factor() / old.iceberg_factor();
            }
            (self.tariff_ratio[at], self.iceberg_ratio[at]) = (settled(tariff_ratio), settled(iceberg_ratio));
        }
    }
}

/// A ratio without rounding: a year that is cut into other stretches of days has other last digits, and a cell whose cost
/// does not change must not count as changed, since changes have an age.
fn settled(ratio: f64) -> f64 {
    if (ratio - 1.0).abs() < ROUNDING { 1.0 } else { ratio }
}
