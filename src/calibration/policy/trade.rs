//! What policy needs to know of trade: supply of each country, lines of each group, embodied emissions.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::lines;
use super::tables::{INTENSITY, Rows, Tables, names};
use crate::calibration::Reading;
use crate::data::{Axes, Dataset, Files, SectorKind, Table};
use crate::error::Faults;

/// Baseline whose exports say what cumulation brings in.
const BASELINE: &str = "apac";

/// `supply.csv`, `group_lines.csv` and `emissions.csv`; `groups` is the table of product groups.
pub fn tables(
    input: &Path,
    own: &Files,
    axes: &Axes,
    groups: Option<&Table>,
    reading: &mut Reading,
) -> Option<Tables> {
    let supply = supply(axes, reading);
    let group_lines = group_lines(input, own, reading);
    let emissions = emissions(&input.join("facts"), axes, groups?, reading);
    Some(vec![
        ("supply.csv", &["country", "sector", "supply_share", "source", "mark"], supply?),
        ("group_lines.csv", &["product_group", "lines", "source", "mark"], group_lines?),
        ("emissions.csv", &["exporter", "product_group", "t_co2_per_1000_usd", "source", "mark"], emissions?),
    ])
}

/// Share of each country in the exports of all, by goods sector.
fn supply(axes: &Axes, reading: &mut Reading) -> Option<Rows> {
    let data = Dataset::read(&Files::embedded().folder(BASELINE));
    let data = data.map_err(|errors| reading.faults.extend(Faults::from(errors))).ok()?;
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
    Some(rows)
}

/// HS6 products of each group; groups that no product falls in count as one line.
fn group_lines(input: &Path, own: &Files, reading: &mut Reading) -> Option<Rows> {
    let importers = reading.own(own, "tariff_lines.csv", &lines::COLUMNS)?;
    let importer = importers.rows().next()?;
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    // The same file was read with the lines: what is wrong with it has been said.
    let products = lines::product_groups(input, own, importer.text("products"), &mut Reading::new())?;
    for group in products.into_values() {
        *counts.entry(group).or_default() += 1;
    }
    let row = |(group, count): (String, u32)| {
        vec![group, count.to_string(), "HS6 products by GTAP sector".to_owned(), "public".to_owned()]
    };
    Some(counts.into_iter().map(row).collect())
}

/// Emissions of product groups: the facts name some groups themselves, the others by their sector.
fn emissions(facts: &Path, axes: &Axes, groups: &Table, reading: &mut Reading) -> Option<Rows> {
    let columns = ["iso3", "product_group", "t_co2_per_1000_usd", "definition", "confidence"];
    let table = reading.table(&facts.join("emissions.csv"), &columns)?;
    reading.each_once(&table, &["iso3", "product_group"]);
    let mut known: HashMap<String, usize> = names(Some(groups), "product_group");
    known.extend(names(Some(groups), "sector"));
    for row in table.rows() {
        row.index("iso3", &axes.country_idx, "country of the set", &mut reading.faults);
        let what = "product group or sector of group_to_sector.csv";
        row.index("product_group", &known, what, &mut reading.faults);
        reading.number(&row, "t_co2_per_1000_usd", INTENSITY);
    }
    let mut rows = BTreeSet::new();
    for country in &axes.countries {
        for group in groups.rows() {
            let find = |name: &str| {
                table.rows().find(|row| row.text("iso3") == country.iso3 && row.text("product_group") == name)
            };
            let Some(row) = find(group.text("product_group")).or_else(|| find(group.text("sector"))) else {
                reading.left(&table, "missing for groups", group.text("product_group"));
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
    Some(rows.into_iter().collect())
}
