//! What rounds that pass on trade with others need, made once for a point.

/// Each country's input shares times the inverse of its own block, and what it buys from itself.
pub struct Rounds {
    /// Of prices, `G B`, and of expenditure, `G B'`, transposed: `[k][j][n]`.
    pub price: Vec<f64>,
    pub spending: Vec<f64>,
    /// The country's own share, and the same over its tariff, `[j][n]`.
    pub own: Vec<f64>,
    pub own_net: Vec<f64>,
}
