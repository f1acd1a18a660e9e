//! From a point that has been accepted to the result in the units and shapes of the interface.

use ndarray::{Array1, Array2};

use super::core::Core;
use super::workspace::Workspace;
use crate::equilibrium::conditions::layout::Shape;
use crate::equilibrium::conditions::point::Point;
use crate::equilibrium::conditions::sales::shares;
use crate::equilibrium::counterfactual::result::Equilibrium;
use crate::equilibrium::counterfactual::shock::Shock;
use crate::equilibrium::counterfactual::stats::SolveStats;

/// The equilibrium at the point of the last evaluation, without the outcomes of quotas.
pub fn equilibrium(core: &Core, shock: &Shock, workspace: &Workspace) -> Equilibrium {
    let Shape { n, s, stride, .. } = core.base.shape;
    let at = &workspace.at;
    let money = 1.0 / core.base.unit;
    let table = |values: &[f64], factor: f64| {
        let mut table = Array2::zeros((n, s));
        for (mut column, row) in table.columns_mut().into_iter().zip(values.chunks_exact(stride)) {
            column.iter_mut().zip(row).for_each(|(entry, value)| *entry = factor * value);
        }
        table
    };
    let row = |values: &[f64]| -> Array1<f64> { values[..n].iter().map(|value| money * value).collect() };
    let Point { ln_w, ln_p, x, ln_s } = Point::new(core.base.shape, &workspace.z);
    let (factor_income, revenue, deficit) = (row(&at.va), row(&at.revenue), row(&at.deficit));
    Equilibrium {
        ln_wage: ln_w[..n].iter().copied().collect(),
        ln_price: table(ln_p, 1.0),
        ln_cost: table(&at.ln_c, 1.0),
        ln_scale: core.base.scale.is_some().then(|| table(ln_s, 1.0)),
        pi: shares(&core.economy, &core.base, &workspace.shock, at),
        tau: shock.tau.as_ref().unwrap_or(&core.economy.tau).clone(),
        x_musd: table(x, money),
        y_musd: table(&at.y, money),
        income: &factor_income + &revenue + &deficit,
        revenue,
        factor_income,
        deficit,
        quotas: Vec::new(),
        stats: SolveStats::default(),
    }
}
