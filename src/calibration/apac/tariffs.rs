//! Base tariffs: what the policy tables say of a year.

use ndarray::Array3;

use crate::data::{Axes, Files};
use crate::error::InputErrors;
use crate::policy::{PolicyBook, PolicyParameters, Regimes};

/// Effective tariffs, `[j,n,i]`, percent, day-weighted over the year; 0 at home and in services.
///
/// # Errors
/// If a policy table is faulty.
pub(crate) fn base_tariffs(axes: &Axes, year: i16) -> Result<Array3<f64>, InputErrors> {
    let book = PolicyBook::read(&Files::embedded(), axes)?;
    let regimes = Regimes::new(&book, &book.initial);
    let costs = book.year_costs(&regimes, year, PolicyParameters::default());
    Ok(costs.tariff_factor.mapv(|factor| 100.0 * (factor - 1.0)))
}
