//! From the estimated effect of deep agreements on trade to cuts of barriers to goods (`docs/model.md` sections 4, 7, 8).
//!
//! ```text
//! beta(s)      = (1 - s) b0 + s b1                  ln trade, s = share of the provisions that the estimate counts
//! beta_net     = max(0, beta(text depth) - tariffs + origin)
//!                                                   effect of the full text beyond tariffs and proof of origin
//! price cut[j] = 1 - exp(-beta_net / theta[j])
//! ```

/// A number with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Point estimate.
    pub value: f64,
    /// Standard error, 0 or more.
    pub se: f64,
}

/// `depth_effect.csv`: the estimate, and the figures that convert it to cuts of barriers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DepthEffect {
    /// Change of ln trade by an agreement without provisions.
    pub no_depth: Estimate,
    /// Change of ln trade by an agreement with all provisions.
    pub full_depth: Estimate,
    /// Covariance of the two.
    pub covariance: f64,
    /// Share of the provisions that the full text contains.
    pub text_depth_share: f64,
    /// Part of the estimate that preferential tariffs explain, ln trade.
    pub tariff: Estimate,
    /// Part of the estimate that the cost of proving origin took away, ln trade: it is charged on its own.
    pub origin_ln_trade: f64,
}

impl DepthEffect {
    /// Effect of the full text on ln trade beyond tariffs and the cost of proving origin. Tables that make it negative are refused.
    #[must_use]
    pub fn net_ln_trade(&self) -> f64 {
        let s = self.text_depth_share;
        (1.0 - s) * self.no_depth.value + s * self.full_depth.value - self.tariff.value + self.origin_ln_trade
    }

    /// Standard error of [`Self::net_ln_trade`], from the two estimates with their covariance and the tariff part,
    /// which is taken as independent.
    #[must_use]
    pub fn net_se(&self) -> f64 {
        let (none, full) = (1.0 - self.text_depth_share, self.text_depth_share);
        let estimated = (none * self.no_depth.se).powi(2)
            + (full * self.full_depth.se).powi(2)
            + 2.0 * none * full * self.covariance;
        (estimated + self.tariff.se.powi(2)).max(0.0).sqrt()
    }
}

/// `1 - exp(-beta_net / theta)` by sector, `[j]`; 0 if `net_ln_trade` is negative or the sector is not traded.
pub fn price_cuts(net_ln_trade: f64, theta: impl IntoIterator<Item = Option<f64>>) -> Vec<f64> {
    // Without an elasticity a sector is not traded.
    let cut = |theta: Option<f64>| theta.map_or(0.0, |theta| -(-net_ln_trade.max(0.0) / theta).exp_m1());
    theta.into_iter().map(cut).collect()
}
