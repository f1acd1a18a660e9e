//! Imports and exports of one economy by partner and sector from customs figures whose headings lie inside each other.

use std::collections::HashMap;
use std::path::Path;

use ndarray::{Array1, Array2, ArrayView1};

use super::concordance::Concordance;
use super::figures::YEAR;
use crate::calibration::{NumberRule, Reading};
use crate::data::{Files, Row};
use crate::sorted::SortedMap;

/// Name of the layout in `customs.csv`.
const LAYOUT: &str = "mof";
/// Heading and area that stand for all.
const ALL: &str = "Grand Total";
const FLOW: NumberRule = NumberRule::new("a number, at most 1e9 in size", |value| value.abs() <= 1e9);

/// Trade of the economy by partner and sector, `[n,j]`, in the currency of the source.
pub struct Mof {
    /// Importer and exporter.
    pub economy: usize,
    /// Its imports.
    pub imports: Array2<f64>,
    /// Its exports.
    pub exports: Array2<f64>,
}

impl Mof {
    /// Reads the figures; `None` where a file cannot be used.
    pub fn read(data: &Path, by: &Concordance, reading: &mut Reading) -> Option<Self> {
        let economy = super::figures::customs(LAYOUT, by, reading)?;
        let own = Files::embedded().folder("sources/apac");
        let headings =
            reading.own(&own, "headings.csv", &["classification", "heading", "parent", "source", "mark"])?;
        let areas = reading.own(&own, "areas.csv", &["area", "iso3", "less", "source", "mark"])?;
        let file = data.join("japan_trade/japan_trade_area_goods_2009_2026.csv.gz");
        let table = reading.table(&file, &["ex_im", "area", "goods", "year", "value"])?;
        let rows = reading.of_year(&table, &YEAR.to_string());
        let flow = |row: &Row<'_>| {
            let key = ["ex_im", "area", "goods"].map(|column| row.text(column).to_owned());
            Some((key.into(), reading.number(row, "value", FLOW)?))
        };
        let values: SortedMap<(String, String, String), f64> = rows.iter().filter_map(flow).collect();
        let parent: HashMap<(&str, &str), &str> = headings
            .rows()
            .map(|row| ((row.text("classification"), row.text("heading")), row.text("parent")))
            .collect();
        let mut trade = [("import", "mof_import"), ("export", "mof_export")].map(|(flow, classification)| {
            let of_flow: SortedMap<(&str, &str), f64> = values
                .iter()
                .filter(|((ex_im, ..), _)| ex_im == flow)
                .map(|((_, area, goods), &value)| ((area.as_str(), goods.as_str()), value))
                .collect();
            let own = |area: &str, j: &mut Vec<f64>| {
                for (heading, value) in alone(&of_flow, area, &parent, classification) {
                    by.parts(classification, heading).iter().for_each(|&(k, share)| j[k] += share * value);
                }
            };
            let mut cells = Array2::zeros((by.axes.n_countries(), by.axes.n_sectors()));
            let mut row = vec![0.0; by.axes.n_sectors()];
            own(ALL, &mut row);
            for area in areas.rows() {
                let n = by.axes.country_idx.get(area.text("iso3")).copied();
                let mut of_area = vec![0.0; row.len()];
                own(area.text("area"), &mut of_area);
                let mut less = vec![0.0; row.len()];
                own(area.text("less"), &mut less);
                for (j, (value, less)) in of_area.iter().zip(&less).enumerate() {
                    let value = (value - less).max(0.0);
                    n.into_iter().for_each(|n| cells[[n, j]] += value);
                    row[j] -= value;
                }
            }
            row.iter().enumerate().for_each(|(j, left)| cells[[by.rest, j]] += left.max(0.0));
            cells
        });
        let exports = std::mem::take(&mut trade[1]);
        let imports = std::mem::take(&mut trade[0]);
        Some(Self { economy, imports, exports })
    }

    /// Gives partners that the source does not list their part of what it leaves to the rest of the world: the share that the
    /// totals of pairs `[i,n]`, exporter first, have for them. Missing is not zero.
    pub fn split_rest(&mut self, pairs: &Array2<f64>, rest: usize) {
        let own = self.economy;
        split(&mut self.exports, pairs.row(own), [own, rest]);
        split(&mut self.imports, pairs.column(own), [own, rest]);
    }
}

/// Trade `[n,j]` with partners in the row of the rest, `totals` `[n]` being what is known of each.
fn split(cells: &mut Array2<f64>, totals: ArrayView1<'_, f64>, [own, rest]: [usize; 2]) {
    let is_missing = |n: &usize| ![own, rest].contains(n) && cells.row(*n).sum() == 0.0;
    let missing: Vec<usize> = (0..cells.nrows()).filter(is_missing).collect();
    let together = totals[rest] + missing.iter().map(|&n| totals[n]).sum::<f64>();
    if together <= 0.0 {
        return;
    }
    let left: Array1<f64> = cells.row(rest).to_owned();
    for n in missing {
        cells.row_mut(n).assign(&(&left * (totals[n] / together)));
        let less = &cells.row(rest) - &cells.row(n);
        cells.row_mut(rest).assign(&less);
    }
}

/// What each heading of an area holds beside its sub-headings; 0 where these say more.
pub(in crate::calibration) fn alone<'a>(
    values: &SortedMap<(&'a str, &'a str), f64>,
    area: &str,
    parent: &HashMap<(&str, &str), &str>,
    classification: &str,
) -> Vec<(&'a str, f64)> {
    let of_area: SortedMap<&str, f64> = values
        .iter()
        .filter(|((one, _), _)| *one == area)
        .map(|((_, goods), &value)| (*goods, value))
        .collect();
    let inside = |heading: &str| -> f64 {
        let is_inside = |goods: &&str| parent.get(&(classification, *goods)) == Some(&heading);
        of_area.iter().filter(|(goods, _)| is_inside(goods)).map(|(_, value)| value).sum()
    };
    of_area.iter().map(|(heading, value)| (*heading, (value - inside(heading)).max(0.0))).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use ndarray::array;

    use super::{Mof, alone};
    use crate::sorted::SortedMap;

    #[test]
    fn partners_that_the_source_does_not_list_share_its_rest() {
        // The second economy reports; the third is not listed among its buyers, the last is the rest.
        let exports = array![[5.0, 1.0], [0.0, 0.0], [0.0, 0.0], [6.0, 2.0]];
        let imports = array![[5.0, 1.0], [0.0, 0.0], [2.0, 0.0], [6.0, 2.0]];
        let pairs =
            array![[0.0, 9.0, 1.0, 1.0], [7.0, 0.0, 1.0, 3.0], [1.0, 2.0, 0.0, 1.0], [1.0, 5.0, 1.0, 0.0]];
        let mut mof = Mof { economy: 1, imports: imports.clone(), exports };
        mof.split_rest(&pairs, 3);
        assert_eq!(mof.exports, array![[5.0, 1.0], [0.0, 0.0], [1.5, 0.5], [4.5, 1.5]]);
        assert_eq!(mof.imports, imports);
    }

    #[test]
    fn a_heading_holds_what_its_sub_headings_leave() {
        let values = SortedMap::from([(("A", "Food"), 10.0), (("A", "Meat"), 4.0), (("B", "Food"), 3.0)]);
        let parent = HashMap::from([(("import", "Meat"), "Food")]);
        assert_eq!(alone(&values, "A", &parent, "import"), vec![("Food", 6.0), ("Meat", 4.0)]);
        assert_eq!(alone(&values, "A", &parent, "export"), vec![("Food", 10.0), ("Meat", 4.0)]);
    }
}
