//! Goods trade by pair of economies: the newest complete table, and an older one where it lacks an economy.

use std::path::Path;

use ndarray::{Array1, Array2, Axis};

use super::accounts::Accounts;
use super::concordance::Concordance;
use super::figures::{FLOW, check_filled, economy};
use crate::calibration::Reading;
use crate::data::Files;

/// Last year of the older panel.
const PATTERN_YEAR: &str = "2016";

/// Goods trade `[i,n]`, exporter first; the diagonal is trade inside a group.
pub fn read(data: &Path, by: &Concordance, reading: &mut Reading) -> Option<Array2<f64>> {
    let n = by.axes.n_countries();
    let newest =
        reading.table(&data.join("liberation_day/trade.csv"), &["exporter", "importer", "value_musd"]);
    let panel = reading.table(
        &data.join("gravity/trade_panel_1964_2016.csv.gz"),
        &["exporter", "importer", "year", "trade_musd"],
    );
    let (newest, panel) = (newest?, panel?);
    reading.each_once(&newest, &["exporter", "importer"]);
    let (mut new, mut old) = (Array2::zeros((n, n)), Array2::zeros((n, n)));
    let old_rows = reading.of_year(&panel, PATTERN_YEAR);
    let rows = newest.rows().map(|row| (row, "value_musd", true));
    let rows: Vec<_> = rows.chain(old_rows.into_iter().map(|row| (row, "trade_musd", false))).collect();
    for (row, column, is_new) in rows {
        let musd = reading.number(&row, column, FLOW);
        let at = (economy(&row, "exporter", by, reading), economy(&row, "importer", by, reading));
        if let ((Some(i), Some(m)), Some(musd)) = (at, musd) {
            let cells = if is_new { &mut new } else { &mut old };
            cells[[i, m]] += musd;
        }
    }
    let pairs = merge(&new, &old);
    let abroad = pairs.sum_axis(Axis(1)) - pairs.diag();
    check_filled(&newest, "value_musd", &abroad, by, reading);
    Some(pairs)
}

/// Pairs whose total is known by itself, from `partners.csv`: exporter, importer, million USD.
pub fn read_held(by: &Concordance, reading: &mut Reading) -> Option<Vec<(usize, usize, f64)>> {
    let columns = ["exporter", "importer", "goods_musd", "source", "mark"];
    let table = reading.own(&Files::embedded().folder("sources/apac"), "partners.csv", &columns)?;
    reading.each_once(&table, &["exporter", "importer"]);
    let mut held = Vec::new();
    for row in table.rows() {
        let mut place =
            |column| row.index(column, &by.axes.country_idx, "economy of the set", &mut reading.faults);
        let at = (place("exporter"), place("importer"));
        if let ((Some(i), Some(m)), Some(musd)) = (at, reading.number(&row, "goods_musd", FLOW)) {
            held.push((i, m, musd));
        }
    }
    Some(held)
}

/// The mean of both tables at the size of the newer; the older alone where the newer lacks an economy.
fn merge(new: &Array2<f64>, old: &Array2<f64>) -> Array2<f64> {
    let has = |n: usize| new.row(n).sum() > 0.0 && new.column(n).sum() > 0.0;
    let both = |(i, m): (usize, usize)| has(i) && has(m) && i != m;
    let sum = |of: &Array2<f64>| of.indexed_iter().filter(|(at, _)| both(*at)).map(|(_, v)| v).sum::<f64>();
    let size = sum(new) / sum(old).max(1e-9);
    Array2::from_shape_fn(new.dim(), |(i, m)| match (i == m, has(i) && has(m)) {
        (true, _) => new[[i, m]],
        (_, true) => 0.5 * (new[[i, m]] + size * old[[i, m]]),
        _ => size * old[[i, m]],
    })
}

