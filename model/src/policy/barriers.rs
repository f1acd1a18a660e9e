//! Barriers other than tariffs as icebergs: what the texts in force leave of them.
//!
//! ```text
//! d = 1 + AVE_0 - removed(J)          J = joined strength of the texts, see overlap; removed, AVE_0 see cuts
//! ```
//!
//! `AVE_0` is such that the texts in force on the base date leave the barrier that was measured.

use jiff::civil::Date;
use ndarray::{Array2, Array3};

use super::PolicyParameters;
use super::cuts::Cut;
use super::depth_effect::{DepthEffect, price_cuts};
use crate::data::{Axes, Pair};

/// What agreements can do to the barriers of a sector.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FullText {
    /// Share of a barrier that can be acted on at all, below 1.
    pub actionable_share: f64,
    /// Share of a barrier that the full text removes; `None` = by the estimate ([`super::depth_effect`]).
    pub cut_share: Option<f64>,
    /// Day whose agreements are in the measured barriers.
    pub measured_on: Date,
}

/// Barriers of every importer, and what agreements take off them.
#[derive(Debug, Clone)]
pub struct Barriers {
    /// Measured ad-valorem equivalent, percent, `[n,j]`.
    ave_pct: Array2<f64>,
    /// What the full text does, `[j]`.
    pub(super) full_text: Vec<FullText>,
    /// Estimate behind the cuts of barriers to goods.
    effect: DepthEffect,
    /// Price cut of goods under the full text at the point estimates, `[j]`.
    price_cuts: Vec<f64>,
    /// Joined strength of the texts of the day on which barriers were measured, `[n,i,j]`.
    pub(super) joined_base: Array3<f64>,
}

impl Barriers {
    pub(super) fn new(
        axes: &Axes,
        ave_pct: Array2<f64>,
        full_text: Vec<FullText>,
        effect: DepthEffect,
    ) -> Self {
        let price_cuts = price_cuts(effect.net_ln_trade(), axes.sectors.iter().map(|sector| sector.theta));
        let joined_base = Array3::zeros((axes.n_countries(), axes.n_countries(), axes.n_sectors()));
        Self { ave_pct, full_text, effect, price_cuts, joined_base }
    }

    /// Estimate behind the cuts of barriers to goods.
    #[must_use]
    pub fn effect(&self) -> &DepthEffect {
        &self.effect
    }

    /// Measured barrier of an importer in a sector, percent.
    #[must_use]
    pub fn ave_pct(&self, importer: usize, sector: usize) -> f64 {
        self.ave_pct[[importer, sector]]
    }

    /// What agreements can do to the barriers of a sector.
    #[must_use]
    pub fn full_text(&self, sector: usize) -> &FullText {
        &self.full_text[sector]
    }

    /// Joined strength of the texts that the measured barrier of a pair contains.
    #[must_use]
    pub fn joined_base(&self, pair: Pair, sector: usize) -> f64 {
        self.joined_base[[pair.importer, pair.exporter, sector]]
    }

    /// What the full text removes from barriers of a sector.
    #[must_use]
    pub fn cut(&self, sector: usize, parameters: PolicyParameters) -> Cut {
        let FullText { actionable_share, cut_share, .. } = self.full_text[sector];
        match cut_share {
            None => {
                let price_cuts = parameters.price_cuts.unwrap_or(&self.price_cuts);
                Cut::OfPrice { price_cut: price_cuts[sector], actionable_share }
            }
            Some(share) => {
                let cut_share = (share * parameters.services_cut_ratio).clamp(0.0, 1.0);
                Cut::OfBarrier { cut_share, actionable_share }
            }
        }
    }

    /// What the full text removes, `[j]`.
    pub(super) fn cuts(&self, parameters: PolicyParameters<'_>) -> Vec<Cut> {
        (0..self.full_text.len()).map(|j| self.cut(j, parameters)).collect()
    }

    /// Barriers of a pair without any agreement, `[j]`, where the full text removes `cuts`.
    pub(super) fn without_agreements(&self, pair: Pair, cuts: &[Cut]) -> Vec<f64> {
        let without = |(j, cut): (usize, &Cut)| {
            let measured = self.ave_pct[[pair.importer, j]] / 100.0;
            cut.without_agreements(measured, self.joined_base(pair, j))
        };
        cuts.iter().enumerate().map(without).collect()
    }
}

/// Adds the barriers under texts of joined strength `joined`, times `share_of_year`, to `factors`; `without` any agreement
/// they are those of [`Barriers::without_agreements`]. All `[j]`.
pub(super) fn add_barriers(
    (cuts, without): (&[Cut], &[f64]),
    (joined, share_of_year): (&[f64], f64),
    factors: &mut [f64],
) {
    for (((factor, joined), cut), without) in factors.iter_mut().zip(joined).zip(cuts).zip(without) {
        *factor += share_of_year * (without - cut.removed(*without, *joined));
    }
}
