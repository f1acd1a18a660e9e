//! The equilibrium conditions linearised at a point: tangents, adjoints and the reduced Jacobian.
//!
//! Let w be log wages, z prices and expenditure, `z = F(w, z)` their conditions and `e(w, z)` the excess demands.
//! Implicit differentiation eliminates prices and expenditure: `de/dw = e_w + L F_w` with `L = e_z (I - F_z)^-1`.

use nalgebra::DMatrix;

use super::kernels::{add_by_country, add_by_sector};
use super::linear_scale::LinearScale;
use super::rounds::Rounds;
use crate::equilibrium::conditions::income::Deficits;
use crate::equilibrium::conditions::layout::{FlatEconomy, Shape};
use crate::equilibrium::conditions::loaded::LoadedShock;
use crate::equilibrium::conditions::point::Evaluated;
use crate::numerics::aligned::Aligned;
use crate::numerics::dense::inverse;
use crate::numerics::parallel;
use crate::numerics::products::Sum;

/// How far linear systems are solved.
#[derive(Debug, Clone, Copy)]
pub enum Accuracy {
    /// A few rounds, for preconditioners.
    Rounds(usize),
    /// Until a round changes no more than this share of the largest number.
    Within(f64),
    /// To rounding.
    Full,
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
    /// How rounds pass trade on; `None` where an own block has no inverse.
    pub rounds: Option<Rounds>,
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
            rounds: None,
            scale: None,
            base,
        };
        linear.scale = base.scale.as_ref().map(|scale| LinearScale::new(&linear, scale, &shock.psi));
        let ((block_price, all_price), (block_spending, all_spending)) =
            (linear.own_block(true), linear.own_block(false));
        (linear.block_price, linear.block_spending) = (block_price, block_spending);
        // With economies of scale nothing is eliminated by rounds.
        if all_price && all_spending && linear.scale.is_none() {
            linear.rounds = Some(linear.prepared_rounds());
        }
        linear
    }

    /// Of a point whose own blocks have been inverted.
    fn prepared_rounds(&self) -> Rounds {
        let shape @ Shape { n, s, stride, .. } = self.base.shape;
        let through = |blocks: &[f64]| {
            let mut all = vec![0.0; blocks.len()];
            self.by_country(&self.base.gamma_io, Sum::Columns, blocks, &mut all);
            all
        };
        let mut turned = vec![0.0; self.block_price.len()];
        for (j, k) in (0..s).flat_map(|j| (0..s).map(move |k| (j, k))) {
            let [from, to] = [(j, k), (k, j)].map(|(j, k)| (j * s + k) * stride);
            turned[to..to + stride].copy_from_slice(&self.block_price[from..from + stride]);
        }
        let own = |shares: &[f64]| {
            let mut all = vec![0.0; shape.block()];
            for (j, c) in (0..s).flat_map(|j| (0..n).map(move |c| (j, c))) {
                all[j * stride + c] = shares[shape.cell(j, c, c)];
            }
            all
        };
        Rounds {
            price: through(&turned),
            spending: through(&self.block_spending),
            own: own(&self.pi),
            own_net: own(&self.net_pi),
        }
    }

    /// `(I - B)^-1` of every country, B its own block of the price map or of the expenditure map, and whether all of them
    /// have an inverse.
    fn own_block(&self, prices: bool) -> (Vec<f64>, bool) {
        let Shape { n, s, stride, .. } = self.base.shape;
        let of_country = |c: usize| {
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
            inverse(matrix)
        };
        let inverses = parallel::map(n, of_country);
        let is_whole = inverses.iter().all(Option::is_some);
        let mut all = vec![0.0; s * s * stride];
        for (c, inverse) in inverses.into_iter().enumerate() {
            // Without an inverse the rounds are plain ones, which end at the same point.
            let inverse = inverse.unwrap_or_else(|| DMatrix::identity(s, s));
            for j in 0..s {
                for k in 0..s {
                    all[(j * s + k) * stride + c] = inverse[(j, k)];
                }
            }
        }
        (all, is_whole)
    }

    /// `out[j][a] += sum_b matrix[j][b][a] vector[j][b]`, for one vector or several, one behind the other.
    pub fn trade(&self, matrix: &[f64], x: &[f64], out: &mut [f64]) {
        add_by_sector(self.base.shape, matrix, x, out);
    }

    /// Each country's S x S matrix on its own vector, added to `out`; for one vector or several, one behind the other.
    pub fn by_country(&self, matrix: &[f64], sum: Sum, x: &[f64], out: &mut [f64]) {
        add_by_country(self.base.shape, matrix, sum, x, out);
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
