//! What outside tables lack for `tradepath run` and is published by country: growth, people and capital, by the same
//! steps as those of the default set (`calibration::facts`), joined through the countries of the layout.

use std::collections::HashMap;
use std::path::Path;

use super::names::Names;
use crate::calibration::facts::Facts;
use crate::calibration::facts::places::Places;
use crate::calibration::facts::rows::{FactorRow, PopulationRow};
use crate::calibration::tables::{GrowthRow, Provenance};
use crate::calibration::{Reading, facts};
use crate::data::{Axes, Country};
use crate::error::InputErrors;
use crate::output::dir::{OutputDir, OutputError};

/// Code of the economy that takes what is published of countries that a set has not.
const OTHERS: &str = "others";

/// The economy of the set that a country belongs to, by code.
pub(super) struct CountryCodes {
    of: HashMap<String, String>,
    rest: Option<String>,
}

impl CountryCodes {
    /// Asks the names of a layout for every country that the facts know by name.
    pub fn of(names: &Names) -> Result<Self, InputErrors> {
        let mut reading = Reading::new();
        let codes = facts::places::country_codes(&mut reading);
        let (codes, _) = reading.finish(codes)?;
        let known = |code: String| {
            let at = names.known_country(&code)?;
            Some((code, names.iso3(at)))
        };
        Ok(Self { of: codes.into_iter().filter_map(known).collect(), rest: names.rest() })
    }
}

/// Growth, people and capital of the economies of a set.
pub struct Complete {
    facts: Facts,
    /// What was read, for the user.
    pub lines: Vec<String>,
}

impl Complete {
    /// Reads what `folder` (with `data/` and `facts/`) has of the economies of `axes`.
    ///
    /// # Errors
    /// [`InputErrors`] with every fault of every file, and of every economy of which nothing is published.
    pub(super) fn read(
        folder: &Path,
        codes: &CountryCodes,
        axes: &Axes,
        base_year: i16,
    ) -> Result<Self, InputErrors> {
        let mut countries = axes.countries.clone();
        let rest = codes.rest.as_ref().and_then(|iso3| axes.country_idx.get(iso3).copied());
        let rest = rest.unwrap_or_else(|| {
            countries.push(Country { iso3: OTHERS.into(), name: OTHERS.into(), region: OTHERS.into() });
            countries.len() - 1
        });
        let wider = Axes::new(countries, axes.sectors.clone());
        let economy_of: HashMap<String, usize> = codes
            .of
            .iter()
            .filter_map(|(code, iso3)| Some((code.clone(), *wider.country_idx.get(iso3)?)))
            .collect();
        let mut reading = Reading::new();
        let places = Places { axes: &wider, economy_of: &economy_of, rest };
        let facts = Facts::read(folder, &places, base_year, &mut reading);
        let (facts, lines) = reading.finish(facts)?;
        Ok(Self { facts, lines })
    }

    /// Writes `growth.csv`, `population.csv` and `factors.csv`.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub(super) fn write(&self, dir: &OutputDir) -> Result<(), OutputError> {
        let is_own = |iso3: &str| iso3 != OTHERS;
        let growth = self.facts.paths.growth.iter().filter(|row: &&GrowthRow<'_>| is_own(&row.iso3));
        dir.write_rows(growth.cloned())?;
        let people = self.facts.paths.population.iter();
        dir.write_rows(people.filter(|row: &&PopulationRow<'_>| is_own(&row.iso3)).cloned())?;
        let factors = self.facts.factors.iter();
        dir.write_rows(factors.filter(|row: &&FactorRow<'_>| is_own(&row.country)).cloned())
    }

    /// Where the figures come from.
    pub(super) fn provenance(&self) -> impl Iterator<Item = Provenance<'_>> {
        let is_told = |row: &Provenance<'_>| row.country != OTHERS && row.block != "workers";
        self.facts.provenance().into_iter().filter(is_told)
    }
}
