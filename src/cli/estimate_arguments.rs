//! Arguments of `tradepath estimate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::arguments;
use crate::estimation::covariance::SmallSample;
use crate::estimation::design::Specification;
use crate::estimation::filter::Filter;
use crate::estimation::fit::FitOptions;
use crate::estimation::formula::{EffectTerm, Formula, FormulaError};
use crate::estimation::separation::Rules;
use crate::estimation::{EstimationError, Method, Options};

const EXAMPLE: &str = "Examples:
  tradepath estimate --panel panel.csv --formula 'trade ~ rta | exporter + importer' \
    --formula 'trade ~ rta | exporter^year + importer^year'
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
    pub panel: PathBuf,
    /// Separator of cells: `,` `;` `|` or `tab`. Default: as the first lines show.
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    pub delimiter: Option<u8>,
    /// Text of a missing cell in any column, as in --missing NA; repeat or separate by commas for several.
    #[arg(long, value_name = "TEXT", value_delimiter = ',')]
    pub missing: Vec<String>,
    /// Outcome ~ regressors | absorbed effects; repeat for several models, which then stand side by side.
    #[arg(long, required = true)]
    pub formula: Vec<String>,
    /// Column of weights.
    #[arg(long, value_name = "COLUMN")]
    pub weights: Option<String>,
    /// Column that enters the index with coefficient 1.
    #[arg(long, value_name = "COLUMN")]
    pub offset: Option<String>,
    /// Clusters of the covariance; repeat for multi-way. Default: robust to heteroskedasticity.
    #[arg(long, value_name = "EFFECT")]
    cluster: Vec<String>,
    /// Rows to use: COLUMN, one of == != < <= > >= in, `not in`, and a value or column; repeat to combine.
    #[arg(long = "where", value_name = "CONDITION")]
    pub conditions: Vec<String>,
    /// Corrections of Weidner & Zylkin (2021) for coefficients and covariance.
    #[arg(long)]
    bias_correct: bool,
    /// Estimator.
    #[arg(long, value_enum, default_value_t = ModelArg::Ppml)]
    pub model: ModelArg,
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
    pub tolerance: f64,
    /// Steps before the fit is given up, at most 100,000.
    #[arg(long, default_value_t = FitOptions::default().max_iterations, value_parser = iterations)]
    max_iterations: usize,
    /// Memory that the panel and its regressors may take, such as 2G or 4GiB. Default: three quarters of what is free.
    #[arg(long, value_name = "SIZE", value_parser = arguments::bytes)]
    pub max_memory: Option<u64>,
    /// Form of the answer on standard output; latex and markdown are written to the folder too.
    #[arg(long, value_enum, default_value_t)]
    pub format: FormatArg,
    /// Folder for the results; without it the answer is all.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Replace a folder that is not empty.
    #[arg(long)]
    pub overwrite: bool,
}

/// Estimator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ModelArg {
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

/// Form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum FormatArg {
    /// Models side by side, at most 80 columns wide.
    #[default]
    Table,
    /// A `tabular`, also written as table.tex.
    Latex,
    /// A table, also written as table.md.
    Markdown,
    /// `coefficients.csv`.
    Csv,
    /// What fit.json has, with the coefficients.
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
    /// What is estimated, one for each formula.
    ///
    /// # Errors
    /// [`EstimationError`] of a formula, a cluster or a condition that cannot be read.
    pub fn specifications(&self) -> anyhow::Result<Vec<Specification>> {
        self.formula.iter().map(|formula| self.specification(formula)).collect()
    }

    fn specification(&self, formula: &str) -> anyhow::Result<Specification> {
        let of_option = |option: &'static str| {
            move |error: FormulaError| anyhow::Error::from(EstimationError::from(error)).context(option)
        };
        let clusters = self.cluster.iter().map(|text| EffectTerm::parse(text)).collect::<Result<_, _>>();
        let clusters = clusters.map_err(of_option("--cluster"))?;
        let filters = self.conditions.iter().map(|text| Filter::parse(text)).collect::<Result<_, _>>();
        let filters = filters.map_err(EstimationError::from)?;
        Ok(Specification {
            formula: Formula::parse(formula).map_err(of_option("--formula"))?,
            weights: self.weights.clone(),
            offset: self.offset.clone(),
            clusters,
            filters,
            may_drop_missing_outcome: self.drop_missing,
            is_outcome_positive: self.model == ModelArg::Ppml,
        })
    }

    /// How it is estimated.
    #[must_use]
    pub fn options(&self) -> Options {
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
