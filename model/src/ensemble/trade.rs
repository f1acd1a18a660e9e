//! Trade by sector and partner along the reference paths.

use ndarray::Array3;

use crate::projection::BaselineYear;

/// Trade of one year on the reference path of every option, at border prices in million USD at the world's consumer prices
/// of the base year; `[j,n,i]` is sector, importer, exporter, with home sales on the diagonal.
#[derive(Debug, Clone)]
pub struct ReferenceTrade {
    /// Calendar year.
    pub year: i16,
    /// Baseline.
    pub base: Array3<f64>,
    /// Options in the order of the plan.
    pub options: Vec<Array3<f64>>,
}

/// Change of the imports of a country from one partner, million USD.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moved {
    /// Because it buys more or less in total: the partner's share at the old ones of all its purchases.
    pub expansion: f64,
    /// Because it buys from the partner in place of others, home producers included.
    pub substitution: f64,
}

impl ReferenceTrade {
    pub(super) fn new(base: &BaselineYear, flows: Vec<Array3<f64>>) -> Self {
        let world = base.world_price_level();
        let real = |flows: Array3<f64>| flows / world;
        Self {
            year: base.year,
            base: real(base.accounts.flows.clone()),
            options: flows.into_iter().map(real).collect(),
        }
    }

    /// Flows of an option, or of the baseline.
    #[must_use]
    pub fn flows(&self, option: Option<usize>) -> &Array3<f64> {
        option.map_or(&self.base, |option| &self.options[option])
    }
}

/// Sum of the flows of `sectors` from `exporters` to `importers`, home sales left out.
#[must_use]
pub fn trade_of(flows: &Array3<f64>, sectors: &[usize], importers: &[usize], exporters: &[usize]) -> f64 {
    // Plain loops: adaptors for every pair took an eighth of the time in which the tables of a run are written.
    let mut total = -0.0;
    for &j in sectors {
        let mut of_sector = -0.0;
        for &n in importers {
            let from = flows.slice(ndarray::s![j, n, ..]);
            for &i in exporters.iter().filter(|&&i| i != n) {
                of_sector += from[i];
            }
        }
        total += of_sector;
    }
    total
}

/// How the imports of `sectors` by `importer` from `exporters` move between two states, sector by sector.
///
/// `expansion = share_old (E_new - E_old)` with E all purchases at border prices; the rest is substitution.
#[must_use]
pub fn moved(
    [old, new]: [&Array3<f64>; 2],
    sectors: &[usize],
    importer: usize,
    exporters: &[usize],
) -> Moved {
    let mut moved = Moved { expansion: 0.0, substitution: 0.0 };
    for &j in sectors {
        let bought = |flows: &Array3<f64>| flows.slice(ndarray::s![j, importer, ..]).sum();
        let [before, after]: [f64; 2] = [bought(old), bought(new)];
        for &i in exporters.iter().filter(|&&i| i != importer) {
            let [one, other] = [old[[j, importer, i]], new[[j, importer, i]]];
            let expansion = if before > 0.0 { one / before * (after - before) } else { 0.0 };
            moved.expansion += expansion;
            moved.substitution += other - one - expansion;
        }
    }
    moved
}

/// Shares of the foreign sources in what `importer` buys abroad of `sectors`, `[i]`; `None` without imports.
#[must_use]
pub fn source_shares(flows: &Array3<f64>, sectors: &[usize], importer: usize) -> Option<Vec<f64>> {
    let n = flows.dim().2;
    let all: Vec<usize> = (0..n).collect();
    let total = trade_of(flows, sectors, &[importer], &all);
    let share = |i: usize| trade_of(flows, sectors, &[importer], &[i]) / total;
    (total > 0.0).then(|| all.iter().map(|&i| share(i)).collect())
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, array};

    use super::{moved, source_shares, trade_of};

    /// One sector, three countries: the first buys 60 at home, 30 from the second, 10 from the third.
    fn flows(bought: [f64; 3]) -> Array3<f64> {
        let mut flows = Array3::zeros((1, 3, 3));
        flows.slice_mut(ndarray::s![0, 0, ..]).assign(&array![bought[0], bought[1], bought[2]]);
        flows
    }

    #[test]
    fn imports_move_by_expansion_and_substitution() {
        let (old, new) = (flows([60.0, 30.0, 10.0]), flows([50.0, 54.0, 6.0]));
        assert_eq!(trade_of(&old, &[0], &[0], &[0, 1, 2]), 40.0);
        let found = moved([&old, &new], &[0], 0, &[1]);
        // All purchases grow by 10, of which 30 %; the rest of 24 replaces others.
        assert!((found.expansion - 3.0).abs() < 1e-12 && (found.substitution - 21.0).abs() < 1e-12);
        let other = moved([&old, &new], &[0], 0, &[2]);
        assert!((other.expansion - 1.0).abs() < 1e-12 && (other.substitution + 5.0).abs() < 1e-12);
    }

    #[test]
    fn shares_of_sources_leave_home_out() {
        let shares = source_shares(&flows([60.0, 30.0, 10.0]), &[0], 0).unwrap();
        assert_eq!((shares[0], shares[1], shares[2]), (0.0, 0.75, 0.25));
        assert_eq!(source_shares(&flows([60.0, 0.0, 0.0]), &[0], 0), None);
    }
}
