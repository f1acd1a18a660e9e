//! The default data set: Asia-Pacific economies x sectors, 2019, from public tables.
//!
//! Steps, one file each: [`concordance`] names economies and sectors (data, not code); [`raw`] reads and
//! aggregates the outside tables; [`trade`] builds trade of 2019 from exports by sector and partner
//! patterns; [`production`] outputs, inputs and home sales; [`tariffs`] base rates; [`write`](mod@write) the directory.

pub mod concordance;
pub mod production;
pub mod raw;
pub mod tariffs;
pub mod trade;
pub mod write;

use std::path::Path;

use concordance::Concordance;
use production::Production;
use raw::Raw;
pub use raw::YEAR;
use trade::Trade;

use crate::calibration::Reading;
use crate::calibration::facts::Facts;
use crate::error::InputErrors;

/// Everything that the baseline directory is written from.
pub struct Apac {
    /// Names and groupings.
    pub concordance: Concordance,
    /// Aggregated outside data.
    pub raw: Raw,
    /// Growth, people and capital.
    pub facts: Facts,
    /// Base tariffs, `[j,n,i]`, percent.
    pub tariff_pct: ndarray::Array3<f64>,
    /// Trade between economies.
    pub trade: Trade,
    /// Production and what balancing moved.
    pub production: Production,
    /// What was read and what was left out, for the user.
    pub lines: Vec<String>,
}

/// Builds the set from the folder that holds `data/` and `facts/`; `own` has economies.csv and sectors.csv in place
/// of `data/sources/apac`.
///
/// # Errors
/// [`InputErrors`] with every fault of every file, or the economy whose figures contradict each other.
pub fn build(input: &Path, own: Option<&Path>) -> Result<Apac, InputErrors> {
    let concordance = Concordance::read(own)?;
    let mut reading = Reading::new();
    let raw = Raw::read(input, &concordance, &mut reading);
    let facts = Facts::read(input, &concordance.places(), YEAR, &mut reading);
    let ((raw, facts), lines) = reading.finish(raw.zip(facts))?;
    let mut concordance = concordance;
    concordance.set_elasticities(&facts.elasticities);
    let tariff_pct = tariffs::base_tariffs(&concordance)?;
    let trade = Trade::build(&raw, &concordance);
    let production = Production::build(&raw, &concordance, &trade, &tariff_pct)?;
    Ok(Apac { concordance, raw, facts, tariff_pct, trade, production, lines })
}
