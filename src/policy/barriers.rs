//! Barriers other than tariffs as icebergs: the part that agreements remove, for members and for everybody.
//!
//! ```text
//! d        = 1 + AVE - removed
//! services   removed = AVE x cut
//! goods      removed = strength x (cut of the full text, see depth_effect)
//! ```
//!
//! In services a depth class states the share of a barrier that it removes. In goods it states the strength of its text
//! relative to the full text, whose cut is estimated ([`super::depth_effect`]).

use ndarray::Array2;

use super::PolicyParameters;
use super::depth_effect::{DepthEffect, price_cuts};
use crate::data::{Axes, SectorKind};

/// Barriers of every importer, and the estimate of what agreements take off those on goods.
#[derive(Debug, Clone)]
pub struct Barriers {
    /// Ad-valorem equivalent, percent, `[n,j]`.
    ave_pct: Array2<f64>,
    /// Goods or services, `[j]`.
    kinds: Vec<SectorKind>,
    /// Estimate behind the cuts of barriers to goods.
    effect: DepthEffect,
    /// Price cut of goods under the full text at the point estimates, `[j]`.
    price_cuts: Vec<f64>,
}

impl Barriers {
    pub(super) fn new(axes: &Axes, ave_pct: Array2<f64>, effect: DepthEffect) -> Self {
        let price_cuts = price_cuts(effect.net_ln_trade(), axes.sectors.iter().map(|sector| sector.theta));
        let kinds = axes.sectors.iter().map(|sector| sector.kind).collect();
        Self { ave_pct, kinds, effect, price_cuts }
    }

    /// Estimate behind the cuts of barriers to goods.
    #[must_use]
    pub fn effect(&self) -> &DepthEffect {
        &self.effect
    }

    /// Barrier of an importer in a sector, percent.
    #[must_use]
    pub fn ave_pct(&self, importer: usize, sector: usize) -> f64 {
        self.ave_pct[[importer, sector]]
    }

    /// Adds the barriers left after `cuts`, times `share_of_year`, to `factors`, `[j]`.
    pub(super) fn add(
        &self,
        importer: usize,
        share_of_year: f64,
        cuts: &[f64],
        parameters: PolicyParameters,
        factors: &mut [f64],
    ) {
        let aves = self.ave_pct.row(importer);
        let price_cuts = parameters.price_cuts.unwrap_or(&self.price_cuts);
        for (j, (factor, cut)) in factors.iter_mut().zip(cuts).enumerate() {
            let ave = aves[j] / 100.0;
            let removed = match self.kinds[j] {
                SectorKind::Goods => cut * self.effect.removed_ave(ave, price_cuts[j]),
                SectorKind::Services => ave * (cut * parameters.services_cut_ratio).clamp(0.0, 1.0),
            };
            *factor += share_of_year * (ave - removed);
        }
    }
}
