//! Reads the outside tables and adds them up to economies and sectors.

use std::collections::HashMap;
use std::path::Path;

use ndarray::{Array1, Array2, Array3};

use super::concordance::Concordance;
use crate::calibration::{NumberRule, Reading};
use crate::data::{Row, Table};
use crate::error::Fault;

/// Base year of the set.
pub const YEAR: i16 = 2019;
/// Last year of the partner pattern.
const PATTERN_YEAR: &str = "2016";
/// Year of the input-output tables.
const STRUCTURE_YEAR: &str = "2011";
/// Classification of the input-output tables in the concordance.
const STRUCTURE: &str = "wiod2013";

const FLOW: NumberRule =
    NumberRule::new("0 or more, at most 1e12 million USD", |value| (0.0..=1e12).contains(&value));
const ABOVE_ZERO: NumberRule =
    NumberRule::new("a number above 0, at most 1e12 million USD", |value| value > 0.0 && value <= 1e12);
const ANY: NumberRule =
    NumberRule::new("a finite number, at most 1e12 million USD in size", |value| value.abs() <= 1e12);

/// Outside data by economy and sector, million USD.
pub struct Raw {
    /// GDP of the base year, `[n]`.
    pub gdp_musd: Array1<f64>,
    /// GDP of the year of the input-output tables, `[n]`.
    pub gdp_structure_musd: Array1<f64>,
    /// Goods exports of the base year by sector to all other countries, inside the group included, `[n,j]`.
    pub exports_musd: Array2<f64>,
    /// Goods trade of the pattern year, `[exporter,importer]`; the diagonal is trade inside a group.
    pub pattern_musd: Array2<f64>,
    /// Services exports of the base year by category, `[n]` each; absent where not published.
    pub services_musd: HashMap<String, Array1<f64>>,
    /// Trade of the input-output tables, `[j,n,i]`.
    pub io_trade_musd: Array3<f64>,
    /// Inputs of the input-output tables, `[n,k,j]`.
    pub io_inputs_musd: Array3<f64>,
    /// Output of the input-output tables, `[n,j]`.
    pub io_output_musd: Array2<f64>,
}

impl Raw {
    /// Reads everything below `input`; `None` if a file cannot be used, which is noted as a fault.
    pub fn read(input: &Path, by: &Concordance, reading: &mut Reading) -> Option<Self> {
        let data = input.join("data");
        let tables = read_input_output(&data, by, reading);
        let gdp = read_gdp(&data, by, reading);
        let exports = read_exports(input, by, reading);
        let pattern = read_pattern(&data, by, reading);
        let services = read_services(&data, by, reading);
        let (io_trade_musd, io_inputs_musd, io_output_musd) = tables?;
        let [gdp_musd, gdp_structure_musd] = gdp?;
        Some(Self {
            gdp_musd,
            gdp_structure_musd,
            exports_musd: exports?,
            pattern_musd: pattern?,
            services_musd: services?,
            io_trade_musd,
            io_inputs_musd,
            io_output_musd,
        })
    }
}

/// Economy of a code; an empty cell is a fault, and a code of no economy belongs to the rest.
fn economy(row: &Row<'_>, column: &str, by: &Concordance, reading: &mut Reading) -> Option<usize> {
    let code = row.text(column);
    if code.is_empty() {
        reading.faults.push(row.fault(column, "a country code", "Fill the cell or delete the row."));
        return None;
    }
    Some(by.economy(code))
}

/// Sums of every economy that are not above zero, although the set needs them.
fn check_filled(table: &Table, column: &str, sums: &Array1<f64>, by: &Concordance, reading: &mut Reading) {
    for (country, sum) in by.axes.countries.iter().zip(sums).filter(|(_, sum)| **sum <= 0.0) {
        let expected = format!("rows of {} that sum to more than 0", country.iso3);
        let remedy = "Add the rows; the codes of an economy stand in data/sources/apac/economies.csv.";
        reading.faults.push(Fault::of_file(table.file(), column, &sum.to_string(), &expected, remedy));
    }
}

/// True if a figure is published.
fn is_published(row: &Row<'_>, column: &str) -> bool {
    !matches!(row.text(column), "" | "NA")
}

