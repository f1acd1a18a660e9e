//! Outside tables before they are balanced, and the choices of the balancing.

use ndarray::{Array2, Array3};

use super::weights::Weights;
use crate::data::Axes;

/// What becomes of exports that exceed what a country's output can supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReExports {
    /// They are taken off the hub's exports and imports and become trade between origin and destination.
    #[default]
    ToOrigin,
    /// They stay, and the hub's output is raised to supply them.
    Keep,
}

/// Choices of the balancing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BalanceOptions {
    /// How much each table is trusted.
    pub weights: Weights,
    /// Rule for exports above output.
    pub re_exports: ReExports,
}

/// Outside data on the model's countries and sectors, million USD, not yet consistent.
#[derive(Debug, Clone)]
pub struct RawTables {
    /// Countries and sectors.
    pub axes: Axes,
    /// Trade at border prices, `[j,n,i]`; a diagonal cell may be NaN: output less exports.
    pub trade_musd: Array3<f64>,
    /// Gross output, `[n,j]`, needed only where home sales are NaN.
    pub output_musd: Option<Array2<f64>>,
    /// Use of input k by sector j, `[n,k,j]`; absent = no intermediates.
    pub inputs_musd: Option<Array3<f64>>,
    /// Value added, `[n,j]`; absent = what inputs leave of sales.
    pub value_added_musd: Option<Array2<f64>>,
    /// Final demand, `[n,j]`; absent = what inputs leave of expenditure.
    pub final_demand_musd: Option<Array2<f64>>,
    /// Tariffs, `[j,n,i]`, percent.
    pub tariff_pct: Array3<f64>,
}
