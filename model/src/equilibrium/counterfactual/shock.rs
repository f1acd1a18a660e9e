//! What a counterfactual asks: a shock to the baseline, and how deficits behave under it.

use ndarray::{Array1, Array2, Array3, Zip};

use super::quota::Quota;
use crate::economy::{Economy, Tariffs};

/// How deficits behave in the counterfactual (`docs/model.md` section 2).
#[derive(Debug, Clone, PartialEq)]
pub enum Closure {
    /// D' = D in units of the numeraire.
    Fixed,
    /// The baseline is first re-solved with D = 0.
    Zero,
    /// `D' = w_hat VA ((1 + D/VA) xi - 1)`: what a country spends over what it earns, up to one world factor xi
    /// such that deficits sum to 0.
    GdpShare,
    /// D' in million USD, `[n]`.
    Given(Array1<f64>),
}

/// What changes: every field absent means no change.
#[derive(Debug, Clone, Default)]
pub struct Shock {
    /// 1 + tariff in the counterfactual, `[j,n,i]`.
    pub tau: Option<Tariffs>,
    /// d'/d, `[j,n,i]`.
    pub iceberg_hat: Option<Array3<f64>>,
    /// Technology A'/A, `[i,j]`.
    pub technology_hat: Option<Array2<f64>>,
    /// Real GDP (value added deflated by consumption prices) to be met by endowments, as a ratio, `[n]`;
    /// the numeraire, world value added, then grows with its value-weighted mean.
    pub real_gdp_hat: Option<Array1<f64>>,
    /// Supply of the composite of labour and capital as a ratio, `[n]` (`docs/model.md` section 6); not together with
    /// `real_gdp_hat`, which sets it. The numeraire, world value added, is unchanged.
    pub factor_hat: Option<Array1<f64>>,
    /// Economies of scale `psi theta` `[j]` of this response in place of the baseline's; read only where the baseline was
    /// prepared with economies of scale.
    pub psi_theta: Option<Array1<f64>>,
    /// Trade elasticities of the response in place of the baseline's, `[j]`; baseline shares stay.
    pub theta: Option<Array1<f64>>,
    /// Income from abroad on top of the deficits of the closure, million USD, `[n]`; sums to 0.
    pub transfer_musd: Option<Array1<f64>>,
    /// Tariff-rate quotas; their products are taken out of the cells that `tau` is about.
    pub quotas: Vec<Quota>,
}

impl Shock {
    /// Elasticities with which trade responds to this shock, `[j]`.
    #[must_use]
    pub fn theta<'a>(&'a self, base: &'a Economy) -> &'a Array1<f64> {
        self.theta.as_ref().unwrap_or(&base.theta)
    }

    /// d'/d of the cell `[j,n,i]`; 1 where the shock does not change icebergs.
    #[inline]
    pub(in crate::equilibrium) fn iceberg_hat_at(&self, at: [usize; 3]) -> f64 {
        self.iceberg_hat.as_ref().map_or(1.0, |hat| hat[at])
    }

    /// A'/A of sector `j` in country `i`; 1 where the shock does not change technology.
    #[inline]
    pub(in crate::equilibrium) fn technology_hat_at(&self, i: usize, j: usize) -> f64 {
        self.technology_hat.as_ref().map_or(1.0, |hat| hat[[i, j]])
    }

    /// The share `done` of this shock, in logs; elasticities hold along the whole path.
    #[must_use]
    pub fn part(&self, base: &Economy, done: f64) -> Self {
        let power = |hat: f64| hat.powf(done);
        Self {
            tau: self.tau.as_ref().map(|to| {
                Zip::from(&base.tau).and(to).map_collect(|from, to| from * power(to / from)).into()
            }),
            iceberg_hat: self.iceberg_hat.as_ref().map(|hat| hat.mapv(power)),
            technology_hat: self.technology_hat.as_ref().map(|hat| hat.mapv(power)),
            real_gdp_hat: self.real_gdp_hat.as_ref().map(|hat| hat.mapv(power)),
            factor_hat: self.factor_hat.as_ref().map(|hat| hat.mapv(power)),
            psi_theta: self.psi_theta.clone(),
            theta: self.theta.clone(),
            transfer_musd: self.transfer_musd.as_ref().map(|transfer| done * transfer),
            quotas: self.quotas.clone(),
        }
    }
}
