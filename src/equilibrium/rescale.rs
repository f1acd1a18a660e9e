//! Trade costs of any size, brought into the range of numbers by a change of variables.
//!
//! With `c_hat = w^gamma_va prod P_hat^gamma_io` and any numbers `p[n,j]`, the conditions keep their form where prices
//! are measured by `e^p`: with `P_hat = e^p P`, `c_hat = e^h c` and `h = sum_k gamma_io p` the weights become
//! `pi A_hat (kappa_hat e^(h[i] - p[n]))^-theta`. The least delivered cost at unchanged wages,
//! `p[n,j] = min over i of ln kappa_hat + h[i,j] - ln A_hat / theta`, makes the largest factor of every row 1: what
//! underflows then are shares of nothing, whatever the costs are.

use ndarray::Array3;

use super::frame::{Frame, Shape};
use super::response::Response;
use super::result::Equilibrium;
use super::solve::Shock;
use super::sweep::Buffers;
use crate::economy::Economy;

/// Powers of `e` up to which nothing is scaled.
const UNSCALED: f64 = 100.0;
/// Rounds of the search for the least costs, which falls by the input shares in each.
const MAX_ROUNDS: usize = 2000;

/// One scale of prices and costs, in logs, `[j][n]`.
pub(super) struct Scale {
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
    (new - old + shock.iceberg_hat.as_ref().map_or(0.0, |hat| hat[at].ln()), new)
}

/// Largest `|theta ln kappa_hat|` of a flow of the baseline.
pub(super) fn largest_power(economy: &Economy, shock: &Shock) -> f64 {
    let theta = shock.theta(economy);
    let traded = economy.pi.indexed_iter().filter(|(_, share)| **share > 0.0);
    traded.fold(f64::MIN_POSITIVE, |largest, ((j, n, i), _)| {
        largest.max((theta[j] * ln_costs(economy, shock, [j, n, i]).0).abs())
    })
}

impl Scale {
    /// `None` where costs need no scale. Quotas and targets of real GDP are solved for as they are.
    pub fn new(frame: &Frame, economy: &Economy, shock: &Shock) -> Option<Self> {
        if !shock.quotas.is_empty()
            || shock.real_gdp_hat.is_some()
            || largest_power(economy, shock) <= UNSCALED
        {
            return None;
        }
        let Shape { n, stride, .. } = frame.shape;
        let theta = shock.theta(economy);
        let ln_kappa = Array3::from_shape_fn(economy.pi.dim(), |(j, m, i)| {
            let technology = shock.technology_hat.as_ref().map_or(0.0, |hat| hat[[i, j]].ln());
            ln_costs(economy, shock, [j, m, i]).0 - technology / theta[j]
        });
        let ln_tau =
            Array3::from_shape_fn(economy.pi.dim(), |(j, m, i)| ln_costs(economy, shock, [j, m, i]).1);
        let mut ln_price = vec![0.0; frame.shape.block()];
        let mut ln_cost = input_costs(frame, &ln_price);
        for _ in 0..MAX_ROUNDS {
            let mut moved = 0.0_f64;
            for ((j, m), price) in (0..frame.shape.s).flat_map(|j| (0..n).map(move |m| (j, m))).map(|at| {
                let least = |i: usize| match economy.pi[[at.0, at.1, i]] > 0.0 {
                    true => ln_kappa[[at.0, at.1, i]] + ln_cost[at.0 * stride + i],
                    false => f64::INFINITY,
                };
                (at, (0..n).map(least).fold(f64::INFINITY, f64::min))
            }) {
                moved = moved.max((price - ln_price[j * stride + m]).abs());
                ln_price[j * stride + m] = price;
            }
            ln_cost = input_costs(frame, &ln_price);
            if moved <= 1e-9 {
                break;
            }
        }
        let ln_weight = Array3::from_shape_fn(economy.pi.dim(), |(j, m, i)| {
            -theta[j] * (ln_kappa[[j, m, i]] + ln_cost[j * stride + i] - ln_price[j * stride + m])
        });
        Some(Self { ln_price, ln_cost, ln_weight, ln_tau })
    }

    /// Writes the scaled weights of every cell.
    pub fn apply(&self, frame: &Frame, response: &mut Response<f64>) {
        for ((j, m, i), ln_weight) in self.ln_weight.indexed_iter() {
            let share = frame.pi_in[(j * frame.shape.n + i) * frame.shape.stride + m];
            let weight = if share > 0.0 { share * ln_weight.exp() } else { 0.0 };
            let net = weight * (-self.ln_tau[[j, m, i]]).exp();
            response.set(0, [j, m, i], frame.shape, [weight, net]);
        }
    }

    /// Turns prices, costs and shares of a solution of the scaled conditions into the true ones.
    pub fn undo(&self, frame: &Frame, r: &Response<f64>, b: &Buffers<f64>, found: &mut Equilibrium) {
        let Shape { n, stride, .. } = frame.shape;
        for ((c, j), price) in found.ln_price.indexed_iter_mut() {
            *price += self.ln_price[j * stride + c];
        }
        for ((c, j), cost) in found.ln_cost.indexed_iter_mut() {
            *cost += self.ln_cost[j * stride + c];
        }
        for ((j, m, i), share) in found.pi.indexed_iter_mut() {
            let weight = r.w_in[(j * n + i) * stride + m];
            *share = weight * b.q[j * stride + i] / b.s[j * stride + m];
        }
    }
}

/// `sum_k gamma_io p`, `[j][n]`.
fn input_costs(frame: &Frame, ln_price: &[f64]) -> Vec<f64> {
    let Shape { s, stride, .. } = frame.shape;
    let mut cost = vec![0.0; frame.shape.block()];
    for j in 0..s {
        for k in 0..s {
            for c in 0..stride {
                cost[j * stride + c] += frame.gamma[(j * s + k) * stride + c] * ln_price[k * stride + c];
            }
        }
    }
    cost
}
