//! Robust and clustered covariance with the small-sample factors of the reference programs.
//!
//! ```text
//! V = H^-1 M H^-1,  H = X~' W X~,  s_i = x~_i omega_i (y_i - mu_i)
//! M = sum_i s_i s_i'                                  robust
//! M = sum_g (sum_{i in g} s_i)(sum_{i in g} s_i)'     clustered by g
//! M = sum over non-empty sets A of clusterings of (-1)^(|A|+1) M_A    multi-way (Cameron, Gelbach & Miller 2011)
//! ```
//!
//! A multi-way `M` is a difference and need not be positive. As in the reference programs, `V` is then repaired by setting
//! its negative eigenvalues to zero: under the fixest convention if a variance is negative, under ppmlhdfe if any
//! eigenvalue is. Eigenvalues are taken in units of the robust standard errors, so that the units of regressors do not
//! matter.

use nalgebra::{DMatrix, DVector};

use super::collinear;
use super::levels::{Levels, combine};
use super::symmetric;
use tradepath_base::numerics::special::chi_squared_tail;

/// Eigenvalues above this, in units of the robust variances, are not negative.
const ROUNDING: f64 = 1e-12;

/// Small-sample factor.
///
/// `N` observations used, `G` levels of the smallest clustering, `k` coefficients with absorbed effects,
/// less those nested in a clustering (one is added back for each such effect).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SmallSample {
    /// `G/(G-1) (N-1)/(N-k)`, robust `N/(N-k)`: fixest and pyfixest.
    #[default]
    Fixest,
    /// `G/(G-1)`, robust `N/(N-1)`: ppmlhdfe, and `poisson` in Stata.
    Ppmlhdfe,
    /// 1.
    None,
}

impl SmallSample {
    /// The convention as it stands in `fit.json`.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Fixest => "fixest: G/(G-1) x (N-1)/(N-k); robust N/(N-k)",
            Self::Ppmlhdfe => "ppmlhdfe: G/(G-1); robust N/(N-1)",
            Self::None => "none",
        }
    }
}

/// Counts that the small-sample factor depends on.
#[derive(Debug, Clone, Copy)]
pub struct Counts {
    /// Observations used.
    pub n: usize,
    /// Coefficients estimated, absorbed effects included ([`absorbed`]).
    pub k: usize,
}

/// A covariance with the counts behind it.
#[derive(Debug, Clone)]
pub struct Covariance {
    /// Of the coefficients.
    pub matrix: DMatrix<f64>,
    /// `robust`, or the clusterings joined by `, `.
    pub kind: String,
    /// Number of clusters of each clustering.
    pub n_clusters: Vec<usize>,
    /// Degrees of freedom counted in `k`.
    pub degrees: usize,
    /// True if a multi-way covariance was not positive and negative eigenvalues were set to 0.
    pub is_repaired: bool,
}

/// Scores `s_i` as rows: `x~_i` times the residual.
#[must_use]
pub(crate) fn scores(x_within: &[Vec<f64>], residual: &[f64]) -> Vec<Vec<f64>> {
    x_within.iter().map(|x| x.iter().zip(residual).map(|(x, r)| x * r).collect()).collect()
}

/// The covariance for the given clusterings; none = robust.
#[must_use]
pub fn covariance(
    hessian: &DMatrix<f64>,
    scores: &[Vec<f64>],
    clusters: &[Levels],
    counts: Counts,
    convention: SmallSample,
) -> Covariance {
    let bread = collinear::inverse(hessian);
    let n = counts.n as f64;
    // With as many parameters as rows, residuals and covariance are zero, whatever the factor.
    let spread = |numerator: f64| match convention {
        SmallSample::Fixest => numerator / (n - counts.k as f64).max(1.0),
        _ => 1.0,
    };
    let n_clusters: Vec<usize> = clusters.iter().map(Levels::n).collect();
    let (meat, factor, kind) = match n_clusters.iter().min() {
        None => {
            let factor = if convention == SmallSample::Ppmlhdfe { n / (n - 1.0).max(1.0) } else { spread(n) };
            (outer(scores), factor, "robust".to_owned())
        }
        Some(&smallest) => {
            let g = smallest as f64;
            let by_group = if convention == SmallSample::None { 1.0 } else { g / (g - 1.0).max(1.0) };
            let labels: Vec<&str> = clusters.iter().map(|levels| levels.label.as_str()).collect();
            (multiway(scores, clusters), by_group * spread(n - 1.0), labels.join(", "))
        }
    };
    let matrix = &bread * meat * &bread * factor;
    let (matrix, is_repaired) = if clusters.len() > 1 {
        let robust = (&bread * outer(scores) * &bread).diagonal();
        repaired(matrix, &robust, convention)
    } else {
        (matrix, false)
    };
    Covariance { matrix, kind, n_clusters, degrees: counts.k, is_repaired }
}

