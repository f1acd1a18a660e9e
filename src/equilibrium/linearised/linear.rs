//! The equilibrium conditions linearised at a point: tangents, adjoints and the reduced Jacobian.
//!
//! Let w be log wages, z prices and expenditure, `z = F(w, z)` their conditions and `e(w, z)` the excess demands.
//! Implicit differentiation eliminates prices and expenditure: `de/dw = e_w + L F_w` with `L = e_z (I - F_z)^-1`.

use nalgebra::DMatrix;

use super::kernels::{add_by_country, add_by_sector};
use super::linear_scale::LinearScale;
use crate::equilibrium::conditions::income::Deficits;
use crate::equilibrium::conditions::layout::{FlatEconomy, Shape};
use crate::equilibrium::conditions::loaded::LoadedShock;
use crate::equilibrium::conditions::point::Evaluated;
use crate::numerics::aligned::Aligned;
use crate::numerics::products::Sum;

/// Rounds of the block iteration that count as exact: its factor is about 0.2 on real data.
const MAX_ROUNDS: usize = 2000;

/// How far linear systems are solved.
#[derive(Debug, Clone, Copy)]
pub enum Accuracy {
    /// A few rounds, for preconditioners.
    Rounds(usize),
    /// To rounding.
    Full,
}

/// Changes of the unknowns and of costs along a direction, `[j][n]` each.
pub struct Response {
    pub productivity: Vec<f64>,
    pub cost: Vec<f64>,
    pub price: Vec<f64>,
    pub spending: Vec<f64>,
}

/// Derivatives at one point. Arrays as in [`FlatEconomy`].
pub struct Linear<'f> {
    pub base: &'f FlatEconomy,
    /// Shares pi', `[j][i][n]` and `[j][n][i]`.
    pub pi: Aligned<f64>,
    pub pi_by_exporter: Aligned<f64>,
    /// Shares over tariffs, pi' / tau', `[j][i][n]` and `[j][n][i]`.
    pub net_pi: Aligned<f64>,
    pub net_pi_by_exporter: Aligned<f64>,
    /// `sum_i pi' / tau'`: the part of expenditure that arrives at the border, `[j][n]`.
    pub net_share: Vec<f64>,
    /// Expenditure and output, `[j][n]`.
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    /// `theta X'`, `[j][n]`.
    pub theta_x: Vec<f64>,
    /// Elasticities, `[j]`.
    pub theta: Vec<f64>,
    /// Value added, `[n]`.
    pub va: Vec<f64>,
    pub numeraire: f64,
    pub is_real_gdp: bool,
    /// `D / VA` of the baseline where deficits follow value added, `[n]`.
    pub rho: Option<Vec<f64>>,
    /// `(I - own block)^-1` of prices and of expenditure, `[j][k][n]`.
    pub block_price: Vec<f64>,
    pub block_spending: Vec<f64>,
    /// Economies of scale; `None` without them.
    pub scale: Option<LinearScale>,
}

impl<'f> Linear<'f> {
    /// Linearises at the point of the last evaluation, `at`, whose expenditure is `x`.
    pub fn new(
        base: &'f FlatEconomy,
        shock: &LoadedShock,
        deficits: &Deficits,
        x: &[f64],
        at: &Evaluated,
    ) -> Self {
        let shape = base.shape;
        let [pi, pi_by_exporter, net_pi, net_pi_by_exporter] = shares(shape, shock, at);
        let mut net_share = vec![1.0; shape.block()];
        for j in 0..shape.s {
            for i in 0..shape.n {
                for m in 0..shape.n {
                    let cell = shape.cell(j, i, m);
                    net_share[j * shape.stride + m] -= pi[cell] - net_pi[cell];
                }
            }
        }
        let theta_x = (0..shape.block()).map(|at| shock.theta[at / shape.stride] * x[at]);
        let mut linear = Self {
            theta_x: theta_x.collect(),
            pi,
            pi_by_exporter,
            net_pi,
            net_pi_by_exporter,
            net_share,
            x: x.to_vec(),
            y: at.y.to_vec(),
            theta: shock.theta.clone(),
            va: at.va.clone(),
            numeraire: shock.numeraire,
            is_real_gdp: shock.is_real_gdp,
            rho: match deficits {
                Deficits::Given(_) => None,
                Deficits::GdpShare(rho) => Some(rho.clone()),
            },
            block_price: Vec::new(),
            block_spending: Vec::new(),
            scale: None,
            base,
        };
        linear.scale = base.scale.as_ref().map(|scale| LinearScale::new(&linear, scale, &shock.psi));
        (linear.block_price, linear.block_spending) = (linear.own_block(true), linear.own_block(false));
        linear
    }

    /// `(I - B)^-1` of every country, B its own block of the price map or of the expenditure map.
    fn own_block(&self, prices: bool) -> Vec<f64> {
        let Shape { n, s, stride, .. } = self.base.shape;
        let mut all = vec![0.0; s * s * stride];
        for c in 0..n {
            let own = |j: usize| self.pi_by_exporter[self.base.shape.cell(j, c, c)];
            let sold = |j: usize| self.net_pi_by_exporter[self.base.shape.cell(j, c, c)];
            let matrix = DMatrix::from_fn(s, s, |j, k| {
                let entry = match prices {
                    true => own(j) * self.base.gamma_io[(j * s + k) * stride + c],
                    false => {
                        self.base.alpha[j * stride + c] * (1.0 - self.net_share[k * stride + c])
                            + self.base.gamma_io[(k * s + j) * stride + c] * sold(k)
                    }
                };
                f64::from(u8::from(j == k)) - entry
            });
            // Without an inverse the rounds are plain ones, which end at the same point.
            let inverse = matrix.try_inverse().unwrap_or_else(|| DMatrix::identity(s, s));
            for j in 0..s {
                for k in 0..s {
                    all[(j * s + k) * stride + c] = inverse[(j, k)];
                }
            }
        }
        all
    }

