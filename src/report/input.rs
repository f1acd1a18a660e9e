//! The tables of a finished run, cut down to what the charts show.
//!
//! Nothing is computed here. Every number keeps the text that stood in the file, so that the numbers
//! behind a chart are the numbers of the run.

use std::collections::BTreeMap;

use crate::data::Files;
use crate::error::InputErrors;

use super::manifest::Manifest;
use super::optional::{self, Exports, SectorOutput, TariffStep};
use super::reader::Reader;

/// Milestone: the deal of the option is in force.
pub const IN_FORCE: &str = "in_force";
/// Milestone: the interim deal of an option with two steps is in force.
pub const SECTORAL_IN_FORCE: &str = "sectoral_in_force";

/// A number and its text in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The number.
    pub value: f64,
    /// As the file has it.
    pub text: String,
}

/// Distribution of a measure over the draws.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// Arithmetic mean.
    pub mean: Figure,
    /// Quantile at 5 %.
    pub p05: Figure,
    /// Quantile at 25 %, where the table has it.
    pub p25: Option<Figure>,
    /// Median.
    pub p50: Figure,
    /// Quantile at 75 %, where the table has it.
    pub p75: Option<Figure>,
    /// Quantile at 95 %.
    pub p95: Figure,
}

impl Spread {
    /// Names and figures in the order of the tables.
    #[must_use]
    pub fn named(&self) -> Vec<(&'static str, &Figure)> {
        let all = [
            ("mean", Some(&self.mean)),
            ("p05", Some(&self.p05)),
            ("p25", self.p25.as_ref()),
            ("p50", Some(&self.p50)),
            ("p75", self.p75.as_ref()),
            ("p95", Some(&self.p95)),
        ];
        all.into_iter().filter_map(|(name, figure)| Some((name, figure?))).collect()
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
    /// The measure of this name in the tables; `None` for those that the report does not show, such as gains against
    /// another option than the reference option of the run.
    #[must_use]
    pub fn from_name(name: &str, reference_option: &str) -> Option<Self> {
        match name.strip_suffix(reference_option)? {
            "real_income_vs_" => Some(Self::Pct),
            "real_income_money_vs_" => Some(Self::Money),
            _ => None,
        }
    }
}

/// Option, year, country and measure of a gain.
pub type GainKey = (usize, i16, usize, Measure);

/// Probability and median date of the milestone `in_force`.
#[derive(Debug, Clone, PartialEq)]
pub struct InForce {
    /// Probability within the horizon.
    pub probability: Figure,
    /// Median date given that it happens; empty where it never does.
    pub p50_date: String,
}

/// A finished run as the report sees it. Options, countries and sectors are positions in the manifest.
#[derive(Debug, Clone)]
pub struct Run {
    /// Names, labels, focus.
    pub manifest: Manifest,
    /// Gains over the draws.
    pub gains: BTreeMap<GainKey, Spread>,
    /// Gains on the reference path.
    pub reference: BTreeMap<GainKey, Figure>,
    /// Cumulative probability by option, milestone and year; the two milestones above alone.
    pub by_year: BTreeMap<(usize, &'static str), Vec<(i16, Figure)>>,
    /// Milestone `in_force` by option.
    pub in_force: BTreeMap<usize, InForce>,
    /// Tariffs over dates; `None` where the run has no `tariff_path.csv`.
    pub tariff_path: Option<Vec<TariffStep>>,
    /// Output of the focus country in the last year; `None` where the run has no `sectors.csv`.
    pub sectors: Option<SectorOutput>,
    /// Exports of the focus country in the last year; `None` where the run has no `bilateral.csv`.
    pub exports: Option<Exports>,
}

impl Run {
    /// Reads the directory of a run.
    ///
    /// # Errors
    /// [`InputErrors`] with every fault found: a missing file or column, an unknown id, a cell that is no number.
    pub fn read(files: &Files) -> Result<Self, InputErrors> {
        let manifest = Manifest::read(files)?;
        let mut reader = Reader::new(files, &manifest);
        let gains = reader.gains();
        let reference = reader.reference();
        let by_year = reader.by_year();
        let in_force = reader.in_force();
        let tariff_path = optional::tariff_path(&mut reader);
        let sectors = optional::sectors(&mut reader);
        let exports = optional::exports(&mut reader);
        reader.check_complete(&gains, &reference);
        let faults = reader.faults;
        faults.into_result(Self {
            manifest: manifest.clone(),
            gains,
            reference,
            by_year,
            in_force,
            tariff_path,
            sectors,
            exports,
        })
    }

    /// Position of the focus country.
    #[must_use]
    pub fn focus(&self) -> usize {
        let manifest = &self.manifest;
        // The manifest was refused unless its focus is one of its countries.
        manifest.countries.iter().position(|country| country.iso3 == manifest.focus).unwrap_or(0)
    }

    /// Gain of the focus country in the last year over the draws.
    #[must_use]
    pub fn last_gain(&self, option: usize, measure: Measure) -> Option<&Spread> {
        self.gains.get(&(option, self.manifest.last_year(), self.focus(), measure))
    }

    /// Gain of the focus country in the last year on the reference path.
    #[must_use]
    pub fn last_reference(&self, option: usize, measure: Measure) -> Option<&Figure> {
        self.reference.get(&(option, self.manifest.last_year(), self.focus(), measure))
    }
}
