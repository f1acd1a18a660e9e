//! Most-favoured-nation rates, and the duties that they collect.

use ndarray::Array2;

/// Rates of every importer by product group, percent.
#[derive(Debug, Clone)]
pub struct MfnRates {
    /// Price aggregate of the lines, `[n,g]`.
    pct: Array2<f64>,
    /// Price aggregate less the rate that is collected, percentage points, `[n,g]`.
    collected_gap_pp: Array2<f64>,
}

impl MfnRates {
    pub(super) fn new(pct: Array2<f64>, collected_gap_pp: Array2<f64>) -> Self {
        Self { pct, collected_gap_pp }
    }

    /// Rate of an importer on a product group, percent.
    #[must_use]
    pub fn pct(&self, importer: usize, group: usize) -> f64 {
        self.pct[[importer, group]]
    }

    /// Duties collected on a group whose price aggregate is `paid_pct`, percent of the value at the border.
    ///
    /// The two differ in the second order of the rates of the lines ([`super::aggregate`]). Therefore the gap falls with
    /// the square of the share that is left of the rates.
    pub(super) fn collected_pct(&self, importer: usize, group: usize, paid_pct: f64) -> f64 {
        let at = [importer, group];
        match self.collected_gap_pp[at] {
            0.0 => paid_pct,
            gap => paid_pct - gap * (paid_pct / self.pct[at]).powi(2),
        }
    }
}
