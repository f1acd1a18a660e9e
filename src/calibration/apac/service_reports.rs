//! What is published of services trade: exports by category, and totals of pairs.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use ndarray::Array2;

use super::concordance::Concordance;
use super::figures::{ANY, YEAR, economy, is_published};
use crate::calibration::Reading;

/// Exports of the base year by sector, `[n,j]`; 0 where not published.
pub fn read_exports(data: &Path, by: &Concordance, reading: &mut Reading) -> Option<Array2<f64>> {
    let path = data.join("baci_hs2_exports/services_exports_wdi.csv");
    let table = reading.table(&path, &["year", "exporter", "category", "value_musd"])?;
    let mut services = Array2::zeros((by.axes.n_countries(), by.axes.n_sectors()));
    let mut seen: HashMap<(&str, &str), crate::data::Row<'_>> = HashMap::new();
    for row in reading.of_year(&table, &YEAR.to_string()) {
        let category = row.text("category");
        if let Some(before) = seen.get(&(row.text("exporter"), category)) {
            // The published file lists one country twice with the same figures.
            if before.text("value_musd") == row.text("value_musd") {
                reading.left(&table, "that stand twice with one figure", row.text("exporter"));
                continue;
            }
            let expected = format!("each exporter and category once; line {} has another", before.line);
            reading.faults.push(row.fault("value_musd", &expected, "Delete one of the two rows."));
        }
        let parts = by.parts("wdi", category);
        if parts.is_empty() {
            reading.left(&table, "of categories without a sector", category);
        } else if !is_published(&row, "value_musd") {
            reading.left(&table, "without a published figure", row.text("exporter"));
        } else if let (Some(n), Some(musd)) =
            (economy(&row, "exporter", by, reading), reading.number(&row, "value_musd", ANY))
        {
            parts.iter().for_each(|&(j, share)| services[[n, j]] += share * musd.max(0.0));
        }
        seen.insert((row.text("exporter"), category), row);
    }
    Some(services)
}

/// Services by pair of economies, `[i,n]`: the mean of what both report, 0 where neither does.
pub fn read_pairs(
    data: &Path,
    by: &Concordance,
    known: &HashSet<String>,
    reading: &mut Reading,
) -> Option<Array2<f64>> {
    let path = data.join("oecd_services_bilateral/services_total_2005_2019.csv.gz");
    let table = reading.table(&path, &["reporter", "partner", "year", "flow", "value_musd"])?;
    let n = by.axes.n_countries();
    let mut sides = [Array2::<f64>::zeros((n, n)), Array2::<f64>::zeros((n, n))];
    for row in reading.of_year(&table, &YEAR.to_string()) {
        if !known.contains(row.text("partner")) || !known.contains(row.text("reporter")) {
            reading.left(&table, "of groups of partners", row.text("partner"));
            continue;
        }
        let (reporter, partner) = (by.economy(row.text("reporter")), by.economy(row.text("partner")));
        let Some(musd) = reading.number(&row, "value_musd", ANY) else { continue };
        match row.text("flow") {
            "export" => sides[0][[reporter, partner]] += musd.max(0.0),
            _ => sides[1][[partner, reporter]] += musd.max(0.0),
        }
    }
    // Few members of the rest of the world report: what they say is no total.
    for side in &mut sides {
        side.row_mut(by.rest).fill(0.0);
        side.column_mut(by.rest).fill(0.0);
    }
    let [exported, imported] = sides;
    Some(ndarray::Zip::from(&exported).and(&imported).map_collect(|&one, &other| {
        match (one > 0.0, other > 0.0) {
            (true, true) => 0.5 * (one + other),
            _ => one.max(other),
        }
    }))
}
