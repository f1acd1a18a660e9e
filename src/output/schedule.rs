//! `schedule.csv`: rates by pair, product group and year along the reference path of an option.

use super::rows::{Text, table};
use crate::data::Pair;
use crate::policy::{GroupYear, PolicyBook, Regimes};

table! {
    /// Rates of each product group, weighted by the days of the year.
    pub struct ScheduledRate<'a> in "schedule.csv" by (importer, exporter, sector, product_group, year) {
        /// Country
        importer: Text<'a>,
        /// Country
        exporter: Text<'a>,
        /// Goods sector
        sector: Text<'a>,
        /// Product group inside the sector
        product_group: Text<'a>,
        /// Year
        year: i16,
        /// mfn, or the agreement claimed on most days of the year
        regime: Text<'a>,
        /// Most-favoured-nation rate
        mfn_pct: f64 ["pct"],
        /// Lowest rate that the goods qualify for, with additional duties
        statutory_pct: f64 ["pct"],
        /// Rate paid on average, with additional duties
        effective_pct: f64 ["pct"],
        /// Share of trade that claims the preference
        utilisation_share: f64 ["share"],
    }
}

/// Name of the regime without a preference.
const MFN: &str = "mfn";

/// Rows of one pair (importer, exporter) and year.
#[must_use]
pub fn rows<'a>(book: &'a PolicyBook, regimes: &Regimes, pair: Pair, year: i16) -> Vec<ScheduledRate<'a>> {
    let code = |n: usize| book.axes.countries[n].iso3.as_str().into();
    let rates = GroupYear::of_pair(book, regimes, pair, year);
    let row = |(g, rate): (usize, GroupYear)| ScheduledRate {
        importer: code(pair.importer),
        exporter: code(pair.exporter),
        sector: book.axes.sectors[book.groups[g].sector].id.as_str().into(),
        product_group: book.groups[g].id.as_str().into(),
        year,
        regime: rate.agreement.map_or(MFN, |at| &book.agreements[at].id).into(),
        mfn_pct: rate.mfn_pct,
        statutory_pct: rate.statutory_pct,
        effective_pct: rate.effective_pct,
        utilisation_share: rate.utilisation_share,
    };
    rates.into_iter().enumerate().map(row).collect()
}