/// GDP of the base year and of the year of the input-output tables.
fn read_gdp(data: &Path, by: &Concordance, reading: &mut Reading) -> Option<[Array1<f64>; 2]> {
    let path = data.join("baci_hs2_exports/population_gdp_2011_2020.csv");
    let table = reading.table(&path, &["year", "iso3", "gdp_musd"])?;
    reading.each_once(&table, &["year", "iso3"]);
    let mut n_used = 0;
    let gdp = [YEAR.to_string(), STRUCTURE_YEAR.to_owned()].map(|year| {
        let mut gdp = Array1::zeros(by.axes.n_countries());
        for row in reading.of_year(&table, &year) {
            if !is_published(&row, "gdp_musd") {
                reading.left(&table, "without a published figure", row.text("iso3"));
                continue;
            }
            let musd = reading.number(&row, "gdp_musd", ABOVE_ZERO);
            if let (Some(n), Some(musd)) = (economy(&row, "iso3", by, reading), musd) {
                gdp[n] += musd;
                n_used += 1;
            }
        }
        check_filled(&table, "gdp_musd", &gdp, by, reading);
        gdp
    });
    reading.used(&table, n_used);
    Some(gdp)
}

fn read_exports(input: &Path, by: &Concordance, reading: &mut Reading) -> Option<Array2<f64>> {
    let path = input.join("data/baci_hs2_exports/exports_hs2_2011_2020.csv.gz");
    let table = reading.table(&path, &["year", "exporter", "hs2", "value_musd"])?;
    reading.each_once(&table, &["year", "exporter", "hs2"]);
    let mut exports = Array2::zeros((by.axes.n_countries(), by.axes.n_sectors()));
    for row in reading.of_year(&table, &YEAR.to_string()) {
        let musd = reading.number(&row, "value_musd", FLOW);
        let of_chapter = by.parts("hs2", row.text("hs2"));
        if of_chapter.is_empty() {
            reading.left(&table, "of chapters without a sector", row.text("hs2"));
        }
        if let (Some(n), Some(musd)) = (economy(&row, "exporter", by, reading), musd) {
            of_chapter.iter().for_each(|&(j, share)| exports[[n, j]] += share * musd);
        }
    }
    check_filled(&table, "value_musd", &exports.sum_axis(ndarray::Axis(1)), by, reading);
    Some(exports)
}

fn read_pattern(data: &Path, by: &Concordance, reading: &mut Reading) -> Option<Array2<f64>> {
    let path = data.join("gravity/trade_panel_1964_2016.csv.gz");
    let table = reading.table(&path, &["exporter", "importer", "year", "trade_musd"])?;
    let n = by.axes.n_countries();
    let mut pattern = Array2::zeros((n, n));
    let mut seen = HashMap::new();
    for row in reading.of_year(&table, PATTERN_YEAR) {
        if let Some(first) = seen.insert((row.text("exporter"), row.text("importer")), row.line) {
            let expected = format!("each pair once in {PATTERN_YEAR}; line {first} has it too");
            reading.faults.push(row.fault("exporter", &expected, "Delete one of the two rows."));
        }
        let musd = reading.number(&row, "trade_musd", FLOW);
        let at = (economy(&row, "exporter", by, reading), economy(&row, "importer", by, reading));
        if let ((Some(i), Some(m)), Some(musd)) = (at, musd) {
            pattern[[i, m]] += musd;
        }
    }
    let abroad: Array1<f64> = (0..n).map(|i| pattern.row(i).sum() - pattern[[i, i]]).collect();
    check_filled(&table, "trade_musd", &abroad, by, reading);
    Some(pattern)
}

