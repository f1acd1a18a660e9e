//! Services trade: exports by category, imports by the world's mix and the tables', partners as both sides report.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use ndarray::{Array1, Array2, Array3, Axis};

use super::concordance::Concordance;
use super::fit::{Margins, fit, fit_trade};
use super::raw::{ANY, Raw, YEAR, economy, is_published};
use super::tables::WORLD_CODES;
use crate::calibration::Reading;
use crate::data::SectorKind;

/// Bounds of the mix of imports in the tables relative to that of the world: their years and borders differ.
const MIX_BOUNDS: (f64, f64) = (0.4, 2.5);
/// Weight of goods trade beside size where nobody reports the services of a pair.
const LINKED_SHARE: f64 = 0.5;

/// Exports of the base year by sector, `[n,j]`; 0 where not published.
pub fn read_exports(data: &Path, by: &Concordance, reading: &mut Reading) -> Option<Array2<f64>> {
    let path = data.join("baci_hs2_exports/services_exports_wdi.csv");
    let table = reading.table(&path, &["year", "exporter", "category", "value_musd"])?;
    let mut services = Array2::zeros((by.axes.n_countries(), by.axes.n_sectors()));
    let mut seen: HashMap<(&str, &str), crate::data::Row<'_>> = HashMap::new();
    for row in reading.of_year(&table, &YEAR.to_string()) {
        let category = row.text("category");
        if let Some(before) = seen.get(&(row.text("exporter"), category)) {
            // The published file lists one country twice with the same figures.
            if before.text("value_musd") == row.text("value_musd") {
                reading.left(&table, "that stand twice with one figure", row.text("exporter"));
                continue;
            }
            let expected = format!("each exporter and category once; line {} has another", before.line);
            reading.faults.push(row.fault("value_musd", &expected, "Delete one of the two rows."));
        }
        let parts = by.parts("wdi", category);
        if parts.is_empty() {
            reading.left(&table, "of categories without a sector", category);
        } else if !is_published(&row, "value_musd") {
            reading.left(&table, "without a published figure", row.text("exporter"));
        } else if let (Some(n), Some(musd)) =
            (economy(&row, "exporter", by, reading), reading.number(&row, "value_musd", ANY))
        {
            parts.iter().for_each(|&(j, share)| services[[n, j]] += share * musd.max(0.0));
        }
        seen.insert((row.text("exporter"), category), row);
    }
    Some(services)
}

/// Services by pair of economies, `[i,n]`: the mean of what both report, 0 where neither does.
pub fn read_pairs(
    data: &Path,
    by: &Concordance,
    known: &HashSet<String>,
    reading: &mut Reading,
) -> Option<Array2<f64>> {
    let path = data.join("oecd_services_bilateral/services_total_2005_2019.csv.gz");
    let table = reading.table(&path, &["reporter", "partner", "year", "flow", "value_musd"])?;
    let n = by.axes.n_countries();
    let mut sides = [Array2::<f64>::zeros((n, n)), Array2::<f64>::zeros((n, n))];
    for row in reading.of_year(&table, &YEAR.to_string()) {
        if !known.contains(row.text("partner")) || !known.contains(row.text("reporter")) {
            reading.left(&table, "of groups of partners", row.text("partner"));
            continue;
        }
        let (reporter, partner) = (by.economy(row.text("reporter")), by.economy(row.text("partner")));
        let Some(musd) = reading.number(&row, "value_musd", ANY) else { continue };
        match row.text("flow") {
            "export" => sides[0][[reporter, partner]] += musd.max(0.0),
            _ => sides[1][[partner, reporter]] += musd.max(0.0),
        }
    }
    // Few members of the rest of the world report: what they say is no total.
    for side in &mut sides {
        side.row_mut(by.rest).fill(0.0);
        side.column_mut(by.rest).fill(0.0);
    }
    let [exported, imported] = sides;
    Some(ndarray::Zip::from(&exported).and(&imported).map_collect(|&one, &other| {
        match (one > 0.0, other > 0.0) {
            (true, true) => 0.5 * (one + other),
            _ => one.max(other),
        }
    }))
}

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
