//! Structure of production from input-output tables of several classifications, on the sectors of the set.

use std::collections::HashMap;
use std::path::Path;

use ndarray::{Array1, Array2, Array3};

use super::concordance::Concordance;
use super::figures::{ANY, FLOW, economy};
use crate::calibration::Reading;
use crate::data::Table;

/// Classification of the multi-country tables.
pub const WORLD_CODES: &str = "wiod2016";

/// Multi-country input-output tables added up to economies, by their own industries, million USD.
pub struct WorldTables {
    /// Industries.
    pub codes: Vec<String>,
    /// Trade `[c,n,i]`, home sales on the diagonal.
    pub trade: Array3<f64>,
    /// Inputs `[n,supplier,user]`.
    pub inputs: Array3<f64>,
    /// Final demand `[n,c]`.
    pub final_demand: Array2<f64>,
}

struct Codes(HashMap<String, usize>, Vec<String>);

impl Codes {
    fn of(table: &Table, column: &str) -> Self {
        let mut list: Vec<String> = table.rows().map(|row| row.text(column).to_owned()).collect();
        list.sort();
        list.dedup();
        Self(list.iter().cloned().zip(0..).collect(), list)
    }
}

impl WorldTables {
    /// Reads the tables; `None` where a file cannot be used.
    pub fn read(data: &Path, by: &Concordance, reading: &mut Reading) -> Option<Self> {
        let folder = data.join("wiod2016_2014_cp");
        let columns = ["sector", "importer", "exporter", "value_musd_fob"];
        let trade_table = reading.table(&folder.join("trade.csv.gz"), &columns);
        let columns = ["country", "input_sector", "using_sector", "share_of_intermediate_inputs"];
        let shares_table = reading.table(&folder.join("io_shares.csv.gz"), &columns);
        let columns = ["country", "sector", "va_share", "final_share_alpha", "expenditure_musd"];
        let sector_table = reading.table(&folder.join("country_sector.csv.gz"), &columns);
        let (trade_table, shares_table, sector_table) = (trade_table?, shares_table?, sector_table?);
        reading.each_once(&trade_table, &["sector", "importer", "exporter"]);
        let Codes(at, codes) = Codes::of(&trade_table, "sector");
        for code in codes.iter().filter(|code| by.parts(WORLD_CODES, code).is_empty()) {
            reading.left(&trade_table, "of industries without a sector", code);
        }
        let (n, c) = (by.axes.n_countries(), codes.len());
        let mut trade = Array3::zeros((c, n, n));
        let mut output: HashMap<(String, usize), f64> = HashMap::new();
        for row in trade_table.rows() {
            let pair = (economy(&row, "exporter", by, reading), economy(&row, "importer", by, reading));
            let musd = reading.number(&row, "value_musd_fob", ANY);
            let code = row.index("sector", &at, "industry of the tables", &mut reading.faults);
            if let ((Some(i), Some(m)), Some(musd), Some(code)) = (pair, musd, code) {
                trade[[code, m, i]] += musd.max(0.0);
                *output.entry((row.text("exporter").to_owned(), code)).or_default() += musd.max(0.0);
            }
        }
        let mut spent: HashMap<(String, usize), f64> = HashMap::new();
        let mut final_demand = Array2::zeros((n, c));
        let mut national: HashMap<String, Vec<(usize, f64, f64)>> = HashMap::new();
        for row in sector_table.rows() {
            let code = row.index("sector", &at, "industry of the tables", &mut reading.faults);
            let share = reading.number(&row, "va_share", ANY);
            let alpha = reading.number(&row, "final_share_alpha", ANY);
            if let (Some(code), Some(share), Some(alpha)) = (code, share, alpha) {
                let country = row.text("country").to_owned();
                let made = output.get(&(country.clone(), code)).copied().unwrap_or(0.0);
                spent.insert((country.clone(), code), made * (1.0 - share).clamp(0.0, 1.0));
                national.entry(country).or_default().push((code, made * share.max(0.0), alpha.max(0.0)));
            }
        }
        let mut names: Vec<_> = national.keys().cloned().collect();
        names.sort();
        for name in names {
            let value_added: f64 = national[&name].iter().map(|(_, value, _)| value).sum();
            let of = by.economy(&name);
            national[&name]
                .iter()
                .for_each(|&(code, _, alpha)| final_demand[[of, code]] += alpha * value_added);
        }
        let mut inputs = Array3::zeros((n, c, c));
        for row in shares_table.rows() {
            let of = economy(&row, "country", by, reading);
            let supplier = row.index("input_sector", &at, "industry of the tables", &mut reading.faults);
            let user = row.index("using_sector", &at, "industry of the tables", &mut reading.faults);
            let share = reading.number(&row, "share_of_intermediate_inputs", FLOW);
            if let (Some(of), Some(k), Some(j), Some(share)) = (of, supplier, user, share) {
                let spent = spent.get(&(row.text("country").to_owned(), j)).copied().unwrap_or(0.0);
                inputs[[of, k, j]] += share * spent;
            }
        }
        Some(Self { codes, trade, inputs, final_demand })
    }

