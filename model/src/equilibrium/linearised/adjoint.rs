//! Adjoints of the linearised conditions: derivatives of any function of the equilibrium.

use nalgebra::DMatrix;

use super::linear::{Accuracy, Linear};
use crate::equilibrium::conditions::layout::Shape;
use crate::numerics::dense::Factors;
use crate::numerics::parallel;
use crate::numerics::products::Sum;

/// Functions whose derivatives are found together: their vectors fit into a cache beside a piece of a matrix.
pub const TOGETHER: usize = 8;

/// A function of the equilibrium whose derivatives are wanted, as its weights.
pub struct Seeds {
    /// On log prices, `[j][n]`.
    pub price: Vec<f64>,
    /// On value added, revenue and deficits, `[n]`.
    pub va: Vec<f64>,
    pub revenue: Vec<f64>,
    pub deficit: Vec<f64>,
    /// On the labour excess demands of all countries, `[n]`.
    pub excess: Vec<f64>,
}

impl Seeds {
    pub fn zero(shape: Shape) -> Self {
        let row = || vec![0.0; shape.stride];
        Self { price: vec![0.0; shape.block()], va: row(), revenue: row(), deficit: row(), excess: row() }
    }
}

/// Derivatives of a seeded function with prices and expenditure eliminated.
pub struct Adjoint {
    /// With respect to residuals of prices and expenditure, `[j][n]`.
    pub price: Vec<f64>,
    pub spending: Vec<f64>,
    /// With respect to residuals of log productivity, `[j][n]`; empty without economies of scale.
    pub productivity: Vec<f64>,
    /// With respect to log wages, `[n]`.
    pub wage: Vec<f64>,
    /// With respect to log factor supply, `[n]`.
    pub factor: Vec<f64>,
    /// With respect to output at given shares, `[j][n]`, and revenue, `[n]`.
    pub output: Vec<f64>,
    pub revenue: Vec<f64>,
    /// With respect to the log price that a sweep finds, `[j][n]`.
    pub swept_price: Vec<f64>,
}

impl Adjoint {
    /// Adds `factor` times the adjoint of another function.
    fn add(&mut self, factor: f64, other: &Self) {
        let parts = [
            (&mut self.price, &other.price),
            (&mut self.spending, &other.spending),
            (&mut self.productivity, &other.productivity),
            (&mut self.wage, &other.wage),
            (&mut self.factor, &other.factor),
            (&mut self.output, &other.output),
            (&mut self.revenue, &other.revenue),
            (&mut self.swept_price, &other.swept_price),
        ];
        for (to, from) in parts {
            to.iter_mut().zip(from).for_each(|(to, from)| *to += factor * from);
        }
    }
}

/// Derivatives of a seeded function with respect to one cell of the trade costs.
pub struct CellDerivative {
    /// With respect to its log cost at a given tariff.
    pub cost: f64,
    /// What a log tariff adds to that: the same expenditure pays for less at the border.
    pub duty: f64,
}

