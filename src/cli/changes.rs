//! The files of changes that `solve` takes: tariffs, barriers, technology, quotas, deficits.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use ndarray::{Array1, Array2, Array3};

use crate::data::{Axes, Files, Pair, Row, Table};
use crate::economy::Economy;
use crate::equilibrium::{Closure, Quota, QuotaCell, Shock};
use crate::error::{Fault, Faults, InputErrors};
use crate::schedules::percent;

/// Where the changes stand.
#[derive(Default)]
pub struct ChangeFiles<'a> {
    /// exporter,importer,sector,tariff_pct.
    pub tariffs: Option<&'a Path>,
    /// exporter,importer,sector,iceberg_ratio.
    pub barriers: Option<&'a Path>,
    /// country,sector,ratio: A'/A.
    pub technology: Option<&'a Path>,
    /// country,sector,ratio: old over new unit cost.
    pub productivity: Option<&'a Path>,
    /// One quota a row.
    pub quotas: Option<&'a Path>,
    /// fixed, zero, gdp_share or given:FILE.
    pub deficits: &'a str,
}

/// The files of changes, read and checked.
pub struct Changes {
    tariffs: Vec<(usize, usize, usize, f64)>,
    barriers: Vec<(usize, usize, usize, f64)>,
    technology: Vec<(usize, usize, f64)>,
    productivity: Vec<(usize, usize, f64)>,
    quotas: Vec<StatedQuota>,
    /// Deficits.
    pub closure: Closure,
}

/// A quota as written.
struct StatedQuota {
    quota: Quota,
    today_kept: bool,
    file: String,
    line: u64,
}

impl Changes {
    /// Reads all files; `inputs` takes name and text of each.
    ///
    /// # Errors
    /// [`InputErrors`] with the faults of all files.
    pub fn read(
        args: &ChangeFiles<'_>,
        axes: &Axes,
        inputs: &mut Vec<(String, String)>,
    ) -> Result<Self, InputErrors> {
        let mut faults = Faults::new();
        let mut reader = ChangeReader { axes, faults: &mut faults, inputs };
        let expected = "percent above -100, up to 1e300 (5 means 5 %, -5 a subsidy)";
        let tariffs = reader.cells(args.tariffs, "tariff_pct", expected, |v| v > -100.0 && v <= LARGEST);
        let barriers = reader.cells(args.barriers, "iceberg_ratio", RATIO, is_ratio);
        let technology = reader.technology(args.technology, RATIO, is_ratio);
        let expected = "a ratio from 1e-20 to 1e20: old over new unit cost";
        let productivity = reader.technology(args.productivity, expected, |v| (1e-20..=1e20).contains(&v));
        let quotas = reader.quotas(args.quotas);
        let closure = reader.closure(args.deficits);
        faults.into_result(Self { tariffs, barriers, technology, productivity, quotas, closure })
    }

    /// The shock on a baseline.
    ///
    /// # Errors
    /// [`InputErrors`] if quotas contradict the baseline.
    pub fn shock(&self, base: &Economy) -> Result<Shock, InputErrors> {
        let mut tau = base.tau.clone();
        let mut iceberg = Array3::ones(base.tau.dim());
        let mut technology = Array2::ones((base.n(), base.s()));
        for &(j, n, i, pct) in &self.tariffs {
            tau[[j, n, i]] = 1.0 + pct / 100.0;
        }
        for &(j, n, i, ratio) in &self.barriers {
            iceberg[[j, n, i]] = ratio;
        }
        for &(i, j, ratio) in &self.technology {
            technology[[i, j]] = ratio;
        }
        for &(i, j, ratio) in &self.productivity {
            // Costs fall with A^(1 / theta).
            let hat = technology[[i, j]] * ratio.powf(base.theta[j]);
            technology[[i, j]] = hat.clamp(1.0 / LARGEST, LARGEST);
        }
        let shock = Shock {
            tau: Some(tau),
            iceberg_hat: (!self.barriers.is_empty()).then_some(iceberg),
            technology_hat: (!self.technology.is_empty() || !self.productivity.is_empty())
                .then_some(technology),
            quotas: self.quotas.iter().map(|stated| stated.on(base)).collect(),
            ..Shock::default()
        };
        let mut faults = Faults::new();
        for error in shock.quota_errors(base, 1.0 - TARIFF_ROUNDING) {
            let StatedQuota { quota, file, line, .. } = &self.quotas[error.quota()];
            faults.push(Fault {
                file: file.clone(),
                line: Some(*line),
                field: "product".into(),
                found: quota.product.clone(),
                expected: "terms that agree with each other and with the baseline".into(),
                remedy: format!("{error}."),
            });
        }
        faults.into_result(shock)
    }
}

