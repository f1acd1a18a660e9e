//! What a search does where acceleration from the baseline fails: damped steps, Newton, homotopy in the policy.
//!
//! Damped steps and Newton move wages alone and let prices and expenditure settle at them. Where trade all but
//! vanishes, excess demands move by as little as the trade that is left; world value added must then be held at
//! the numeraire to rounding, or its second-order changes drown them.

use nalgebra::DVector;

use super::dispatch::Preconditioning;
use super::frame::Shape;
use super::linear::Accuracy;
use super::norms::{Norms, PRICE_TOLERANCE};
use super::precondition::Preconditioner;
use super::rescale::{Scale, largest_power};
use super::response::Response;
use super::result::Equilibrium;
use super::search::{Search, limit};
use super::solve::Shock;

const MAX_DAMPED: usize = 150;
const MAX_NEWTON: usize = 60;
const MAX_SWEEPS: usize = 5000;
/// Homotopy divides the shock into up to this many parts.
const MAX_PARTS: usize = 32;
/// A power `kappa^theta` of `e^90` leaves nothing of a flow: the path goes so far by parts, then to its end at once.
const VANISHED: f64 = 90.0;

impl Search<'_> {
    /// Loads a shock, scaled where its costs need it; wages, true prices and expenditure stay.
    pub fn load(&mut self, shock: &Shock) {
        let core = &self.prepared.core;
        let scale = Scale::new(&core.frame, &core.economy, shock);
        if self.is_rescaled {
            self.workspace.response = Response::new(&core.frame);
        }
        self.workspace.load(&core.frame, &core.economy, shock);
        let first = core.frame.shape.stride;
        let prices = &mut self.workspace.z[first..first + core.frame.shape.block()];
        if let Some(old) = &self.scale {
            prices.iter_mut().zip(&old.ln_price).for_each(|(price, scale)| *price += scale);
        }
        if let Some(new) = &scale {
            prices.iter_mut().zip(&new.ln_price).for_each(|(price, scale)| *price -= scale);
            new.apply(&core.frame, &mut self.workspace.response);
            self.is_rescaled = true;
        }
        self.scale = scale;
    }

    /// Begins at an equilibrium found before, in the scale that is loaded.
    pub(super) fn start_at(&mut self, start: &Equilibrium) {
        let frame = &self.prepared.core.frame;
        self.workspace.start_at(frame, start);
        if let Some(scale) = &self.scale {
            let prices = &mut self.workspace.z[frame.shape.stride..];
            prices.iter_mut().zip(&scale.ln_price).for_each(|(price, scale)| *price -= scale);
        }
    }

    /// Moves all nominal values in proportion so that world value added is the numeraire.
    fn hold_numeraire(&mut self) {
        let Shape { n, stride, .. } = self.prepared.core.frame.shape;
        let gap = f64::from(self.workspace.buffers.residual[n - 1]).ln_1p();
        if gap == 0.0 || !gap.is_finite() {
            return;
        }
        let (logs, money) = self.workspace.z.split_at_mut(stride + self.prepared.core.frame.shape.block());
        logs.iter_mut().for_each(|ln| *ln -= gap);
        let factor = (-gap).exp();
        money.iter_mut().for_each(|x| *x *= factor);
    }

    /// Prices and expenditure at given wages by plain sweeps, the contraction of `model.md` section 3.
    fn settle(&mut self) -> Option<Norms<f64>> {
        let stride = self.prepared.core.frame.shape.stride;
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
            for (z, residual) in workspace.z.iter_mut().zip(&workspace.buffers.residual).skip(stride) {
                *z += f64::from(*residual);
            }
            self.hold_numeraire();
        }
        None
    }

    pub(super) fn damped(&mut self, preconditioner: &Preconditioner) -> bool {
        let stride = self.prepared.core.frame.shape.stride;
        let Some(mut norms) = self.settle() else { return false };
        let mut scale = 1.0;
        for _ in 0..MAX_DAMPED {
            if norms.score() <= 1.0 {
                return true;
            }
            let workspace = &mut self.workspace;
            workspace.buffers.residual[stride..].fill(0.0);
            let (residual, step) = (&workspace.buffers.residual, &mut workspace.step);
            Preconditioning { preconditioner, residual, step }.run();
            limit::<f64>(stride, &mut workspace.step);
            match self.line_search(scale, norms.size()) {
                Some((found, used)) => (norms, scale) = (found, (2.0 * used).min(1.0)),
                None => return false,
            }
        }
        false
    }

    /// Halves the step in the workspace until the residual falls.
    fn line_search(&mut self, mut scale: f64, size: f64) -> Option<(Norms<f64>, f64)> {
        let start = self.workspace.z.clone();
        for _ in 0..14 {
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

    pub(super) fn newton(&mut self) -> bool {
        let Shape { n, stride, .. } = self.prepared.core.frame.shape;
        let Some(mut norms) = self.settle() else { return false };
        for _ in 0..MAX_NEWTON {
            if norms.score() <= 1.0 {
                return true;
            }
            let linear = self.workspace.linear(&self.prepared.core.frame, &self.prepared.transfers);
            let (jacobian, _) = linear.reduced(Accuracy::Full);
            let residuals = self.workspace.buffers.residual[..n].iter();
            let excess = DVector::from_iterator(n, residuals.map(|e| -f64::from(*e)));
            let Some(step) = jacobian.lu().solve(&excess) else { return false };
            if step.iter().any(|step| !step.is_finite()) {
                return false;
            }
            self.workspace.step.fill(0.0);
            for (wage, step) in self.workspace.step.iter_mut().zip(step.iter()) {
                *wage = *step as f32;
            }
            limit::<f64>(stride, &mut self.workspace.step);
            let Some((found, _)) = self.line_search(1.0, norms.size()) else { return false };
            norms = found;
        }
        false
    }

    /// The shock in parts, each from the solution of the one before.
    pub(super) fn homotopy(&mut self, preconditioner: Option<&Preconditioner>) -> bool {
        let (core, shock) = (&self.prepared.core, self.shock);
        let span = (VANISHED / largest_power(&core.economy, shock)).min(1.0);
        let mut parts = 2;
        while parts <= MAX_PARTS {
            self.load(shock);
            self.workspace.start_at_baseline(&core.frame);
            let steps = if span < 1.0 { parts + 1 } else { parts };
            let reached = (1..=steps).all(|part| {
                match part == steps {
                    true => self.load(shock),
                    false => self.load(&shock.part(&core.economy, span * part as f64 / parts as f64)),
                }
                let start = self.workspace.z.clone();
                if preconditioner.is_some_and(|preconditioner| self.anderson(preconditioner)) {
                    return true;
                }
                self.workspace.z = start;
                self.newton()
            });
            if reached {
                return true;
            }
            parts *= 4;
        }
        false
    }
}
