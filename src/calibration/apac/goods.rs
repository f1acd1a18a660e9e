//! Goods trade by pair and sector: customs figures where they are published, the rest by entropy between the exports of
//! each economy by chapter, the imports of each by product group, totals of pairs and a prior.

use ndarray::{Array1, Array2, Array3, Axis};

use super::concordance::Concordance;
use super::fit::{Margins, fit, fit_trade};
use super::pairs::{pass_on, retained_share};
use super::raw::Raw;
use super::tables::WORLD_CODES;
use crate::data::SectorKind;

/// Weight of what one large importer buys of an exporter in the split of a chapter; the rest is the world's split.
const OWN_MIX_SHARE: f64 = 0.75;
/// Exports of a sector are at least this multiple of what customs of the observed importers saw.
const LEAST_OVER_OBSERVED: f64 = 1.02;
/// Imports from others are at least this share of what an importer's mix says, after observed flows are taken off.
const LEAST_LEFT: f64 = 0.05;
/// Part of a cell's prior that is its size alone, so that no margin meets an empty prior.
const EVEN_SHARE: f64 = 1e-3;

/// Goods trade and what building it moved.
pub struct Goods {
    /// Flows `[j,n,i]`, 0 at home and in services.
    pub flows_musd: Array3<f64>,
    /// Exports before and after they were raised to what customs saw, `[i,j]` each.
    pub raised: Vec<(usize, usize, f64, f64)>,
    /// Largest gap of an importer's margin, as a share of world trade in the sector.
    pub gap: f64,
}

/// Builds goods trade.
pub fn build(raw: &Raw, by: &Concordance) -> Goods {
    let by_chapter = exports_by_sector(raw, by);
    let fixed = observed(raw, by, &by_chapter);
    let (exports, raised) = raise_exports(raw, by, &by_chapter, &fixed);
    let imports = imports_by_sector(raw, by, &exports, &fixed);
    let left = |margin: &Array2<f64>, sums: Array2<f64>| (margin - &sums).mapv(|musd| musd.max(0.0));
    let exports_left = left(&exports, fixed.sum_axis(Axis(1)).reversed_axes());
    let imports_left = left(&imports, fixed.sum_axis(Axis(2)).reversed_axes());
    let accounts = &raw.accounts;
    let pairs =
        pair_totals(&raw.pairs_musd, &raw.held_pairs, &accounts.goods_exports, &accounts.goods_imports);
    let mut flows = prior(raw, by, &pairs, [&exports, &imports]);
    flows.zip_mut_with(&is_fixed(raw, fixed.dim()), |value, is_fixed| {
        if *is_fixed {
            *value = 0.0;
        }
    });
    let pairs_left = (&pairs - &fixed.sum_axis(Axis(0)).reversed_axes()).mapv(|musd| musd.max(0.0));
    let margins = Margins { exports: &exports_left, imports: &imports_left, pairs: &pairs_left };
    let gap = fit_trade(&mut flows, &margins);
    Goods { flows_musd: flows + fixed, raised, gap }
}

/// Exports at the totals of the accounts, `[i,j]`: chapters split by what customs of a large importer say of the exporter.
fn exports_by_sector(raw: &Raw, by: &Concordance) -> Array2<f64> {
    let (n, s) = (by.axes.n_countries(), by.axes.n_sectors());
    let mut exports = Array2::zeros((n, s));
    for (chapter, of_chapter) in &raw.chapters_musd {
        for (i, &musd) in of_chapter.iter().enumerate() {
            let plain = by.parts("hs2", chapter);
            let own = raw.census.mix.get(chapter).map(|cells| cells.row(i).to_owned());
            let own = own.filter(|row| plain.len() > 1 && row.sum() > 0.0);
            let rest = if own.is_some() { 1.0 - OWN_MIX_SHARE } else { 1.0 };
            plain.iter().for_each(|&(j, share)| exports[[i, j]] += rest * share * musd);
            if let Some(row) = own {
                let sum: f64 = plain.iter().map(|&(j, _)| row[j]).sum::<f64>().max(1e-9);
                plain.iter().for_each(|&(j, _)| exports[[i, j]] += OWN_MIX_SHARE * row[j] / sum * musd);
            }
        }
    }
    let (i, own) = (raw.mof.economy, raw.mof.exports.sum_axis(Axis(0)));
    exports.row_mut(i).assign(&own);
    for (i, mut row) in exports.outer_iter_mut().enumerate() {
        row *= raw.accounts.goods_exports[i] / row.sum();
    }
    exports
}

