//! Prices and expenditure at given wages: the two inner problems and the labour-market residual.

use ndarray::{Array1, Array2, Array3};

use super::result::Equilibrium;
use super::solve::Closure;
use crate::calibration::Economy;

/// Tightest change of a log price, and of expenditure relative to world value added, in the last sweep.
pub(super) const TIGHT: f64 = 2e-14;
/// Enough for a contraction factor of 0.97.
const MAX_SWEEPS: usize = 2000;

/// The policy side of one counterfactual, with everything that does not change with wages worked out.
pub(super) struct Inner<'e> {
    pub economy: &'e Economy,
    /// `pi A_hat kappa_hat^-theta`, `[j,n,i]`.
    pub weights: Array3<f64>,
    /// 1 / tau', `[j,n,i]`.
    pub inverse_tau: Array3<f64>,
    /// Trade elasticities of the response, `[j]`.
    pub theta: Array1<f64>,
    /// What the factors are.
    pub endowment: Endowment,
}

/// Factor endowments of the counterfactual, `[n]`.
pub(super) enum Endowment {
    /// L'/L is given.
    Labour(Array1<f64>),
    /// Value added deflated by the consumption price index is given, as a ratio; L'/L follows.
    RealGdp(Array1<f64>),
}

/// State of the inner problems; kept between evaluations as a warm start.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// Log price changes, `[n,j]`.
    pub ln_price: Array2<f64>,
    /// Log unit-cost changes, `[n,j]`.
    pub ln_cost: Array2<f64>,
    /// Expenditure, `[n,j]`.
    pub x: Array2<f64>,
    /// Output, `[n,j]`.
    pub y: Array2<f64>,
    /// Shares, `[j,n,i]`.
    pub pi: Array3<f64>,
    /// Tariff revenue, `[n]`.
    pub revenue: Array1<f64>,
    /// Last change of a log price.
    pub price_residual: f64,
    /// Change at which the inner problems stop; loose while wages are still far off.
    pub tolerance: f64,
    /// Sweeps used in all.
    pub sweeps: usize,
}

impl State {
    /// The state of an equilibrium already found for the same baseline.
    pub fn from_equilibrium(start: &Equilibrium) -> Self {
        Self {
            ln_price: start.ln_price.clone(),
            ln_cost: start.ln_cost.clone(),
            x: start.x_musd.clone(),
            y: start.y_musd.clone(),
            pi: start.pi.clone(),
            revenue: start.revenue.clone(),
            price_residual: 0.0,
            tolerance: TIGHT,
            sweeps: 0,
        }
    }

    pub fn start(economy: &Economy) -> Self {
        let shape = (economy.n(), economy.s());
        Self {
            ln_price: Array2::zeros(shape),
            ln_cost: Array2::zeros(shape),
            x: economy.x_musd.clone(),
            y: Array2::zeros(shape),
            pi: economy.pi.clone(),
            revenue: Array1::zeros(economy.n()),
            price_residual: 0.0,
            tolerance: TIGHT,
            sweeps: 0,
        }
    }
}

