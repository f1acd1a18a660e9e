//! A finished run, cut down to what the report shows. Nothing is computed here.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};

use super::manifest::Manifest;
use crate::ensemble::against_name;
use crate::ensemble::summary::AGAINST_REFERENCE;
use crate::output::run::SECTOR_GROUPS;
use crate::projection::Outcome;

/// Milestone: the deal of the option is in force.
pub const IN_FORCE: &str = "in_force";
/// Milestone: the interim deal of an option with two steps is in force.
pub const SECTORAL_IN_FORCE: &str = "sectoral_in_force";

/// Distribution of a measure over the draws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Arithmetic mean.
    pub mean: f64,
    /// Quantile at 5 %.
    pub p05: f64,
    /// Quantile at 25 %, where the table has it.
    pub p25: Option<f64>,
    /// Median.
    pub p50: f64,
    /// Quantile at 75 %, where the table has it.
    pub p75: Option<f64>,
    /// Quantile at 95 %.
    pub p95: f64,
}

impl Spread {
    /// Names and numbers in the order of the tables.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, f64)> + use<> {
        let all = [
            ("mean", Some(self.mean)),
            ("p05", Some(self.p05)),
            ("p25", self.p25),
            ("p50", Some(self.p50)),
            ("p75", self.p75),
            ("p95", Some(self.p95)),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}

/// The two measures of gain that the report shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Real income against the reference option, percent.
    Pct,
    /// The same in millions of dollars of the base year.
    Money,
}

impl Measure {
    /// Both, in the order of [`crate::ensemble::summary::AGAINST_REFERENCE`].
    pub const ALL: [Self; 2] = [Self::Pct, Self::Money];

    /// The measure of this name in the tables; `None` for those that the report does not show, such as gains against
    /// another option than the reference option of the run.
    #[must_use]
    pub fn from_name(name: &str, reference_option: &str) -> Option<Self> {
        let gains =
            AGAINST_REFERENCE.map(|measure| against_name(Outcome::MEASURES[measure].0, reference_option));
        Self::ALL.into_iter().zip(gains).find(|(_, gain)| *gain == name).map(|(measure, _)| measure)
    }
}

/// Option, year, country and measure of a gain.
pub type GainKey = (usize, i16, usize, Measure);

/// Probability and median date of the milestone `in_force`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InForce {
    /// Probability within the horizon.
    pub probability: f64,
    /// Median date given that it happens; `None` if it never does.
    pub p50_date: Option<Date>,
}

/// Output of the focus country in the last year, percent, by option and sector.
pub type SectorOutput = BTreeMap<(usize, usize), Spread>;

/// Change of the exports of the focus country in the last year by option, partner and group of sectors.
pub type Exports = BTreeMap<(usize, usize, SectorGroup), Spread>;

/// Goods or services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SectorGroup {
    /// Goods.
    Goods,
    /// Services.
    Services,
}

impl SectorGroup {
    /// Both, in the order in which they are drawn.
    pub const ALL: [Self; 2] = [Self::Goods, Self::Services];

    /// Name in the tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        SECTOR_GROUPS[self as usize]
    }
}

/// A stretch of time with one tariff.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TariffStretch {
    /// Option.
    pub option: usize,
    /// Importer, who sets the tariff.
    pub importer: usize,
    /// First day.
    pub from: Date,
    /// First day of the next stretch; `None` if it lasts to the end.
    pub until: Option<Date>,
    /// Trade-weighted mean of the statutory tariff.
    pub statutory_pct: f64,
}

/// A finished run as the report sees it. Options, countries and sectors are positions in the manifest.
#[derive(Debug, Clone)]
pub struct Run {
    /// Names, labels, focus.
    pub manifest: Manifest,
    /// Gains over the draws.
    pub gains: BTreeMap<GainKey, Spread>,
    /// Gains on the reference path.
    pub reference: BTreeMap<GainKey, f64>,
    /// Cumulative probability by option, milestone and year; the two milestones above alone.
    pub by_year: BTreeMap<(usize, &'static str), Vec<(i16, f64)>>,
    /// Milestone `in_force` by option.
    pub in_force: BTreeMap<usize, InForce>,
    /// Tariffs over dates; `None` if the run has no `tariff_path.csv`.
    pub tariff_path: Option<Vec<TariffStretch>>,
    /// Output of the focus country in the last year; `None` if the run has no `sectors.csv`.
    pub sectors: Option<SectorOutput>,
    /// Exports of the focus country in the last year; `None` if the run has no `bilateral.csv`.
    pub exports: Option<Exports>,
}

impl Run {
    /// Position of the focus country.
    #[must_use]
    pub fn focus(&self) -> usize {
        let focus = self.manifest.countries.iter().position(|country| country.iso3 == self.manifest.focus);
        focus.expect("a manifest whose focus is none of its countries was refused")
    }

    /// Gain of the focus country in the last year over the draws.
    #[must_use]
    pub fn last_gain(&self, option: usize, measure: Measure) -> Option<&Spread> {
        self.gains.get(&(option, self.manifest.last_year(), self.focus(), measure))
    }

    /// Gain of the focus country in the last year on the reference path.
    #[must_use]
    pub fn last_reference(&self, option: usize, measure: Measure) -> Option<f64> {
        self.reference.get(&(option, self.manifest.last_year(), self.focus(), measure)).copied()
    }
}

/// A date as a year with decimals, for the axis.
#[must_use]
pub fn decimal_year(day: Date) -> f64 {
    let days = f64::from(date(day.year(), 12, 31).day_of_year());
    f64::from(day.year()) + f64::from(day.day_of_year() - 1) / days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_july_is_the_middle_of_the_year() {
        assert_eq!(decimal_year(date(2025, 1, 1)), 2025.0);
        assert!((decimal_year(date(2025, 7, 2)) - 2025.5).abs() < 0.01);
    }

    #[test]
    fn gains_are_known_by_the_name_that_the_tables_give_them() {
        assert_eq!(Measure::from_name("real_income_vs_stay", "stay"), Some(Measure::Pct));
        assert_eq!(Measure::from_name("real_income_money_vs_stay", "stay"), Some(Measure::Money));
        assert_eq!(Measure::from_name("real_income_vs_leave", "stay"), None);
        assert_eq!(Measure::from_name("real_income", "stay"), None);
    }
}