impl Linear<'_> {
    /// Adds to `va` the adjoint that comes through deficits; nothing where deficits do not move with incomes.
    fn deficit_adjoint(&self, deficit: &[f64], va: &mut [f64]) {
        let Some(rho) = &self.rho else { return };
        let (spent, share) = self.deficit_shares(rho);
        let passed = self.va.iter().zip(rho).zip(deficit).map(|((va, rho), d)| va * (1.0 + rho) * d);
        let weighted = passed.sum::<f64>() / spent;
        for ((va, share), d) in va.iter_mut().zip(share).zip(deficit) {
            *va += share * (d - weighted);
        }
    }

    /// Derivatives of seeded functions at given wages and policy, prices and expenditure eliminated, in their order. They are
    /// found together, since each round reads all matrices; [`TOGETHER`] of them at once are about the best.
    pub fn adjoints(&self, seeds: &[Seeds], accuracy: Accuracy) -> Vec<Adjoint> {
        if let Some(scale) = &self.scale {
            return seeds.iter().map(|seeds| self.adjoint_with_scale(scale, seeds, accuracy)).collect();
        }
        let (stride, block) = (self.base.shape.stride, self.base.shape.block());
        let (spending, output) = self.spending_adjoints(seeds, accuracy);
        let incomes: Vec<_> = spending.chunks_exact(block).map(|u| self.income_adjoint(u)).collect();
        let revenues: Vec<f64> =
            incomes.iter().zip(seeds).flat_map(|(income, seeds)| sum(income, &seeds.revenue)).collect();
        let (swept, cost) = self.share_adjoint(&output, &revenues);
        let (mut found, mut direct) = (Vec::with_capacity(seeds.len()), Vec::with_capacity(spending.len()));
        for (at, seeds) in seeds.iter().enumerate() {
            let of_one = at * block..(at + 1) * block;
            let (of_price, wage) = self.value_added_adjoint(seeds, &self.factor_adjoint(seeds, &incomes[at]));
            direct.extend(of_price);
            found.push(Adjoint {
                price: Vec::new(),
                spending: spending[of_one.clone()].to_vec(),
                productivity: Vec::new(),
                factor: wage.clone(),
                wage,
                output: output[of_one.clone()].to_vec(),
                revenue: revenues[at * stride..(at + 1) * stride].to_vec(),
                swept_price: swept[of_one].to_vec(),
            });
        }
        let prices = self.price_adjoints(&direct, (&swept, &cost), accuracy);
        let (costs, each) = (self.cost_adjoint(&prices, &swept, &cost), prices.chunks_exact(block));
        for ((found, price), cost) in found.iter_mut().zip(each).zip(costs.chunks_exact(block)) {
            for (at, cost) in cost.iter().enumerate() {
                found.wage[at % stride] += self.base.gamma_va[at] * cost;
            }
            found.swept_price.iter_mut().zip(price).for_each(|(swept, price)| *swept += price);
            found.price = price.to_vec();
        }
        found
    }

    /// Adjoint of value added, given that of income, `[n]`.
    pub(super) fn factor_adjoint(&self, seeds: &Seeds, income: &[f64]) -> Vec<f64> {
        let mut va: Vec<f64> = (0..income.len()).map(|c| income[c] + seeds.va[c] - seeds.excess[c]).collect();
        self.deficit_adjoint(&sum(income, &seeds.deficit), &mut va);
        va
    }

    /// Adjoint of costs, `[j][n]`: through the prices that a sweep finds, and through the shares (`cost`).
    pub(super) fn cost_adjoint(&self, price: &[f64], swept: &[f64], cost: &[f64]) -> Vec<f64> {
        let mut all = cost.to_vec();
        self.trade(&self.pi_by_exporter, &sum(price, swept), &mut all);
        all
    }

    /// What the adjoint of value added makes of those of prices, with their seeds, and of wages.
    pub(super) fn value_added_adjoint(&self, seeds: &Seeds, va: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let Shape { n, s, stride, .. } = self.base.shape;
        let (mut direct, mut wage) = (seeds.price.clone(), vec![0.0; stride]);
        for c in 0..n {
            match self.is_real_gdp {
                true => (0..s).for_each(|j| {
                    direct[j * stride + c] += self.base.alpha[j * stride + c] * self.va[c] * va[c];
                }),
                false => wage[c] = self.va[c] * va[c],
            }
        }
        (direct, wage)
    }

    /// Adjoint of output, through expenditure `u` on inputs and excess demands, `[j][n]`.
    pub(super) fn output_adjoint(&self, u: &[f64], seeds: &Seeds) -> Vec<f64> {
        let mut output: Vec<f64> = self.excess_adjoint(seeds).collect();
        self.by_country(&self.base.gamma_io, Sum::Columns, u, &mut output);
        output
    }

    /// The part of the adjoint of output that comes through excess demands, `[j][n]`.
    pub(super) fn excess_adjoint(&self, seeds: &Seeds) -> impl Iterator<Item = f64> {
        let stride = self.base.shape.stride;
        self.base.gamma_va.iter().enumerate().map(move |(at, gamma)| gamma * seeds.excess[at % stride])
    }

    /// Adjoint of income, through final expenditure `u`, `[n]`.
    pub(super) fn income_adjoint(&self, u: &[f64]) -> Vec<f64> {
        let Shape { stride, .. } = self.base.shape;
        let mut income = vec![0.0; stride];
        for (at, (alpha, u)) in self.base.alpha.iter().zip(u).enumerate() {
            income[at % stride] += alpha * u;
        }
        income
    }

    /// Adjoints of the prices that a sweep finds and of costs, through the shares in output and revenue; for one function or
    /// several, one behind the other.
    pub(super) fn share_adjoint(&self, output: &[f64], revenue: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let Shape { stride, .. } = self.base.shape;
        let block = self.base.shape.block();
        let (mut swept, mut cost) = (vec![0.0; output.len()], vec![0.0; output.len()]);
        let revenue_at = |all: usize| revenue[all / block * stride + all % stride];
        let taxed: Vec<f64> =
            (0..output.len()).map(|all| self.theta_x[all % block] * revenue_at(all)).collect();
        self.trade(&self.net_pi, output, &mut swept);
        self.trade(&self.net_pi_by_exporter, &taxed, &mut cost);
        for all in 0..output.len() {
            let at = all % block;
            swept[all] = self.theta_x[at] * (swept[all] - self.net_share[at] * revenue_at(all));
            cost[all] -= self.theta[at / stride] * self.y[at] * output[all];
        }
        (swept, cost)
    }

    /// Seeds of equation `c` of the system: excess demand of country `c`, or for the last the numeraire.
    fn equation(&self, c: usize) -> Seeds {
        let mut seeds = Seeds::zero(self.base.shape);
        if c + 1 == self.base.shape.n {
            seeds.va[..=c].fill(1.0 / self.numeraire);
        } else {
            seeds.excess[c] = 1.0;
        }
        seeds
    }

    /// The reduced Jacobian of the system in log wages, and the adjoint of every equation.
    pub fn reduced(&self, accuracy: Accuracy) -> (DMatrix<f64>, Vec<Adjoint>) {
        let n = self.base.shape.n;
        let equations: Vec<Seeds> = (0..n).map(|c| self.equation(c)).collect();
        let groups: Vec<&[Seeds]> = equations.chunks(TOGETHER).collect();
        let found = parallel::map_each(&groups, |few| self.adjoints(few, accuracy));
        let adjoints: Vec<Adjoint> = found.into_iter().flatten().collect();
        (DMatrix::from_fn(n, n, |row, column| adjoints[row].wage[column]), adjoints)
    }

    /// The adjoints of seeded functions with wages eliminated as well; `factors` are those of the transposed `reduced`
    /// Jacobian, `equations` the adjoints that come with it. An adjoint is linear in its seeds, so that those of the
    /// equations need no solve again.
    ///
    /// `None` if the reduced Jacobian is singular.
    pub fn total_adjoints(
        &self,
        seeds: &[Seeds],
        accuracy: Accuracy,
        (factors, equations): (&Factors, &[Adjoint]),
    ) -> Option<Vec<Adjoint>> {
        let n = self.base.shape.n;
        let mut all = self.adjoints(seeds, accuracy);
        for total in &mut all {
            let gradient = nalgebra::DVector::from_iterator(n, total.wage[..n].iter().copied());
            let multipliers = factors.solve(&-gradient)?;
            for (equation, multiplier) in equations.iter().zip(&multipliers) {
                total.add(*multiplier, equation);
            }
        }
        Some(all)
    }

    /// Derivatives with respect to one cell of the trade costs.
    pub fn cell(&self, adjoint: &Adjoint, j: usize, m: usize, i: usize) -> CellDerivative {
        let shape @ Shape { stride, .. } = self.base.shape;
        let at = shape.cell(j, m, i);
        let flow = self.net_pi_by_exporter[at] * self.x[j * stride + m];
        let value = flow * (adjoint.output[j * stride + i] - adjoint.revenue[m]);
        let cost = self.pi_by_exporter[at] * adjoint.swept_price[j * stride + m] - self.theta[j] * value;
        CellDerivative { cost, duty: -value }
    }

    /// Share of a cell, `pi[j,n,i]`.
    pub fn share(&self, j: usize, m: usize, i: usize) -> f64 {
        self.pi_by_exporter[self.base.shape.cell(j, m, i)]
    }
}

pub(super) fn sum(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}
