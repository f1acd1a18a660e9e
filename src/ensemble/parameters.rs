//! Parameters of a draw: the same for every option and year, so that options are compared on equal terms.

use ndarray::Array1;

use super::plan::{Triangular, Uncertainty};
use crate::data::Sector;
use crate::numerics::distributions::{normal_quantile, triangular_quantile};
use crate::policy::PolicyParameters;
use crate::rng::Stream;

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnParameters {
    /// Of the policy layer.
    pub policy: PolicyParameters,
    /// Trade elasticities, `[j]`; `None` = those of the data set.
    pub theta: Option<Array1<f64>>,
}

impl DrawnParameters {
    /// The central case.
    #[must_use]
    pub fn central() -> Self {
        Self { policy: PolicyParameters::default(), theta: None }
    }

    /// Parameters of draw `draw`.
    ///
    /// Elasticities are log-normal with the mean and standard error of the data set, independent by sector;
    /// a sector without a standard error keeps its elasticity.
    #[must_use]
    pub fn draw(
        uncertainty: &Uncertainty,
        sectors: &[Sector],
        theta: &Array1<f64>,
        seed: u64,
        draw: u64,
    ) -> Self {
        let uniform = |name: &str| Stream::new(seed, draw, name).uniform();
        let triangular = |of: &Triangular, name| triangular_quantile(of.low, of.mode, of.high, uniform(name));
        let policy = PolicyParameters {
            utilisation_ratio: triangular(&uncertainty.utilisation_ratio, "parameter.utilisation_ratio"),
            barrier_cut_ratio: triangular(&uncertainty.barrier_cut_ratio, "parameter.barrier_cut_ratio"),
        };
        let drawn = |(sector, &mean): (&Sector, &f64)| {
            let variation = uncertainty.theta_se_ratio * sector.theta_se.unwrap_or(0.0) / mean;
            let variance = (variation * variation).ln_1p();
            let normal = normal_quantile(uniform(&format!("parameter.theta.{}", sector.id)));
            mean * (variance.sqrt() * normal - variance / 2.0).exp()
        };
        let is_drawn = uncertainty.theta_se_ratio > 0.0;
        Self { policy, theta: is_drawn.then(|| sectors.iter().zip(theta).map(drawn).collect()) }
    }
}
