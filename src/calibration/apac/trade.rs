//! Trade of the base year: observed exports by sector spread over partners by the observed pattern.

use ndarray::{Array1, Array2, Array3, Axis};

use super::concordance::Concordance;
use super::raw::Raw;
use crate::data::SectorKind;

/// Rounds of proportional fitting; the margins are then met to rounding.
const FITTING_ROUNDS: usize = 200;
/// Share of an exporter's sector spread evenly, so that no observed margin meets an empty prior.
const EVEN_SHARE: f64 = 1e-3;

/// Trade between economies.
pub struct Trade {
    /// Flows at border prices, `[j,n,i]`, million USD; 0 on the diagonal.
    pub flows_musd: Array3<f64>,
    /// True if exports of the economy and sector are published figures, `[n,j]`.
    pub is_observed: Array2<bool>,
}

impl Trade {
    /// Goods and services trade of the base year.
    #[must_use]
    pub fn build(raw: &Raw, by: &Concordance) -> Self {
        let (n, s) = (by.axes.n_countries(), by.axes.n_sectors());
        let mut trade =
            Self { flows_musd: Array3::zeros((s, n, n)), is_observed: Array2::from_elem((n, s), false) };
        let external = external_share(&raw.pattern_musd);
        for exporter in 0..n {
            trade.add_goods(exporter, external[exporter], raw, by);
            trade.add_services(exporter, external[exporter], raw, by);
        }
        trade
    }

    fn add_goods(&mut self, i: usize, external: f64, raw: &Raw, by: &Concordance) {
        let goods: Vec<usize> = by.goods().collect();
        let exports: Array1<f64> = goods.iter().map(|&j| external * raw.exports_musd[[i, j]]).collect();
        let mut partners = raw.pattern_musd.row(i).to_owned();
        partners[i] = 0.0;
        partners *= exports.sum() / partners.sum();
        let mut flows = Array2::from_shape_fn((partners.len(), goods.len()), |(n, g)| {
            if n == i {
                0.0
            } else {
                goods_prior(raw, by, i, n, goods[g]) * exports[g] + EVEN_SHARE * exports[g]
            }
        });
        fit(&mut flows, &partners, &exports);
        for (g, &j) in goods.iter().enumerate() {
            self.is_observed[[i, j]] = true;
            for n in 0..partners.len() {
                self.flows_musd[[j, n, i]] = flows[[n, g]];
            }
        }
    }

    fn add_services(&mut self, i: usize, external: f64, raw: &Raw, by: &Concordance) {
        for j in 0..by.axes.n_sectors() {
            if by.axes.sectors[j].kind == SectorKind::Goods {
                continue;
            }
            let published = by.services[j].as_ref().and_then(|(category, share)| {
                let exports = raw.services_musd.get(category)?[i];
                (exports > 0.0).then_some(exports * share * external)
            });
            self.is_observed[[i, j]] = published.is_some();
            let exports = published.unwrap_or_else(|| services_from_tables(raw, by, i, j));
            let weights = services_partners(raw, by, i, j);
            let total = weights.sum();
            for (n, weight) in weights.iter().enumerate().filter(|_| total > 0.0) {
                self.flows_musd[[j, n, i]] = exports * weight / total;
            }
        }
    }

    /// Exports by economy and sector, `[n,j]`, million USD.
    #[must_use]
    pub(crate) fn exports_musd(&self) -> Array2<f64> {
        self.flows_musd.sum_axis(Axis(1)).reversed_axes()
    }
}

/// Share of a group's trade that leaves the group; 1 for a single country.
fn external_share(pattern: &Array2<f64>) -> Array1<f64> {
    Array1::from_shape_fn(pattern.nrows(), |i| 1.0 - pattern[[i, i]] / pattern.row(i).sum())
}

/// True if the input-output tables know the economy itself.
fn is_in_tables(by: &Concordance, n: usize) -> bool {
    by.donor[n] == n && n != by.rest
}

