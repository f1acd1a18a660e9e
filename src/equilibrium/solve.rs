//! Wages that clear the labour markets: preconditioned Anderson, then Newton, then homotopy in the policy.

use nalgebra::{DMatrix, DVector, Dyn, LU};
use ndarray::{Array1, Array2, Array3};

use super::inner::{Endowment, Inner, State, TIGHT};
use super::result::Equilibrium;
use crate::calibration::Economy;
use crate::numerics::Anderson;

/// How deficits behave in the counterfactual (`model.md` section 2).
#[derive(Debug, Clone, PartialEq)]
pub enum Closure {
    /// D' = D in units of the numeraire.
    Fixed,
    /// The baseline is first re-solved with D = 0.
    Zero,
    /// D' in proportion to the country's value added, up to adding-up.
    GdpShare,
    /// D' in million USD, `[n]`.
    Given(Array1<f64>),
}

impl Closure {
    pub(super) fn deficit(&self, economy: &Economy, factor_income: &Array1<f64>) -> Array1<f64> {
        match self {
            Self::Fixed => economy.deficit_musd.clone(),
            Self::Zero => Array1::zeros(economy.n()),
            Self::Given(deficit) => deficit.clone(),
            Self::GdpShare => {
                let free = &economy.deficit_musd * &(factor_income / &economy.va_musd);
                &free - &(factor_income * (free.sum() / factor_income.sum()))
            }
        }
    }
}

/// What changes: every field absent means no change.
#[derive(Debug, Clone, Default)]
pub struct Shock {
    /// 1 + tariff in the counterfactual, `[j,n,i]`.
    pub tau: Option<Array3<f64>>,
    /// d'/d, `[j,n,i]`.
    pub iceberg_hat: Option<Array3<f64>>,
    /// Technology A'/A, `[i,j]`.
    pub technology_hat: Option<Array2<f64>>,
    /// Real GDP (value added deflated by consumption prices) to be met by endowments, as a ratio, `[n]`;
    /// the numeraire, world value added, then grows with its value-weighted mean.
    pub real_gdp_hat: Option<Array1<f64>>,
    /// Trade elasticities of the response in place of the baseline's, `[j]`; baseline shares stay.
    pub theta: Option<Array1<f64>>,
}

impl Shock {
    /// Elasticities with which trade answers this shock, `[j]`.
    #[must_use]
    pub fn theta<'a>(&'a self, base: &'a Economy) -> &'a Array1<f64> {
        self.theta.as_ref().unwrap_or(&base.theta)
    }
}

/// How a solution was found.
#[derive(Debug, Clone, Default)]
pub struct SolveStats {
    /// Method that finished: `anderson`, `newton` or `homotopy`.
    pub method: &'static str,
    /// Evaluations of the excess demand.
    pub evaluations: usize,
    /// Price and expenditure sweeps.
    pub sweeps: usize,
    /// Largest excess demand relative to world value added.
    pub residual: f64,
    /// Last change of a log price.
    pub price_residual: f64,
    /// Sum of all excess demands relative to world value added.
    pub walras_residual: f64,
}

/// The equilibrium was not found. No partial result exists.
#[derive(Debug, Clone, thiserror::Error)]
#[error(
    "no equilibrium after {evaluations} evaluations (anderson, newton, homotopy in {homotopy_steps} steps): \
     excess demand of {worst_country} is {residual:.1e} of world value added, tolerance {tolerance:.0e}. \
     Check the tariffs and barriers of {worst_country}, or try a smaller change."
)]
pub struct NoEquilibrium {
    /// Evaluations of the excess demand in all.
    pub evaluations: usize,
    /// Steps that the homotopy was cut into.
    pub homotopy_steps: usize,
    /// Country with the largest residual.
    pub worst_country: String,
    /// Largest residual relative to world value added.
    pub residual: f64,
    /// Residual that was asked for.
    pub tolerance: f64,
}

