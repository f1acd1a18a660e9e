//! The face of the solver: a baseline that is prepared once, and solves many counterfactuals.

use std::sync::Arc;

use ndarray::Array1;

use super::conditions::income::Deficits;
use super::counterfactual::failure::NoEquilibrium;
use super::counterfactual::result::{Equilibrium, StartingPoint};
use super::counterfactual::scale::ScaleError;
use super::counterfactual::shock::{Closure, Shock};
use super::counterfactual::stats::Method;
use super::search::chain::CHAIN;
use super::search::core::Core;
use super::search::state::Search;
use crate::economy::Economy;

/// Baselines are solved to this share of every tolerance, so that a shock without changes returns no change.
const BASELINE_TIGHTNESS: f64 = 0.002;

/// A baseline equilibrium with what all counterfactuals share. Cheap to clone.
#[derive(Clone)]
pub struct PreparedBaseline {
    pub(super) core: Arc<Core>,
    pub(super) deficits: Arc<Deficits>,
    /// How far re-solving moved wages from the data: largest |ln w|.
    pub resolved_ln_wage: f64,
}

impl PreparedBaseline {
    /// Re-solves the data under their own final-demand shares and the closure, and prepares the steps of
    /// counterfactuals: the linearised system at the baseline.
    ///
    /// # Errors
    /// [`NoEquilibrium`] if the data cannot be brought into equilibrium.
    pub fn new(data: Economy, closure: Closure) -> Result<Self, Box<NoEquilibrium>> {
        let base_closure = match &closure {
            Closure::Zero => Closure::Zero,
            _ => Closure::Fixed,
        };
        NoEquilibrium::check(&data, &base_closure)?;
        let mut core = Core::new(data, None);
        let deficits = Deficits::new(&base_closure, &core.economy, &core.base);
        let mut resolved_ln_wage = 0.0;
        if !core.prepare(&deficits) {
            let solved =
                Search::new(&core, &deficits, &Shock::default(), BASELINE_TIGHTNESS).run(None, &CHAIN)?;
            resolved_ln_wage = solved.ln_wage.iter().fold(0.0_f64, |largest, ln| largest.max(ln.abs()));
            core = Core::new(solved.rebase(&core.economy), None);
            core.prepare(&Deficits::new(&base_closure, &core.economy, &core.base));
        }
        let deficits = Arc::new(Deficits::new(&closure, &core.economy, &core.base));
        Ok(Self { core: Arc::new(core), deficits, resolved_ln_wage })
    }

    /// An economy that is in equilibrium as it stands, such as a solution; deficits are fixed.
    #[must_use]
    pub fn at(economy: Economy) -> Self {
        let mut core = Core::new(economy, None);
        let deficits = Deficits::new(&Closure::Fixed, &core.economy, &core.base);
        core.prepare(&deficits);
        Self { core: Arc::new(core), deficits: Arc::new(deficits), resolved_ln_wage: 0.0 }
    }

    /// An economy near this baseline, with its input shares, that is in equilibrium as it stands, such as a solution; deficits are fixed. Its searches
    /// take the steps of this baseline, which costs a few evaluations more and saves a linearised system.
    #[must_use]
    pub fn near(&self, economy: Economy) -> Self {
        let core = self.core.near(economy);
        let deficits = Deficits::new(&Closure::Fixed, &core.economy, &core.base);
        Self { core: Arc::new(core), deficits: Arc::new(deficits), resolved_ln_wage: 0.0 }
    }

    /// The same baseline with another closure for its counterfactuals.
    #[must_use]
    pub fn with_closure(&self, closure: Closure) -> Self {
        let deficits = Arc::new(Deficits::new(&closure, &self.core.economy, &self.core.base));
        Self { deficits, ..self.clone() }
    }

    /// The same baseline with external economies of scale `psi theta`, `[j]` (`docs/model.md` section 6): the
    /// productivity of a sector follows its size in every counterfactual.
    ///
    /// # Errors
    /// [`ScaleError`] where the equilibrium would not be the only one.
    pub fn with_scale(&self, psi_theta: &Array1<f64>) -> Result<Self, ScaleError> {
        let economy = &self.core.economy;
        for (sector, &psi_theta) in economy.axes.sectors.iter().zip(psi_theta) {
            let id = || sector.id.clone();
            if !(0.0..1.0).contains(&psi_theta) {
                return Err(ScaleError::OutOfRange { sector: id(), psi_theta });
            }
            if sector.theta.is_none() && psi_theta > 0.0 {
                return Err(ScaleError::NotTraded { sector: id(), psi_theta });
            }
        }
        let psi_theta: Vec<f64> = psi_theta.to_vec();
        let mut core = Core::new(economy.clone(), Some(&psi_theta));
        core.prepare(&Deficits::new(&Closure::Fixed, economy, &core.base));
        let stride = core.base.shape.stride;
        let fixed = match self.core.base.scale {
            None => Arc::clone(&self.core),
            Some(_) => Arc::new(Core::new(economy.clone(), None)),
        };
        if let Some((factor, at)) =
            core.feedback(&fixed).filter(|(factor, _)| factor.is_nan() || *factor >= 1.0)
        {
            return Err(ScaleError::NotUnique {
                country: economy.axes.countries[at % stride].iso3.clone(),
                sector: economy.axes.sectors[at / stride].id.clone(),
                factor,
            });
        }
        Ok(Self { core: Arc::new(core), ..self.clone() })
    }

    /// The baseline economy, in equilibrium.
    #[must_use]
    pub fn economy(&self) -> &Economy {
        &self.core.economy
    }

    /// The counterfactual of one shock.
    ///
    /// # Errors
    /// [`NoEquilibrium`] with the worst country where no method converged.
    pub fn solve(&self, shock: &Shock) -> Result<Equilibrium, Box<NoEquilibrium>> {
        self.search(shock, 1.0).run(None, &CHAIN)
    }

    /// The same counterfactual as [`Self::solve`]; the search starts at an equilibrium found before.
    ///
    /// `start` must come from this baseline (any shock, any closure); its wages, prices and expenditure
    /// save evaluations where the two shocks are near. The result does not depend on it beyond the
    /// tolerance of the solver; where the start leads nowhere the search begins again at the baseline.
    ///
    /// # Errors
    /// [`NoEquilibrium`] with the worst country where no method converged.
    pub fn solve_from(
        &self,
        shock: &Shock,
        start: &StartingPoint,
    ) -> Result<Equilibrium, Box<NoEquilibrium>> {
        self.search(shock, 1.0).run(Some(start), &CHAIN)
    }

    /// As [`Self::solve_from`], with every residual brought down to where rounding ends, as far as that goes.
    pub(super) fn solve_tightly(
        &self,
        shock: &Shock,
        start: &StartingPoint,
    ) -> Result<Equilibrium, Box<NoEquilibrium>> {
        self.search(shock, BASELINE_TIGHTNESS).run(Some(start), &CHAIN)
    }

    fn search<'p>(&'p self, shock: &'p Shock, tightness: f64) -> Search<'p> {
        Search::new(&self.core, &self.deficits, shock, tightness)
    }

    /// True if deficits other than 0 are to be financed.
    pub(super) fn has_deficits(&self) -> bool {
        self.deficits.any()
    }

    /// The counterfactual by one method alone, to compare methods.
    ///
    /// # Errors
    /// [`NoEquilibrium`] if this method did not converge.
    pub fn solve_with(&self, shock: &Shock, method: Method) -> Result<Equilibrium, Box<NoEquilibrium>> {
        self.search(shock, 1.0).run(None, &[method])
    }
}
