//! The tables of a finished run, cut down to what the charts show.
//!
//! Nothing is computed here. Every number keeps the text that stood in the file, so that the numbers
//! behind a chart are the numbers of the run.

use std::collections::{BTreeMap, HashMap};

use crate::data::{Files, Row, Table};
use crate::error::{Fault, Faults, InputErrors};

use super::manifest::{Manifest, RUN_AGAIN, missing_file};
use super::optional::{self, Exports, SectorOutput, TariffStep};

/// Milestone: the deal of the option is in force.
pub const IN_FORCE: &str = "in_force";
/// Milestone: the interim deal of an option with two steps is in force.
pub const SECTORAL_IN_FORCE: &str = "sectoral_in_force";

/// A number and its text in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The number.
    pub value: f64,
    /// As the file has it.
    pub text: String,
}

/// Distribution of a measure over the draws.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// Arithmetic mean.
    pub mean: Figure,
    /// Quantile at 5 %.
    pub p05: Figure,
    /// Quantile at 25 %, where the table has it.
    pub p25: Option<Figure>,
    /// Median.
    pub p50: Figure,
    /// Quantile at 75 %, where the table has it.
    pub p75: Option<Figure>,
    /// Quantile at 95 %.
    pub p95: Figure,
}

impl Spread {
    /// Names and figures in the order of the tables.
    #[must_use]
    pub fn named(&self) -> Vec<(&'static str, &Figure)> {
        let all = [
            ("mean", Some(&self.mean)),
            ("p05", Some(&self.p05)),
            ("p25", self.p25.as_ref()),
            ("p50", Some(&self.p50)),
            ("p75", self.p75.as_ref()),
            ("p95", Some(&self.p95)),
        ];
        all.into_iter().filter_map(|(name, figure)| Some((name, figure?))).collect()
    }
}

/// The two measures of gain that the report shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Real income against the reference option, percent.
    Pct,
    /// The same in millions of dollars of the base year.
    Money,
}

impl Measure {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "real_income_vs_status_quo" => Some(Self::Pct),
            "real_income_money_vs_status_quo" => Some(Self::Money),
            _ => None,
        }
    }
}

/// Option, year, country and measure of a gain.
pub type GainKey = (usize, i16, usize, Measure);

/// Probability and median date of the milestone `in_force`.
#[derive(Debug, Clone, PartialEq)]
pub struct InForce {
    /// Probability within the horizon.
    pub probability: Figure,
    /// Median date given that it happens; empty where it never does.
    pub p50_date: String,
}

/// A finished run as the report sees it. Options, countries and sectors are positions in the manifest.
#[derive(Debug, Clone)]
pub struct Run {
    /// Names, labels, focus.
    pub manifest: Manifest,
    /// Gains over the draws.
    pub gains: BTreeMap<GainKey, Spread>,
    /// Gains on the reference path.
    pub reference: BTreeMap<GainKey, Figure>,
    /// Cumulative probability by option, milestone and year; the two milestones above alone.
    pub by_year: BTreeMap<(usize, &'static str), Vec<(i16, Figure)>>,
    /// Milestone `in_force` by option.
    pub in_force: BTreeMap<usize, InForce>,
    /// Tariffs over dates; `None` where the run has no `tariff_path.csv`.
    pub tariff_path: Option<Vec<TariffStep>>,
    /// Output of the focus country in the last year; `None` where the run has no `sectors.csv`.
    pub sectors: Option<SectorOutput>,
    /// Exports of the focus country in the last year; `None` where the run has no `bilateral.csv`.
    pub exports: Option<Exports>,
}

impl Run {
    /// Reads the directory of a run.
    ///
    /// # Errors
    /// [`InputErrors`] with every fault found: a missing file or column, an unknown id, a cell that is no number.
    pub fn read(files: &Files) -> Result<Self, InputErrors> {
        let manifest = Manifest::read(files)?;
        let mut reader = Reader::new(files, &manifest);
        let gains = reader.gains();
        let reference = reader.reference();
        let by_year = reader.by_year();
        let in_force = reader.in_force();
        let tariff_path = optional::tariff_path(&mut reader);
        let sectors = optional::sectors(&mut reader);
        let exports = optional::exports(&mut reader);
        reader.check_complete(&gains, &reference);
        let faults = reader.faults;
        faults.into_result(Self {
            manifest: manifest.clone(),
            gains,
            reference,
            by_year,
            in_force,
            tariff_path,
            sectors,
            exports,
        })
    }