/// Excess demand relative to world value added at which a solution is accepted.
///
/// The contract asks for 1e-10; one more step of the iteration costs little and leaves headroom.
pub const TOLERANCE: f64 = 1e-12;
/// Evaluations before a method gives up.
const MAX_ANDERSON: usize = 60;
const MAX_NEWTON: usize = 40;
/// Tolerance of the inner problems at the first evaluation.
const LOOSEST: f64 = 1e-7;
/// Differences kept by Anderson: more did not save an evaluation on the 31 x 40 set.
const ANDERSON_MEMORY: usize = 4;
/// Step of the forward differences of the baseline Jacobian, in log wages.
const JACOBIAN_STEP: f64 = 1e-5;
/// Homotopy halves its step up to this many parts.
const MAX_HOMOTOPY_STEPS: usize = 64;

/// A baseline equilibrium with what all counterfactuals share.
#[derive(Clone)]
pub struct PreparedBaseline {
    economy: Economy,
    closure: Closure,
    jacobian: LU<f64, Dyn, Dyn>,
    /// How far re-solving moved wages from the data: largest |ln w|.
    pub resolved_ln_wage: f64,
}

impl PreparedBaseline {
    /// Re-solves the data under their own final-demand shares and the closure, and factors the Jacobian.
    ///
    /// # Errors
    /// [`NoEquilibrium`] where the data cannot be brought into equilibrium.
    pub fn new(data: Economy, closure: Closure) -> Result<Self, Box<NoEquilibrium>> {
        let base_closure = match &closure {
            Closure::Zero => Closure::Zero,
            _ => Closure::Fixed,
        };
        let raw = Self::unsolved(data, base_closure);
        let shock = Shock::default();
        let mut state = State::start(&raw.economy);
        let start = Array1::zeros(raw.economy.n());
        let residual = raw
            .inner(&shock, 1.0)
            .excess_demand(&start, &raw.closure, &mut state)
            .map_or(f64::INFINITY, |(excess, _)| largest(&excess).1);
        if residual < TOLERANCE && state.price_residual < TOLERANCE {
            return Ok(Self { closure, ..raw });
        }
        let solved = raw.solve(&shock)?;
        let moved = solved.ln_wage.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
        let mut prepared = Self::unsolved(solved.rebase(&raw.economy), closure);
        prepared.resolved_ln_wage = moved;
        Ok(prepared)
    }

    fn unsolved(economy: Economy, closure: Closure) -> Self {
        let n = economy.n();
        let mut prepared =
            Self { economy, closure, jacobian: DMatrix::identity(n, n).lu(), resolved_ln_wage: 0.0 };
        let origin = Array1::zeros(n);
        let mut state = State::start(&prepared.economy);
        let shock = Shock::default();
        let inner = prepared.inner(&shock, 1.0);
        if let Some(jacobian) = prepared.jacobian_at(&inner, &origin, &mut state) {
            prepared.jacobian = jacobian.lu();
        }
        prepared
    }

    /// The same baseline with another closure for its counterfactuals.
    #[must_use]
    pub fn with_closure(&self, closure: Closure) -> Self {
        Self { closure, ..self.clone() }
    }

    /// The baseline economy, in equilibrium.
    #[must_use]
    pub fn economy(&self) -> &Economy {
        &self.economy
    }

    /// The counterfactual of one shock.
    ///
    /// # Errors
    /// [`NoEquilibrium`] with the worst country where no method converged.
    pub fn solve(&self, shock: &Shock) -> Result<Equilibrium, Box<NoEquilibrium>> {
        self.search(shock, Array1::zeros(self.economy.n()), State::start(&self.economy))
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
        self.search(shock, start.ln_wage.clone(), State::from_equilibrium(start))
    }

