//! What the ledger of a draw holds.

/// Numbers and topics of a draw.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Parameters of every draw, by slot; `None`, or none at all, = as compiled.
    pub given: Vec<Option<f64>>,
    /// Parameters, then states, each as of the day beside it.
    pub values: Vec<f64>,
    pub noted: Vec<i32>,
    /// Share of each topic that is still asked for.
    pub asked: Vec<f64>,
    /// Strength of the demand: how much the actor that asked wants it.
    pub strength: Vec<f64>,
    /// Topics that were offered, and are not offered again where they were trimmed.
    pub offered: Vec<bool>,
}
