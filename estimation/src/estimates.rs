//! From a panel to estimates: the whole of a regression in order.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::absorb::{Absorber, Layout};
use super::bias::{self, Correction};
use super::collinear::Collinear;
use super::covariance::{Counts, Covariance, SmallSample, Wald, absorbed, covariance, scores, wald};
use super::design::{Design, DroppedRow, Specification, build};
use super::diagnosis;
use super::fit::{Fit, FitOptions, NotConverged, ppml, sum_rows};
use super::least_squares::least_squares;
use super::levels::Levels;
use super::method::Method;
use super::panel::Panel;
use super::separation::{self, Report, Rules};
use super::{EstimationError, design};
use tradepath_base::numerics::cholesky::dot;
use tradepath_base::numerics::parallel;
use tradepath_base::numerics::special::ln_gamma;
use tradepath_base::numerics::vectors::vectorised;

/// Rows whose likelihood is summed together.
const TILE: usize = 1_024;

/// Options of [`estimate`].
///
/// | option | default | why |
/// | --- | --- | --- |
/// | `method` | PPML | zero flows, and consistency under heteroskedasticity |
/// | `rules` | all | an estimate does not exist where rows are separated |
/// | `keep_singletons` | false | a level with one row is fitted exactly; counting it understates errors |
/// | `small_sample` | fixest | the convention of the reference estimates |
/// | `bias_correct` | false | doubles the work, and needs pair data |
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// How coefficients are found.
    pub method: Method,
    /// When the iteration stops.
    pub fit: FitOptions,
    /// Rules of separation.
    pub rules: Rules,
    /// Leaves rows in that are alone in a level.
    pub keep_singletons: bool,
    /// Small-sample factor of the covariance.
    pub small_sample: SmallSample,
    /// Applies the corrections of Weidner & Zylkin (2021).
    pub bias_correct: bool,
}

/// A level of an absorbed effect with its coefficient.
#[derive(Debug, Clone)]
pub struct FixedEffect {
    /// The effect as written in the formula.
    pub effect: String,
    /// Text of each level.
    pub levels: Arc<Vec<String>>,
    /// Coefficient of each level.
    pub values: Vec<f64>,
}

/// Everything that [`estimate`] finds.
#[derive(Debug, Clone)]
pub struct Estimates {
    /// Labels of the coefficients.
    pub terms: Vec<String>,
    /// Coefficients; bias-corrected where asked for.
    pub beta: Vec<f64>,
    /// Their covariance; corrected where asked for.
    pub covariance: Covariance,
    /// What the bias correction changed.
    pub correction: Option<Correction>,
    /// Test that all coefficients but the constant are zero.
    pub wald: Wald,
    /// Regressors left out.
    pub collinear: Vec<Collinear>,
    /// Separated rows.
    pub separation: Report,
    /// Rows dropped as missing or singletons.
    pub dropped: Vec<DroppedRow>,
    /// Coefficients of the absorbed effects.
    pub fixed_effects: Vec<FixedEffect>,
    /// Rows used, 0 = first data row, in the order of the panel.
    pub rows: Vec<u32>,
    /// Fitted outcome of each row used.
    pub fitted: Vec<f64>,
    /// Deviance (least squares: sum of squared residuals).
    pub deviance: f64,
    /// Deviance at the start and after each step.
    pub path: Vec<f64>,
    /// Last step in the index.
    pub last_step: f64,
    /// McFadden's pseudo R2 (least squares: R2).
    pub pseudo_r2: f64,
    /// Conjugate-gradient steps of all projections.
    pub inner_steps: usize,
    /// How the effects were absorbed.
    pub absorption: &'static str,
    /// Degrees of freedom of the t distribution of `estimate / standard error`; `None` if it is normal.
    pub t_degrees: Option<usize>,
    /// True if every outcome is fitted exactly; then there are no standard errors.
    pub is_perfect: bool,
    /// What a user should know about rows, terms and effects.
    pub notes: Vec<String>,
}

/// Most clusterings; their combinations are `2^n`.
const MAX_CLUSTERINGS: usize = 6;

/// Refuses clusterings that allow no covariance.
fn check_clusters(clusters: &[Levels]) -> Result<(), EstimationError> {
    if clusters.len() > MAX_CLUSTERINGS {
        let message = format!("{} clusterings: expected at most {MAX_CLUSTERINGS} --cluster", clusters.len());
        return Err(EstimationError::Cluster(message));
    }
    match clusters.iter().find(|levels| levels.n() < 2) {
        None => Ok(()),
        Some(levels) => Err(EstimationError::Cluster(format!(
            "--cluster {}: the rows in use lie in one cluster, of which no covariance can be computed. Cluster \
             by a column with more levels, or leave the option out for robust standard errors.",
            levels.label
        ))),
    }
}

