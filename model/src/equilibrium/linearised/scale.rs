//! Economies of scale in the linearised conditions: prices, productivity and expenditure are then eliminated together.
//!
//! Productivity feeds on output and output on productivity, so that plain rounds settle slowly or not at all; the joint
//! system is solved by GMRES on rounds that each sector's own block shapes.

use nalgebra::{DMatrix, DVector};

use super::adjoint::{Adjoint, Seeds, sum};
use super::krylov;
use super::linear::{Accuracy, Linear};
use super::linear_scale::LinearScale;
use super::tangent::Response;
use crate::equilibrium::conditions::layout::{FlatScale, Shape};
use crate::numerics::aligned::Aligned;
use crate::numerics::dense::inverse;
use crate::numerics::products::Sum;

/// Rounds of the search for the largest response of productivity to itself.
const MAX_ROUNDS: usize = 200;
const LEAST_ROUNDS: usize = 10;
/// Its multiples are spread evenly.
const GOLDEN_RATIO: f64 = 0.618_033_988_749_895;
/// Change of that response that ends the search.
const TOLERANCE: f64 = 1e-4;

impl LinearScale {
    pub fn new(linear: &Linear<'_>, scale: &FlatScale, psi: &[f64]) -> Self {
        let shape @ Shape { n, s, stride, .. } = linear.base.shape;
        let psi: Vec<f64> = (0..shape.block()).map(|at| psi[at / stride] * scale.produces[at]).collect();
        let per_y = |(at, psi): (usize, &f64)| if linear.y[at] > 0.0 { psi / linear.y[at] } else { 0.0 };
        let psi_per_y: Vec<f64> = psi.iter().enumerate().map(per_y).collect();
        let (mut block, mut block_transposed) =
            (Aligned::filled(0.0, shape.cube()), Aligned::filled(0.0, shape.cube()));
        for j in 0..s {
            let sold = DMatrix::from_fn(n, n, |i, m| {
                linear.net_pi_by_exporter[shape.cell(j, m, i)] * linear.theta_x[j * stride + m]
            });
            let bought = DMatrix::from_fn(n, n, |m, k| linear.pi_by_exporter[shape.cell(j, m, k)]);
            let crowded_out = sold * bought;
            let matrix = DMatrix::from_fn(n, n, |i, k| {
                let same = f64::from(u8::from(i == k));
                let own = same * linear.theta[j] * psi[j * stride + i];
                same - own + psi_per_y[j * stride + i] * crowded_out[(i, k)]
            });
            // Without an inverse the rounds are plain ones, which end at the same point.
            let inverse = inverse(matrix).unwrap_or_else(|| DMatrix::identity(n, n));
            for (i, k) in (0..n).flat_map(|i| (0..n).map(move |k| (i, k))) {
                block[shape.cell(j, k, i)] = inverse[(i, k)];
                block_transposed[shape.cell(j, i, k)] = inverse[(i, k)];
            }
        }
        Self { psi, psi_per_y, block, block_transposed }
    }

    /// Log productivity that goes with output and log wages.
    fn tangent(&self, output: &[f64], wage: &[f64]) -> Vec<f64> {
        let stride = wage.len();
        (0..output.len())
            .map(|at| self.psi_per_y[at] * output[at] - self.psi[at] * wage[at % stride])
            .collect()
    }
}