    /// `out[j][a] += sum_b matrix[j][b][a] vector[j][b]`.
    pub fn trade(&self, matrix: &[f64], x: &[f64], out: &mut [f64]) {
        add_by_sector(self.base.shape, matrix, x, out);
    }

    /// Each country's S x S matrix on its own vector, added to `out`.
    pub fn by_country(&self, matrix: &[f64], sum: Sum, x: &[f64], out: &mut [f64]) {
        add_by_country(self.base.shape, matrix, sum, x, out);
    }

    /// Solves `u = map(u)` for an affine map by rounds preconditioned with the own blocks.
    pub fn settle(
        &self,
        blocks: &[f64],
        sum: Sum,
        accuracy: Accuracy,
        map: &dyn Fn(&[f64]) -> Vec<f64>,
    ) -> Vec<f64> {
        let mut u = vec![0.0; self.base.shape.block()];
        let rounds = match accuracy {
            Accuracy::Rounds(rounds) => rounds,
            Accuracy::Full => MAX_ROUNDS,
        };
        let mut last_change = f64::INFINITY;
        for _ in 0..rounds {
            let mut gap = map(&u);
            for (gap, u) in gap.iter_mut().zip(&u) {
                *gap -= u;
            }
            let mut step = vec![0.0; u.len()];
            self.by_country(blocks, sum, &gap, &mut step);
            let (mut change, mut size) = (0.0_f64, 0.0_f64);
            for (u, step) in u.iter_mut().zip(&step) {
                *u += step;
                change = change.max(step.abs());
                size = size.max(u.abs());
            }
            // Stops at rounding, or where rounding keeps it from falling further.
            if change <= 1e-15 * size || (change <= 1e-12 * size && change >= last_change) {
                break;
            }
            last_change = change;
        }
        u
    }

    /// Log costs that go with log wages `[n]`, log prices and log productivity `[j][n]`.
    pub fn cost_tangent(&self, wage: &[f64], price: &[f64], productivity: &[f64]) -> Vec<f64> {
        let stride = self.base.shape.stride;
        let direct = self.base.gamma_va.iter().zip(productivity).enumerate();
        let mut cost: Vec<f64> = direct.map(|(at, (gamma, s))| gamma * wage[at % stride] - s).collect();
        self.by_country(&self.base.gamma_io, Sum::Columns, price, &mut cost);
        cost
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
        let block = self.base.shape.block();
        let price = self.settle(&self.block_price, Sum::Columns, accuracy, &|price| {
            let mut swept = vec![0.0; block];
            self.trade(&self.pi, &self.cost_tangent(wage, price, productivity), &mut swept);
            swept
        });
        let cost = self.cost_tangent(wage, &price, productivity);
        let va = self.value_added_tangent(wage, &price);
        let spending = self.settle(&self.block_spending, Sum::Columns, accuracy, &|spending| {
            let output = self.output_tangent(&cost, &price, spending);
            self.spending_tangent((&cost, &price, spending), &output, &va)
        });
        Response { productivity: productivity.to_vec(), cost, price, spending }
    }

    /// Responses of all unknowns to the log wage of country `c`.
    pub fn response_to_wage(&self, c: usize, accuracy: Accuracy) -> Response {
        let mut wage = vec![0.0; self.base.shape.stride];
        wage[c] = 1.0;
        match &self.scale {
            Some(scale) => self.respond_with_scale(scale, &wage, accuracy),
            None => self.respond(&wage, &vec![0.0; self.base.shape.block()], accuracy),
        }
    }

    /// Output that goes with costs, prices and expenditure.
    pub fn output_tangent(&self, cost: &[f64], price: &[f64], spending: &[f64]) -> Vec<f64> {
        let (stride, block) = (self.base.shape.stride, self.base.shape.block());
        let bought: Vec<f64> = (0..block).map(|at| spending[at] + self.theta_x[at] * price[at]).collect();
        let mut output: Vec<f64> =
            (0..block).map(|at| -self.theta[at / stride] * self.y[at] * cost[at]).collect();
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
        let Shape { s, stride, .. } = self.base.shape;
        let block = self.base.shape.block();
        let mut inward = vec![0.0; block];
        self.trade(&self.net_pi, cost, &mut inward);
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
        let mut out: Vec<f64> = (0..block).map(|at| self.base.alpha[at] * income[at % stride]).collect();
        self.by_country(&self.base.gamma_io, Sum::Rows, output, &mut out);
        out
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

/// Shares pi' `[j][i][n]` and `[j][n][i]`, and the same over tariffs.
fn shares(shape: Shape, shock: &LoadedShock, at: &Evaluated) -> [Aligned<f64>; 4] {
    let (mut pi, mut net_pi) = (shock.weights.gross.clone(), shock.weights.net.clone());
    let mut net_pi_by_exporter = shock.weights.net_by_exporter.clone();
    let mut pi_by_exporter = Aligned::filled(0.0, shape.cube());
    for j in 0..shape.s {
        for i in 0..shape.n {
            for m in 0..shape.n {
                let (by_importer, by_exporter) = (shape.cell(j, i, m), shape.cell(j, m, i));
                let factor = at.c_power[j * shape.stride + i] / at.p_power[j * shape.stride + m];
                pi[by_importer] *= factor;
                net_pi[by_importer] *= factor;
                net_pi_by_exporter[by_exporter] *= factor;
                pi_by_exporter[by_exporter] = pi[by_importer];
            }
        }
    }
    [pi, pi_by_exporter, net_pi, net_pi_by_exporter]
}