/// Absorbed effects that count as parameters; effects and clusters in the same row order.
#[must_use]
pub fn absorbed(effects: &[Levels], clusters: &[Levels]) -> usize {
    let varying = effects.iter().filter(|levels| levels.n() > 1).count();
    let all: usize = effects.iter().map(Levels::n).sum::<usize>() - varying.saturating_sub(1);
    let is_nested = |levels: &&Levels| clusters.iter().any(|cluster| levels.is_nested_in(cluster));
    let nested: Vec<usize> = effects.iter().filter(is_nested).map(Levels::n).collect();
    all + nested.len() - nested.iter().sum::<usize>()
}

fn outer(scores: &[Vec<f64>]) -> DMatrix<f64> {
    let k = scores.len();
    DMatrix::from_fn(k, k, |a, b| scores[a].iter().zip(&scores[b]).map(|(a, b)| a * b).sum())
}

/// Sums of the scores over the levels of a clustering.
fn grouped(scores: &[Vec<f64>], levels: &Levels) -> Vec<Vec<f64>> {
    let sums = |score: &Vec<f64>| {
        let mut sums = vec![0.0; levels.n()];
        score.iter().zip(&levels.codes).for_each(|(s, &code)| sums[code as usize] += s);
        sums
    };
    scores.iter().map(sums).collect()
}

fn multiway(scores: &[Vec<f64>], clusters: &[Levels]) -> DMatrix<f64> {
    let k = scores.len();
    let mut meat = DMatrix::zeros(k, k);
    for set in 1..1_usize << clusters.len() {
        let mut chosen = (0..clusters.len()).filter(|at| set >> at & 1 == 1).map(|at| clusters[at].clone());
        let Some(first) = chosen.next() else { continue };
        let levels = chosen.fold(first, |levels, next| combine(&levels, &next));
        let part = outer(&grouped(scores, &levels));
        meat += if set.count_ones() % 2 == 1 { part } else { -part };
    }
    meat
}

/// Sets negative eigenvalues to zero where the convention asks for it; `robust` holds variances that give the
/// units.
fn repaired(matrix: DMatrix<f64>, robust: &DVector<f64>, convention: SmallSample) -> (DMatrix<f64>, bool) {
    let unit = robust.map(|variance| variance.max(f64::MIN_POSITIVE).sqrt());
    let scaled =
        DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |a, b| matrix[(a, b)] / (unit[a] * unit[b]));
    let scaled = (&scaled + scaled.transpose()) * 0.5;
    let is_positive = match convention {
        SmallSample::Ppmlhdfe => symmetric::eigen(scaled.clone())
            .is_none_or(|eigen| eigen.eigenvalues.iter().all(|&value| value >= -ROUNDING)),
        _ => !matrix.diagonal().iter().any(|&variance| variance < 0.0),
    };
    if is_positive {
        return (matrix, false);
    }
    let positive = symmetric::function(scaled, |value| value.max(0.0));
    (DMatrix::from_fn(unit.len(), unit.len(), |a, b| positive[(a, b)] * unit[a] * unit[b]), true)
}

/// A Wald test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wald {
    /// `(R b - q)' (R V R')^-1 (R b - q)`.
    pub statistic: f64,
    /// Rank of `R V R'`.
    pub degrees: usize,
    /// Tail of the chi-squared distribution.
    pub p_value: f64,
}

/// Tests `R b = q`.
///
/// Shapes: `restrictions` is `(restrictions, coefficients)`, `values` one entry per restriction.
#[must_use]
pub fn wald(
    beta: &DVector<f64>,
    covariance: &DMatrix<f64>,
    restrictions: &DMatrix<f64>,
    values: &DVector<f64>,
) -> Wald {
    let gap = restrictions * beta - values;
    let spread = restrictions * covariance * restrictions.transpose();
    let k = spread.nrows();
    if k == 0 {
        return Wald { statistic: 0.0, degrees: 0, p_value: f64::NAN };
    }
    let scale = DVector::from_fn(k, |at, _| 1.0 / spread[(at, at)].max(f64::MIN_POSITIVE).sqrt());
    let scaled = DMatrix::from_fn(k, k, |a, b| spread[(a, b)] * scale[a] * scale[b]);
    let gap = gap.component_mul(&scale);
    let Some(eigen) = symmetric::eigen(scaled) else {
        return Wald { statistic: f64::NAN, degrees: 0, p_value: f64::NAN };
    };
    let (mut statistic, mut degrees) = (0.0, 0);
    for (at, &value) in eigen.eigenvalues.iter().enumerate().filter(|(_, value)| **value > 1e-12) {
        statistic += eigen.eigenvectors.column(at).dot(&gap).powi(2) / value;
        degrees += 1;
    }
    Wald { statistic, degrees, p_value: chi_squared_tail(statistic, degrees as f64) }
}
