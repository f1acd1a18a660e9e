//! `tradepath solve`: one counterfactual on any baseline directory.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use ndarray::{Array1, Array2, Array3};
use serde_json::json;

use super::manifest;
use crate::calibration::Economy;
use crate::data::{Axes, Dataset, Files, Row, Table};
use crate::equilibrium::sensitivity::delta_method_se;
use crate::equilibrium::{Closure, Equilibrium, NoEquilibrium, PreparedBaseline, Shock, decompose};
use crate::error::{Fault, Faults, InputErrors};
use crate::output::dir::{Existing, OutputDir};
use crate::output::{TableSpec, package, solve as tables};

/// Degree of the policy path: the parts of NAFTA in the 31 x 40 set then sum to ln W within 1e-8.
const PATH_DEGREE: usize = 8;

/// Options of `tradepath solve`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tradepath solve --baseline data/tiny --tariffs cut.csv --out outputs/cut\n\nwhere cut.csv holds only the cells that change:\n  exporter,importer,sector,tariff_pct\n  BBB,AAA,goods,0"
)]
pub struct SolveArgs {
    /// Baseline directory (meta.toml, countries.csv, sectors.csv, trade.csv, ...).
    #[arg(long, value_name = "DIR")]
    pub baseline: PathBuf,
    /// Tariffs that change: exporter,importer,sector,tariff_pct.
    #[arg(long, value_name = "FILE")]
    pub tariffs: Option<PathBuf>,
    /// Barriers that change: exporter,importer,sector,iceberg_ratio (d'/d).
    #[arg(long, value_name = "FILE")]
    pub barriers: Option<PathBuf>,
    /// Technology that changes: country,sector,ratio (A'/A).
    #[arg(long, value_name = "FILE")]
    pub technology: Option<PathBuf>,
    /// How deficits behave: fixed, zero, gdp_share or given:FILE (country,deficit_musd).
    #[arg(long, default_value = "fixed")]
    pub deficits: String,
    /// Also write the derivatives of welfare with respect to every tariff and theta, and an interval for
    /// welfare from the standard errors of theta.
    #[arg(long)]
    pub sensitivities: bool,
    /// Set negative implied final demands to 0 and say so in adjustments.csv.
    #[arg(long)]
    pub cure_negative_demand: bool,
    /// Folder for the results.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Replace a folder that is not empty.
    #[arg(long)]
    pub overwrite: bool,
}

/// Solves and writes `countries.csv`, `trade.csv`, `sectors.csv` and `manifest.json`.
///
/// # Errors
/// [`InputErrors`] for bad input, else a failed run.
pub fn run(args: &SolveArgs) -> anyhow::Result<()> {
    let started = Instant::now();
    let data = Dataset::read(&Files::directory(&args.baseline))?;
    let mut inputs = data.inputs.clone();
    let changes = Changes::read(args, &data.axes, &mut inputs)?;
    let (economy, cured) = match args.cure_negative_demand {
        true => Economy::from_dataset_cured(&data)?,
        false => (Economy::from_dataset(&data)?, Vec::new()),
    };
    let output =
        OutputDir::create(&args.out, if args.overwrite { Existing::Replace } else { Existing::Refuse })?;
    let prepared = PreparedBaseline::new(economy, changes.closure.clone())?;
    let shock = changes.shock(prepared.economy());
    let solved = prepared.solve(&shock)?;
    let mut tables = result_tables(&prepared, &shock, &solved)?;
    if args.sensitivities {
        add_sensitivities(&prepared, &shock, &solved, &mut tables)?;
    }
    if args.cure_negative_demand {
        tables.push((&tables::ADJUSTMENTS, tables::cured_rows(&cured)));
    }
    for (spec, rows) in &tables {
        output.write_csv(spec.file, &spec.header(), rows)?;
    }
    let specs: Vec<&TableSpec> = tables.iter().map(|(spec, _)| *spec).collect();
    output.write_text("datapackage.json", &manifest::text(&package::describe(&data.meta.name, &specs)))?;
    let stats = &solved.stats;
    let manifest = json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "solve",
        "name": data.meta.name, "inputs": manifest::checksums(&inputs), "deficits": args.deficits,
        "sensitivities": args.sensitivities, "cured_final_demands": cured.len(),
        "numeraire": "world value added is unchanged",
        "baseline_resolved_max_ln_wage": prepared.resolved_ln_wage,
        "method": stats.method, "iterations": stats.evaluations, "sweeps": stats.sweeps,
        "residual": stats.residual, "price_residual": stats.price_residual,
        "walras_residual": stats.walras_residual, "seconds": started.elapsed().as_secs_f64(),
    });
    output.write_text("manifest.json", &manifest::text(&manifest))?;
    output.finish()?;
    Ok(())
}

