//! What policy needs to know of trade: supply of each country, lines of each group, embodied emissions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Rows, lines, own_table};
use crate::data::{Axes, Dataset, Files, SectorKind};
use crate::output::dir::OutputDir;
use crate::sources::read_table;

/// Baseline whose exports say what cumulation brings in.
const BASELINE: &str = "apac";

/// Writes `supply.csv`, `group_lines.csv` and `emissions.csv`.
///
/// # Errors
/// Where a table is missing or faulty, or the folder cannot be written.
pub fn write(input: &Path, own: &Files, axes: &Axes, dir: &OutputDir) -> anyhow::Result<()> {
    dir.write_csv("supply.csv", &["country", "sector", "supply_share", "source", "mark"], &supply(axes)?)?;
    let columns = ["product_group", "lines", "source", "mark"];
    dir.write_csv("group_lines.csv", &columns, &group_lines(input, own)?)?;
    let columns = ["exporter", "product_group", "t_co2_per_1000_usd", "source", "mark"];
    dir.write_csv("emissions.csv", &columns, &emissions(&input.join("facts"), axes)?)?;
    Ok(())
}

/// Share of each country in the exports of all, by goods sector.
fn supply(axes: &Axes) -> anyhow::Result<Rows> {
    let data = Dataset::read(&Files::embedded().folder(BASELINE))?;
    let mut rows = Rows::new();
    for (j, sector) in data.axes.sectors.iter().enumerate().filter(|(_, one)| one.kind == SectorKind::Goods) {
        let exports =
            |i: usize| -> f64 { (0..data.n()).filter(|&n| n != i).map(|n| data.trade_musd[[j, n, i]]).sum() };
        let world: f64 = (0..data.n()).map(exports).sum();
        for (i, country) in data.axes.countries.iter().enumerate() {
            if axes.country_idx.contains_key(&country.iso3) {
                let share = format!("{:.5}", exports(i) / world);
                let source = "share in the exports of all economies of the default set".to_owned();
                rows.push(vec![country.iso3.clone(), sector.id.clone(), share, source, "public".into()]);
            }
        }
    }
    Ok(rows)
}

/// HS6 products of each group; groups that no product falls in count as one line.
fn group_lines(input: &Path, own: &Files) -> anyhow::Result<Rows> {
    let importers = own_table(own, "tariff_lines.csv", &lines::COLUMNS)?;
    let Some(importer) = importers.rows().next() else { return Ok(Rows::new()) };
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for group in lines::product_groups(input, own, importer.text("products"))?.into_values() {
        *counts.entry(group).or_default() += 1;
    }
    let row = |(group, count): (String, u32)| {
        vec![group, count.to_string(), "HS6 products by GTAP sector".to_owned(), "public".to_owned()]
    };
    Ok(counts.into_iter().map(row).collect())
}

/// Emissions of product groups: the facts name some groups themselves, the others by their sector.
fn emissions(facts: &Path, axes: &Axes) -> anyhow::Result<Rows> {
    let columns = ["product_group", "sector", "share", "definition", "confidence"];
    let groups = read_table(&facts.join("group_to_sector.csv"), &columns, &[])?;
    let columns = ["iso3", "product_group", "t_co2_per_1000_usd", "definition", "confidence"];
    let table = read_table(&facts.join("emissions.csv"), &columns, &[])?;
    let mut rows = BTreeSet::new();
    for country in &axes.countries {
        for group in groups.rows() {
            let find = |name: &str| {
                table.rows().find(|row| row.text("iso3") == country.iso3 && row.text("product_group") == name)
            };
            let Some(row) = find(group.text("product_group")).or_else(|| find(group.text("sector"))) else {
                continue;
            };
            rows.insert(vec![
                country.iso3.clone(),
                group.text("product_group").to_owned(),
                row.text("t_co2_per_1000_usd").to_owned(),
                row.text("definition").to_owned(),
                row.text("confidence").to_owned(),
            ]);
        }
    }
    Ok(rows.into_iter().collect())
}