    /// Structure of an economy or donor.
    pub fn structure(&self, n: usize) -> Structure<'_> {
        Structure {
            classification: WORLD_CODES,
            codes: &self.codes,
            inputs: self.inputs.index_axis(ndarray::Axis(0), n).to_owned(),
            final_demand: self.final_demand.row(n).to_owned(),
        }
    }
}

/// National table of one economy.
pub struct NationalTable {
    /// Industries, as the concordance knows them.
    pub codes: Vec<String>,
    /// Inputs `[supplier,user]`, domestic and imported.
    pub inputs: Array2<f64>,
    /// Final demand `[c]`, domestic and imported.
    pub final_demand: Array1<f64>,
}

/// Folder of the national tables.
pub(super) const NATIONAL_FOLDER: &str = "oecd_iot2021_chn_jpn";
/// Classification of the national tables.
pub const NATIONAL_CODES: &str = "oecd45";
/// Columns of final demand at home.
const FINAL: [&str; 4] = ["HFCE", "NPISH", "GGFC", "GFCF"];

impl NationalTable {
    /// Reads the table of an economy with rows and columns in the order of the 45 industries; `None` without a file.
    pub fn read(data: &Path, iso3: &str, reading: &mut Reading) -> Option<Self> {
        let path = data.join(format!("{NATIONAL_FOLDER}/iot_{iso3}_2018.csv.gz"));
        if !path.exists() {
            return None;
        }
        let sectors = reading.table(&data.join("va_employment/sectors45.csv"), &["n", "sector"])?;
        let numbers: Vec<String> = (1..=sectors.n_rows()).map(|n| format!("{n:02}")).collect();
        let codes: Vec<String> = sectors.rows().map(|row| row.text("sector").to_owned()).collect();
        let columns: Vec<&str> =
            ["Code"].into_iter().chain(numbers.iter().map(String::as_str)).chain(FINAL).collect();
        let table = reading.table(&path, &columns)?;
        let c = codes.len();
        let (mut inputs, mut final_demand) = (Array2::zeros((c, c)), Array1::zeros(c));
        for row in table.rows() {
            let Some(k) = numbers.iter().position(|number| number == row.text("Code")) else { continue };
            for (j, number) in numbers.iter().enumerate() {
                inputs[[k, j]] = reading.number(&row, number, ANY).unwrap_or(0.0).max(0.0);
            }
            for column in FINAL {
                final_demand[k] += reading.number(&row, column, ANY).unwrap_or(0.0).max(0.0);
            }
        }
        Some(Self { codes, inputs, final_demand })
    }

    /// Its structure.
    pub fn structure(&self) -> Structure<'_> {
        Structure {
            classification: NATIONAL_CODES,
            codes: &self.codes,
            inputs: self.inputs.clone(),
            final_demand: self.final_demand.clone(),
        }
    }
}

/// Inputs and final demand of one economy by the industries of a table.
pub struct Structure<'a> {
    /// Classification in the concordance.
    pub classification: &'static str,
    /// Industries.
    pub codes: &'a [String],
    /// Inputs `[supplier,user]`.
    pub inputs: Array2<f64>,
    /// Final demand `[c]`.
    pub final_demand: Array1<f64>,
}

/// How strongly a sector uses another beside what its industry does, `[k,j]`; the last column is final demand.
pub type Affinity = Array2<f64>;

impl Structure<'_> {
    /// Inputs of each sector `[k,j]`, each column summing to one, and final demand `[k]`, summing to one.
    ///
    /// A column is the mean of the industries that the sector lies in; the supply of an industry is split over its
    /// sectors by `supply` (what is bought of each at home) and by `affinity`.
    pub fn on_sectors(
        &self,
        by: &Concordance,
        supply: &Array1<f64>,
        affinity: &Affinity,
    ) -> (Array2<f64>, Array1<f64>) {
        let s = by.axes.n_sectors();
        let (mut inputs, mut demand) = (Array2::<f64>::zeros((s, s)), Array1::<f64>::zeros(s));
        let parts: Vec<&[(usize, f64)]> =
            self.codes.iter().map(|code| by.parts(self.classification, code)).collect();
        let split = |supplier: usize, user: usize| -> Vec<(usize, f64)> {
            let weight = |&(k, share): &(usize, f64)| (k, share * supply[k].max(1e-6) * affinity[[k, user]]);
            let weights: Vec<(usize, f64)> = parts[supplier].iter().map(weight).collect();
            let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
            weights.into_iter().map(|(k, weight)| (k, weight / sum)).collect()
        };
        for (supplier, row) in self.inputs.outer_iter().enumerate() {
            for (k, share) in split(supplier, s) {
                demand[k] += share * self.final_demand[supplier];
            }
            for (user, &musd) in row.iter().enumerate().filter(|(_, musd)| **musd > 0.0) {
                for &(j, of_user) in parts[user] {
                    for (k, share) in split(supplier, j) {
                        inputs[[k, j]] += share * of_user * musd;
                    }
                }
            }
        }
        for mut column in inputs.columns_mut() {
            let sum = column.sum();
            column.mapv_inplace(|value| if sum > 0.0 { value / sum } else { 1.0 / s as f64 });
        }
        demand /= demand.sum().max(1e-9);
        (inputs, demand)
    }
}
