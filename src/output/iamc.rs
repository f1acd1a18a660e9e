//! Results in the long form of the Integrated Assessment Modeling Consortium, which scenario data bases and `pyam` read.

use super::lookup::measure_name;
use super::paths::BaselineLevel;
use super::rows::{Text, table};
use super::run::{Projection, SectorProjection};

/// Scenario of the levels of the baseline.
const BASELINE: &str = "baseline";

table! {
    /// One value of one variable: options are scenarios, countries are regions.
    pub struct IamcRow<'a> in "iamc.csv" by (model, scenario, region, variable, unit, year) {
        /// tradepath and its version
        model: Text<'a>,
        /// Option, or baseline for the levels
        scenario: Text<'a>,
        /// Country
        region: Text<'a>,
        /// Measure|against what|statistic over the draws; of sectors Measure|sector|...; of the baseline the measure alone
        variable: Text<'a>,
        /// pct, or million US dollars of 2019, or persons
        unit: Text<'a>,
        /// Year
        year: i16,
        /// Value
        value: f64 ["unit"],
    }
}

fn row<'a>(
    scenario: &Text<'a>,
    region: &Text<'a>,
    (variable, unit): (String, &str),
    year: i16,
    value: f64,
) -> IamcRow<'a> {
    let unit = if unit == "musd2019" { "million US$2019/yr" } else { unit };
    IamcRow {
        model: concat!("tradepath ", env!("CARGO_PKG_VERSION")).into(),
        scenario: scenario.clone(),
        region: region.clone(),
        variable: variable.into(),
        unit: unit.to_owned().into(),
        year,
        value,
    }
}

fn change(against: &str) -> &'static str {
    if against == BASELINE { "Change from baseline" } else { "Change from reference option" }
}

/// Mean, median and the ends of the interval of 90 % of a projection.
pub fn of_projection<'a>(from: &Projection<'a>) -> impl Iterator<Item = IamcRow<'a>> + use<'a> {
    let value = &from.value;
    let statistics = [("Mean", value.mean), ("P05", value.p05), ("P50", value.p50), ("P95", value.p95)];
    let head = format!("{}|{}", measure_name(&from.measure), change(&from.against));
    let from = from.clone();
    statistics.into_iter().filter_map(move |(statistic, value)| {
        let variable = (format!("{head}|{statistic}"), &*from.unit);
        Some(row(&from.option, &from.iso3, variable, from.year, value?))
    })
}

/// The mean of a sector.
#[must_use]
pub fn of_sector<'a>(from: &SectorProjection<'a>) -> Option<IamcRow<'a>> {
    let variable = format!("{}|{}|{}|Mean", measure_name(&from.measure), from.sector, change(&from.against));
    Some(row(&from.option, &from.iso3, (variable, &from.unit), from.year, from.value.mean?))
}

/// A level of the baseline.
#[must_use]
pub fn of_level<'a>(from: &BaselineLevel<'a>) -> IamcRow<'a> {
    let variable = (measure_name(&from.measure).to_owned(), &*from.unit);
    row(&BASELINE.into(), &from.iso3, variable, from.year, from.value)
}