/// Cells that customs figures give, `[j,n,i]`.
fn is_fixed(raw: &Raw, dim: (usize, usize, usize)) -> Array3<bool> {
    let (census, mof) = (raw.census.importer, raw.mof.economy);
    Array3::from_shape_fn(dim, |(_, n, i)| n == census || n == mof || i == mof)
}

/// Flows that customs figures give, `[j,n,i]`, at the totals of the accounts.
fn observed(raw: &Raw, by: &Concordance, exports: &Array2<f64>) -> Array3<f64> {
    let (n, s) = (by.axes.n_countries(), by.axes.n_sectors());
    let mut fixed = Array3::zeros((s, n, n));
    let m = raw.mof.economy;
    let sold = without_hubs(raw, &raw.mof.exports, m);
    let bought = by_exporter(raw, &raw.mof.imports, exports);
    let seen = &raw.census.imports_musd;
    let scale = |cells: &Array2<f64>, of: usize, total: f64| total / (cells.sum() - cells.row(of).sum());
    let [to_exports, to_imports, to_census] = [
        scale(&sold, m, raw.accounts.goods_exports[m]),
        scale(&bought, m, raw.accounts.goods_imports[m]),
        scale(seen, raw.census.importer, raw.accounts.goods_imports[raw.census.importer]),
    ];
    for j in by.goods() {
        for partner in 0..n {
            if partner != m {
                fixed[[j, partner, m]] = sold[[partner, j]] * to_exports;
                fixed[[j, m, partner]] = bought[[partner, j]] * to_imports;
            }
            if partner != raw.census.importer {
                fixed[[j, raw.census.importer, partner]] = seen[[partner, j]] * to_census;
            }
        }
    }
    fixed
}

/// Exports `[n,j]` of economy `m` with what passes through entrepots sent on.
fn without_hubs(raw: &Raw, exports: &Array2<f64>, m: usize) -> Array2<f64> {
    let mut sold = exports.clone();
    for hub in raw.accounts.entrepots() {
        let retained = retained_share(&raw.gross_pairs_musd, &raw.accounts, hub);
        for j in 0..sold.ncols() {
            let on = pass_on(&raw.gross_pairs_musd, hub, m, (1.0 - retained) * sold[[hub, j]]);
            sold[[hub, j]] *= retained;
            sold.column_mut(j).iter_mut().zip(on).for_each(|(cell, more)| *cell += more);
        }
    }
    sold
}

/// Imports by heading are spread over sectors alike for all partners: within each partner's total the mix leans on
/// what the partner exports.
fn by_exporter(raw: &Raw, imports: &Array2<f64>, exports: &Array2<f64>) -> Array2<f64> {
    let world: Array1<f64> = imports.sum_axis(Axis(0));
    let all = exports.sum_axis(Axis(0));
    let mut cells = Array2::from_shape_fn(imports.dim(), |(i, j)| {
        let own = exports[[i, j]] / raw.accounts.goods_exports[i].max(1e-9);
        let relative = (own / (all[j] / all.sum()).max(1e-12)).clamp(0.02, 5.0);
        imports[[i, j]] * relative.sqrt()
    });
    let rows: Vec<f64> = imports.sum_axis(Axis(1)).to_vec();
    fit(&mut cells, &rows, &world.to_vec());
    cells
}

/// Economy and sector of exports that were raised, and their value before and after, million USD.
type Raised = (usize, usize, f64, f64);