    fn search(
        &self,
        shock: &Shock,
        ln_wage: Array1<f64>,
        state: State,
    ) -> Result<Equilibrium, Box<NoEquilibrium>> {
        let mut attempt = Attempt { prepared: self, ln_wage, state, stats: SolveStats::default(), worst: 0 };
        let inner = self.inner(shock, 1.0);
        if attempt.anderson(&inner) || attempt.restart().newton(&inner) {
            return Ok(attempt.finish(shock));
        }
        let mut steps = 2;
        while steps <= MAX_HOMOTOPY_STEPS {
            attempt.restart();
            let reached = (1..=steps).all(|step| {
                let inner = self.inner(shock, step as f64 / steps as f64);
                attempt.anderson(&inner) || attempt.newton(&inner)
            });
            if reached {
                attempt.stats.method = "homotopy";
                return Ok(attempt.finish(shock));
            }
            steps *= 4;
        }
        Err(Box::new(NoEquilibrium {
            evaluations: attempt.stats.evaluations,
            homotopy_steps: MAX_HOMOTOPY_STEPS,
            worst_country: self.economy.axes.countries[attempt.worst].iso3.clone(),
            residual: attempt.stats.residual,
            tolerance: TOLERANCE,
        }))
    }

    /// The inner problem with the share `done` of the shock (in logs) applied.
    fn inner(&self, shock: &Shock, done: f64) -> Inner<'_> {
        let e = &self.economy;
        let part = |from: f64, to: f64| if done >= 1.0 { to } else { from * (to / from).powf(done) };
        let theta = shock.theta(e).clone();
        let mut weights = e.pi.clone();
        let tau = match &shock.tau {
            None => e.tau.clone(),
            Some(to) => ndarray::Zip::from(&e.tau).and(to).map_collect(|&from, &to| part(from, to)),
        };
        for ((j, n, i), weight) in weights.indexed_iter_mut() {
            let iceberg = shock.iceberg_hat.as_ref().map_or(1.0, |d| part(1.0, d[[j, n, i]]));
            let kappa_hat = tau[[j, n, i]] / e.tau[[j, n, i]] * iceberg;
            if kappa_hat != 1.0 {
                *weight *= kappa_hat.powf(-theta[j]);
            }
            if let Some(technology) = &shock.technology_hat {
                *weight *= part(1.0, technology[[i, j]]);
            }
        }
        let endowment = match &shock.real_gdp_hat {
            None => Endowment::Labour(Array1::ones(e.n())),
            Some(to) => Endowment::RealGdp(to.mapv(|to| part(1.0, to))),
        };
        Inner { economy: e, weights, inverse_tau: tau.mapv(f64::recip), theta, endowment }
    }

    /// Excess demands of all countries, and the system: all but the last of them, and the numeraire.
    fn residuals(
        &self,
        inner: &Inner<'_>,
        ln_wage: &Array1<f64>,
        state: &mut State,
    ) -> Option<(Array1<f64>, DVector<f64>)> {
        let (excess, income) = inner.excess_demand(ln_wage, &self.closure, state)?;
        let mut system = DVector::from_iterator(excess.len(), excess.iter().copied());
        let last = excess.len() - 1;
        system[last] = income.sum() / inner.numeraire_musd() - 1.0;
        Some((excess, system))
    }

    fn jacobian_at(&self, inner: &Inner<'_>, at: &Array1<f64>, state: &mut State) -> Option<DMatrix<f64>> {
        let n = at.len();
        let (_, base) = self.residuals(inner, at, state)?;
        let mut jacobian = DMatrix::zeros(n, n);
        for column in 0..n {
            let mut moved = at.clone();
            moved[column] += JACOBIAN_STEP;
            let (_, system) = self.residuals(inner, &moved, &mut state.clone())?;
            jacobian.set_column(column, &((system - &base) / JACOBIAN_STEP));
        }
        Some(jacobian)
    }
}

fn largest(excess: &Array1<f64>) -> (usize, f64) {
    excess.iter().enumerate().fold(
        (0, 0.0),
        |best, (at, value)| {
            if value.abs() > best.1 { (at, value.abs()) } else { best }
        },
    )
}

/// One search for wages.
struct Attempt<'p> {
    prepared: &'p PreparedBaseline,
    ln_wage: Array1<f64>,
    state: State,
    stats: SolveStats,
    worst: usize,
}

