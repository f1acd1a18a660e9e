//! Corrections for incidental parameters in gravity (Weidner & Zylkin 2021, JIE 132).
//!
//! For a pair `ij` with `T` periods, the likelihood with the pair effect profiled out has, with respect to
//! the exporter-period effects, the score `S`, minus the Hessian `H` and the third derivative `G`:
//!
//! ```text
//! S = y - lambda                              H = diag(lambda) - lambda lambda' / m      m = sum_t lambda_t
//! (G x)_st = - 1[s=t] lambda_s x_s + lambda_s lambda_t (x_s + x_t) / m                   for sum_t lambda_t x_t = 0
//! ```
//!
//! Without pair effects `H = diag(lambda)` and `G x = - diag(lambda x)`. The coefficients have the bias
//! `(sum x~' H x~)^-1 b` with, for regressor `k` (the paper's `B_N + D_N`, factors of `N` cancelled),
//!
//! ```text
//! b_k = sum_i { - Tr[ H_i^+ sum_j (H x~_k) S' ] + 1/2 Tr[ (sum_j G x~_k) H_i^+ (sum_j S S') H_i^+ ] }
//!     + the same with i and j exchanged,          H_i = sum_j H_ij
//! ```
//!
//! With two effects `b` is zero up to rounding: PPML has no such bias. The covariance clustered by pair
//! is too small in both; corrected, `S S'` becomes `(I - H x~ (sum x~'Hx~)^-1 x~' - H d W^- d')^-1 S S'`
//! where `d W^- d'` is the variance of the pair's effects (equation after Remark 4 of the paper).

use nalgebra::{DMatrix, DVector};

use super::collinear;
use super::covariance::Covariance;
use super::design::Design;
pub use super::error::NotGravity;
use super::fit::Fit;
use super::formula::{EffectTerm, Formula, Name, Part};
use super::levels::{Levels, combine};
use super::panel::Panel;
use super::symmetric;
use tradepath_base::data::memory::usable_bytes;
use tradepath_base::numerics::cholesky::generalised_inverse;
use tradepath_base::numerics::dense::Factors;

/// Most exporter- and importer-period effects for which their covariance is inverted as a whole; beyond,
/// its diagonal blocks are used (the rest is of order 1/N^2). 3,000 take about ten seconds.
const MAX_DENSE: usize = 3_000;

/// Sum of a pair's leverages above which the inverse of the correction is no longer close to its expansion.
const MAX_LEVERAGE: f64 = 0.5;
/// Square matrices over the rows of a pair that stand side by side.
const PAIR_MATRICES: u64 = 6;

/// What the correction did.
#[derive(Debug, Clone)]
pub struct Correction {
    /// `two-way` or `three-way`.
    pub kind: &'static str,
    /// Corrected coefficients.
    pub beta: Vec<f64>,
    /// Corrected covariance, clustered by pair.
    pub covariance: DMatrix<f64>,
    /// True if the one-sided form was not positive definite and the symmetric one was used.
    pub is_symmetric: bool,
    /// Coefficients before.
    pub uncorrected: Vec<f64>,
    /// Standard errors before, with the clusters that were asked for.
    pub uncorrected_se: Vec<f64>,
}

/// The roles of the columns in the effects.
struct Roles {
    exporter: Vec<Name>,
    importer: Vec<Name>,
    time: Vec<Name>,
    has_pairs: bool,
}

impl Roles {
    /// Every way to read the effects as gravity. With three effects the formula alone does not tell which
    /// column is time; [`Gravity::new`] takes the one with fewest levels.
    fn candidates(formula: &Formula) -> Result<Vec<Self>, NotGravity> {
        let labels: Vec<&str> = formula.effects.iter().map(|effect| effect.label.as_str()).collect();
        let fail =
            || NotGravity { found: if labels.is_empty() { "none".into() } else { labels.join(" + ") } };
        let columns: Option<Vec<Vec<Name>>> = formula.effects.iter().map(plain_columns).collect();
        let columns = columns.ok_or_else(fail)?;
        let has = |set: &[Name], name: &Name| set.iter().any(|other| other.text == name.text);
        let split = |a: &[Name], b: &[Name]| -> (Vec<Name>, Vec<Name>) {
            a.iter().cloned().partition(|name| has(b, name))
        };
        let mut found = Vec::new();
        for pair in (0..columns.len()).rev() {
            let sides: Vec<&Vec<Name>> = match columns.len() {
                2 => columns.iter().collect(),
                3 => (0..3).filter(|&at| at != pair).map(|at| &columns[at]).collect(),
                _ => return Err(fail()),
            };
            let (time, exporter) = split(sides[0], sides[1]);
            let (_, importer) = split(sides[1], sides[0]);
            let both: Vec<Name> = exporter.iter().chain(&importer).cloned().collect();
            let is_pair =
                both.len() == columns[pair].len() && both.iter().all(|name| has(&columns[pair], name));
            if !exporter.is_empty() && !importer.is_empty() && (columns.len() == 2 || is_pair) {
                found.push(Self { exporter, importer, time, has_pairs: columns.len() == 3 });
            }
        }
        if found.is_empty() { Err(fail()) } else { Ok(found) }
    }
}

