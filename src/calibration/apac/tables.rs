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
    /// Classification in the concordance.
    pub classification: String,
    /// Where it comes from.
    pub source: String,
    /// Industries, as the concordance knows them.
    pub codes: Vec<String>,
    /// Inputs `[supplier,user]`, domestic and imported.
    pub inputs: Array2<f64>,
    /// Final demand `[c]`, domestic and imported.
    pub final_demand: Array1<f64>,
    /// Imported inputs of each user `[c]`, where `inputs` are domestic alone.
    pub imported: Option<Array1<f64>>,
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
        let source = "OECD table of 2018".to_owned();
        let classification = NATIONAL_CODES.to_owned();
        Some(Self { classification, source, codes, inputs, final_demand, imported: None })
    }

    /// Its structure.
    pub fn structure(&self) -> Structure<'_> {
        Structure {
            classification: &self.classification,
            codes: &self.codes,
            inputs: self.inputs.clone(),
            final_demand: self.final_demand.clone(),
        }
    }

    /// Share of imports in the inputs of each sector, `[j]`; `None` where the table does not tell them apart.
    pub fn imported_shares(&self, by: &Concordance) -> Option<Array1<f64>> {
        let imported = self.imported.as_ref()?;
        let domestic = self.inputs.sum_axis(ndarray::Axis(0));
        let (mut all, mut bought) = (Array1::zeros(by.axes.n_sectors()), Array1::zeros(by.axes.n_sectors()));
        for (c, code) in self.codes.iter().enumerate() {
            for &(j, share) in by.parts(&self.classification, code) {
                bought[j] += share * imported[c];
                all[j] += share * (domestic[c] + imported[c]);
            }
        }
        Some(bought / all.mapv(|musd: f64| musd.max(1e-9)))
    }
}

/// Inputs and final demand of one economy by the industries of a table.
pub struct Structure<'a> {
    /// Classification in the concordance.
    pub classification: &'a str,
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

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Axis, array};

    use super::{NationalTable, Structure, WorldTables};
    use crate::calibration::Reading;
    use crate::calibration::apac::fixtures::{AAA, BBB, CARS, FREIGHT, GRAIN, concordance, raw};

    #[test]
    fn an_industry_is_split_over_its_sectors_by_supply_and_affinity() {
        let by = concordance(&["one,all,grain,0.5", "one,all,cars,0.5", "one,rest,freight,1"]);
        let structure = Structure {
            classification: "one",
            codes: &["all".to_owned(), "rest".to_owned()],
            inputs: array![[6.0, 0.0], [2.0, 4.0]],
            final_demand: array![9.0, 1.0],
        };
        let mut affinity = Array2::ones((3, 4));
        affinity[[GRAIN, GRAIN]] = 3.0;
        let (inputs, demand) = structure.on_sectors(&by, &array![1.0, 1.0, 1.0], &affinity);
        assert!(inputs.sum_axis(Axis(0)).iter().all(|sum| (sum - 1.0).abs() < 1e-12), "{inputs}");
        // Of what grain takes of the industry three parts are grain and one is cars.
        assert!((inputs[[GRAIN, GRAIN]] - 0.75 * 0.75).abs() < 1e-12, "{inputs}");
        assert!((inputs[[FREIGHT, GRAIN]] - 0.25).abs() < 1e-12, "{inputs}");
        assert!((demand[GRAIN] - 0.45).abs() < 1e-12 && (demand[FREIGHT] - 0.1).abs() < 1e-12, "{demand}");
        let scarce = structure.on_sectors(&by, &array![1.0, 9.0, 1.0], &Array2::ones((3, 4))).1;
        assert!((scarce[CARS] / scarce[GRAIN] - 9.0).abs() < 1e-9, "supply splits the industry");
    }

    #[test]
    fn imports_of_a_table_of_domestic_inputs_have_a_share_by_sector() {
        let by = concordance(&["one,all,grain,1", "one,rest,cars,0.5", "one,rest,freight,0.5"]);
        let mut table = NationalTable {
            classification: "one".into(),
            source: "x".into(),
            codes: vec!["all".into(), "rest".into()],
            inputs: array![[6.0, 1.0], [2.0, 2.0]],
            final_demand: array![1.0, 1.0],
            imported: None,
        };
        assert!(table.imported_shares(&by).is_none());
        table.imported = Some(array![2.0, 1.0]);
        assert_eq!(table.imported_shares(&by).unwrap(), array![0.2, 0.25, 0.25]);
    }

    #[test]
    fn world_tables_are_added_up_to_economies() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("wiod2016_2014_cp");
        std::fs::create_dir(&at).unwrap();
        let put = |name: &str, text: &str| std::fs::write(at.join(name), text).unwrap();
        put(
            "trade.csv.gz",
            "sector,importer,exporter,value_musd_fob\nfarm,AAA,CCC,3\nfarm,AAA,DDD,4\nfarm,BBB,CCC,-1\n",
        );
        put(
            "io_shares.csv.gz",
            "country,input_sector,using_sector,share_of_intermediate_inputs\nCCC,farm,farm,1\n",
        );
        put(
            "country_sector.csv.gz",
            "country,sector,va_share,final_share_alpha,expenditure_musd\nCCC,farm,0.25,1,9\n",
        );
        let mut reading = Reading::new();
        let tables = WorldTables::read(folder.path(), &concordance(&[]), &mut reading).unwrap();
        assert!(reading.faults.is_empty(), "{:?}", reading.faults);
        let ccc = 2;
        assert_eq!([tables.trade[[0, AAA, ccc]], tables.trade[[0, BBB, ccc]]], [7.0, 0.0]);
        // CCC made 3, of which three quarters were spent on inputs.
        assert_eq!([tables.inputs[[ccc, 0, 0]], tables.final_demand[[ccc, 0]]], [2.25, 0.75]);
        assert_eq!(raw().tables.structure(AAA).codes.len(), 3);
    }
}
