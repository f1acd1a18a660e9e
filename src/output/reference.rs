//! The reference path of each option in numbers: it happens, after median durations, with central parameters, in the world
//! of the reference option.

use jiff::civil::Date;

use super::rows::{Text, table};
use super::run::{
    IMPORTS_CHANGE, SECTOR_GROUPS, against, country_cells, measured, partner_cells, sector_cells,
};
use crate::ensemble::summary::value;
use crate::ensemble::{Experiment, RunFrame, YearBlock};

measured! {
    /// Deviation along the reference path of an option: it happens, after median durations, with central parameters, in
    /// the world of the reference option.
    pub struct ReferenceValue in "reference.csv" of a country {
        /// Value
        value: Option<f64> ["unit"],
    }
}

measured! {
    /// Output and workers by sector along the reference path of an option.
    pub struct ReferenceSector in "reference_sectors.csv" of a sector {
        /// Value
        value: f64 ["unit"],
    }
}

measured! {
    /// Change of imports by partner along the reference path of an option.
    pub struct ReferenceBilateral in "reference_bilateral.csv" of a pair {
        /// Value
        value: f64 ["unit"],
    }
}

table! {
    /// First day of each milestone on the reference path of an option.
    pub struct ReferenceDate<'a> in "reference_dates.csv" by (option, milestone) {
        /// Option
        option: Text<'a>,
        /// Milestone
        milestone: Text<'a>,
        /// Day
        date: Date,
    }
}

/// Rows of `reference.csv` of one year, from the block of the reference paths.
#[must_use]
pub fn reference<'a>(frame: &'a RunFrame, block: &YearBlock) -> Vec<ReferenceValue<'a>> {
    let mut rows = Vec::new();
    for (option, id) in frame.plan.options.iter().enumerate() {
        for found in country_cells(frame) {
            rows.extend(against(frame, option).map(|against| ReferenceValue {
                option: id.as_str().into(),
                year: block.year,
                iso3: found.iso3.clone(),
                measure: found.name.into(),
                against: against.name().into(),
                unit: found.unit.into(),
                value: Some(value(block, 0, option, found.cell, against)),
            }));
        }
    }
    rows
}

/// Rows of `reference_sectors.csv` of one year.
#[must_use]
pub fn reference_sectors<'a>(frame: &'a RunFrame, block: &YearBlock) -> Vec<ReferenceSector<'a>> {
    let mut rows = Vec::new();
    for (option, id) in frame.plan.options.iter().enumerate() {
        for found in sector_cells(frame) {
            rows.extend(against(frame, option).map(|against| ReferenceSector {
                option: id.as_str().into(),
                year: block.year,
                iso3: found.iso3.clone(),
                sector: found.sector.clone(),
                measure: found.name.into(),
                against: against.name().into(),
                unit: found.unit.into(),
                value: value(block, 0, option, found.cell, against),
            }));
        }
    }
    rows
}

/// Rows of `reference_bilateral.csv` of one year.
#[must_use]
pub fn reference_bilateral<'a>(frame: &'a RunFrame, block: &YearBlock) -> Vec<ReferenceBilateral<'a>> {
    let mut rows = Vec::new();
    for (option, id) in frame.plan.options.iter().enumerate() {
        for found in partner_cells(block) {
            rows.extend(against(frame, option).map(|against| ReferenceBilateral {
                option: id.as_str().into(),
                year: block.year,
                exporter: frame.countries[found.exporter].as_str().into(),
                importer: frame.countries[found.importer].as_str().into(),
                sector_group: SECTOR_GROUPS[found.group].into(),
                measure: IMPORTS_CHANGE.into(),
                against: against.name().into(),
                unit: found.unit.into(),
                value: value(block, 0, option, found.cell, against),
            }));
        }
    }
    rows
}

/// Rows of `reference_dates.csv`.
pub fn reference_dates(experiment: &Experiment) -> impl Iterator<Item = ReferenceDate<'_>> {
    experiment.options.iter().flat_map(|option| {
        let first = option.reference.first_dates(experiment.horizon);
        let id = option.spec.id.as_str();
        first.into_iter().map(move |(milestone, date)| ReferenceDate {
            option: id.into(),
            milestone: milestone.into(),
            date,
        })
    })
}
