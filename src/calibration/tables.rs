//! Rows of a baseline directory as the calibration writes it.

use crate::data::{Axes, SectorKind};
use crate::output::dir::{OutputDir, OutputError};
use crate::output::rows::{Rounded, Text, table};

table! {
    /// Countries in the order of all arrays.
    pub struct CountryRow<'a> in "countries.csv" by (iso3) {
        /// Code
        iso3: Text<'a>,
        /// Name
        name: Text<'a>,
        /// Region
        region: Text<'a>,
    }
}

table! {
    /// Sectors in the order of all arrays.
    pub struct SectorRow<'a> in "sectors.csv" by (sector) {
        /// Id
        sector: Text<'a>,
        /// Name
        name: Text<'a>,
        /// goods or services
        kind: Text<'a>,
        /// Trade elasticity; empty = not traded
        theta: Option<f64>,
        /// Its standard error; empty = not known
        theta_se: Option<f64>,
    }
}

table! {
    /// Flows, domestic ones included.
    pub struct FlowRow<'a> in "trade.csv" by (exporter, importer, sector) {
        /// Country
        exporter: Text<'a>,
        /// Country
        importer: Text<'a>,
        /// Sector
        sector: Text<'a>,
        /// Value
        value_musd: Rounded ["musd"],
    }
}

table! {
    /// Tariffs.
    pub struct TariffRow<'a> in "tariffs.csv" by (exporter, importer, sector) {
        /// Country
        exporter: Text<'a>,
        /// Country
        importer: Text<'a>,
        /// Sector
        sector: Text<'a>,
        /// Rate
        tariff_pct: Rounded ["pct"],
    }
}

table! {
    /// Inputs as shares of the gross output of the sector that uses them.
    pub struct InputRow<'a> in "io.csv" by (country, input_sector, output_sector) {
        /// Country
        country: Text<'a>,
        /// Sector that supplies
        input_sector: Text<'a>,
        /// Sector that uses
        output_sector: Text<'a>,
        /// Share
        share: Rounded ["share"],
    }
}

table! {
    /// Value added as a share of gross output.
    pub struct ValueAddedRow<'a> in "value_added.csv" by (country, sector) {
        /// Country
        country: Text<'a>,
        /// Sector
        sector: Text<'a>,
        /// Share
        share: Rounded ["share"],
    }
}

table! {
    /// What balancing moved.
    pub struct AdjustmentRow<'a> in "adjustments.csv" by (table, country, sector, partner, step) {
        /// What was adjusted
        table: Text<'a>,
        /// Country
        country: Text<'a>,
        /// Sector
        sector: Text<'a>,
        /// Partner; empty where there is none
        partner: Text<'a>,
        /// Before
        before_musd: Rounded ["musd"],
        /// After
        after_musd: Rounded ["musd"],
        /// Why
        step: Text<'a>,
    }
}

table! {
    /// Whether each block of a country's data is observed, scaled, imputed or assumed.
    pub struct Provenance<'a> in "provenance.csv" by (country, block, status, source) {
        /// Country
        country: Text<'a>,
        /// Block of data
        block: Text<'a>,
        /// observed, scaled, imputed or assumed
        status: Text<'a>,
        /// Where it comes from
        source: Text<'a>,
        /// Country that an imputed block was taken from
        donor: Text<'a>,
    }
}

table! {
    /// Targets of the balancing and what was reached.
    pub struct TargetRow<'a> in "targets.csv" by (country, measure) {
        /// Country
        country: Text<'a>,
        /// Measure
        measure: Text<'a>,
        /// Target
        target_musd: Rounded ["musd"],
        /// Reached
        reached_musd: Rounded ["musd"],
        /// Reached over target, less one
        difference_pct: Rounded ["pct"],
    }
}

table! {
    /// Growth of real GDP.
    pub struct GrowthRow<'a> in "growth.csv" by (iso3, year_from) {
        /// Country
        iso3: Text<'a>,
        /// First year
        year_from: i16,
        /// Last year
        year_to: i16,
        /// Percent a year
        growth_pct: f64 ["pct"],
        /// Where it comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

table! {
    /// Trade of codes that no sector or country of the set takes.
    pub struct UnmatchedRow<'a> in "unmatched.csv" by (code) {
        /// Code of the outside table
        code: Text<'a>,
        /// Value
        value_musd: f64 ["musd"],
    }
}

/// Writes `countries.csv` and `sectors.csv`.
pub fn write_axes(dir: &OutputDir, axes: &Axes) -> Result<(), OutputError> {
    dir.write_rows(axes.countries.iter().map(|country| CountryRow {
        iso3: country.iso3.as_str().into(),
        name: country.name.as_str().into(),
        region: country.region.as_str().into(),
    }))?;
    dir.write_rows(axes.sectors.iter().map(|sector| SectorRow {
        sector: sector.id.as_str().into(),
        name: sector.name.as_str().into(),
        kind: if sector.kind == SectorKind::Goods { "goods" } else { "services" }.into(),
        theta: sector.theta,
        theta_se: sector.theta_se,
    }))
}
