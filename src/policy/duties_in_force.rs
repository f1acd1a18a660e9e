//! The additional duties of one pair on one day, with what they depend on.
//!
//! ```text
//! duty on a group = sum over lists of factor x covered x charge(rate)
//! charge(rate)    = duty                         a plain list
//!                 = max(duty, floor - rate)      a list that brings the rate up to a floor
//!                 = 0                            what claims an agreement that the list exempts
//! covered         = coverage x product over lists that it gives way to of (1 - their coverage)
//! ```
//!
//! Lists that exclude each other cover different lines of a group; what each covers is known as a share alone, so that
//! lines count as shared at random.

use std::borrow::Cow;

use super::duty::Duty;

/// A list whose charge depends on the rate before it or on who claims.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Conditional<'a> {
    pub duty: &'a Duty,
    /// Factor that events gave the list.
    pub factor: f64,
    /// Share of each group that it covers, `[g]`.
    pub covered: Cow<'a, [f64]>,
}

impl Conditional<'_> {
    /// Percent of the value of a group at the rate `rate_pct`; `claimed` is the agreement that the goods claim.
    pub fn on(&self, group: usize, rate_pct: f64, claimed: Option<usize>) -> f64 {
        if claimed.is_some_and(|agreement| self.duty.exempt_claimed.contains(&agreement)) {
            return 0.0;
        }
        self.factor * self.covered[group] * self.duty.charge_pct(rate_pct)
    }
}

/// The additional duties of a pair on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct DutiesInForce<'a> {
    /// Sum of the lists that charge the same whatever the rate, percent of the value, `[g]`.
    pub(super) plain_pct: Cow<'a, [f64]>,
    pub(super) conditional: Vec<Conditional<'a>>,
}

impl DutiesInForce<'_> {
    /// All duties on a group, percent of the value, on top of the rate `rate_pct`; `claimed` is the agreement that the
    /// goods claim.
    #[must_use]
    pub fn on(&self, group: usize, rate_pct: f64, claimed: Option<usize>) -> f64 {
        let conditional = self.conditional.iter().map(|one| one.on(group, rate_pct, claimed));
        self.plain_pct[group] + conditional.sum::<f64>()
    }
}
