//! What a program and a draw hold of texts that topics turn.

/// The provisions of a text that topics turn.
#[derive(Debug, Clone)]
pub(super) struct TextCode {
    /// In the order of the topics.
    pub provisions: Vec<TurnedProvision>,
}

/// A provision and what turns it.
#[derive(Debug, Clone)]
pub(super) struct TurnedProvision {
    /// `CLASS:PROVISION`.
    pub name: String,
    /// Topics that turn it, each with what the menu asks of it.
    pub topics: Vec<(u32, f64)>,
}

/// What an event has left of a provision of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Term {
    /// Event.
    pub seq: u32,
    pub day: i32,
    pub text: u32,
    /// Position among the provisions of the text.
    pub provision: u32,
    pub permille: u32,
}
