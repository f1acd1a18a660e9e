//! Most-favoured-nation rates, and the duties that they collect.

use ndarray::Array3;

use crate::data::Pair;

/// Rates of every importer by exporter and product group, percent. The law knows one rate a line; the mean of a group
/// differs by exporter where the trade of the pair weighs the lines.
#[derive(Debug, Clone)]
pub struct MfnRates {
    /// Mean of the lines, `[n,i,g]`.
    pct: Array3<f64>,
    /// Rate less what is collected of it, percentage points, `[n,i,g]`.
    collected_gap_pp: Array3<f64>,
}

impl MfnRates {
    pub(super) fn new(pct: Array3<f64>, collected_gap_pp: Array3<f64>) -> Self {
        Self { pct, collected_gap_pp }
    }

    /// Rate of an importer on a product group of an exporter, percent.
    #[must_use]
    pub fn pct(&self, pair: Pair, group: usize) -> f64 {
        self.pct[[pair.importer, pair.exporter, group]]
    }

    /// Duties collected on a group whose price aggregate is `paid_pct`, percent of the value at the border.
    ///
    /// The two differ in the second order of the rates of the lines ([`super::aggregate`]). Therefore the gap falls with
    /// the square of the share that is left of the rates.
    pub(super) fn collected_pct(&self, pair: Pair, group: usize, paid_pct: f64) -> f64 {
        let at = [pair.importer, pair.exporter, group];
        match self.collected_gap_pp[at] {
            0.0 => paid_pct,
            gap => paid_pct - gap * (paid_pct / self.pct[at]).powi(2),
        }
    }
}
