//! Derivatives of welfare along given changes, by source: what the adjoint of a country's welfare says of the cells that
//! change. No gradient with respect to every cell is made.

use ndarray::{Array1, Array3};

use super::sensitivity::Sensitivity;
use super::source::Source;
use crate::equilibrium::linearised::adjoint::Adjoint;

/// Derivatives of `ln W` of a country along the way.
pub struct Slopes {
    /// Imports, exports, elsewhere of each source.
    pub sources: Vec<[f64; 3]>,
    pub factors: f64,
    pub elasticities: f64,
}

/// A cell of the trade costs that some source changes.
struct Cell {
    at: [usize; 3],
    /// By source: changes of its log cost, and of its log tariff (home sales pay none).
    changes: Vec<[f64; 2]>,
}

/// The changes along a way.
pub struct Directions {
    n_sources: usize,
    cells: Vec<Cell>,
    /// Of elasticities, `[j]`.
    theta: Array1<f64>,
    /// Of log factor supply, `[n]`.
    factor: Array1<f64>,
}

impl Directions {
    pub fn new(sources: &[Source], dim: [usize; 3], theta: Array1<f64>, factor: Array1<f64>) -> Self {
        let change =
            |table: &Option<Array3<f64>>, at: [usize; 3]| table.as_ref().map_or(0.0, |table| table[at]);
        let mut cells = Vec::new();
        for at @ [_, m, i] in places(dim) {
            let of = |source: &Source| {
                let duty = if m == i { 0.0 } else { change(&source.ln_tau, at) };
                [duty + change(&source.ln_iceberg, at), duty]
            };
            let changes: Vec<_> = sources.iter().map(of).collect();
            if changes.iter().flatten().any(|change| *change != 0.0) {
                cells.push(Cell { at, changes });
            }
        }
        Self { n_sources: sources.len(), cells, theta, factor }
    }

    pub fn n_sources(&self) -> usize {
        self.n_sources
    }

    /// At one point, by country; `None` where welfare has no derivatives.
    pub fn slopes(&self, sensitivity: &Sensitivity<'_>) -> Option<Vec<Slopes>> {
        let response = self.by_elasticity(sensitivity);
        sensitivity.of_each_adjoint(&|n, adjoint| {
            let slopes = Slopes {
                sources: self.along(sensitivity, n, adjoint),
                factors: self.factor.iter().zip(&adjoint.factor).map(|(change, slope)| change * slope).sum(),
                elasticities: self.of_elasticities(sensitivity, &response, adjoint),
            };
            let all = slopes.sources.iter().flatten().sum::<f64>() + slopes.factors + slopes.elasticities;
            all.is_finite().then_some(slopes)
        })
    }

    /// Imports, exports, elsewhere of each source.
    fn along(&self, sensitivity: &Sensitivity<'_>, n: usize, adjoint: &Adjoint) -> Vec<[f64; 3]> {
        let mut sums = vec![[0.0; 3]; self.n_sources];
        for Cell { at: [j, m, i], changes } in &self.cells {
            let slope = sensitivity.linear.cell(adjoint, *j, *m, *i);
            let whose = whose(n, *m, *i);
            for (sums, [cost, duty]) in sums.iter_mut().zip(changes) {
                sums[whose] += slope.cost * cost + slope.duty * duty;
            }
        }
        sums
    }

    /// What the change of the elasticity of a sector is multiplied with in each of its cells, sectors that change alone,
    /// with the cells.
    fn by_elasticity(&self, sensitivity: &Sensitivity<'_>) -> Vec<([usize; 3], f64)> {
        let (s, n) = (self.theta.len(), self.factor.len());
        let moves = places([s, n, n]).filter(|[j, ..]| self.theta[*j] != 0.0);
        moves.map(|at| (at, self.theta[at[0]] * sensitivity.ln_relative_cost(at))).collect()
    }

    fn of_elasticities(
        &self,
        sensitivity: &Sensitivity<'_>,
        response: &[([usize; 3], f64)],
        adjoint: &Adjoint,
    ) -> f64 {
        let linear = &sensitivity.linear;
        let stride = linear.base.shape.stride;
        let mut sum = 0.0;
        for &([j, m, i], change) in response {
            let by_price = adjoint.swept_price[j * stride + m] * linear.share(j, m, i);
            sum += (by_price / linear.theta[j] + linear.cell(adjoint, j, m, i).duty) * change;
        }
        // At a given psi theta productivity falls with theta.
        for (at, (ln_scale, by_scale)) in sensitivity.ln_scale.iter().zip(&adjoint.productivity).enumerate() {
            sum -= self.theta[at / stride] * by_scale * ln_scale / linear.theta[at / stride];
        }
        sum
    }
}

/// All places of a table, in order.
fn places([s, n, k]: [usize; 3]) -> impl Iterator<Item = [usize; 3]> {
    (0..s).flat_map(move |j| (0..n).flat_map(move |m| (0..k).map(move |i| [j, m, i])))
}

/// 0 imports of `n`, 1 exports, 2 trade of others.
fn whose(n: usize, importer: usize, exporter: usize) -> usize {
    if importer == n { 0 } else { 2 - usize::from(exporter == n) }
}
