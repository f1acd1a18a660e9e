//! From the tables of a run to a [`Run`].

use std::collections::BTreeMap;

use super::input::{
    Exports, GainKey, IN_FORCE, InForce, Measure, Run, SECTORAL_IN_FORCE, SectorGroup, SectorOutput, Spread,
    TariffStretch,
};
use super::manifest::{Manifest, RUN_AGAIN};
use super::reader::Reader;
use crate::data::{Files, Row};
use crate::ensemble::SECTOR_MEASURES;
use crate::error::{Fault, InputErrors};
use crate::output::events::{MilestoneDates, MilestoneYear};
use crate::output::paths::{ReferenceValue, TariffPathStep};
use crate::output::rows::{TableRow, column};
use crate::output::run::{BilateralChange, IMPORTS_CHANGE, Projection, SectorProjection};

/// Unit of the changes of trade that the report shows.
const MUSD: &str = "musd";

impl Run {
    /// Reads the directory of a run.
    ///
    /// # Errors
    /// [`InputErrors`] with every fault found: a missing file or column, an unknown id, a cell that cannot be read.
    pub fn read(files: &Files) -> Result<Self, InputErrors> {
        let manifest = Manifest::read(files)?;
        let mut reader = Reader::new(files, &manifest);
        let gains = reader.gains();
        let reference = reader.reference();
        let by_year = reader.by_year();
        let in_force = reader.in_force();
        let tariff_path = reader.tariff_path();
        let sectors = reader.sector_output();
        let exports = reader.exports();
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
}

impl Reader<'_> {
    fn gain_key(&mut self, row: &Row<'_>, year: i16, measure: &str) -> Option<GainKey> {
        let measure = Measure::from_name(measure, &self.manifest.reference_option)?;
        Some((self.option(row)?, year, self.country(row, column!(Projection<'_>, iso3))?, measure))
    }

    /// `projections.csv`: the gains over the draws.
    fn gains(&mut self) -> BTreeMap<GainKey, Spread> {
        let table = self.required::<Projection<'_>>();
        let rows: Vec<(Row<'_>, Projection<'_>)> = self.rows(&table);
        let gain = |(row, found): &(Row<'_>, Projection<'_>)| {
            let key = self.gain_key(row, found.year, &found.measure)?;
            Some((key, self.spread(row, &found.value)?))
        };
        rows.iter().filter_map(gain).collect()
    }

    /// `reference.csv`: the gains on the reference path.
    fn reference(&mut self) -> BTreeMap<GainKey, f64> {
        let table = self.required::<ReferenceValue<'_>>();
        let rows: Vec<(Row<'_>, ReferenceValue<'_>)> = self.rows(&table);
        let gain = |(row, found): &(Row<'_>, ReferenceValue<'_>)| {
            let value = found.value?;
            Some((self.gain_key(row, found.year, &found.measure)?, value))
        };
        rows.iter().filter_map(gain).collect()
    }

    /// `by_year.csv`: the two milestones, in the years of the run.
    fn by_year(&mut self) -> BTreeMap<(usize, &'static str), Vec<(i16, f64)>> {
        let table = self.required::<MilestoneYear<'_>>();
        let [first, last] = self.manifest.years;
        let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let rows: Vec<(Row<'_>, MilestoneYear<'_>)> = self.rows(&table);
        for (row, reached) in rows {
            let milestone = [IN_FORCE, SECTORAL_IN_FORCE].into_iter().find(|m| *m == reached.milestone);
            let Some(milestone) = milestone else { continue };
            let Some(option) = self.option(&row) else { continue };
            if (first..=last).contains(&reached.year) {
                found.entry((option, milestone)).or_default().push((reached.year, reached.probability));
            }
        }
        found.values_mut().for_each(|path| path.sort_by_key(|(year, _)| *year));
        found
    }

    /// `dates.csv`: the milestone `in_force`.
    fn in_force(&mut self) -> BTreeMap<usize, InForce> {
        let table = self.required::<MilestoneDates<'_>>();
        let rows: Vec<(Row<'_>, MilestoneDates<'_>)> = self.rows(&table);
        let rows = rows.iter().filter(|(_, found)| found.milestone == IN_FORCE);
        rows.filter_map(|(row, found)| {
            let (probability, p50_date) = (found.probability, found.p50_date);
            Some((self.option(row)?, InForce { probability, p50_date }))
        })
        .collect()
    }

    /// `tariff_path.csv`, rows of the focus country as exporter.
    fn tariff_path(&mut self) -> Option<Vec<TariffStretch>> {
        let table = self.optional::<TariffPathStep<'_>>();
        let focus = self.manifest.focus.clone();
        let rows: Vec<(Row<'_>, TariffPathStep<'_>)> = self.rows(&table);
        let mut stretches = Vec::new();
        for (row, step) in rows.iter().filter(|(_, step)| step.exporter == focus) {
            let Some(statutory_pct) = step.statutory_pct else { continue };
            let option = self.option(row);
            let importer = self.country(row, column!(TariffPathStep<'_>, importer));
            if let (Some(option), Some(importer)) = (option, importer) {
                let (from, until) = (step.valid_from, step.valid_until);
                stretches.push(TariffStretch { option, importer, from, until, statutory_pct });
            }
        }
        stretches.sort_by_key(|step| (step.importer, step.option, step.from));
        table.map(|_| stretches)
    }

    /// `sectors.csv`, rows of the focus country, the last year and the measure `output`.
    fn sector_output(&mut self) -> Option<SectorOutput> {
        let table = self.optional::<SectorProjection<'_>>();
        let (focus, last) = (self.manifest.focus.clone(), self.manifest.last_year());
        let is_shown = |found: &SectorProjection<'_>| {
            found.iso3 == focus && found.year == last && found.measure == SECTOR_MEASURES[0]
        };
        let rows: Vec<(Row<'_>, SectorProjection<'_>)> = self.rows(&table);
        let mut output = SectorOutput::new();
        for (row, found) in rows.into_iter().filter(|(_, found)| is_shown(found)) {
            let option = self.option(&row);
            let sector = self.sector(&row, column!(SectorProjection<'_>, sector));
            let spread = self.spread(&row, &found.value.into());
            if let (Some(option), Some(sector), Some(spread)) = (option, sector, spread) {
                output.insert((option, sector), spread);
            }
        }
        table.map(|_| output)
    }

    /// `bilateral.csv`, exports of the focus country in the last year in millions of dollars.
    fn exports(&mut self) -> Option<Exports> {
        let table = self.optional::<BilateralChange<'_>>();
        let (focus, last) = (self.manifest.focus.clone(), self.manifest.last_year());
        let is_shown = |found: &BilateralChange<'_>| {
            let is_focus = found.exporter == focus && found.year == last;
            is_focus && found.measure == IMPORTS_CHANGE && found.unit == MUSD
        };
        let rows: Vec<(Row<'_>, BilateralChange<'_>)> = self.rows(&table);
        let mut exports = Exports::new();
        for (row, found) in rows.into_iter().filter(|(_, found)| is_shown(found)) {
            let option = self.option(&row);
            let partner = self.country(&row, column!(BilateralChange<'_>, importer));
            let group = SectorGroup::ALL.into_iter().find(|group| group.name() == found.sector_group);
            if group.is_none() {
                let column = column!(BilateralChange<'_>, sector_group);
                self.faults.push(row.fault(column, "goods or services", RUN_AGAIN));
            }
            let spread = self.spread(&row, &found.value.into());
            if let (Some(option), Some(partner), Some(group), Some(spread)) = (option, partner, group, spread)
            {
                exports.insert((option, partner, group), spread);
            }
        }
        table.map(|_| exports)
    }

    /// Every option must have its gain of the focus country in every year, over the draws and on the path.
    fn check_complete(&mut self, gains: &BTreeMap<GainKey, Spread>, reference: &BTreeMap<GainKey, f64>) {
        if !self.faults.is_empty() {
            return;
        }
        let [first, last] = self.manifest.years;
        let mut countries = self.manifest.countries.iter();
        let focus = countries.position(|country| country.iso3 == self.manifest.focus);
        let focus = focus.expect("a manifest whose focus is none of its countries was refused");
        for option in self.manifest.compared() {
            for measure in Measure::ALL {
                let lacks = |has: &dyn Fn(&GainKey) -> bool| {
                    (first..=last).find(|&year| !has(&(option, year, focus, measure)))
                };
                let in_gains = lacks(&|key| gains.contains_key(key));
                let in_reference = lacks(&|key| reference.contains_key(key));
                for (file, year) in [(Projection::FILE, in_gains), (ReferenceValue::FILE, in_reference)] {
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