/// Degrees of the t distribution as the reference programs count them: least squares alone, one less than the
/// smallest number of clusters, or rows less parameters.
fn t_degrees(options: &Options, covariance: &Covariance, counts: Counts) -> Option<usize> {
    if options.method == Method::Ppml || options.small_sample == SmallSample::None {
        return None;
    }
    let rows = counts.n.saturating_sub(counts.k);
    let degrees = covariance.n_clusters.iter().min().map_or(rows, |smallest| smallest - 1);
    Some(degrees.max(1))
}

/// Estimates `spec` on a panel.
///
/// # Errors
/// [`EstimationError`]; see its table.
pub fn estimate(
    panel: &Panel,
    spec: &Specification,
    options: &Options,
) -> Result<Estimates, EstimationError> {
    if options.bias_correct {
        bias::check(&spec.formula)?;
    }
    let (mut design, mut dropped) = build(panel, spec)?;
    let separation = match options.method {
        Method::Ppml => separation::remove(&mut design, options.rules),
        Method::LeastSquares => Report::default(),
    };
    if !options.keep_singletons {
        dropped.extend(drop_singletons(&mut design));
        dropped.sort_by_key(|row| row.row);
    }
    if design.n() == 0 {
        let why = "no row is left after filters, missing values, separated rows and singletons. Widen the filters, or \
                   look at the outcome and its missing cells";
        let why: Vec<&str> = std::iter::once(why).chain(design.notes.iter().map(String::as_str)).collect();
        return Err(EstimationError::NothingToEstimate(why.join("; ")));
    }
    check_clusters(&design.clusters)?;
    design.drop_repeated_effects();
    // As the reference programs count: effects that others contain, too.
    let n_absorbed = absorbed(&design.effects, &design.clusters);
    design.drop_contained_effects();
    design.notes.extend(diagnosis::hints(panel, &design));
    let fitted = fit(&design, options)
        .map_err(|error| NotConverged { hints: diagnosis::hints(panel, &design), ..error })?;
    let score = scores(&fitted.fit.x_within, &fitted.fit.residual);
    let counts = Counts { n: design.n(), k: fitted.fit.beta.len() + n_absorbed };
    let sorted = &fitted.design;
    let mut covariance =
        covariance(&fitted.fit.hessian, &score, &sorted.clusters, counts, options.small_sample);
    let mut beta = fitted.fit.beta.clone();
    let correction = if options.bias_correct {
        let correction = bias::correct(panel, &spec.formula, sorted, &fitted.fit, &covariance)?;
        beta.clone_from(&correction.beta);
        covariance.matrix.clone_from(&correction.covariance);
        Some(correction)
    } else {
        None
    };
    let is_perfect = diagnosis::is_perfect(sorted, &fitted.fit, options.method);
    diagnosis::check_covariance(&fitted.fit.terms, &beta, &covariance.matrix, is_perfect)?;
    let wald = joint_test(&fitted.fit.terms, &beta, &covariance.matrix);
    let fixed_effects = fitted.fixed_effects(&design.effects);
    let values = fitted.absorber.layout().restore(&fitted.fit.mu);
    Ok(Estimates {
        is_perfect,
        t_degrees: t_degrees(options, &covariance, counts),
        notes: design.notes,
        wald,
        pseudo_r2: pseudo_r2(&fitted.design, &fitted.fit, options.method),
        terms: fitted.fit.terms.clone(),
        beta,
        covariance,
        correction,
        collinear: fitted.fit.collinear.clone(),
        separation,
        dropped,
        fixed_effects,
        rows: design.rows,
        fitted: values,
        deviance: fitted.fit.deviance,
        path: fitted.fit.path.clone(),
        last_step: fitted.fit.last_step,
        inner_steps: fitted.absorber.steps,
        absorption: fitted.absorber.method(),
    })
}

/// Drops rows that are alone in a level until none is.
fn drop_singletons(design: &mut Design) -> Vec<DroppedRow> {
    let mut dropped = Vec::new();
    let mut counts: Vec<Vec<u32>> = design.effects.iter().map(Levels::counts).collect();
    let mut keep = Vec::new();
    while let Some(at) = counts.iter().position(|counts| counts.contains(&1)) {
        keep.resize(design.n(), true);
        for row in 0..design.n() {
            let code = design.effects[at].codes[row] as usize;
            if !keep[row] || counts[at][code] != 1 {
                continue;
            }
            keep[row] = false;
            let levels = &design.effects[at];
            let reason = format!("singleton {}={}", levels.label, levels.names[code]);
            dropped.push(DroppedRow { row: design.rows[row] + 1, reason });
            for (levels, counts) in design.effects.iter().zip(&mut counts) {
                counts[levels.codes[row] as usize] -= 1;
            }
        }
    }
    if !dropped.is_empty() {
        design.retain(&keep);
    }
    dropped
}

