//! The tables of what moves from year to year, as the plan switches it on: capital, adjustment of trade, jobs, scale.

use ndarray::Array1;

use super::carried::CarriedShape;
use super::dynamics_plan::Structure;
use super::plan::Plan;
use crate::data::{Axes, Files};
use crate::error::InputErrors;
use crate::projection::{Adjustment, Capital, Labour, scale};

/// Folder of the tables that hold for any baseline.
pub(super) const YEARS: &str = "years";

/// The tables that the plan asks for.
pub(super) struct Dynamics {
    pub capital: Option<Capital>,
    pub adjustment: Option<Adjustment>,
    pub labour: Option<Labour>,
    /// `psi theta`, `[j]`.
    pub psi_theta: Option<Array1<f64>>,
    discount_ratio: f64,
    first_year: i16,
    pub shape: CarriedShape,
}

impl Plan {
    /// Checks the tables of what moves from year to year, as far as the plan asks for them.
    ///
    /// # Errors
    /// [`InputErrors`] of all of them.
    pub fn check_dynamics(&self, files: &Files, axes: &Axes) -> Result<(), InputErrors> {
        Dynamics::read(self, files, axes).map(|_| ())
    }
}

impl Dynamics {
    /// Reads what a plan asks for; `files` is its folder.
    pub fn read(of: &Plan, files: &Files, axes: &Axes) -> Result<Self, InputErrors> {
        let (plan, first_year, baseline) = (&of.dynamics, of.years[0], &files.folder(&of.baseline));
        let capital = plan.capital.then(|| Capital::read(baseline, axes));
        let adjustment = plan.adjustment.then(|| Adjustment::read(&files.folder(YEARS)));
        let psi_theta = (plan.structure == Structure::Scale).then(|| scale::read(&files.folder(YEARS), axes));
        let labour = plan.labour.then(|| Labour::read(baseline, &files.folder(YEARS), axes));
        let mut faults = Vec::new();
        let mut note =
            |errors: Option<&InputErrors>| faults.extend(errors.iter().flat_map(|errors| errors.0.clone()));
        note(capital.as_ref().and_then(|read| read.as_ref().err()));
        note(adjustment.as_ref().and_then(|read| read.as_ref().err()));
        note(labour.as_ref().and_then(|read| read.as_ref().err()));
        note(psi_theta.as_ref().and_then(|read| read.as_ref().err()));
        if !faults.is_empty() {
            return Err(InputErrors(faults));
        }
        Ok(Self {
            capital: capital.and_then(Result::ok),
            adjustment: adjustment.and_then(Result::ok),
            labour: labour.and_then(Result::ok),
            psi_theta: psi_theta.and_then(Result::ok),
            discount_ratio: plan.discount_pct / 100.0,
            first_year,
            shape: CarriedShape { n: axes.n_countries(), s: axes.n_sectors(), has_jobs: plan.labour },
        })
    }

    /// Weight of a year in the present value of the first.
    pub fn discount_factor(&self, year: i16) -> f64 {
        (1.0 + self.discount_ratio).powi(i32::from(self.first_year) - i32::from(year))
    }
}