/// Share of a group's exports that leaves it, `[n]`; 1 for a single country.
pub(super) fn external_share(pairs: &Array2<f64>) -> Array1<f64> {
    Array1::from_shape_fn(pairs.nrows(), |i| 1.0 - pairs[[i, i]] / pairs.row(i).sum())
}

/// What an entrepot lets pass, as trade between origin and destination.
///
/// Of what an economy sends to an entrepot only the retained part stays there; the rest goes on to the partners that
/// the entrepot sells to, in proportion; what would come back to its origin is dropped.
pub(super) fn without_entrepots(pairs: &mut Array2<f64>, accounts: &Accounts) {
    for hub in accounts.entrepots() {
        let retained = retained_share(pairs, accounts, hub);
        for i in (0..pairs.nrows()).filter(|&i| i != hub) {
            let sent: Vec<f64> = pass_on(pairs, hub, i, (1.0 - retained) * pairs[[i, hub]]);
            pairs[[i, hub]] *= retained;
            pairs.row_mut(i).iter_mut().zip(sent).for_each(|(cell, more)| *cell += more);
        }
    }
}

/// Share of an entrepot's imports that it keeps.
pub(super) fn retained_share(pairs: &Array2<f64>, accounts: &Accounts, hub: usize) -> f64 {
    let gross = pairs.column(hub).sum() - pairs[[hub, hub]];
    (accounts.goods_imports[hub] / gross).min(1.0)
}

/// Where `musd` of origin `i` goes that passes through `hub`, `[n]`.
pub(super) fn pass_on(pairs: &Array2<f64>, hub: usize, i: usize, musd: f64) -> Vec<f64> {
    let is_end = |n: usize| n != hub && n != i;
    let all: f64 = (0..pairs.nrows()).filter(|&n| n != hub).map(|n| pairs[[hub, n]]).sum();
    let share = |n: usize| if is_end(n) { pairs[[hub, n]] / all.max(1e-9) } else { 0.0 };
    (0..pairs.nrows()).map(|n| musd * share(n)).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, array};

    use super::{external_share, merge, without_entrepots};
    use crate::calibration::apac::accounts::Accounts;

    #[test]
    fn trade_inside_a_group_does_not_count_as_exports() {
        assert_eq!(external_share(&array![[60.0, 40.0], [10.0, 0.0]]).to_vec(), vec![0.4, 1.0]);
    }

    #[test]
    fn the_older_table_fills_what_the_newer_lacks() {
        let new = array![[0.0, 8.0, 0.0], [4.0, 0.0, 0.0], [0.0, 0.0, 0.0]];
        let old = array![[0.0, 3.0, 1.0], [3.0, 0.0, 2.0], [1.0, 1.0, 0.0]];
        let merged = merge(&new, &old);
        assert_eq!((merged[[0, 1]], merged[[0, 2]], merged[[1, 2]]), (7.0, 2.0, 4.0));
    }

    #[test]
    fn what_passes_through_becomes_trade_of_origin_and_destination() {
        // Economy 1 keeps a quarter of what it buys and sells to 2 three times as much as to 0.
        let mut pairs = array![[0.0, 40.0, 0.0], [10.0, 0.0, 30.0], [0.0, 0.0, 0.0]];
        let zero = || Array1::<f64>::zeros(3);
        let mut accounts = Accounts {
            goods_exports: zero(),
            goods_imports: array![0.0, 10.0, 0.0],
            services_exports: zero(),
            services_imports: zero(),
            margin_exports: array![0.0, 1.0, 0.0],
            margin_imports: zero(),
            balance: zero(),
            is_published: ndarray::Array2::from_elem((4, 3), false),
        };
        without_entrepots(&mut pairs, &accounts);
        assert_eq!((pairs[[0, 1]], pairs[[0, 2]], pairs[[0, 0]]), (10.0, 22.5, 0.0));
        accounts.margin_exports.fill(0.0);
        let before = pairs.clone();
        without_entrepots(&mut pairs, &accounts);
        assert_eq!(before, pairs);
    }
}
