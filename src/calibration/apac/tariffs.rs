//! Base tariffs: what the policy tables say of the base year.

use ndarray::Array3;

use super::concordance::Concordance;
use super::figures::YEAR;
use crate::data::Files;
use crate::error::InputErrors;
use crate::policy::{PolicyBook, PolicyParameters, Regimes};

/// Effective base tariffs, `[j,n,i]`, percent, day-weighted over the base year; 0 at home and in services.
///
/// # Errors
/// If a policy table is faulty.
pub(crate) fn base_tariffs(by: &Concordance) -> Result<Array3<f64>, InputErrors> {
    let book = PolicyBook::read(&Files::embedded(), &by.axes)?;
    let regimes = Regimes::new(&book, &book.initial);
    let costs = book.year_costs(&regimes, YEAR, PolicyParameters::default());
    Ok(costs.tariff_factor.mapv(|factor| 100.0 * (factor - 1.0)))
}
