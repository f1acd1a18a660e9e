//! How trade costs differ between two timelines in one year, for the pairs that differ at all.

use ndarray::Array3;

use super::PolicyParameters;
use super::barriers::Spillovers;
use super::book::{PolicyBook, Reach};
use super::regimes::{Regimes, YearState};
use super::year::PairTariffs;

/// Ratios of trade costs, `[j,n,i]`; exactly 1 where nothing changed.
#[derive(Debug, Clone)]
pub struct CostChange {
    /// (1 + tariff') / (1 + tariff), what is collected.
    pub tariff_ratio: Array3<f64>,
    /// d' / d, the gap between price aggregate and what is collected included.
    pub iceberg_ratio: Array3<f64>,
}

/// Tariffs (zeros where nobody asked) and barrier factors of a pair over a year.
type PairCosts = (PairTariffs, Vec<f64>);

/// Costs of a year under the regimes that all futures start from, worked out pair by pair when first asked for.
#[derive(Debug)]
pub struct BaseCosts<'a> {
    book: &'a PolicyBook,
    regimes: &'a Regimes,
    when: (i16, PolicyParameters<'a>),
    spillovers: Vec<Spillovers>,
    /// By importer and exporter, without and with tariffs.
    pairs: Vec<Option<PairCosts>>,
}

impl<'a> BaseCosts<'a> {
    /// Nothing worked out yet.
    #[must_use]
    pub fn new(
        book: &'a PolicyBook,
        regimes: &'a Regimes,
        year: i16,
        parameters: PolicyParameters<'a>,
    ) -> Self {
        let spillovers = (0..book.n()).map(|_| Spillovers::default()).collect();
        let pairs = vec![None; 2 * book.n() * book.n()];
        Self { book, regimes, when: (year, parameters), spillovers, pairs }
    }

    fn pair(&mut self, pair: (usize, usize), wants_tariffs: bool) -> &PairCosts {
        let at = 2 * (pair.0 * self.book.n() + pair.1) + usize::from(wants_tariffs);
        let spillovers = &mut self.spillovers[pair.0];
        self.pairs[at].get_or_insert_with(|| {
            self.book.pair_costs(self.regimes, pair, self.when, spillovers, wants_tariffs)
        })
    }
}

/// Whose costs a change of memberships touches.
struct Concerned {
    /// Parties whose own membership moved, `[n]`.
    moved: Vec<bool>,
    /// Parties of the agreements concerned, `[n]`.
    shared: Vec<bool>,
    /// True where the content of a new member counts for all others, so that their trade is touched too.
    cumulates: bool,
}

impl PolicyBook {
    /// Costs under `new` relative to `base`, of the same year and with the same parameters.
    ///
    /// `state` says what differs; only its parties' pairs are worked out: as importers all of them
    /// (spill-overs), as exporters those towards members of the agreements concerned.
    #[must_use]
    pub fn cost_change(&self, base: &mut BaseCosts<'_>, new: &Regimes, state: &YearState) -> CostChange {
        let (n, s) = (self.n(), self.axes.n_sectors());
        let mut change =
            CostChange { tariff_ratio: Array3::ones((s, n, n)), iceberg_ratio: Array3::ones((s, n, n)) };
        let Concerned { moved, shared, cumulates } = self.concerned(new, state);
        for importer in 0..n {
            let mut spillovers = Spillovers::default();
            for exporter in (0..n).filter(|&exporter| exporter != importer) {
                let pair = (importer, exporter);
                let is_shared =
                    shared[importer] && shared[exporter] && (cumulates || moved[importer] || moved[exporter]);
                if is_shared || moved[importer] {
                    let changed = self.pair_costs(new, pair, base.when, &mut spillovers, is_shared);
                    change.put(pair, base.pair(pair, is_shared), &changed);
                }
            }
        }
        change
    }

    /// The parties whose trade the agreements concerned touch: the members, or everybody where cuts reach
    /// non-members or members tax the carbon of non-members.
    fn concerned(&self, new: &Regimes, state: &YearState) -> Concerned {
        let n = self.n();
        let (mut moved, mut shared, mut cumulates) = (vec![false; n], vec![false; n], false);
        for membership in state.changed() {
            let agreement = self.agreement_idx.get(&membership.agreement);
            let party = self.axes.country_idx.get(&membership.party);
            let (Some(&agreement), Some(&party)) = (agreement, party) else { continue };
            moved[party] = true;
            cumulates |= self.origin.is_strict(agreement);
            let is_open = self.agreements[agreement].reach == Reach::Everybody
                || self.carbon.iter().any(|list| list.agreement == agreement);
            for (other, is_member) in shared.iter_mut().enumerate() {
                *is_member |= is_open || !new.spans(agreement, other).is_empty();
            }
        }
        Concerned { moved, shared, cumulates }
    }
}

impl CostChange {
    /// Puts in the ratios of one pair: tariffs, barriers, and what of the tariff system is iceberg.
    fn put(
        &mut self,
        (importer, exporter): (usize, usize),
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
