//! Policy tables from outside facts: rates, barriers, product groups and memberships, each with source and mark.
//!
//! What the project keeps by hand (agreements, schedules, duties, depth) stands in `data/policy` and
//! `data/schedules`; this makes `data/policy/tables`.

pub mod aggregate;
mod facts;
mod lines;
mod memberships;
pub mod rows;
mod trade;

use std::collections::HashMap;
use std::path::Path;

use crate::data::{Axes, Files, Row, SectorKind, Table};
use crate::error::{Fault, InputErrors};
use crate::output::dir::{Existing, OutputDir};
use crate::output::rows::Verbatim;

use super::Reading;
pub use lines::WeighedLines;

use aggregate::{Aggregation, FromLines};
use facts::{PCT, SHARE, names, owned};
use rows::{Barrier, MembershipRow, MfnRate, ProductGroup};
use trade::Traded;

/// Multiple of a country's barrier on goods that its food sector has (stated by the facts file).
const FOOD_MULTIPLE: f64 = 2.0;
/// Id of the food sector.
const FOOD_SECTOR: &str = "food";

/// Rows of all tables.
struct Tables {
    product_groups: Vec<ProductGroup<'static>>,
    mfn: Vec<MfnRate<'static>>,
    from_lines: FromLines,
    barriers: Vec<Barrier<'static>>,
    memberships: Vec<MembershipRow<'static>>,
    trade: Traded,
}

/// Writes the tables to `out` for the countries and sectors of `axes`; what was read and left out, for the user.
///
/// # Errors
/// [`InputErrors`] with every fault of every file, or where the folder cannot be written.
pub fn write(
    input: &Path,
    axes: &Axes,
    out: &Path,
    existing: Existing,
    how: Aggregation,
) -> anyhow::Result<Vec<String>> {
    let mut reading = Reading::new();
    let tables = read(input, axes, how, &mut reading);
    let (tables, lines) = reading.finish(tables)?;
    let dir = OutputDir::create(out, existing)?;
    dir.write_rows(tables.product_groups)?;
    dir.write_rows(tables.mfn)?;
    dir.write_rows(tables.from_lines.aggregation)?;
    dir.write_rows(tables.from_lines.preferences)?;
    dir.write_rows(tables.barriers)?;
    dir.write_rows(tables.memberships)?;
    dir.write_rows(tables.trade.supply)?;
    dir.write_rows(tables.trade.group_lines)?;
    dir.write_rows(tables.trade.emissions)?;
    dir.finish()?;
    Ok(lines)
}

/// All tables; faults of one file do not keep the others from being read.
fn read(input: &Path, axes: &Axes, how: Aggregation, reading: &mut Reading) -> Option<Tables> {
    let facts = input.join("facts");
    let own = Files::embedded().folder("sources/policy");
    let groups = product_groups(&facts, axes, reading);
    let rates = rates(&facts, axes, groups.as_ref(), reading);
    // Without rates the command ends below; the other files are still checked.
    let mut rates = rates.unwrap_or_default();
    let from_lines = aggregate::apply(input, &own, how, &mut rates, reading);
    let barriers = barriers(&facts, axes, reading);
    let memberships = memberships::rows(&facts, &own, axes, reading);
    let traded = trade::tables(input, &own, axes, groups.as_ref(), reading);
    let groups = groups?;
    Some(Tables {
        product_groups: groups.rows().map(product_group).collect(),
        mfn: rates,
        from_lines: from_lines?,
        barriers: barriers?,
        memberships: memberships?,
        trade: traded?,
    })
}

fn product_group(row: Row<'_>) -> ProductGroup<'static> {
    ProductGroup {
        product_group: owned(&row, "product_group"),
        sector: owned(&row, "sector"),
        weight_share: Verbatim(owned(&row, "share")),
        source: owned(&row, "definition"),
        mark: owned(&row, "confidence"),
    }
}

/// Product groups of the facts, each of a known sector, with shares that sum to one in every sector.
fn product_groups(facts: &Path, axes: &Axes, reading: &mut Reading) -> Option<Table> {
    let columns = ["product_group", "sector", "share", "definition", "confidence"];
    let table = reading.table(&facts.join("group_to_sector.csv"), &columns)?;
    reading.each_once(&table, &["product_group", "sector"]);
    let mut sums: HashMap<&str, f64> = HashMap::new();
    for row in table.rows() {
        row.index("sector", &axes.sector_idx, "sector of the set", &mut reading.faults);
        if let Some(share) = reading.number(&row, "share", SHARE) {
            *sums.entry(row.text("sector")).or_default() += share;
        }
    }
    for row in table.rows() {
        if sums.remove(row.text("sector")).is_some_and(|sum| (sum - 1.0).abs() > 1e-6) {
            let expected = format!("shares of {} that sum to 1", row.text("sector"));
            reading.faults.push(row.fault("share", &expected, "Correct the shares."));
        }
    }
    Some(table)
}

/// Rows of `mfn.csv`, `collected_pct` still empty.
fn rates(
    facts: &Path,
    axes: &Axes,
    groups: Option<&Table>,
    reading: &mut Reading,
) -> Option<Vec<MfnRate<'static>>> {
    let columns = ["importer", "product_group", "mfn_pct", "definition", "confidence"];
    let table = reading.table(&facts.join("tariffs_mfn_by_group.csv"), &columns)?;
    reading.each_once(&table, &["importer", "product_group"]);
    let groups = names(groups, "product_group");
    for row in table.rows() {
        row.index("importer", &axes.country_idx, "country of the set", &mut reading.faults);
        if !groups.is_empty() {
            row.index("product_group", &groups, "group of group_to_sector.csv", &mut reading.faults);
        }
        reading.number(&row, "mfn_pct", PCT);
    }
    let rate = |row: Row<'_>| MfnRate {
        importer: owned(&row, "importer"),
        product_group: owned(&row, "product_group"),
        mfn_pct: Verbatim(owned(&row, "mfn_pct")),
        collected_pct: Verbatim::default(),
        source: owned(&row, "definition"),
        mark: owned(&row, "confidence"),
    };
    Some(table.rows().map(rate).collect())
}