/// Exports raised to what customs saw; other sectors give way, so that the total stays.
fn raise_exports(
    raw: &Raw,
    by: &Concordance,
    exports: &Array2<f64>,
    fixed: &Array3<f64>,
) -> (Array2<f64>, Vec<Raised>) {
    let seen = fixed.sum_axis(Axis(1)).reversed_axes();
    let mut after = exports.clone();
    for i in 0..exports.nrows() {
        if i == raw.mof.economy {
            after.row_mut(i).assign(&seen.row(i));
            continue;
        }
        let total = raw.accounts.goods_exports[i];
        let least = seen.row(i).mapv(|musd| musd * LEAST_OVER_OBSERVED);
        let mut scale = 1.0;
        for _ in 0..60 {
            let raised = exports.row(i).mapv(|musd| musd * scale);
            let raised = ndarray::Zip::from(&raised).and(&least).map_collect(|a, b| a.max(*b));
            scale *= total / raised.sum();
            after.row_mut(i).assign(&raised);
        }
        // Where customs of two importers saw more than all exports, the total gives way.
    }
    let moved = |(i, j): (usize, usize)| {
        let (before, now) = (exports[[i, j]], after[[i, j]]);
        (by.axes.sectors[j].kind == SectorKind::Goods && (now / before.max(1e-9) - 1.0).abs() > 0.02)
            .then_some((i, j, before, now))
    };
    let raised = exports.indexed_iter().filter_map(|(at, _)| moved(at)).collect();
    (after, raised)
}

/// Imports of each economy by sector, `[n,j]`: observed of those with customs figures, else the mix of product groups
/// or tables fitted to its total and to what the world exports.
fn imports_by_sector(raw: &Raw, by: &Concordance, exports: &Array2<f64>, fixed: &Array3<f64>) -> Array2<f64> {
    let (n, s) = (by.axes.n_countries(), by.axes.n_sectors());
    let seen = fixed.sum_axis(Axis(2)).reversed_axes();
    let is_whole = |m: usize| m == raw.census.importer || m == raw.mof.economy;
    let world: Array1<f64> = exports.sum_axis(Axis(0));
    let mut open = Array2::zeros((n, s));
    for m in (0..n).filter(|&m| !is_whole(m)) {
        let mut mix = mix_of_imports(raw, by, m);
        let relative = raw.accounts.goods_imports[m] / mix.sum();
        mix *= relative;
        for j in by.goods() {
            open[[m, j]] = (mix[j] - seen[[m, j]]).max(LEAST_LEFT * mix[j]).max(1e-6 * world[j]);
        }
    }
    let rows: Vec<f64> = (0..n)
        .map(|m| if is_whole(m) { 0.0 } else { (raw.accounts.goods_imports[m] - seen.row(m).sum()).max(1.0) })
        .collect();
    let columns: Vec<f64> = (0..s).map(|j| world[j] - seen.column(j).sum()).collect();
    fit(&mut open, &rows, &columns);
    open + seen
}

/// Mix of goods imports of economy `m`, `[j]`.
fn mix_of_imports(raw: &Raw, by: &Concordance, m: usize) -> Array1<f64> {
    if raw.imports_musd.row(m).sum() > 0.0 && m != by.rest {
        return raw.imports_musd.row(m).to_owned();
    }
    let from = by.donor[m];
    let mut mix = Array1::zeros(by.axes.n_sectors());
    for (c, code) in raw.tables.codes.iter().enumerate() {
        let cells = raw.tables.trade.index_axis(Axis(0), c);
        for &(j, share) in by.parts(WORLD_CODES, code) {
            if by.axes.sectors[j].kind == SectorKind::Goods {
                mix[j] += share * (cells.row(from).sum() - cells[[from, from]]);
            }
        }
    }
    mix
}

/// Totals of pairs `[i,n]`: those that are known by themselves stay, the others are fitted to what they leave of the totals
/// of the accounts.
fn pair_totals(
    pairs_musd: &Array2<f64>,
    held_pairs: &[(usize, usize, f64)],
    exports: &Array1<f64>,
    imports: &Array1<f64>,
) -> Array2<f64> {
    let mut open = pairs_musd.clone();
    open.diag_mut().fill(0.0);
    let mut held = Array2::<f64>::zeros(open.dim());
    for &(i, m, musd) in held_pairs {
        (open[[i, m]], held[[i, m]]) = (0.0, musd);
    }
    let left = |total: &Array1<f64>, axis: usize| -> Vec<f64> {
        (total - &held.sum_axis(Axis(axis))).mapv(|musd| musd.max(0.0)).to_vec()
    };
    fit(&mut open, &left(exports, 1), &left(imports, 0));
    open + held
}

