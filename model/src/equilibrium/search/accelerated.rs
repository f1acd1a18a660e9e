//! Wages, prices and expenditure together: preconditioned at the baseline, Anderson accelerated.

use super::state::Search;
use crate::equilibrium::linearised::preconditioner::Preconditioner;

/// Evaluations before the method gives up.
const MAX_EVALUATIONS: usize = 80;
/// The same with economies of scale: productivity answers itself, so that the sweep shrinks distances by little, and the
/// methods that follow settle it by plain sweeps, which is slower still.
const MAX_WITH_SCALE: usize = 600;
/// Evaluations spent on tightening a solution that is already accepted.
const MAX_TIGHTENING: usize = 4;

impl Search<'_> {
    /// True if the point was brought within the tolerances.
    pub fn accelerated(&mut self, preconditioner: &Preconditioner) -> bool {
        self.workspace.restart();
        let mut accepted = 0;
        let most = if self.core.base.scale.is_some() { MAX_WITH_SCALE } else { MAX_EVALUATIONS };
        for _ in 0..most {
            let score = self.evaluate().score();
            accepted += usize::from(score <= 1.0);
            if score <= self.tightness || (score <= 1.0 && accepted > MAX_TIGHTENING) {
                return true;
            }
            if score == f64::INFINITY || self.is_far() {
                return false;
            }
            self.workspace.accelerate(self.shape(), preconditioner);
        }
        false
    }
}