/// The tariff lines of an importer below `input`, with what was read; `None` if `tariff_lines.csv` does not name it.
///
/// # Errors
/// [`InputErrors`] with every fault of every file.
pub fn lines_of(
    input: &Path,
    own: &Files,
    importer: &str,
) -> Result<Option<(WeighedLines, Vec<String>)>, InputErrors> {
    let mut reading = Reading::new();
    let importers = reading.own(own, "tariff_lines.csv", &lines::COLUMNS);
    let row = importers.as_ref().and_then(|table| table.rows().find(|row| row.text("importer") == importer));
    let Some(row) = row else { return reading.faults.into_result(None) };
    let lines = lines::read(input, own, &row, &mut reading);
    reading.finish(lines).map(Some)
}

/// Agreement and programme code, for all that `programmes.csv` says of an importer.
///
/// # Errors
/// [`InputErrors`] if the table is missing or faulty.
pub fn programmes_of(own: &Files, importer: &str) -> Result<Vec<(String, String)>, InputErrors> {
    let mut reading = Reading::new();
    let table = reading.own(own, "programmes.csv", &aggregate::PROGRAMME_COLUMNS);
    let rows = table.as_ref().into_iter().flat_map(Table::rows);
    let of_importer = rows.filter(|row| row.text("importer") == importer);
    let found = of_importer.map(|row| (row.text("agreement").to_owned(), row.text("programme").to_owned()));
    reading.finish(Some(found.collect())).map(|(found, _)| found)
}

/// Ad-valorem equivalents of every importer and sector of the model.
///
/// The facts name one figure for goods, three services and the other services; food has twice the goods figure.
fn barriers(facts: &Path, axes: &Axes, reading: &mut Reading) -> Option<Vec<Barrier<'static>>> {
    let columns = ["importer", "kind", "sector", "ave_pct", "definition", "confidence"];
    let table = reading.table(&facts.join("barriers_ave.csv"), &columns)?;
    reading.each_once(&table, &["importer", "kind", "sector"]);
    for row in table.rows() {
        if !matches!(row.text("kind"), "goods" | "services") {
            reading.faults.push(row.fault("kind", "goods or services", "Correct the cell."));
        }
        row.index("importer", &axes.country_idx, "country of the set", &mut reading.faults);
        let is_other =
            row.text("sector").starts_with("all") || row.text("sector").starts_with("transport_other");
        if !is_other {
            row.index("sector", &axes.sector_idx, "sector of the set", &mut reading.faults);
        }
        reading.number(&row, "ave_pct", PCT);
    }
    let mut rows = Vec::new();
    let mut missing = Vec::new();
    for country in &axes.countries {
        for sector in &axes.sectors {
            let of_country = || table.rows().filter(|row| row.text("importer") == country.iso3);
            let named = of_country().find(|row| row.text("sector") == sector.id);
            let (kind, other) = match sector.kind {
                SectorKind::Goods => ("goods", "all"),
                SectorKind::Services => ("services", "transport_other"),
            };
            let is_other = |row: &Row<'_>| row.text("kind") == kind && row.text("sector").starts_with(other);
            let Some(row) = named.or_else(|| of_country().find(is_other)) else {
                missing.push(format!("{},{}", country.iso3, sector.id));
                continue;
            };
            let Ok(ave) = row.text("ave_pct").parse::<f64>() else { continue };
            let pct = if sector.id == FOOD_SECTOR { FOOD_MULTIPLE * ave } else { ave };
            rows.push(Barrier {
                importer: country.iso3.clone().into(),
                sector: sector.id.clone().into(),
                ave_pct: Verbatim(pct.to_string().into()),
                source: owned(&row, "definition"),
                mark: owned(&row, "confidence"),
            });
        }
    }
    if let Some(first) = missing.first() {
        let found = format!("{} cells missing, the first {first}", missing.len());
        let expected = "a row of every importer for each sector, or for all of its kind";
        reading.faults.push(Fault::of_file(
            table.file(),
            "importer,sector",
            &found,
            expected,
            "Add the rows.",
        ));
    }
    Some(rows)
}
