//! Named rules for what no baseline can hold, before anything is reconciled.
//!
//! | rule | what it does |
//! | --- | --- |
//! | `negative entry set to zero` | inventory changes below zero, in trade, inputs and final demand |
//! | `re-exports moved to their origin` | exports above output become trade between origin and destination |
//! | `output raised to supply exports` | where they are kept, or exceed what was imported |
//! | `nothing sold: costs removed` | inputs and value added of a sector without sales |
//! | `nothing bought: uses removed` | use and final demand of a good that is neither made nor imported |
//! | `least value added` | value added of 0 or less where there are sales becomes a share of them |
//! | `least final demand` | final demand of 0 or less (or a hundred-millionth of expenditure) becomes a sliver of it |

use ndarray::{Array2, Array3, Axis};

use super::entropy::Cells;
use super::{BalanceOptions, Log, RawTables, ReExports};
use crate::data::Axes;
use crate::error::{Fault, InputErrors};

/// Least share of output sold at home, where home sales are output less exports.
pub(crate) const LEAST_HOME_SHARE: f64 = 0.05;
/// Value added of a sector without any, as a share of its sales.
pub(crate) const LEAST_VALUE_ADDED: f64 = 0.01;
/// Final demand of a good without any, as a share of expenditure: below what anyone measures, and enough that
/// the reconciliation, which may shrink it, leaves it above the rounding of the files.
pub(crate) const LEAST_FINAL_DEMAND: f64 = 1e-4;
/// Final demand below this share of [`LEAST_FINAL_DEMAND`] counts as none: a hundred-millionth of
/// expenditure. The reconciliation may shrink a sliver to less than a millionth; what it left is not raised again.
const NO_FINAL_DEMAND: f64 = 1e-4;

/// Tables that the reconciliation can start from.
///
/// # Errors
/// [`InputErrors`] for every country and sector whose home sales are unknown.
pub fn apply(raw: &RawTables, options: &BalanceOptions, log: &mut Log<'_>) -> Result<Cells, InputErrors> {
    let (n, s) = (raw.axes.n_countries(), raw.axes.n_sectors());
    let unknown = Array2::from_elem((n, s), f64::NAN);
    // Without inputs value added is all of the cost; other totals that are absent stay unknown.
    let mut cells = Cells {
        trade_musd: raw.trade_musd.clone(),
        tariff_factor: raw.tariff_pct.mapv(|pct| 1.0 + pct / 100.0),
        inputs_musd: raw.inputs_musd.clone().unwrap_or_else(|| Array3::zeros((n, s, s))),
        value_added_musd: raw.value_added_musd.clone().unwrap_or_else(|| unknown.clone()),
        final_demand_musd: raw.final_demand_musd.clone().unwrap_or(unknown),
    };
    step(&mut cells, log, "negative entry set to zero", |cells| {
        cells.trade_musd.mapv_inplace(clip);
        cells.inputs_musd.mapv_inplace(clip);
        cells.final_demand_musd.mapv_inplace(clip);
    });
    home_sales(raw, options.re_exports, &mut cells, log)?;
    remove_empty(&mut cells, log);
    fill(&mut cells, log);
    Ok(cells)
}

/// Zero for what is below; NaN (not known) stays.
fn clip(value: f64) -> f64 {
    if value < 0.0 { 0.0 } else { value }
}

fn step(cells: &mut Cells, log: &mut Log<'_>, name: &'static str, change: impl FnOnce(&mut Cells)) {
    let before = cells.clone();
    change(cells);
    log.compare(&before, cells, name);
}

/// Home sales that are not given are output less exports.
fn home_sales(
    raw: &RawTables,
    rule: ReExports,
    cells: &mut Cells,
    log: &mut Log<'_>,
) -> Result<(), InputErrors> {
    let (n, s) = (raw.axes.n_countries(), raw.axes.n_sectors());
    let unknown = |cells: &Cells, c: usize, j: usize| cells.trade_musd[[j, c, c]].is_nan();
    let output = |c: usize, j: usize| raw.output_musd.as_ref().map_or(f64::NAN, |output| output[[c, j]]);
    let pairs: Vec<(usize, usize)> = (0..n).flat_map(|c| (0..s).map(move |j| (c, j))).collect();
    let open: Vec<_> = pairs.into_iter().filter(|&(c, j)| unknown(cells, c, j)).collect();
    let faults: Vec<Fault> = open
        .iter()
        .filter(|&&(c, j)| output(c, j).is_nan())
        .map(|&(c, j)| unknown_home(&raw.axes, c, j))
        .collect();
    if !faults.is_empty() {
        return Err(InputErrors(faults));
    }
    if rule == ReExports::ToOrigin {
        step(cells, log, "re-exports moved to their origin", |cells| {
            for &(c, j) in &open {
                move_re_exports(&mut cells.trade_musd, c, j, output(c, j) * (1.0 - LEAST_HOME_SHARE));
            }
        });
    }
    for &(c, j) in &open {
        let exports = exports(&cells.trade_musd, c, j);
        let home = (output(c, j) - exports).max(exports * LEAST_HOME_SHARE / (1.0 - LEAST_HOME_SHARE));
        cells.trade_musd[[j, c, c]] = home;
        let names = [raw.axes.countries[c].iso3.clone(), raw.axes.sectors[j].id.clone(), String::new()];
        log.push(("output", names), [output(c, j), exports + home], "output raised to supply exports");
    }
    Ok(())
}

