//! Lookup tables: what the identifiers in a folder of results stand for, to be joined to its tables.

use super::dir::{OutputDir, OutputError};
use super::rows::{Text, table};
use crate::data::{Axes, SectorKind};
use crate::ensemble::{Experiment, RunFrame};

table! {
    /// Countries and groups of countries.
    pub struct CountryName<'a> in "lookup/countries.csv" by (iso3) {
        /// Code in the tables; ISO 3166 alpha-3 where it is a country
        iso3: Text<'a>,
        /// Name
        name: Text<'a>,
        /// Region
        region: Text<'a>,
    }
}

table! {
    /// Sectors, and the totals that stand beside them in tables.
    pub struct SectorName<'a> in "lookup/sectors.csv" by (sector) {
        /// Sector
        sector: Text<'a>,
        /// Name
        name: Text<'a>,
        /// goods or services
        kind: Text<'a>,
    }
}

table! {
    /// Options.
    pub struct OptionName<'a> in "lookup/options.csv" by (option) {
        /// Option
        option: Text<'a>,
        /// Title
        title: Text<'a>,
        /// What it is
        description: Text<'a>,
        /// True for the option that gains are measured against
        is_reference: bool,
    }
}

table! {
    /// Measures.
    pub struct MeasureName<'a> in "lookup/measures.csv" by (measure) {
        /// Measure
        measure: Text<'a>,
        /// Name
        name: Text<'a>,
        /// Units in which it is given, joined by |
        units: Text<'a>,
    }
}

/// Measures of the tables of a run: identifier, name, units.
const MEASURES: [(&str, &str, &str); 24] = [
    ("real_income", "Real income", "pct|musd2019"),
    ("real_income_money", "Real income in money", "musd2019"),
    ("real_income_static", "Real income at the capital of the baseline", "pct"),
    ("real_income_present_value", "Present value of the gains in real income up to the year", "musd2019"),
    ("real_income_cumulative", "Gains in real income added up to the year", "musd2019"),
    ("real_wage", "Real wage", "pct"),
    ("exports", "Exports", "pct|musd2019"),
    ("exports_money", "Exports in money", "musd2019"),
    ("imports", "Imports", "pct|musd2019"),
    ("imports_money", "Imports in money", "musd2019"),
    ("imports_change", "Imports by partner", "musd2019|pct"),
    ("terms_of_trade", "Terms of trade", "pct"),
    ("tariff_revenue", "Tariff revenue", "musd2019"),
    ("tariff_revenue_change", "Tariff revenue, change", "musd2019"),
    ("real_gdp", "Gross domestic product at constant prices", "musd2019|pct"),
    ("jobs", "Jobs", "persons"),
    ("labour_reallocated", "Workers who change their sector", "pct"),
    ("capital", "Capital", "pct"),
    ("jobs_given_up", "Jobs given up in sectors that shrink", "persons"),
    ("workers_displaced", "Workers out of work in the year", "persons"),
    ("adjustment_spending", "Spending on adjustment", "musd2019"),
    (
        "adjustment_spending_most",
        "Spending on adjustment if every job given up displaces its worker",
        "musd2019",
    ),
    ("output", "Output at constant prices", "pct"),
    ("employment", "Employment", "pct"),
];

/// Name of a measure; one that has none is its own name.
#[must_use]
pub(super) fn measure_name(measure: &str) -> &str {
    MEASURES.iter().find(|(known, ..)| *known == measure).map_or(measure, |(_, name, _)| name)
}

/// Writes countries and sectors.
///
/// # Errors
/// [`OutputError`] if a file cannot be written.
pub fn write_axes(output: &OutputDir, axes: &Axes) -> Result<(), OutputError> {
    output.write_rows(axes.countries.iter().map(|country| CountryName {
        iso3: country.iso3.as_str().into(),
        name: country.name.as_str().into(),
        region: country.region.as_str().into(),
    }))?;
    let sectors = axes.sectors.iter().map(|sector| SectorName {
        sector: sector.id.as_str().into(),
        name: sector.name.as_str().into(),
        kind: kind_name(sector.kind).into(),
    });
    output.write_rows(sectors.chain(totals(axes)))
}

fn kind_name(kind: SectorKind) -> &'static str {
    if kind == SectorKind::Goods { "goods" } else { "services" }
}

/// The totals over the sectors of a kind, which tables list beside the sectors; a sector of the same name comes first.
fn totals<'a>(axes: &'a Axes) -> impl Iterator<Item = SectorName<'a>> {
    let kinds = [(SectorKind::Goods, "All goods"), (SectorKind::Services, "All services")];
    let is_free = |kind| !axes.sectors.iter().any(|sector| sector.id.as_str() == kind_name(kind));
    kinds.into_iter().filter(move |(kind, _)| is_free(*kind)).map(|(kind, name)| SectorName {
        sector: kind_name(kind).into(),
        name: name.into(),
        kind: kind_name(kind).into(),
    })
}

/// Writes all four tables of a run.
///
/// # Errors
/// [`OutputError`] if a file cannot be written.
pub(super) fn write_run(
    output: &OutputDir,
    experiment: &Experiment,
    frame: &RunFrame,
) -> Result<(), OutputError> {
    write_axes(output, &experiment.axes)?;
    output.write_rows(experiment.options.iter().map(|run| OptionName {
        option: run.spec.id.as_str().into(),
        title: run.spec.title.as_str().into(),
        description: run.spec.description.as_str().into(),
        is_reference: run.spec.id == frame.plan.reference_option,
    }))?;
    output.write_rows(MEASURES.iter().map(|(measure, name, units)| MeasureName {
        measure: (*measure).into(),
        name: (*name).into(),
        units: (*units).into(),
    }))
}

#[cfg(test)]
mod tests {
    use super::MEASURES;
    use crate::ensemble::SECTOR_MEASURES;
    use crate::output::run::IMPORTS_CHANGE;
    use crate::projection::Outcome;

    #[test]
    fn every_measure_of_the_tables_has_a_name_and_its_unit() {
        let of_sectors = SECTOR_MEASURES.iter().map(|measure| (measure.0, measure.1));
        let imports = [(IMPORTS_CHANGE, "pct"), (IMPORTS_CHANGE, "musd2019")];
        for (measure, unit) in Outcome::MEASURES.into_iter().chain(of_sectors).chain(imports) {
            let found = MEASURES.iter().find(|(known, ..)| *known == measure);
            let units = found.unwrap_or_else(|| panic!("{measure} has no name")).2;
            assert!(units.split('|').any(|known| known == unit), "{measure}: {unit} is not in {units}");
        }
    }
}
