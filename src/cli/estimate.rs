//! `tradepath estimate`: gravity by PPML with absorbed effects.

use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::manifest;
use crate::estimation::covariance::SmallSample;
use crate::estimation::design::{Specification, read_panel};
use crate::estimation::filter::Filter;
use crate::estimation::fit::FitOptions;
use crate::estimation::formula::{EffectTerm, Formula};
use crate::estimation::panel::{Panel, PanelFile};
use crate::estimation::separation::Rules;
use crate::estimation::{Estimates, EstimationError, Method, Options, estimate};
use crate::output::dir::{Existing, OutputDir};
use crate::output::{TableSpec, estimate as tables, package};

/// Lists in warnings are cut after this many entries.
const LISTED: usize = 5;

const EXAMPLE: &str = "Examples:
  tradepath estimate --panel panel.csv.gz --cluster 'pair(exporter,importer)' \\
    --formula 'trade ~ ln(dist) + cntg + rta | exporter^year + importer^year' \\
    --where 'exporter != importer' --where 'year in 1986 1990 1994' --out outputs/gravity

Terms: columns, ln() exp() sq(), a:b, a*b, i(year), i(year,ref=2006), same(a,b), differs(a,b), 0 for no constant.
Effects and clusters: columns joined by ^, pair(a,b) for the unordered pair.";

