//! What all counterfactuals of one baseline share.

use std::sync::{Mutex, PoisonError};

use super::workspace::Workspace;
use crate::economy::Economy;
use crate::equilibrium::conditions::income::Deficits;
use crate::equilibrium::conditions::layout::FlatEconomy;
use crate::equilibrium::counterfactual::shock::Shock;
use crate::equilibrium::linearised::preconditioner::Preconditioner;

/// A baseline with its flat arrays and its preconditioner, whatever the closure of a counterfactual.
pub struct Core {
    pub economy: Economy,
    pub base: FlatEconomy,
    /// `None` if the baseline's Jacobian is singular: accelerated and damped steps are then skipped.
    pub preconditioner: Option<Preconditioner>,
    /// Workspaces of earlier searches.
    pool: Mutex<Vec<Workspace>>,
}

impl Core {
    pub fn new(economy: Economy) -> Self {
        let base = FlatEconomy::new(&economy);
        Self { economy, base, preconditioner: None, pool: Mutex::default() }
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
        self.preconditioner = Preconditioner::new(&workspace.linear(&self.base, &given));
        self.give_back(workspace);
        norms.score() <= 1.0
    }
}
