//! Why there are no estimates.

use super::fit::NotConverged;
use super::formula::FormulaError;
use tradepath_base::error::InputErrors;

/// Why there are no estimates.
///
/// | variant | when | exit code |
/// | --- | --- | --- |
/// | `Formula` | the formula, a cluster or a condition cannot be read or names an unknown column | 2 |
/// | `Formulas` | several of these | 2 |
/// | `Input` | the panel is faulty | 2 |
/// | `Bias` | the bias correction does not apply to this formula | 2 |
/// | `Cluster` | a covariance cannot be clustered so | 2 |
/// | `NothingToEstimate` | no row is left | 2 |
/// | `NotConverged` | the iteration did not reach its tolerance, or left the range of numbers | 1 |
/// | `NoCovariance` | no standard errors can be computed | 2 |
#[derive(Debug, thiserror::Error)]
pub enum EstimationError {
    /// A formula is wrong.
    #[error(transparent)]
    Formula(#[from] FormulaError),
    /// Several places are wrong.
    #[error("{}", listed(.0))]
    Formulas(Vec<FormulaError>),
    /// The panel is faulty.
    #[error(transparent)]
    Input(#[from] InputErrors),
    /// No bias correction for this formula.
    #[error(transparent)]
    Bias(#[from] NotGravity),
    /// The clusters do not allow a covariance.
    #[error("{0}")]
    Cluster(String),
    /// Nothing is left.
    #[error("nothing to estimate: {0}")]
    NothingToEstimate(String),
    /// No convergence.
    #[error(transparent)]
    NotConverged(#[from] NotConverged),
    /// No standard errors.
    #[error("{0}")]
    NoCovariance(String),
}

impl EstimationError {
    /// True if what the user gave is wrong, rather than the run: trying again cannot help.
    #[must_use]
    pub fn is_input(&self) -> bool {
        !matches!(self, Self::NotConverged(_))
    }
}

/// All of them, one below the other.
fn listed(wrong: &[FormulaError]) -> String {
    wrong.iter().map(FormulaError::to_string).collect::<Vec<_>>().join("\n")
}

/// The formula is not a gravity equation for which corrections are known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "--bias-correct needs the effects exporter^time + importer^time, or these and exporter^importer; \
     found {found}. Write the formula that way, or leave the option out."
)]
pub struct NotGravity {
    /// Effects of the formula.
    pub found: String,
}
