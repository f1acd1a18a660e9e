//! Who claims a preference, and what claiming costs.

/// Share of eligible trade that claims a preference (`docs/model.md` section 4).
///
/// The share rises with the margin, net of what the rule of origin costs more than the standard one, and with the
/// age of the agreement; the strictness of the rule caps it (see [`super::origin`]). The cost of proving origin is
/// paid by users only and is iceberg; nobody claims at a loss, so that the mean cost of users is at most half the
/// margin.
#[derive(Debug, Clone, PartialEq)]
pub struct Utilisation {
    /// Upper end of the margin in percentage points, share of trade; margins rise.
    pub by_margin: Vec<(f64, f64)>,
    /// Agreement year from which a ratio holds, ratio to the share of a mature agreement; years rise.
    pub by_age: Vec<(u32, f64)>,
}

impl Utilisation {
    /// Share of trade that claims a preference of `margin_pp` in year `year` of an agreement.
    #[must_use]
    pub fn share(&self, margin_pp: f64, year: u32) -> f64 {
        let mature =
            self.by_margin.iter().find(|(below, _)| margin_pp < *below).map_or(0.0, |(_, share)| *share);
        let age = self.by_age.iter().rev().find(|(from, _)| *from <= year).map_or(1.0, |(_, ratio)| *ratio);
        mature * age
    }
}

/// Mean cost of those who claim, percent of the value.
#[must_use]
pub fn compliance_pct(origin_cost_pct: f64, margin_pp: f64) -> f64 {
    origin_cost_pct.min(margin_pp / 2.0)
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
        assert_eq!(compliance_pct(3.0, 20.0), 3.0);
        assert_eq!(compliance_pct(3.0, 2.0), 1.0);
    }
}
