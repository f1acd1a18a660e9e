//! What economies of scale add to the linearised conditions; `scale` makes and applies it.

use crate::numerics::aligned::Aligned;

/// Derivatives of log productivity `psi ln (Y_hat / w_hat)`.
pub struct LinearScale {
    /// `psi` where the country produces, else 0, `[j][n]`.
    pub(super) psi: Vec<f64>,
    /// The same over output.
    pub(super) psi_per_y: Vec<f64>,
    /// `(I - psi dlnY/ds)^-1` of each sector, competition among all countries inside it: `[j][k][i]`, and transposed.
    pub block: Aligned<f64>,
    pub(super) block_transposed: Aligned<f64>,
}
