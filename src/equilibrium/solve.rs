//! What is asked and answered: closures, shocks, the prepared baseline and the error.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ndarray::{Array1, Array2, Array3};

use super::batch::Packs;
use super::frame::{Frame, Shape};
use super::linear::Linear;
use super::precondition::Preconditioner;
use super::quota::Quota;
use super::result::Equilibrium;
use super::search::{CHAIN, Search, Workspace};
use super::sweep::Transfers;
use crate::economy::{Economy, Tariffs};

/// How deficits behave in the counterfactual (`model.md` section 2).
#[derive(Debug, Clone, PartialEq)]
pub enum Closure {
    /// D' = D in units of the numeraire.
    Fixed,
    /// The baseline is first re-solved with D = 0.
    Zero,
    /// `D' = w_hat VA ((1 + D/VA) xi - 1)`: what a country spends over what it earns, up to one world factor xi
    /// such that deficits sum to 0.
    GdpShare,
    /// D' in million USD, `[n]`.
    Given(Array1<f64>),
}

/// What changes: every field absent means no change.
#[derive(Debug, Clone, Default)]
pub struct Shock {
    /// 1 + tariff in the counterfactual, `[j,n,i]`.
    pub tau: Option<Tariffs>,
    /// d'/d, `[j,n,i]`.
    pub iceberg_hat: Option<Array3<f64>>,
    /// Technology A'/A, `[i,j]`.
    pub technology_hat: Option<Array2<f64>>,
    /// Real GDP (value added deflated by consumption prices) to be met by endowments, as a ratio, `[n]`;
    /// the numeraire, world value added, then grows with its value-weighted mean.
    pub real_gdp_hat: Option<Array1<f64>>,
    /// Trade elasticities of the response in place of the baseline's, `[j]`; baseline shares stay.
    pub theta: Option<Array1<f64>>,
    /// Income from abroad on top of the deficits of the closure, million USD, `[n]`; sums to 0.
    pub transfer_musd: Option<Array1<f64>>,
    /// Tariff-rate quotas; their products are taken out of the cells that `tau` is about.
    pub quotas: Vec<Quota>,
}

impl Shock {
    /// Elasticities with which trade answers this shock, `[j]`.
    #[must_use]
    pub fn theta<'a>(&'a self, base: &'a Economy) -> &'a Array1<f64> {
        self.theta.as_ref().unwrap_or(&base.theta)
    }
}

/// A way to find an equilibrium.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Wages, prices and expenditure together, preconditioned at the baseline, Anderson accelerated.
    Anderson,
    /// Wages alone with the baseline Jacobian and an adaptive step; prices and expenditure by plain sweeps.
    Damped,
    /// Wages alone with the analytic Jacobian at every point and step halving.
    Newton,
    /// The shock in parts, each from the solution of the one before.
    Homotopy,
}

impl Method {
    /// The name that manifests carry.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Anderson => "anderson",
            Self::Damped => "damped",
            Self::Newton => "newton",
            Self::Homotopy => "homotopy",
        }
    }
}

/// How a solution was found.
#[derive(Debug, Clone, Default)]
pub struct SolveStats {
    /// Method that finished, see [`Method::name`].
    pub method: &'static str,
    /// Evaluations of the equilibrium conditions.
    pub evaluations: usize,
    /// Price sweeps: one in every evaluation.
    pub sweeps: usize,
    /// Largest excess demand relative to world value added.
    pub residual: f64,
    /// Largest residual of a log price.
    pub price_residual: f64,
    /// Sum of all excess demands relative to world value added.
    pub walras_residual: f64,
}

/// The equilibrium was not found. No partial result exists.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", self.text())]
pub struct NoEquilibrium {
    /// Evaluations of the equilibrium conditions in all.
    pub evaluations: usize,
    /// Methods tried, in order.
    pub methods: String,
    /// Country with the largest residual, or the one that the refusal is about.
    pub worst_country: String,
    /// What the residual is of, in words.
    pub measure: &'static str,
    /// The residual that is furthest from its tolerance.
    pub residual: f64,
    /// Residual that was asked for.
    pub tolerance: f64,
    /// Why no equilibrium can exist, where the input was refused before anything was tried.
    pub refusal: Option<String>,
    /// What the search found out about a way to an answer.
    pub advice: Option<String>,
}

