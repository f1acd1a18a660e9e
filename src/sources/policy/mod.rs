//! Policy tables from outside facts: rates, barriers, product groups and memberships, each with source and mark.
//!
//! What the project keeps by hand (agreements, schedules, duties, depth) stands in `data/policy` and
//! `data/schedules`; this makes `data/policy/tables`.

pub mod aggregate;
mod lines;
mod memberships;
mod trade;

use std::path::Path;

use anyhow::Context;

use crate::data::{Axes, Files, Row, SectorKind, Table};
use crate::error::InputErrors;
use crate::output::dir::{Existing, OutputDir};

use super::read_table;
pub use lines::WeighedLines;

use aggregate::Aggregation;

/// Multiple of a country's barrier on goods that its food sector has (stated by the facts file).
const FOOD_MULTIPLE: f64 = 2.0;
/// Id of the food sector.
const FOOD_SECTOR: &str = "food";

/// Rows of one table.
type Rows = Vec<Vec<String>>;

/// Writes the tables to `out` for the countries and sectors of `axes`.
///
/// # Errors
/// Where a file is missing or faulty, or the folder cannot be written.
pub fn write(
    input: &Path,
    axes: &Axes,
    out: &Path,
    existing: Existing,
    how: Aggregation,
) -> anyhow::Result<()> {
    let facts = input.join("facts");
    let groups = read_table(
        &facts.join("group_to_sector.csv"),
        &["product_group", "sector", "share", "definition", "confidence"],
        &[],
    )?;
    let rates = read_table(
        &facts.join("tariffs_mfn_by_group.csv"),
        &["importer", "product_group", "mfn_pct", "definition", "confidence"],
        &[],
    )?;
    let dir = OutputDir::create(out, existing)?;
    let columns = ["product_group", "sector", "weight_share", "source", "mark"];
    dir.write_csv("product_groups.csv", &columns, &copied(&groups, ["product_group", "sector", "share"]))?;
    let columns = ["importer", "product_group", "mfn_pct", "collected_pct", "source", "mark"];
    let own = Files::embedded().folder("sources/policy");
    let mut rates = copied(&rates, ["importer", "product_group", "mfn_pct"]);
    rates.iter_mut().for_each(|row| row.insert(3, String::new()));
    let from_lines = aggregate::apply(input, &own, how, &mut rates)?;
    dir.write_csv("mfn.csv", &columns, &rates)?;
    dir.write_csv("aggregation.csv", &aggregate::COLUMNS, &from_lines.aggregation)?;
    dir.write_csv("preferences.csv", &aggregate::PREFERENCE_COLUMNS, &from_lines.preferences)?;
    let columns = ["importer", "sector", "ave_pct", "source", "mark"];
    dir.write_csv("barriers.csv", &columns, &barriers(&facts, axes)?)?;
    let columns = ["agreement", "party", "valid_from", "valid_until", "source", "mark"];
    dir.write_csv("memberships.csv", &columns, &memberships::rows(&facts, &own, axes)?)?;
    trade::write(input, &own, axes, &dir)?;
    dir.finish()?;
    Ok(())
}

/// The tariff lines of an importer below `input`; `None` where `tariff_lines.csv` does not name it.
///
/// # Errors
/// Where a table is missing or faulty.
pub fn lines_of(input: &Path, own: &Files, importer: &str) -> anyhow::Result<Option<WeighedLines>> {
    let importers = own_table(own, "tariff_lines.csv", &lines::COLUMNS)?;
    let row = importers.rows().find(|row| row.text("importer") == importer);
    row.map(|row| lines::read(input, own, &row)).transpose()
}

/// Agreement and programme code, for all that `programmes.csv` says of an importer.
///
/// # Errors
/// Where the table is missing or faulty.
pub fn programmes_of(own: &Files, importer: &str) -> anyhow::Result<Vec<(String, String)>> {
    let table = own_table(own, "programmes.csv", &aggregate::PROGRAMME_COLUMNS)?;
    let rows = table.rows().filter(|row| row.text("importer") == importer);
    Ok(rows.map(|row| (row.text("agreement").to_owned(), row.text("programme").to_owned())).collect())
}

/// Three columns, then the definition as source, and the confidence as mark.
fn copied(table: &Table, columns: [&str; 3]) -> Rows {
    let row = |row: Row<'_>| {
        let mut cells: Vec<String> = columns.iter().map(|column| row.text(column).to_owned()).collect();
        cells.extend([row.text("definition").to_owned(), row.text("confidence").to_owned()]);
        cells
    };
    table.rows().map(row).collect()
}

/// Ad-valorem equivalents of every importer and sector of the model.
///
/// The facts name one figure for goods, three services and the other services; food has twice the goods figure.
fn barriers(facts: &Path, axes: &Axes) -> anyhow::Result<Rows> {
    let columns = ["importer", "kind", "sector", "ave_pct", "definition", "confidence"];
    let table = read_table(&facts.join("barriers_ave.csv"), &columns, &[])?;
    let mut rows = Rows::new();
    for country in &axes.countries {
        for sector in &axes.sectors {
            let of_country = || table.rows().filter(|row| row.text("importer") == country.iso3);
            let named = of_country().find(|row| row.text("sector") == sector.id);
            let (kind, other) = match sector.kind {
                SectorKind::Goods => ("goods", "all"),
                SectorKind::Services => ("services", "transport_other"),
            };
            let is_other = |row: &Row<'_>| row.text("kind") == kind && row.text("sector").starts_with(other);
            let row = named
                .or_else(|| of_country().find(is_other))
                .with_context(|| format!("barriers_ave.csv: nothing on {} {}", country.iso3, sector.id))?;
            let ave: f64 = row.text("ave_pct").parse().with_context(|| format!("line {}", row.line))?;
            let twice = sector.id == FOOD_SECTOR;
            let pct = if twice { FOOD_MULTIPLE * ave } else { ave };
            rows.push(vec![
                country.iso3.clone(),
                sector.id.clone(),
                pct.to_string(),
                row.text("definition").to_owned(),
                row.text("confidence").to_owned(),
            ]);
        }
    }
    Ok(rows)
}

/// A table of the project's own that steers the reading.
fn own_table(own: &Files, name: &str, columns: &[&str]) -> anyhow::Result<Table> {
    let text = own.read(name).map_err(InputErrors::from)?;
    Ok(Table::parse_sound(&own.display(name), &text, columns, &[])?)
}
