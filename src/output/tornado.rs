//! `tornado.csv`: how far the headline moves with each assumption.

use super::rows::{Text, table};
use crate::ensemble::Plan;
use crate::ensemble::tornado::{Assumption, Swing};

table! {
    /// Real income of the focus country on the reference path in the last year against the reference option, with one
    /// assumption at a time at an end of its range, the assumption that moves most first; then with two of the largest.
    pub struct TornadoRow<'a> in "tornado.csv" by (assumption, option, year, iso3) {
        /// Assumption; two with + between them
        assumption: Text<'a>,
        /// Name for people
        title: Text<'a>,
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Country
        iso3: Text<'a>,
        /// What the low and the high end are, such as times 0.5 to times 2
        range: Text<'a>,
        /// With all assumptions as they are
        central_pct: f64 ["pct"],
        /// At the low end; of two the least of the four corners
        low_pct: f64 ["pct"],
        /// At the high end; of two the most of the four corners
        high_pct: f64 ["pct"],
        /// Distance between the least and the most of the three
        swing_pct: f64 ["pct"],
        /// Source of the range
        source: Text<'a>,
        /// seed, public, recalled or assumption
        mark: Text<'a>,
    }
}

/// Rows of `tornado.csv`.
#[must_use]
pub fn rows<'a>(plan: &'a Plan, assumptions: &'a [Assumption], swings: &[Swing]) -> Vec<TornadoRow<'a>> {
    let row = |swing: &Swing| {
        let assumption = &assumptions[swing.assumption];
        let joined = |by: &str, of: fn(&Assumption) -> String| match swing.with {
            None => of(assumption),
            Some(with) => format!("{}{by}{}", of(assumption), of(&assumptions[with])),
        };
        TornadoRow {
            assumption: joined("+", |one| one.id.clone()).into(),
            title: joined(" and ", |one| one.title.clone()).into(),
            option: plan.options[swing.option].as_str().into(),
            year: plan.years[1],
            iso3: plan.focus.as_str().into(),
            range: joined("; ", Assumption::range).into(),
            central_pct: swing.central_pct,
            low_pct: swing.ends_pct[0],
            high_pct: swing.ends_pct[1],
            swing_pct: swing.size(),
            source: joined("; ", |one| one.source.clone()).into(),
            mark: joined("; ", |one| one.mark.clone()).into(),
        }
    };
    swings.iter().map(row).collect()
}
