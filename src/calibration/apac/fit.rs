//! Entropy fits of trade to its margins: as near to a prior as the margins allow.

use ndarray::{Array2, Array3, Axis, s};

/// Rounds in which pairs are pulled towards their totals, before the margins by sector have the last word.
const PAIR_ROUNDS: usize = 40;
/// Rounds of the margins by sector.
const ROUNDS: usize = 1500;
/// Largest gap of a margin that counts as met.
const TOLERANCE: f64 = 1e-9;

/// Scales `row` to `target`, if it has anything.
fn scale(mut row: ndarray::ArrayViewMut1<'_, f64>, target: f64) {
    let sum = row.sum();
    if sum > 0.0 {
        row *= target / sum;
    }
}

/// Proportional fitting of `cells` to row and column sums.
pub fn fit(cells: &mut Array2<f64>, rows: &[f64], columns: &[f64]) {
    for _ in 0..ROUNDS {
        for (row, &target) in cells.outer_iter_mut().zip(rows) {
            scale(row, target);
        }
        let before = cells.sum_axis(Axis(0));
        for (column, &target) in cells.axis_iter_mut(Axis(1)).zip(columns) {
            scale(column, target);
        }
        let gap = |(sum, target): (&f64, &f64)| (sum - target).abs() <= TOLERANCE * target.abs().max(1.0);
        if before.iter().zip(columns).all(gap) {
            break;
        }
    }
}

/// Margins of trade between economies, million USD.
pub struct Margins<'a> {
    /// Exports, `[i,j]`.
    pub exports: &'a Array2<f64>,
    /// Imports, `[n,j]`; of each sector they sum to what is exported.
    pub imports: &'a Array2<f64>,
    /// Totals of pairs, `[i,n]`: a pull, not a condition.
    pub pairs: &'a Array2<f64>,
}

/// Scales `flows` `[j,n,i]` to the margins; returns the largest relative gap of an importer's margin, in exports all
/// are met.
pub fn fit_trade(flows: &mut Array3<f64>, margins: &Margins<'_>) -> f64 {
    for _ in 0..PAIR_ROUNDS {
        let totals = flows.sum_axis(Axis(0));
        for ((n, i), &total) in totals.indexed_iter() {
            if total > 0.0 && margins.pairs[[i, n]] > 0.0 {
                let factor = margins.pairs[[i, n]] / total;
                flows.slice_mut(s![.., n, i]).mapv_inplace(|value| value * factor);
            }
        }
        for j in 0..flows.dim().0 {
            meet_sector(flows, margins, j);
        }
    }
    let mut worst: f64 = 0.0;
    for j in 0..flows.dim().0 {
        for _ in 0..ROUNDS {
            if meet_sector(flows, margins, j) <= TOLERANCE {
                break;
            }
        }
        worst = worst.max(import_gap(flows, margins, j));
    }
    worst
}

/// One round over importers, then exporters; returns the largest gap that the importers had.
fn meet_sector(flows: &mut Array3<f64>, margins: &Margins<'_>, j: usize) -> f64 {
    let gap = import_gap(flows, margins, j);
    let mut cells = flows.index_axis_mut(Axis(0), j);
    for (n, row) in cells.outer_iter_mut().enumerate() {
        scale(row, margins.imports[[n, j]]);
    }
    for (i, column) in cells.axis_iter_mut(Axis(1)).enumerate() {
        scale(column, margins.exports[[i, j]]);
    }
    gap
}

fn import_gap(flows: &Array3<f64>, margins: &Margins<'_>, j: usize) -> f64 {
    let sums = flows.index_axis(Axis(0), j).sum_axis(Axis(1));
    let all = sums.sum().max(1e-9);
    sums.iter().enumerate().map(|(n, sum)| (sum - margins.imports[[n, j]]).abs() / all).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Axis, array};

    use super::{Margins, fit, fit_trade};

    #[test]
    fn fitting_meets_both_margins_and_keeps_the_odds_ratio() {
        let mut cells = array![[4.0, 1.0], [1.0, 1.0]];
        fit(&mut cells, &[30.0, 10.0], &[20.0, 20.0]);
        assert!((cells.sum_axis(Axis(1)) - array![30.0, 10.0]).iter().all(|gap| gap.abs() < 1e-7));
        assert!((cells.sum_axis(Axis(0)) - array![20.0, 20.0]).iter().all(|gap| gap.abs() < 1e-7));
        assert!((cells[[0, 0]] * cells[[1, 1]] / cells[[0, 1]] / cells[[1, 0]] - 4.0).abs() < 1e-8);
    }

    #[test]
    fn trade_meets_its_margins_and_leans_towards_the_pairs() {
        let mut flows = Array3::from_shape_fn((1, 3, 3), |(_, n, i)| if n == i { 0.0 } else { 1.0 });
        let (exports, imports) = (array![[10.0], [10.0], [10.0]], array![[10.0], [10.0], [10.0]]);
        let pairs = array![[0.0, 9.0, 1.0], [1.0, 0.0, 9.0], [9.0, 1.0, 0.0]];
        let margins = Margins { exports: &exports, imports: &imports, pairs: &pairs };
        assert!(fit_trade(&mut flows, &margins) < 1e-8);
        assert!(flows[[0, 1, 0]] > 8.0 && flows[[0, 2, 0]] < 2.0, "{flows}");
        assert!(flows.sum_axis(Axis(1)).iter().all(|sum| (sum - 10.0).abs() < 1e-8));
    }
}
