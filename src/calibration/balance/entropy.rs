//! Reconciliation by weighted cross-entropy: every cell is scaled, none changes sign, zeros stay zero.
//!
//! Minimises `sum_c w_c (x_c ln(x_c / x0_c) - x_c + x0_c)` subject to the two market-clearing conditions of
//! [`super`], `w` being the weight of the cell's table. Each condition in turn is met exactly by one factor
//! (Bregman's cyclic projections, of which RAS is the case of equal weights and fixed margins). A solution
//! inside the support exists wherever value added and final demand are positive where there is trade, which
//! [`super::rules`] sees to.
//!
//! Cost of a sweep: O(N^2 S + N S^2) multiplications, and N^2 S exponentials where there are tariffs.

use ndarray::{Array2, Array3, Axis, Zip, s};

use super::Weights;

/// Largest relative gap of a market that counts as cleared.
pub const TOLERANCE: f64 = 1e-11;
/// Most sweeps.
const MOST_SWEEPS: usize = 20_000;
/// Most Newton steps for the factor of one condition; the equation is nearly linear in logs.
const NEWTON_STEPS: usize = 60;

/// The four tables, million USD.
#[derive(Debug, Clone)]
pub struct Cells {
    /// Trade at border prices, `[j,n,i]`.
    pub trade_musd: Array3<f64>,
    /// 1 + tariff, `[j,n,i]`.
    pub tariff_factor: Array3<f64>,
    /// Inputs, `[n,k,j]`.
    pub inputs_musd: Array3<f64>,
    /// Value added, `[n,j]`.
    pub value_added_musd: Array2<f64>,
    /// Final demand, `[n,j]`.
    pub final_demand_musd: Array2<f64>,
}

impl Cells {
    /// Sales and inputs bought, `[n,j]`.
    #[must_use]
    pub(crate) fn sales_and_inputs(&self) -> (Array2<f64>, Array2<f64>) {
        (self.trade_musd.sum_axis(Axis(1)).reversed_axes(), self.inputs_musd.sum_axis(Axis(1)))
    }

    /// Tariff-inclusive expenditure and use as inputs, `[n,j]`.
    #[must_use]
    pub(crate) fn spending_and_uses(&self) -> (Array2<f64>, Array2<f64>) {
        let spending = &self.trade_musd * &self.tariff_factor;
        (spending.sum_axis(Axis(2)).reversed_axes(), self.inputs_musd.sum_axis(Axis(2)))
    }
}

/// How the reconciliation ended.
#[derive(Debug, Clone, Copy)]
pub struct Fit {
    /// True if every gap is below [`TOLERANCE`].
    pub converged: bool,
    /// Sweeps made.
    pub sweeps: usize,
    /// Largest relative gap.
    pub residual: f64,
    /// Country and sector of the largest gap.
    pub worst: (usize, usize),
}

/// Scales the cells until all markets clear.
pub(crate) fn reconcile(cells: &mut Cells, weights: &Weights) -> Fit {
    let mut fit = Fit { converged: false, sweeps: 0, residual: f64::INFINITY, worst: (0, 0) };
    let has_tariff = cells.tariff_factor.map_axis(Axis(2), |row| row.iter().any(|&tau| tau != 1.0));
    while fit.sweeps < MOST_SWEEPS {
        (fit.residual, fit.worst) = largest_gap(cells);
        if fit.residual <= TOLERANCE {
            fit.converged = true;
            break;
        }
        for n in 0..cells.value_added_musd.nrows() {
            for j in 0..cells.value_added_musd.ncols() {
                meet_costs(cells, weights, n, j);
                meet_uses(cells, weights, n, j, has_tariff[[j, n]]);
            }
        }
        fit.sweeps += 1;
    }
    fit
}

fn largest_gap(cells: &Cells) -> (f64, (usize, usize)) {
    let (mut worst, mut at) = (0.0, (0, 0));
    let (sales, inputs) = cells.sales_and_inputs();
    let (spending, uses) = cells.spending_and_uses();
    let costs = inputs + &cells.value_added_musd;
    let uses = uses + &cells.final_demand_musd;
    for (left, right) in [(sales, costs), (spending, uses)] {
        Zip::indexed(&left).and(&right).for_each(|index, &left, &right| {
            let size = left.abs().max(right.abs());
            let gap = if size > 0.0 { (left - right).abs() / size } else { 0.0 };
            if gap > worst || gap.is_nan() {
                (worst, at) = (gap, index);
            }
        });
    }
    (worst, at)
}

/// Sales of country `n` in sector `j` equal their costs.
fn meet_costs(cells: &mut Cells, weights: &Weights, n: usize, j: usize) {
    let sales = cells.trade_musd.slice(s![j, .., n]).sum();
    let inputs = cells.inputs_musd.slice(s![n, .., j]).sum();
    let value_added = cells.value_added_musd[[n, j]];
    if !(sales > 0.0 && inputs + value_added > 0.0) {
        return;
    }
    let (up, down) = (1.0 / weights.trade, [1.0 / weights.inputs, 1.0 / weights.value_added]);
    let mu = multiplier(|mu| Sides {
        left: sales * (mu * up).exp(),
        left_slope: sales * (mu * up).exp() * up,
        right: [inputs, value_added],
        right_rate: down,
        mu,
    });
    scale(cells.trade_musd.slice_mut(s![j, .., n]), (mu * up).exp());
    scale(cells.inputs_musd.slice_mut(s![n, .., j]), (-mu * down[0]).exp());
    cells.value_added_musd[[n, j]] *= (-mu * down[1]).exp();
}

