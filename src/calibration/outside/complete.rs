//! What outside tables lack for `tradepath run` and is published by country: growth, people and capital, by the same
//! steps as those of the default set (`calibration::facts`), joined through the countries of the layout.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use ndarray::Array1;

use super::names::Names;
use crate::calibration::facts::Facts;
use crate::calibration::facts::places::Places;
use crate::calibration::facts::rows::{FactorRow, PopulationRow};
use crate::calibration::tables::{GrowthRow, Provenance, TargetRow};
use crate::calibration::{Reading, facts};
use crate::data::{Axes, Country};
use crate::error::InputErrors;
use crate::output::dir::{OutputDir, OutputError};
use crate::output::rows::Rounded;

/// Code of the economy that takes what is published of countries that a set has not.
const OTHERS: &str = "others";

/// The economy of the set that a country belongs to, by code.
pub(super) struct CountryCodes {
    of: HashMap<String, String>,
    all: HashSet<String>,
    rest: Option<String>,
}

/// Economies of a set, with one more for other countries where the set has none, and who belongs to which.
pub(super) struct Members {
    axes: Axes,
    economy_of: HashMap<String, usize>,
    rest: usize,
}

impl Members {
    /// Joins the economies of `axes` with the countries that the facts know.
    pub fn of(codes: &CountryCodes, axes: &Axes) -> Self {
        let mut countries = axes.countries.clone();
        let rest = codes.rest.as_ref().and_then(|iso3| axes.country_idx.get(iso3).copied());
        let rest = rest.unwrap_or_else(|| {
            countries.push(Country { iso3: OTHERS.into(), name: OTHERS.into(), region: OTHERS.into() });
            countries.len() - 1
        });
        let axes = Axes::new(countries, axes.sectors.clone());
        let known = |(code, iso3): (&String, &String)| Some((code.clone(), *axes.country_idx.get(iso3)?));
        let economy_of = codes.of.iter().filter_map(known).collect();
        Self { axes, economy_of, rest }
    }

    /// As the readers of facts take them.
    pub fn places(&self) -> Places<'_> {
        Places { axes: &self.axes, economy_of: &self.economy_of, rest: self.rest }
    }
}

impl CountryCodes {
    /// Asks the names of a layout for every country that the facts know by name.
    pub fn of(names: &Names) -> Result<Self, InputErrors> {
        let mut reading = Reading::new();
        let codes = facts::places::country_codes(&mut reading);
        let (codes, _) = reading.finish(codes)?;
        let known = |code: &String| {
            let at = names.known_country(code)?;
            Some((code.clone(), names.iso3(at)))
        };
        let of = codes.iter().filter_map(known).collect();
        Ok(Self { of, all: codes.into_iter().collect(), rest: names.rest() })
    }

    /// Codes of all countries; other codes are groups.
    pub fn all(&self) -> &HashSet<String> {
        &self.all
    }
}

/// Growth, people and capital of the economies of a set.
pub struct Complete {
    facts: Facts,
    /// Published GDP of the economies of the set, 0 where it is not known.
    gdp_musd: Vec<f64>,
    base_year: i16,
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
        let members = Members::of(codes, axes);
        let places = members.places();
        let mut reading = Reading::new();
        let facts = Facts::read(folder, &places, base_year, &mut reading);
        let (facts, lines) = reading.finish(facts)?;
        let gdp_musd = facts::read_gdp(&folder.join("data"), base_year).map(|of| sums(&of, &members));
        Ok(Self { facts, gdp_musd: gdp_musd.unwrap_or_default(), base_year, lines })
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

    /// Rows of `targets.csv`: published GDP, and value added of the set.
    pub(super) fn targets<'a>(
        &'a self,
        axes: &'a Axes,
        value_added_musd: &'a Array1<f64>,
    ) -> Vec<TargetRow<'a>> {
        let known = axes.countries.iter().zip(&self.gdp_musd).zip(value_added_musd);
        let known = known.filter(|((_, target), _)| **target > 0.0);
        let row = |((country, &target), &reached): ((&'a Country, &f64), &f64)| TargetRow {
            country: country.iso3.as_str().into(),
            measure: format!("gdp_{}", self.base_year).into(),
            target_musd: Rounded::Significant(target),
            reached_musd: Rounded::Significant(reached),
            difference_pct: Rounded::Significant(100.0 * (reached / target - 1.0)),
        };
        known.map(row).collect()
    }

    /// Where the figures come from.
    pub(super) fn provenance(&self) -> impl Iterator<Item = Provenance<'_>> {
        let is_told = |row: &Provenance<'_>| row.country != OTHERS && row.block != "workers";
        self.facts.provenance().into_iter().filter(is_told)
    }
}

/// Published figures by country summed over the economies of a set.
fn sums(of_country: &HashMap<String, f64>, members: &Members) -> Vec<f64> {
    let places = members.places();
    let mut sums = vec![0.0; places.axes.n_countries()];
    // A fixed order of the sums.
    let sorted: crate::sorted::SortedMap<&String, &f64> = of_country.iter().collect();
    for (code, musd) in sorted {
        sums[places.economy(code)] += musd;
    }
    sums
}
