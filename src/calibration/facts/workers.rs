//! People at work by economy and sector.
//!
//! Published for 45 industries; where a country is missing, for 12, divided by the value added of the 45. Industries
//! that the set splits are divided by the value added of its sectors. The rest of the world is what is published of
//! it, raised to all its workers.

use std::collections::HashMap;
use std::path::Path;

use ndarray::{Array2, ArrayView2};

use super::places::{NamesOfCountries, POSITIVE, Places, is_published, missing};
use super::rows::WorkersRow;
use crate::calibration::{NumberRule, Reading};
use crate::data::{Axes, Files, Row, Table};
use crate::output::rows::Rounded;

/// Year of the 12 sectors.
const TWELVE_YEAR: &str = "2018";
/// Year of all workers.
const TOTALS_YEAR: &str = "2017";

const PERSONS: NumberRule = NumberRule::new("0 or more persons, at most 1e10", |v| (0.0..=1e10).contains(&v));
const MONEY: NumberRule = NumberRule::new("a number between -1e12 and 1e12", |v| v.abs() <= 1e12);

const DIRECT: &str = "ILO and OECD, 2018-19, by 45 industries (Haw et al., daedalus)";

/// An industry of the published tables.
struct Industry {
    /// Sector of the 12.
    twelve: String,
    /// Sectors of the set.
    sectors: Vec<usize>,
}

/// People at work by economy and industry.
pub struct Workers {
    industries: Vec<Industry>,
    /// `[n, industry]`.
    persons: Array2<f64>,
    /// Where each economy's are from, and how sure they are.
    sources: Vec<(String, &'static str)>,
}

impl Workers {
    /// Reads the tables below `data`; `None` with a note where the set lacks the sectors of `isic_sectors.csv`.
    pub(super) fn read(
        data: &Path,
        own: &Files,
        names: &NamesOfCountries,
        places: &Places<'_>,
        reading: &mut Reading,
    ) -> Option<Self> {
        let table = reading.own(own, "isic_sectors.csv", &["code", "twelve", "sectors"])?;
        reading.each_once(&table, &["code"]);
        let codes: HashMap<&str, usize> =
            table.rows().enumerate().map(|(at, row)| (row.text("code"), at)).collect();
        let industries = industries(&table, places, reading)?;
        let mut workers = Self {
            persons: Array2::zeros((places.len(), industries.len())),
            sources: vec![(String::new(), "public"); places.len()],
            industries,
        };
        let folder = data.join("va_employment");
        let listed = workers.add_direct(&folder, names, places, &codes, reading)?;
        workers.raise_rest(data, places, &listed, reading)?;
        workers.add_from_twelve(&folder, places, &codes, reading)?;
        for (n, _) in workers.sources.iter().enumerate().filter(|(_, (source, _))| source.is_empty()) {
            reading.faults.push(missing("va_employment", "persons", &places.code(n), "workers"));
        }
        Some(workers)
    }

    /// Adds the countries of the table of 45 industries; answers the codes of those that have figures.
    fn add_direct(
        &mut self,
        folder: &Path,
        names: &NamesOfCountries,
        places: &Places<'_>,
        codes: &HashMap<&str, usize>,
        reading: &mut Reading,
    ) -> Option<Vec<String>> {
        let table =
            reading.table(&folder.join("workers_45sectors.csv"), &["country", "sector", "persons"])?;
        reading.each_once(&table, &["country", "sector"]);
        let mut listed: Vec<String> = Vec::new();
        let mut n_used = 0;
        for row in table.rows() {
            if !is_published(&row, "persons") {
                reading.left(&table, "without a figure", row.text("country"));
                continue;
            }
            let Some(code) = names.code(&table, &row, "country", reading) else { continue };
            let at = industry(&row, "sector", codes, reading);
            let (Some(at), Some(persons)) = (at, reading.number(&row, "persons", PERSONS)) else { continue };
            let n = places.economy(code);
            self.persons[[n, at]] += persons;
            self.sources[n].0 = DIRECT.to_owned();
            if !listed.iter().any(|other| other == code) {
                listed.push(code.to_owned());
            }
            n_used += 1;
        }
        reading.used(&table, n_used);
        Some(listed)
    }

