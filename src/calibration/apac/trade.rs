//! Trade of the base year: goods and services together, and what was moved.

use ndarray::{Array2, Array3, Axis};

use super::concordance::Concordance;
use super::goods::{self, Goods};
use super::raw::Raw;
use super::services;

/// Trade between economies.
pub struct Trade {
    /// Flows at border prices, `[j,n,i]`, million USD; 0 on the diagonal.
    pub flows_musd: Array3<f64>,
    /// Exports that were raised to what customs of their buyers saw: economy, sector, before, after.
    pub raised: Vec<(usize, usize, f64, f64)>,
    /// Largest gap of an importer's margin in goods and in services, as a share of world trade in the sector.
    pub gaps: [f64; 2],
}

impl Trade {
    /// Goods and services trade of the base year.
    #[must_use]
    pub fn build(raw: &Raw, by: &Concordance) -> Self {
        let Goods { flows_musd, raised, gap } = goods::build(raw, by);
        let (services, services_gap) = services::build(raw, by);
        Self { flows_musd: flows_musd + services, raised, gaps: [gap, services_gap] }
    }

    /// Exports by economy and sector, `[n,j]`, million USD.
    #[must_use]
    pub(crate) fn exports_musd(&self) -> Array2<f64> {
        self.flows_musd.sum_axis(Axis(1)).reversed_axes()
    }

    /// Imports by economy and sector at border prices, `[n,j]`, million USD.
    #[must_use]
    pub(crate) fn imports_musd(&self) -> Array2<f64> {
        self.flows_musd.sum_axis(Axis(2)).reversed_axes()
    }
}
