//! A tariff line whose staging is looked for.

use super::category::Published;

/// Code that a line gets which is free when first published, until it is told how such lines are staged.
pub(super) const EARLY: &str = "early";

/// A line with what is published of it.
pub(super) struct StagedLine {
    pub code: String,
    pub group: usize,
    pub weight: f64,
    pub published: Published,
    pub is_estimate: bool,
}
