//! Gravity estimates with their covariance (`docs/model.md` section 8).
//!
//! ```text
//! E[y | x, d] = exp(x' beta + sum_q alpha_q[d_q] + offset)
//! ```
//!
//! | step | module |
//! | --- | --- |
//! | the formula as text | [`formula`] |
//! | a CSV panel | [`panel`], [`filter`] |
//! | arrays of a regression, with what is missing | [`design`], [`levels`] |
//! | rows for which no estimate exists | [`separation`] |
//! | projection off the effects | [`absorb`] |
//! | PPML and least squares | [`fit`], [`least_squares`], [`collinear`] |
//! | robust and clustered covariance, Wald tests | [`covariance`] |
//! | corrections for incidental parameters | [`bias`] |
//!
//! [`estimate`] does all of it. Nothing here knows about countries or sectors.
//!
//! References: Santos Silva & Tenreyro (2006); Correia, Guimaraes & Zylkin (2019, 2020); Cameron, Gelbach
//! & Miller (2011); Weidner & Zylkin (2021).

pub mod absorb;
pub mod bias;
pub mod collinear;
mod columns;
pub mod covariance;
pub mod design;
mod diagnosis;
pub mod estimates;
pub mod filter;
pub mod fit;
pub mod formula;
pub mod least_squares;
pub mod levels;
pub mod panel;
pub mod separation;
mod symmetric;

pub use estimates::{Estimates, FixedEffect, Method, Options, estimate};

use crate::error::InputErrors;

/// Why there are no estimates.
///
/// | variant | when | exit code |
/// | --- | --- | --- |
/// | `Formula` | the formula, a cluster or a condition cannot be read or names an unknown column | 2 |
/// | `Input` | the panel is faulty | 2 |
/// | `Bias` | the bias correction does not apply to this formula | 2 |
/// | `Cluster` | a covariance cannot be clustered so | 2 |
/// | `NothingToEstimate` | no row is left | 1 |
/// | `NotConverged` | the iteration did not reach its tolerance, or left the range of numbers | 1 |
/// | `NoCovariance` | no standard errors can be computed | 1 |
#[derive(Debug, thiserror::Error)]
pub enum EstimationError {
    /// A formula is wrong.
    #[error(transparent)]
    Formula(#[from] formula::FormulaError),
    /// The panel is faulty.
    #[error(transparent)]
    Input(#[from] InputErrors),
    /// No bias correction for this formula.
    #[error(transparent)]
    Bias(#[from] bias::NotGravity),
    /// The clusters do not allow a covariance.
    #[error("{0}")]
    Cluster(String),
    /// Nothing is left.
    #[error("nothing to estimate: {0}")]
    NothingToEstimate(String),
    /// No convergence.
    #[error(transparent)]
    NotConverged(#[from] fit::NotConverged),
    /// No standard errors.
    #[error("{0}")]
    NoCovariance(String),
}

impl EstimationError {
    /// True where what the user gave is wrong, rather than the run.
    #[must_use]
    pub fn is_input(&self) -> bool {
        matches!(self, Self::Formula(_) | Self::Input(_) | Self::Bias(_) | Self::Cluster(_))
    }
}
