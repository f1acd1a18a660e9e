//! `tradepath estimate`: gravity by PPML with absorbed effects.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::estimate_warnings::warnings;
use super::format::Format;
use super::{arguments, estimate_answer, manifest, place};
use crate::data::memory;
use crate::estimation::covariance::SmallSample;
use crate::estimation::design::{Specification, read_panel};
use crate::estimation::filter::Filter;
use crate::estimation::fit::FitOptions;
use crate::estimation::formula::{EffectTerm, Formula, FormulaError};
use crate::estimation::panel::{Panel, PanelFile, PanelOptions};
use crate::estimation::separation::Rules;
use crate::estimation::{Estimates, EstimationError, Method, Options, estimate};
use crate::output::dir::{OutputDir, OutputError};
use crate::output::{estimate as tables, rows};

/// What was done to a multi-way covariance that is not positive.
const REPAIR: &str =
    "negative eigenvalues of the covariance, in units of robust standard errors, set to zero";

const EXAMPLE: &str = "Examples:
  tradepath estimate --panel panel.csv.gz --cluster 'pair(exporter,importer)' \\
    --formula 'trade ~ ln(dist) + cntg + rta | exporter^year + importer^year' \\
    --where 'exporter != importer' --where 'year in 1986 1990 1994' --out outputs/gravity

Terms: columns, x^2, ln(1+x) and other arithmetic in ln() log() log1p() exp() sq() sqrt() I(), a:b, a*b,
  i(year), i(year,ref=2006), i(rel,ref=-1), i(sector,ref=\"Agri-food\"), i(year,x) for x times each dummy,
  i(a,i.b), same(a,b), differs(a,b), 0 or - 1 for no constant. Odd column names stand in backquotes.
Effects and clusters: columns joined by ^, pair(a,b) for the unordered pair.
Conditions: 'year == 2006' (numbers compare as numbers), 'sector == \"Agri-food\"', 'year in 2001 2002',
  'iso not in USA CAN', 'exporter != importer'; a missing cell meets none.
Missing: the empty cell in every column; in number columns also NA N/A #N/A NaN nan NULL null and a point.
  In text columns NA is a code (Namibia); --missing names more texts, for every column.
Files: cells separated by comma, semicolon, tab or |. Inference: normal with ppml; t with ols, whose degrees are
  one less than the smallest number of clusters, or rows less parameters (--small-sample none: normal).";

/// Options of `tradepath estimate`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct EstimateArgs {
    /// Panel: CSV with a header line, plain or packed.
    #[arg(long, value_name = "FILE")]
    panel: PathBuf,
    /// Separator of cells: `,` `;` `|` or `tab`. Default: as the first lines show.
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    delimiter: Option<u8>,
    /// Text of a missing cell in any column, as in --missing NA; repeat or separate by commas for several.
    #[arg(long, value_name = "TEXT", value_delimiter = ',')]
    missing: Vec<String>,
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
    /// Rows to use: COLUMN, one of == != < <= > >= in, `not in`, and a value or column; repeat to combine.
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
    /// Bound of the last step in the index, from 1e-14 to 1e-3.
    #[arg(long, default_value_t = FitOptions::default().tolerance, value_parser = tolerance)]
    tolerance: f64,
    /// Steps before the fit is given up, at most 100,000.
    #[arg(long, default_value_t = FitOptions::default().max_iterations, value_parser = iterations)]
    max_iterations: usize,
    /// Memory that the panel and its regressors may take, such as 2G or 4GiB. Default: three quarters of what is free.
    #[arg(long, value_name = "SIZE", value_parser = arguments::bytes)]
    max_memory: Option<u64>,
    /// Form of the answer on standard output; latex and markdown are written to the folder too.
    #[arg(long, value_enum, default_value_t = FormatArg::Table)]
    format: FormatArg,
    /// Folder for the results; without it the answer is printed and nothing is written.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
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
    /// A table for people, at most 80 columns wide.
    Table,
    /// A `tabular`.
    Latex,
    /// A table.
    Markdown,
    /// `coefficients.csv`.
    Csv,
    /// One object: `fit.json` with the coefficients.
    Json,
}

/// Reads `--delimiter`.
fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        "tab" | "\\t" | "\t" => Ok(b'\t'),
        "," | ";" | "|" => Ok(text.as_bytes()[0]),
        _ => Err("expected , ; | or tab".into()),
    }
}

/// Reads `--tolerance`.
fn tolerance(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "expected a number".to_owned())?;
    // Steps below the first are rounding; beyond the second a fit has not begun.
    if (1e-14..=1e-3).contains(&value) {
        Ok(value)
    } else {
        Err("expected a number from 1e-14 to 1e-3".into())
    }
}

