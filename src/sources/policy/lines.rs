//! Tariff lines of an importer: most-favoured-nation rates and programmes, each line with its group and weight.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::Context;

use super::own_table;
use crate::data::{Files, Row};
use crate::schedules::LineSchedule;
use crate::schedules::lines::{Line, parse_special};
use crate::sources::read_table;

/// Columns of `tariff_lines.csv`; groups under `except` keep their rate, for the reason given.
pub const COLUMNS: [&str; 10] = [
    "importer",
    "lines",
    "special",
    "products",
    "weights",
    "weights_year",
    "weights_exclude",
    "source",
    "except",
    "reason",
];

/// Lines of one importer with what they are weighed by.
pub struct WeighedLines {
    /// Lines.
    pub schedule: LineSchedule,
    /// Names of the product groups.
    pub groups: Vec<String>,
    /// Weight of each line: world exports of its chapter, equal over the products of the chapter and the lines of
    /// the product.
    pub weights: Vec<f64>,
}

/// Reads the lines that a row of `tariff_lines.csv` names.
///
/// # Errors
/// Where a table is missing or faulty.
pub fn read(input: &Path, own: &Files, importer: &Row<'_>) -> anyhow::Result<WeighedLines> {
    let group_of = product_groups(input, own, importer.text("products"))?;
    let mut groups: Vec<String> = group_of.values().cloned().collect();
    groups.sort();
    groups.dedup();
    let special = read_special(&input.join(importer.text("special")))?;
    let table =
        read_table(&input.join(importer.text("lines")), &["hs8", "mfn_rate", "rate_type", "rate_raw"], &[])?;
    let mut lines = Vec::new();
    for row in table.rows() {
        let code = row.text("hs8");
        let Some(group) = code.get(..6).and_then(|product| group_of.get(product)) else { continue };
        let mfn_pct = match row.text("rate_type") {
            "free" | "ad_valorem" => {
                let ratio: f64 =
                    row.text("mfn_rate").parse().with_context(|| format!("line {}", row.line))?;
                Some(100.0 * ratio)
            }
            _ => None,
        };
        let group = groups.iter().position(|known| known == group).unwrap_or_default();
        let programmes = special.get(code).map(|text| parse_special(text)).unwrap_or_default();
        lines.push(Line { code: code.to_owned(), group, mfn_pct, programmes });
    }
    let weights = weights(&lines, &chapter_weights(input, importer)?);
    Ok(WeighedLines { schedule: LineSchedule { lines }, groups, weights })
}

/// Product group of each HS6 product.
///
/// # Errors
/// Where a table is missing or faulty.
pub fn product_groups(input: &Path, own: &Files, products: &str) -> anyhow::Result<HashMap<String, String>> {
    let groups = own_table(own, "gtap_groups.csv", &["gtap_sector", "product_group"])?;
    let of_sector: HashMap<&str, &str> =
        groups.rows().map(|row| (row.text("gtap_sector"), row.text("product_group"))).collect();
    let products = read_table(&input.join(products), &["hs6", "gtap_sector"], &[])?;
    let known = products.rows().filter_map(|row| {
        let group = of_sector.get(row.text("gtap_sector"))?;
        Some((row.text("hs6").to_owned(), (*group).to_owned()))
    });
    Ok(known.collect())
}

fn read_special(path: &Path) -> anyhow::Result<HashMap<String, String>> {
    let table = read_table(path, &["hs8", "general_raw", "special_raw"], &[])?;
    Ok(table.rows().map(|row| (row.text("hs8").to_owned(), row.text("special_raw").to_owned())).collect())
}

/// Exports of everybody but the importer by chapter in the year named.
fn chapter_weights(input: &Path, importer: &Row<'_>) -> anyhow::Result<HashMap<String, f64>> {
    let table =
        read_table(&input.join(importer.text("weights")), &["year", "exporter", "hs2", "value_musd"], &[])?;
    let mut weights: HashMap<String, f64> = HashMap::new();
    for row in table.rows().filter(|row| row.text("year") == importer.text("weights_year")) {
        if row.text("exporter") != importer.text("weights_exclude") {
            let value: f64 = row.text("value_musd").parse().with_context(|| format!("line {}", row.line))?;
            *weights.entry(row.text("hs2").to_owned()).or_default() += value;
        }
    }
    Ok(weights)
}

fn weights(lines: &[Line], chapters: &HashMap<String, f64>) -> Vec<f64> {
    let mut n_lines: BTreeMap<&str, f64> = BTreeMap::new();
    lines.iter().for_each(|line| *n_lines.entry(&line.code[..6]).or_default() += 1.0);
    let mut n_products: HashMap<&str, f64> = HashMap::new();
    n_lines.keys().for_each(|product| *n_products.entry(&product[..2]).or_default() += 1.0);
    let weight = |line: &Line| {
        let chapter = &line.code[..2];
        chapters.get(chapter).copied().unwrap_or(0.0) / n_products[chapter] / n_lines[&line.code[..6]]
    };
    lines.iter().map(weight).collect()
}
