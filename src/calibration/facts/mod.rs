//! What the default set takes from published facts beside trade and production: growth, people, capital.
//!
//! One file each: [`growth`] real GDP and people by year, [`factors`](mod@factors) capital. Which names
//! and donors are taken stands in `data/sources/facts`.

pub mod elasticities;
mod factors;
pub mod growth;
pub mod places;
pub mod rows;
mod shrinkage;

use std::collections::HashMap;
use std::path::Path;

use elasticities::Elasticities;
use growth::Paths;
use places::{NamesOfCountries, POSITIVE, Places, is_published};
use rows::FactorRow;

use crate::calibration::Reading;
use crate::data::Files;
use crate::output::dir::{OutputDir, OutputError};

/// Facts of the economies of a set.
pub struct Facts {
    /// Growth and people.
    pub paths: Paths,
    /// Elasticities of the sectors that the facts know.
    pub elasticities: Elasticities,
    /// Capital.
    pub factors: Vec<FactorRow<'static>>,
}

impl Facts {
    /// Reads the facts below `input`, the folder that holds `data/` and `facts/`; `None` if one cannot be used, which
    /// is noted as a fault.
    pub fn read(input: &Path, places: &Places<'_>, base_year: i16, reading: &mut Reading) -> Option<Self> {
        let own = Files::embedded().folder("sources/facts");
        let data = input.join("data");
        let names = NamesOfCountries::read(&own, reading);
        let gdp = read_gdp(&data, base_year, reading);
        let elasticities = Elasticities::read(input, &own, places.axes, reading);
        let (names, gdp) = (names?, gdp?);
        let paths = growth::read(&data, &names, places, base_year, reading);
        let factors = factors::read(&data, &own, places, &gdp, reading);
        Some(Self { paths: paths?, elasticities: elasticities?, factors: factors? })
    }

    /// Writes the tables.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn write(&self, dir: &OutputDir) -> Result<(), OutputError> {
        dir.write_rows(self.elasticities.studies.iter().cloned())?;
        dir.write_rows(self.paths.growth.iter().cloned())?;
        dir.write_rows(self.paths.population.iter().cloned())?;
        dir.write_rows(self.factors.iter().cloned())
    }
}

/// GDP of the base year by country, million USD.
fn read_gdp(data: &Path, year: i16, reading: &mut Reading) -> Option<HashMap<String, f64>> {
    let path = data.join("baci_hs2_exports/population_gdp_2011_2020.csv");
    let table = reading.table(&path, &["year", "iso3", "gdp_musd"])?;
    let mut gdp = HashMap::new();
    for row in reading.of_year(&table, &year.to_string()) {
        if is_published(&row, "gdp_musd")
            && let Some(musd) = reading.number(&row, "gdp_musd", POSITIVE)
        {
            gdp.insert(row.text("iso3").to_owned(), musd);
        }
    }
    Some(gdp)
}
