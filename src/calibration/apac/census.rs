//! Imports of one economy by partner and sector from its customs figures: by chapter or industry of the base year,
//! inside of these by the lines of a later year.

use std::collections::HashMap;
use std::path::Path;

use ndarray::Array2;

use super::concordance::Concordance;
use super::figures::{FLOW, YEAR};
use crate::calibration::Reading;
use crate::data::{Files, Table};
use crate::sorted::{SortedMap, sort_by_key};

/// Name of the layout in `customs.csv`.
const LAYOUT: &str = "census";
/// Chapters and industries that stand for all goods.
const ALL: &str = "00";
/// Partner that stands for the world.
const WORLD: &str = "WLD";

/// Columns of the tables of product groups that are not read here.
const OTHER_COLUMNS: [&str; 6] = ["weight_share", "rate_of", "emissions_of", "kind", "source", "mark"];

/// Imports from customs figures.
pub struct Census {
    /// The importer.
    pub importer: usize,
    /// Imports of the base year, `[i,j]`, million USD.
    pub imports_musd: Array2<f64>,
    /// All imports of the base year, those of special chapters included, million USD.
    pub total_musd: f64,
    /// Imports of the later year by chapter, `[i,j]` each: the mix of sectors inside a chapter.
    pub mix: HashMap<String, Array2<f64>>,
}

/// Sector of each prefix of the Harmonized System, from the product groups of policy.
struct Products(HashMap<String, usize>);

impl Products {
    fn read(by: &Concordance, reading: &mut Reading) -> Option<Self> {
        let own = Files::embedded().folder("sources/policy");
        let mut table = |name: &str, columns: [&str; 2]| -> Option<Table> {
            let text = own.read(name).map_err(|fault| reading.faults.push(fault)).ok()?;
            Table::parse(&own.display(name), &text, &columns, &OTHER_COLUMNS, &mut reading.faults)
        };
        let groups = table("product_groups.csv", ["product_group", "sector"])?;
        let products = table("group_products.csv", ["hs_prefix", "product_group"])?;
        let sector = |row: &crate::data::Row<'_>| by.axes.sector_idx.get(row.text("sector")).copied();
        let of_group: HashMap<&str, usize> =
            groups.rows().filter_map(|row| Some((row.text("product_group"), sector(&row)?))).collect();
        let of_prefix = |row: crate::data::Row<'_>| {
            Some((row.text("hs_prefix").to_owned(), *of_group.get(row.text("product_group"))?))
        };
        Some(Self(products.rows().filter_map(of_prefix).collect()))
    }

    /// Sector of the longest prefix that is known.
    fn sector(&self, line: &str) -> Option<usize> {
        (2..=line.len()).rev().find_map(|end| line.get(..end).and_then(|prefix| self.0.get(prefix))).copied()
    }
}

impl Census {
    /// Reads the figures; `None` where a file cannot be used.
    pub fn read(data: &Path, by: &Concordance, reading: &mut Reading) -> Option<Self> {
        let importer = super::figures::customs(LAYOUT, by, reading)?;
        let products = Products::read(by, reading)?;
        let lines = data.join("us_imports_utilisation/us_imports_2024_hs8.csv.gz");
        let lines = reading.table(&lines, &["hs8", "partner", "imports_musd"]);
        let folder = data.join("us_imports_duties_2013_2025");
        let chapters = folder.join("us_imports_duty_hs2_halfyear.csv.gz");
        let chapters = reading.table(&chapters, &["partner", "hs2", "year", "half", "imports_musd"]);
        let industries = folder.join("us_imports_duty_naics3_quarterly.csv.gz");
        let industries =
            reading.table(&industries, &["partner", "naics3", "year", "quarter", "imports_musd"]);
        let (lines, chapters, industries) = (lines?, chapters?, industries?);
        let mix = read_mix(&lines, &products, by, reading);
        let by_chapter = sums(&chapters, "hs2", reading);
        let by_industry = sums(&industries, "naics3", reading);
        let imports_musd = Spread { by, mix: &mix }.imports(&by_chapter, &by_industry);
        let of_world = chapters.rows().filter(|row| {
            row.text("year") == YEAR.to_string() && row.text("partner") == WORLD && row.text("hs2") == ALL
        });
        let total_musd = of_world.filter_map(|row| row.value("imports_musd")).sum();
        Some(Self { importer, imports_musd, total_musd, mix })
    }
}

