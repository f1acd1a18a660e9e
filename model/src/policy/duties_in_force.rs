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
    /// True if a list may charge something.
    pub(super) fn is_any(&self) -> bool {
        matches!(self.plain_pct, Cow::Owned(_)) || !self.conditional.is_empty()
    }

    /// All duties on a group, percent of the value, on top of the rate `rate_pct`; `claimed` is the agreement that the
    /// goods claim.
    #[must_use]
    pub fn on(&self, group: usize, rate_pct: f64, claimed: Option<usize>) -> f64 {
        let conditional = self.conditional.iter().map(|one| one.on(group, rate_pct, claimed));
        self.plain_pct[group] + conditional.sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::measures::Measures;
    use super::super::members::Members;
    use super::super::stacking::AdditionalDuties;
    use super::{DutiesInForce, Duty};
    use crate::data::Pair;

    /// A list of country 0 on all others that covers this share of the only group.
    fn list(name: &str, duty_pct: f64, share: f64) -> Duty {
        Duty {
            list: name.into(),
            importer: 0,
            exporter: None,
            exempt: Vec::new(),
            duty_pct,
            from: date(2025, 1, 1),
            until: None,
            is_waiting: false,
            coverage_share: vec![share],
            exclusive_with: Vec::new(),
            floor_pct: None,
            exempt_claimed: Vec::new(),
        }
    }

    /// Duties on the group at a rate, for goods that claim an agreement or none.
    fn charged(duties: Vec<Duty>, rate_pct: f64, claimed: Option<usize>) -> f64 {
        let all = AdditionalDuties::new(2, 1, duties, Vec::new());
        let (members, measures) = (Members::default(), Measures::default());
        let pair = Pair { importer: 0, exporter: 1 };
        let found: DutiesInForce<'_> = all.in_force((&members, &measures), pair, date(2025, 6, 1));
        found.on(0, rate_pct, claimed)
    }

    #[test]
    fn lists_add_up_unless_one_gives_way() {
        let steel = || list("steel", 50.0, 0.4);
        let general = |exclusive_with: &[&str]| Duty {
            exclusive_with: exclusive_with.iter().map(|&name| name.to_owned()).collect(),
            ..list("general", 10.0, 1.0)
        };
        assert_eq!(charged(vec![steel(), general(&[])], 2.0, None), 20.0 + 10.0);
        assert_eq!(charged(vec![steel(), general(&["steel"])], 2.0, None), 20.0 + 6.0);
        let waiting = Duty { is_waiting: true, ..steel() };
        assert_eq!(
            charged(vec![waiting, general(&["steel"])], 2.0, None),
            10.0,
            "a list that is off takes nothing"
        );
    }

    #[test]
    fn a_floor_tops_the_rate_up_and_no_more() {
        let floor = || Duty { floor_pct: Some(15.0), ..list("floor", 0.0, 0.5) };
        for (rate_pct, expected) in [(0.0, 7.5), (4.0, 5.5), (15.0, 0.0), (20.0, 0.0)] {
            assert_eq!(charged(vec![floor()], rate_pct, None), expected, "{rate_pct}");
        }
        let least = Duty { duty_pct: 2.0, ..floor() };
        assert_eq!(charged(vec![least], 14.5, None), 1.0, "the duty where the floor asks for less");
    }

    #[test]
    fn what_claims_an_exempt_agreement_does_not_pay() {
        let duty = || Duty { exempt_claimed: vec![3], ..list("general", 25.0, 1.0) };
        assert_eq!(charged(vec![duty()], 0.0, Some(3)), 0.0);
        assert_eq!(charged(vec![duty()], 0.0, Some(4)), 25.0);
        assert_eq!(charged(vec![duty(), list("other", 5.0, 1.0)], 0.0, Some(3)), 5.0);
    }
}
