//! Result tables: rows whose columns and units are declared once ([`rows`]), files written whole or not at all
//! ([`OutputDir`]). Nothing is computed here that a result does not hold.

pub mod assumptions;
pub mod beats;
pub mod decomposition;
pub mod dir;
pub mod draws;
pub mod estimate;
pub mod events;
pub mod fit;
pub mod iamc;
pub mod insurance;
pub mod lookup;
pub mod parquet;
pub mod paths;
pub mod quadrature;
pub mod quotas;
pub mod reference;
pub mod results;
pub mod rows;
pub mod run;
pub mod schedule;
pub mod solve;
pub mod summary;
pub mod tariffs;
pub mod tornado;
pub mod trade;
pub mod variance;

pub use dir::OutputDir;

use rows::{Schema, TableRow};

/// All tables of this module.
#[must_use]
pub fn schemas() -> Vec<Schema> {
    let mut all = vec![
        assumptions::Assumption::schema(),
        beats::BeatsRow::schema(),
        decomposition::DecompositionRow::schema(),
        insurance::InsuranceRow::schema(),
        estimate::CoefficientRow::schema(),
        estimate::CollinearRow::schema(),
        estimate::CovarianceRow::schema(),
        estimate::DroppedRow::schema(),
        estimate::FixedEffectRow::schema(),
        estimate::SeparatedRow::schema(),
        events::EventCount::schema(),
        events::EventRow::schema(),
        events::LaneEvent::schema(),
        events::MilestoneDates::schema(),
        events::MilestoneReached::schema(),
        events::MilestoneYear::schema(),
        events::PairState::schema(),
        fit::FittedDuration::schema(),
        iamc::IamcRow::schema(),
        lookup::CountryName::schema(),
        lookup::MeasureName::schema(),
        lookup::OptionName::schema(),
        lookup::SectorName::schema(),
        fit::FittedQuantity::schema(),
        fit::PartyGain::schema(),
        paths::BaselineLevel::schema(),
        paths::TariffPathStep::schema(),
        paths::TariffRow::schema(),
        quadrature::QuadratureRow::schema(),
        quotas::QuotaRow::schema(),
        quotas::RunQuotaRow::schema(),
        reference::ReferenceBilateral::schema(),
        reference::ReferenceDate::schema(),
        reference::ReferenceSector::schema(),
        reference::ReferenceValue::schema(),
        run::BilateralChange::schema(),
        run::DrawValue::schema(),
        run::Projection::schema(),
        run::SectorProjection::schema(),
        schedule::ScheduledRate::schema(),
        solve::CountryChange::schema(),
        solve::CountryChangeWithInterval::schema(),
        solve::CuredDemandRow::schema(),
        solve::PathRow::schema(),
        solve::SectorChange::schema(),
        solve::TariffDerivative::schema(),
        solve::ThetaDerivative::schema(),
        solve::TradeChange::schema(),
        summary::SummaryRow::schema(),
        tornado::TornadoRow::schema(),
        trade::CoverageRow::schema(),
        trade::CreationRow::schema(),
        trade::ExposureRow::schema(),
        trade::TradeRow::schema(),
        tariffs::DutiesRow::schema(),
        tariffs::LiberalisationRow::schema(),
        tariffs::ProvisionRow::schema(),
        variance::VarianceRow::schema(),
    ];
    all.extend(estimate::models::schemas());
    all
}
