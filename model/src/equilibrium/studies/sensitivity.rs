//! Derivatives of welfare by implicit differentiation: every tariff, every iceberg, every elasticity.

use ndarray::{Array2, Array3};

use crate::economy::Economy;
use crate::equilibrium::conditions::point::Point;
use crate::equilibrium::counterfactual::result::Equilibrium;
use crate::equilibrium::counterfactual::shock::Shock;
use crate::equilibrium::linearised::adjoint::{Adjoint, Seeds, TOGETHER};
use crate::equilibrium::linearised::linear::{Accuracy, Linear};
use crate::equilibrium::prepared::PreparedBaseline;
use crate::equilibrium::search::workspace::Workspace;
use crate::numerics::dense::Factors;
use crate::numerics::parallel;

/// 97.5 % point of the standard normal distribution.
const NORMAL_975: f64 = 1.959_963_984_540_054;

/// Derivatives of `ln W_hat` of one country at one equilibrium.
#[derive(Debug, Clone)]
pub struct WelfareGradient {
    /// With respect to 1 + tariff, `[j,n,i]`; the diagonal is 0.
    pub tau: Array3<f64>,
    /// With respect to the log iceberg factor, `[j,n,i]`.
    pub ln_iceberg: Array3<f64>,
    /// With respect to the elasticity of each sector, `[j]`, baseline shares given.
    pub theta: Vec<f64>,
    /// With respect to log factor supply of each country, `[n]`.
    pub ln_factor: Vec<f64>,
}

/// An equilibrium with its linearised conditions: gradients cost an adjoint solve a country.
pub struct Sensitivity<'p> {
    base: &'p Economy,
    solved: &'p Equilibrium,
    pub(super) linear: Linear<'p>,
    /// How far adjoints are solved.
    accuracy: Accuracy,
    /// Factors of the transposed reduced Jacobian, and the adjoint of each of its equations.
    reduced: (Factors, Vec<Adjoint>),
    /// Log costs and prices, `[j][n]`.
    ln_cost: Vec<f64>,
    ln_price: Vec<f64>,
    /// Log productivity of scale, `[j][n]`; empty without.
    pub(super) ln_scale: Vec<f64>,
    /// `ln kappa_hat`, `[j,n,i]`.
    ln_kappa: Array3<f64>,
}

impl PreparedBaseline {
    /// Linearises the equilibrium conditions at `solved`, the equilibrium of `shock`. Wedges of quotas are held.
    ///
    /// Cost: N adjoint solves, about N times 20 evaluations.
    #[must_use]
    pub fn sensitivity<'p>(&'p self, shock: &Shock, solved: &'p Equilibrium) -> Sensitivity<'p> {
        self.sensitivity_to(Accuracy::Full, shock, solved)
    }

    /// The same, solved less far.
    pub(super) fn sensitivity_to<'p>(
        &'p self,
        accuracy: Accuracy,
        shock: &Shock,
        solved: &'p Equilibrium,
    ) -> Sensitivity<'p> {
        let core = &*self.core;
        let shock = &shock.with_wedges_of(&core.economy, solved);
        let mut workspace = Workspace::new(&core.base);
        workspace.load(&core.base, &core.economy, shock);
        workspace.start_at(&core.base, &solved.starting_point());
        let _ = workspace.evaluate(&core.base, &self.deficits);
        let linear = workspace.linear(&core.base, &self.deficits);
        let (jacobian, equations) = linear.reduced(accuracy);
        let reduced = (Factors::of(jacobian.transpose()), equations);
        let base = &core.economy;
        let ln_kappa = Array3::from_shape_fn(base.tau.dim(), |(j, n, i)| {
            let at = [j, n, i];
            (solved.tau[at] / base.tau[at] * shock.iceberg_hat_at(at)).ln()
        });
        let point = Point::new(core.base.shape, &workspace.z);
        let (ln_price, ln_scale) = (point.ln_p.to_vec(), point.ln_s.to_vec());
        let ln_cost = workspace.at.ln_c.to_vec();
        Sensitivity { base, solved, linear, accuracy, reduced, ln_cost, ln_price, ln_scale, ln_kappa }
    }
}