/// Checks that corrections are known for the effects of `formula`.
///
/// # Errors
/// [`NotGravity`] if they are not.
pub fn check(formula: &Formula) -> Result<(), NotGravity> {
    Roles::candidates(formula).map(|_| ())
}

fn plain_columns(effect: &EffectTerm) -> Option<Vec<Name>> {
    let column = |part: &Part| match part {
        Part::Column(name) => Some(name.clone()),
        Part::Pair(..) => None,
    };
    effect.parts.iter().map(column).collect()
}

/// One pair: its place, and its rows with their periods.
struct PairRows {
    i: usize,
    j: usize,
    rows: Vec<usize>,
    periods: Vec<usize>,
}

/// Everything the formulas need, by pair.
struct Gravity<'a> {
    fit: &'a Fit,
    pairs: Vec<PairRows>,
    n_i: usize,
    n_j: usize,
    t: usize,
    has_pairs: bool,
}

/// Corrects coefficients and covariance of a PPML fit; `design` and `fit` are in the same row order.
///
/// # Errors
/// [`NotGravity`] if the effects are not those of two- or three-way gravity.
pub fn correct(
    panel: &Panel,
    formula: &Formula,
    design: &Design,
    fit: &Fit,
    covariance: &Covariance,
) -> Result<Correction, NotGravity> {
    let gravity = Gravity::new(panel, formula, design, fit)?;
    let bread = collinear::inverse(&fit.hessian);
    let shift =
        if gravity.has_pairs { &bread * gravity.score_bias() } else { DVector::zeros(fit.beta.len()) };
    let (meat, is_symmetric) = gravity.corrected_meat(&bread);
    Ok(Correction {
        kind: if gravity.has_pairs { "three-way" } else { "two-way" },
        beta: fit.beta.iter().zip(shift.iter()).map(|(beta, shift)| beta - shift).collect(),
        covariance: &bread * meat * &bread,
        is_symmetric,
        uncorrected: fit.beta.clone(),
        uncorrected_se: covariance.matrix.diagonal().iter().map(|variance| variance.sqrt()).collect(),
    })
}

impl<'a> Gravity<'a> {
    fn new(panel: &Panel, formula: &Formula, design: &Design, fit: &'a Fit) -> Result<Self, NotGravity> {
        let levels = |names: &[Name]| {
            let parts = names.iter().cloned().map(Part::Column).collect();
            Levels::from_panel(panel, &EffectTerm { parts, label: String::new() }, &design.rows)
        };
        let one =
            || Levels { codes: vec![0; design.n()], names: vec![String::new()].into(), ..Levels::default() };
        let timed = Roles::candidates(formula)?.into_iter().map(|roles| {
            let time = if roles.time.is_empty() { one() } else { levels(&roles.time) };
            (roles, time)
        });
        let Some((roles, time)) = timed.min_by_key(|(_, time)| time.n()) else {
            return Err(NotGravity { found: formula.text.clone() });
        };
        let (exporter, importer) = (levels(&roles.exporter), levels(&roles.importer));
        let pair = combine(&exporter, &importer);
        let mut pairs: Vec<PairRows> =
            (0..pair.n()).map(|_| PairRows { i: 0, j: 0, rows: Vec::new(), periods: Vec::new() }).collect();
        for row in 0..design.n() {
            let pair = &mut pairs[pair.codes[row] as usize];
            (pair.i, pair.j) = (exporter.codes[row] as usize, importer.codes[row] as usize);
            pair.rows.push(row);
            pair.periods.push(time.codes[row] as usize);
        }
        let largest = pairs.iter().map(|pair| pair.rows.len() as u64).max().unwrap_or(0);
        let bytes = largest.saturating_mul(largest).saturating_mul(PAIR_MATRICES * size_of::<f64>() as u64);
        if bytes > usable_bytes() {
            let found = format!("{largest} rows of one pair, whose matrices take {bytes} bytes of memory");
            return Err(NotGravity { found });
        }
        let (n_i, n_j, t) = (exporter.n(), importer.n(), time.n());
        Ok(Self { fit, pairs, n_i, n_j, t, has_pairs: roles.has_pairs })
    }

