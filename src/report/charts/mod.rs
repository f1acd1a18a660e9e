//! The charts: one file each, from a [`Run`] to a picture and the numbers behind it.

use super::input::Run;
use super::theme::option_styles;
use crate::output::decomposition::DecompositionRow;
use crate::output::paths::TariffPathStep;
use crate::output::reference::{ReferenceBilateral, ReferenceSector};
use crate::output::rows::{Schema, TableRow};
use crate::output::run::DrawValue;
use crate::output::summary::SummaryRow;
use scene::Scene;

pub mod bridge;
mod country_effects;
mod gains_by_country;
mod gains_by_option;
mod in_force;
mod real_income_fan;
mod real_income_in_force;
mod scene;
mod sectors;
pub mod swim_lanes;
mod tariff_path;
pub mod tornado;
mod trade_by_pair;
mod trade_by_partner;
mod waterfall;

pub use scene::{Chart, DrawError};

/// A chart that the run has no table for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// Name of the chart.
    pub chart: &'static str,
    /// Table that is not there, or that has no rows for the chart.
    pub table: &'static str,
}

/// The tables behind the charts.
#[must_use]
pub fn schemas() -> Vec<Schema> {
    vec![
        country_effects::CountryEffect::schema(),
        gains_by_country::CountryGain::schema(),
        gains_by_option::OptionGain::schema(),
        in_force::InForceByYear::schema(),
        real_income_fan::YearGain::schema(),
        real_income_in_force::DrawGain::schema(),
        sectors::SectorOutputChange::schema(),
        tariff_path::TariffOverDates::schema(),
        trade_by_pair::FlowChange::schema(),
        trade_by_partner::ExportsChange::schema(),
        waterfall::GainPart::schema(),
    ]
}

/// Draws every chart for which the run has a table.
///
/// # Errors
/// [`DrawError`] if the backend failed.
pub fn all(run: &Run) -> Result<(Vec<Chart>, Vec<LeftOut>), DrawError> {
    let scene = Scene { run, styles: option_styles(&run.manifest) };
    let mut left_out = Vec::new();
    let mut charts = vec![gains_by_option::draw(&scene)?];
    match country_effects::draw(&scene)? {
        Some(drawn) => charts.push(drawn),
        None => left_out.push(LeftOut { chart: "country_effects", table: SummaryRow::FILE }),
    }
    charts.push(gains_by_country::draw(&scene)?);
    let [first, last] = run.manifest.years;
    if first < last {
        charts.push(real_income_fan::draw(&scene)?);
    } else {
        left_out.push(LeftOut { chart: "real_income_fan", table: "projections.csv of two years or more" });
    }
    charts.push(in_force::draw(&scene)?);
    let optional = [
        ("real_income_in_force", DrawValue::FILE, real_income_in_force::draw(&scene)?),
        ("waterfall", DecompositionRow::FILE, waterfall::draw(&scene)?),
        ("tariff_path", TariffPathStep::FILE, tariff_path::draw(&scene)?),
        ("sectors", ReferenceSector::FILE, sectors::draw(&scene)?),
        ("trade_by_partner", ReferenceBilateral::FILE, trade_by_partner::draw(&scene)?),
        ("trade_by_pair", ReferenceBilateral::FILE, trade_by_pair::draw(&scene)?),
    ];
    for (chart, table, drawn) in optional {
        match drawn {
            Some(drawn) => charts.push(drawn),
            None => left_out.push(LeftOut { chart, table }),
        }
    }
    Ok((charts, left_out))
}
