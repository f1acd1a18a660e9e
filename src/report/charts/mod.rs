//! The charts: one file each, from a [`Run`] to a picture and the numbers behind it.

use super::input::Run;
use super::theme::option_styles;
use crate::numerics::parallel;
use crate::output::decomposition::DecompositionRow;
use crate::output::events::MilestoneYear;
use crate::output::paths::TariffPathStep;
use crate::output::reference::{ReferenceBilateral, ReferenceSector};
use crate::output::rows::{Schema, TableRow};
use crate::output::run::{DrawValue, Projection};
use crate::output::summary::SummaryRow;
use scene::Scene;

pub mod bridge;
mod country_effects;
pub mod frontier;
mod gains_by_country;
mod gains_by_option;
pub mod hindcasts;
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
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

/// What draws a chart; `None` where the run lacks its table.
type Draw = fn(&Scene<'_>) -> Result<Option<Chart>, DrawError>;

/// The charts in the order of the page, with the table that each needs.
const ALL: [(&str, &str, Draw); 11] = [
    ("gains_by_option", Projection::FILE, |scene| gains_by_option::draw(scene).map(Some)),
    ("country_effects", SummaryRow::FILE, country_effects::draw),
    ("gains_by_country", Projection::FILE, |scene| gains_by_country::draw(scene).map(Some)),
    ("real_income_fan", "projections.csv of two years or more", |scene| {
        let [first, last] = scene.run.manifest.years;
        (first < last).then(|| real_income_fan::draw(scene)).transpose()
    }),
    ("in_force_by_year", MilestoneYear::FILE, |scene| in_force::draw(scene).map(Some)),
    ("real_income_in_force", DrawValue::FILE, real_income_in_force::draw),
    ("waterfall", DecompositionRow::FILE, waterfall::draw),
    ("tariff_path", TariffPathStep::FILE, tariff_path::draw),
    ("sectors", ReferenceSector::FILE, sectors::draw),
    ("trade_by_partner", ReferenceBilateral::FILE, trade_by_partner::draw),
    ("trade_by_pair", ReferenceBilateral::FILE, trade_by_pair::draw),
];

/// Draws every chart for which the run has a table.
///
/// # Errors
/// [`DrawError`] if the backend failed.
pub fn all(run: &Run) -> Result<(Vec<Chart>, Vec<LeftOut>), DrawError> {
    let scene = Scene { run, styles: option_styles(&run.manifest) };
    let drawn: Vec<Option<Chart>> = parallel::try_map(ALL.len(), |at| (ALL[at].2)(&scene))?;
    let lacks = ALL.iter().zip(&drawn).filter(|(_, drawn)| drawn.is_none());
    let left_out = lacks.map(|(&(chart, table, _), _)| LeftOut { chart, table }).collect();
    Ok((drawn.into_iter().flatten().collect(), left_out))
}
