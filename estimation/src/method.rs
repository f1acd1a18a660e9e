//! The method of an estimate.

/// How coefficients are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// Poisson pseudo-maximum likelihood.
    #[default]
    Ppml,
    /// (Weighted) least squares.
    LeastSquares,
}
