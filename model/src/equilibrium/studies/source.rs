//! Where changes of trade costs come from.

use ndarray::Array3;

/// Log changes of trade costs that come from one source, `[j,n,i]`.
#[derive(Debug, Clone)]
pub struct Source {
    /// Of `1 + tariff`.
    pub ln_tau: Option<Array3<f64>>,
    /// Of the iceberg factor.
    pub ln_iceberg: Option<Array3<f64>>,
}
