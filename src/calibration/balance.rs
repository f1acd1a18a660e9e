//! Outside tables that do not add up are turned into a baseline that does.
//!
//! A baseline clears its markets where, for every country `n` and sector `j` (`docs/model.md` section 1),
//!
//! ```text
//! sales        sum_m T[j,m,n]            = sum_k Z[n,k,j] + V[n,j]     costs
//! expenditure  sum_i tau[j,n,i] T[j,n,i] = sum_k Z[n,j,k] + F[n,j]     uses
//! ```
//!
//! with trade `T` at border prices (home sales on the diagonal), inputs `Z`, value added `V` and final demand
//! `F`. Steps, one file each: [`rules`] removes what no baseline can hold (negative entries, exports above
//! output) by named rules; [`entropy`] moves all four tables as little as their [`Weights`] allow. What is
//! left of rounding closes in `V` and `F`, so that clearing is exact. Every move is an [`Adjustment`].

pub mod entropy;
mod log;
mod raw;
pub mod rules;
mod weights;

use ndarray::{Array3, Axis};

use crate::data::Axes;
use crate::error::{Fault, InputErrors};
use entropy::Cells;
pub use log::{Adjustment, Log};
pub use raw::{BalanceOptions, RawTables, ReExports};
pub use weights::Weights;

/// A baseline whose markets clear.
#[derive(Debug, Clone)]
pub struct Balanced {
    /// Countries and sectors.
    pub axes: Axes,
    /// Trade at border prices, `[j,n,i]`, home sales on the diagonal.
    pub trade_musd: Array3<f64>,
    /// Tariffs, `[j,n,i]`, percent.
    pub tariff_pct: Array3<f64>,
    /// Share of input k in output of sector j, `[n,k,j]`.
    pub gamma_io: Array3<f64>,
    /// What was moved, largest move first.
    pub adjustments: Vec<Adjustment>,
    /// Sweeps of the reconciliation.
    pub sweeps: usize,
    /// Largest relative gap of a market before the last rounding was closed.
    pub residual: f64,
}

/// Balances `raw`.
///
/// Cost: a few hundred sweeps of O(N^2 S + N S^2).
///
/// # Errors
/// [`InputErrors`] if home sales are neither given nor implied by output, or where no tables near these
/// clear, with the market that is worst.
pub fn balance(raw: RawTables, options: &BalanceOptions) -> Result<Balanced, InputErrors> {
    let mut log = Log::new(&raw.axes);
    let mut cells = rules::apply(&raw, options, &mut log)?;
    let before = cells.clone();
    let fit = entropy::reconcile(&mut cells, &options.weights);
    if !fit.converged {
        return Err(not_cleared(&raw.axes, &fit).into());
    }
    close(&mut cells);
    log.compare(&before, &cells, "entropy reconciliation");
    let output = cells.trade_musd.sum_axis(Axis(1)).reversed_axes();
    let mut gamma_io = cells.inputs_musd;
    for ((n, _, j), share) in gamma_io.indexed_iter_mut() {
        *share = if output[[n, j]] > 0.0 { *share / output[[n, j]] } else { 0.0 };
    }
    Ok(Balanced {
        adjustments: log.sorted(),
        trade_musd: cells.trade_musd,
        tariff_pct: raw.tariff_pct,
        gamma_io,
        sweeps: fit.sweeps,
        residual: fit.residual,
        axes: raw.axes,
    })
}

/// Value added and final demand take what rounding left, far below their size.
fn close(cells: &mut Cells) {
    let (sales, costs) = cells.sales_and_inputs();
    cells.value_added_musd = (sales - costs).mapv(|left| left.max(0.0));
    let (spending, uses) = cells.spending_and_uses();
    cells.final_demand_musd = (spending - uses).mapv(|left| left.max(0.0));
}

fn not_cleared(axes: &Axes, fit: &entropy::Fit) -> Fault {
    let (n, j) = fit.worst;
    Fault {
        file: "balancing".into(),
        line: None,
        field: format!("market of {},{}", axes.countries[n].iso3, axes.sectors[j].id),
        found: format!("a gap of {:.1e} of its size after {} sweeps", fit.residual, fit.sweeps),
        expected: format!("at most {:.0e}", entropy::TOLERANCE),
        remedy:
            "Look at trade, inputs and value added of this country and sector: they contradict each other. \
                 Correct them, or aggregate the sector."
                .into(),
    }
}
