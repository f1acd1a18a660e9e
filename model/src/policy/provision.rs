//! Single provisions of agreements.

/// A provision that a class of agreements has or has not.
#[derive(Debug, Clone, PartialEq)]
pub struct Provision {
    /// Id, as in `switches.csv`.
    pub id: String,
    /// Kind, such as `suspended`; one switch can turn on or off all provisions of a kind.
    pub kind: String,
    /// Change of the weight of the text where it is on, `[j]`; all zero = explicitly no effect.
    pub weight_change: Vec<f64>,
}
