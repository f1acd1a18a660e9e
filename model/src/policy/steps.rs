//! The mean tariff of a pair over dates, as a stair.

use jiff::civil::{Date, date};

use super::PolicyParameters;
use super::book::PolicyBook;
use super::regimes::Regimes;
use crate::data::{Pair, SectorKind};
use crate::economy::Economy;

/// Least change, in percentage points over both means, that begins a new step.
const LEAST_CHANGE_PP: f64 = 1e-9;

/// The mean tariff of a pair from a day on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TariffStep {
    /// First day.
    pub from: Date,
    /// Mean of the lowest rates that the goods qualify for, with additional duties, percent.
    pub statutory_pct: f64,
    /// Mean of the rates paid, with additional duties, percent.
    pub effective_pct: f64,
}

impl TariffStep {
    /// The steps of the mean tariff of a pair (importer, exporter) in the years `first` to `last`, with central
    /// parameters. `weights` are the shares of the sectors, `[j]`, see [`goods_weights`].
    #[must_use]
    pub fn of_pair(
        book: &PolicyBook,
        regimes: &Regimes,
        pair: Pair,
        weights: &[f64],
        [first, last]: [i16; 2],
    ) -> Vec<Self> {
        let mean = |rates: &[f64]| rates.iter().zip(weights).map(|(rate, weight)| rate * weight).sum::<f64>();
        let mut steps: Vec<Self> = Vec::new();
        for year in first..=last {
            for (from, _) in book.stretches(regimes, pair, year) {
                let found = book.pair_tariffs_on(regimes, pair, from, PolicyParameters::default());
                let (statutory_pct, effective_pct) = (mean(&found.statutory_pct), mean(&found.effective_pct));
                let change = |last: &Self| {
                    (last.statutory_pct - statutory_pct).abs() + (last.effective_pct - effective_pct).abs()
                };
                if steps.last().is_none_or(|last| change(last) > LEAST_CHANGE_PP) {
                    let from = from.max(date(first, 1, 1));
                    steps.push(Self { from, statutory_pct, effective_pct });
                }
            }
        }
        steps
    }
}

/// Shares of the goods sectors in what the importer of a pair buys from the exporter, `[j]`; 0 in services.
#[must_use]
pub fn goods_weights(economy: &Economy, pair: Pair) -> Vec<f64> {
    let is_goods = |j: usize| economy.axes.sectors[j].kind == SectorKind::Goods;
    let flow = |j: usize| if is_goods(j) { economy.flow_musd(j, pair) } else { 0.0 };
    let flows: Vec<f64> = (0..economy.s()).map(flow).collect();
    let total: f64 = flows.iter().sum();
    flows.iter().map(|flow| if total > 0.0 { flow / total } else { 0.0 }).collect()
}
