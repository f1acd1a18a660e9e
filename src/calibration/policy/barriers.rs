//! Ad-valorem equivalents of barriers other than tariffs, by importer and sector.
//!
//! ```text
//! AVE = figure of the country x multiplier of the facts' sector x pattern within that sector
//! ```
//!
//! Few sources tell sectors apart, and none does for all importers. Therefore the level is that of the country, and the
//! pattern over sectors is common: the multipliers of `defaults_by_sector.csv`, and within its sectors the ratio of what was
//! measured for single sectors to the whole, mean over the importers that have both.

use std::path::Path;

use super::facts::{PCT, owned};
use super::rows::Barrier;
use crate::calibration::{NumberRule, Reading};
use crate::data::{Axes, Files, Row, Table};
use crate::error::Fault;
use crate::output::rows::Verbatim;
use crate::sorted::sort_by_key;

/// Columns of `barrier_sectors.csv`: the figure of the country, the sector of the facts whose multiplier counts, and the
/// measured sectors whose ratio to `pattern_base` counts.
const SECTOR_COLUMNS: [&str; 7] =
    ["sector", "figure", "multiplier_of", "pattern", "pattern_base", "source", "mark"];
const MULTIPLE: NumberRule = NumberRule::new("a multiple between 0 and 10", |v| (0.0..=10.0).contains(&v));
/// Word in `figure`: the mean of the country's figures for services.
const MEAN_SERVICES: &str = "mean_services";

/// The outside tables.
struct Facts {
    /// Level by importer.
    levels: Table,
    /// Multipliers of goods sectors.
    multipliers: Table,
    /// What was measured by sector: goods, services.
    measured: [Table; 2],
}

/// A row for every importer and sector of the model; a pair without a figure is a fault.
pub fn rows(facts: &Path, own: &Files, axes: &Axes, reading: &mut Reading) -> Option<Vec<Barrier<'static>>> {
    let sectors = reading.own(own, "barrier_sectors.csv", &SECTOR_COLUMNS);
    let levels = ["importer", "kind", "sector", "ave_pct", "definition", "confidence"];
    let levels = reading.table(&facts.join("barriers_ave.csv"), &levels);
    let multipliers = ["sector", "goods_barrier_multiplier", "confidence"];
    let multipliers = reading.table(&facts.join("defaults_by_sector.csv"), &multipliers);
    let columns = ["source", "importer", "sector", "ave_pct"];
    let goods = reading.table(&facts.join("ave_goods_by_sector.csv"), &columns);
    let services = reading.table(&facts.join("ave_services_by_sector.csv"), &columns);
    let facts = Facts { levels: levels?, multipliers: multipliers?, measured: [goods?, services?] };
    check(&facts.levels, axes, reading);
    let sectors = sectors?;
    facts.check_multipliers(&sectors, reading);
    let mut unknown = [Vec::new(), Vec::new()];
    let mut rows = Vec::new();
    let mut missing = Vec::new();
    for sector in &axes.sectors {
        let row = sectors.rows().find(|row| row.text("sector") == sector.id);
        let multiple = row.as_ref().map_or(Some(1.0), |row| facts.multiple(row, &mut unknown));
        for country in &axes.countries {
            let level = row.as_ref().and_then(|row| facts.level(&country.iso3, row.text("figure")));
            let (Some(row), Some((ave, of))) = (&row, level) else {
                missing.push(format!("{},{}", country.iso3, sector.id));
                continue;
            };
            let pct = multiple.unwrap_or(f64::NAN) * ave;
            rows.push(Barrier {
                importer: country.iso3.clone().into(),
                sector: sector.id.clone().into(),
                ave_pct: Verbatim(((10.0 * pct).round() / 10.0).to_string().into()),
                source: format!("{}; {}", of.text("definition"), row.text("source")).into(),
                mark: owned(row, "mark"),
            });
        }
    }
    unknown.into_iter().filter_map(as_one).for_each(|fault| reading.faults.push(fault));
    if let Some(first) = missing.first() {
        let found = format!("{} cells missing, the first {first}", missing.len());
        let expected = "a figure of every importer for each sector of barrier_sectors.csv";
        let fault = Fault::of_file(facts.levels.file(), "importer,sector", &found, expected, "Add the rows.");
        reading.faults.push(fault);
    }
    sort_by_key(&mut rows, |row: &Barrier<'_>| {
        (axes.country_idx[&*row.importer], axes.sector_idx[&*row.sector])
    });
    Some(rows)
}

