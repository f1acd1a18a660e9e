//! The cells of trade that hold quota products, and what is left of them.

use crate::economy::Economy;
use crate::equilibrium::counterfactual::quota::{Quota, QuotaCell};
use crate::equilibrium::counterfactual::shock::Shock;

/// Cells `[j,n,i]` with quota products, each once.
pub fn cells(quotas: &[Quota]) -> Vec<[usize; 3]> {
    let of = |quota: &Quota| {
        let at = (quota.sector, quota.importer);
        quota.cells.iter().map(move |cell| [at.0, at.1, cell.exporter]).collect::<Vec<_>>()
    };
    let mut cells: Vec<[usize; 3]> = quotas.iter().flat_map(of).collect();
    cells.sort_unstable();
    cells.dedup();
    cells
}

/// Quota products of a cell, with the position of the quota and that of the cell in its list.
pub fn products(quotas: &[Quota], [j, n, i]: [usize; 3]) -> impl Iterator<Item = (usize, usize, &QuotaCell)> {
    let here = quotas.iter().enumerate().filter(move |(_, quota)| (quota.sector, quota.importer) == (j, n));
    here.flat_map(move |(at, quota)| {
        let cells = quota.cells.iter().enumerate().filter(move |(_, cell)| cell.exporter == i);
        cells.map(move |(place, cell)| (at, place, cell))
    })
}

/// Differences of shares and factors below this are rounding.
const ROUNDING: f64 = 1e-9;

/// The part of a cell outside its quota products.
#[derive(Debug, Clone, Copy)]
pub struct Rest {
    /// Share of the flow at the border.
    pub share: f64,
    /// 1 + tariff in the baseline.
    pub base_factor: f64,
    /// 1 + tariff of the shock.
    pub factor: f64,
}

impl Rest {
    pub fn new(shock: &Shock, base: &Economy, at: [usize; 3]) -> Self {
        let tau = shock.tau.as_ref().unwrap_or(&base.tau);
        let of = |whole: f64, pct: fn(&QuotaCell) -> f64| -> f64 {
            products(&shock.quotas, at)
                .fold(whole, |left, (.., cell)| left - cell.trade_share * (1.0 + pct(cell) / 100.0))
        };
        let share = products(&shock.quotas, at).fold(1.0, |left, (.., cell)| left - cell.trade_share);
        let base_left = of(base.tau[at], |cell| cell.base_pct);
        let left = of(tau[at], |cell| cell.shock_pct);
        // Products that are all of the cell leave no flow, whose factors then count nowhere; what they pay must be
        // what the cell pays.
        if share.abs() < ROUNDING && base_left.abs() < ROUNDING && left.abs() < ROUNDING {
            return Self { share: 0.0, base_factor: base.tau[at], factor: tau[at] };
        }
        Self { share, base_factor: base_left / share, factor: left / share }
    }

    /// True if the products leave a flow that pays more than the least factor, or leave none.
    pub fn is_sound(&self, least_factor: f64) -> bool {
        self.share >= 0.0 && self.base_factor.min(self.factor) > least_factor
    }
}