impl StatedQuota {
    /// With today's imports of the product where the quota comes on top of them.
    fn on(&self, base: &Economy) -> Quota {
        let (j, n, mut quota) = (self.quota.sector, self.quota.importer, self.quota.clone());
        for cell in quota.cells.iter_mut().filter(|_| self.today_kept) {
            cell.kept_musd =
                cell.trade_share * base.flow_musd(j, Pair { importer: n, exporter: cell.exporter });
        }
        quota
    }
}

/// Largest number that a file of changes may hold; one over it is the smallest ratio.
const LARGEST: f64 = 1e300;
/// What a ratio is.
const RATIO: &str = "a ratio from 1e-300 to 1e300 (1 changes nothing)";

fn is_ratio(value: f64) -> bool {
    (1.0 / LARGEST..=LARGEST).contains(&value)
}

/// Tariff below zero that is read as rounding of shares and rates in files, as a ratio.
const TARIFF_ROUNDING: f64 = 1e-6;
/// Columns of the file of quotas.
const QUOTA_COLUMNS: [&str; 11] = [
    "importer",
    "sector",
    "product",
    "exporters",
    "trade_share",
    "base_pct",
    "in_quota_pct",
    "out_of_quota_pct",
    "volume_musd",
    "today_kept",
    "exporter_rent_share",
];

struct ChangeReader<'a> {
    axes: &'a Axes,
    faults: &'a mut Faults,
    inputs: &'a mut Vec<(String, String)>,
}

