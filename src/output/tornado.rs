//! `tornado.csv`: how far the headline moves with each assumption.

use super::rows::{Text, table};
use crate::ensemble::Plan;
use crate::ensemble::tornado::{Assumption, Swing};

table! {
    /// Real income of the focus country on the reference path in the last year against the reference option, with one
    /// assumption at a time at an end of its range; the assumption that moves most first.
    pub struct TornadoRow<'a> in "tornado.csv" by (assumption, option, year, iso3) {
        /// Assumption
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
        /// At the low end
        low_pct: f64 ["pct"],
        /// At the high end
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
        TornadoRow {
            assumption: assumption.id.as_str().into(),
            title: assumption.title.as_str().into(),
            option: plan.options[swing.option].as_str().into(),
            year: plan.years[1],
            iso3: plan.focus.as_str().into(),
            range: assumption.range().into(),
            central_pct: swing.central_pct,
            low_pct: swing.ends_pct[0],
            high_pct: swing.ends_pct[1],
            swing_pct: swing.size(),
            source: assumption.source.as_str().into(),
            mark: assumption.mark.as_str().into(),
        }
    };
    swings.iter().map(row).collect()
}
