//! Rules of origin: the cost of proving origin, the share of goods that cannot prove it, and the effect of cumulation.
//!
//! ```text
//! eligible share = 1 - strictness (1 - cumulation x supply of the members)
//! ```
//!
//! The strictness of a rule is the share of a group's trade that does not qualify if only the exporter's own content
//! counts. With cumulation the content of other members counts too, in proportion to their share of world supply. The
//! standard rule has strictness 0, because the utilisation shares are already shares of eligible trade.

use ndarray::Array2;

/// The rule of one agreement for one product group.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct OriginRule {
    /// Cost of proving origin, percent of the value.
    pub cost_pct: f64,
    /// Share of trade that does not qualify without cumulation.
    pub strictness_share: f64,
    /// Share of the other members' supply that counts as originating: 1 = full cumulation.
    pub cumulation_share: f64,
}

impl OriginRule {
    /// Share of trade that qualifies where the members hold `supply_share` of world supply.
    #[must_use]
    pub fn eligible_share(&self, supply_share: f64) -> f64 {
        1.0 - self.strictness_share * (1.0 - self.cumulation_share * supply_share).clamp(0.0, 1.0)
    }
}

/// Rules of all agreements.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OriginRules {
    /// `[a,g]`.
    pub by_agreement: Array2<OriginRule>,
    /// Rules of an agreement without a provision that its text has, by agreement and provision, `[g]`.
    pub(super) without: Vec<(usize, usize, Vec<OriginRule>)>,
    /// Cost of the standard rule, which the utilisation shares by margin presuppose.
    pub standard_cost_pct: f64,
}

impl OriginRules {
    /// The rules of an agreement, `[g]`; `has_lost` says which provisions of its text it has lost.
    pub(super) fn of(&self, agreement: usize, has_lost: impl Fn(usize) -> bool) -> &[OriginRule] {
        match self.which(agreement, has_lost) {
            Some(at) => &self.without[at].2,
            None => {
                self.by_agreement.row(agreement).to_slice().expect("rows of an array that was built by rows")
            }
        }
    }

    /// Position of the rules that an agreement has for want of a provision; `None` = it has all of its own.
    pub(super) fn which(&self, agreement: usize, has_lost: impl Fn(usize) -> bool) -> Option<usize> {
        self.without.iter().position(|(at, provision, _)| *at == agreement && has_lost(*provision))
    }

    /// True if some rule of the agreement leaves trade out.
    #[must_use]
    pub(crate) fn is_strict(&self, agreement: usize) -> bool {
        let without = self.without.iter().filter(|(at, ..)| *at == agreement).flat_map(|(.., rules)| rules);
        self.by_agreement.row(agreement).iter().chain(without).any(|rule| rule.strictness_share > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::OriginRule;

    #[test]
    fn a_member_more_raises_eligibility_and_full_supply_ends_the_rule() {
        let rule = OriginRule { cost_pct: 5.0, strictness_share: 0.4, cumulation_share: 1.0 };
        assert!((rule.eligible_share(0.0) - 0.6).abs() < 1e-12);
        assert!((rule.eligible_share(0.25) - 0.7).abs() < 1e-12);
        assert!((rule.eligible_share(1.0) - 1.0).abs() < 1e-12);
        let bilateral = OriginRule { cumulation_share: 0.0, ..rule };
        assert!((bilateral.eligible_share(0.9) - 0.6).abs() < 1e-12);
    }
}
