//! `decomposition.csv`: where the gain of an option comes from.

use super::rows::{Text, table};
use crate::ensemble::{Decomposition, GainPart, RunFrame};

table! {
    /// Parts of the change of real income on the reference path of each option in the last year, against the reference
    /// option. The parts of one way of telling sum to the change of real income of reference.csv.
    pub struct DecompositionRow<'a> in "decomposition.csv" by (option, year, iso3, told_by, part) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Country
        iso3: Text<'a>,
        /// policy (which change of trade costs) or channel (through which prices and volumes)
        told_by: Text<'a>,
        /// Part of the gain; tariffs_given are the country's own cuts, tariffs_received those on its exports, barriers are
        /// those of the texts of pairs, open_to_everybody what its own texts open to all, quotas also their rents
        part: Text<'a>,
        /// Part of the change of real income
        real_income_pct: f64 ["pct"],
    }
}

/// Ways of telling a gain.
pub const TOLD_BY: [&str; 2] = ["policy", "channel"];

/// Rows of `decomposition.csv`.
#[must_use]
pub fn rows<'a>(frame: &'a RunFrame, found: &[Decomposition]) -> Vec<DecompositionRow<'a>> {
    let mut rows = Vec::new();
    for one in found {
        for (n, country) in frame.countries.iter().enumerate() {
            for (told_by, parts) in TOLD_BY.into_iter().zip([&one.policy, &one.channel]) {
                let row = |part: &GainPart| DecompositionRow {
                    option: frame.plan.options[one.option].as_str().into(),
                    year: frame.plan.years[1],
                    iso3: country.as_str().into(),
                    told_by: told_by.into(),
                    part: part.name.into(),
                    real_income_pct: part.pct[n],
                };
                rows.extend(parts.iter().map(row));
            }
        }
    }
    rows
}
