//! From the tables of a run to a [`Run`].

use jiff::civil::Date;

use super::input::{
    Exports, Flows, GainKey, IN_FORCE, Measure, Numbers, Parts, Run, SECTORAL_IN_FORCE, SectorGroup,
    SectorOutput, Spread, TariffStretch,
};
use super::manifest::{Manifest, RUN_AGAIN};
use super::reader::Reader;
use crate::data::{Files, Only, Row};
use crate::ensemble::SECTOR_MEASURES;
use crate::ensemble::summary::{Against, HEADLINE};
use crate::error::{Fault, InputErrors};
use crate::output::decomposition::{DecompositionRow, TOLD_BY};
use crate::output::events::MilestoneYear;
use crate::output::paths::TariffPathStep;
use crate::output::reference::{ReferenceBilateral, ReferenceDate, ReferenceSector, ReferenceValue};
use crate::output::rows::{TableRow, column};
use crate::output::run::{IMPORTS_CHANGE, Projection};
use crate::output::summary::SummaryRow;
use crate::projection::Outcome;
use crate::sorted::{SortedMap, sort_by_key};

/// Unit of the changes of trade that the report shows.
const MUSD: &str = "musd2019";

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
        let numbers = reader.numbers();
        let path_dates = reader.path_dates();
        let tariff_path = reader.tariff_path();
        let sectors = reader.sector_output();
        let flows = reader.flows();
        let draws = reader.draw_paths();
        let parts = reader.parts();
        reader.check_complete(&gains, &reference);
        reader.check_numbers(&numbers);
        let faults = reader.faults;
        faults.into_result(Self {
            manifest: manifest.clone(),
            gains,
            reference,
            by_year,
            numbers,
            path_dates,
            tariff_path,
            sectors,
            exports: flows.as_ref().map(|flows| exports(&manifest, flows)),
            flows,
            draws,
            parts,
        })
    }
}

/// The flows of the focus country as exporter.
fn exports(manifest: &Manifest, flows: &Flows) -> Exports {
    let is_focus = |country: usize| manifest.countries[country].iso3 == manifest.focus;
    let of_focus = flows.iter().filter(|((_, exporter, _, _), _)| is_focus(*exporter));
    of_focus.map(|(&(option, _, importer, group), change)| ((option, importer, group), *change)).collect()
}

