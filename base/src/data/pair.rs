//! Who buys from whom.

/// An importer and an exporter, by their positions among the countries. Policies and results name both, so that the two
/// cannot be taken for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pair {
    /// Country that buys.
    pub importer: usize,
    /// Country that sells.
    pub exporter: usize,
}