fn unknown_home(axes: &Axes, c: usize, j: usize) -> Fault {
    Fault {
        file: "trade".into(),
        line: None,
        field: format!("home sales of {},{}", axes.countries[c].iso3, axes.sectors[j].id),
        found: "missing".into(),
        expected: "a row with the same exporter and importer, or gross output".into(),
        remedy: "Add the row to the trade file, or gross_output_musd to value_added.csv.".into(),
    }
}

/// Exports of country `c` in sector `j`.
pub(crate) fn exports(trade_musd: &Array3<f64>, c: usize, j: usize) -> f64 {
    let sales = trade_musd.slice(ndarray::s![j, .., c]);
    sales.iter().enumerate().filter(|&(n, _)| n != c).map(|(_, value)| value).sum()
}

/// Exports of `hub` above `most` become trade between the origins of its imports and their destinations; returns what
/// was moved.
pub(crate) fn move_re_exports(trade_musd: &mut Array3<f64>, hub: usize, j: usize, most: f64) -> f64 {
    let n = trade_musd.dim().1;
    let imports: f64 = (0..n).filter(|&i| i != hub).map(|i| trade_musd[[j, hub, i]]).sum();
    let exports = exports(trade_musd, hub, j);
    let moved = (exports - most.max(0.0)).min(imports);
    if moved <= 0.0 {
        return 0.0;
    }
    let origin: Vec<f64> = (0..n).map(|i| trade_musd[[j, hub, i]] / imports).collect();
    let destination: Vec<f64> = (0..n).map(|m| trade_musd[[j, m, hub]] / exports).collect();
    for i in (0..n).filter(|&i| i != hub) {
        trade_musd[[j, hub, i]] -= moved * origin[i];
        trade_musd[[j, i, hub]] -= moved * destination[i];
        // What went out and came back to its own country is no trade.
        for m in (0..n).filter(|&m| m != hub && m != i) {
            trade_musd[[j, m, i]] += moved * origin[i] * destination[m];
        }
    }
    moved
}

/// Sectors without sales have no costs, goods that nobody supplies no uses; each may empty the other.
fn remove_empty(cells: &mut Cells, log: &mut Log<'_>) {
    let (sales, _) = cells.sales_and_inputs();
    let (spending, _) = cells.spending_and_uses();
    step(cells, log, "nothing sold: costs removed", |cells| {
        for ((n, j), _) in sales.indexed_iter().filter(|(_, sold)| **sold <= 0.0) {
            cells.inputs_musd.slice_mut(ndarray::s![n, .., j]).fill(0.0);
            cells.value_added_musd[[n, j]] = 0.0;
        }
    });
    step(cells, log, "nothing bought: uses removed", |cells| {
        for ((n, j), _) in spending.indexed_iter().filter(|(_, spent)| **spent <= 0.0) {
            cells.inputs_musd.slice_mut(ndarray::s![n, j, ..]).fill(0.0);
            cells.final_demand_musd[[n, j]] = 0.0;
        }
    });
}

/// Value added and final demand that are not given are what is left; both are positive where there is trade.
fn fill(cells: &mut Cells, log: &mut Log<'_>) {
    let left = |given: f64, total: f64, used: f64| if given.is_nan() { total - used } else { given };
    let (sales, inputs) = cells.sales_and_inputs();
    let (spending, uses) = cells.spending_and_uses();
    for ((n, j), value) in cells.value_added_musd.indexed_iter_mut() {
        *value = left(*value, sales[[n, j]], inputs[[n, j]]);
    }
    for ((n, j), value) in cells.final_demand_musd.indexed_iter_mut() {
        *value = left(*value, spending[[n, j]], uses[[n, j]]);
    }
    step(cells, log, "least value added", |cells| {
        raise(&mut cells.value_added_musd, &(sales * LEAST_VALUE_ADDED), 0.0);
    });
    step(cells, log, "least final demand", |cells| {
        raise(&mut cells.final_demand_musd, &(spending * LEAST_FINAL_DEMAND), NO_FINAL_DEMAND);
    });
    debug_assert!(cells.inputs_musd.sum_axis(Axis(0)).iter().all(|value| *value >= 0.0));
}

/// Cells at or below `from` times their least value take that value.
fn raise(cells: &mut Array2<f64>, least: &Array2<f64>, from: f64) {
    ndarray::Zip::from(cells).and(least).for_each(|cell, &least| {
        if *cell <= from * least {
            *cell = least;
        }
    });
}