impl NoEquilibrium {
    /// True where another command line or input helps: the input was refused, or deficits stand in the way.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        self.refusal.is_some() || self.advice.is_some()
    }

    fn text(&self) -> String {
        let Self { evaluations, methods, worst_country, measure, residual, tolerance, .. } = self;
        if let Some(refusal) = &self.refusal {
            return format!("no equilibrium exists: {worst_country} {refusal}.");
        }
        let advice = self.advice.clone().unwrap_or_else(|| {
            format!("Check the tariffs and barriers of {worst_country}, or try a smaller change.")
        });
        format!(
            "no equilibrium after {evaluations} evaluations ({methods}): {measure} of {worst_country} is \
             {residual:.1e}, tolerance {tolerance:.0e}. {advice}"
        )
    }

    /// Refuses an economy that cannot be in equilibrium under a closure.
    fn check(economy: &Economy, closure: &Closure) -> Result<(), Box<Self>> {
        let refuse = |country: usize, refusal: &'static str| {
            Err(Box::new(Self {
                evaluations: 0,
                methods: String::new(),
                worst_country: economy.axes.countries[country].iso3.clone(),
                measure: "excess demand",
                residual: f64::INFINITY,
                tolerance: TOLERANCE,
                refusal: Some(refusal.to_owned()),
                advice: None,
            }))
        };
        if let Some(country) = economy.country_apart(false) {
            return refuse(country, "has no chain of trade with the others, so that its wage is undefined");
        }
        if *closure == Closure::Zero {
            return match economy.country_apart(true) {
                Some(country) => refuse(
                    country,
                    "belongs to a group that only exports or only imports: trade cannot balance",
                ),
                None => Ok(()),
            };
        }
        let income = Equilibrium::base_income(economy);
        match income.iter().position(|income| *income <= 0.0) {
            Some(country) => refuse(country, "has a surplus as large as its income: give smaller deficits"),
            None => Ok(()),
        }
    }
}

/// Excess demand relative to world value added at which a solution is accepted.
///
/// The contract asks for 1e-10; one more step of the iteration lets all methods agree to 1e-8 on any economy.
pub const TOLERANCE: f64 = 1e-11;
/// Of this share of every tolerance are baselines, so that no change changes nothing.
const BASELINE_TIGHTNESS: f64 = 0.002;

/// What all counterfactuals of one baseline share, whatever their closure.
pub(super) struct Core {
    pub economy: Economy,
    pub frame: Frame,
    /// `None` where the baseline's Jacobian is singular: Anderson and damped steps are then skipped.
    pub preconditioner: Option<Preconditioner>,
    /// Frame and preconditioner for packs, made when first needed.
    pub packed: OnceLock<(Frame, Option<Preconditioner>)>,
    pool: Mutex<Vec<Workspace>>,
    /// Workspaces of packs.
    pub packs: Mutex<Vec<Packs>>,
}

impl Core {
    fn new(economy: Economy) -> Self {
        let frame = Frame::new(&economy, Shape::padded(&economy));
        let (pool, packs, packed) = (Mutex::default(), Mutex::default(), OnceLock::new());
        Self { economy, frame, preconditioner: None, packed, pool, packs }
    }

    /// A workspace of an earlier solve, or a new one.
    pub fn workspace(&self) -> Workspace {
        let free = self.pool.lock().unwrap_or_else(PoisonError::into_inner).pop();
        free.unwrap_or_else(|| Workspace::new(&self.frame))
    }

    /// Gives a workspace back.
    pub fn give_back(&self, workspace: Workspace) {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner).push(workspace);
    }

    /// Evaluates the conditions at the data and prepares the steps; true where the data are an equilibrium.
    fn prepare(&mut self, transfers: &Transfers) -> bool {
        let mut workspace = self.workspace();
        workspace.load(&self.frame, &self.economy, &Shock::default());
        workspace.start_at_baseline(&self.frame);
        let norms = workspace.evaluate(&self.frame, transfers);
        let block = self.frame.shape.stride + self.frame.shape.block();
        let given = Transfers::Given(Vec::new());
        let (response, buffers) = (&workspace.response, &workspace.buffers);
        let linear = Linear::at(&self.frame, response, &given, &workspace.z[block..], buffers);
        let preconditioner = Preconditioner::new(&linear);
        drop(linear);
        self.preconditioner = preconditioner;
        self.give_back(workspace);
        norms.score() <= 1.0
    }
}

