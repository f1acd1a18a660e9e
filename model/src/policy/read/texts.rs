//! The texts of all classes, as read.

use crate::policy::depth::{Depth, SectorPart};

/// The texts of all classes by part of a sector.
pub(super) struct Texts {
    /// By position of the class.
    pub depths: Vec<Depth>,
    /// True where the strength is computed from chapters, `[class][p]`.
    pub is_computed: Vec<Vec<bool>>,
    /// Parts of the sectors.
    pub parts: Vec<SectorPart>,
    /// Weight of the full text, `[j]`.
    pub text_weights: Vec<f64>,
}
