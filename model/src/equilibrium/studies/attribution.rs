//! How much of a welfare change comes from which change: gradients integrated along the way from one counterfactual to
//! another of the same baseline.
//!
//! All costs and factor supplies move together in logs, elasticities and transfers in levels, `x(s) = x_0 + s dx`. With
//! `g` the derivatives of `ln W` at each point of the way,
//!
//! ```text
//! ln W_1 / W_0 = sum over sources b of integral from 0 to 1 of g(s) dx_b ds
//! ```
//!
//! so that the parts of the sources sum to the whole. Parts of trade costs are further told by whose trade they act on:
//! imports of the country, its exports, trade of others. Source: `docs/model.md` section 2.

use ndarray::{Array1, Array3, Zip};

use super::decompose::{DecompositionError, GAP_TOLERANCE};
use super::sensitivity::WelfareGradient;
use crate::equilibrium::counterfactual::result::Equilibrium;
use crate::equilibrium::counterfactual::shock::Shock;
use crate::equilibrium::prepared::PreparedBaseline;

/// Log changes of trade costs that come from one source, `[j,n,i]`.
#[derive(Debug, Clone)]
pub struct Source {
    /// Of `1 + tariff`.
    pub ln_tau: Option<Array3<f64>>,
    /// Of the iceberg factor.
    pub ln_iceberg: Option<Array3<f64>>,
}

/// What a source gives a country, `[n]` each, parts of `ln W_hat`.
#[derive(Debug, Clone)]
pub struct SourcePart {
    /// By its own imports.
    pub imports: Array1<f64>,
    /// By its exports.
    pub exports: Array1<f64>,
    /// By trade of others.
    pub elsewhere: Array1<f64>,
}

impl SourcePart {
    fn zero(n: usize) -> Self {
        let row = || Array1::zeros(n);
        Self { imports: row(), exports: row(), elsewhere: row() }
    }

    /// All three.
    #[must_use]
    pub fn sum(&self) -> Array1<f64> {
        &self.imports + &self.exports + &self.elsewhere
    }
}

/// A welfare change by source, parts of `ln W_1 / W_0`, `[n]` each.
#[derive(Debug, Clone)]
pub struct Attribution {
    /// In the order of the sources.
    pub parts: Vec<SourcePart>,
    /// Supply of labour and capital, of all countries.
    pub factors: Array1<f64>,
    /// Elasticities with which trade responds.
    pub elasticities: Array1<f64>,
    /// The whole.
    pub ln_welfare: Array1<f64>,
    /// The whole less all parts: rounding, and what transfers and economies of scale change, which have no source.
    pub rest: Array1<f64>,
}

/// The way from one counterfactual to another.
pub struct Way<'a> {
    /// Baseline of both.
    pub prepared: &'a PreparedBaseline,
    /// Where it begins; without quotas.
    pub from: &'a Shock,
    /// Where it ends; without quotas.
    pub to: &'a Shock,
}

/// Gauss-Legendre nodes and weights on [-1, 1], the half above 0.
const THREE: [(f64, f64); 2] = [(0.0, 8.0 / 9.0), (0.774_596_669_241_483_4, 5.0 / 9.0)];
const SIX: [(f64, f64); 3] = [
    (0.238_619_186_083_196_9, 0.467_913_934_572_691_04),
    (0.661_209_386_466_264_5, 0.360_761_573_048_138_6),
    (0.932_469_514_203_152, 0.171_324_492_379_170_36),
];
/// Rules that are tried one after another: nodes of a piece, and pieces of the path.
const RULES: [(&[(f64, f64)], usize); 4] = [(&THREE, 1), (&SIX, 1), (&SIX, 4), (&SIX, 16)];

/// Parts of the welfare change along a way whose changes of trade costs are those of the `sources` together.
///
/// # Errors
/// [`DecompositionError`] if a point of the way could not be solved, or, where transfers and economies of scale do not
/// change, if the parts miss the whole by more than 1e-8.
pub fn attribute(way: &Way<'_>, sources: &[Source]) -> Result<Attribution, DecompositionError> {
    let base = way.prepared.economy();
    let welfare = |shock: &Shock| Ok::<_, DecompositionError>(way.prepared.solve(shock)?.ln_welfare(base));
    let ln_welfare = welfare(way.to)? - welfare(way.from)?;
    let has_rest = way.from.transfer_musd != way.to.transfer_musd || way.from.psi_theta != way.to.psi_theta;
    let mut last = None;
    for (rule, pieces) in RULES {
        let mut found = way.integrate(sources, &points(rule, pieces))?;
        let parts =
            found.parts.iter().fold(&found.factors + &found.elasticities, |sum, part| sum + part.sum());
        let rest = &ln_welfare - &parts;
        let gap = rest.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        // The error of a rest that has a meaning is not known: it is taken with the finer rule.
        if if has_rest { rule.len() == SIX.len() } else { gap <= GAP_TOLERANCE } {
            (found.ln_welfare, found.rest) = (ln_welfare, rest);
            return Ok(found);
        }
        last = Some((rest, pieces));
    }
    let (rest, pieces) = last.expect("there are rules");
    let worst = (0..base.n()).max_by(|&a, &b| rest[a].abs().total_cmp(&rest[b].abs()));
    let n = worst.expect("an economy has a country");
    Err(DecompositionError::Gap { country: base.axes.countries[n].iso3.clone(), gap: rest[n], pieces })
}

