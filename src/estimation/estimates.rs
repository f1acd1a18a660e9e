//! From a panel to estimates: the whole of a regression in order.

use nalgebra::{DMatrix, DVector};

use super::absorb::{Absorber, Layout};
use super::bias::{self, Correction};
use super::collinear::Collinear;
use super::covariance::{Counts, Covariance, SmallSample, Wald, covariance, scores, wald};
use super::design::{Design, DroppedRow, Specification, build};
use super::fit::{Fit, FitOptions, ppml};
use super::least_squares::least_squares;
use super::levels::Levels;
use super::panel::Panel;
use super::separation::{self, Report, Rules};
use super::{EstimationError, design};
use crate::numerics::special::ln_gamma;

/// How coefficients are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// Poisson pseudo-maximum likelihood.
    #[default]
    Ppml,
    /// (Weighted) least squares.
    LeastSquares,
}

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
    pub levels: Vec<String>,
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
        let why = "no row is left after filters, missing values, separated rows and singletons";
        return Err(EstimationError::NothingToEstimate(why.into()));
    }
    let fitted = fit(&design, options)?;
    let score = scores(&fitted.fit.x_within, &fitted.fit.residual);
    let counts = Counts { n: design.n(), k: fitted.fit.beta.len() };
    let sorted = &fitted.design;
    let mut covariance = covariance(
        &fitted.fit.hessian,
        &score,
        &sorted.effects,
        &sorted.clusters,
        counts,
        options.small_sample,
    );
    let mut beta = fitted.fit.beta.clone();
    let correction = if options.bias_correct {
        let correction = bias::correct(panel, &spec.formula, sorted, &fitted.fit, &covariance)?;
        beta.clone_from(&correction.beta);
        covariance.matrix.clone_from(&correction.covariance);
        Some(correction)
    } else {
        None
    };
    let wald = joint_test(&fitted.fit.terms, &beta, &covariance.matrix);
    let fixed_effects = fitted.fixed_effects();
    let (rows, values) = fitted.in_panel_order();
    Ok(Estimates {
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
        rows,
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
    while let Some(at) = design.effects.iter().position(|levels| levels.counts().contains(&1)) {
        let levels = &design.effects[at];
        let counts = levels.counts();
        let is_alone: Vec<bool> = levels.codes.iter().map(|&code| counts[code as usize] == 1).collect();
        for (row, _) in is_alone.iter().enumerate().filter(|(_, alone)| **alone) {
            let name = &levels.names[levels.codes[row] as usize];
            let reason = format!("singleton {}={name}", levels.label);
            dropped.push(DroppedRow { row: design.rows[row] + 1, reason });
        }
        let keep: Vec<bool> = is_alone.iter().map(|alone| !alone).collect();
        design.retain(&keep);
    }
    dropped
}

/// A fit with the arrays in its row order.
struct Fitted {
    design: Design,
    absorber: Absorber,
    fit: Fit,
}

fn fit(design: &Design, options: &Options) -> Result<Fitted, EstimationError> {
    let layout = Layout::new(design.n(), &design.effects);
    let sorted = design.permuted(&layout.order);
    let mut absorber = Absorber::new(layout);
    let fit = match options.method {
        Method::Ppml => ppml(&sorted, &mut absorber, options.fit)?,
        Method::LeastSquares => least_squares(&sorted, &mut absorber),
    };
    Ok(Fitted { design: sorted, absorber, fit })
}

impl Fitted {
    /// Rows and fitted outcomes in the order of the panel.
    fn in_panel_order(&self) -> (Vec<u32>, Vec<f64>) {
        let mut pairs: Vec<(u32, f64)> =
            self.design.rows.iter().copied().zip(self.fit.mu.iter().copied()).collect();
        pairs.sort_by_key(|(row, _)| *row);
        pairs.into_iter().unzip()
    }

    /// Coefficients of the effects: what the index holds beyond regressors and offset.
    ///
    /// How they are made unique: [`Absorber::coefficients`].
    fn fixed_effects(&self) -> Vec<FixedEffect> {
        let design = &self.design;
        let beta_of = |term: &String| self.fit.terms.iter().position(|name| name == term);
        let betas: Vec<f64> =
            design.terms.iter().map(|term| beta_of(term).map_or(0.0, |at| self.fit.beta[at])).collect();
        let target: Vec<f64> = (0..design.n())
            .map(|row| {
                let x: f64 = design.x.iter().zip(&betas).map(|(x, beta)| x[row] * beta).sum();
                self.fit.eta[row] - x - design.offset.as_ref().map_or(0.0, |offset| offset[row])
            })
            .collect();
        let values = self.absorber.coefficients(&self.fit.w, &target, &design.effects);
        let named = |(levels, values): (&Levels, Vec<f64>)| FixedEffect {
            effect: levels.label.clone(),
            levels: levels.names.clone(),
            values,
        };
        design.effects.iter().zip(values).map(named).collect()
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
    let omega = |row: usize| design.weights.as_ref().map_or(1.0, |weights| weights[row]);
    let rows = || 0..design.n();
    let sum_omega: f64 = rows().map(omega).sum();
    let mean = rows().map(|row| omega(row) * design.y[row]).sum::<f64>() / sum_omega;
    match method {
        Method::LeastSquares => {
            let total: f64 = rows().map(|row| omega(row) * (design.y[row] - mean).powi(2)).sum();
            1.0 - fit.deviance / total
        }
        Method::Ppml => {
            let likelihood = |row: usize, ln_mu: f64, mu: f64| {
                omega(row) * (design.y[row] * ln_mu - mu - ln_gamma(design.y[row] + 1.0))
            };
            let full: f64 = rows().map(|row| likelihood(row, fit.eta[row], fit.mu[row])).sum();
            let null: f64 = rows().map(|row| likelihood(row, mean.ln(), mean)).sum();
            1.0 - full / null
        }
    }
}

/// Variance of linear combinations `a' b` of estimates.
///
/// Shapes: `a` one entry a coefficient.
#[must_use]
pub fn variance_of(covariance: &DMatrix<f64>, a: &DVector<f64>) -> f64 {
    (a.transpose() * covariance * a)[(0, 0)]
}