/// Prior `[j,n,i]`: what the tables know of a pair's industries, split by what both sides trade; size where they do not.
fn prior(
    raw: &Raw,
    by: &Concordance,
    pairs: &Array2<f64>,
    [exports, imports]: [&Array2<f64>; 2],
) -> Array3<f64> {
    let (n, s) = (by.axes.n_countries(), by.axes.n_sectors());
    let world: Array1<f64> = exports.sum_axis(Axis(0));
    let (sold, bought) = (exports.sum_axis(Axis(1)), imports.sum_axis(Axis(1)));
    let size = |j: usize, m: usize, i: usize| match world[j] > 0.0 {
        true => exports[[i, j]] / sold[i] * imports[[m, j]] / bought[m] / (world[j] / world.sum()),
        false => 0.0,
    };
    let goods: Vec<(usize, &[(usize, f64)])> = raw
        .tables
        .codes
        .iter()
        .enumerate()
        .map(|(c, code)| (c, by.parts(WORLD_CODES, code)))
        .filter(|(_, parts)| parts.iter().any(|&(j, _)| by.axes.sectors[j].kind == SectorKind::Goods))
        .collect();
    let in_tables = |m: usize| by.donor[m] == m && m != by.rest;
    let mut cells = Array3::zeros((s, n, n));
    for i in 0..n {
        for m in (0..n).filter(|&m| m != i) {
            let known: f64 = goods.iter().map(|&(c, _)| raw.tables.trade[[c, m, i]]).sum();
            let has_own = in_tables(i) && in_tables(m) && known > 0.0;
            for j in by.goods() {
                let even = if has_own { EVEN_SHARE } else { 1.0 };
                cells[[j, m, i]] += even * pairs[[i, m]] * size(j, m, i);
            }
            for &(c, parts) in goods.iter().filter(|_| has_own) {
                let weights: Vec<(usize, f64)> =
                    parts.iter().map(|&(j, share)| (j, share * size(j, m, i) * world[j])).collect();
                let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
                for (j, weight) in weights.into_iter().filter(|_| sum > 0.0) {
                    cells[[j, m, i]] += pairs[[i, m]] * raw.tables.trade[[c, m, i]] / known * weight / sum;
                }
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2, Array3, Axis};

    use super::{build, exports_by_sector, imports_by_sector, pair_totals, prior, raise_exports};
    use crate::calibration::apac::fixtures::{
        AAA, BBB, CARS, CCC, FREIGHT, GRAIN, ROW, abroad, concordance, raw,
    };

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6 * expected.abs().max(1.0), "{found} is not {expected}");
    }

    #[test]
    fn chapters_are_split_by_what_the_large_importer_buys_and_meet_the_total() {
        let (mut raw, by) = (raw(), concordance(&[]));
        let plain = exports_by_sector(&raw, &by);
        // Grain 40 + 0.2 x 40, cars 0.8 x 40, at 100 together.
        close(plain[[CCC, GRAIN]], 60.0);
        close(plain[[CCC, CARS]], 40.0);
        let mut bought = Array2::zeros((4, 3));
        bought[[CCC, CARS]] = 7.0;
        raw.census.mix.insert("87".to_owned(), bought);
        let split = exports_by_sector(&raw, &by);
        // Of the chapter three quarters are cars, and a quarter is split as before.
        close(split[[CCC, GRAIN]], 50.0 + 100.0 * 0.25 * 0.2 / 2.0);
        close(split.row(CCC).sum(), 100.0);
        // Exports of the economy with customs figures have their mix.
        close(split[[BBB, GRAIN]], 75.0);
    }

    #[test]
    fn exports_are_raised_to_what_customs_saw_within_the_total() {
        let (raw, by) = (raw(), concordance(&[]));
        let mut exports = Array2::from_shape_fn((4, 3), |(_, j)| [60.0, 40.0, 0.0][j]);
        exports.row_mut(BBB).fill(0.0);
        let mut fixed = Array3::zeros((3, 4, 4));
        fixed[[CARS, AAA, CCC]] = 50.0;
        let (after, raised) = raise_exports(&raw, &by, &exports, &fixed);
        close(after[[CCC, CARS]], 51.0);
        close(after[[CCC, GRAIN]], 49.0);
        close(after.row(ROW).sum(), 100.0);
        assert!(raised.iter().any(|&(i, j, before, _)| (i, j) == (CCC, CARS) && before == 40.0));
    }

    #[test]
    fn imports_meet_their_totals_and_what_the_world_exports() {
        let (raw, by) = (raw(), concordance(&[]));
        let exports = Array2::from_shape_fn((4, 3), |(_, j)| [60.0, 40.0, 0.0][j]);
        let mut fixed = Array3::zeros((3, 4, 4));
        for importer in [AAA, BBB] {
            fixed[[GRAIN, importer, ROW]] = 60.0;
            fixed[[CARS, importer, ROW]] = 40.0;
        }
        let imports = imports_by_sector(&raw, &by, &exports, &fixed);
        for n in [CCC, ROW] {
            close(imports.row(n).sum(), 100.0);
        }
        close(imports.column(GRAIN).sum(), 240.0);
        assert!(imports[[CCC, GRAIN]] > imports[[ROW, GRAIN]], "its product groups are three quarters grain");
        assert_eq!(imports[[CCC, FREIGHT]], 0.0);
    }

    #[test]
    fn known_pairs_stay_and_the_others_take_what_is_left() {
        let total = Array1::from_elem(4, 100.0);
        let pairs = pair_totals(&abroad(10.0), &[(AAA, CCC, 80.0)], &total, &total);
        assert_eq!(pairs[[AAA, CCC]], 80.0);
        close(pairs.row(AAA).sum(), 100.0);
        close(pairs.column(CCC).sum(), 100.0);
        close(pair_totals(&abroad(10.0), &[], &total, &total)[[AAA, CCC]], 100.0 / 3.0);
    }

    #[test]
    fn the_prior_leans_on_the_tables_where_both_sides_have_them() {
        let (mut raw, by) = (raw(), concordance(&[]));
        let exports = Array2::from_shape_fn((4, 3), |(_, j)| [50.0, 50.0, 0.0][j]);
        raw.tables.trade.fill(1.0);
        raw.tables.trade.index_axis_mut(Axis(0), 2).fill(9.0);
        let cells = prior(&raw, &by, &abroad(10.0), [&exports, &exports]);
        assert!(cells[[CARS, AAA, BBB]] > 5.0 * cells[[GRAIN, AAA, BBB]], "works are nine tenths");
        close(cells[[CARS, CCC, AAA]], cells[[GRAIN, CCC, AAA]]);
    }

    #[test]
    fn customs_figures_stand_at_the_totals_and_exports_are_met() {
        let (raw, by) = (raw(), concordance(&[]));
        let goods = build(&raw, &by);
        let of = |n: usize, i: usize| goods.flows_musd.slice(ndarray::s![.., n, i]).sum();
        // AAA buys 25 of each of three partners by its customs, 100 by its account.
        close(of(AAA, ROW), 100.0 / 3.0);
        close(goods.flows_musd[[GRAIN, AAA, ROW]] / goods.flows_musd[[CARS, AAA, ROW]], 10.0 / 15.0);
        close(goods.flows_musd[[GRAIN, CCC, BBB]] / goods.flows_musd[[CARS, CCC, BBB]], 3.0);
        let sold = goods.flows_musd.sum_axis(Axis(1)).sum_axis(Axis(0));
        close(sold[ROW], 100.0);
        assert!((0..4).all(|n| of(n, n) == 0.0));
        assert_eq!(goods.flows_musd.index_axis(Axis(0), FREIGHT).sum(), 0.0);
    }
}