impl Inner<'_> {
    /// One price sweep (`model.md` section 2): unit costs from prices, prices from unit costs.
    ///
    /// Powers are taken of N S costs, never of N N S cells. Returns the largest change of a log price.
    pub fn sweep_prices(&self, ln_wage: &Array1<f64>, state: &mut State, powers: &mut [f64]) -> f64 {
        let e = self.economy;
        for ((i, j), ln_cost) in state.ln_cost.indexed_iter_mut() {
            let inputs = e.gamma_io.slice(ndarray::s![i, j, ..]);
            *ln_cost = e.gamma_va[[i, j]] * ln_wage[i] + inputs.dot(&state.ln_price.row(i));
        }
        let mut largest = 0.0_f64;
        for (j, &theta) in self.theta.iter().enumerate() {
            for (power, &ln_cost) in powers.iter_mut().zip(state.ln_cost.column(j)) {
                *power = (-theta * ln_cost).exp();
            }
            for (n, row) in self.weights.index_axis(ndarray::Axis(0), j).outer_iter().enumerate() {
                let sum: f64 = match row.as_slice() {
                    Some(row) => dot(row, powers),
                    None => row.iter().zip(powers.iter()).map(|(a, b)| a * b).sum(),
                };
                let ln_price = -sum.ln() / theta;
                largest = largest.max((ln_price - state.ln_price[[n, j]]).abs());
                state.ln_price[[n, j]] = ln_price;
            }
        }
        largest
    }

    /// Prices to convergence and the shares that follow; false where they did not settle.
    fn prices(&self, ln_wage: &Array1<f64>, state: &mut State) -> bool {
        let mut powers = vec![0.0; self.economy.n()];
        let mut settled = false;
        for _ in 0..MAX_SWEEPS {
            state.sweeps += 1;
            state.price_residual = self.sweep_prices(ln_wage, state, &mut powers);
            if !state.price_residual.is_finite() {
                return false;
            }
            if state.price_residual <= state.tolerance {
                settled = true;
                break;
            }
        }
        for (j, &theta) in self.theta.iter().enumerate() {
            for (power, &ln_cost) in powers.iter_mut().zip(state.ln_cost.column(j)) {
                *power = (-theta * ln_cost).exp();
            }
            let weights = self.weights.index_axis(ndarray::Axis(0), j);
            let mut shares = state.pi.index_axis_mut(ndarray::Axis(0), j);
            for (mut row, weights) in shares.outer_iter_mut().zip(weights.outer_iter()) {
                for ((share, weight), power) in row.iter_mut().zip(weights).zip(&powers) {
                    *share = weight * power;
                }
                let sum = row.sum();
                row /= sum;
            }
        }
        settled
    }

    /// Expenditure, output and revenue given shares, factor income and deficits (linear; solved by sweeps).
    fn expenditure(&self, factor_income: &Array1<f64>, deficit: &Array1<f64>, state: &mut State) -> bool {
        let e = self.economy;
        let (n_countries, n_sectors) = (e.n(), e.s());
        let world = e.world_va_musd();
        let mut border_share = vec![0.0; n_countries];
        let net_shares = &state.pi * &self.inverse_tau;
        let paid = Array2::from_shape_fn((n_countries, n_sectors), |(n, j)| {
            1.0 - net_shares.slice(ndarray::s![j, n, ..]).sum()
        });
        for _ in 0..MAX_SWEEPS {
            state.sweeps += 1;
            for j in 0..n_sectors {
                border_share.fill(0.0);
                for (n, row) in net_shares.index_axis(ndarray::Axis(0), j).outer_iter().enumerate() {
                    let spent = state.x[[n, j]];
                    for (sum, share) in border_share.iter_mut().zip(row) {
                        *sum += spent * share;
                    }
                }
                for (i, &output) in border_share.iter().enumerate() {
                    state.y[[i, j]] = output;
                }
            }
            let mut change = 0.0_f64;
            for n in 0..n_countries {
                state.revenue[n] = paid.row(n).dot(&state.x.row(n));
                let income = factor_income[n] + state.revenue[n] + deficit[n];
                let used = state.y.row(n).dot(&e.gamma_io.index_axis(ndarray::Axis(0), n));
                for j in 0..n_sectors {
                    let spent = e.alpha[[n, j]] * income + used[j];
                    change = change.max((spent - state.x[[n, j]]).abs());
                    state.x[[n, j]] = spent;
                }
            }
            if !change.is_finite() {
                return false;
            }
            if change <= state.tolerance * world {
                return true;
            }
        }
        false
    }

    /// Excess demand for labour of each country relative to world value added, and factor income.
    ///
    /// Equal to the trade-balance residual of `model.md` section 2. `None` where an inner problem failed.
    pub fn excess_demand(
        &self,
        ln_wage: &Array1<f64>,
        closure: &Closure,
        state: &mut State,
    ) -> Option<(Array1<f64>, Array1<f64>)> {
        let e = self.economy;
        if !self.prices(ln_wage, state) {
            return None;
        }
        let income = self.factor_income(ln_wage, state);
        let ok = self.expenditure(&income, &closure.deficit(e, &income), state);
        let world = e.world_va_musd();
        let excess =
            Array1::from_shape_fn(e.n(), |n| (e.gamma_va.row(n).dot(&state.y.row(n)) - income[n]) / world);
        (ok && excess.iter().all(|value| value.is_finite())).then_some((excess, income))
    }

    /// `w_hat L_hat VA`, `[n]`, million USD; with a real-GDP target, the L_hat that meets it.
    pub fn factor_income(&self, ln_wage: &Array1<f64>, state: &State) -> Array1<f64> {
        let e = self.economy;
        match &self.endowment {
            Endowment::Labour(labour_hat) => ln_wage.mapv(f64::exp) * labour_hat * &e.va_musd,
            Endowment::RealGdp(real_gdp_hat) => {
                let price = (&e.alpha * &state.ln_price).sum_axis(ndarray::Axis(1));
                price.mapv(f64::exp) * real_gdp_hat * &e.va_musd
            }
        }
    }

    /// World value added in the counterfactual: the numeraire.
    pub fn numeraire_musd(&self) -> f64 {
        let (Endowment::Labour(hat) | Endowment::RealGdp(hat)) = &self.endowment;
        (hat * &self.economy.va_musd).sum()
    }
}

/// Sum of products with four partial sums, which the compiler turns into vector instructions.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (mut sums, chunks) = ([0.0; 4], a.len() / 4 * 4);
    for (a, b) in a[..chunks].chunks_exact(4).zip(b[..chunks].chunks_exact(4)) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a[chunks..].iter().zip(&b[chunks..]).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}
