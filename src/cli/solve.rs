//! `tradepath solve`: one counterfactual on any baseline directory.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use ndarray::{Array1, Array2};
use serde_json::{Value, json};

use super::changes::{ChangeFiles, Changes};
use super::dynamics::{Dynamics, DynamicsArgs};
use super::place::Place;
use super::progress::Progress;
use super::{manifest, solve_answer};
use crate::data::{Dataset, Files, memory};
use crate::economy::Economy;
use crate::ensemble::Watch;
use crate::equilibrium::decompose::Exact;
use crate::equilibrium::sensitivity::delta_method_se;
use crate::equilibrium::{Equilibrium, PreparedBaseline, Shock, decompose};
use crate::error::{Fault, InputErrors};
use crate::output::dir::{MANIFEST, OutputDir};
use crate::output::{lookup, quotas, solve as tables};

/// Degree of the policy path: the parts of NAFTA in the 31 x 40 set then sum to ln W within 1e-8.
const PATH_DEGREE: usize = 8;

/// What helps where the folder of --baseline is none.
pub(super) const BASELINE: &str =
    "Name with --baseline the folder of a data set, such as apac in what `tradepath init DIR` writes.";

/// Options of `tradepath solve`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tradepath solve --baseline data/tiny --tariffs cut.csv\n  tradepath solve --baseline data/tiny --tariffs cut.csv --format json --out outputs/cut\n\nwhere cut.csv holds only the cells that change:\n  exporter,importer,sector,tariff_pct\n  BBB,AAA,goods,0"
)]
pub struct SolveArgs {
    /// Baseline directory (meta.toml, countries.csv, sectors.csv, trade.csv, ...).
    #[arg(long, value_name = "DIR")]
    pub baseline: PathBuf,
    /// Tariffs that change: exporter,importer,sector,tariff_pct (5 means 5 %; above -100, below 0 is a subsidy). A
    /// file whose rates are all below 1 is asked about: a line `# unit: percent` says that percent are meant.
    #[arg(long, value_name = "FILE")]
    pub tariffs: Option<PathBuf>,
    /// Barriers that change: exporter,importer,sector,iceberg_ratio (d'/d, 1e-300 to 1e300: any size is solved).
    #[arg(long, value_name = "FILE")]
    pub barriers: Option<PathBuf>,
    /// Technology that changes: country,sector,ratio. The ratio is of the location parameter T of the distribution
    /// of efficiencies (A'/A in the equations): unit costs fall by ratio^(1/theta). For a change of productivity
    /// itself see --productivity.
    #[arg(long, value_name = "FILE")]
    pub technology: Option<PathBuf>,
    /// Productivity that changes: country,sector,ratio. Unit costs fall by the ratio (1.1: to 1/1.1 of what they
    /// were at given prices of inputs), which is T'/T = ratio^theta. Both files may be given; they multiply.
    #[arg(long, value_name = "FILE")]
    pub productivity: Option<PathBuf>,
    /// Tariff-rate quotas, one a row: importer,sector,product,exporters (AAA|BBB),trade_share (of the flow of the
    /// sector),base_pct (what the product pays in the baseline),in_quota_pct,out_of_quota_pct,volume_musd,
    /// today_kept (yes: the quota comes on top of today's imports),exporter_rent_share. Tariffs of a sector are
    /// means that hold the product at base_pct. Sensitivities hold the wedges.
    #[arg(long, value_name = "FILE")]
    pub quotas: Option<PathBuf>,
    /// Capital and scale.
    #[command(flatten)]
    pub dynamics: DynamicsArgs,
    /// How deficits behave: fixed, zero, gdp_share or given:FILE (country,deficit_musd).
    #[arg(long, default_value = "fixed")]
    pub deficits: String,
    /// Also write the derivatives of welfare with respect to every tariff and theta, and an interval for
    /// welfare from the standard errors of theta.
    #[arg(long, requires = "out")]
    pub sensitivities: bool,
    /// Set negative implied final demands to 0 and say so in adjustments.csv.
    #[arg(long)]
    pub cure_negative_demand: bool,
    /// Where to write.
    #[command(flatten)]
    pub place: Place,
}