    /// `H_ij` over the pair's rows.
    fn hessian(&self, pair: &PairRows) -> DMatrix<f64> {
        let lambda = self.pick(pair, &self.fit.w);
        let mut h = DMatrix::from_diagonal(&lambda);
        if self.has_pairs {
            h -= &lambda * lambda.transpose() / lambda.sum();
        }
        h
    }

    /// `G_ij x` over the pair's rows.
    fn third(&self, pair: &PairRows, x: &DVector<f64>) -> DMatrix<f64> {
        let lambda = self.pick(pair, &self.fit.w);
        let weighted = lambda.component_mul(x);
        let mut g = -DMatrix::from_diagonal(&weighted);
        if self.has_pairs {
            g += (&weighted * lambda.transpose() + &lambda * weighted.transpose()) / lambda.sum();
        }
        g
    }

    fn pick(&self, pair: &PairRows, values: &[f64]) -> DVector<f64> {
        DVector::from_iterator(pair.rows.len(), pair.rows.iter().map(|&row| values[row]))
    }

    /// Adds a matrix over the pair's rows to one over all periods.
    fn add(pair: &PairRows, part: &DMatrix<f64>, total: &mut DMatrix<f64>) {
        for (a, &s) in pair.periods.iter().enumerate() {
            for (b, &t) in pair.periods.iter().enumerate() {
                total[(s, t)] += part[(a, b)];
            }
        }
    }

    /// `b`, one entry per regressor.
    fn score_bias(&self) -> DVector<f64> {
        let k = self.fit.beta.len();
        let mut bias = DVector::zeros(k);
        for (n, is_exporter) in [(self.n_i, true), (self.n_j, false)] {
            let blank = || vec![DMatrix::<f64>::zeros(self.t, self.t); n];
            let (mut h, mut ss) = (blank(), blank());
            let (mut hxs, mut gx) = (vec![blank(); k], vec![blank(); k]);
            for pair in &self.pairs {
                let at = if is_exporter { pair.i } else { pair.j };
                let score = self.pick(pair, &self.fit.residual);
                let lambda = self.pick(pair, &self.fit.w);
                Self::add(pair, &self.hessian(pair), &mut h[at]);
                Self::add(pair, &(&score * score.transpose()), &mut ss[at]);
                for a in 0..k {
                    let x = self.pick(pair, &self.fit.x_within[a]);
                    Self::add(pair, &(lambda.component_mul(&x) * score.transpose()), &mut hxs[a][at]);
                    Self::add(pair, &self.third(pair, &x), &mut gx[a][at]);
                }
            }
            for at in 0..n {
                let inverse = pseudo_inverse(&h[at]);
                let spread = &inverse * &ss[at] * &inverse;
                for a in 0..k {
                    bias[a] += 0.5 * (&gx[a][at] * &spread).trace() - (&inverse * &hxs[a][at]).trace();
                }
            }
        }
        bias
    }

    /// `sum x~' (corrected S S') x~`, and whether it had to be made positive.
    ///
    /// The paper's one-sided correction need not be positive definite where single pairs have large
    /// leverage `L`. For such pairs, and for all where the sum is still not positive, it is replaced by
    /// `(I + L/2) S S' (I + L/2)'`, which agrees to first order in `L`.
    fn corrected_meat(&self, bread: &DMatrix<f64>) -> (DMatrix<f64>, bool) {
        let k = self.fit.beta.len();
        let variance = EffectVariance::new(self);
        let (mut one_sided, mut symmetric) = (DMatrix::zeros(k, k), DMatrix::zeros(k, k));
        for pair in &self.pairs {
            let n = pair.rows.len();
            let h = self.hessian(pair);
            let score = self.pick(pair, &self.fit.residual);
            let x = DMatrix::from_fn(n, k, |row, a| self.fit.x_within[a][pair.rows[row]]);
            let leverage = &h * (&x * bread * x.transpose() + variance.of(pair));
            let half = x.transpose() * (&score + 0.5 * &leverage * &score);
            symmetric += &half * half.transpose();
            if leverage.trace() > MAX_LEVERAGE {
                one_sided += &half * half.transpose();
                continue;
            }
            let adjusted = Factors::of(DMatrix::identity(n, n) - leverage).solve(&score);
            let part = x.transpose() * adjusted.unwrap_or_else(|| score.clone()) * (score.transpose() * &x);
            one_sided += (&part + part.transpose()) * 0.5;
        }
        let eigen = symmetric::eigen(one_sided.clone());
        if eigen.is_some_and(|eigen| eigen.eigenvalues.iter().all(|&value| value > 0.0)) {
            (one_sided, false)
        } else {
            (symmetric, true)
        }
    }
}