/// Options of `tradepath estimate`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct EstimateArgs {
    /// Panel: CSV with a header line, plain or gzip.
    #[arg(long, value_name = "FILE")]
    panel: PathBuf,
    /// Outcome ~ regressors | absorbed effects.
    #[arg(long)]
    formula: String,
    /// Column of weights.
    #[arg(long, value_name = "COLUMN")]
    weights: Option<String>,
    /// Column that enters the index with coefficient 1.
    #[arg(long, value_name = "COLUMN")]
    offset: Option<String>,
    /// Clusters of the covariance; repeat for multi-way. Default: robust to heteroskedasticity.
    #[arg(long, value_name = "EFFECT")]
    cluster: Vec<String>,
    /// Rows to use: COLUMN, one of == != < <= > >= in, and a value or column; repeat to combine.
    #[arg(long = "where", value_name = "CONDITION")]
    conditions: Vec<String>,
    /// Corrections of Weidner & Zylkin (2021) for coefficients and covariance.
    #[arg(long)]
    bias_correct: bool,
    /// Estimator.
    #[arg(long, value_enum, default_value_t = ModelArg::Ppml)]
    model: ModelArg,
    /// Small-sample factor of the covariance.
    #[arg(long, value_enum, default_value_t = SmallSampleArg::Fixest)]
    small_sample: SmallSampleArg,
    /// Rules that find separated rows.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = RuleArg::all())]
    separation: Vec<RuleArg>,
    /// Keep rows that are alone in a level.
    #[arg(long)]
    keep_singletons: bool,
    /// Drop rows without an outcome instead of refusing them.
    #[arg(long)]
    drop_missing: bool,
    /// Bound of the last step in the index.
    #[arg(long, default_value_t = FitOptions::default().tolerance)]
    tolerance: f64,
    /// Steps before the fit is given up.
    #[arg(long, default_value_t = FitOptions::default().max_iterations)]
    max_iterations: usize,
    /// Also print the coefficients to standard output; latex and markdown are written to the folder too.
    #[arg(long, value_enum)]
    format: Option<FormatArg>,
    /// Folder for the results.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Replace a folder that is not empty.
    #[arg(long)]
    overwrite: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ModelArg {
    /// Poisson pseudo-maximum likelihood.
    Ppml,
    /// Least squares.
    Ols,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SmallSampleArg {
    /// G/(G-1) x (N-1)/(N-k), robust N/(N-k).
    Fixest,
    /// G/(G-1), robust N/(N-1).
    Ppmlhdfe,
    /// No factor.
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RuleArg {
    /// Levels whose outcomes are all zero.
    FixedEffect,
    /// Linear programme over directions that vanish where outcomes are positive.
    Simplex,
    /// Iterative rectifier.
    Relu,
    /// No rule.
    None,
}

impl RuleArg {
    fn all() -> [Self; 3] {
        [Self::FixedEffect, Self::Simplex, Self::Relu]
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatArg {
    /// A `tabular`.
    Latex,
    /// A table.
    Markdown,
    /// `coefficients.csv`.
    Csv,
    /// `fit.json`.
    Json,
}

impl EstimateArgs {
    fn specification(&self) -> Result<Specification, EstimationError> {
        let clusters = self.cluster.iter().map(|text| EffectTerm::parse(text)).collect::<Result<_, _>>()?;
        let filters = self.conditions.iter().map(|text| Filter::parse(text)).collect::<Result<_, _>>()?;
        Ok(Specification {
            formula: Formula::parse(&self.formula)?,
            weights: self.weights.clone(),
            offset: self.offset.clone(),
            clusters,
            filters,
            may_drop_missing_outcome: self.drop_missing,
            is_outcome_positive: self.model == ModelArg::Ppml,
        })
    }

    fn options(&self) -> Options {
        let has = |rule| self.separation.contains(&rule);
        Options {
            method: if self.model == ModelArg::Ppml { Method::Ppml } else { Method::LeastSquares },
            fit: FitOptions { tolerance: self.tolerance, max_iterations: self.max_iterations },
            rules: Rules {
                fixed_effect: has(RuleArg::FixedEffect),
                simplex: has(RuleArg::Simplex),
                relu: has(RuleArg::Relu),
            },
            keep_singletons: self.keep_singletons,
            small_sample: match self.small_sample {
                SmallSampleArg::Fixest => SmallSample::Fixest,
                SmallSampleArg::Ppmlhdfe => SmallSample::Ppmlhdfe,
                SmallSampleArg::None => SmallSample::None,
            },
            bias_correct: self.bias_correct,
        }
    }
}

/// Estimates and writes the tables of `output::estimate`, `fit.json` and `datapackage.json`.
///
/// # Errors
/// [`EstimationError`], or where the folder cannot be written.
pub fn run(args: &EstimateArgs, is_quiet: bool) -> anyhow::Result<()> {
    let started = Instant::now();
    let spec = args.specification()?;
    let file = PanelFile::open(&args.panel).map_err(EstimationError::from)?;
    let panel = read_panel(&file, &spec)?;
    drop(file);
    let existing = if args.overwrite { Existing::Replace } else { Existing::Refuse };
    let output = OutputDir::create(&args.out, existing)?;
    let seconds_reading = started.elapsed().as_secs_f64();
    let estimates = estimate(&panel, &spec, &args.options())?;
    let seconds = (seconds_reading, started.elapsed().as_secs_f64() - seconds_reading);
    if !is_quiet {
        warnings(&estimates).iter().for_each(|warning| eprintln!("warning: {warning}"));
    }
    let write = |spec: &TableSpec, rows: Vec<Vec<String>>| output.write_csv(spec.file, &spec.header(), &rows);
    write(&tables::COEFFICIENTS, tables::coefficient_rows(&estimates))?;
    write(&tables::COVARIANCE, tables::covariance_rows(&estimates))?;
    write(&tables::FIXED_EFFECTS, tables::fixed_effect_rows(&estimates))?;
    write(&tables::SEPARATED, tables::separated_rows(&estimates))?;
    write(&tables::DROPPED, tables::dropped_rows(&estimates))?;
    write(&tables::COLLINEAR, tables::collinear_rows(&estimates))?;
    output
        .write_text("datapackage.json", &manifest::text(&package::describe("estimate", &tables::TABLES)))?;
    let fit = manifest::text(&describe(args, &panel, &estimates, seconds));
    output.write_text("fit.json", &fit)?;
    let printed = match args.format {
        None => String::new(),
        Some(FormatArg::Json) => fit,
        Some(FormatArg::Csv) => std::fs::read_to_string(output.path().join(tables::COEFFICIENTS.file))?,
        Some(FormatArg::Latex) => tables::latex(&estimates),
        Some(FormatArg::Markdown) => tables::markdown(&estimates),
    };
    match args.format {
        Some(FormatArg::Latex) => output.write_text("table.tex", &printed)?,
        Some(FormatArg::Markdown) => output.write_text("table.md", &printed)?,
        _ => {}
    }
    output.finish()?;
    print!("{printed}");
    Ok(())
}

/// What a user should know about rows and regressors that were not used.
fn warnings(estimates: &Estimates) -> Vec<String> {
    let mut warnings: Vec<String> = estimates
        .collinear
        .iter()
        .map(|term| format!("`{}` is left out: {}", term.term, term.reason))
        .collect();
    let separation = &estimates.separation;
    if !separation.rows.is_empty() {
        let n = separation.rows.len();
        let levels: Vec<String> =
            separation.zero_levels.iter().map(|(e, level)| format!("{e}={level}")).collect();
        let all_zero = match levels.len() {
            0 => String::new(),
            _ => format!("; outcomes are all zero in {}", cut(&levels)),
        };
        warnings.push(format!("{n} rows are separated and dropped, see separated.csv{all_zero}"));
    }
    if separation.is_incomplete {
        warnings.push("the search for separated rows stopped early; some may be left".into());
    }
    let missing: Vec<String> = estimates
        .dropped
        .iter()
        .filter(|row| row.reason.starts_with("missing"))
        .map(|row| format!("row {} ({})", row.row, row.reason))
        .collect();
    if !missing.is_empty() {
        let n = missing.len();
        warnings
            .push(format!("{n} rows with missing values are dropped, see dropped.csv: {}", cut(&missing)));
    }
    let singletons = estimates.dropped.len() - missing.len();
    if singletons > 0 {
        warnings.push(format!("{singletons} rows alone in a level are dropped, see dropped.csv"));
    }
    if estimates.covariance.is_repaired {
        warnings.push("the multi-way covariance had negative eigenvalues, set to zero".into());
    }
    warnings
}

fn cut(entries: &[String]) -> String {
    match entries.len() {
        0..=LISTED => entries.join(", "),
        n => format!("{} and {} more", entries[..LISTED].join(", "), n - LISTED),
    }
}

/// The contents of `fit.json`.
fn describe(args: &EstimateArgs, panel: &Panel, estimates: &Estimates, seconds: (f64, f64)) -> Value {
    let of = |start: &str| estimates.dropped.iter().filter(|row| row.reason.starts_with(start)).count();
    let (missing, singletons) = (of("missing"), of("singleton"));
    let used = estimates.rows.len();
    let separated = estimates.separation.rows.len();
    let filtered = panel.n_rows() - used - separated - missing - singletons;
    let correction = estimates.correction.as_ref().map(|correction| {
        json!({
            "kind": correction.kind,
            "source": "Weidner & Zylkin (2021)",
            "covariance": "clustered by pair, corrected; replaces the clusters asked for",
            "covariance_form": if correction.is_symmetric { "symmetric" } else { "one-sided" },
            "terms": estimates.terms,
            "uncorrected": correction.uncorrected,
            "uncorrected_std_error": correction.uncorrected_se,
        })
    });
    json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "estimate",
        "panel": panel.file, "sha256": panel.sha256, "formula": args.formula,
        "where": args.conditions, "weights": args.weights, "offset": args.offset,
        "method": if args.model == ModelArg::Ppml { "ppml" } else { "ols" },
        "observations": used, "rows_read": panel.n_rows(), "rows_filtered": filtered,
        "rows_missing": missing, "rows_separated": separated, "rows_singletons": singletons,
        "deviance": estimates.deviance, "pseudo_r2": estimates.pseudo_r2,
        "iterations": estimates.path.len() - 1, "deviance_path": estimates.path,
        "last_step": estimates.last_step, "tolerance": args.tolerance,
        "absorption": estimates.absorption, "inner_steps": estimates.inner_steps,
        "effects": estimates.fixed_effects.iter()
            .map(|effect| json!({ "effect": effect.effect, "levels": effect.levels.len() }))
            .collect::<Vec<_>>(),
        "covariance": estimates.covariance.kind, "clusters": estimates.covariance.n_clusters,
        "small_sample": args.options().small_sample.describe(),
        "degrees_of_freedom_used": estimates.covariance.degrees,
        "covariance_repaired": estimates.covariance.is_repaired,
        "wald": {
            "hypothesis": "all coefficients but the constant are zero",
            "chi2": estimates.wald.statistic, "degrees": estimates.wald.degrees,
            "p_value": estimates.wald.p_value,
        },
        "bias_correction": correction, "seconds_reading": seconds.0, "seconds_estimating": seconds.1,
    })
}
