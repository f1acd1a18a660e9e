//! From the joined strength of the texts in force to the barrier that is left (`docs/model.md` section 4).
//!
//! ```text
//! goods       removed(J) = min(J (1 + AVE_0) price cut, actionable AVE_0)
//! services    removed(J) = min(J cut, actionable) AVE_0
//! AVE_0 - removed(J_base) = the barrier that was measured
//! ```
//!
//! What the texts of the base date remove is in the measured barrier, so that nothing in force on that day acts again.

/// What the full text removes from one barrier. All figures are ratios.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cut {
    /// Goods: share of the price.
    OfPrice {
        /// `1 - exp(-effect / theta)`.
        price_cut: f64,
        /// Share of a barrier that agreements can act on at all, below 1.
        actionable_share: f64,
    },
    /// Services: share of the barrier.
    OfBarrier {
        /// Share of a barrier that the full text removes.
        cut_share: f64,
        /// Share of a barrier that agreements can act on at all, below 1.
        actionable_share: f64,
    },
}

impl Cut {
    /// Barrier without any agreement: what was measured, and what the texts of the base date had removed from it.
    #[must_use]
    pub fn without_agreements(&self, measured_ave: f64, joined_base: f64) -> f64 {
        match *self {
            Self::OfPrice { price_cut, actionable_share } => {
                // The smaller of the two solutions is that of the term that counts.
                let bound = measured_ave / (1.0 - actionable_share);
                let gone = joined_base * price_cut;
                if gone < 1.0 { bound.min((measured_ave + gone) / (1.0 - gone)) } else { bound }
            }
            Self::OfBarrier { cut_share, actionable_share } => {
                measured_ave / (1.0 - (joined_base * cut_share).min(actionable_share))
            }
        }
    }

    /// Part of a barrier that texts of joined strength `joined` remove.
    #[must_use]
    pub fn removed(&self, ave_without: f64, joined: f64) -> f64 {
        match *self {
            Self::OfPrice { price_cut, actionable_share } => {
                (joined * (1.0 + ave_without) * price_cut).min(actionable_share * ave_without)
            }
            Self::OfBarrier { cut_share, actionable_share } => {
                (joined * cut_share).min(actionable_share) * ave_without
            }
        }
    }

    /// Barrier that is left now, given the one that was measured under the texts of the base date.
    #[must_use]
    pub fn left(&self, measured_ave: f64, joined_base: f64, joined_now: f64) -> f64 {
        let without = self.without_agreements(measured_ave, joined_base);
        without - self.removed(without, joined_now)
    }
}

#[cfg(test)]
mod tests {
    use super::Cut;

    #[test]
    fn the_texts_of_the_base_date_leave_what_was_measured_whichever_term_counts() {
        for measured in [0.0, 0.02, 0.1, 0.8] {
            for joined in [0.0, 0.3, 1.0, 1.4, 30.0] {
                for cut in [
                    Cut::OfPrice { price_cut: 0.045, actionable_share: 0.563 },
                    Cut::OfBarrier { cut_share: 0.2, actionable_share: 0.375 },
                ] {
                    assert!((cut.left(measured, joined, joined) - measured).abs() < 1e-12);
                    assert!(cut.left(measured, joined, joined + 0.1) <= measured + 1e-12);
                    assert!(cut.left(measured, joined, 0.0) >= measured - 1e-12);
                }
            }
        }
    }
}
