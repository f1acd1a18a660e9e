//! Ad-valorem equivalents of barriers other than tariffs, by importer and sector.

use std::path::Path;

use super::facts::{PCT, owned};
use super::rows::Barrier;
use crate::calibration::{NumberRule, Reading};
use crate::data::{Axes, Files, Row, Table};
use crate::error::Fault;
use crate::output::rows::Verbatim;

/// Columns of `barrier_sectors.csv`: which figure of the facts a sector has, and how often.
const SECTOR_COLUMNS: [&str; 5] = ["sector", "figure", "multiple", "source", "mark"];
const MULTIPLE: NumberRule = NumberRule::new("a multiple between 0 and 10", |v| (0.0..=10.0).contains(&v));

/// A row for every importer and sector of the model; a pair without a figure is a fault.
pub fn rows(facts: &Path, own: &Files, axes: &Axes, reading: &mut Reading) -> Option<Vec<Barrier<'static>>> {
    let columns = ["importer", "kind", "sector", "ave_pct", "definition", "confidence"];
    let figures_of = reading.own(own, "barrier_sectors.csv", &SECTOR_COLUMNS);
    let table = reading.table(&facts.join("barriers_ave.csv"), &columns)?;
    let figures_of = figures_of?;
    check(&table, axes, reading);
    let mut rows = Vec::new();
    let mut missing = Vec::new();
    for country in &axes.countries {
        for sector in &axes.sectors {
            let found = figures_of.rows().find(|row| row.text("sector") == sector.id);
            let figure = found.as_ref().and_then(|row| figure(&table, &country.iso3, row.text("figure")));
            let (Some(of_sector), Some(row)) = (found, figure) else {
                missing.push(format!("{},{}", country.iso3, sector.id));
                continue;
            };
            let Some(multiple) = reading.number(&of_sector, "multiple", MULTIPLE) else { continue };
            let Ok(ave) = row.text("ave_pct").parse::<f64>() else { continue };
            rows.push(Barrier {
                importer: country.iso3.clone().into(),
                sector: sector.id.clone().into(),
                ave_pct: Verbatim((multiple * ave).to_string().into()),
                source: owned(&row, "definition"),
                mark: owned(&row, "confidence"),
            });
        }
    }
    if let Some(first) = missing.first() {
        let found = format!("{} cells missing, the first {first}", missing.len());
        let expected = "a figure of every importer for each sector of barrier_sectors.csv";
        let fault = Fault::of_file(table.file(), "importer,sector", &found, expected, "Add the rows.");
        reading.faults.push(fault);
    }
    Some(rows)
}

/// The row of `country` whose sector begins with `figure`: the facts add notes in the name.
fn figure<'t>(table: &'t Table, country: &str, figure: &str) -> Option<Row<'t>> {
    let mut rows = table.rows().filter(|row| row.text("importer") == country);
    rows.find(|row| row.text("sector").starts_with(figure))
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
