//! The share of trade that claims a preference, and the cost of claiming.

/// Share of eligible trade that claims a preference (`docs/model.md` section 4).
///
/// The share rises with the margin and with the age of the agreement. The margin is net of the extra cost of the rule of
/// origin over the standard rule. Strict rules cap the share ([`super::origin`]). Only users pay the cost of proving
/// origin, which is an iceberg. The cost is fixed by consignment (Keck & Lendle 2012), so that small margins are claimed
/// for large consignments only: the mean cost of users is at most a quarter of the margin.
#[derive(Debug, Clone, PartialEq)]
pub struct Utilisation {
    /// Upper end of the margin in percentage points, and share of trade; in order of the margin.
    pub by_margin: Vec<(f64, f64)>,
    /// First agreement year of a ratio, and the ratio to the share of a mature agreement; in order of the year.
    pub by_age: Vec<(u32, f64)>,
}

impl Utilisation {
    /// Share of trade that claims a preference of `margin_pp` in year `year` of an agreement.
    #[must_use]
    pub fn share(&self, margin_pp: f64, year: u32) -> f64 {
        self.mature_share(margin_pp) * self.ratio_of_age(year)
    }

    /// The same in a mature agreement; above the table its last share holds.
    pub(super) fn mature_share(&self, margin_pp: f64) -> f64 {
        let row = self.by_margin.iter().find(|(below, _)| margin_pp < *below);
        row.or(self.by_margin.last()).map_or(0.0, |(_, share)| *share)
    }

    /// Share in year `year` of an agreement over that of a mature one.
    #[must_use]
    pub fn ratio_of_age(&self, year: u32) -> f64 {
        self.by_age.iter().rev().find(|(from, _)| *from <= year).map_or(1.0, |(_, ratio)| *ratio)
    }
}

/// Largest share of a margin that proving origin costs.
const LARGEST_COST_SHARE: f64 = 0.25;

/// Mean cost of users, percent of the value.
#[must_use]
pub fn compliance_pct(origin_cost_pct: f64, margin_pp: f64) -> f64 {
    origin_cost_pct.min(margin_pp * LARGEST_COST_SHARE)
}

#[cfg(test)]
mod tests {
    use super::{Utilisation, compliance_pct};

    #[test]
    fn higher_margins_and_older_agreements_are_used_more() {
        let table = Utilisation {
            by_margin: vec![(2.5, 0.3), (5.0, 0.6), (1000.0, 0.85)],
            by_age: vec![(1, 0.5), (3, 1.0)],
        };
        assert_eq!(table.share(1.0, 9), 0.3);
        assert_eq!(table.share(2.5, 9), 0.6);
        assert_eq!(table.share(30.0, 2), 0.425);
        assert_eq!(table.share(2000.0, 9), 0.85);
        assert_eq!(compliance_pct(3.0, 20.0), 3.0);
        assert_eq!(compliance_pct(3.0, 2.0), 0.5);
    }
}
