//! The shock in parts, each from the solution of the one before.

use super::rescale::largest_power;
use super::state::Search;
use crate::equilibrium::linearised::preconditioner::Preconditioner;

/// The shock is divided into up to this many parts.
const MAX_PARTS: usize = 32;
/// A power `kappa_hat^theta` of `e^90` leaves nothing of a flow: the path goes so far by parts, then to its end at
/// once.
const VANISHED: f64 = 90.0;

impl Search<'_> {
    /// True if the end of the path was brought within the tolerances.
    pub fn homotopy(&mut self, preconditioner: Option<&Preconditioner>) -> bool {
        let (core, shock) = (self.core, self.shock);
        let span = (VANISHED / largest_power(&core.economy, shock)).min(1.0);
        let mut parts = 2;
        while parts <= MAX_PARTS {
            self.load(shock);
            self.workspace.start_at_baseline(&core.base);
            let steps = if span < 1.0 { parts + 1 } else { parts };
            let reached = (1..=steps).all(|part| {
                match part == steps {
                    true => self.load(shock),
                    false => self.load(&shock.part(&core.economy, span * part as f64 / parts as f64)),
                }
                let start = self.workspace.z.clone();
                if preconditioner.is_some_and(|preconditioner| self.accelerated(preconditioner)) {
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