    /// Position of the focus country.
    #[must_use]
    pub fn focus(&self) -> usize {
        let manifest = &self.manifest;
        // The manifest was refused unless its focus is one of its countries.
        manifest.countries.iter().position(|country| country.iso3 == manifest.focus).unwrap_or(0)
    }

    /// Gain of the focus country in the last year over the draws.
    #[must_use]
    pub fn last_gain(&self, option: usize, measure: Measure) -> Option<&Spread> {
        self.gains.get(&(option, self.manifest.last_year(), self.focus(), measure))
    }

    /// Gain of the focus country in the last year on the reference path.
    #[must_use]
    pub fn last_reference(&self, option: usize, measure: Measure) -> Option<&Figure> {
        self.reference.get(&(option, self.manifest.last_year(), self.focus(), measure))
    }
}

/// Reads tables and collects their faults.
pub struct Reader<'a> {
    /// Folder of the run.
    pub files: &'a Files,
    /// Its manifest.
    pub manifest: &'a Manifest,
    /// Position of each option.
    pub options: HashMap<String, usize>,
    /// Position of each country.
    pub countries: HashMap<String, usize>,
    /// Position of each sector.
    pub sectors: HashMap<String, usize>,
    /// Faults so far.
    pub faults: Faults,
}

impl<'a> Reader<'a> {
    fn new(files: &'a Files, manifest: &'a Manifest) -> Self {
        let positions = |ids: Vec<&String>| -> HashMap<String, usize> {
            ids.into_iter().enumerate().map(|(at, id)| (id.clone(), at)).collect()
        };
        Self {
            files,
            manifest,
            options: positions(manifest.options.iter().map(|option| &option.id).collect()),
            countries: positions(manifest.countries.iter().map(|country| &country.iso3).collect()),
            sectors: positions(manifest.sectors.iter().map(|sector| &sector.id).collect()),
            faults: Faults::new(),
        }
    }

