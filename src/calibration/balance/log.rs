//! What the balancing moved.

use super::entropy::Cells;
use crate::data::Axes;
use crate::sorted::sort_by;

/// Least move of a cell that is listed, million USD: one dollar.
const LISTED_MUSD: f64 = 1e-6;

/// Least relative move of a cell that is listed: below it is rounding.
const LISTED_SHARE: f64 = 1e-9;

/// One cell that balancing moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjustment {
    /// `trade`, `inputs`, `value_added` or `final_demand`.
    pub table: &'static str,
    /// Exporter of trade, else the country.
    pub country: String,
    /// Sector; of inputs the one that supplies.
    pub sector: String,
    /// Importer of trade, using sector of inputs, else empty.
    pub partner: String,
    /// Before, million USD.
    pub before_musd: f64,
    /// After, million USD.
    pub after_musd: f64,
    /// Rule or step that moved it.
    pub step: &'static str,
}

/// Collects what was moved.
pub struct Log<'a> {
    axes: &'a Axes,
    moves: Vec<Adjustment>,
}

impl<'a> Log<'a> {
    /// An empty log over these names.
    #[must_use]
    pub fn new(axes: &'a Axes) -> Self {
        Self { axes, moves: Vec::new() }
    }

    /// Notes a move of the cell of `country`, `sector` and `partner`, unless it is rounding.
    pub fn push(&mut self, cell: (&'static str, [String; 3]), values: [f64; 2], step: &'static str) {
        let (table, [country, sector, partner]) = cell;
        let [before_musd, after_musd] = values;
        let moved = (after_musd - before_musd).abs();
        // A NaN before (home sales derived from output) is no move.
        if moved > LISTED_MUSD && moved > LISTED_SHARE * before_musd.abs() {
            self.moves.push(Adjustment { table, country, sector, partner, before_musd, after_musd, step });
        }
    }

    /// Notes every cell that differs between two states.
    pub fn compare(&mut self, before: &Cells, after: &Cells, step: &'static str) {
        let axes = self.axes;
        let country = |n: usize| axes.countries[n].iso3.clone();
        let sector = |j: usize| axes.sectors[j].id.clone();
        for ((j, n, i), &old) in before.trade_musd.indexed_iter() {
            let cell = ("trade", [country(i), sector(j), country(n)]);
            self.push(cell, [old, after.trade_musd[[j, n, i]]], step);
        }
        for ((n, k, j), &old) in before.inputs_musd.indexed_iter() {
            let cell = ("inputs", [country(n), sector(k), sector(j)]);
            self.push(cell, [old, after.inputs_musd[[n, k, j]]], step);
        }
        for ((n, j), &old) in before.value_added_musd.indexed_iter() {
            let cell = ("value_added", [country(n), sector(j), String::new()]);
            self.push(cell, [old, after.value_added_musd[[n, j]]], step);
        }
        for ((n, j), &old) in before.final_demand_musd.indexed_iter() {
            let cell = ("final_demand", [country(n), sector(j), String::new()]);
            self.push(cell, [old, after.final_demand_musd[[n, j]]], step);
        }
    }

    pub(super) fn sorted(mut self) -> Vec<Adjustment> {
        let size = |a: &Adjustment| (a.after_musd - a.before_musd).abs();
        sort_by(&mut self.moves, |a, b| size(b).total_cmp(&size(a)));
        self.moves
    }
}
