//! Which rate a good pays: traders claim the agreement that saves most, then additional duties come on top.

use jiff::civil::Date;

use super::PolicyParameters;
use super::book::PolicyBook;
use super::regimes::Binding;
use super::utilisation::compliance_pct;

/// Rates of one product group of one pair on one date, percent of the value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupRate {
    /// Most-favoured-nation rate.
    pub mfn_pct: f64,
    /// Agreement that traders claim: the one that saves most, use and age considered.
    pub agreement: Option<usize>,
    /// Lowest rate that the goods qualify for, with additional duties.
    pub statutory_pct: f64,
    /// Share of trade that claims it.
    pub utilisation_share: f64,
    /// Rate paid on average, with additional duties.
    pub effective_pct: f64,
    /// Cost of proving origin, averaged over all trade.
    pub compliance_pct: f64,
}

impl PolicyBook {
    /// The rate of `group` for a pair bound by `bindings` on `date`.
    ///
    /// `effective = u t_pref + (1 - u) t_mfn + additional duties` (`model.md` section 4).
    #[must_use]
    pub fn group_rate(
        &self,
        pair: (usize, usize),
        group: usize,
        bindings: &[Binding],
        date: Date,
        parameters: PolicyParameters,
    ) -> GroupRate {
        let mfn_pct = self.mfn_pct[[pair.0, group]];
        let duty_pct = self.additional_duty_pct(pair, group, date);
        let mut rate = GroupRate {
            mfn_pct,
            agreement: None,
            statutory_pct: mfn_pct + duty_pct,
            utilisation_share: 0.0,
            effective_pct: mfn_pct + duty_pct,
            compliance_pct: 0.0,
        };
        for &binding in bindings {
            let left = self.remaining_share(binding.agreement, pair, binding.schedule_year, group);
            let Some(preference_pct) = left.map(|left| mfn_pct * left).filter(|pct| *pct < mfn_pct) else {
                continue;
            };
            let margin_pp = mfn_pct - preference_pct;
            let (used, cost) = if self.agreements[binding.agreement].is_automatic {
                (1.0, 0.0)
            } else {
                let share = self.utilisation.share(margin_pp, binding.age_years);
                let used = (share * parameters.utilisation_ratio).clamp(0.0, 1.0);
                (used, used * compliance_pct(self.origin_cost_pct[group], margin_pp))
            };
            let effective_pct = mfn_pct - used * margin_pp + duty_pct;
            rate.statutory_pct = rate.statutory_pct.min(preference_pct + duty_pct);
            if effective_pct < rate.effective_pct {
                rate.agreement = Some(binding.agreement);
                rate.utilisation_share = used;
                rate.effective_pct = effective_pct;
                rate.compliance_pct = cost;
            }
        }
        rate
    }
}
