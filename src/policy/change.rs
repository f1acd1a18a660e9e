//! Changes of trade costs between two timelines in one year, for the pairs that differ.

use ndarray::Array3;

use super::PolicyParameters;
use super::agreements::Reach;
use super::book::PolicyBook;
use super::measure::MeasureKind;
use super::regimes::{Regimes, YearState};
use super::texts::OpenTexts;
use super::year::{PairTariffs, Terms};
use crate::data::Pair;

/// Ratios of trade costs, `[j,n,i]`; exactly 1 for pairs that do not change.
#[derive(Debug, Clone)]
pub struct CostChange {
    /// `(1 + tariff') / (1 + tariff)`, of the duties collected.
    pub tariff_ratio: Array3<f64>,
    /// `d' / d`, including the gap between the price aggregate and the duties collected.
    pub iceberg_ratio: Array3<f64>,
}

/// Tariffs (zeros if not asked for) and barrier factors of a pair over a year.
type PairCosts = (PairTariffs, Vec<f64>);

/// Costs of a year under the memberships known at the start; each pair is computed when it is first asked for.
#[derive(Debug)]
pub struct BaseCosts<'a> {
    book: &'a PolicyBook,
    regimes: &'a Regimes,
    terms: Terms<'a>,
    open: Vec<OpenTexts>,
    /// By importer and exporter, without and with tariffs.
    pairs: Vec<Option<PairCosts>>,
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
        Self { book, regimes, terms: Terms { year, parameters }, open, pairs }
    }

    /// Costs under `new` relative to these, in the same year and with the same parameters.
    ///
    /// Only pairs that `state` concerns are computed: all pairs of an importer whose membership differs (spill-overs),
    /// pairs among the parties of the agreements concerned, and those that a measure of an event can reach.
    #[must_use]
    pub fn change_to(&mut self, new: &Regimes, state: &YearState) -> CostChange {
        let book = self.book;
        let (n, s) = (book.n(), book.axes.n_sectors());
        let mut change =
            CostChange { tariff_ratio: Array3::ones((s, n, n)), iceberg_ratio: Array3::ones((s, n, n)) };
        let Concerned { moved, shared, cumulates } = Concerned::new(book, new, state);
        for importer in 0..n {
            let mut open = OpenTexts::default();
            for exporter in (0..n).filter(|&exporter| exporter != importer) {
                let pair = Pair { importer, exporter };
                let is_shared =
                    shared[importer] && shared[exporter] && (cumulates || moved[importer] || moved[exporter]);
                let is_measured = is_measured(book, state, pair);
                if is_shared || is_measured || moved[importer] {
                    let wants_tariffs = is_shared || is_measured;
                    let changed = book.pair_costs(new, pair, self.terms, &mut open, wants_tariffs);
                    change.put(pair, self.pair(pair, wants_tariffs), &changed);
                }
            }
        }
        change
    }

    fn pair(&mut self, pair: Pair, wants_tariffs: bool) -> &PairCosts {
        let at = 2 * (pair.importer * self.book.n() + pair.exporter) + usize::from(wants_tariffs);
        let open = &mut self.open[pair.importer];
        self.pairs[at]
            .get_or_insert_with(|| self.book.pair_costs(self.regimes, pair, self.terms, open, wants_tariffs))
    }
}

/// Parties whose costs a change of memberships affects.
struct Concerned {
    /// Parties whose own membership moved, `[n]`.
    moved: Vec<bool>,
    /// Parties of the agreements concerned, `[n]`.
    shared: Vec<bool>,
    /// True if content of a new member counts as originating for the others, so that trade among them changes too.
    cumulates: bool,
}

impl Concerned {
    /// Parties whose trade a change affects: the members, or everybody if the cuts reach non-members or members charge
    /// a carbon tariff on them.
    fn new(book: &PolicyBook, new: &Regimes, state: &YearState) -> Self {
        let n = book.n();
        let (mut moved, mut shared, mut cumulates) = (vec![false; n], vec![false; n], false);
        for membership in state.changed() {
            let agreement = book.agreements.position(&membership.agreement);
            let party = book.axes.country_idx.get(&membership.party);
            let (Some(agreement), Some(&party)) = (agreement, party) else { continue };
            moved[party] = true;
            cumulates |= book.preferences.origin.is_strict(agreement);
            let is_open = book.agreements[agreement].reach == Reach::Everybody
                || book.duties.has_carbon_tariff(agreement);
            for (other, is_member) in shared.iter_mut().enumerate() {
                *is_member |= is_open || !new.members().spans(agreement, other).is_empty();
            }
        }
        Self { moved, shared, cumulates }
    }
}

/// True if a measure that an event changed can reach the pair.
fn is_measured(book: &PolicyBook, state: &YearState, pair: Pair) -> bool {
    state.measures().iter().any(|change| match change.kind {
        MeasureKind::Duty => book.duties.can_charge(&change.name, pair),
        kind => book
            .barrier_changes
            .of_pair(pair.importer, pair.exporter)
            .any(|one| one.kind == kind && one.change == change.name),
    })
}

impl CostChange {
    /// Writes the tariff and iceberg ratios of one pair.
    fn put(
        &mut self,
        Pair { importer, exporter }: Pair,
        (old, old_barriers): &PairCosts,
        (new, new_barriers): &PairCosts,
    ) {
        for (j, (old_barrier, new_barrier)) in old_barriers.iter().zip(new_barriers).enumerate() {
            let at = [j, importer, exporter];
            self.tariff_ratio[at] = (100.0 + new.collected_pct[j]) / (100.0 + old.collected_pct[j]);
            self.iceberg_ratio[at] =
                new_barrier / old_barrier * (new.iceberg_factor(j) / old.iceberg_factor(j));
        }
    }
}
