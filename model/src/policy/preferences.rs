//! Who claims a preference: the share of trade that uses it, the share that may, and what proving origin costs.

use ndarray::Array2;

use super::binding::Binding;
use super::groups::Group;
use super::origin::{OriginRule, OriginRules};
use super::utilisation::{Utilisation, compliance_pct};
use crate::data::Pair;

/// Shares of the eligible trade that claim, by agreement, importer and exporter, `[g]`; NaN = not observed. Rising.
pub(super) type Claimed = Vec<((usize, usize, usize), Vec<f64>)>;

/// Use of preferences and rules of origin.
#[derive(Debug, Clone)]
pub struct Preferences {
    /// Share of trade that claims a preference.
    pub utilisation: Utilisation,
    /// Rules of origin.
    pub origin: OriginRules,
    /// Share of each country in world exports, `[n,j]`; used for cumulation.
    pub supply_share: Array2<f64>,
    /// What customs report of who claims, in place of the table by margin.
    pub(super) claimed: Claimed,
    /// Share of imports that does not come in free of duty for processing, or with drawback, `[n,g]`.
    pub taxed_share: Array2<f64>,
}

/// Terms of one agreement for one group, whatever the use of preferences that is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Offer {
    pub agreement: usize,
    pub preference_pct: f64,
    /// Additional duties on what claims, percent of the value.
    pub duty_pct: f64,
    /// Share of the trade that claims; `None` = all of it, without a claim.
    pub claim: Option<Claim>,
}

/// The share of trade that claims, and what that costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Claim {
    /// Share of eligible trade in the central case.
    pub share: f64,
    /// Share that meets the rules of origin; `None` = customs count who claims of all trade.
    pub eligible_share: Option<f64>,
    /// Mean cost of those who claim, percent of the value.
    pub cost_pct: f64,
}

impl Offer {
    /// The same where the share that claims is `ratio` of that of a mature agreement.
    pub fn of_age(self, ratio: f64) -> Self {
        Self { claim: self.claim.map(|claim| Claim { share: claim.share * ratio, ..claim }), ..self }
    }

    /// Share of trade that uses the offer where drawn parameters multiply it by `utilisation_ratio`.
    pub fn used_share(&self, utilisation_ratio: f64) -> f64 {
        let claimed = |claim: Claim| {
            (claim.share * utilisation_ratio).clamp(0.0, 1.0) * claim.eligible_share.unwrap_or(1.0)
        };
        self.claim.map_or(1.0, claimed)
    }

    /// Cost of proving origin, averaged over all trade, where this share uses the offer.
    pub fn compliance_pct(&self, used_share: f64) -> f64 {
        self.claim.map_or(0.0, |claim| used_share * claim.cost_pct)
    }
}

impl Preferences {
    /// What customs report of who claims an agreement, `[g]`; `None` = nothing.
    pub(super) fn claimed_share(&self, agreement: usize, pair: Pair) -> Option<&[f64]> {
        let at = (agreement, pair.importer, pair.exporter);
        let found = self.claimed.binary_search_by(|(key, _)| key.cmp(&at)).ok()?;
        Some(&self.claimed[found].1)
    }

    /// Shares of trade that meet the rules of origin of an agreement, `[g]`, given its members.
    pub(super) fn eligible_shares(
        &self,
        rules: &[OriginRule],
        members: &[usize],
        groups: &[Group],
    ) -> Vec<f64> {
        let groups = groups.iter().zip(rules);
        let eligible = groups.map(|(group, rule)| {
            rule.eligible_share(members.iter().map(|&n| self.supply_share[[n, group.sector]]).sum::<f64>())
        });
        eligible.collect()
    }

    /// Rate of an agreement for a group, and who would claim it were it so old that its age no longer matters; `None` if it
    /// does not lower the most-favoured-nation rate.
    ///
    /// An automatic preference needs no claim: all of the trade uses it at no cost. `mfn_pct` is the most-favoured-nation
    /// rate, `spared_pp` what a claim saves of additional duties.
    pub(super) fn mature_offer(
        &self,
        binding: &Binding<'_>,
        is_automatic: bool,
        group: usize,
        (mfn_pct, spared_pp): (f64, f64),
    ) -> Option<(f64, Option<Claim>)> {
        let preference_pct = mfn_pct * binding.left_share?[group];
        let margin_pp = mfn_pct - preference_pct + spared_pp;
        if margin_pp <= 0.0 {
            return None;
        }
        if is_automatic {
            return Some((preference_pct, None));
        }
        let cost_pct = binding.rules[group].cost_pct;
        let extra_pct = cost_pct - self.origin.standard_cost_pct;
        let observed = binding.claimed_share.map(|shares| shares[group]).filter(|share| !share.is_nan());
        // Customs count all trade: those whose goods do not qualify are among those who do not claim.
        let share = observed.unwrap_or_else(|| self.utilisation.mature_share(margin_pp - extra_pct));
        let eligible_share = match observed {
            Some(_) => None,
            None => Some(binding.eligible_share.map_or(1.0, |shares| shares[group])),
        };
        let cost_pct = compliance_pct(cost_pct, margin_pp);
        Some((preference_pct, Some(Claim { share, eligible_share, cost_pct })))
    }
}
