//! What all counterfactuals of one baseline share.

use std::sync::{Arc, Mutex, PoisonError};

use super::workspace::Workspace;
use crate::economy::Economy;
use crate::equilibrium::conditions::income::Deficits;
use crate::equilibrium::conditions::layout::FlatEconomy;
use crate::equilibrium::counterfactual::shock::Shock;
use crate::equilibrium::linearised::linear::Linear;
use crate::equilibrium::linearised::preconditioner::Preconditioner;

/// A baseline with its flat arrays and its preconditioner, whatever the closure of a counterfactual.
pub struct Core {
    pub economy: Economy,
    pub base: FlatEconomy,
    /// `None` if the baseline's Jacobian is singular: accelerated and damped steps are then skipped.
    pub preconditioner: Option<Arc<Preconditioner>>,
    /// Workspaces of earlier searches.
    pool: Mutex<Vec<Workspace>>,
}

impl Core {
    /// `psi_theta`: economies of scale `[j]`, where there are some.
    pub fn new(economy: Economy, psi_theta: Option<&[f64]>) -> Self {
        let base = FlatEconomy::new(&economy, psi_theta);
        Self { economy, base, preconditioner: None, pool: Mutex::default() }
    }

    /// The core of an economy with the same input shares near this one, whose searches take the steps of this one.
    pub fn near(&self, economy: Economy) -> Self {
        let base = self.base.near(&economy);
        Self { economy, base, preconditioner: self.preconditioner.clone(), pool: Mutex::default() }
    }

    /// A workspace of an earlier search, or a new one.
    pub fn workspace(&self) -> Workspace {
        let free = self.pool.lock().unwrap_or_else(PoisonError::into_inner).pop();
        free.unwrap_or_else(|| Workspace::new(&self.base))
    }

    /// Gives a workspace back.
    pub fn give_back(&self, workspace: Workspace) {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner).push(workspace);
    }

    /// Evaluates the conditions at the data and prepares the steps; true where the data are an equilibrium.
    pub fn prepare(&mut self, deficits: &Deficits) -> bool {
        let mut workspace = self.workspace();
        workspace.load(&self.base, &self.economy, &Shock::default());
        workspace.start_at_baseline(&self.base);
        let norms = workspace.evaluate(&self.base, deficits);
        // Steps take deficits as given, under every closure.
        let given = Deficits::Given(Vec::new());
        self.preconditioner = Preconditioner::new(&workspace.linear(&self.base, &given)).map(Arc::new);
        self.give_back(workspace);
        norms.score() <= 1.0
    }

    /// The largest response of productivity to itself, and the place `[j][n]` where it is felt most; `fixed` is the core of
    /// the same economy without economies of scale. `None` without economies of scale, or where nothing has derivatives.
    pub fn feedback(&self, fixed: &Core) -> Option<(f64, usize)> {
        let given = Deficits::Given(Vec::new());
        let at = |core: &Core| {
            let mut workspace = core.workspace();
            workspace.load(&core.base, &core.economy, &Shock::default());
            workspace.start_at_baseline(&core.base);
            let no_deficits = Deficits::zero(&core.base);
            let _ = workspace.evaluate(&core.base, &no_deficits);
            workspace
        };
        let (with, without) = (at(self), at(fixed));
        let linear = with.linear(&self.base, &given);
        let found = Linear::feedback(&without.linear(&fixed.base, &given), linear.scale.as_ref()?);
        self.give_back(with);
        fixed.give_back(without);
        found
    }
}