impl Facts {
    /// Level of a country with the row that it rests on; the facts add notes in the name of a figure.
    fn level(&self, country: &str, figure: &str) -> Option<(f64, Row<'_>)> {
        let of_country = || self.levels.rows().filter(|row| row.text("importer") == country);
        if figure != MEAN_SERVICES {
            let row = of_country().find(|row| row.text("sector").starts_with(figure))?;
            return Some((row.value("ave_pct")?, row));
        }
        let services = || of_country().filter(|row| row.text("kind") == "services");
        let sum: f64 = services().filter_map(|row| row.value("ave_pct")).sum();
        Some((sum / services().count() as f64, services().next()?))
    }

    /// Notes multipliers that rows of `barrier_sectors.csv` name and that are no numbers, each once.
    fn check_multipliers(&self, sectors: &Table, reading: &mut Reading) {
        for known in self.multipliers.rows() {
            if sectors.rows().any(|row| row.text("multiplier_of") == known.text("sector")) {
                reading.number(&known, "goods_barrier_multiplier", MULTIPLE);
            }
        }
    }

    /// Multiplier of a sector; `None` if the facts lack what its row names, with a fault in `unknown`: multipliers,
    /// patterns.
    fn multiple(&self, row: &Row<'_>, unknown: &mut [Vec<Fault>; 2]) -> Option<f64> {
        let general = match row.text("multiplier_of") {
            "" => 1.0,
            name => {
                let found = self.multipliers.rows().find(|known| known.text("sector") == name);
                let Some(found) = found else {
                    let expected = "a sector of defaults_by_sector.csv";
                    unknown[0].push(row.fault("multiplier_of", expected, "Correct the cell."));
                    return None;
                };
                found.value("goods_barrier_multiplier")?
            }
        };
        let pattern = match row.text("pattern") {
            "" => 1.0,
            names => {
                let found = self.pattern(names, row.text("pattern_base"));
                if found.is_none() {
                    let expected = "sectors that some source has for an importer beside pattern_base";
                    unknown[1].push(row.fault("pattern", expected, "Correct the names."));
                }
                found?
            }
        };
        Some(general * pattern)
    }

    /// Mean of the named sectors over the base, both means over the importers and sources that have all of them.
    fn pattern(&self, names: &str, base: &str) -> Option<f64> {
        let mut sums = [0.0; 2];
        let rows = || self.measured.iter().flat_map(Table::rows);
        for of_base in rows().filter(|row| row.text("sector") == base) {
            let known = |name: &str| {
                let is_meant = |row: &Row<'_>| {
                    row.text("sector") == name
                        && row.text("importer") == of_base.text("importer")
                        // Means over sectors of the facts have a source of their own.
                        && (base.starts_with("model: ") || row.text("source") == of_base.text("source"))
                };
                rows().find(is_meant)?.value("ave_pct")
            };
            let values: Option<Vec<f64>> = names.split(';').map(known).collect();
            if let (Some(values), Some(whole)) = (values, of_base.value("ave_pct")) {
                sums[0] += values.iter().sum::<f64>() / values.len() as f64;
                sums[1] += whole;
            }
        }
        (sums[1] > 0.0).then(|| sums[0] / sums[1])
    }
}

/// The first of faults of one kind, with the lines of the others: one table that is short must not hide all else.
fn as_one(faults: Vec<Fault>) -> Option<Fault> {
    let mut faults = faults.into_iter();
    let mut first = faults.next()?;
    let others: Vec<String> = faults.filter_map(|fault| fault.line).map(|line| line.to_string()).collect();
    if !others.is_empty() {
        first.expected.push_str(&format!("; the same in lines {}", others.join(", ")));
    }
    Some(first)
}

fn check(table: &Table, axes: &Axes, reading: &mut Reading) {
    reading.each_once(table, &["importer", "kind", "sector"]);
    for row in table.rows() {
        if !matches!(row.text("kind"), "goods" | "services") {
            reading.faults.push(row.fault("kind", "goods or services", "Correct the cell."));
        }
        row.index("importer", &axes.country_idx, "country of the set", &mut reading.faults);
        reading.number(&row, "ave_pct", PCT);
    }
}
