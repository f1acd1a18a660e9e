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

use jiff::civil::Date;
use ndarray::Array2;

use super::PolicyParameters;
use super::book::PolicyBook;
use super::depth_effect::{DepthEffect, price_cuts};
use super::regime::Situation;
use super::regimes::Regimes;
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

/// Cuts by one importer's agreements that reach everybody, by date. They are the same for all its partners.
#[derive(Debug, Default)]
pub(super) struct Spillovers(Vec<(Date, Vec<f64>)>);

impl Spillovers {
    /// Depth of the agreements in a situation on `date`, `[j]`; see [`super::depth::Depth`].
    ///
    /// The deepest agreement of the pair counts, or the spill-over of the importer's deepest if that is more.
    pub fn cut_shares(
        &mut self,
        book: &PolicyBook,
        regimes: &Regimes,
        situation: &Situation<'_>,
        date: Date,
        cuts: &mut [f64],
    ) {
        cuts.copy_from_slice(self.on(book, regimes, situation.pair.0, date));
        for binding in situation.bindings.iter().filter(|binding| binding.is_mutual) {
            let depth = book.depths.of(book.agreements[binding.agreement].depth);
            deepen(cuts, depth.shares(binding.age_years, false));
        }
    }

    fn on(&mut self, book: &PolicyBook, regimes: &Regimes, importer: usize, date: Date) -> &[f64] {
        let known = self.0.iter().position(|(day, _)| *day == date);
        let at = known.unwrap_or_else(|| {
            let mut cuts = vec![0.0; book.axes.n_sectors()];
            for (agreement, years) in regimes.own_bindings(book, importer, date) {
                deepen(&mut cuts, book.depths.of(book.agreements[agreement].depth).shares(years, true));
            }
            self.0.push((date, cuts));
            self.0.len() - 1
        });
        &self.0[at].1
    }
}

/// Raises each share to that of another agreement, if that is higher: the deepest agreement counts.
fn deepen(cuts: &mut [f64], further: &[f64]) {
    cuts.iter_mut().zip(further).for_each(|(cut, further)| *cut = cut.max(*further));
}