/// Expenditure of country `n` on sector `j` equals its uses.
fn meet_uses(cells: &mut Cells, weights: &Weights, n: usize, j: usize, has_tariff: bool) {
    let trade = cells.trade_musd.slice(s![j, n, ..]);
    let tau = cells.tariff_factor.slice(s![j, n, ..]);
    let spending: f64 = trade.iter().zip(tau).map(|(value, tau)| value * tau).sum();
    let inputs = cells.inputs_musd.slice(s![n, j, ..]).sum();
    let final_demand = cells.final_demand_musd[[n, j]];
    if !(spending > 0.0 && inputs + final_demand > 0.0) {
        return;
    }
    let (up, down) = (1.0 / weights.trade, [1.0 / weights.inputs, 1.0 / weights.final_demand]);
    let mu = multiplier(|mu| {
        let (mut left, mut left_slope) = (0.0, 0.0);
        if has_tariff {
            for (value, &tau) in trade.iter().zip(tau) {
                let spent = value * tau * (mu * up * tau).exp();
                left += spent;
                left_slope += spent * up * tau;
            }
        } else {
            left = spending * (mu * up).exp();
            left_slope = left * up;
        }
        Sides { left, left_slope, right: [inputs, final_demand], right_rate: down, mu }
    });
    let row = cells.trade_musd.slice_mut(s![j, n, ..]);
    if has_tariff {
        row.into_iter().zip(tau).for_each(|(value, &tau)| *value *= (mu * up * tau).exp());
    } else {
        scale(row, (mu * up).exp());
    }
    scale(cells.inputs_musd.slice_mut(s![n, j, ..]), (-mu * down[0]).exp());
    cells.final_demand_musd[[n, j]] *= (-mu * down[1]).exp();
}

fn scale(mut cells: ndarray::ArrayViewMut1<'_, f64>, factor: f64) {
    cells.mapv_inplace(|value| value * factor);
}

/// Both sides of a condition at one multiplier.
struct Sides {
    left: f64,
    left_slope: f64,
    right: [f64; 2],
    right_rate: [f64; 2],
    mu: f64,
}

/// Root of `ln left(mu) - ln right(mu)`, which rises with mu, by Newton.
fn multiplier(sides: impl Fn(f64) -> Sides) -> f64 {
    let mut mu = 0.0;
    for _ in 0..NEWTON_STEPS {
        let at = sides(mu);
        let right: Vec<f64> =
            at.right.iter().zip(at.right_rate).map(|(value, rate)| value * (-at.mu * rate).exp()).collect();
        let sum: f64 = right.iter().sum();
        let falls: f64 = right.iter().zip(at.right_rate).map(|(value, rate)| value * rate).sum();
        let step = (at.left / sum).ln() / (at.left_slope / at.left + falls / sum);
        mu -= step;
        if step.abs() <= 1e-15 * (1.0 + mu.abs()) {
            break;
        }
    }
    mu
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Array3};

    use super::{Cells, TOLERANCE, largest_gap, reconcile};
    use crate::calibration::balance::Weights;

    /// Two countries and one sector whose costs exceed sales by a tenth.
    fn unbalanced() -> Cells {
        let mut cells = Cells {
            trade_musd: Array3::from_elem((1, 2, 2), 50.0),
            tariff_factor: Array3::ones((1, 2, 2)),
            inputs_musd: Array3::from_elem((2, 1, 1), 40.0),
            value_added_musd: Array2::from_elem((2, 1), 70.0),
            final_demand_musd: Array2::from_elem((2, 1), 60.0),
        };
        cells.tariff_factor[[0, 0, 1]] = 1.2;
        cells
    }

    #[test]
    fn markets_clear_and_the_heavier_table_moves_less() {
        let moved = |trade: f64| {
            let mut cells = unbalanced();
            assert!(largest_gap(&cells).0 > 0.05);
            let fit = reconcile(&mut cells, &Weights { trade, ..Weights::default() });
            assert!(fit.converged && fit.residual <= TOLERANCE, "{fit:?}");
            (&cells.trade_musd - 50.0).mapv(f64::abs).sum()
        };
        assert!(moved(100.0) < moved(4.0) && moved(4.0) < moved(0.5));
    }

    #[test]
    fn what_clears_is_left_alone() {
        let mut cells = unbalanced();
        reconcile(&mut cells, &Weights::default());
        let before = cells.trade_musd.clone();
        assert_eq!(reconcile(&mut cells, &Weights::default()).sweeps, 0);
        assert_eq!(before, cells.trade_musd);
    }
}
