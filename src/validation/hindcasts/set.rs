//! Flows of one set over its years.

use crate::sorted::SortedMap;

/// What names of sets are names of.
pub(super) const SET: &str = "set of sets.csv";

/// One flow over the years of its set.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    pub exporter: String,
    pub importer: String,
    pub product: String,
    /// In the unit of the set, by year.
    pub imports: Vec<f64>,
    /// `ln(1 + tariff)` by year.
    pub ln_tariff: Vec<f64>,
    /// Share under an agreement, by year.
    pub agreement: Vec<f64>,
}

/// Flows of one set.
#[derive(Debug, Clone, Default)]
pub(super) struct Set {
    pub years: Vec<i16>,
    pub flows: Vec<Flow>,
    /// Sectors of each product with their shares.
    pub products: SortedMap<String, Vec<(String, f64)>>,
}

impl Set {
    /// Position of a year in the lists of flows.
    ///
    /// # Panics
    /// Where the set has not the year: the tables are read with a fault for such a case.
    pub fn year(&self, year: i16) -> usize {
        self.years.iter().position(|&known| known == year).expect("checked with the tables")
    }
}