/// Solves, writes `countries.csv`, `trade.csv`, `sectors.csv` and `manifest.json` where a folder is named, and says what
/// every country gains.
///
/// # Errors
/// [`crate::error::InputErrors`] for bad input, else a failed run.
pub fn run(args: &SolveArgs, quiet: bool) -> anyhow::Result<()> {
    let started = Instant::now();
    let progress = Progress::new(quiet);
    progress.stage("reading the baseline");
    let data = Dataset::read(&Files::directory(&args.baseline).with_remedy(BASELINE))?;
    refuse_large(data.n(), data.s(), memory::usable_bytes())?;
    let mut inputs = data.inputs.clone();
    let changes = Changes::read(&args.files(), &data.axes, &mut inputs)?;
    let dynamics = Dynamics::read(&args.dynamics, &data.axes, &mut inputs)?;
    let (economy, cured) = match args.cure_negative_demand {
        true => Economy::from_dataset_cured(&data)?,
        false => (Economy::from_dataset(&data)?, Vec::new()),
    };
    let output = args.place.open()?;
    progress.stage(&preparing(&data));
    let prepared = dynamics.prepare(PreparedBaseline::new(economy, changes.closure.clone())?)?;
    let shock = changes.shock(prepared.economy())?;
    progress.stage("solving");
    let solved = prepared.solve(&shock)?;
    dynamics.check(&prepared, &solved)?;
    let path = dynamics.path(&prepared, &shock, &solved)?;
    progress.stage("taking gains apart");
    let held = shock.with_wedges_of(prepared.economy(), &solved);
    let exact = decompose::exact(&prepared, &held, PATH_DEGREE)?;
    let base = prepared.economy();
    let mut answer = solve_answer::answer(base, &solved, &exact, path.as_deref());
    if let Some(output) = output {
        progress.stage("writing the tables");
        write_results(&prepared, (&held, &solved, &exact), args.sensitivities, &output)?;
        lookup::write_axes(&output, &base.axes)?;
        if args.quotas.is_some() {
            let found = shock.quotas.iter().zip(&solved.quotas);
            output.write_rows(found.map(|(quota, outcome)| quotas::row(&base.axes, quota, outcome)))?;
        }
        if let Some(path) = &path {
            output.write_rows(tables::path(base, path))?;
        }
        if args.cure_negative_demand {
            output.write_rows(tables::cured(&cured))?;
        }
        let mut manifest = described(args, &data, (&solved, exact.gap, exact.pieces));
        manifest["inputs"] = manifest::checksums(&inputs).into();
        manifest["cured_final_demands"] = cured.len().into();
        manifest["baseline_resolved_max_ln_wage"] = json!(prepared.resolved_ln_wage);
        manifest["seconds"] = started.elapsed().as_secs_f64().into();
        output.write_text(MANIFEST, &manifest::text(&manifest))?;
        answer.folder = Some(output.finish()?);
    }
    progress.finish();
    answer.print(args.place.format);
    Ok(())
}

/// What takes longest with many countries.
pub(super) fn preparing(data: &Dataset) -> String {
    format!("preparing {} countries x {} sectors", data.n(), data.s())
}

/// What was solved, and how well.
fn described(args: &SolveArgs, data: &Dataset, (solved, gap, pieces): (&Equilibrium, f64, usize)) -> Value {
    let stats = &solved.stats;
    json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "solve",
        "name": data.meta.name, "source": data.meta.source, "licence": data.meta.licence,
        "inputs": [], "deficits": args.deficits,
        "scale": args.dynamics.scale.is_some(), "capital": args.dynamics.capital.is_some(), "horizon": args.dynamics.horizon,
        "sensitivities": args.sensitivities, "cured_final_demands": 0,
        "numeraire": "world value added is unchanged",
        "baseline_resolved_max_ln_wage": null,
        "method": stats.method, "iterations": stats.evaluations,
        "residual": stats.residual, "price_residual": stats.price_residual,
        "walras_residual": stats.walras_residual, "decomposition_gap_ln": gap,
        "decomposition_pieces": pieces,
    })
}

