//! `schedule.csv`: rates by pair, product group and year along the reference path of an option.

use std::collections::BTreeMap;

use super::TableSpec;
use super::dir::number;
use super::events::Rows;
use crate::policy::{PolicyBook, PolicyParameters, Regimes};

/// `schedule.csv`.
pub const SCHEDULE: TableSpec = TableSpec {
    file: "schedule.csv",
    description: "Rates of each product group, weighted by the days of the year.",
    columns: &[
        ("importer", "string", "", "Country"),
        ("exporter", "string", "", "Country"),
        ("sector", "string", "", "Goods sector"),
        ("product_group", "string", "", "Product group inside the sector"),
        ("year", "integer", "", "Year"),
        ("regime", "string", "", "mfn, or the agreement claimed on most days of the year"),
        ("mfn_pct", "number", "pct", "Most-favoured-nation rate"),
        ("statutory_pct", "number", "pct", "Lowest rate that the goods qualify for, with additional duties"),
        ("effective_pct", "number", "pct", "Rate paid on average, with additional duties"),
        ("utilisation_share", "number", "share", "Share of trade that claims the preference"),
    ],
};

/// Name of the regime without a preference.
const MFN: &str = "mfn";

/// Rows of one pair and year.
#[must_use]
pub fn pair_rows(book: &PolicyBook, regimes: &Regimes, pair: (usize, usize), year: i16) -> Rows {
    let stretches = book.stretches(regimes, pair, year);
    let situations: Vec<_> = stretches.iter().map(|(from, _)| book.situation(regimes, pair, *from)).collect();
    let code = |n: usize| book.axes.countries[n].iso3.clone();
    let mut rows = Rows::new();
    for (g, group) in book.groups.iter().enumerate() {
        let mut sums = [0.0; 4];
        let mut days: BTreeMap<&str, f64> = BTreeMap::new();
        for ((_, share), situation) in stretches.iter().zip(&situations) {
            let rate = book.group_rate(situation, g, PolicyParameters::default());
            let regime = rate.agreement.map_or(MFN, |at| book.agreements[at].id.as_str());
            *days.entry(regime).or_default() += share;
            let values = [rate.mfn_pct, rate.statutory_pct, rate.effective_pct, rate.utilisation_share];
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += share * value);
        }
        let regime = days.iter().max_by(|a, b| a.1.total_cmp(b.1)).map_or(MFN, |(regime, _)| regime);
        let names =
            [code(pair.0), code(pair.1), book.axes.sectors[group.sector].id.clone(), group.id.clone()];
        let year_and_regime = [year.to_string(), regime.to_owned()];
        rows.push([names.as_slice(), &year_and_regime, &sums.map(number)].concat());
    }
    rows
}