impl Attempt<'_> {
    fn restart(&mut self) -> &mut Self {
        self.ln_wage.fill(0.0);
        self.state = State::start(&self.prepared.economy);
        self
    }

    /// Evaluates the residuals at the current wages and notes them.
    fn evaluate(&mut self, inner: &Inner<'_>) -> Option<DVector<f64>> {
        self.stats.evaluations += 1;
        // Inner problems need only be better than the wages; three digits keep the steps good.
        self.state.tolerance = match self.stats.evaluations {
            1 => LOOSEST,
            _ => (1e-3 * self.stats.residual).clamp(TIGHT, LOOSEST),
        };
        let (excess, system) = self.prepared.residuals(inner, &self.ln_wage, &mut self.state)?;
        (self.worst, self.stats.residual) = largest(&excess);
        self.stats.walras_residual = excess.sum();
        self.stats.price_residual = self.state.price_residual;
        Some(system)
    }

    fn has_converged(&self, system: &DVector<f64>) -> bool {
        system.amax().max(self.stats.residual).max(self.state.price_residual) < TOLERANCE
    }

    fn anderson(&mut self, inner: &Inner<'_>) -> bool {
        self.stats.method = "anderson";
        let mut accelerate = Anderson::new(ANDERSON_MEMORY);
        for _ in 0..MAX_ANDERSON {
            let Some(system) = self.evaluate(inner) else { return false };
            if self.has_converged(&system) {
                return true;
            }
            let Some(step) = self.prepared.jacobian.solve(&-system) else { return false };
            let x = DVector::from_iterator(self.ln_wage.len(), self.ln_wage.iter().copied());
            let next = accelerate.next(&x, &step);
            if next.iter().any(|value| !value.is_finite() || value.abs() > 20.0) {
                return false;
            }
            self.ln_wage = next.iter().copied().collect();
        }
        false
    }

    /// Newton with a fresh Jacobian by differences and step halving.
    fn newton(&mut self, inner: &Inner<'_>) -> bool {
        self.stats.method = "newton";
        let Some(mut system) = self.evaluate(inner) else { return false };
        for _ in 0..MAX_NEWTON {
            if self.has_converged(&system) {
                return true;
            }
            self.state.tolerance = TIGHT;
            let jacobian = self.prepared.jacobian_at(inner, &self.ln_wage, &mut self.state);
            self.stats.evaluations += self.ln_wage.len();
            let Some(step) = jacobian.and_then(|jacobian| jacobian.lu().solve(&-&system)) else {
                return false;
            };
            let (from, size) = (self.ln_wage.clone(), system.amax());
            let improved = (0..12).any(|halvings| {
                let scale = 0.5_f64.powi(halvings);
                self.ln_wage = from.iter().zip(step.iter()).map(|(x, s)| x + scale * s).collect();
                match self.evaluate(inner) {
                    Some(found) if found.amax() < size => {
                        system = found;
                        true
                    }
                    _ => false,
                }
            });
            if !improved {
                self.ln_wage = from;
                return false;
            }
        }
        false
    }

    fn finish(mut self, shock: &Shock) -> Equilibrium {
        self.stats.sweeps = self.state.sweeps;
        let e = &self.prepared.economy;
        let inner = self.prepared.inner(shock, 1.0);
        let factor_income = inner.factor_income(&self.ln_wage, &self.state);
        let deficit = self.prepared.closure.deficit(e, &factor_income);
        Equilibrium {
            income: &factor_income + &self.state.revenue + &deficit,
            factor_income,
            deficit,
            revenue: self.state.revenue,
            tau: inner.inverse_tau.mapv(f64::recip),
            ln_wage: self.ln_wage,
            ln_price: self.state.ln_price,
            ln_cost: self.state.ln_cost,
            pi: self.state.pi,
            x_musd: self.state.x,
            y_musd: self.state.y,
            stats: self.stats,
        }
    }
}
