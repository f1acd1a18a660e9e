//! Product groups: the level at which tariffs are known.

/// A product group inside a goods sector.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Name.
    pub id: String,
    /// Position of the sector.
    pub sector: usize,
    /// Share of the group in the trade of the sector; sums to 1 over the groups of a sector.
    pub weight: f64,
    /// Lines in the common nomenclature; those of a group in two sectors are split.
    pub lines: f64,
}