/// A fit with the arrays in its row order, without the effects.
struct Fitted {
    design: Design,
    absorber: Absorber,
    fit: Fit,
}

fn fit(design: &Design, options: &Options) -> Result<Fitted, NotConverged> {
    let layout = Layout::new(design.n(), &design.effects);
    let sorted = design.arranged(&layout);
    let mut absorber = Absorber::new(layout, &design.effects);
    let fit = match options.method {
        Method::Ppml => ppml(&sorted, &mut absorber, options.fit)?,
        Method::LeastSquares => least_squares(&sorted, &mut absorber)?,
    };
    Ok(Fitted { design: sorted, absorber, fit })
}

impl Fitted {
    /// Coefficients of the effects: what the index holds beyond regressors and offset.
    ///
    /// How they are made unique: [`Absorber::coefficients`].
    fn fixed_effects(&self, effects: &[Levels]) -> Vec<FixedEffect> {
        let design = &self.design;
        let mut column = self.fit.eta.clone();
        let mut take = |other: &[f64], factor: f64| {
            column.iter_mut().zip(other).for_each(|(value, other)| *value -= factor * other);
        };
        if let Some(offset) = &design.offset {
            take(offset, 1.0);
        }
        for (term, beta) in self.fit.terms.iter().zip(&self.fit.beta) {
            let at = design.terms.iter().position(|name| name == term);
            at.into_iter().for_each(|at| take(&design.x[at], *beta));
        }
        let values = self.absorber.coefficients(&self.fit.outer, &column, effects);
        let named = |(levels, values): (&Levels, Vec<f64>)| FixedEffect {
            effect: levels.label.clone(),
            levels: Arc::clone(&levels.names),
            values,
        };
        effects.iter().zip(values).map(named).collect()
    }
}

/// Tests that all coefficients but the constant are zero.
fn joint_test(terms: &[String], beta: &[f64], covariance: &DMatrix<f64>) -> Wald {
    let slopes: Vec<usize> = (0..terms.len()).filter(|&at| terms[at] != design::INTERCEPT).collect();
    let restrictions =
        DMatrix::from_fn(slopes.len(), terms.len(), |row, at| f64::from(u8::from(slopes[row] == at)));
    let beta = DVector::from_column_slice(beta);
    wald(&beta, covariance, &restrictions, &DVector::zeros(slopes.len()))
}

fn pseudo_r2(design: &Design, fit: &Fit, method: Method) -> f64 {
    let omega = |row: usize| design.weight(row);
    let y = &design.y;
    match method {
        Method::LeastSquares => {
            let n = design.n();
            let mean = sum_rows(n, |row| omega(row) * y[row]) / sum_rows(n, omega);
            1.0 - fit.deviance / sum_rows(n, |row| omega(row) * (y[row] - mean) * (y[row] - mean))
        }
        Method::Ppml => {
            let [weights, outcomes, fitted, products, constant] = likelihood_sums(design, fit);
            let mean = outcomes / weights;
            let full = products - fitted - constant;
            let null = outcomes * mean.ln() - outcomes - constant;
            1.0 - full / null
        }
    }
}

/// Sums of 1, `y`, `mu`, `y eta` and `ln y!` under the user's weights.
fn likelihood_sums(design: &Design, fit: &Fit) -> [f64; 5] {
    let part = |first: usize| {
        let rows = first..(first + TILE).min(design.n());
        let (y, eta, mu) = (&design.y[rows.clone()], &fit.eta[rows.clone()], &fit.mu[rows.clone()]);
        let mut omega = [1.0; TILE];
        if let Some(weights) = &design.weights {
            omega[..rows.len()].copy_from_slice(&weights[rows.clone()]);
        }
        let (omega, mut terms) = (&omega[..rows.len()], [0.0; TILE]);
        vectorised(
            #[inline(always)]
            || {
                let terms = &mut terms[..y.len()];
                terms.iter_mut().zip(y).for_each(|(term, y)| *term = ln_gamma(y + 1.0));
                let constant = dot(terms, omega);
                terms.iter_mut().zip(y).zip(eta).for_each(|((term, y), eta)| *term = y * eta);
                [omega.iter().sum(), dot(y, omega), dot(mu, omega), dot(terms, omega), constant]
            },
        )
    };
    let parts = parallel::map(design.n().div_ceil(TILE), |at| part(at * TILE));
    std::array::from_fn(|at| parts.iter().map(|part| part[at]).sum())
}