/// Points of the path with their weights, rising.
fn points(rule: &[(f64, f64)], pieces: usize) -> Vec<(f64, f64)> {
    let mut all = Vec::new();
    for piece in 0..pieces {
        for &(node, weight) in rule {
            let signs: &[f64] = if node == 0.0 { &[1.0] } else { &[-1.0, 1.0] };
            all.extend(signs.iter().map(|sign| {
                let at = (piece as f64 + 0.5 + 0.5 * sign * node) / pieces as f64;
                (at, 0.5 * weight / pieces as f64)
            }));
        }
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    all
}

impl Way<'_> {
    /// The shock at the share `done` of the way.
    fn at(&self, done: f64) -> Shock {
        let base = self.prepared.economy();
        let one = |hat: Option<&Array3<f64>>| hat.cloned().unwrap_or_else(|| Array3::ones(base.tau.dim()));
        let tau = |shock: &Shock| shock.tau.clone().unwrap_or_else(|| base.tau.clone());
        let in_logs = |from: &f64, to: &f64| from * (to / from).powf(done);
        let factor = |shock: &Shock| shock.factor_hat.clone().unwrap_or_else(|| Array1::ones(base.n()));
        let has_factor = self.from.factor_hat.is_some() || self.to.factor_hat.is_some();
        let transfer = |shock: &Shock| shock.transfer_musd.clone().unwrap_or_else(|| Array1::zeros(base.n()));
        let has_transfer = self.from.transfer_musd.is_some() || self.to.transfer_musd.is_some();
        let psi_theta = self.from.psi_theta.as_ref().zip(self.to.psi_theta.as_ref());
        let (icebergs, taus) = (
            [self.from, self.to].map(|shock| one(shock.iceberg_hat.as_ref())),
            [self.from, self.to].map(tau),
        );
        Shock {
            tau: Some(Zip::from(&taus[0]).and(&taus[1]).map_collect(in_logs).into()),
            iceberg_hat: Some(Zip::from(&icebergs[0]).and(&icebergs[1]).map_collect(in_logs)),
            factor_hat: has_factor
                .then(|| Zip::from(&factor(self.from)).and(&factor(self.to)).map_collect(in_logs)),
            transfer_musd: has_transfer
                .then(|| (1.0 - done) * transfer(self.from) + done * transfer(self.to)),
            theta: Some((1.0 - done) * self.from.theta(base) + done * self.to.theta(base)),
            psi_theta: psi_theta.map(|(from, to)| (1.0 - done) * from + done * to),
            ..Shock::default()
        }
    }

    fn integrate(
        &self,
        sources: &[Source],
        points: &[(f64, f64)],
    ) -> Result<Attribution, DecompositionError> {
        let base = self.prepared.economy();
        let row = || Array1::zeros(base.n());
        let mut sum = Attribution {
            parts: sources.iter().map(|_| SourcePart::zero(base.n())).collect(),
            factors: row(),
            elasticities: row(),
            ln_welfare: row(),
            rest: row(),
        };
        let mut near = None;
        for &(done, weight) in points {
            let shock = self.at(done);
            let solved = match &near {
                Some(near) => self.prepared.solve_from(&shock, near)?,
                None => self.prepared.solve(&shock)?,
            };
            for (n, found) in self.slopes(&shock, &solved, sources)?.into_iter().enumerate() {
                for (part, [imports, exports, elsewhere]) in sum.parts.iter_mut().zip(found.sources) {
                    part.imports[n] += weight * imports;
                    part.exports[n] += weight * exports;
                    part.elsewhere[n] += weight * elsewhere;
                }
                sum.factors[n] += weight * found.factors;
                sum.elasticities[n] += weight * found.elasticities;
            }
            near = Some(solved);
        }
        Ok(sum)
    }

    /// Derivatives of `ln W` along the way at one point, by country.
    fn slopes(
        &self,
        shock: &Shock,
        solved: &Equilibrium,
        sources: &[Source],
    ) -> Result<Vec<Slopes>, DecompositionError> {
        let base = self.prepared.economy();
        let sensitivity = self.prepared.sensitivity(shock, solved);
        let d_theta = self.to.theta(base) - self.from.theta(base);
        let ln = |shock: &Shock| {
            shock.factor_hat.as_ref().map_or_else(|| Array1::zeros(base.n()), |hat| hat.mapv(f64::ln))
        };
        let d_factor = ln(self.to) - ln(self.from);
        let of_country = |n: usize, gradient: WelfareGradient| {
            let by_ln_tau = &gradient.tau * &solved.tau;
            let along = |source: &Source| {
                let mut sums = [0.0; 3];
                let both = [(&source.ln_tau, &by_ln_tau), (&source.ln_iceberg, &gradient.ln_iceberg)];
                for (change, slope) in both {
                    let Some(change) = change else { continue };
                    for (((_, m, i), change), slope) in change.indexed_iter().zip(slope) {
                        sums[whose(n, m, i)] += change * slope;
                    }
                }
                sums
            };
            Slopes {
                sources: sources.iter().map(along).collect(),
                factors: gradient.ln_factor.iter().zip(&d_factor).map(|(slope, change)| slope * change).sum(),
                elasticities: gradient.theta.iter().zip(&d_theta).map(|(slope, change)| slope * change).sum(),
            }
        };
        sensitivity.of_each_welfare(&of_country).ok_or_else(|| {
            let singular = (0..base.n()).find(|&n| sensitivity.welfare(n).is_none()).unwrap_or(0);
            DecompositionError::Singular { country: base.axes.countries[singular].iso3.clone() }
        })
    }
}

/// Derivatives of `ln W` of a country along the way.
struct Slopes {
    /// Imports, exports, elsewhere of each source.
    sources: Vec<[f64; 3]>,
    factors: f64,
    elasticities: f64,
}

/// 0 imports of `n`, 1 exports, 2 trade of others.
fn whose(n: usize, importer: usize, exporter: usize) -> usize {
    if importer == n { 0 } else { 2 - usize::from(exporter == n) }
}