    /// Raises the rest of the world from the countries that are listed to all of it.
    fn raise_rest(
        &mut self,
        data: &Path,
        places: &Places<'_>,
        listed: &[String],
        reading: &mut Reading,
    ) -> Option<()> {
        let table = reading.table(&data.join("pwt91/pwt91_1990_2017.csv.gz"), &["isocode", "year", "emp"])?;
        let (mut all, mut seen) = (0.0, 0.0);
        for row in reading.of_year(&table, TOTALS_YEAR) {
            let code = row.text("isocode");
            if places.economy(code) != places.rest || !is_published(&row, "emp") {
                continue;
            }
            let million = reading.number(&row, "emp", POSITIVE)?;
            all += million;
            seen += if listed.iter().any(|other| other == code) { million } else { 0.0 };
        }
        if seen > 0.0 {
            let factor = all / seen;
            self.persons.row_mut(places.rest).mapv_inplace(|persons| persons * factor);
            let how = format!("{DIRECT}; raised by {factor:.2} to all workers of the Penn World Table 9.1");
            self.sources[places.rest] = (how, "assumption");
        }
        Some(())
    }

    /// Adds the countries that the table of 45 industries lacks, from 12 sectors.
    fn add_from_twelve(
        &mut self,
        folder: &Path,
        places: &Places<'_>,
        codes: &HashMap<&str, usize>,
        reading: &mut Reading,
    ) -> Option<()> {
        let value_added = value_added(folder, places, codes, reading)?;
        let mut twelve: Vec<&str> = self.industries.iter().map(|industry| industry.twelve.as_str()).collect();
        twelve.sort_unstable();
        twelve.dedup();
        let columns: Vec<&str> = ["cnt", "var", "year"].into_iter().chain(twelve.iter().copied()).collect();
        let table = reading.table(&folder.join("etd_1990_2018.csv.gz"), &columns)?;
        for row in reading.of_year(&table, TWELVE_YEAR).into_iter().filter(|row| row.text("var") == "EMP") {
            let n = places.economy(row.text("cnt"));
            if n == places.rest || !self.sources[n].0.is_empty() {
                continue;
            }
            for sector in &twelve {
                let Some(thousand) = reading.number(&row, sector, PERSONS) else { continue };
                let of = |(at, industry): (usize, &Industry)| (industry.twelve == *sector).then_some(at);
                let members: Vec<usize> = self.industries.iter().enumerate().filter_map(of).collect();
                let weights: Vec<f64> = members.iter().map(|&at| value_added[[n, at]].max(0.0)).collect();
                for (&at, share) in members.iter().zip(shares(&weights)) {
                    self.persons[[n, at]] += 1000.0 * thousand * share;
                }
            }
            let how = "GGDC/UNU-WIDER Economic Transformation Database 2018, 12 sectors divided by value added (OECD)";
            self.sources[n] = (how.to_owned(), "assumption");
        }
        Some(())
    }

    /// Workers by sector of the set, `[n,j]`; `value_added_musd` divides the industries that the set splits.
    #[must_use]
    pub fn by_sector(&self, value_added_musd: ArrayView2<'_, f64>) -> Array2<f64> {
        let mut persons = Array2::zeros(value_added_musd.raw_dim());
        for ((n, at), count) in self.persons.indexed_iter() {
            let sectors = &self.industries[at].sectors;
            let weights: Vec<f64> = sectors.iter().map(|&j| value_added_musd[[n, j]].max(0.0)).collect();
            for (&j, share) in sectors.iter().zip(shares(&weights)) {
                persons[[n, j]] += count * share;
            }
        }
        persons
    }

    /// Source and mark of each economy.
    pub(super) fn sources(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.sources.iter().map(|(source, mark)| (source.as_str(), *mark))
    }

