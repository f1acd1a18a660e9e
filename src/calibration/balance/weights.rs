//! How much each outside table is trusted.

/// How much each table is trusted: a table of twice the weight moves about half as far.
///
/// | table | default | why |
/// | --- | --- | --- |
/// | trade | 4 | recorded by two customs offices |
/// | value added | 2 | national accounts |
/// | inputs | 1 | surveys years apart, mostly estimated |
/// | final demand | 1 | takes what inventories leave |
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Weight of trade and home sales.
    pub trade: f64,
    /// Weight of inputs.
    pub inputs: f64,
    /// Weight of value added.
    pub value_added: f64,
    /// Weight of final demand.
    pub final_demand: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self { trade: 4.0, inputs: 1.0, value_added: 2.0, final_demand: 1.0 }
    }
}
