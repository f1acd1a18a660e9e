//! Wages alone, with the analytic Jacobian at every point and step halving; prices and expenditure settle at each.

use nalgebra::DVector;

use super::state::Search;
use crate::equilibrium::linearised::linear::Accuracy;
use crate::numerics::dense::Factors;

/// Steps before the method gives up.
const MAX_STEPS: usize = 60;

impl Search<'_> {
    /// True if the point was brought within the tolerances.
    pub fn newton(&mut self) -> bool {
        let (shape, n) = (self.shape(), self.shape().n);
        let Some(mut norms) = self.settle() else { return false };
        for _ in 0..MAX_STEPS {
            if norms.score() <= 1.0 {
                return true;
            }
            let linear = self.workspace.linear(&self.core.base, self.deficits);
            let (jacobian, _) = linear.reduced(Accuracy::Full);
            let residuals = self.workspace.at.residuals.balance()[..n].iter();
            let excess = DVector::from_iterator(n, residuals.map(|e| -f64::from(*e)));
            let Some(step) = Factors::of(jacobian).solve(&excess) else { return false };
            if step.iter().any(|step| !step.is_finite()) {
                return false;
            }
            self.workspace.step.fill(0.0);
            // Single precision is enough for a step: the residuals at its end decide.
            for (wage, step) in self.workspace.step.iter_mut().zip(step.iter()) {
                *wage = *step as f32;
            }
            self.workspace.limit_step(shape);
            let Some((found, _)) = self.line_search(1.0, norms.size()) else { return false };
            norms = found;
        }
        false
    }
}
