//! What is to be estimated: the formula and what goes with it.

use super::filter::Filter;
use super::formula::{EffectTerm, Formula};

/// Label of the constant.
pub const INTERCEPT: &str = "(constant)";

/// Everything a user says about a regression but the method.
#[derive(Debug, Clone)]
pub struct Specification {
    /// Outcome, regressors, absorbed effects.
    pub formula: Formula,
    /// Column of frequency or sampling weights.
    pub weights: Option<String>,
    /// Column that enters the index with coefficient 1.
    pub offset: Option<String>,
    /// Clusters of the covariance; none = robust to heteroskedasticity.
    pub clusters: Vec<EffectTerm>,
    /// Conditions that rows must meet.
    pub filters: Vec<Filter>,
    /// True if a row without outcome is dropped rather than a fault.
    pub may_drop_missing_outcome: bool,
    /// True if the outcome must not be negative (PPML).
    pub is_outcome_positive: bool,
}

impl Specification {
    /// A specification with the formula alone.
    #[must_use]
    pub fn new(formula: Formula) -> Self {
        Self {
            formula,
            weights: None,
            offset: None,
            clusters: Vec::new(),
            filters: Vec::new(),
            may_drop_missing_outcome: false,
            is_outcome_positive: true,
        }
    }
}
