//! Compares long input-output tables with each other: what an industry sells, and what it uses and adds, is its output.
//!
//! A row that was lost, or a cell that changed, shows here; a cell that stands twice was refused before. Published
//! long tables are rounded to a million and leave small trade out, so that sales may miss some of it.

use std::collections::HashMap;
use std::path::Path;

use super::gathered::Gathered;
use crate::error::Fault;
use crate::sorted::SortedMap;

/// Share of output that sales may miss: small trade is left out of the tables.
const SALES_SHARE: f64 = 0.01;
/// Million USD that trade with one country may miss: cells that are rounded to nothing are not listed at all.
const SALES_MUSD: f64 = 3.0;
/// Share of output, and million USD of a cell, by which costs may differ: rounding.
const COSTS_SHARE: f64 = 0.005;
const COSTS_MUSD: f64 = 1.0;

/// What was summed, and of how many cells.
type Sums = HashMap<[usize; 2], (f64, f64)>;

/// Adds the faults of the tables of `folder` that contradict each other.
pub fn check(folder: &Path, to: &mut Gathered) {
    if !to.faults.is_empty() || to.trade.is_empty() {
        return;
    }
    let (mut sales, mut costs) = (Sums::new(), Sums::new());
    let add = |sums: &mut Sums, at: [usize; 2], musd: f64| {
        let sum = sums.entry(at).or_default();
        (sum.0, sum.1) = (sum.0 + musd, sum.1 + 1.0);
    };
    to.trade.iter().for_each(|(&[i, _, j], &musd)| add(&mut sales, [i, j], musd));
    to.inputs.iter().for_each(|(&[n, _, j], &musd)| add(&mut costs, [n, j], musd));
    to.value_added.iter().for_each(|(&at, &musd)| add(&mut costs, at, musd));
    let least_sales_musd = SALES_MUSD * to.names.countries().len() as f64;
    let sound = [
        (&sales, "trade.csv", SALES_SHARE, least_sales_musd, 0.0),
        (&costs, "io.csv and value_added.csv", COSTS_SHARE, COSTS_MUSD, COSTS_MUSD),
    ];
    let output: SortedMap<[usize; 2], f64> = to.output.iter().map(|(&at, &musd)| (at, musd)).collect();
    let mut faults = Vec::new();
    for (at, output) in output {
        for (sums, tables, share, least_musd, cell_musd) in sound {
            // A sum of no cells.
            let (sum, cells) = sums.get(&at).copied().unwrap_or((0.0, 0.0));
            if (sum - output).abs() > share * output.abs() + least_musd + cell_musd * cells {
                let field = format!("{} {}", to.names.iso3(at[0]), to.names.sectors()[at[1]].id);
                let found = format!("{tables} sum to {sum:.1}");
                let expected = format!("the gross output of value_added.csv, {output:.1}, within rounding");
                let remedy = "A row was lost or changed: take the tables as published.";
                faults.push(Fault::of_file(&folder.display().to_string(), &field, &found, &expected, remedy));
            }
        }
    }
    faults.into_iter().for_each(|fault| to.faults.push(fault));
}
