//! How an equilibrium was found.

/// A way to find an equilibrium.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Wages, prices and expenditure together, preconditioned at the baseline, Anderson accelerated.
    Anderson,
    /// Wages alone with the baseline Jacobian and an adaptive step; prices and expenditure by plain sweeps.
    Damped,
    /// Wages alone with the analytic Jacobian at every point and step halving.
    Newton,
    /// The shock in parts, each from the solution of the one before.
    Homotopy,
}

impl Method {
    /// The name that manifests carry.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Anderson => "anderson",
            Self::Damped => "damped",
            Self::Newton => "newton",
            Self::Homotopy => "homotopy",
        }
    }
}

/// How a solution was found.
#[derive(Debug, Clone, Default)]
pub struct SolveStats {
    /// Method that finished, see [`Method::name`].
    pub method: &'static str,
    /// Evaluations of the equilibrium conditions.
    pub evaluations: usize,
    /// Largest excess demand relative to world value added.
    pub residual: f64,
    /// Largest residual of a log price.
    pub price_residual: f64,
    /// Sum of all excess demands relative to world value added.
    pub walras_residual: f64,
}
