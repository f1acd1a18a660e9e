//! What the default set takes from published facts beside trade and production.
//!
//! One file each: [`growth`] real GDP and people by year, `factors`: capital, [`workers`] people at work,
//! [`elasticities`] trade elasticities. What is taken, and from whom, stands in `data/sources/facts`.

pub mod elasticities;
mod factors;
pub mod growth;
pub mod places;
pub mod rows;
mod shrinkage;
pub mod workers;

use std::collections::HashMap;
use std::path::Path;

use ndarray::ArrayView2;

use elasticities::Elasticities;
use growth::Paths;
use places::{NamesOfCountries, Places};
use rows::FactorRow;
use workers::Workers;

use crate::calibration::{Provenance, Reading};
use crate::data::{Axes, Files};
use crate::output::dir::{OutputDir, OutputError};

/// Facts of the economies of a set.
pub struct Facts {
    /// Growth and people.
    pub paths: Paths,
    /// Elasticities of the sectors that the facts know.
    pub elasticities: Elasticities,
    /// Capital.
    pub factors: Vec<FactorRow<'static>>,
    /// People at work, where the set has the sectors that they are divided among.
    pub workers: Option<Workers>,
}

impl Facts {
    /// Reads the facts below `input`, the folder that holds `data/` and `facts/`; `None` if one cannot be used, which
    /// is noted as a fault.
    pub fn read(input: &Path, places: &Places<'_>, base_year: i16, reading: &mut Reading) -> Option<Self> {
        let own = Files::embedded().folder("sources/facts");
        let data = input.join("data");
        let names = NamesOfCountries::read(&own, reading);
        let gdp = read_gdp(&data, base_year);
        let elasticities = Elasticities::read(input, &own, places.axes, reading);
        // Every file is read, so that all faults are told at once.
        let paths = names.as_ref().and_then(|names| growth::read(&data, names, places, base_year, reading));
        let factors = gdp.and_then(|gdp| factors::read(&data, &own, places, &gdp, reading));
        let workers = names.and_then(|names| Workers::read(&data, &own, &names, places, reading));
        Some(Self { paths: paths?, elasticities: elasticities?, factors: factors?, workers })
    }

    /// Where the figures of each economy come from.
    #[must_use]
    pub fn provenance(&self) -> Vec<Provenance<'_>> {
        let row = |country: &str, block: &'static str, mark: &str, source: &str| {
            let status = if mark == "public" { "observed" } else { "imputed" };
            let (country, source) = (country.to_owned().into(), source.to_owned().into());
            Provenance { country, block: block.into(), status: status.into(), source, donor: "".into() }
        };
        let growth =
            self.factors.iter().map(|of| row(&of.country, "growth and people", "public", growth::SOURCES));
        let capital = self.factors.iter().map(|of| row(&of.country, "capital", &of.mark, &of.source));
        let workers = self.workers.iter().flat_map(Workers::sources).zip(&self.factors);
        let workers = workers.map(|((source, mark), of)| row(&of.country, "workers", mark, source));
        growth.chain(capital).chain(workers).collect()
    }

    /// Writes the tables; `value_added_musd`, `[n,j]`, divides workers of industries that the set splits.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn write(
        &self,
        dir: &OutputDir,
        axes: &Axes,
        value_added_musd: ArrayView2<'_, f64>,
    ) -> Result<(), OutputError> {
        dir.write_rows(self.elasticities.studies.iter().cloned())?;
        dir.write_rows(self.paths.growth.iter().cloned())?;
        dir.write_rows(self.paths.population.iter().cloned())?;
        if let Some(workers) = &self.workers {
            dir.write_rows(workers.rows(axes, value_added_musd))?;
        }
        dir.write_rows(self.factors.iter().cloned())
    }
}

/// GDP of the base year by country, million USD; `None` where the file cannot be used.
///
/// The set itself is made of this file: its reader tells the faults, each once.
pub(crate) fn read_gdp(data: &Path, year: i16) -> Option<HashMap<String, f64>> {
    let path = data.join("baci_hs2_exports/population_gdp_2011_2020.csv");
    let mut reading = Reading::of_option("--facts");
    let table = reading.table(&path, &["year", "iso3", "gdp_musd"])?;
    let mut gdp = HashMap::new();
    for row in reading.of_year(&table, &year.to_string()) {
        if let Some(musd) = row.value("gdp_musd").filter(|musd| musd.is_finite() && *musd > 0.0) {
            gdp.insert(row.text("iso3").to_owned(), musd);
        }
    }
    Some(gdp)
}