/// Variance of the exporter- and importer-period effects.
enum EffectVariance {
    /// One matrix over all effects of each set of periods that hangs together; exporters come first.
    Dense { inverse: Vec<Vec<f64>>, n_i: usize, n_j: usize, t: usize },
    /// The block of each exporter and importer alone.
    Blocks { exporter: Vec<DMatrix<f64>>, importer: Vec<DMatrix<f64>> },
}

impl EffectVariance {
    fn new(gravity: &Gravity<'_>) -> Self {
        let (n_i, n_j, t) = (gravity.n_i, gravity.n_j, gravity.t);
        let in_one = if gravity.has_pairs { t } else { 1 };
        let size = (n_i + n_j) * in_one;
        if size > MAX_DENSE {
            let mut exporter = vec![DMatrix::zeros(t, t); n_i];
            let mut importer = vec![DMatrix::zeros(t, t); n_j];
            for pair in &gravity.pairs {
                let h = gravity.hessian(pair);
                Gravity::add(pair, &h, &mut exporter[pair.i]);
                Gravity::add(pair, &h, &mut importer[pair.j]);
            }
            let invert = |blocks: Vec<DMatrix<f64>>| blocks.iter().map(pseudo_inverse).collect();
            return Self::Blocks { exporter: invert(exporter), importer: invert(importer) };
        }
        let mut whole = vec![vec![0.0; size * size]; t / in_one];
        for pair in &gravity.pairs {
            let h = gravity.hessian(pair);
            for (a, &s) in pair.periods.iter().enumerate() {
                for (b, &r) in pair.periods.iter().enumerate().filter(|(_, r)| in_one > 1 || **r == s) {
                    let (set, s, r) = if in_one > 1 { (0, s, r) } else { (s, 0, 0) };
                    for x in [pair.i * in_one + s, (n_i + pair.j) * in_one + s] {
                        for y in [pair.i * in_one + r, (n_i + pair.j) * in_one + r] {
                            whole[set][x * size + y] += h[(a, b)];
                        }
                    }
                }
            }
        }
        let inverse = whole.into_iter().map(|matrix| generalised_inverse(matrix, size)).collect();
        Self::Dense { inverse, n_i, n_j, t: in_one }
    }

    /// `d W^- d'` over the pair's rows.
    fn of(&self, pair: &PairRows) -> DMatrix<f64> {
        let n = pair.rows.len();
        DMatrix::from_fn(n, n, |a, b| {
            let (s, r) = (pair.periods[a], pair.periods[b]);
            match self {
                Self::Blocks { exporter, importer } => exporter[pair.i][(s, r)] + importer[pair.j][(s, r)],
                Self::Dense { .. } if inverse_is_by_period(self) && s != r => 0.0,
                Self::Dense { inverse, n_i, n_j, t } => {
                    let size = (n_i + n_j) * t;
                    let (set, s, r) = if *t > 1 || inverse.len() == 1 { (0, s, r) } else { (s, 0, 0) };
                    let ends = |period: usize| [pair.i * t + period, (n_i + pair.j) * t + period];
                    let entry = |x: usize, y: usize| inverse[set][x * size + y];
                    ends(s).iter().flat_map(|&x| ends(r).map(|y| entry(x, y))).sum()
                }
            }
        })
    }
}

fn inverse_is_by_period(variance: &EffectVariance) -> bool {
    matches!(variance, EffectVariance::Dense { t: 1, .. })
}

/// Inverse of the part of a block that its periods identify.
fn pseudo_inverse(matrix: &DMatrix<f64>) -> DMatrix<f64> {
    symmetric::pseudo_inverse(matrix, 1e-12)
}