impl ChangeReader<'_> {
    fn table(&mut self, path: &Path, columns: &[&str]) -> Option<Table> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let text = match Files::read_named(path) {
            Ok(text) => text,
            Err(fault) => {
                self.faults.push(fault);
                return None;
            }
        };
        self.inputs.push((name, text.clone()));
        let table = Table::parse(&path.display().to_string(), &text, columns, &[], self.faults)?;
        for column in columns.iter().filter(|column| column.ends_with("_pct")) {
            percent::ask(&table, &text, column, self.faults);
        }
        Some(table)
    }

    /// Notes what a row is about; a fault where another row was about the same.
    fn once<K: std::hash::Hash + Eq>(
        &mut self,
        seen: &mut HashMap<K, u64>,
        key: K,
        row: &Row<'_>,
        (columns, what): (&str, &str),
    ) {
        if let Some(first) = seen.insert(key, row.line) {
            self.faults.push(row.twice(columns, what, first));
        }
    }

    fn country(&mut self, row: &Row<'_>, column: &str) -> Option<usize> {
        row.index(column, &self.axes.country_idx, "country of the baseline", self.faults)
    }

    fn sector(&mut self, row: &Row<'_>) -> Option<usize> {
        row.index("sector", &self.axes.sector_idx, "sector of the baseline", self.faults)
    }

    fn cells(
        &mut self,
        path: Option<&Path>,
        column: &str,
        expected: &str,
        is_valid: impl Fn(f64) -> bool + Copy,
    ) -> Vec<(usize, usize, usize, f64)> {
        let Some(table) = path.and_then(|path| self.table(path, &["exporter", "importer", "sector", column]))
        else {
            return Vec::new();
        };
        let mut cells = Vec::new();
        let mut seen = HashMap::new();
        for row in table.rows() {
            let (i, n) = (self.country(&row, "exporter"), self.country(&row, "importer"));
            let j = self.sector(&row);
            let value = row.number(column, expected, is_valid, self.faults);
            let (Some(i), Some(n), Some(j), Some(value)) = (i, n, j, value) else { continue };
            self.once(&mut seen, (j, n, i), &row, ("exporter,importer,sector", "cell"));
            if i == n && column == "tariff_pct" && value != 0.0 {
                self.faults.push(row.fault(column, "0: no tariff is paid at home", "Delete the row."));
            }
            cells.push((j, n, i, value));
        }
        cells
    }

    fn technology(
        &mut self,
        path: Option<&Path>,
        expected: &str,
        is_valid: impl Fn(f64) -> bool + Copy,
    ) -> Vec<(usize, usize, f64)> {
        let Some(table) = path.and_then(|path| self.table(path, &["country", "sector", "ratio"])) else {
            return Vec::new();
        };
        let (mut cells, mut seen) = (Vec::new(), HashMap::new());
        for row in table.rows() {
            let (i, j) = (self.country(&row, "country"), self.sector(&row));
            let ratio = row.number("ratio", expected, is_valid, self.faults);
            if let (Some(i), Some(j), Some(ratio)) = (i, j, ratio) {
                self.once(&mut seen, (i, j), &row, ("country,sector", "country and sector"));
                cells.push((i, j, ratio));
            }
        }
        cells
    }

    fn quotas(&mut self, path: Option<&Path>) -> Vec<StatedQuota> {
        let Some(table) = path.and_then(|path| self.table(path, &QUOTA_COLUMNS)) else { return Vec::new() };
        let mut seen = HashMap::new();
        let mut quotas = Vec::new();
        for row in table.rows() {
            let Some(stated) = self.quota(&table, &row) else { continue };
            let Quota { importer, sector, .. } = stated.quota;
            let product = stated.quota.product.clone();
            for cell in &stated.quota.cells {
                let key = (importer, sector, product.clone(), cell.exporter);
                let columns = "importer,sector,product,exporters";
                self.once(&mut seen, key, &row, (columns, "product of an exporter"));
            }
            quotas.push(stated);
        }
        quotas
    }

    fn quota(&mut self, table: &Table, row: &Row<'_>) -> Option<StatedQuota> {
        let (importer, sector) = (self.country(row, "importer"), self.sector(row));
        let exporters = self.exporters(row);
        let mut number = |column: &str, expected: &str, is_valid: fn(f64) -> bool| {
            row.number(column, expected, is_valid, self.faults)
        };
        let is_share = |v: f64| (0.0..=1.0).contains(&v);
        let pct = "percent, 0 to 1e300 (5 means 5 %)";
        let is_pct = |v: f64| (0.0..=LARGEST).contains(&v);
        let trade_share = number("trade_share", "a share of the sector's flow, 0 to 1", is_share);
        let base_pct = number("base_pct", pct, is_pct);
        let inside = number("in_quota_pct", pct, is_pct);
        let outside = number("out_of_quota_pct", pct, is_pct);
        let volume = number("volume_musd", "million USD, 0 or more", |v| v >= 0.0);
        let rent = number("exporter_rent_share", "a share, 0 to 1", is_share);
        let kept = match row.text("today_kept") {
            "yes" => Some(true),
            "no" => Some(false),
            _ => {
                self.faults.push(row.fault("today_kept", "yes or no", "Write one of the two."));
                None
            }
        };
        let (trade_share, base_pct, in_quota_pct, out_of_quota_pct) =
            (trade_share?, base_pct?, inside?, outside?);
        let cell = |exporter| QuotaCell {
            exporter,
            trade_share,
            base_pct,
            shock_pct: base_pct,
            in_quota_pct,
            out_of_quota_pct,
            kept_musd: 0.0,
        };
        Some(StatedQuota {
            quota: Quota {
                product: row.text("product").to_owned(),
                importer: importer?,
                sector: sector?,
                cells: exporters?.into_iter().map(cell).collect(),
                volume_musd: volume?,
                exporter_rent_share: rent?,
            },
            today_kept: kept?,
            file: table.file().to_owned(),
            line: row.line,
        })
    }

    /// Countries of a list `AAA|BBB`.
    fn exporters(&mut self, row: &Row<'_>) -> Option<Vec<usize>> {
        let known = |code: &str| self.axes.country_idx.get(code).copied();
        let found: Option<Vec<usize>> = row.text("exporters").split('|').map(str::trim).map(known).collect();
        let is_once = |all: &Vec<usize>| all.iter().collect::<HashSet<_>>().len() == all.len();
        let found = found.filter(is_once);
        if found.is_none() {
            let expected = "countries of the baseline, each once, separated by |";
            self.faults.push(row.fault("exporters", expected, "Correct the list."));
        }
        found
    }

    fn closure(&mut self, text: &str) -> Closure {
        match text {
            "fixed" => Closure::Fixed,
            "zero" => Closure::Zero,
            "gdp_share" => Closure::GdpShare,
            _ => match text.strip_prefix("given:") {
                Some(path) if !path.trim().is_empty() => Closure::Given(self.deficits(Path::new(path))),
                _ => {
                    self.faults.push(Fault {
                        file: "--deficits".into(),
                        line: None,
                        field: "deficits".into(),
                        found: text.into(),
                        expected: "fixed, zero, gdp_share or given:FILE".into(),
                        remedy: "Choose one of these.".into(),
                    });
                    Closure::Fixed
                }
            },
        }
    }

    fn deficits(&mut self, path: &Path) -> Array1<f64> {
        let mut deficits = Array1::from_elem(self.axes.n_countries(), f64::NAN);
        let Some(table) = self.table(path, &["country", "deficit_musd"]) else { return deficits };
        let mut seen = HashMap::new();
        for row in table.rows() {
            let n = self.country(&row, "country");
            let value = row.number("deficit_musd", "a finite number", |_| true, self.faults);
            if let (Some(n), Some(value)) = (n, value) {
                self.once(&mut seen, n, &row, ("country", "country"));
                deficits[n] = value;
            }
        }
        let sum: f64 = deficits.iter().sum();
        let size: f64 = deficits.iter().map(|value| value.abs()).sum();
        if sum.is_nan() || sum.abs() > 1e-6 * size.max(1.0) {
            self.faults.push(Fault {
                file: path.display().to_string(),
                line: None,
                field: "deficit_musd".into(),
                found: if sum.is_nan() { "a country is missing".into() } else { format!("sum {sum}") },
                expected: "a row for every country, summing to 0".into(),
                remedy: "Complete the file.".into(),
            });
        }
        deficits
    }
}