impl Linear<'_> {
    /// Responses of prices, productivity and expenditure to log wages, all together.
    pub fn respond_with_scale(&self, scale: &LinearScale, wage: &[f64], accuracy: Accuracy) -> Response {
        let block = self.base.shape.block();
        let map = |u: &[f64]| {
            let (price, rest) = u.split_at(block);
            let (productivity, spending) = rest.split_at(block);
            let cost = self.cost_tangent(wage, price, productivity);
            let va = self.value_added_tangent(wage, price);
            let mut swept = vec![0.0; block];
            self.trade(&self.pi, &cost, &mut swept);
            let output = self.output_tangent(&cost, &swept, spending);
            let implied = self.spending_tangent((&cost, &swept, spending), &output, &va);
            [swept, scale.tangent(&output, wage), implied].concat()
        };
        let blocks = |gap: &[f64]| self.in_blocks(gap, Sum::Columns, &scale.block);
        let u = self.settle_together(accuracy, &map, &blocks);
        let (price, rest) = u.split_at(block);
        let (productivity, spending) = rest.split_at(block);
        Response {
            cost: self.cost_tangent(wage, price, productivity),
            price: price.to_vec(),
            productivity: productivity.to_vec(),
            spending: spending.to_vec(),
        }
    }

    /// As [`Linear::adjoints`] of one function, with the derivatives with respect to residuals of productivity.
    pub fn adjoint_with_scale(&self, scale: &LinearScale, seeds: &Seeds, accuracy: Accuracy) -> Adjoint {
        let block = self.base.shape.block();
        let map = |u: &[f64]| {
            let (price, rest) = u.split_at(block);
            let (productivity, spending) = rest.split_at(block);
            let flows = self.flow_adjoint(scale, seeds, productivity, spending);
            let mut bought: Vec<f64> =
                (0..block).map(|at| (1.0 - self.net_share[at]) * flows.revenue_at(at)).collect();
            self.trade(&self.net_pi, &flows.output, &mut bought);
            let cost = self.cost_adjoint(price, &flows.swept, &flows.cost);
            let (mut next, _) = self.value_added_adjoint(seeds, &flows.va);
            self.by_country(&self.base.gamma_io, Sum::Rows, &cost, &mut next);
            let minus_cost: Vec<f64> = cost.iter().map(|cost| -cost).collect();
            [next, minus_cost, bought].concat()
        };
        let blocks = |gap: &[f64]| self.in_blocks(gap, Sum::Rows, &scale.block_transposed);
        let u = self.settle_together(accuracy, &map, &blocks);
        let (price, rest) = u.split_at(block);
        let (productivity, spending) = rest.split_at(block);
        let flows = self.flow_adjoint(scale, seeds, productivity, spending);
        let (_, mut wage) = self.value_added_adjoint(seeds, &flows.va);
        let factor = wage.clone();
        let cost = self.cost_adjoint(price, &flows.swept, &flows.cost);
        let stride = wage.len();
        for at in 0..block {
            wage[at % stride] += self.base.gamma_va[at] * cost[at] - scale.psi[at] * productivity[at];
        }
        Adjoint {
            swept_price: sum(price, &flows.swept),
            price: price.to_vec(),
            productivity: productivity.to_vec(),
            spending: spending.to_vec(),
            wage,
            factor,
            output: flows.output,
            revenue: flows.revenue,
        }
    }

    /// The adjoints of what flows make of costs and prices, given those of productivity and expenditure.
    fn flow_adjoint(
        &self,
        scale: &LinearScale,
        seeds: &Seeds,
        productivity: &[f64],
        spending: &[f64],
    ) -> FlowAdjoint {
        let mut output = self.output_adjoint(spending, seeds);
        for (output, (psi_per_y, own)) in output.iter_mut().zip(scale.psi_per_y.iter().zip(productivity)) {
            *output += psi_per_y * own;
        }
        let income = self.income_adjoint(spending);
        let revenue = sum(&income, &seeds.revenue);
        let va = self.factor_adjoint(seeds, &income);
        let (swept, cost) = self.share_adjoint(&output, &revenue);
        FlowAdjoint { output, revenue, va, swept, cost }
    }

    /// Each block of a gap (prices, productivity, expenditure) through its own inverse.
    fn in_blocks(&self, gap: &[f64], sum: Sum, scale: &[f64]) -> Vec<f64> {
        let block = self.base.shape.block();
        let mut step = vec![0.0; gap.len()];
        let (price, rest) = step.split_at_mut(block);
        let (productivity, spending) = rest.split_at_mut(block);
        self.by_country(&self.block_price, sum, &gap[..block], price);
        self.trade(scale, &gap[block..2 * block], productivity);
        self.by_country(&self.block_spending, sum, &gap[2 * block..], spending);
        step
    }

    /// Solves `u = map(u)` for an affine map of prices, productivity and expenditure together.
    fn settle_together(
        &self,
        accuracy: Accuracy,
        map: &dyn Fn(&[f64]) -> Vec<f64>,
        blocks: &dyn Fn(&[f64]) -> Vec<f64>,
    ) -> Vec<f64> {
        let rounds = |u: &[f64]| {
            let mut gap = map(u);
            gap.iter_mut().zip(u).for_each(|(gap, u)| *gap -= u);
            blocks(&gap)
        };
        let right = rounds(&vec![0.0; 3 * self.base.shape.block()]);
        krylov::solve(&right, accuracy, &|u| {
            right.iter().zip(rounds(u)).map(|(at_0, at_u)| at_0 - at_u).collect()
        })
    }

    /// The largest response of productivity to itself, wages, prices and expenditure in equilibrium: sectors that
    /// grow become more productive and grow again. From 1 on the equilibrium is one of several. With the place
    /// `[j][n]` where it is felt most.
    ///
    /// `fixed` is the same point without economies of scale. `None` if its Jacobian is singular.
    pub fn feedback(fixed: &Linear<'_>, scale: &LinearScale) -> Option<(f64, usize)> {
        let Shape { n, stride, .. } = fixed.base.shape;
        let inverse = inverse(fixed.reduced(Accuracy::Full).0)?;
        // A start of which no symmetry of the data is a part, the same in every run.
        let scattered =
            |(at, psi): (usize, &f64)| psi * ((at as f64 + 1.0) * GOLDEN_RATIO).fract() - 0.5 * psi;
        let mut s: Vec<f64> = scale.psi.iter().enumerate().map(scattered).collect();
        let (mut factor, mut last) = (0.0, f64::INFINITY);
        for round in 0..MAX_ROUNDS {
            let size = s.iter().map(|s| s * s).sum::<f64>().sqrt();
            if size == 0.0 || (round > LEAST_ROUNDS && (factor - last).abs() <= TOLERANCE * factor) {
                break;
            }
            last = factor;
            s.iter_mut().for_each(|s| *s /= size);
            let still = fixed.respond(&vec![0.0; stride], &s, Accuracy::Full);
            let mut excess = DVector::zeros(n);
            let output = fixed.output_tangent(&still.cost, &still.price, &still.spending);
            for (at, output) in output.iter().enumerate().filter(|(at, _)| at % stride + 1 < n) {
                excess[at % stride] += fixed.base.gamma_va[at] * output;
            }
            let mut wage = vec![0.0; stride];
            wage[..n].copy_from_slice((-&inverse * excess).as_slice());
            let moved = fixed.respond(&wage, &s, Accuracy::Full);
            let output = fixed.output_tangent(&moved.cost, &moved.price, &moved.spending);
            s = scale.tangent(&output, &wage);
            factor = s.iter().map(|s| s * s).sum::<f64>().sqrt();
        }
        let at = (0..s.len()).max_by(|a, b| s[*a].abs().total_cmp(&s[*b].abs()))?;
        Some((factor, at))
    }
}

/// Adjoints of output, revenue and value added, and of the prices and costs behind the shares.
struct FlowAdjoint {
    output: Vec<f64>,
    revenue: Vec<f64>,
    va: Vec<f64>,
    swept: Vec<f64>,
    cost: Vec<f64>,
}

impl FlowAdjoint {
    fn revenue_at(&self, at: usize) -> f64 {
        self.revenue[at % self.revenue.len()]
    }
}