/// Rows that are measured against the reference option.
pub(super) fn against_reference() -> Only<'static> {
    (column!(Projection<'_>, against), vec![Against::Reference(0).name()])
}

/// Gains in the measures of the report against the reference option.
fn gains() -> [Only<'static>; 2] {
    let names = HEADLINE.map(|measure| Outcome::MEASURES[measure].0);
    [against_reference(), (column!(Projection<'_>, measure), names.to_vec())]
}

impl Reader<'_> {
    /// Where a gain against the reference option belongs.
    fn gain_key(&mut self, row: &Row<'_>, year: i16, measure: &str) -> Option<GainKey> {
        let measure = Measure::from_name(measure)?;
        Some((self.option(row)?, year, self.country(row, column!(Projection<'_>, iso3))?, measure))
    }

    /// `projections.csv`: the gains over the draws.
    fn gains(&mut self) -> SortedMap<GainKey, Spread> {
        let table = self.required_rows::<Projection<'_>>(&gains());
        let rows: Vec<(Row<'_>, Projection<'_>)> = self.rows(&table);
        let gain = |(row, found): &(Row<'_>, Projection<'_>)| {
            let key = self.gain_key(row, found.year, &found.measure)?;
            Some((key, self.spread(row, &found.value)?))
        };
        rows.iter().filter_map(gain).collect()
    }

    /// `reference.csv`: the gains on the reference path.
    fn reference(&mut self) -> SortedMap<GainKey, f64> {
        let table = self.required_rows::<ReferenceValue<'_>>(&gains());
        let rows: Vec<(Row<'_>, ReferenceValue<'_>)> = self.rows(&table);
        let gain = |(row, found): &(Row<'_>, ReferenceValue<'_>)| {
            let value = found.value?;
            Some((self.gain_key(row, found.year, &found.measure)?, value))
        };
        rows.iter().filter_map(gain).collect()
    }

    /// `by_year.csv`: the two milestones, in the years of the run.
    fn by_year(&mut self) -> SortedMap<(usize, &'static str), Vec<(i16, f64)>> {
        let table = self.required::<MilestoneYear<'_>>();
        let [first, last] = self.manifest.years;
        let mut found: SortedMap<_, Vec<_>> = SortedMap::new();
        let rows: Vec<(Row<'_>, MilestoneYear<'_>)> = self.rows(&table);
        for (row, reached) in rows {
            let milestone = [IN_FORCE, SECTORAL_IN_FORCE].into_iter().find(|m| *m == reached.milestone);
            let Some(milestone) = milestone else { continue };
            let Some(option) = self.option(&row) else { continue };
            if (first..=last).contains(&reached.year) {
                found.entry((option, milestone)).or_default().push((reached.year, reached.probability));
            }
        }
        found.values_mut().for_each(|path| sort_by_key(path, |(year, _)| *year));
        found
    }

    /// `summary.csv`: the three numbers.
    fn numbers(&mut self) -> SortedMap<(usize, usize, Measure), Numbers> {
        let table = self.required::<SummaryRow<'_>>();
        let rows: Vec<(Row<'_>, SummaryRow<'_>)> = self.rows(&table);
        let of_row = |(row, found): (Row<'_>, SummaryRow<'_>)| {
            let measure = Measure::from_name(&found.measure)?;
            let key = (self.option(&row)?, self.country(&row, column!(SummaryRow<'_>, iso3))?, measure);
            let interval = found.if_in_force_p05.zip(found.if_in_force_p95);
            let members = found.members.split('|').filter(|code| !code.is_empty());
            let numbers = Numbers {
                chance: found.chance.zip(found.chance_se),
                p50_date: found.date_in_force_p50,
                if_in_force: found
                    .if_in_force_mean
                    .zip(interval)
                    .map(|(mean, (low, high))| [mean, low, high]),
                expected: found.expected_mean,
                expected_se: found.expected_se,
                effects: found.own_effect.zip(found.unlocked_effect).map(|(own, rest)| [own, rest]),
                members: members.map(str::to_owned).collect(),
            };
            Some((key, numbers))
        };
        rows.into_iter().filter_map(of_row).collect()
    }

    /// `reference_dates.csv`: the milestone `in_force`.
    fn path_dates(&mut self) -> SortedMap<usize, Date> {
        let table = self.required::<ReferenceDate<'_>>();
        let rows: Vec<(Row<'_>, ReferenceDate<'_>)> = self.rows(&table);
        let rows = rows.iter().filter(|(_, found)| found.milestone == IN_FORCE);
        rows.filter_map(|(row, found)| Some((self.option(row)?, found.date))).collect()
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
        sort_by_key(&mut stretches, |step| (step.importer, step.option, step.from));
        table.map(|_| stretches)
    }

    /// `reference_sectors.csv`, rows of the focus country, the last year and the measure `output`.
    fn sector_output(&mut self) -> Option<SectorOutput> {
        let last = self.manifest.last_year().to_string();
        let only = [
            against_reference(),
            (column!(ReferenceSector<'_>, iso3), vec![self.manifest.focus.as_str()]),
            (column!(ReferenceSector<'_>, year), vec![last.as_str()]),
            (column!(ReferenceSector<'_>, measure), vec![SECTOR_MEASURES[0].0]),
        ];
        let table = self.optional_rows::<ReferenceSector<'_>>(&only);
        let rows: Vec<(Row<'_>, ReferenceSector<'_>)> = self.rows(&table);
        let mut output = SectorOutput::new();
        for (row, found) in rows {
            let option = self.option(&row);
            let sector = self.sector(&row, column!(ReferenceSector<'_>, sector));
            if let (Some(option), Some(sector)) = (option, sector) {
                output.insert((option, sector), found.value);
            }
        }
        table.map(|_| output)
    }

    /// `decomposition.csv`, the gains of the focus country in the last year by policy.
    fn parts(&mut self) -> Option<Parts> {
        let table = self.optional::<DecompositionRow<'_>>();
        let (focus, last) = (self.manifest.focus.clone(), self.manifest.last_year());
        let rows: Vec<(Row<'_>, DecompositionRow<'_>)> = self.rows(&table);
        let is_shown = |found: &DecompositionRow<'_>| {
            found.iso3 == focus && found.year == last && found.told_by == TOLD_BY[0]
        };
        let shown = rows.into_iter().filter(|(_, found)| is_shown(found));
        let parts = shown
            .filter_map(|(row, found)| {
                Some((self.option(&row)?, found.part.into_owned(), found.real_income_pct))
            })
            .collect();
        table.as_ref().map(|_| parts)
    }

    /// `reference_bilateral.csv`, the last year in millions of dollars.
    fn flows(&mut self) -> Option<Flows> {
        let last = self.manifest.last_year().to_string();
        let only = [
            against_reference(),
            (column!(ReferenceBilateral<'_>, year), vec![last.as_str()]),
            (column!(ReferenceBilateral<'_>, measure), vec![IMPORTS_CHANGE]),
            (column!(ReferenceBilateral<'_>, unit), vec![MUSD]),
        ];
        let table = self.optional_rows::<ReferenceBilateral<'_>>(&only);
        let rows: Vec<(Row<'_>, ReferenceBilateral<'_>)> = self.rows(&table);
        let mut flows = Flows::new();
        for (row, found) in rows {
            let option = self.option(&row);
            let exporter = self.country(&row, column!(ReferenceBilateral<'_>, exporter));
            let importer = self.country(&row, column!(ReferenceBilateral<'_>, importer));
            let group = SectorGroup::ALL.into_iter().find(|group| group.name() == found.sector_group);
            if group.is_none() {
                let column = column!(ReferenceBilateral<'_>, sector_group);
                self.faults.push(row.fault(column, "goods or services", RUN_AGAIN));
            }
            if let (Some(option), Some(exporter), Some(importer), Some(group)) =
                (option, exporter, importer, group)
            {
                flows.insert((option, exporter, importer, group), found.value);
            }
        }
        table.map(|_| flows)
    }

    /// Every option must have its three numbers of the focus country.
    fn check_numbers(&mut self, numbers: &SortedMap<(usize, usize, Measure), Numbers>) {
        if !self.faults.is_empty() {
            return;
        }
        let mut countries = self.manifest.countries.iter();
        let focus = countries.position(|country| country.iso3 == self.manifest.focus);
        let focus = focus.expect("a manifest whose focus is none of its countries was refused");
        for option in self.manifest.compared() {
            if Measure::ALL.iter().any(|&measure| !numbers.contains_key(&(option, focus, measure))) {
                self.faults.push(self.no_gain(SummaryRow::FILE, option, self.manifest.last_year()));
            }
        }
    }

    /// Every option must have its gain of the focus country in every year, over the draws and on the path.
    fn check_complete(&mut self, gains: &SortedMap<GainKey, Spread>, reference: &SortedMap<GainKey, f64>) {
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