/// How much of sector `j` the pair trades relative to the world: from the tables where they know both,
/// else from what the importer, or the rest of the world for it, imports.
fn goods_prior(raw: &Raw, by: &Concordance, i: usize, n: usize, j: usize) -> f64 {
    let importer = if is_in_tables(by, n) { n } else { by.rest };
    let flows = raw.io_trade_musd.index_axis(Axis(1), importer);
    if is_in_tables(by, n) && is_in_tables(by, i) {
        let all: f64 = by.goods().map(|k| flows[[k, i]]).sum();
        let world: f64 = by.goods().map(|k| raw.exports_musd[[i, k]]).sum();
        return flows[[j, i]] / all / (raw.exports_musd[[i, j]] / world).max(1e-6);
    }
    let imports = |k: usize| flows.row(k).sum() - flows[[k, importer]];
    let all: f64 = by.goods().map(imports).sum();
    let world: f64 = by.goods().map(|k| raw.exports_musd.column(k).sum()).sum();
    imports(j) / all / (raw.exports_musd.column(j).sum() / world)
}

/// Services exports where none are published: the tables' own, moved with GDP, or the rest of the world's ratio.
fn services_from_tables(raw: &Raw, by: &Concordance, i: usize, j: usize) -> f64 {
    let from = if is_in_tables(by, i) { i } else { by.rest };
    let sold = raw.io_trade_musd.slice(ndarray::s![j, .., from]);
    let exports = sold.sum() - sold[from];
    let gdp_then: f64 = match from == by.rest {
        true => {
            (0..by.donor.len()).filter(|&n| !is_in_tables(by, n)).map(|n| raw.gdp_structure_musd[n]).sum()
        }
        false => raw.gdp_structure_musd[from],
    };
    exports * raw.gdp_musd[i] / gdp_then
}

/// Weights of the partners of services exports: the tables where they know both, else size and goods trade.
fn services_partners(raw: &Raw, by: &Concordance, i: usize, j: usize) -> Array1<f64> {
    let n = by.donor.len();
    let outside_gdp: f64 = (0..n).filter(|&m| !is_in_tables(by, m)).map(|m| raw.gdp_musd[m]).sum();
    let linked = Array1::from_shape_fn(n, |m| raw.pattern_musd[[i, m]] + raw.pattern_musd[[m, i]]);
    let (linked_sum, world) = (linked.sum() - linked[i], raw.gdp_musd.sum());
    Array1::from_shape_fn(n, |m| match (m == i, is_in_tables(by, i), is_in_tables(by, m)) {
        (true, _, _) => 0.0,
        (_, true, true) => raw.io_trade_musd[[j, m, i]],
        (_, true, false) => raw.io_trade_musd[[j, by.rest, i]] * raw.gdp_musd[m] / outside_gdp,
        (_, false, _) => linked[m] / linked_sum + raw.gdp_musd[m] / world,
    })
}

/// Proportional fitting of `cells` to row and column sums.
pub fn fit(cells: &mut Array2<f64>, rows: &Array1<f64>, columns: &Array1<f64>) {
    for _ in 0..FITTING_ROUNDS {
        for (mut row, &target) in cells.outer_iter_mut().zip(rows) {
            let sum = row.sum();
            if sum > 0.0 {
                row *= target / sum;
            }
        }
        for (mut column, &target) in cells.axis_iter_mut(Axis(1)).zip(columns) {
            let sum = column.sum();
            if sum > 0.0 {
                column *= target / sum;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Axis, array};

    use super::{external_share, fit};

    #[test]
    fn fitting_meets_both_margins_and_keeps_the_odds_ratio() {
        let mut cells = array![[4.0, 1.0], [1.0, 1.0]];
        fit(&mut cells, &array![30.0, 10.0], &array![20.0, 20.0]);
        assert!((cells.sum_axis(Axis(1)) - array![30.0, 10.0]).iter().all(|gap| gap.abs() < 1e-9));
        assert!((cells.sum_axis(Axis(0)) - array![20.0, 20.0]).iter().all(|gap| gap.abs() < 1e-9));
        assert!((cells[[0, 0]] * cells[[1, 1]] / cells[[0, 1]] / cells[[1, 0]] - 4.0).abs() < 1e-9);
    }

    #[test]
    fn trade_inside_a_group_does_not_count_as_exports() {
        assert_eq!(external_share(&array![[60.0, 40.0], [10.0, 0.0]]).to_vec(), vec![0.4, 1.0]);
    }
}