fn read_mix(
    table: &Table,
    products: &Products,
    by: &Concordance,
    reading: &mut Reading,
) -> HashMap<String, Array2<f64>> {
    reading.each_once(table, &["hs8", "partner"]);
    let mut mix: HashMap<String, Array2<f64>> = HashMap::new();
    for row in table.rows() {
        let line = row.text("hs8");
        let (Some(j), Some(chapter)) = (products.sector(line), line.get(..2)) else {
            reading.left(table, "of lines without a sector, by chapter", line.get(..2).unwrap_or(line));
            continue;
        };
        if let Some(musd) = reading.number(&row, "imports_musd", FLOW) {
            let zeros = || Array2::zeros((by.axes.n_countries(), by.axes.n_sectors()));
            let partner = row.text("partner");
            let n = by.axes.country_idx.get(partner).copied().unwrap_or_else(|| by.economy(partner));
            mix.entry(chapter.to_owned()).or_insert_with(zeros)[[n, j]] += musd;
        }
    }
    mix
}

/// Sums of the base year by partner and code, without totals.
fn sums(table: &Table, code: &str, reading: &mut Reading) -> SortedMap<(String, String), f64> {
    let mut sums = SortedMap::new();
    for row in reading.of_year(table, &YEAR.to_string()) {
        let musd = reading.number(&row, "imports_musd", FLOW);
        if let (Some(musd), false) = (musd, row.text(code) == ALL) {
            *sums.entry((row.text("partner").to_owned(), row.text(code).to_owned())).or_default() += musd;
        }
    }
    sums
}

type Sums = SortedMap<(String, String), f64>;

/// Figures by chapter or industry spread over sectors.
struct Spread<'a> {
    by: &'a Concordance,
    mix: &'a HashMap<String, Array2<f64>>,
}

