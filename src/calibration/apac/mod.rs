//! The default data set: Asia-Pacific economies x sectors, 2019, from public tables.
//!
//! Steps, one file each. Names and totals: [`concordance`] economies and sectors (data, not code), [`accounts`] totals of
//! trade. Readers, gathered in [`raw`]: [`census`] and [`mof`] customs figures, [`imports`] by product group, [`pairs`]
//! and entrepots, [`tables`] input-output tables, [`value_added`]. Building: [`goods`] and [`services`] trade by entropy
//! ([`fit`](mod@fit)), together in [`trade`]; [`production`] outputs, inputs and home sales; [`tariffs`] base rates;
//! [`write`](mod@write) the directory with its [`origin`].

pub mod accounts;
pub mod census;
pub mod concordance;
pub mod figures;
pub mod fit;
#[cfg(test)]
mod fixtures;
pub mod goods;
pub mod imports;
mod input_structure;
pub mod mof;
pub mod origin;
pub mod pairs;
pub mod production;
pub mod raw;
pub mod service_reports;
pub mod services;
mod sheets;
pub mod tables;
pub mod tariffs;
pub mod trade;
pub mod value_added;
pub mod write;

use std::path::Path;

use concordance::Concordance;
pub use figures::YEAR;
use production::Production;
use raw::Raw;
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
    let tariff_pct = tariffs::base_tariffs(&concordance.axes, YEAR)?;
    let trade = Trade::build(&raw, &concordance);
    let production = Production::build(&raw, &concordance, &trade, &tariff_pct)?;
    Ok(Apac { concordance, raw, facts, tariff_pct, trade, production, lines })
}
