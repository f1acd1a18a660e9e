//! A finished run, cut down to what the report shows. Nothing is computed here.

use jiff::civil::{Date, date};

use super::manifest::Manifest;
use crate::ensemble::summary::HEADLINE;
use crate::output::run::SECTOR_GROUPS;
use crate::projection::Outcome;
use crate::sorted::SortedMap;

/// Milestones: the deal of the option is in force; so is the interim deal of an option with two steps.
pub use crate::events::milestones::{IN_FORCE, SECTORAL_IN_FORCE};

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
    /// Both, in the order of [`HEADLINE`].
    pub const ALL: [Self; 2] = [Self::Pct, Self::Money];

    /// The measure of this name in the tables; `None` for those that the report does not show.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let names = HEADLINE.map(|measure| Outcome::MEASURES[measure].0);
        Self::ALL.into_iter().zip(names).find(|(_, known)| *known == name).map(|(measure, _)| measure)
    }
}

/// Option, year, country and measure of a gain.
pub type GainKey = (usize, i16, usize, Measure);

/// The three numbers of an option, a country and a measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbers {
    /// Chance that the option is in force at the end, and its standard error.
    pub chance: Option<(f64, f64)>,
    /// Median of the first day in force.
    pub p50_date: Option<Date>,
    /// If in force: mean, 5 % and 95 % quantile.
    pub if_in_force: Option<[f64; 3]>,
    /// Expected.
    pub expected: f64,
    /// Its standard error.
    pub expected_se: Option<f64>,
    /// The part of the mean in force with the rest of the world as under the reference option, and the rest.
    pub effects: Option<[f64; 2]>,
    /// Members at the end of the reference path.
    pub members: Vec<String>,
}

/// Output of the focus country in the last year on the reference path, percent against the reference option, by option
/// and sector.
pub type SectorOutput = SortedMap<(usize, usize), f64>;

/// Change of the exports of the focus country in the last year on the reference path against the reference option,
/// million dollars of the base year, by option, partner and group of sectors.
pub type Exports = SortedMap<(usize, usize, SectorGroup), f64>;

/// Change of trade between all pairs in the last year on the reference path against the reference option, million dollars
/// of the base year, by option, exporter, importer and group of sectors.
pub type Flows = SortedMap<(usize, usize, usize, SectorGroup), f64>;

/// Parts of the gain of the focus country in the last year by policy: option, name, percent; in the order of the table.
pub type Parts = Vec<(usize, String, f64)>;

/// Gains of the focus country over the years in one draw.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawPath {
    /// Number of the draw.
    pub draw: u64,
    /// Year and gain in percent, in order.
    pub years: Vec<(i16, f64)>,
}

/// The draws of each option in which its deal comes into force by the last year, the first sixty.
pub type DrawPaths = SortedMap<usize, Vec<DrawPath>>;

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
    pub gains: SortedMap<GainKey, Spread>,
    /// Gains on the reference path.
    pub reference: SortedMap<GainKey, f64>,
    /// Cumulative probability by option, milestone and year; the two milestones above alone.
    pub by_year: SortedMap<(usize, &'static str), Vec<(i16, f64)>>,
    /// The three numbers by option, country and measure.
    pub numbers: SortedMap<(usize, usize, Measure), Numbers>,
    /// First day in force on the reference path, by option.
    pub path_dates: SortedMap<usize, Date>,
    /// Parts of the gains; `None` if the run has no `decomposition.csv`.
    pub parts: Option<Parts>,
    /// Tariffs over dates; `None` if the run has no `tariff_path.csv`.
    pub tariff_path: Option<Vec<TariffStretch>>,
    /// Output of the focus country in the last year; `None` if the run has no `reference_sectors.csv`.
    pub sectors: Option<SectorOutput>,
    /// Exports of the focus country in the last year; `None` if the run has no `reference_bilateral.csv`.
    pub exports: Option<Exports>,
    /// The same for all exporters.
    pub flows: Option<Flows>,
    /// Draws in which an option comes into force; `None` if the run lacks `draws.csv` or `milestones.csv`.
    pub draws: Option<DrawPaths>,
}

impl Run {
    /// Position of the focus country.
    #[must_use]
    pub fn focus(&self) -> usize {
        let focus = self.manifest.countries.iter().position(|country| country.iso3 == self.manifest.focus);
        focus.expect("a manifest whose focus is none of its countries was refused")
    }

    /// The three numbers of the focus country.
    #[must_use]
    pub fn focus_numbers(&self, option: usize, measure: Measure) -> Option<&Numbers> {
        self.numbers.get(&(option, self.focus(), measure))
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
        assert_eq!(Measure::from_name("real_income"), Some(Measure::Pct));
        assert_eq!(Measure::from_name("real_income_money"), Some(Measure::Money));
        assert_eq!(Measure::from_name("real_wage"), None);
    }
}
