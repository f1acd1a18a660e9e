//! The price sweep as one writes it down: the version that the kernels are measured against.

use ndarray::Array2;
use tradepath::economy::Economy;
use tradepath::equilibrium::Shock;

/// Weights of a policy and prices to sweep from.
pub struct Plain<'e> {
    economy: &'e Economy,
    weights: ndarray::Array3<f64>,
    pub ln_price: Array2<f64>,
}

impl<'e> Plain<'e> {
    pub fn new(economy: &'e Economy, shock: &Shock) -> Self {
        let tau = shock.tau.as_ref().unwrap_or(&economy.tau);
        let mut weights = economy.pi.clone();
        for (at, weight) in weights.indexed_iter_mut() {
            *weight *= (tau[[at.0, at.1, at.2]] / economy.tau[[at.0, at.1, at.2]]).powf(-economy.theta[at.0]);
        }
        let ln_price =
            Array2::from_shape_fn((economy.n(), economy.s()), |(n, j)| 0.01 * ((n + 3 * j) % 7) as f64);
        Self { economy, weights, ln_price }
    }

    /// `P_hat^-theta` at unchanged wages, `[n,j]`.
    pub fn sweep(&self) -> Array2<f64> {
        let e = self.economy;
        let mut swept = Array2::zeros((e.n(), e.s()));
        let mut powers = vec![0.0; e.n()];
        for j in 0..e.s() {
            for (i, power) in powers.iter_mut().enumerate() {
                let inputs = e.gamma_io.slice(ndarray::s![i, j, ..]);
                let ln_cost: f64 = inputs.iter().zip(self.ln_price.row(i)).map(|(g, p)| g * p).sum();
                *power = (-e.theta[j] * ln_cost).exp();
            }
            for n in 0..e.n() {
                let row = self.weights.slice(ndarray::s![j, n, ..]);
                swept[[n, j]] = row.iter().zip(&powers).map(|(w, p)| w * p).sum();
            }
        }
        swept
    }
}
