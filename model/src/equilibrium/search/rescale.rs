//! Trade costs of any size, brought into the range of numbers by a change of variables.
//!
//! With `c_hat = w^gamma_va prod P_hat^gamma_io` and any numbers `p[n,j]`, the conditions keep their form where prices
//! are measured by `e^p`: with `P_hat = e^p P`, `c_hat = e^h c` and `h = sum_k gamma_io p` the weights become
//! `pi A_hat (kappa_hat e^(h[i] - p[n]))^-theta`. The least delivered cost at unchanged wages,
//! `p[n,j] = min over i of ln kappa_hat + h[i,j] - ln A_hat / theta`, makes the largest factor of every row 1: what
//! underflows then are shares of nothing, whatever the costs are.

use ndarray::Array3;

use crate::economy::Economy;
use crate::equilibrium::conditions::costs::input_costs;
use crate::equilibrium::conditions::layout::{FlatEconomy, Shape};
use crate::equilibrium::conditions::loaded::LoadedShock;
use crate::equilibrium::conditions::point::Evaluated;
use crate::equilibrium::counterfactual::result::Equilibrium;
use crate::equilibrium::counterfactual::shock::Shock;

/// Powers of `e` up to which nothing is scaled.
const UNSCALED: f64 = 100.0;
/// Rounds of the search for the least costs, which falls by the input shares in each.
const MAX_ROUNDS: usize = 2000;

/// One scale of prices and costs, in logs, `[j][n]`.
pub struct Scale {
    pub ln_price: Vec<f64>,
    ln_cost: Vec<f64>,
    /// Factor of each weight in logs, `[j,n,i]`, and ln tau'.
    ln_weight: Array3<f64>,
    ln_tau: Array3<f64>,
}

/// Log cost change of a cell and its log tariff; products of factors near the end of the range stay in it.
fn ln_costs(economy: &Economy, shock: &Shock, at: [usize; 3]) -> (f64, f64) {
    let old = economy.tau[at].ln();
    let new = shock.tau.as_ref().map_or(old, |tau| tau[at].ln());
    (new - old + shock.iceberg_hat_at(at).ln(), new)
}

/// Largest `|theta ln kappa_hat|` of a flow of the baseline.
pub fn largest_power(economy: &Economy, shock: &Shock) -> f64 {
    let theta = shock.theta(economy);
    let traded = economy.pi.indexed_iter().filter(|(_, share)| **share > 0.0);
    traded.fold(f64::MIN_POSITIVE, |largest, ((j, n, i), _)| {
        largest.max((theta[j] * ln_costs(economy, shock, [j, n, i]).0).abs())
    })
}

impl Scale {
    /// `None` if costs need no scale. Quotas and targets of real GDP are solved for as they are.
    pub fn new(base: &FlatEconomy, economy: &Economy, shock: &Shock) -> Option<Self> {
        if !shock.quotas.is_empty()
            || shock.real_gdp_hat.is_some()
            || largest_power(economy, shock) <= UNSCALED
        {
            return None;
        }
        let Shape { stride, .. } = base.shape;
        let theta = shock.theta(economy);
        let ln_kappa = Array3::from_shape_fn(economy.pi.dim(), |(j, m, i)| {
            let technology = shock.technology_hat_at(i, j).ln();
            ln_costs(economy, shock, [j, m, i]).0 - technology / theta[j]
        });
        let ln_tau =
            Array3::from_shape_fn(economy.pi.dim(), |(j, m, i)| ln_costs(economy, shock, [j, m, i]).1);
        let ln_price = least_prices(base, economy, &ln_kappa);
        let ln_cost = input_costs(base, &ln_price);
        let ln_weight = Array3::from_shape_fn(economy.pi.dim(), |(j, m, i)| {
            -theta[j] * (ln_kappa[[j, m, i]] + ln_cost[j * stride + i] - ln_price[j * stride + m])
        });
        Some(Self { ln_price, ln_cost, ln_weight, ln_tau })
    }

    /// Writes the scaled weights of every cell.
    pub fn apply(&self, base: &FlatEconomy, shock: &mut LoadedShock) {
        for ((j, m, i), ln_weight) in self.ln_weight.indexed_iter() {
            let share = base.pi[base.shape.cell(j, i, m)];
            let weight = if share > 0.0 { share * ln_weight.exp() } else { 0.0 };
            let net = weight * (-self.ln_tau[[j, m, i]]).exp();
            shock.weights.set([j, m, i], [weight, net]);
        }
    }

    /// Turns prices, costs and shares of a solution of the scaled conditions into the true ones.
    pub fn undo(&self, base: &FlatEconomy, shock: &LoadedShock, at: &Evaluated, found: &mut Equilibrium) {
        let Shape { stride, .. } = base.shape;
        for ((c, j), price) in found.ln_price.indexed_iter_mut() {
            *price += self.ln_price[j * stride + c];
        }
        for ((c, j), cost) in found.ln_cost.indexed_iter_mut() {
            *cost += self.ln_cost[j * stride + c];
        }
        for ((j, m, i), share) in found.pi.indexed_iter_mut() {
            let weight = shock.weights.gross[base.shape.cell(j, i, m)];
            *share = weight * at.c_power[j * stride + i] / at.p_power[j * stride + m];
        }
    }
}

/// Least delivered costs at unchanged wages, `[j][n]`: `p[n,j] = min over i of ln kappa_hat + h[i,j]`.
fn least_prices(base: &FlatEconomy, economy: &Economy, ln_kappa: &Array3<f64>) -> Vec<f64> {
    let Shape { n, s, stride, .. } = base.shape;
    let mut ln_price = vec![0.0; base.shape.block()];
    for _ in 0..MAX_ROUNDS {
        let ln_cost = input_costs(base, &ln_price);
        let mut moved = 0.0_f64;
        for (j, m) in (0..s).flat_map(|j| (0..n).map(move |m| (j, m))) {
            let traded = (0..n).filter(|&i| economy.pi[[j, m, i]] > 0.0);
            let delivered = traded.map(|i| ln_kappa[[j, m, i]] + ln_cost[j * stride + i]);
            let least = delivered.fold(f64::INFINITY, f64::min);
            moved = moved.max((least - ln_price[j * stride + m]).abs());
            ln_price[j * stride + m] = least;
        }
        if moved <= 1e-9 {
            break;
        }
    }
    ln_price
}
