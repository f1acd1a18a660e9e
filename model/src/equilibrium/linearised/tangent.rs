//! Tangents of the linearised conditions: what log wages and log productivity make of prices, costs and expenditure.

use super::linear::{Accuracy, Linear};
use crate::equilibrium::conditions::layout::Shape;
use crate::numerics::products::Sum;

/// Changes of the unknowns and of costs along a direction, `[j][n]` each.
pub struct Response {
    pub productivity: Vec<f64>,
    pub cost: Vec<f64>,
    pub price: Vec<f64>,
    pub spending: Vec<f64>,
}

impl Linear<'_> {
    /// Log costs that go with log wages `[n]`, log prices and log productivity `[j][n]`.
    pub fn cost_tangent(&self, wage: &[f64], price: &[f64], productivity: &[f64]) -> Vec<f64> {
        let mut cost: Vec<f64> = self.direct_cost(wage, productivity).collect();
        self.by_country(&self.base.gamma_io, Sum::Columns, price, &mut cost);
        cost
    }

    /// The part of log costs that does not come through prices, `[j][n]`.
    fn direct_cost(&self, wage: &[f64], productivity: &[f64]) -> impl Iterator<Item = f64> {
        let stride = self.base.shape.stride;
        let direct = self.base.gamma_va.iter().zip(productivity).enumerate();
        direct.map(move |(at, (gamma, s))| gamma * wage[at % stride] - s)
    }

    /// Value added that goes with log wages and log prices, `[n]`.
    pub fn value_added_tangent(&self, wage: &[f64], price: &[f64]) -> Vec<f64> {
        let stride = self.base.shape.stride;
        if !self.is_real_gdp {
            return wage.iter().zip(&self.va).map(|(wage, va)| wage * va).collect();
        }
        let mut va = vec![0.0; stride];
        for (price, alpha) in price.chunks_exact(stride).zip(self.base.alpha.chunks_exact(stride)) {
            for ((d, (p, a)), va) in va.iter_mut().zip(price.iter().zip(alpha)).zip(&self.va) {
                *d += va * p * a;
            }
        }
        va
    }

    /// Responses to log wages `[n]` at given log productivity `[j][n]`.
    pub fn respond(&self, wage: &[f64], productivity: &[f64], accuracy: Accuracy) -> Response {
        self.responses(&[(wage, productivity)], accuracy).remove(0)
    }

    /// Responses to many directions, log wages `[n]` and log productivity `[j][n]` each, found together.
    fn responses(&self, directions: &[(&[f64], &[f64])], accuracy: Accuracy) -> Vec<Response> {
        let block = self.base.shape.block();
        let direct: Vec<f64> = directions
            .iter()
            .flat_map(|&(wage, productivity)| self.direct_cost(wage, productivity))
            .collect();
        let prices = self.price_tangents(&direct, accuracy);
        let mut costs = direct;
        self.by_country(&self.base.gamma_io, Sum::Columns, &prices, &mut costs);
        let each = || prices.chunks_exact(block);
        let mut inward = vec![0.0; costs.len()];
        self.trade(&self.net_pi, &costs, &mut inward);
        let still = vec![0.0; block];
        let bought = directions.iter().zip(each()).zip(inward.chunks_exact(block));
        let bought: Vec<f64> = bought
            .flat_map(|(((wage, _), price), inward)| {
                self.final_tangent((inward, price, &still), &self.value_added_tangent(wage, price))
            })
            .collect();
        let output = self.output_tangent(&costs, &prices, &vec![0.0; costs.len()]);
        let spendings = self.spending_tangents((&bought, &output), accuracy);
        let found =
            directions.iter().zip(each()).zip(costs.chunks_exact(block)).zip(spendings.chunks_exact(block));
        let found = found.map(|((((_, productivity), price), cost), spending)| Response {
            productivity: productivity.to_vec(),
            cost: cost.to_vec(),
            price: price.to_vec(),
            spending: spending.to_vec(),
        });
        found.collect()
    }

    /// Responses of all unknowns to the log wage of each of these countries.
    pub fn responses_to_wages(&self, countries: &[usize], accuracy: Accuracy) -> Vec<Response> {
        let alone = |&c: &usize| {
            let mut wage = vec![0.0; self.base.shape.stride];
            wage[c] = 1.0;
            wage
        };
        let wages: Vec<Vec<f64>> = countries.iter().map(alone).collect();
        let still = vec![0.0; self.base.shape.block()];
        match &self.scale {
            Some(scale) => wages.iter().map(|wage| self.respond_with_scale(scale, wage, accuracy)).collect(),
            None => {
                let directions: Vec<_> = wages.iter().map(|wage| (&wage[..], &still[..])).collect();
                self.responses(&directions, accuracy)
            }
        }
    }

    /// Output that goes with costs, prices and expenditure; of one direction or of several, one behind the other.
    pub fn output_tangent(&self, cost: &[f64], price: &[f64], spending: &[f64]) -> Vec<f64> {
        let (stride, block) = (self.base.shape.stride, self.base.shape.block());
        let (all, of) = (0..cost.len(), |at: usize| at % block);
        let bought: Vec<f64> =
            all.clone().map(|at| spending[at] + self.theta_x[of(at)] * price[at]).collect();
        let mut output: Vec<f64> =
            all.map(|at| -self.theta[of(at) / stride] * self.y[of(at)] * cost[at]).collect();
        self.trade(&self.net_pi_by_exporter, &bought, &mut output);
        output
    }

    /// Expenditure that costs, prices and expenditure imply, with the output and the value added that go with them.
    pub fn spending_tangent(
        &self,
        (cost, price, spending): (&[f64], &[f64], &[f64]),
        output: &[f64],
        va: &[f64],
    ) -> Vec<f64> {
        let mut inward = vec![0.0; self.base.shape.block()];
        self.trade(&self.net_pi, cost, &mut inward);
        let mut out = self.final_tangent((&inward, price, spending), va);
        self.by_country(&self.base.gamma_io, Sum::Rows, output, &mut out);
        out
    }

    /// Final expenditure that costs weighted by shares (`inward`), prices and expenditure imply, with the value added
    /// that goes with them.
    fn final_tangent(&self, (inward, price, spending): (&[f64], &[f64], &[f64]), va: &[f64]) -> Vec<f64> {
        let Shape { s, stride, .. } = self.base.shape;
        let mut income = va.to_vec();
        for (d, share) in income.iter_mut().zip(self.deficit_tangent(va)) {
            *d += share;
        }
        for j in 0..s {
            for at in self.base.shape.row(j) {
                income[at % stride] += (1.0 - self.net_share[at]) * spending[at]
                    - self.theta_x[at] * (self.net_share[at] * price[at] - inward[at]);
            }
        }
        self.base.alpha.iter().enumerate().map(|(at, alpha)| alpha * income[at % stride]).collect()
    }

    /// Change of deficits with value added, `[n]`; zero where deficits do not move with incomes.
    fn deficit_tangent(&self, va: &[f64]) -> Vec<f64> {
        let Some(rho) = &self.rho else { return vec![0.0; va.len()] };
        let (spent, share) = self.deficit_shares(rho);
        let shift = va.iter().zip(&share).map(|(va, share)| va * share).sum::<f64>() / spent;
        (0..va.len()).map(|n| share[n] * va[n] - self.va[n] * (1.0 + rho[n]) * shift).collect()
    }

    /// Spending of the world at unchanged ratios to value added, and deficits over value added, `[n]`.
    pub fn deficit_shares(&self, rho: &[f64]) -> (f64, Vec<f64>) {
        let spent: f64 = self.va.iter().zip(rho).map(|(va, rho)| va * (1.0 + rho)).sum();
        let factor = self.va.iter().sum::<f64>() / spent;
        (spent, rho.iter().map(|rho| (1.0 + rho) * factor - 1.0).collect())
    }
}