/// Tables with their rows.
type Tables = Vec<(&'static TableSpec, Vec<Vec<String>>)>;

fn result_tables(prepared: &PreparedBaseline, shock: &Shock, solved: &Equilibrium) -> anyhow::Result<Tables> {
    let base = prepared.economy();
    let exact = decompose::exact(prepared, shock, PATH_DEGREE)?;
    Ok(vec![
        (&tables::COUNTRIES, tables::country_rows(base, solved, &exact)),
        (&tables::TRADE, tables::trade_rows(base, solved)),
        (&tables::SECTORS, tables::sector_rows(base, solved)),
    ])
}

/// Derivatives of every country's welfare, and the interval beside welfare in `countries.csv`.
fn add_sensitivities(
    prepared: &PreparedBaseline,
    shock: &Shock,
    solved: &Equilibrium,
    tables: &mut Tables,
) -> anyhow::Result<()> {
    let base = prepared.economy();
    let sensitivity = prepared.sensitivity(shock, solved);
    let mut by_theta = Array2::zeros((base.n(), base.s()));
    let mut by_tariff = Vec::new();
    for country in 0..base.n() {
        let gradient = sensitivity.welfare(country).context("the Jacobian at the solution is singular")?;
        by_theta.row_mut(country).assign(&Array1::from(gradient.theta));
        by_tariff.extend(tables::tariff_rows(base, country, &gradient.tau));
    }
    let se = delta_method_se(base, &by_theta);
    tables[0].0 = &tables::COUNTRIES_WITH_INTERVAL;
    tables::add_interval(&mut tables[0].1, &solved.ln_welfare(base), &se);
    tables.push((&tables::BY_THETA, tables::theta_rows(base, &by_theta, shock.theta(base))));
    tables.push((&tables::BY_TARIFF, by_tariff));
    Ok(())
}

/// The files of changes, read and checked.
struct Changes {
    tariffs: Vec<(usize, usize, usize, f64)>,
    barriers: Vec<(usize, usize, usize, f64)>,
    technology: Vec<(usize, usize, f64)>,
    closure: Closure,
}

impl Changes {
    fn read(args: &SolveArgs, axes: &Axes, inputs: &mut Vec<(String, String)>) -> anyhow::Result<Self> {
        let mut faults = Faults::new();
        let mut reader = ChangeReader { axes, faults: &mut faults, inputs };
        let tariffs =
            reader.cells(args.tariffs.as_deref(), "tariff_pct", "0 or more (5 means 5 %)", |v| v >= 0.0);
        let barriers =
            reader.cells(args.barriers.as_deref(), "iceberg_ratio", "a ratio above 0", |v| v > 0.0);
        let technology = reader.technology(args.technology.as_deref());
        let closure = reader.closure(&args.deficits);
        Ok(faults.into_result(Self { tariffs, barriers, technology, closure })?)
    }

    fn shock(&self, base: &Economy) -> Shock {
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
        Shock {
            tau: Some(tau),
            iceberg_hat: (!self.barriers.is_empty()).then_some(iceberg),
            technology_hat: (!self.technology.is_empty()).then_some(technology),
            ..Shock::default()
        }
    }
}

struct ChangeReader<'a> {
    axes: &'a Axes,
    faults: &'a mut Faults,
    inputs: &'a mut Vec<(String, String)>,
}

impl ChangeReader<'_> {
    fn table(&mut self, path: &Path, columns: &[&str]) -> Option<Table> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let name = path.file_name()?.to_string_lossy().into_owned();
        let text = match Files::directory(folder).read(&name) {
            Ok(text) => text,
            Err(fault) => {
                self.faults.push(fault);
                return None;
            }
        };
        self.inputs.push((name, text.clone()));
        Table::parse(&path.display().to_string(), &text, columns, &[], self.faults)
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
        let mut seen = std::collections::HashSet::new();
        for row in table.rows() {
            let (i, n) = (self.country(&row, "exporter"), self.country(&row, "importer"));
            let j = self.sector(&row);
            let value = row.number(column, expected, is_valid, self.faults);
            let (Some(i), Some(n), Some(j), Some(value)) = (i, n, j, value) else { continue };
            if !seen.insert((j, n, i)) {
                self.faults.push(row.fault("exporter,importer,sector", "each cell once", "Delete one row."));
            }
            if i == n && column == "tariff_pct" && value != 0.0 {
                self.faults.push(row.fault(column, "0: no tariff is paid at home", "Delete the row."));
            }
            cells.push((j, n, i, value));
        }
        cells
    }

    fn technology(&mut self, path: Option<&Path>) -> Vec<(usize, usize, f64)> {
        let Some(table) = path.and_then(|path| self.table(path, &["country", "sector", "ratio"])) else {
            return Vec::new();
        };
        let mut cells = Vec::new();
        for row in table.rows() {
            let (i, j) = (self.country(&row, "country"), self.sector(&row));
            let ratio = row.number("ratio", "a ratio above 0", |v| v > 0.0, self.faults);
            if let (Some(i), Some(j), Some(ratio)) = (i, j, ratio) {
                cells.push((i, j, ratio));
            }
        }
        cells
    }

    fn closure(&mut self, text: &str) -> Closure {
        match text {
            "fixed" => Closure::Fixed,
            "zero" => Closure::Zero,
            "gdp_share" => Closure::GdpShare,
            _ => match text.strip_prefix("given:") {
                Some(path) => Closure::Given(self.deficits(Path::new(path))),
                None => {
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
        for row in table.rows() {
            let n = self.country(&row, "country");
            let value = row.number("deficit_musd", "a finite number", |_| true, self.faults);
            if let (Some(n), Some(value)) = (n, value) {
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

/// True where an error is one of the input rather than of the run.
#[must_use]
pub fn is_input_error(error: &anyhow::Error) -> bool {
    let is_refused = error.downcast_ref::<Box<NoEquilibrium>>().is_some_and(|e| e.refusal.is_some());
    is_refused || error.is::<InputErrors>() || error.is::<crate::output::dir::OutputError>()
}
