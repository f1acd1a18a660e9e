//! Services trade: exports by category, imports by the world's mix and the tables', partners as both sides report.

use ndarray::{Array1, Array2, Array3, Axis};

use super::concordance::Concordance;
use super::fit::{Margins, fit, fit_trade};
use super::raw::Raw;
use super::tables::WORLD_CODES;
use crate::data::SectorKind;

/// Bounds of the mix of imports in the tables relative to that of the world: their years and borders differ.
const MIX_BOUNDS: (f64, f64) = (0.4, 2.5);
/// Weight of goods trade beside size where nobody reports the services of a pair.
const LINKED_SHARE: f64 = 0.5;

/// Services trade `[j,n,i]`, 0 in goods and at home, and how far importers ended from their margins.
pub fn build(raw: &Raw, by: &Concordance) -> (Array3<f64>, f64) {
    let exports = exports(raw, by);
    let imports = imports(raw, by, &exports);
    let pairs = pairs(raw);
    let world: Array1<f64> = exports.sum_axis(Axis(0));
    let (sold, bought) = (exports.sum_axis(Axis(1)), imports.sum_axis(Axis(1)));
    let (n, s) = (by.axes.n_countries(), by.axes.n_sectors());
    let mut flows = Array3::from_shape_fn((s, n, n), |(j, m, i)| match m == i || world[j] <= 0.0 {
        true => 0.0,
        false => pairs[[i, m]] * exports[[i, j]] / sold[i] * imports[[m, j]] / bought[m] / world[j],
    });
    let margins = Margins { exports: &exports, imports: &imports, pairs: &pairs };
    let gap = fit_trade(&mut flows, &margins);
    (flows, gap)
}

/// Exports by sector at the totals of the accounts; the world's mix where none is published.
fn exports(raw: &Raw, by: &Concordance) -> Array2<f64> {
    let mut exports = raw.services_musd.clone();
    let world = exports.sum_axis(Axis(0));
    for (n, mut row) in exports.outer_iter_mut().enumerate() {
        if row.sum() <= 0.0 {
            row.assign(&world);
        }
        row *= raw.accounts.services_exports[n] / row.sum().max(1e-9);
    }
    for &(j, share) in by.parts("margin", "entrepot") {
        let margins = &raw.accounts.margin_exports * share;
        exports.column_mut(j).scaled_add(1.0, &margins);
    }
    exports
}

/// Imports by sector: the world's mix, moved by what the tables know, fitted to both totals.
fn imports(raw: &Raw, by: &Concordance, exports: &Array2<f64>) -> Array2<f64> {
    let (n, s) = (by.axes.n_countries(), by.axes.n_sectors());
    let mut margins = Array2::<f64>::zeros((n, s));
    for &(j, share) in by.parts("margin", "entrepot") {
        margins.column_mut(j).scaled_add(share, &raw.accounts.margin_imports);
    }
    let mut bought = Array2::<f64>::zeros((n, s));
    for (c, code) in raw.tables.codes.iter().enumerate() {
        for &(j, share) in by.parts(WORLD_CODES, code) {
            if by.axes.sectors[j].kind == SectorKind::Services {
                let cells = raw.tables.trade.index_axis(Axis(0), c);
                (0..n).for_each(|m| bought[[m, j]] += share * (cells.row(m).sum() - cells[[m, m]]));
            }
        }
    }
    let sold = exports.sum_axis(Axis(0)) - margins.sum_axis(Axis(0));
    let world = bought.sum_axis(Axis(0));
    let (all_sold, all_bought) = (sold.sum(), world.sum().max(1e-9));
    let mut cells = Array2::from_shape_fn((n, s), |(m, j)| {
        let own = bought.row(m).sum();
        let relative = match own > 0.0 && world[j] > 0.0 {
            true => (bought[[m, j]] / own / (world[j] / all_bought)).clamp(MIX_BOUNDS.0, MIX_BOUNDS.1),
            false => 1.0,
        };
        raw.accounts.services_imports[m] * sold[j] / all_sold * relative
    });
    fit(&mut cells, &raw.accounts.services_imports.to_vec(), &sold.to_vec());
    cells + margins
}

/// Totals of pairs: as reported, else by size and goods trade.
fn pairs(raw: &Raw) -> Array2<f64> {
    let (sold, bought) = (&raw.accounts.services_exports, &raw.accounts.services_imports);
    let (world, goods) = (sold.sum(), &raw.pairs_musd);
    let linked =
        |i: usize, m: usize| (goods[[i, m]] + goods[[m, i]]) / (goods.row(i).sum() + goods.column(i).sum());
    Array2::from_shape_fn(goods.dim(), |(i, m)| match (i == m, raw.service_pairs_musd[[i, m]]) {
        (true, _) => 0.0,
        (_, reported) if reported > 0.0 => reported,
        _ => sold[i] * ((1.0 - LINKED_SHARE) * bought[m] / world + LINKED_SHARE * linked(i, m)),
    })
}

#[cfg(test)]
mod tests {
    use ndarray::Axis;

    use super::{build, exports, imports, pairs};
    use crate::calibration::apac::fixtures::{AAA, BBB, CARS, CCC, FREIGHT, GRAIN, ROW, concordance, raw};

    #[test]
    fn exports_have_the_total_of_the_account_and_margins_come_on_top() {
        let (mut raw, by) = (raw(), concordance(&[]));
        raw.accounts.margin_exports[BBB] = 5.0;
        let exports = exports(&raw, &by);
        assert_eq!([exports[[AAA, FREIGHT]], exports[[BBB, FREIGHT]]], [20.0, 25.0]);
        assert_eq!(exports[[CCC, FREIGHT]], 20.0, "nothing is published: the mix of the world");
        assert_eq!(exports[[AAA, GRAIN]] + exports[[AAA, CARS]], 0.0);
    }

    #[test]
    fn imports_meet_the_accounts_and_what_is_sold() {
        let (mut raw, by) = (raw(), concordance(&[]));
        raw.accounts.services_imports = ndarray::array![10.0, 30.0, 20.0, 20.0];
        let sold = exports(&raw, &by);
        let imports = imports(&raw, &by, &sold);
        for (n, expected) in [10.0, 30.0, 20.0, 20.0].into_iter().enumerate() {
            assert!((imports.row(n).sum() - expected).abs() < 1e-6, "{imports}");
        }
        assert!((imports.sum() - sold.sum()).abs() < 1e-6);
    }

    #[test]
    fn pairs_are_as_reported_else_by_size_and_goods_trade() {
        let mut raw = raw();
        raw.service_pairs_musd[[AAA, BBB]] = 7.0;
        raw.pairs_musd[[AAA, CCC]] = 200.0;
        let pairs = pairs(&raw);
        assert_eq!([pairs[[AAA, BBB]], pairs[[AAA, AAA]]], [7.0, 0.0]);
        assert!(pairs[[AAA, CCC]] > pairs[[AAA, ROW]], "goods trade pulls services");
    }

    #[test]
    fn flows_meet_exports_and_imports() {
        let (raw, by) = (raw(), concordance(&[]));
        let (flows, gap) = build(&raw, &by);
        assert!(gap < 1e-6);
        let sold = flows.sum_axis(Axis(1)).sum_axis(Axis(0));
        assert!(sold.iter().all(|musd| (musd - 20.0).abs() < 1e-6), "{sold}");
        assert_eq!(flows.index_axis(Axis(0), GRAIN).sum(), 0.0);
    }
}
