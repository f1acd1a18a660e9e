//! What a number of an outside table must be.

/// What a number must be, in words for a message and as a test.
#[derive(Debug, Clone, Copy)]
pub struct NumberRule {
    /// In words, such as `a share above 0, at most 1`.
    pub expected: &'static str,
    /// True for a number that is allowed.
    pub is_valid: fn(f64) -> bool,
}

impl NumberRule {
    /// A rule in words and as a test.
    #[must_use]
    pub const fn new(expected: &'static str, is_valid: fn(f64) -> bool) -> Self {
        Self { expected, is_valid }
    }
}
