//! Most-favoured-nation rates of product groups from tariff lines, where an importer's lines are at hand.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::Context;

use super::{Rows, own_table};
use crate::data::Files;
use crate::sources::read_table;

/// Share of the lines of a group that must be ad valorem or free; below it the group's rate is left as it is,
/// because specific rates have no ad-valorem equivalent in the lines.
const LEAST_AD_VALOREM_SHARE: f64 = 0.8;

/// Columns of `tariff_lines.csv`; groups under `except` keep their rate, for the reason given.
const COLUMNS: [&str; 6] = ["importer", "lines", "products", "source", "except", "reason"];

/// Rates of one group while they are added up.
#[derive(Default)]
struct Lines {
    /// Sum and number of the rates of each HS6 product, percent.
    products: BTreeMap<String, (f64, u32)>,
    /// All lines, those with a specific or compound rate included.
    n_lines: u32,
}

impl Lines {
    fn n_ad_valorem(&self) -> u32 {
        self.products.values().map(|(_, n)| n).sum()
    }

    /// Simple mean within HS6, then over HS6.
    fn mean_pct(&self) -> f64 {
        let means = self.products.values().map(|(sum, n)| sum / f64::from(*n));
        means.sum::<f64>() / self.products.len() as f64
    }
}

/// Replaces the rates in `rates` (`importer,product_group,mfn_pct,source,mark`) that lines give.
///
/// # Errors
/// Where a table is missing or faulty.
pub fn apply(input: &Path, own: &Files, rates: &mut Rows) -> anyhow::Result<()> {
    let groups = own_table(own, "gtap_groups.csv", &["gtap_sector", "product_group"])?;
    let group_of: HashMap<&str, &str> =
        groups.rows().map(|row| (row.text("gtap_sector"), row.text("product_group"))).collect();
    let importers = own_table(own, "tariff_lines.csv", &COLUMNS)?;
    for importer in importers.rows() {
        let products = read_table(&input.join(importer.text("products")), &["hs6", "gtap_sector"], &[])?;
        let product_group: HashMap<&str, &str> = products
            .rows()
            .filter_map(|row| Some((row.text("hs6"), *group_of.get(row.text("gtap_sector"))?)))
            .collect();
        let by_group = read_lines(&input.join(importer.text("lines")), &product_group)?;
        let is_except = |group: &str| importer.text("except").split(';').any(|except| except == group);
        let of_importer = |row: &&mut Vec<String>| row[0] == importer.text("importer") && !is_except(&row[1]);
        for row in rates.iter_mut().filter(of_importer) {
            let Some(lines) = by_group.get(row[1].as_str()) else { continue };
            let (used, all) = (lines.n_ad_valorem(), lines.n_lines);
            if f64::from(used) >= LEAST_AD_VALOREM_SHARE * f64::from(all) {
                row[2] = format!("{:.2}", lines.mean_pct());
                row[3] = format!(
                    "{}: {used} of {all} lines ad valorem, simple mean within HS6 and over HS6",
                    importer.text("source")
                );
                row[4] = "public".into();
            }
        }
    }
    Ok(())
}

fn read_lines<'g>(
    path: &Path,
    product_group: &HashMap<&str, &'g str>,
) -> anyhow::Result<HashMap<&'g str, Lines>> {
    let table = read_table(path, &["hs8", "mfn_rate", "rate_type", "rate_raw"], &[])?;
    let mut by_group: HashMap<&str, Lines> = HashMap::new();
    for row in table.rows() {
        let product = row.text("hs8").get(..6).unwrap_or_default();
        let Some(group) = product_group.get(product) else { continue };
        let lines = by_group.entry(group).or_default();
        lines.n_lines += 1;
        if matches!(row.text("rate_type"), "free" | "ad_valorem") {
            let ratio: f64 = row.text("mfn_rate").parse().with_context(|| format!("line {}", row.line))?;
            let entry = lines.products.entry(product.to_owned()).or_default();
            *entry = (entry.0 + 100.0 * ratio, entry.1 + 1);
        }
    }
    Ok(by_group)
}
