//! `insurance.csv`: what an option is worth in a year in which trade is restricted, but not among its members.

use super::rows::{Text, table};
use crate::ensemble::{Insurance, RunFrame};

table! {
    /// Loss in a year of restricted trade on the reference path of each option in the last year, beside that of the reference
    /// option: what membership of a deal insures against.
    pub struct InsuranceRow<'a> in "insurance.csv" by (option, year, restriction, iso3) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Level of barrier_changes.csv that spares trade among members of an agreement
        restriction: Text<'a>,
        /// Country
        iso3: Text<'a>,
        /// Loss of real income in such a year under the reference option
        loss_without_pct: f64 ["pct"],
        /// Loss of real income in such a year under the option
        loss_with_pct: f64 ["pct"],
        /// What the option spares of it
        loss_avoided_pct: f64 ["pct"],
        /// Imports of the restricted goods at border prices that the option keeps in such a year
        imports_kept_musd: f64 ["musd"],
        /// Chance of such a year; empty where barrier_changes.csv has none
        chance_a_year: Option<f64> ["share"],
        /// Chance times the loss avoided
        expected_loss_avoided_pct: Option<f64> ["pct"],
    }
}

/// Rows of `insurance.csv`.
#[must_use]
pub fn rows<'a>(frame: &'a RunFrame, found: &'a [Insurance]) -> Vec<InsuranceRow<'a>> {
    let of_option = |one: &'a Insurance| {
        frame.countries.iter().enumerate().map(move |(n, country)| {
            let avoided = one.loss_without_pct[n] - one.loss_with_pct[n];
            InsuranceRow {
                option: frame.plan.options[one.option].as_str().into(),
                year: frame.plan.years[1],
                restriction: one.change.as_str().into(),
                iso3: country.as_str().into(),
                loss_without_pct: one.loss_without_pct[n],
                loss_with_pct: one.loss_with_pct[n],
                loss_avoided_pct: avoided,
                imports_kept_musd: one.imports_kept_musd[n],
                chance_a_year: one.chance_a_year,
                expected_loss_avoided_pct: one.chance_a_year.map(|chance| chance * avoided),
            }
        })
    };
    found.iter().flat_map(of_option).collect()
}
