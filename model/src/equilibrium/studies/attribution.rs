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
use super::directions::{Directions, Slopes};
pub use super::source::Source;
use crate::equilibrium::counterfactual::result::Equilibrium;
use crate::equilibrium::counterfactual::shock::Shock;
use crate::equilibrium::linearised::linear::Accuracy;
use crate::equilibrium::prepared::PreparedBaseline;
use crate::sorted::sort_by;

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

/// Gauss-Legendre nodes and weights on [-1, 1], the half from 0 on.
const THREE: [(f64, f64); 2] = [(0.0, 8.0 / 9.0), (0.774_596_669_241_483_4, 5.0 / 9.0)];
const SIX: [(f64, f64); 3] = [
    (0.238_619_186_083_196_9, 0.467_913_934_572_691_04),
    (0.661_209_386_466_264_5, 0.360_761_573_048_138_6),
    (0.932_469_514_203_152, 0.171_324_492_379_170_36),
];
/// Kronrod's seven nodes and weights, which hold the three of Gauss: degree 11, as six nodes of Gauss.
const SEVEN: [(f64, f64); 4] = [
    (0.0, 0.450_916_538_658_474_14),
    (0.434_243_749_346_802_56, 0.401_397_414_775_962_2),
    (0.774_596_669_241_483_4, 0.268_488_089_868_333_44),
    (0.960_491_268_708_020_3, 0.104_656_226_026_467_27),
];
/// Rules that are tried one after another: nodes of a piece, and pieces of the path.
const RULES: [(&[(f64, f64)], usize); 4] = [(&THREE, 1), (&SEVEN, 1), (&SIX, 4), (&SIX, 16)];
/// Change of a round, relative to the largest derivative, at which an adjoint counts as solved: far below the gap that
/// parts may leave.
const ACCURACY: f64 = 1e-12;

/// Parts of the welfare change along a way whose changes of trade costs are those of the `sources` together.
///
/// # Errors
/// [`DecompositionError`] if a point of the way could not be solved, or, where transfers and economies of scale do not
/// change, if the parts miss the whole by more than 1e-8.
pub fn attribute(way: &Way<'_>, sources: &[Source]) -> Result<Attribution, DecompositionError> {
    let base = way.prepared.economy();
    let [first, last] = [way.prepared.solve(way.from)?, way.prepared.solve(way.to)?];
    let ln_welfare = last.ln_welfare(base) - first.ln_welfare(base);
    let has_rest = way.from.transfer_musd != way.to.transfer_musd || way.from.psi_theta != way.to.psi_theta;
    let directions = way.directions(sources);
    let mut known = Known { solved: vec![(0.0, first), (1.0, last)], slopes: Vec::new() };
    let mut missed = None;
    for (rule, pieces) in RULES {
        let mut found = way.integrate(&directions, &points(rule, pieces), &mut known)?;
        let parts =
            found.parts.iter().fold(&found.factors + &found.elasticities, |sum, part| sum + part.sum());
        let rest = &ln_welfare - &parts;
        let gap = rest.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        // The error of a rest that has a meaning is not known: it is taken with the finer rule.
        if if has_rest { rule.len() > THREE.len() } else { gap <= GAP_TOLERANCE } {
            (found.ln_welfare, found.rest) = (ln_welfare, rest);
            return Ok(found);
        }
        missed = Some((rest, pieces));
    }
    let (rest, pieces) = missed.expect("there are rules");
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
    sort_by(&mut all, |a, b| a.0.total_cmp(&b.0));
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

    /// The weighted sum over points; what earlier rules found at one of them serves again.
    fn integrate(
        &self,
        directions: &Directions,
        points: &[(f64, f64)],
        known: &mut Known,
    ) -> Result<Attribution, DecompositionError> {
        let n = self.prepared.economy().n();
        let row = || Array1::zeros(n);
        let n_sources = directions.n_sources();
        let mut sum = Attribution {
            parts: (0..n_sources).map(|_| SourcePart::zero(n)).collect(),
            factors: row(),
            elasticities: row(),
            ln_welfare: row(),
            rest: row(),
        };
        for &(done, weight) in points {
            let slopes = match known.slopes.iter().position(|(at, _)| *at == done) {
                Some(at) => at,
                None => {
                    let found = self.slopes(directions, done, known)?;
                    known.slopes.push((done, found));
                    known.slopes.len() - 1
                }
            };
            for (n, found) in known.slopes[slopes].1.iter().enumerate() {
                for (part, [imports, exports, elsewhere]) in sum.parts.iter_mut().zip(&found.sources) {
                    part.imports[n] += weight * imports;
                    part.exports[n] += weight * exports;
                    part.elsewhere[n] += weight * elsewhere;
                }
                sum.factors[n] += weight * found.factors;
                sum.elasticities[n] += weight * found.elasticities;
            }
        }
        Ok(sum)
    }

    /// Derivatives of `ln W` along the way at one point, by country; the search starts at the nearest point that is known.
    fn slopes(
        &self,
        directions: &Directions,
        done: f64,
        known: &mut Known,
    ) -> Result<Vec<Slopes>, DecompositionError> {
        let shock = self.at(done);
        let nearest =
            known.solved.iter().min_by(|(a, _), (b, _)| (a - done).abs().total_cmp(&(b - done).abs()));
        let solved = match nearest {
            Some((_, near)) => self.prepared.solve_from(&shock, &near.starting_point())?,
            None => self.prepared.solve(&shock)?,
        };
        let sensitivity = self.prepared.sensitivity_to(Accuracy::Within(ACCURACY), &shock, &solved);
        let slopes = directions.slopes(&sensitivity).ok_or_else(|| {
            let base = self.prepared.economy();
            let singular = (0..base.n()).find(|&n| sensitivity.welfare(n).is_none()).unwrap_or(0);
            DecompositionError::Singular { country: base.axes.countries[singular].iso3.clone() }
        })?;
        known.solved.push((done, solved));
        Ok(slopes)
    }

    /// The changes of the whole way.
    fn directions(&self, sources: &[Source]) -> Directions {
        let base = self.prepared.economy();
        let ln = |shock: &Shock| {
            shock.factor_hat.as_ref().map_or_else(|| Array1::zeros(base.n()), |hat| hat.mapv(f64::ln))
        };
        let theta = self.to.theta(base) - self.from.theta(base);
        Directions::new(sources, base.tau.dim().into(), theta, ln(self.to) - ln(self.from))
    }
}

/// What has been found along a way: equilibria, and derivatives by country.
struct Known {
    solved: Vec<(f64, Equilibrium)>,
    slopes: Vec<(f64, Vec<Slopes>)>,
}

#[cfg(test)]
mod tests {
    use super::{SEVEN, SIX, THREE, points};

    #[test]
    fn rules_integrate_what_they_are_made_for() {
        for (rule, degree) in [(&THREE[..], 5), (&SIX, 11), (&SEVEN, 11)] {
            for power in 0..=degree {
                let sum: f64 = points(rule, 1).iter().map(|(at, weight)| weight * at.powi(power)).sum();
                assert!((sum - 1.0 / f64::from(power + 1)).abs() < 1e-14, "{power}");
            }
        }
    }

    #[test]
    fn the_seven_points_hold_the_three() {
        let (few, many) = (points(&THREE, 1), points(&SEVEN, 1));
        assert!(few.iter().all(|(at, _)| many.iter().any(|(other, _)| other == at)));
    }
}