impl SolveArgs {
    fn files(&self) -> ChangeFiles<'_> {
        ChangeFiles {
            tariffs: self.tariffs.as_deref(),
            barriers: self.barriers.as_deref(),
            technology: self.technology.as_deref(),
            productivity: self.productivity.as_deref(),
            quotas: self.quotas.as_deref(),
            deficits: &self.deficits,
        }
    }
}

/// Arrays of countries x countries x sectors that are held at once: data, economies, weights, derivatives and the
/// points of the policy path.
const ARRAYS: u64 = 45;

/// Refuses a set whose solution would not fit into the memory that is free, before it is taken.
///
/// # Errors
/// [`InputErrors`] with the number of bytes.
pub fn refuse_large(n: usize, s: usize, usable: u64) -> Result<(), InputErrors> {
    let [n_wide, s_wide] = [n, s].map(|len| len as u64);
    let cells = n_wide.saturating_mul(s_wide).saturating_mul(n_wide.saturating_add(s_wide));
    let bytes = cells.saturating_mul(ARRAYS * size_of::<f64>() as u64);
    if bytes <= usable {
        return Ok(());
    }
    Err(InputErrors::from(Fault {
        file: "--baseline".into(),
        line: None,
        field: "countries x sectors".into(),
        found: format!("{n} x {s}, about {bytes} bytes to solve"),
        expected: format!("what fits into the {usable} bytes of memory that can be used"),
        remedy: "Join countries or sectors, or use a machine with more memory.".into(),
    }))
}

/// Writes the changes of countries, flows and sectors; with the derivatives of every country's welfare, and the interval
/// beside welfare, where they are asked for.
fn write_results(
    prepared: &PreparedBaseline,
    (shock, solved, exact): (&Shock, &Equilibrium, &Exact),
    with_sensitivities: bool,
    output: &OutputDir,
) -> anyhow::Result<()> {
    let base = prepared.economy();
    let countries = tables::countries(base, solved, exact);
    if !with_sensitivities {
        output.write_rows(countries)?;
        output.write_rows(tables::trade(base, solved))?;
        return Ok(output.write_rows(tables::sectors(base, solved))?);
    }
    let sensitivity = prepared.sensitivity(shock, solved);
    let mut by_theta = Array2::zeros((base.n(), base.s()));
    let mut by_tariff = Vec::new();
    for country in 0..base.n() {
        let gradient = sensitivity.welfare(country).context(
            "welfare has no derivatives at the solution (trade has all but vanished): leave out --sensitivities",
        )?;
        by_theta.row_mut(country).assign(&Array1::from(gradient.theta));
        by_tariff.extend(tables::by_tariff(base, country, &gradient.tau));
    }
    let se = delta_method_se(base, &by_theta);
    output.write_rows(tables::with_interval(countries, &solved.ln_welfare(base), &se))?;
    output.write_rows(tables::trade(base, solved))?;
    output.write_rows(tables::sectors(base, solved))?;
    output.write_rows(tables::by_theta(base, &by_theta, shock.theta(base)))?;
    Ok(output.write_rows(by_tariff)?)
}

#[cfg(test)]
mod tests {
    use super::refuse_large;

    #[test]
    fn a_set_that_does_not_fit_is_refused_with_its_bytes() {
        assert!(refuse_large(25, 18, 10_000_000).is_ok());
        let refused = refuse_large(20_000, 20, 16 << 30).unwrap_err().to_string();
        // 45 x 8 x 20,000 x 20 x 20,020 bytes.
        assert!(
            refused.contains("2882880000000 bytes") && refused.contains("17179869184 bytes"),
            "{refused}"
        );
        assert!(refuse_large(usize::MAX, usize::MAX, u64::MAX - 1).is_err());
    }
}