impl Spread<'_> {
    /// By chapter where a partner is an economy by itself, else by industry, else a share of what is left.
    fn imports(&self, by_chapter: &Sums, by_industry: &Sums) -> Array2<f64> {
        let axes = &self.by.axes;
        let mut cells = Array2::<f64>::zeros((axes.n_countries(), axes.n_sectors()));
        let mut world = vec![0.0; axes.n_sectors()];
        let mut is_known = vec![false; axes.n_countries()];
        for ((partner, chapter), &musd) in by_chapter {
            let n = axes.country_idx.get(partner).copied();
            for (j, share) in self.of_chapter(chapter, n) {
                match n {
                    Some(n) => cells[[n, j]] += musd * share,
                    None if partner == WORLD => world[j] += musd * share,
                    None => {}
                }
            }
            n.into_iter().for_each(|n| is_known[n] = true);
        }
        let known_by_chapter = is_known.clone();
        for ((partner, industry), &musd) in by_industry {
            let n = axes.country_idx.get(partner).copied().filter(|&n| !known_by_chapter[n]);
            let Some(n) = n else { continue };
            self.of_industry(industry, n).into_iter().for_each(|(j, share)| cells[[n, j]] += musd * share);
            is_known[n] = true;
        }
        let late = self.late();
        for (j, &all) in world.iter().enumerate() {
            let left = (all - cells.column(j).sum()).max(0.0);
            let open: f64 = (0..is_known.len()).filter(|&n| !is_known[n]).map(|n| late[[n, j]]).sum();
            for n in (0..is_known.len()).filter(|&n| !is_known[n] && open > 0.0) {
                cells[[n, j]] += left * late[[n, j]] / open;
            }
        }
        cells
    }

    /// Imports of the later year, `[n,j]`.
    fn late(&self) -> Array2<f64> {
        let axes = &self.by.axes;
        let mut chapters: Vec<_> = self.mix.iter().collect();
        sort_by_key(&mut chapters, |(chapter, _)| *chapter);
        let zeros = Array2::zeros((axes.n_countries(), axes.n_sectors()));
        chapters.into_iter().fold(zeros, |sum, (_, cells)| sum + cells)
    }

    /// Sectors of a chapter from one partner, or of all.
    fn of_chapter(&self, chapter: &str, n: Option<usize>) -> Vec<(usize, f64)> {
        let plain = || self.by.parts("hs2", chapter).to_vec();
        let Some(cells) = self.mix.get(chapter) else { return plain() };
        let row = n.map_or_else(|| cells.sum_axis(ndarray::Axis(0)), |n| cells.row(n).to_owned());
        let sum = row.sum();
        match sum > 0.0 {
            true => {
                row.iter().map(|value| value / sum).enumerate().filter(|(_, share)| *share > 0.0).collect()
            }
            false => plain(),
        }
    }

    /// Sectors of an industry: the shares of the concordance, moved by what the partner sells in the later year.
    fn of_industry(&self, industry: &str, n: usize) -> Vec<(usize, f64)> {
        let late = self.late();
        let (own, all) = (late.row(n).sum().max(1e-9), late.sum().max(1e-9));
        let weight = |&(j, share): &(usize, f64)| {
            let relative = (late[[n, j]] / own) / (late.column(j).sum() / all).max(1e-9);
            (j, share * relative.max(1e-3))
        };
        let weights: Vec<(usize, f64)> = self.by.parts("naics3", industry).iter().map(weight).collect();
        let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
        weights.into_iter().map(|(j, weight)| (j, weight / sum)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use ndarray::Array2;

    use super::{Products, Spread, Sums};
    use crate::calibration::apac::fixtures::{BBB, CARS, CCC, GRAIN, ROW, concordance};

    fn sums(rows: &[(&str, &str, f64)]) -> Sums {
        rows.iter().map(|&(partner, code, musd)| ((partner.to_owned(), code.to_owned()), musd)).collect()
    }

    #[test]
    fn the_longest_known_beginning_of_a_line_counts() {
        let products = Products([("10", GRAIN), ("1006", CARS)].map(|(code, j)| (code.to_owned(), j)).into());
        assert_eq!(products.sector("10059000"), Some(GRAIN));
        assert_eq!(products.sector("10063000"), Some(CARS));
        assert_eq!(products.sector("87030000"), None);
    }

    #[test]
    fn chapters_go_before_industries_and_the_world_closes_the_column() {
        let by = concordance(&["naics3,111,grain,0.5", "naics3,111,cars,0.5"]);
        let mut of_chapter = Array2::zeros((4, 3));
        of_chapter[[BBB, GRAIN]] = 1.0;
        of_chapter[[BBB, CARS]] = 3.0;
        of_chapter[[ROW, CARS]] = 4.0;
        let mix = HashMap::from([("87".to_owned(), of_chapter)]);
        let chapters = sums(&[("BBB", "87", 100.0), ("BBB", "10", 10.0), ("WLD", "87", 300.0)]);
        let industries = sums(&[("BBB", "111", 999.0), ("CCC", "111", 50.0)]);
        let cells = Spread { by: &by, mix: &mix }.imports(&chapters, &industries);
        assert_eq!([cells[[BBB, GRAIN]], cells[[BBB, CARS]]], [35.0, 75.0], "by the lines of the later year");
        assert!((cells.row(CCC).sum() - 50.0).abs() < 1e-9, "by industry where no chapter is known");
        // The world buys 37.5 of grain and 262.5 of cars in the chapter: what is left comes from the rest.
        let left = 262.5 - cells[[BBB, CARS]] - cells[[CCC, CARS]];
        assert!((cells[[ROW, CARS]] - left).abs() < 1e-9, "{cells}");
        assert_eq!(cells[[ROW, GRAIN]], 0.0, "it sells none in the later year");
    }

    #[test]
    fn an_industry_leans_on_what_the_partner_sells() {
        let by = concordance(&["naics3,111,grain,0.5", "naics3,111,cars,0.5"]);
        let mut late = Array2::from_elem((4, 3), 1.0);
        late[[CCC, CARS]] = 9.0;
        let mix = HashMap::from([("87".to_owned(), late)]);
        let parts = Spread { by: &by, mix: &mix }.of_industry("111", CCC);
        assert!((parts.iter().map(|(_, share)| share).sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(parts[1].1 > 0.7, "{parts:?}");
    }
}