/// A baseline equilibrium with what all counterfactuals share. Cheap to clone.
#[derive(Clone)]
pub struct PreparedBaseline {
    pub(super) core: Arc<Core>,
    pub(super) closure: Closure,
    pub(super) transfers: Arc<Transfers>,
    /// How far re-solving moved wages from the data: largest |ln w|.
    pub resolved_ln_wage: f64,
}

impl PreparedBaseline {
    /// Re-solves the data under their own final-demand shares and the closure, and prepares the steps of
    /// counterfactuals: the linearised system at the baseline.
    ///
    /// # Errors
    /// [`NoEquilibrium`] where the data cannot be brought into equilibrium.
    pub fn new(data: Economy, closure: Closure) -> Result<Self, Box<NoEquilibrium>> {
        let base_closure = match &closure {
            Closure::Zero => Closure::Zero,
            _ => Closure::Fixed,
        };
        NoEquilibrium::check(&data, &base_closure)?;
        let mut core = Core::new(data);
        let transfers = Transfers::new(&base_closure, &core.economy, &core.frame);
        let (core, resolved_ln_wage) = match core.prepare(&transfers) {
            true => (core, 0.0),
            false => {
                let raw = Self {
                    core: Arc::new(core),
                    closure: base_closure,
                    transfers: Arc::new(transfers),
                    resolved_ln_wage: 0.0,
                };
                let solved = Search::new(&raw, &Shock::default(), BASELINE_TIGHTNESS).run(None, &CHAIN)?;
                let moved = solved.ln_wage.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
                let mut core = Core::new(solved.rebase(&raw.core.economy));
                let transfers = Transfers::new(&raw.closure, &core.economy, &core.frame);
                core.prepare(&transfers);
                (core, moved)
            }
        };
        let transfers = Arc::new(Transfers::new(&closure, &core.economy, &core.frame));
        Ok(Self { core: Arc::new(core), closure, transfers, resolved_ln_wage })
    }

    /// The same baseline with another closure for its counterfactuals.
    #[must_use]
    pub fn with_closure(&self, closure: Closure) -> Self {
        let transfers = Arc::new(Transfers::new(&closure, &self.core.economy, &self.core.frame));
        Self { closure, transfers, ..self.clone() }
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
        Search::new(self, shock, 1.0).run(None, &CHAIN)
    }

    /// The same counterfactual as [`Self::solve`], begun at an equilibrium found before.
    ///
    /// `start` must come from this baseline (any shock, any closure); its wages, prices and expenditure
    /// save evaluations where the two shocks are near. The answer does not depend on it beyond the
    /// tolerance of the solver; where the start leads nowhere the search begins again at the baseline.
    ///
    /// # Errors
    /// [`NoEquilibrium`] with the worst country where no method converged.
    pub fn solve_from(&self, shock: &Shock, start: &Equilibrium) -> Result<Equilibrium, Box<NoEquilibrium>> {
        Search::new(self, shock, 1.0).run(Some(start), &CHAIN)
    }

    /// As [`Self::solve_from`], with every residual brought down to where rounding ends, as far as that goes.
    pub(super) fn solve_tightly(
        &self,
        shock: &Shock,
        start: &Equilibrium,
    ) -> Result<Equilibrium, Box<NoEquilibrium>> {
        Search::new(self, shock, BASELINE_TIGHTNESS).run(Some(start), &CHAIN)
    }

    /// True where deficits other than 0 are to be financed.
    pub(super) fn has_deficits(&self) -> bool {
        self.transfers.any()
    }

    /// The counterfactual by one method alone, to compare methods.
    ///
    /// # Errors
    /// [`NoEquilibrium`] where this method did not converge.
    pub fn solve_with(&self, shock: &Shock, method: Method) -> Result<Equilibrium, Box<NoEquilibrium>> {
        Search::new(self, shock, 1.0).run(None, &[method])
    }
}
