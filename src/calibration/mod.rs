//! From outside tables to a directory that the program reads: readers of each source, concordance, balancing, writing.

pub mod apac;
pub mod balance;
pub mod checks;
pub mod facts;
pub mod hindcasts;
mod number_rule;
pub mod outside;
pub mod policy;
mod reading;
mod tables;

pub use number_rule::NumberRule;
pub use reading::Reading;
pub use tables::Provenance;

use crate::output::rows::{Schema, TableRow};

/// All tables of this module.
#[must_use]
pub fn schemas() -> Vec<Schema> {
    vec![
        tables::AdjustmentRow::schema(),
        tables::CountryRow::schema(),
        tables::FlowRow::schema(),
        tables::GrowthRow::schema(),
        tables::InputRow::schema(),
        Provenance::schema(),
        tables::SectorRow::schema(),
        tables::TargetRow::schema(),
        tables::TariffRow::schema(),
        tables::UnmatchedRow::schema(),
        tables::ValueAddedRow::schema(),
        facts::rows::ElasticityRow::schema(),
        facts::rows::FactorRow::schema(),
        facts::rows::StudyRow::schema(),
        facts::rows::WorkersRow::schema(),
        facts::rows::PopulationRow::schema(),
        policy::rows::AggregateRow::schema(),
        policy::rows::Barrier::schema(),
        policy::rows::Claim::schema(),
        policy::rows::LineCoverage::schema(),
        policy::rows::StagedPart::schema(),
        policy::rows::StagingCheck::schema(),
        policy::rows::StagingRest::schema(),
        policy::rows::SpecificDuty::schema(),
        policy::rows::Emissions::schema(),
        policy::rows::GroupLines::schema(),
        policy::rows::MembershipRow::schema(),
        policy::rows::MfnRate::schema(),
        policy::rows::Preference::schema(),
        policy::rows::ProductGroup::schema(),
        policy::rows::Supply::schema(),
    ]
}
