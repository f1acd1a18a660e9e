//! Parameters of a draw: the same for every option and year, so that options are compared on equal terms.

use ndarray::Array1;

use super::numbers::{Numbers, Parameter};
use super::plan::{Triangular, Uncertainty};
use super::point::Point;
use crate::data::{Axes, Country, Sector};
use crate::numerics::distributions::{normal_quantile, triangular_quantile};
use crate::policy::depth_effect::price_cuts;
use crate::policy::{DepthEffect, PolicyParameters};
use crate::projection::Capital;

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnParameters {
    /// Of [`PolicyParameters::utilisation_ratio`].
    pub utilisation_ratio: f64,
    /// Of [`PolicyParameters::services_cut_ratio`].
    pub services_cut_ratio: f64,
    /// Multiplies the shares of capital in value added.
    pub capital_share_ratio: f64,
    /// What the full text of an agreement takes off the price of goods, `[j]`; `None` = by the point estimates.
    pub price_cuts: Option<Vec<f64>>,
    /// Trade elasticities, `[j]`; `None` = those of the data set.
    pub theta: Option<Array1<f64>>,
    /// Error of mean growth over five years, `[n]`, percentage points a year; `None` = growth as in the growth table.
    pub growth_error_pct: Option<Array1<f64>>,
}

/// Years over which the error of growth is stated.
const YEARS_OF_ERROR: f64 = 5.0;

impl DrawnParameters {
    /// The central case.
    #[must_use]
    pub fn central() -> Self {
        let PolicyParameters { utilisation_ratio, services_cut_ratio, .. } = PolicyParameters::default();
        let capital_share_ratio = 1.0;
        let (price_cuts, theta, growth_error_pct) = (None, None, None);
        Self {
            utilisation_ratio,
            services_cut_ratio,
            capital_share_ratio,
            price_cuts,
            theta,
            growth_error_pct,
        }
    }

    /// How capital accumulates in the draw.
    pub(super) fn capital(&self, central: &Capital) -> Capital {
        central.with_shares_times(self.capital_share_ratio)
    }

    /// Log of factor supply over that of the baseline path, `[n]`, so many years after the start of the plan; `None` where it
    /// is the same. The variance of the level grows evenly, and is that of five years of the stated error after five years.
    pub(super) fn ln_factor(&self, years: i16) -> Option<Array1<f64>> {
        let error = self.growth_error_pct.as_ref().filter(|_| years > 0)?;
        Some(error * ((YEARS_OF_ERROR * f64::from(years)).sqrt() / 100.0))
    }

    /// Those of the policy layer.
    #[must_use]
    pub fn policy(&self) -> PolicyParameters<'_> {
        PolicyParameters {
            utilisation_ratio: self.utilisation_ratio,
            services_cut_ratio: self.services_cut_ratio,
            price_cuts: self.price_cuts.as_deref(),
        }
    }

    /// Parameters of the draw that `numbers` are of.
    ///
    /// Elasticities are log-normal with the mean and standard error of the data set, independent by sector;
    /// a sector without a standard error keeps its elasticity. The trade effect of depth is normal, cut off at 0,
    /// and becomes a cut of prices by the elasticities of the same draw. Errors of growth are normal, independent by country.
    #[must_use]
    pub fn draw(
        uncertainty: &Uncertainty,
        (axes, theta): (&Axes, &Array1<f64>),
        effect: &DepthEffect,
        numbers: Numbers<'_>,
    ) -> Self {
        let sectors = axes.sectors.as_slice();
        let triangular =
            |of: &Triangular, which| triangular_quantile(of.low, of.mode, of.high, numbers.uniform(which));
        let drawn = |(j, (sector, &mean)): (usize, (&Sector, &f64))| {
            let which = Parameter::Elasticity { sector: &sector.id, j };
            theta_at(sector, mean, uncertainty.theta_se_ratio, numbers.uniform(which))
        };
        let is_drawn = uncertainty.theta_se_ratio > 0.0;
        let drawn_theta: Option<Array1<f64>> =
            is_drawn.then(|| sectors.iter().zip(theta).enumerate().map(drawn).collect());
        let deviation = uncertainty.depth_se_ratio * normal_quantile(numbers.uniform(Parameter::Depth));
        let net_ln_trade = effect.net_ln_trade() + effect.net_se() * deviation;
        let theta_of = drawn_theta.as_ref().unwrap_or(theta);
        let traded = sectors.iter().zip(theta_of).map(|(sector, &theta)| sector.theta.map(|_| theta));
        Self {
            utilisation_ratio: triangular(&uncertainty.utilisation_ratio, Parameter::Utilisation),
            services_cut_ratio: triangular(&uncertainty.services_cut_ratio, Parameter::Services),
            capital_share_ratio: uncertainty
                .capital_share_ratio
                .as_ref()
                .map_or(1.0, |of| triangular(of, Parameter::Capital)),
            price_cuts: Some(price_cuts(net_ln_trade, traded)),
            theta: drawn_theta,
            growth_error_pct: growth_error(uncertainty, axes, numbers),
        }
    }
}

/// Normal errors of growth by country.
fn growth_error(uncertainty: &Uncertainty, axes: &Axes, numbers: Numbers<'_>) -> Option<Array1<f64>> {
    let se = uncertainty.growth_pct.as_ref().map(|growth| growth.five_year_se).filter(|se| *se > 0.0)?;
    let of = |(n, country): (usize, &Country)| {
        let which = Parameter::Growth { iso3: &country.iso3, after: axes.n_sectors(), n };
        se * normal_quantile(numbers.uniform(which))
    };
    Some(axes.countries.iter().enumerate().map(of).collect())
}

/// Elasticity of a sector in a draw (seed, draw): log-normal with this mean and the standard error of the data set times
/// `se_ratio`; without a standard error it is certain.
#[must_use]
pub fn drawn_theta(sector: &Sector, mean: f64, se_ratio: f64, (seed, draw): (u64, u64)) -> f64 {
    let which = Parameter::Elasticity { sector: &sector.id, j: 0 };
    theta_at(sector, mean, se_ratio, Numbers::Streams { seed, point: Point::of(draw) }.uniform(which))
}

/// The same where the elasticity stands at `uniform` (0 to 1) of its distribution.
fn theta_at(sector: &Sector, mean: f64, se_ratio: f64, uniform: f64) -> f64 {
    let variation = se_ratio * sector.theta_se.unwrap_or(0.0) / mean;
    let variance = (variation * variation).ln_1p();
    mean * (variance.sqrt() * normal_quantile(uniform) - variance / 2.0).exp()
}
