//! Derivatives of welfare by implicit differentiation: every tariff, every iceberg, every elasticity.

use ndarray::{Array2, Array3};

use super::adjoint::Seeds;
use super::linear::{Accuracy, Linear};
use super::result::Equilibrium;
use super::search::Workspace;
use super::solve::{PreparedBaseline, Shock};
use crate::economy::Economy;

/// Derivatives of `ln W_hat` of one country at one equilibrium.
#[derive(Debug, Clone)]
pub struct WelfareGradient {
    /// With respect to 1 + tariff, `[j,n,i]`; the diagonal is 0.
    pub tau: Array3<f64>,
    /// With respect to the log iceberg factor, `[j,n,i]`.
    pub ln_iceberg: Array3<f64>,
    /// With respect to the elasticity of each sector, `[j]`, baseline shares given.
    pub theta: Vec<f64>,
}

/// An equilibrium with its linearised conditions: gradients cost two adjoint solves a country.
pub struct Sensitivity<'p> {
    base: &'p Economy,
    solved: &'p Equilibrium,
    linear: Linear<'p>,
    reduced: nalgebra::DMatrix<f64>,
    /// Log costs and prices, `[j][n]`.
    cost: Vec<f64>,
    price: Vec<f64>,
    /// ln of what multiplies cost inside the power, `[j,n,i]`.
    ln_kappa: Array3<f64>,
}

impl PreparedBaseline {
    /// Linearises the equilibrium conditions at `solved`, the answer to `shock`. Wedges of quotas are held.
    ///
    /// Cost: N adjoint solves, about N times 20 evaluations.
    #[must_use]
    pub fn sensitivity<'p>(&'p self, shock: &Shock, solved: &'p Equilibrium) -> Sensitivity<'p> {
        let (core, shape) = (&*self.core, self.core.frame.shape);
        let shock = &shock.with_wedges_of(&core.economy, solved);
        let mut workspace = Workspace::new(&core.frame);
        workspace.load(&core.frame, &core.economy, shock);
        workspace.start_at(&core.frame, solved);
        let _ = workspace.evaluate(&core.frame, &self.transfers);
        let linear = workspace.linear(&core.frame, &self.transfers);
        let (reduced, _) = linear.reduced(Accuracy::Full);
        let base = &core.economy;
        let ln_kappa = Array3::from_shape_fn(base.tau.dim(), |at| {
            let iceberg = shock.iceberg_hat.as_ref().map_or(1.0, |d| d[at]);
            (solved.tau[at] / base.tau[at] * iceberg).ln()
        });
        let price = workspace.z[shape.stride..shape.stride + shape.block()].to_vec();
        Sensitivity { base, solved, linear, reduced, cost: workspace.buffers.cost.to_vec(), price, ln_kappa }
    }
}

impl Sensitivity<'_> {
    /// Gradient of `ln W_hat` of country `n`: `ln I' - sum_j alpha ln P_hat` (`model.md` section 2).
    ///
    /// `None` where the reduced Jacobian is singular, or so near to it that derivatives are no numbers.
    #[must_use]
    pub fn welfare(&self, country: usize) -> Option<WelfareGradient> {
        let shape = self.linear.frame.shape;
        let mut seeds = Seeds::zero(shape);
        let income = self.linear.frame.unit * self.solved.income[country];
        for seed in [&mut seeds.va, &mut seeds.revenue, &mut seeds.deficit] {
            seed[country] = 1.0 / income;
        }
        for j in 0..shape.s {
            seeds.price[j * shape.stride + country] = -self.base.alpha[[country, j]];
        }
        let adjoint = self.linear.total_adjoint(&seeds, &self.reduced)?;
        let dim = self.base.tau.dim();
        let mut gradient = WelfareGradient {
            tau: Array3::zeros(dim),
            ln_iceberg: Array3::zeros(dim),
            theta: vec![0.0; shape.s],
        };
        for ((j, m, i), tau) in self.solved.tau.indexed_iter() {
            let cell = self.linear.cell(&adjoint, j, m, i);
            gradient.ln_iceberg[[j, m, i]] = cell.cost;
            if m != i {
                gradient.tau[[j, m, i]] = (cell.cost + cell.duty) / tau;
            }
            let (theta, swept) = (self.linear.theta[j], j * shape.stride + m);
            let ln_cost = self.ln_kappa[[j, m, i]] + self.cost[j * shape.stride + i];
            let by_price = adjoint.swept_price[swept] * self.linear.share(j, m, i);
            gradient.theta[j] += (by_price / theta + cell.duty) * (ln_cost - self.price[swept]);
        }
        let all = gradient.tau.iter().chain(&gradient.ln_iceberg).chain(&gradient.theta);
        let is_sound = all.fold(0.0, |sum, value| sum + value).is_finite();
        is_sound.then_some(gradient)
    }
}

/// Standard error of `100 ln W_hat` of every country from those of the elasticities, `[n]`, by the delta
/// method: elasticities independent across sectors, sectors without a standard error certain.
#[must_use]
pub fn delta_method_se(economy: &Economy, by_theta: &Array2<f64>) -> Vec<f64> {
    let errors: Vec<f64> = economy.axes.sectors.iter().map(|sector| sector.theta_se.unwrap_or(0.0)).collect();
    by_theta
        .rows()
        .into_iter()
        .map(|row| 100.0 * row.iter().zip(&errors).map(|(d, se)| (d * se).powi(2)).sum::<f64>().sqrt())
        .collect()
}
