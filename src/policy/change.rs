//! How trade costs differ between two timelines in one year, for the pairs that differ at all.

use ndarray::Array3;

use super::PolicyParameters;
use super::book::PolicyBook;
use super::regimes::{Regimes, YearState};

/// Ratios of trade costs, `[j,n,i]`; exactly 1 where nothing changed.
#[derive(Debug, Clone)]
pub struct CostChange {
    /// (1 + tariff') / (1 + tariff).
    pub tariff_ratio: Array3<f64>,
    /// d' / d.
    pub iceberg_ratio: Array3<f64>,
}

impl PolicyBook {
    /// Costs of `year` under `new` relative to those under `base`, both with the same parameters.
    ///
    /// `state` says what differs; only its parties' pairs are worked out: as importers all of them
    /// (spill-overs), as exporters those towards members of the agreements concerned.
    #[must_use]
    pub fn cost_change(
        &self,
        base: &Regimes,
        new: &Regimes,
        state: &YearState,
        year: i16,
        parameters: PolicyParameters,
    ) -> CostChange {
        let (n, s) = (self.n(), self.axes.n_sectors());
        let mut change =
            CostChange { tariff_ratio: Array3::ones((s, n, n)), iceberg_ratio: Array3::ones((s, n, n)) };
        let (moved, shared) = self.concerned(new, state);
        for importer in 0..n {
            for exporter in (0..n).filter(|&exporter| exporter != importer) {
                let pair = (importer, exporter);
                let is_shared = shared[importer] && shared[exporter] && (moved[importer] || moved[exporter]);
                if is_shared {
                    self.tariff_change(base, new, pair, (year, parameters), &mut change);
                }
                if is_shared || moved[importer] {
                    let old = self.pair_barriers(base, pair, year, parameters);
                    let changed = self.pair_barriers(new, pair, year, parameters);
                    for (j, (old, changed)) in old.iter().zip(&changed).enumerate() {
                        change.iceberg_ratio[[j, importer, exporter]] *= changed / old;
                    }
                }
            }
        }
        change
    }

    /// Parties whose own membership moved, and all members of the agreements concerned.
    fn concerned(&self, new: &Regimes, state: &YearState) -> (Vec<bool>, Vec<bool>) {
        let n = self.n();
        let (mut moved, mut shared) = (vec![false; n], vec![false; n]);
        for membership in state.changed() {
            let agreement = self.agreement_idx.get(&membership.agreement);
            let party = self.axes.country_idx.get(&membership.party);
            let (Some(&agreement), Some(&party)) = (agreement, party) else { continue };
            moved[party] = true;
            for (other, is_member) in shared.iter_mut().enumerate() {
                *is_member |= !new.spans(agreement, other).is_empty();
            }
        }
        (moved, shared)
    }

    /// Tariffs, and the cost of proving origin, which is iceberg.
    fn tariff_change(
        &self,
        base: &Regimes,
        new: &Regimes,
        (importer, exporter): (usize, usize),
        (year, parameters): (i16, PolicyParameters),
        change: &mut CostChange,
    ) {
        let old = self.pair_tariffs(base, (importer, exporter), year, parameters);
        let changed = self.pair_tariffs(new, (importer, exporter), year, parameters);
        for j in 0..old.effective_pct.len() {
            let at = [j, importer, exporter];
            change.tariff_ratio[at] = (100.0 + changed.effective_pct[j]) / (100.0 + old.effective_pct[j]);
            change.iceberg_ratio[at] *= (100.0 + changed.compliance_pct[j]) / (100.0 + old.compliance_pct[j]);
        }
    }
}
