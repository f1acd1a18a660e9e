//! What a plan switches on of what moves from year to year.

use serde::{Deserialize, Serialize};

/// The table `dynamics` of a plan. A plan without it has nothing that moves from year to year.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DynamicsPlan {
    /// Capital follows real income (`factors.csv` of the baseline).
    pub capital: bool,
    /// Trade answers cost changes slowly (`years/adjustment.csv`).
    pub adjustment: bool,
    /// Returns to scale (`years/scale.csv`).
    pub structure: Structure,
    /// Jobs by sector in persons follow those of full employment slowly (`workers.csv` of the baseline, `years/labour.csv`).
    pub labour: bool,
    /// Rate at which gains of later years are discounted to the first, percent a year.
    pub discount_pct: f64,
}

/// Returns to scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Structure {
    /// Constant returns, perfect competition.
    Perfect,
    /// External economies of scale by sector.
    Scale,
}

impl Default for DynamicsPlan {
    fn default() -> Self {
        Self {
            capital: false,
            adjustment: false,
            structure: Structure::Perfect,
            labour: false,
            discount_pct: 3.0,
        }
    }
}