fn read_services(
    data: &Path,
    by: &Concordance,
    reading: &mut Reading,
) -> Option<HashMap<String, Array1<f64>>> {
    let path = data.join("baci_hs2_exports/services_exports_wdi.csv");
    let table = reading.table(&path, &["year", "exporter", "category", "value_musd"])?;
    let known: Vec<&str> = by.services.iter().flatten().map(|(category, _)| category.as_str()).collect();
    let mut services: HashMap<String, Array1<f64>> = HashMap::new();
    let mut seen = HashMap::new();
    for row in reading.of_year(&table, &YEAR.to_string()) {
        let category = row.text("category");
        match seen.insert((row.text("exporter"), category), row) {
            // The published file lists one country twice with the same figures.
            Some(before) if before.text("value_musd") == row.text("value_musd") => {
                reading.left(&table, "that stand twice with one figure, both counted", row.text("exporter"));
            }
            Some(before) => {
                let expected = format!("each exporter and category once; line {} has another", before.line);
                reading.faults.push(row.fault("value_musd", &expected, "Delete one of the two rows."));
            }
            None => {}
        }
        if !known.contains(&category) {
            reading.left(&table, "of categories without a sector", category);
        } else if !is_published(&row, "value_musd") {
            reading.left(&table, "without a published figure", row.text("exporter"));
        } else {
            let musd = reading.number(&row, "value_musd", ANY);
            if let (Some(n), Some(musd)) = (economy(&row, "exporter", by, reading), musd) {
                let zeros = || Array1::zeros(by.axes.n_countries());
                services.entry(category.to_owned()).or_insert_with(zeros)[n] += musd;
            }
        }
    }
    Some(services)
}

type InputOutput = (Array3<f64>, Array3<f64>, Array2<f64>);

/// Sectors of an input-output code with their shares; a code that the concordance has not is a fault.
fn sectors<'a>(
    row: &Row<'_>,
    column: &str,
    by: &'a Concordance,
    reading: &mut Reading,
) -> &'a [(usize, f64)] {
    let parts = by.parts(STRUCTURE, row.text(column));
    if parts.is_empty() {
        let expected = format!("a code of {STRUCTURE} in data/sources/apac/concordance.csv");
        reading.faults.push(row.fault(column, &expected, "Correct the code, or add it to the concordance."));
    }
    parts
}

fn read_input_output(data: &Path, by: &Concordance, reading: &mut Reading) -> Option<InputOutput> {
    let folder = data.join("wiod2013_2011");
    let (n, s) = (by.axes.n_countries(), by.axes.n_sectors());
    let columns = ["exporter", "importer", "sector", "year", "value_musd"];
    let trade_table = reading.table(&folder.join("trade.csv"), &columns);
    let columns = ["country", "input_sector", "using_sector", "value_musd"];
    let inputs_table = reading.table(&folder.join("io.csv"), &columns);
    let columns = ["country", "sector", "gross_output_musd"];
    let output_table = reading.table(&folder.join("value_added.csv"), &columns);
    let (trade_table, inputs_table, output_table) = (trade_table?, inputs_table?, output_table?);
    reading.each_once(&trade_table, &["exporter", "importer", "sector"]);
    reading.each_once(&inputs_table, &["country", "input_sector", "using_sector"]);
    reading.each_once(&output_table, &["country", "sector"]);
    let mut trade = Array3::<f64>::zeros((s, n, n));
    for row in reading.of_year(&trade_table, STRUCTURE_YEAR) {
        let at = (economy(&row, "exporter", by, reading), economy(&row, "importer", by, reading));
        let (parts, musd) = (sectors(&row, "sector", by, reading), reading.number(&row, "value_musd", ANY));
        if let ((Some(i), Some(m)), Some(musd)) = (at, musd) {
            parts.iter().for_each(|&(j, share)| trade[[j, m, i]] += share * musd);
        }
    }
    // Inventory changes leave a few small negative cells.
    trade.mapv_inplace(|musd| musd.max(0.0));
    let mut inputs = Array3::zeros((n, s, s));
    for row in inputs_table.rows() {
        let c = economy(&row, "country", by, reading);
        let supplying = sectors(&row, "input_sector", by, reading);
        let using = sectors(&row, "using_sector", by, reading);
        if let (Some(c), Some(musd)) = (c, reading.number(&row, "value_musd", ANY)) {
            for &(k, of_k) in supplying {
                using.iter().for_each(|&(j, of_j)| inputs[[c, k, j]] += of_k * of_j * musd);
            }
        }
    }
    let mut output = Array2::zeros((n, s));
    for row in output_table.rows() {
        let (c, parts) = (economy(&row, "country", by, reading), sectors(&row, "sector", by, reading));
        if let (Some(c), Some(musd)) = (c, reading.number(&row, "gross_output_musd", FLOW)) {
            parts.iter().for_each(|&(j, share)| output[[c, j]] += share * musd);
        }
    }
    Some((trade, inputs, output))
}
