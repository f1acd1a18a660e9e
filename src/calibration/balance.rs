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
pub mod rules;

use ndarray::{Array2, Array3, Axis};

use crate::data::Axes;
use crate::error::{Fault, InputErrors};
use entropy::Cells;

/// Least move of a cell that is listed, million USD: one dollar.
const LISTED_MUSD: f64 = 1e-6;
/// Least relative move of a cell that is listed: below it is rounding.
const LISTED_SHARE: f64 = 1e-9;

/// How much each table is trusted: a table of twice the weight moves about half as far.
///
/// | table | default | why |
/// | --- | --- | --- |
/// | trade | 4 | recorded by two customs offices |
/// | value added | 2 | national accounts |
/// | inputs | 1 | surveys years apart, mostly estimated |
/// | final demand | 1 | takes what inventories leave |
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Weight of trade and home sales.
    pub trade: f64,
    /// Weight of inputs.
    pub inputs: f64,
    /// Weight of value added.
    pub value_added: f64,
    /// Weight of final demand.
    pub final_demand: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self { trade: 4.0, inputs: 1.0, value_added: 2.0, final_demand: 1.0 }
    }
}

/// What becomes of exports that exceed what a country's output can supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReExports {
    /// They are taken off the hub's exports and imports and become trade between origin and destination.
    #[default]
    ToOrigin,
    /// They stay, and the hub's output is raised to supply them.
    Keep,
}

/// Choices of the balancing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BalanceOptions {
    /// How much each table is trusted.
    pub weights: Weights,
    /// Rule for exports above output.
    pub re_exports: ReExports,
}

/// Outside data on the model's countries and sectors, million USD, not yet consistent.
#[derive(Debug, Clone)]
pub struct RawTables {
    /// Countries and sectors.
    pub axes: Axes,
    /// Trade at border prices, `[j,n,i]`; a diagonal cell may be NaN: output less exports.
    pub trade_musd: Array3<f64>,
    /// Gross output, `[n,j]`, needed only where home sales are NaN.
    pub output_musd: Option<Array2<f64>>,
    /// Use of input k by sector j, `[n,k,j]`; absent = no intermediates.
    pub inputs_musd: Option<Array3<f64>>,
    /// Value added, `[n,j]`; absent = what inputs leave of sales.
    pub value_added_musd: Option<Array2<f64>>,
    /// Final demand, `[n,j]`; absent = what inputs leave of expenditure.
    pub final_demand_musd: Option<Array2<f64>>,
    /// Tariffs, `[j,n,i]`, percent.
    pub tariff_pct: Array3<f64>,
}

/// One cell that balancing moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjustment {
    /// `trade`, `inputs`, `value_added` or `final_demand`.
    pub table: &'static str,
    /// Exporter of trade, else the country.
    pub country: String,
    /// Sector; of inputs the one that supplies.
    pub sector: String,
    /// Importer of trade, using sector of inputs, else empty.
    pub partner: String,
    /// Before, million USD.
    pub before_musd: f64,
    /// After, million USD.
    pub after_musd: f64,
    /// Rule or step that moved it.
    pub step: &'static str,
}

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
/// [`InputErrors`] where home sales are neither given nor implied by output, or where no tables near these
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

/// Collects what was moved.
pub struct Log<'a> {
    axes: &'a Axes,
    moves: Vec<Adjustment>,
}

impl<'a> Log<'a> {
    /// An empty log over these names.
    #[must_use]
    pub fn new(axes: &'a Axes) -> Self {
        Self { axes, moves: Vec::new() }
    }

    /// Notes a move of the cell of `country`, `sector` and `partner`, unless it is rounding.
    pub fn push(&mut self, cell: (&'static str, [String; 3]), values: [f64; 2], step: &'static str) {
        let (table, [country, sector, partner]) = cell;
        let [before_musd, after_musd] = values;
        let moved = (after_musd - before_musd).abs();
        // A NaN before (home sales derived from output) is no move.
        if moved > LISTED_MUSD && moved > LISTED_SHARE * before_musd.abs() {
            self.moves.push(Adjustment { table, country, sector, partner, before_musd, after_musd, step });
        }
    }

    /// Notes every cell that differs between two states.
    pub fn compare(&mut self, before: &Cells, after: &Cells, step: &'static str) {
        let axes = self.axes;
        let country = |n: usize| axes.countries[n].iso3.clone();
        let sector = |j: usize| axes.sectors[j].id.clone();
        for ((j, n, i), &old) in before.trade_musd.indexed_iter() {
            let cell = ("trade", [country(i), sector(j), country(n)]);
            self.push(cell, [old, after.trade_musd[[j, n, i]]], step);
        }
        for ((n, k, j), &old) in before.inputs_musd.indexed_iter() {
            let cell = ("inputs", [country(n), sector(k), sector(j)]);
            self.push(cell, [old, after.inputs_musd[[n, k, j]]], step);
        }
        for ((n, j), &old) in before.value_added_musd.indexed_iter() {
            let cell = ("value_added", [country(n), sector(j), String::new()]);
            self.push(cell, [old, after.value_added_musd[[n, j]]], step);
        }
        for ((n, j), &old) in before.final_demand_musd.indexed_iter() {
            let cell = ("final_demand", [country(n), sector(j), String::new()]);
            self.push(cell, [old, after.final_demand_musd[[n, j]]], step);
        }
    }

    fn sorted(mut self) -> Vec<Adjustment> {
        let size = |a: &Adjustment| (a.after_musd - a.before_musd).abs();
        self.moves.sort_by(|a, b| size(b).total_cmp(&size(a)));
        self.moves
    }
}