/// Reads `--max-iterations`.
fn iterations(text: &str) -> Result<usize, String> {
    let value = text.parse().ok().filter(|value| (1..=100_000).contains(value));
    value.ok_or_else(|| "expected a whole number from 1 to 100000".to_owned())
}

impl EstimateArgs {
    fn specification(&self) -> anyhow::Result<Specification> {
        let of_option = |option: &'static str| {
            move |error: FormulaError| anyhow::Error::from(EstimationError::from(error)).context(option)
        };
        let clusters = self.cluster.iter().map(|text| EffectTerm::parse(text)).collect::<Result<_, _>>();
        let clusters = clusters.map_err(of_option("--cluster"))?;
        let filters = self.conditions.iter().map(|text| Filter::parse(text)).collect::<Result<_, _>>();
        let filters = filters.map_err(EstimationError::from)?;
        Ok(Specification {
            formula: Formula::parse(&self.formula).map_err(of_option("--formula"))?,
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

/// A fault of the formula against the columns of a panel names the panel too.
fn of_panel(error: EstimationError, panel: &Path) -> anyhow::Error {
    match error {
        EstimationError::Formula(_) => anyhow::Error::from(error).context(panel.display().to_string()),
        _ => error.into(),
    }
}

/// Estimates and writes the tables of `output::estimate`, `fit.json` and `datapackage.json`.
///
/// # Errors
/// [`EstimationError`], or where the folder cannot be written.
pub fn run(args: &EstimateArgs, is_quiet: bool) -> anyhow::Result<()> {
    let started = Instant::now();
    if let Some(bytes) = args.max_memory {
        memory::allow(bytes);
    }
    let spec = args.specification()?;
    let options = PanelOptions { delimiter: args.delimiter, missing: args.missing.clone() };
    let file = PanelFile::open_with(&args.panel, &options).map_err(EstimationError::from)?;
    let panel = read_panel(&file, &spec).map_err(|error| of_panel(error, &args.panel))?;
    drop(file);
    let existing = place::existing(args.overwrite);
    let output = args.out.as_deref().map(|out| OutputDir::create(out, existing)).transpose()?;
    let seconds_reading = started.elapsed().as_secs_f64();
    let estimates = estimate(&panel, &spec, &args.options()).map_err(|error| of_panel(error, &args.panel))?;
    let seconds = (seconds_reading, started.elapsed().as_secs_f64() - seconds_reading);
    if !is_quiet {
        warnings(&estimates).iter().for_each(|warning| eprintln!("warning: {warning}"));
    }
    let fit = describe(args, &panel, &estimates, seconds);
    let outcome = args.formula.split('~').next().unwrap_or_default().trim();
    let folder = output.map(|output| {
        write(&output, &estimates, &fit, (args.format, outcome)).and_then(|()| output.finish())
    });
    let folder = folder.transpose()?;
    match args.format {
        FormatArg::Table => estimate_answer::answer(&estimates, &fit, outcome, folder).print(Format::Table),
        FormatArg::Json => estimate_answer::answer(&estimates, &fit, outcome, folder).print(Format::Json),
        FormatArg::Csv => print!("{}", rows::text(tables::coefficients(&estimates))),
        FormatArg::Latex => print!("{}", tables::latex(&estimates, outcome)),
        FormatArg::Markdown => print!("{}", tables::markdown(&estimates, outcome)),
    }
    Ok(())
}

fn write(
    output: &OutputDir,
    estimates: &Estimates,
    fit: &Value,
    (format, outcome): (FormatArg, &str),
) -> Result<(), OutputError> {
    output.write_rows(tables::coefficients(estimates))?;
    output.write_rows(tables::covariance(estimates))?;
    output.write_rows(tables::fixed_effects(estimates))?;
    output.write_rows(tables::separated(estimates))?;
    output.write_rows(tables::dropped(estimates))?;
    output.write_rows(tables::collinear(estimates))?;
    output.write_text("fit.json", &manifest::text(fit))?;
    match format {
        FormatArg::Latex => output.write_text("table.tex", &tables::latex(estimates, outcome)),
        FormatArg::Markdown => output.write_text("table.md", &tables::markdown(estimates, outcome)),
        _ => Ok(()),
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
        "covariance_repair": estimates.covariance.is_repaired.then_some(REPAIR),
        "distribution": if estimates.t_degrees.is_some() { "t" } else { "normal" },
        "t_degrees": estimates.t_degrees, "perfect_fit": estimates.is_perfect,
        "missing": args.missing, "notes": estimates.notes,
        "wald": {
            "hypothesis": "all coefficients but the constant are zero",
            "chi2": estimates.wald.statistic, "degrees": estimates.wald.degrees,
            "p_value": estimates.wald.p_value,
        },
        "bias_correction": correction, "seconds_reading": seconds.0, "seconds_estimating": seconds.1,
    })
}
