//! What is published of services trade: exports by category, and totals of pairs.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use ndarray::{Array1, Array2};

use super::concordance::Concordance;
use super::figures::{ANY, YEAR, economy, is_published};
use crate::calibration::Reading;
use crate::calibration::facts::places::Places;

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
        let parts = by.own_parts("wdi", row.text("exporter"), category);
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

/// Services trade as reporters publish it, million USD.
pub struct Reports {
    /// By pair of economies, `[i,n]`: the mean of what both report, 0 where neither does.
    pub pairs_musd: Array2<f64>,
    /// Exports and imports of each economy with the world, `[n]` each; 0 where it does not report by itself.
    pub totals_musd: [Array1<f64>; 2],
}

/// Partner that stands for the world.
const WORLD: &str = "WLD";

/// Services of a year by pair and in total, between the countries that are `known`: other partners are groups.
pub fn read_reports(
    data: &Path,
    by: &Places<'_>,
    (year, known): (i16, &HashSet<String>),
    reading: &mut Reading,
) -> Option<Reports> {
    let path = data.join("oecd_services_bilateral/services_total_2005_2019.csv.gz");
    let table = reading.table(&path, &["reporter", "partner", "year", "flow", "value_musd"])?;
    let n = by.axes.n_countries();
    let mut sides = [Array2::<f64>::zeros((n, n)), Array2::<f64>::zeros((n, n))];
    let mut totals_musd = [Array1::zeros(n), Array1::zeros(n)];
    for row in reading.of_year(&table, &year.to_string()) {
        if row.text("partner") == WORLD {
            let own = by.axes.country_idx.get(row.text("reporter"));
            if let (Some(&own), Some(musd)) = (own, reading.number(&row, "value_musd", ANY)) {
                totals_musd[usize::from(row.text("flow") != "export")][own] = musd.max(0.0);
            }
            continue;
        }
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
    Some(Reports { pairs_musd: both_sides(&exported, &imported), totals_musd })
}

/// The mean of what both sides say, or what one of them does.
fn both_sides(exported: &Array2<f64>, imported: &Array2<f64>) -> Array2<f64> {
    ndarray::Zip::from(exported).and(imported).map_collect(|&one, &other| match (one > 0.0, other > 0.0) {
        (true, true) => 0.5 * (one + other),
        _ => one.max(other),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::calibration::Reading;
    use crate::calibration::apac::fixtures::{AAA, BBB, CCC, FREIGHT, ROW, concordance};

    #[test]
    fn both_sides_of_a_pair_are_averaged_and_totals_are_the_reporters() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("oecd_services_bilateral");
        std::fs::create_dir(&at).unwrap();
        let rows = "reporter,partner,year,flow,value_musd\nAAA,BBB,2019,export,10\nBBB,AAA,2019,import,20\n\
                    AAA,CCC,2019,export,4\nAAA,ZZZ,2019,export,9\nAAA,EUU,2019,export,99\n\
                    AAA,WLD,2019,export,50\nAAA,WLD,2019,import,40\nDDD,WLD,2019,import,7\n";
        std::fs::write(at.join("services_total_2005_2019.csv.gz"), rows).unwrap();
        let known = HashSet::from(["AAA", "BBB", "CCC", "ZZZ"].map(str::to_owned));
        let mut reading = Reading::new();
        let reports =
            super::read_reports(folder.path(), &concordance(&[]).places(), (2019, &known), &mut reading);
        let reports = reports.unwrap();
        assert!(reading.faults.is_empty(), "{:?}", reading.faults);
        assert_eq!([reports.pairs_musd[[AAA, BBB]], reports.pairs_musd[[AAA, CCC]]], [15.0, 4.0]);
        assert_eq!(reports.pairs_musd[[AAA, ROW]], 0.0, "few of the rest report");
        assert_eq!([reports.totals_musd[0][AAA], reports.totals_musd[1][AAA]], [50.0, 40.0]);
        assert_eq!(reports.totals_musd[1][CCC], 0.0, "a part of an economy is no total");
    }

    #[test]
    fn exports_by_category_go_to_their_sectors() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("baci_hs2_exports");
        std::fs::create_dir(&at).unwrap();
        let rows = "year,exporter,category,value_musd\n2019,AAA,transport,5\n2019,AAA,transport,5\n\
                    2019,BBB,transport,NA\n2018,CCC,transport,9\n";
        std::fs::write(at.join("services_exports_wdi.csv"), rows).unwrap();
        let mut reading = Reading::new();
        let by = concordance(&["wdi,transport,freight,1"]);
        let exports = super::read_exports(folder.path(), &by, &mut reading).unwrap();
        assert!(reading.faults.is_empty(), "{:?}", reading.faults);
        assert_eq!(exports.column(FREIGHT).to_vec(), [5.0, 0.0, 0.0, 0.0]);
    }
}