impl Sensitivity<'_> {
    /// The adjoints of `ln W_hat` of countries; `None` if the reduced Jacobian is singular.
    fn adjoints(&self, countries: &[usize]) -> Option<Vec<Adjoint>> {
        let seeds: Vec<Seeds> = countries.iter().map(|&country| self.seeds(country)).collect();
        self.linear.total_adjoints(&seeds, self.accuracy, (&self.reduced.0, &self.reduced.1))
    }

    /// `ln W_hat` of a country as its weights, `ln I' - sum_j alpha ln P_hat` (`docs/model.md` section 2).
    fn seeds(&self, country: usize) -> Seeds {
        let shape = self.linear.base.shape;
        let mut seeds = Seeds::zero(shape);
        let income = self.linear.base.unit * self.solved.income[country];
        for seed in [&mut seeds.va, &mut seeds.revenue, &mut seeds.deficit] {
            seed[country] = 1.0 / income;
        }
        for j in 0..shape.s {
            seeds.price[j * shape.stride + country] = -self.base.alpha[[country, j]];
        }
        seeds
    }

    /// All countries in groups whose adjoints are found together.
    fn groups(&self) -> Vec<Vec<usize>> {
        let countries: Vec<usize> = (0..self.linear.base.shape.n).collect();
        countries.chunks(TOGETHER).map(<[usize]>::to_vec).collect()
    }

    /// Derivatives of `ln W_hat` of each country with respect to log factor supply of each country, `[n,m]`; `None` as for
    /// [`Self::welfare`].
    #[must_use]
    pub fn by_ln_factor(&self) -> Option<Vec<Vec<f64>>> {
        let n = self.linear.base.shape.n;
        let groups = self.groups();
        let of_group = |at: usize| {
            let adjoints = self.adjoints(&groups[at])?;
            Some(adjoints.iter().map(|adjoint| adjoint.factor[..n].to_vec()).collect::<Vec<_>>())
        };
        let rows = parallel::map(groups.len(), of_group).into_iter().collect::<Option<Vec<_>>>()?.concat();
        rows.iter().flatten().all(|slope| slope.is_finite()).then_some(rows)
    }

    /// What `of` makes of the adjoint of the welfare of each country, in their order.
    ///
    /// `None` as for [`Self::welfare`], or where `of` finds nothing.
    pub(super) fn of_each_adjoint<T: Send>(
        &self,
        of: &(dyn Fn(usize, &Adjoint) -> Option<T> + Sync),
    ) -> Option<Vec<T>> {
        let groups = self.groups();
        let of_group = |at: usize| {
            let countries = &groups[at];
            let adjoints = self.adjoints(countries)?;
            countries.iter().zip(&adjoints).map(|(&n, one)| of(n, one)).collect::<Option<Vec<T>>>()
        };
        let found = parallel::map(groups.len(), of_group).into_iter().collect::<Option<Vec<_>>>()?;
        Some(found.into_iter().flatten().collect())
    }

    /// Log delivered cost of a cell over the price index of its importer: what the share moves with.
    pub(super) fn ln_relative_cost(&self, [j, m, i]: [usize; 3]) -> f64 {
        let stride = self.linear.base.shape.stride;
        self.ln_kappa[[j, m, i]] + self.ln_cost[j * stride + i] - self.ln_price[j * stride + m]
    }

    /// Gradient of `ln W_hat` of country `n`.
    ///
    /// `None` if the reduced Jacobian is singular, or so near to it that derivatives overflow.
    #[must_use]
    pub fn welfare(&self, country: usize) -> Option<WelfareGradient> {
        self.gradient(&self.adjoints(&[country])?[0])
    }

    fn gradient(&self, adjoint: &Adjoint) -> Option<WelfareGradient> {
        let shape = self.linear.base.shape;
        let dim = self.base.tau.dim();
        let mut gradient = WelfareGradient {
            tau: Array3::zeros(dim),
            ln_iceberg: Array3::zeros(dim),
            theta: vec![0.0; shape.s],
            ln_factor: adjoint.factor[..shape.n].to_vec(),
        };
        for ((j, m, i), tau) in self.solved.tau.indexed_iter() {
            let cell = self.linear.cell(adjoint, j, m, i);
            gradient.ln_iceberg[[j, m, i]] = cell.cost;
            if m != i {
                gradient.tau[[j, m, i]] = (cell.cost + cell.duty) / tau;
            }
            let (theta, swept) = (self.linear.theta[j], j * shape.stride + m);
            let by_price = adjoint.swept_price[swept] * self.linear.share(j, m, i);
            gradient.theta[j] += (by_price / theta + cell.duty) * self.ln_relative_cost([j, m, i]);
        }
        // At a given psi theta productivity falls with theta.
        for (at, (ln_scale, by_scale)) in self.ln_scale.iter().zip(&adjoint.productivity).enumerate() {
            let j = at / shape.stride;
            gradient.theta[j] -= by_scale * ln_scale / self.linear.theta[j];
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
    // A sector without a standard error counts as certain.
    let errors: Vec<f64> = economy.axes.sectors.iter().map(|sector| sector.theta_se.unwrap_or(0.0)).collect();
    by_theta
        .rows()
        .into_iter()
        .map(|row| 100.0 * row.iter().zip(&errors).map(|(d, se)| (d * se).powi(2)).sum::<f64>().sqrt())
        .collect()
}

/// Ends of the 95 % interval of welfare, percent, from `ln W_hat` and the standard error of `100 ln W_hat`.
#[must_use]
pub fn welfare_interval_pct(ln_welfare: f64, se: f64) -> [f64; 2] {
    [-1.0, 1.0].map(|sign| 100.0 * (ln_welfare + sign * NORMAL_975 * se / 100.0).exp_m1())
}
