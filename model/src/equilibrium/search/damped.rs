//! Wages alone, with the baseline's Jacobian and an adaptive step; prices and expenditure settle at each.

use super::state::Search;
use crate::equilibrium::linearised::preconditioner::Preconditioner;

/// Steps before the method gives up.
const MAX_STEPS: usize = 150;

impl Search<'_> {
    /// True if the point was brought within the tolerances.
    pub fn damped(&mut self, preconditioner: &Preconditioner) -> bool {
        let shape = self.shape();
        let Some(mut norms) = self.settle() else { return false };
        let mut scale = 1.0;
        for _ in 0..MAX_STEPS {
            if norms.score() <= 1.0 {
                return true;
            }
            let workspace = &mut self.workspace;
            workspace.at.residuals.all_mut()[shape.stride..].fill(0.0);
            preconditioner.step(workspace.at.residuals.all(), &mut workspace.step);
            workspace.limit_step(shape);
            match self.line_search(scale, norms.size()) {
                Some((found, used)) => (norms, scale) = (found, (2.0 * used).min(1.0)),
                None => return false,
            }
        }
        false
    }
}
