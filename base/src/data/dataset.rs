//! A baseline directory (`docs/contract.md`) in memory: checked, complete, not yet an equilibrium.

use ndarray::{Array1, Array2, Array3};
use serde::Deserialize;

use super::axes::Axes;
use super::files::Files;

/// Where trade values are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Valuation {
    /// Before the importer's tariff.
    Border,
    /// With the importer's tariff.
    TariffInclusive,
}

/// `meta.toml` of a baseline directory.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meta {
    /// Short name of the data set.
    pub name: String,
    /// Base year.
    pub year: i16,
    /// Unit of money; must be `musd`.
    pub unit: String,
    /// Where trade values are measured.
    pub valuation: Valuation,
    /// Where the data come from.
    #[serde(default)]
    pub source: String,
    /// Licence of the data.
    #[serde(default)]
    pub licence: String,
    /// Tariff of a pair and sector that `tariffs.csv` does not list; absent = such a row is an error.
    pub default_tariff_pct: Option<f64>,
}

/// A baseline directory in memory.
///
/// Arrays are indexed `[j,n,i]` = sector, importer, exporter, or `[n,j]` = country, sector.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// `meta.toml`.
    pub meta: Meta,
    /// Countries and sectors.
    pub axes: Axes,
    /// Trade at border prices, million USD, `[j,n,i]`; domestic flows on the diagonal.
    pub trade_musd: Array3<f64>,
    /// 1 + tariff, `[j,n,i]`; 1 on the diagonal.
    pub tariff_factor: Array3<f64>,
    /// Share of inputs from sector k in gross output of sector j of country n, `[n,k,j]`.
    pub gamma_io: Array3<f64>,
    /// Share of value added in gross output, `[n,j]`.
    pub gamma_va: Array2<f64>,
    /// Shares of final expenditure as given, `[n,j]`; `None` = implied by market clearing.
    pub alpha: Option<Array2<f64>>,
    /// Deficits as given, million USD, `[n]`; `None` = implied by trade.
    pub deficit_musd: Option<Array1<f64>>,
    /// The folder that was read, for messages.
    pub files: Files,
    /// Name and text of every file read, for checksums.
    pub inputs: Vec<(String, String)>,
}

impl Dataset {
    /// Number of countries.
    #[must_use]
    pub fn n(&self) -> usize {
        self.axes.n_countries()
    }

    /// Number of sectors.
    #[must_use]
    pub fn s(&self) -> usize {
        self.axes.n_sectors()
    }

    /// First line of a file that was read with this name in a cell of its own, for messages.
    #[must_use]
    pub fn line_naming(&self, file: &str, name: &str) -> Option<u64> {
        let (_, text) = self.inputs.iter().find(|(known, _)| known.ends_with(file))?;
        let names = |line: &str| line.split(',').any(|cell| cell.trim() == name);
        text.lines().position(names).map(|at| at as u64 + 1)
    }
}