    /// A table that may be absent; `None` also where its header is unusable.
    pub fn optional_table(&mut self, file: &str, columns: &[&str]) -> Option<Table> {
        match self.files.read_optional(file) {
            Ok(text) => {
                Table::parse(&self.files.display(file), &text?, columns, &["draws"], &mut self.faults)
            }
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    fn table(&mut self, file: &str, columns: &[&str]) -> Option<Table> {
        if let Ok(None) = self.files.read_optional(file) {
            self.faults.push(missing_file(self.files, file));
        }
        self.optional_table(file, columns)
    }

    /// Position of the option of a row.
    pub fn option(&mut self, row: &Row<'_>) -> Option<usize> {
        row.index("option", &self.options, "policy option of manifest.json", &mut self.faults)
    }

    /// Position of the country in `column` of a row.
    pub fn country(&mut self, row: &Row<'_>, column: &str) -> Option<usize> {
        row.index(column, &self.countries, "country of manifest.json", &mut self.faults)
    }

    /// A year of the run.
    pub fn year(&mut self, row: &Row<'_>) -> Option<i16> {
        let year = row.text("year").parse().ok();
        if year.is_none() {
            self.faults.push(row.fault("year", "a year", RUN_AGAIN));
        }
        year
    }

    /// The number in `column` of a row.
    pub fn figure(&mut self, row: &Row<'_>, column: &str) -> Option<Figure> {
        let value = row.number(column, "a finite number", |_| true, &mut self.faults)?;
        Some(Figure { value, text: row.text(column).to_owned() })
    }

    /// The distribution of a row; `None` where its mean is empty (not applicable).
    pub fn spread(&mut self, row: &Row<'_>) -> Option<Spread> {
        if row.text("mean").is_empty() {
            return None;
        }
        let mut quartile =
            |column: &str| if row.text(column).is_empty() { None } else { self.figure(row, column) };
        let (p25, p75) = (quartile("p25"), quartile("p75"));
        let mean = self.figure(row, "mean")?;
        let p05 = self.figure(row, "p05")?;
        let p50 = self.figure(row, "p50")?;
        Some(Spread { mean, p05, p25, p50, p75, p95: self.figure(row, "p95")? })
    }

    fn gain_key(&mut self, row: &Row<'_>) -> Option<GainKey> {
        let measure = Measure::from_name(row.text("measure"))?;
        Some((self.option(row)?, self.year(row)?, self.country(row, "iso3")?, measure))
    }

    fn gains(&mut self) -> BTreeMap<GainKey, Spread> {
        let columns =
            ["option", "year", "iso3", "measure", "unit", "mean", "p05", "p25", "p50", "p75", "p95"];
        let Some(table) = self.table("projections.csv", &columns) else { return BTreeMap::new() };
        table.rows().filter_map(|row| Some((self.gain_key(&row)?, self.spread(&row)?))).collect()
    }

    fn reference(&mut self) -> BTreeMap<GainKey, Figure> {
        let columns = ["option", "year", "iso3", "measure", "unit", "value"];
        let Some(table) = self.table("reference.csv", &columns) else { return BTreeMap::new() };
        let filled = table.rows().filter(|row| !row.text("value").is_empty());
        filled.filter_map(|row| Some((self.gain_key(&row)?, self.figure(&row, "value")?))).collect()
    }

    fn by_year(&mut self) -> BTreeMap<(usize, &'static str), Vec<(i16, Figure)>> {
        let columns = ["option", "milestone", "year", "probability"];
        let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let Some(table) = self.table("by_year.csv", &columns) else { return found };
        for row in table.rows() {
            let milestone = [IN_FORCE, SECTORAL_IN_FORCE].into_iter().find(|m| *m == row.text("milestone"));
            let Some(milestone) = milestone else { continue };
            let (option, year) = (self.option(&row), self.year(&row));
            let probability = self.figure(&row, "probability");
            if let (Some(option), Some(year), Some(probability)) = (option, year, probability) {
                found.entry((option, milestone)).or_default().push((year, probability));
            }
        }
        let [first, last] = self.manifest.years;
        for path in found.values_mut() {
            path.retain(|(year, _)| (first..=last).contains(year));
            path.sort_by_key(|(year, _)| *year);
        }
        found.retain(|_, path| !path.is_empty());
        found
    }

    fn in_force(&mut self) -> BTreeMap<usize, InForce> {
        let columns = ["option", "milestone", "probability", "p05_date", "p50_date", "p95_date"];
        let Some(table) = self.table("dates.csv", &columns) else { return BTreeMap::new() };
        let rows = table.rows().filter(|row| row.text("milestone") == IN_FORCE);
        rows.filter_map(|row| {
            let probability = self.figure(&row, "probability");
            let p50_date = row.text("p50_date").to_owned();
            Some((self.option(&row)?, InForce { probability: probability?, p50_date }))
        })
        .collect()
    }

    /// Every option must have its gain of the focus country in every year, over the draws and on the path.
    fn check_complete(&mut self, gains: &BTreeMap<GainKey, Spread>, reference: &BTreeMap<GainKey, Figure>) {
        if !self.faults.is_empty() {
            return;
        }
        let [first, last] = self.manifest.years;
        let focus = self.countries.get(&self.manifest.focus).copied().unwrap_or(0);
        for option in self.manifest.compared() {
            for measure in [Measure::Pct, Measure::Money] {
                let lacks = |has: &dyn Fn(&GainKey) -> bool| {
                    (first..=last).find(|&year| !has(&(option, year, focus, measure)))
                };
                let in_gains = lacks(&|key| gains.contains_key(key));
                let in_reference = lacks(&|key| reference.contains_key(key));
                for (file, year) in [("projections.csv", in_gains), ("reference.csv", in_reference)] {
                    let Some(year) = year else { continue };
                    self.faults.push(self.no_gain(file, option, year));
                }
            }
        }
    }

    fn no_gain(&self, file: &str, option: usize, year: i16) -> Fault {
        let Manifest { focus, options, .. } = self.manifest;
        Fault {
            file: self.files.display(file),
            line: None,
            field: "option,year,iso3".into(),
            found: format!("no gain against the reference option for {},{year},{focus}", options[option].id),
            expected: "a row for every option and year of manifest.json".into(),
            remedy: RUN_AGAIN.into(),
        }
    }
}
