//! Known figures that a data set is compared with (`tradepath validate`), from tables that the calibration reads in
//! another form or not at all.
//!
//! `totals`: GDP, flows and balances of each economy; `partners`: trade and duties by partner and product;
//! `structure`: shares of sectors. Figures that were not looked up stand in `data/sources/checks/recalled.csv`.

mod partners;
mod sources;
mod structure;
mod totals;

use std::path::Path;

use sources::Sources;

use crate::calibration::Reading;
use crate::calibration::facts::places::{NamesOfCountries, Places};
use crate::data::{Files, Row};
use crate::error::InputErrors;
use crate::output::dir::{Existing, OutputDir};
use crate::validation::KnownRow;

/// Writes `known.csv` to `out` from the folder `input` that holds `data/`, and keeps `reasons.csv`; answers lines for
/// the user.
///
/// # Errors
/// [`InputErrors`] with every fault of every file; a folder that cannot be written.
pub fn write(
    input: &Path,
    places: &Places<'_>,
    out: &Path,
    existing: Existing,
) -> anyhow::Result<Vec<String>> {
    let own = Files::embedded().folder("sources/checks");
    let data = input.join("data");
    let mut sources = Sources { data: &data, own: &own, places, reading: Reading::new() };
    let rows = gather(&mut sources);
    let (rows, mut lines) = sources.reading.finish(rows)?;
    let reasons = own.read("reasons.csv").map_err(InputErrors::from)?;
    let dir = OutputDir::create(out, existing)?;
    let n = rows.len();
    dir.write_rows(rows)?;
    dir.write_text("reasons.csv", &reasons)?;
    dir.finish()?;
    lines.insert(0, format!("{n} known figures; `tradepath validate` compares the data set with them"));
    Ok(lines)
}

fn gather(sources: &mut Sources<'_>) -> Option<Vec<KnownRow<'static>>> {
    let facts = Files::embedded().folder("sources/facts");
    let names = NamesOfCountries::read(&facts, &mut sources.reading);
    let parts = [
        names.as_ref().and_then(|names| totals::gdp(sources, names)),
        totals::production(sources),
        totals::services(sources),
        totals::travel(sources),
        partners::customs(sources),
        partners::chapters(sources),
        partners::shares(sources),
        structure::value_added(sources),
        structure::imports(sources),
        recalled(sources),
    ];
    let parts: Option<Vec<_>> = parts.into_iter().collect();
    Some(parts?.into_iter().flatten().collect())
}

/// Figures that were not looked up.
fn recalled(sources: &mut Sources<'_>) -> Option<Vec<KnownRow<'static>>> {
    let columns =
        ["statistic", "iso3", "partner", "sector", "year", "value", "unit", "kind", "source", "mark"];
    let table = sources.reading.own(sources.own, "recalled.csv", &columns)?;
    let text = |row: &Row<'_>, column: &str| row.text(column).to_owned().into();
    let mut rows = Vec::new();
    for row in table.rows() {
        let Some(value) = sources.figure(&row, "value") else { continue };
        rows.push(KnownRow {
            statistic: text(&row, "statistic"),
            iso3: text(&row, "iso3"),
            partner: text(&row, "partner"),
            sector: text(&row, "sector"),
            year: row.value("year").map_or(0, |year| year as i16),
            value,
            unit: text(&row, "unit"),
            kind: text(&row, "kind"),
            source: text(&row, "source"),
            mark: text(&row, "mark"),
        });
    }
    Some(rows)
}