    /// The rows of `workers.csv`.
    pub(super) fn rows<'a>(
        &'a self,
        axes: &'a Axes,
        value_added_musd: ArrayView2<'_, f64>,
    ) -> impl Iterator<Item = WorkersRow<'a>> {
        let persons = self.by_sector(value_added_musd);
        let (n, s) = persons.dim();
        (0..n * s).map(move |cell| {
            let (n, j) = (cell / s, cell % s);
            let is_split = self.industries.iter().any(|of| of.sectors.len() > 1 && of.sectors.contains(&j));
            let (source, mark) = &self.sources[n];
            WorkersRow {
                country: axes.countries[n].iso3.as_str().into(),
                sector: axes.sectors[j].id.as_str().into(),
                persons: Rounded::Decimals(persons[[n, j]], 0),
                source: source.as_str().into(),
                mark: if is_split { "assumption" } else { mark }.into(),
            }
        })
    }
}

/// The industries with their sectors; `None` where the set has none of those that one names.
fn industries(table: &Table, places: &Places<'_>, reading: &mut Reading) -> Option<Vec<Industry>> {
    let mut industries = Vec::new();
    for row in table.rows() {
        let names = row.text("sectors").split(';').map(str::trim);
        let sectors: Vec<usize> =
            names.filter_map(|name| places.axes.sector_idx.get(name).copied()).collect();
        if sectors.is_empty() {
            let (file, code, names) = (table.file(), row.text("code"), row.text("sectors"));
            reading.note(format!("{file}: no workers.csv: {code} belongs to {names}, which the set has not"));
            return None;
        }
        industries.push(Industry { twelve: row.text("twelve").to_owned(), sectors });
    }
    Some(industries)
}

fn industry(
    row: &Row<'_>,
    column: &str,
    codes: &HashMap<&str, usize>,
    reading: &mut Reading,
) -> Option<usize> {
    let at = codes.get(row.text(column)).copied();
    if at.is_none() {
        let expected = "a code of data/sources/facts/isic_sectors.csv";
        reading.faults.push(row.fault(column, expected, "Correct the cell, or add the code there."));
    }
    at
}

/// Value added by industry, `[n, industry]`.
fn value_added(
    folder: &Path,
    places: &Places<'_>,
    codes: &HashMap<&str, usize>,
    reading: &mut Reading,
) -> Option<Array2<f64>> {
    let path = folder.join("oecd_iot2021_va_2018_45sectors.csv");
    let table = reading.table(&path, &["iso3", "sector", "va_musd"])?;
    let mut value_added = Array2::zeros((places.len(), codes.len()));
    for row in table.rows() {
        let at = industry(&row, "sector", codes, reading);
        if let (Some(at), Some(musd)) = (at, reading.number(&row, "va_musd", MONEY)) {
            value_added[[places.economy(row.text("iso3")), at]] += musd;
        }
    }
    Some(value_added)
}

/// Weights as shares of their sum, or equal shares where there are none.
fn shares(weights: &[f64]) -> Vec<f64> {
    let sum: f64 = weights.iter().sum();
    let equal = 1.0 / weights.len() as f64;
    weights.iter().map(|weight| if sum > 0.0 { weight / sum } else { equal }).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::{Industry, Workers, shares};

    #[test]
    fn industries_are_divided_by_value_added_and_nobody_is_lost() {
        let industry = |sectors: &[usize]| Industry { twelve: "A".into(), sectors: sectors.to_vec() };
        let workers = Workers {
            industries: vec![industry(&[0, 1]), industry(&[1]), industry(&[2])],
            persons: array![[100.0, 10.0, 5.0], [40.0, 0.0, 1.0]],
            sources: vec![(String::new(), "public"); 2],
        };
        let persons = workers.by_sector(array![[3.0, 1.0, 9.0], [0.0, 0.0, 1.0]].view());
        assert_eq!(persons, array![[75.0, 35.0, 5.0], [20.0, 20.0, 1.0]]);
        assert_eq!(shares(&[1.0, 3.0]), [0.25, 0.75]);
    }
}
