//! Reads the outside tables and adds them up to economies and sectors.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Context;
use ndarray::{Array1, Array2, Array3};

use super::YEAR;
use super::concordance::Concordance;
use crate::error::{Faults, InputErrors};
use crate::sources::read_table;

/// Last year of the partner pattern.
const PATTERN_YEAR: &str = "2016";
/// Year of the input-output tables.
const STRUCTURE_YEAR: &str = "2011";

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
    /// Real-GDP growth: economy, first and last year, percent a year, source, mark.
    pub growth: Vec<[String; 6]>,
    /// Inputs of the input-output tables, `[n,k,j]`.
    pub io_inputs_musd: Array3<f64>,
    /// Output of the input-output tables, `[n,j]`.
    pub io_output_musd: Array2<f64>,
}

impl Raw {
    /// Reads everything below `input`.
    ///
    /// # Errors
    /// Where a file is missing or faulty.
    pub fn read(input: &Path, by: &Concordance) -> anyhow::Result<Self> {
        let data = input.join("data");
        let (io_trade_musd, io_inputs_musd, io_output_musd) = read_input_output(&data, by)?;
        let gdp_structure_musd = read_gdp(&data, by, STRUCTURE_YEAR)?;
        Ok(Self {
            gdp_musd: read_gdp(&data, by, &YEAR.to_string())?,
            gdp_structure_musd,
            exports_musd: read_exports(input, by)?,
            pattern_musd: read_pattern(&data, by)?,
            services_musd: read_services(&data, by)?,
            growth: read_growth(input)?,
            io_trade_musd,
            io_inputs_musd,
            io_output_musd,
        })
    }
}

/// A number that a producer's file is known to hold; what is not a number is an error with its line.
fn value(row: &crate::data::Row<'_>, column: &str) -> anyhow::Result<f64> {
    let mut faults = Faults::new();
    let value = row.number(column, "a finite number", |_| true, &mut faults);
    value.ok_or_else(|| InputErrors(faults.as_slice().to_vec()).into())
}

fn read_gdp(data: &Path, by: &Concordance, year: &str) -> anyhow::Result<Array1<f64>> {
    let path = data.join("baci_hs2_exports/population_gdp_2011_2020.csv");
    let table = read_table(&path, &["year", "iso3", "population_thousand", "gdp_musd"], &[])?;
    let mut gdp = Array1::zeros(by.axes.n_countries());
    let published =
        |row: &crate::data::Row<'_>| row.text("year") == year && !matches!(row.text("gdp_musd"), "" | "NA");
    for row in table.rows().filter(published) {
        gdp[by.economy(row.text("iso3"))] += value(&row, "gdp_musd")?;
    }
    Ok(gdp)
}

fn read_exports(input: &Path, by: &Concordance) -> anyhow::Result<Array2<f64>> {
    let columns = ["hs2", "sector", "share", "confidence"];
    let concordance = read_table(&input.join("facts/hs2_to_sector.csv"), &columns, &[])?;
    let mut sectors: HashMap<&str, Vec<(usize, f64)>> = HashMap::new();
    for row in concordance.rows() {
        let j = by.axes.sector_idx.get(row.text("sector")).copied();
        let j = j.with_context(|| format!("hs2_to_sector.csv:{}: unknown sector", row.line))?;
        sectors.entry(row.text("hs2")).or_default().push((j, value(&row, "share")?));
    }
    let path = input.join("data/baci_hs2_exports/exports_hs2_2011_2020.csv.gz");
    let table = read_table(&path, &["year", "exporter", "hs2", "value_musd"], &[])?;
    let mut exports = Array2::zeros((by.axes.n_countries(), by.axes.n_sectors()));
    let year = YEAR.to_string();
    for row in table.rows().filter(|row| row.text("year") == year) {
        let musd = value(&row, "value_musd")?;
        for &(j, share) in sectors.get(row.text("hs2")).into_iter().flatten() {
            exports[[by.economy(row.text("exporter")), j]] += share * musd;
        }
    }
    Ok(exports)
}

