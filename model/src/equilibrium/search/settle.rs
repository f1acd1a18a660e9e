//! What the methods that move wages alone share: prices and expenditure that settle at given wages, and the search
//! along a step.
//!
//! Where trade all but vanishes, excess demands move by as little as the trade that is left. World value added must
//! then be held at the numeraire to rounding, or its second-order changes hide them.

use super::state::Search;
use crate::equilibrium::conditions::acceptance::{Norms, PRICE_TOLERANCE};
use crate::equilibrium::conditions::layout::Shape;

/// Evaluations before prices and expenditure are given up.
const MAX_SWEEPS: usize = 5000;
/// Halvings of a step before it is given up.
const MAX_HALVINGS: usize = 14;

impl Search<'_> {
    /// Prices and expenditure at given wages by plain sweeps, the contraction of `docs/model.md` section 3; `None`
    /// where they do not settle.
    pub fn settle(&mut self) -> Option<Norms> {
        let stride = self.shape().stride;
        let mut last = f64::INFINITY;
        for sweep in 0..MAX_SWEEPS {
            let norms = self.evaluate();
            let inner = norms.price.max(0.1 * norms.spending).max(norms.numeraire);
            if !norms.score().is_finite() || self.is_far() {
                return None;
            }
            if inner <= 0.002 * PRICE_TOLERANCE || (inner <= 0.05 * PRICE_TOLERANCE && inner >= last) {
                return Some(norms);
            }
            if sweep % 2 == 1 {
                last = inner;
            }
            let workspace = &mut self.workspace;
            for (z, residual) in workspace.z.iter_mut().zip(workspace.at.residuals.all()).skip(stride) {
                *z += f64::from(*residual);
            }
            self.hold_numeraire();
        }
        None
    }

    /// Moves all nominal values in proportion so that world value added is the numeraire.
    fn hold_numeraire(&mut self) {
        let Shape { n, stride, .. } = self.shape();
        let gap = f64::from(self.workspace.at.residuals.balance()[n - 1]).ln_1p();
        if gap == 0.0 || !gap.is_finite() {
            return;
        }
        let block = self.shape().block();
        // Productivity does not depend on the unit of money.
        let (logs, rest) = self.workspace.z.split_at_mut(stride + block);
        let money = &mut rest[..block];
        logs.iter_mut().for_each(|ln| *ln -= gap);
        let factor = (-gap).exp();
        money.iter_mut().for_each(|x| *x *= factor);
    }

    /// Takes the step of the workspace times `scale`, halved until the residual falls below `size`; the norms there
    /// and the scale that was used.
    pub fn line_search(&mut self, mut scale: f64, size: f64) -> Option<(Norms, f64)> {
        let start = self.workspace.z.clone();
        for _ in 0..MAX_HALVINGS {
            for ((z, start), step) in self.workspace.z.iter_mut().zip(&start).zip(&self.workspace.step) {
                *z = start + scale * f64::from(*step);
            }
            if let Some(norms) = self.settle().filter(|norms| norms.size() < size) {
                return Some((norms, scale));
            }
            scale *= 0.5;
        }
        self.workspace.z = start;
        None
    }
}
