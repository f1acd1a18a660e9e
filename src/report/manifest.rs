//! What the report needs of `manifest.json`: every name, label and focus comes from here.

use serde::Deserialize;

use crate::data::Files;
use crate::error::{Fault, Faults, InputErrors};

/// Name of the file.
pub const FILE: &str = "manifest.json";

/// Remedy of every fault that means "this is not the directory of a finished run".
pub const RUN_AGAIN: &str = "Give the directory of a finished `tradepath run`, or run it again.";

/// The keys of `manifest.json` that the report reads; other keys are left alone.
#[derive(Debug, Clone, Deserialize)]
pub struct Manifest {
    /// Program that wrote the run.
    pub program: String,
    /// Its version.
    pub version: String,
    /// Its command; only `run` has what a report needs.
    pub command: String,
    /// Name of the plan.
    pub plan: String,
    /// Title of the plan.
    pub title: String,
    /// Country on which the charts centre.
    pub focus: String,
    /// Partners of the tariff chart.
    #[serde(default)]
    pub partners: Vec<String>,
    /// Seed of all random streams.
    pub seed: u64,
    /// Solved draws of each option.
    pub draws: u64,
    /// Draws of the events of each option.
    pub event_draws: u64,
    /// First and last year.
    pub years: [i16; 2],
    /// Name of the data set.
    pub baseline: String,
    /// Sources of the data set.
    pub source: String,
    /// Licence of the data set.
    pub licence: String,
    /// Options in the order of the plan.
    pub options: Vec<OptionEntry>,
    /// Option against which gains are measured.
    pub reference_option: String,
    /// Countries in the order of the data set.
    pub countries: Vec<CountryEntry>,
    /// Sectors in the order of the data set.
    pub sectors: Vec<SectorEntry>,
}

/// One option.
#[derive(Debug, Clone, Deserialize)]
pub struct OptionEntry {
    /// Id used in the tables.
    pub id: String,
    /// Label.
    pub title: String,
    /// One sentence.
    #[serde(default)]
    pub description: String,
}

/// One country, with how its blocks of data were obtained.
#[derive(Debug, Clone, Deserialize)]
pub struct CountryEntry {
    /// Id used in the tables.
    pub iso3: String,
    /// Label.
    pub name: String,
    /// Blocks taken from a source as they are.
    #[serde(default)]
    pub observed_blocks: u64,
    /// Blocks of another year or total, scaled.
    #[serde(default)]
    pub scaled_blocks: u64,
    /// Blocks taken from similar countries.
    #[serde(default)]
    pub imputed_blocks: u64,
}

/// One sector.
#[derive(Debug, Clone, Deserialize)]
pub struct SectorEntry {
    /// Id used in the tables.
    pub id: String,
    /// Label.
    pub name: String,
}

impl Manifest {
    /// Reads and checks `manifest.json`.
    ///
    /// # Errors
    /// [`InputErrors`] if it is missing, not JSON, lacks a key, or names an id that it does not define.
    pub fn read(files: &Files) -> Result<Self, InputErrors> {
        let file = files.display(FILE);
        let text = files.read_optional(FILE)?.ok_or_else(|| missing_file(files, FILE))?;
        let manifest: Self = serde_json::from_str(&text).map_err(|error| Fault {
            file: file.clone(),
            line: Some(error.line() as u64).filter(|&line| line > 0),
            field: "json".into(),
            found: error.to_string(),
            expected: "the manifest of a run".into(),
            remedy: RUN_AGAIN.into(),
        })?;
        manifest.checked(&file)
    }

    fn checked(self, file: &str) -> Result<Self, InputErrors> {
        let mut faults = Faults::new();
        let mut check = |holds: bool, field: &str, found: &str, expected: &str| {
            if !holds {
                faults.push(Fault {
                    file: file.into(),
                    line: None,
                    field: field.into(),
                    found: found.into(),
                    expected: expected.into(),
                    remedy: RUN_AGAIN.into(),
                });
            }
        };
        let is_country = |iso3: &String| self.countries.iter().any(|country| country.iso3 == *iso3);
        check(self.command == "run", "command", &self.command, "run");
        check(is_country(&self.focus), "focus", &self.focus, "one of `countries`");
        for partner in &self.partners {
            check(is_country(partner), "partners", partner, "countries of `countries`");
        }
        let has_reference = self.options.iter().any(|option| option.id == self.reference_option);
        check(has_reference, "reference_option", &self.reference_option, "one of `options`");
        check(self.options.len() > 1, "options", "less than two", "the reference and one option more");
        let [first, last] = self.years;
        check(first <= last, "years", &format!("{first}..{last}"), "the first year before the last");
        faults.into_result(self)
    }

    /// Name of a country; its code where the manifest does not know it.
    #[must_use]
    pub fn country_name<'a>(&'a self, iso3: &'a str) -> &'a str {
        self.countries.iter().find(|country| country.iso3 == iso3).map_or(iso3, |found| &found.name)
    }

    /// Name of the focus country.
    #[must_use]
    pub fn focus_name(&self) -> &str {
        self.country_name(&self.focus)
    }

    /// Last year of the run.
    #[must_use]
    pub fn last_year(&self) -> i16 {
        self.years[1]
    }

    /// Positions of the options other than the reference, in the order of the plan.
    #[must_use]
    pub fn compared(&self) -> Vec<usize> {
        (0..self.options.len()).filter(|&at| self.options[at].id != self.reference_option).collect()
    }

    /// Title of the option against which gains are measured.
    #[must_use]
    pub fn reference_title(&self) -> &str {
        let found = self.options.iter().find(|option| option.id == self.reference_option);
        found.map_or(&self.reference_option, |option| &option.title)
    }
}

/// The fault of a file that a finished run has and this folder lacks.
#[must_use]
pub fn missing_file(files: &Files, name: &str) -> Fault {
    Fault {
        file: files.display(name),
        line: None,
        field: "file".into(),
        found: "missing".into(),
        expected: "a file that every finished run has".into(),
        remedy: RUN_AGAIN.into(),
    }
}