fn read_pattern(data: &Path, by: &Concordance) -> anyhow::Result<Array2<f64>> {
    let path = data.join("gravity/trade_panel_1964_2016.csv.gz");
    let provisions = [
        "agreement_id",
        "agreement",
        "ad_prov_14",
        "cp_prov_23",
        "tbt_prov_07",
        "tbt_prov_33",
        "tf_prov_41",
        "tf_prov_45",
        "env_prov_18",
        "et_prov_38",
        "inv_prov_22",
        "ipr_prov_15",
        "ipr_prov_44",
        "lm_prov_10",
        "moc_prov_21",
        "ser_prov_47",
        "ste_prov_30",
        "cp_prov_26",
    ];
    let table = read_table(&path, &["exporter", "importer", "year", "trade_musd"], &provisions)?;
    let n = by.axes.n_countries();
    let mut pattern = Array2::zeros((n, n));
    for row in table.rows().filter(|row| row.text("year") == PATTERN_YEAR) {
        let at = [by.economy(row.text("exporter")), by.economy(row.text("importer"))];
        pattern[at] += value(&row, "trade_musd")?;
    }
    Ok(pattern)
}

fn read_services(data: &Path, by: &Concordance) -> anyhow::Result<HashMap<String, Array1<f64>>> {
    let path = data.join("baci_hs2_exports/services_exports_wdi.csv");
    let table = read_table(&path, &["year", "exporter", "category", "value_musd"], &[])?;
    let mut services: HashMap<String, Array1<f64>> = HashMap::new();
    let year = YEAR.to_string();
    let published =
        |row: &crate::data::Row<'_>| row.text("year") == year && !matches!(row.text("value_musd"), "" | "NA");
    for row in table.rows().filter(published) {
        let exports = services
            .entry(row.text("category").to_owned())
            .or_insert_with(|| Array1::zeros(by.axes.n_countries()));
        exports[by.economy(row.text("exporter"))] += value(&row, "value_musd")?;
    }
    Ok(services)
}

/// Growth rates with their years split; the sources stay beside the figures.
fn read_growth(input: &Path) -> anyhow::Result<Vec<[String; 6]>> {
    let columns = ["iso3", "variable", "years", "pct_per_year", "definition", "confidence"];
    let table = read_table(&input.join("facts/growth.csv"), &columns, &[])?;
    table
        .rows()
        .filter(|row| row.text("variable") == "real_gdp_growth")
        .map(|row| {
            let years = row.text("years");
            let (from, to) = years.split_once('-').unwrap_or((years, years));
            let growth = value(&row, "pct_per_year")?;
            let source = match row.text("confidence") {
                "public" => "IMF WEO Update June 2020",
                _ => "style of IMF WEO 2019-2020, own convergence after 2025",
            };
            let cells = [row.text("iso3"), from, to, &growth.to_string(), source, row.text("confidence")];
            Ok(cells.map(str::to_owned))
        })
        .collect()
}

type InputOutput = (Array3<f64>, Array3<f64>, Array2<f64>);

fn read_input_output(data: &Path, by: &Concordance) -> anyhow::Result<InputOutput> {
    let folder = data.join("wiod2013_2011");
    let (n, s) = (by.axes.n_countries(), by.axes.n_sectors());
    let sector =
        |code: &str| by.sector_of.get(code).copied().with_context(|| format!("unknown sector {code}"));
    let mut trade = Array3::<f64>::zeros((s, n, n));
    let columns = ["exporter", "importer", "sector", "year", "value_musd"];
    for row in read_table(&folder.join("trade.csv"), &columns, &[])?.rows() {
        let (i, m) = (by.economy(row.text("exporter")), by.economy(row.text("importer")));
        trade[[sector(row.text("sector"))?, m, i]] += value(&row, "value_musd")?;
    }
    // Inventory changes leave a few small negative cells.
    trade.mapv_inplace(|musd| musd.max(0.0));
    let mut inputs = Array3::zeros((n, s, s));
    let columns = ["country", "input_sector", "using_sector", "value_musd"];
    for row in read_table(&folder.join("io.csv"), &columns, &[])?.rows() {
        let (k, j) = (sector(row.text("input_sector"))?, sector(row.text("using_sector"))?);
        inputs[[by.economy(row.text("country")), k, j]] += value(&row, "value_musd")?;
    }
    let mut output = Array2::zeros((n, s));
    let columns = ["country", "sector", "gross_output_musd", "value_added_residual_musd"];
    for row in read_table(&folder.join("value_added.csv"), &columns, &[])?.rows() {
        output[[by.economy(row.text("country")), sector(row.text("sector"))?]] +=
            value(&row, "gross_output_musd")?;
    }
    Ok((trade, inputs, output))
}
