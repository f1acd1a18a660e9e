//! Reads the tables that every run has, row by row, and collects their faults.

use std::collections::{BTreeMap, HashMap};

use crate::data::{Files, Row, Table};
use crate::error::{Fault, Faults};

use super::input::{Figure, GainKey, IN_FORCE, InForce, Measure, SECTORAL_IN_FORCE, Spread};
use super::manifest::{Manifest, RUN_AGAIN, missing_file};

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
    /// A reader that has found no fault yet.
    #[must_use]
    pub fn new(files: &'a Files, manifest: &'a Manifest) -> Self {
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
        let measure = Measure::from_name(row.text("measure"), &self.manifest.reference_option)?;
        Some((self.option(row)?, self.year(row)?, self.country(row, "iso3")?, measure))
    }

    /// `projections.csv`: the gains over the draws.
    pub fn gains(&mut self) -> BTreeMap<GainKey, Spread> {
        let columns =
            ["option", "year", "iso3", "measure", "unit", "mean", "p05", "p25", "p50", "p75", "p95"];
        let Some(table) = self.table("projections.csv", &columns) else { return BTreeMap::new() };
        table.rows().filter_map(|row| Some((self.gain_key(&row)?, self.spread(&row)?))).collect()
    }

    /// `reference.csv`: the gains on the reference path.
    pub fn reference(&mut self) -> BTreeMap<GainKey, Figure> {
        let columns = ["option", "year", "iso3", "measure", "unit", "value"];
        let Some(table) = self.table("reference.csv", &columns) else { return BTreeMap::new() };
        let filled = table.rows().filter(|row| !row.text("value").is_empty());
        filled.filter_map(|row| Some((self.gain_key(&row)?, self.figure(&row, "value")?))).collect()
    }

    /// `by_year.csv`: the two milestones, in the years of the run.
    pub fn by_year(&mut self) -> BTreeMap<(usize, &'static str), Vec<(i16, Figure)>> {
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

    /// `dates.csv`: the milestone `in_force`.
    pub fn in_force(&mut self) -> BTreeMap<usize, InForce> {
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
    pub fn check_complete(
        &mut self,
        gains: &BTreeMap<GainKey, Spread>,
        reference: &BTreeMap<GainKey, Figure>,
    ) {
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
