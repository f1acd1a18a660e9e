//! Decompositions of a welfare change: first order as published, and exactly along the policy path.
//!
//! At any equilibrium, with exports E and imports M at border prices, t = tau - 1 and domestic flows included (they
//! cancel), the envelope theorem gives
//!
//! ```text
//! I dlnW = sum (E dln c[n] - M dln c[i])      terms of trade
//!        + sum t M (dln M - dln c[i])         volume of trade
//!        - sum tau M dln d                    barriers
//!        + sum tau M dln A / theta            technology, and output times the productivity of scale
//!        + dD                                 transfers
//!        + VA dln F                           factors
//! ```
//!
//! Source: `docs/model.md` section 2; Caliendo & Parro (2015), eq. 25-26 for the first order.

use std::borrow::Cow;

use ndarray::{Array1, Array2, Array3, Axis};

use crate::data::Pair;
use crate::economy::Economy;
use crate::equilibrium::counterfactual::failure::NoEquilibrium;
use crate::equilibrium::counterfactual::result::Equilibrium;
use crate::equilibrium::counterfactual::shock::Shock;
use crate::equilibrium::prepared::PreparedBaseline;
use crate::numerics::spectral::Chebyshev;

/// Terms of trade and volume of trade with arithmetic changes at base weights, in percent, `[n]`.
///
/// Source: `docs/model.md` section 2; Caliendo & Parro (2015), eq. 25-26.
#[derive(Debug, Clone)]
pub struct FirstOrder {
    /// `sum (E dc[n] - M dc[i]) / I`.
    pub terms_of_trade_pct: Array1<f64>,
    /// `sum t M (dM - dc[i]) / I`.
    pub volume_of_trade_pct: Array1<f64>,
}

/// First-order decomposition of `new` against its baseline.
#[must_use]
pub fn first_order(base: &Economy, new: &Equilibrium) -> FirstOrder {
    let income = Equilibrium::base_income(base);
    let flows = Array3::from_shape_fn(base.pi.dim(), |(j, n, i)| {
        base.flow_musd(j, Pair { importer: n, exporter: i })
    });
    let output = flows.sum_axis(Axis(1)).reversed_axes();
    let terms = terms_of_trade_musd(&flows, &output, &new.ln_cost);
    let (cost, mut volume) = (new.ln_cost.mapv(f64::exp_m1), Array1::zeros(base.n()));
    for ((j, n, i), &flow) in flows.indexed_iter().filter(|(_, flow)| **flow != 0.0) {
        let change = new.flow_musd(j, Pair { importer: n, exporter: i }) / flow - 1.0;
        volume[n] += (base.tau[[j, n, i]] - 1.0) * flow * (change - cost[[i, j]]);
    }
    FirstOrder { terms_of_trade_pct: 100.0 * terms / &income, volume_of_trade_pct: 100.0 * volume / &income }
}

/// `sum (E dc[n] - M dc[i])` with arithmetic changes at base weights, million USD, `[n]`.
///
/// `flows` are `[j,n,i]` and `output` `[n,j]` of the baseline, home sales included: they cancel.
#[must_use]
pub fn terms_of_trade_musd(flows: &Array3<f64>, output: &Array2<f64>, ln_cost: &Array2<f64>) -> Array1<f64> {
    let change = ln_cost.mapv(f64::exp_m1);
    let mut terms = (output * &change).sum_axis(Axis(1));
    for (flows, change) in flows.outer_iter().zip(change.columns()) {
        terms -= &flows.dot(&change);
    }
    terms
}

/// Largest gap between the sum of the exact parts and `ln W_hat`.
pub const GAP_TOLERANCE: f64 = 1e-8;
/// Gap at which a piece of a divided path is accepted.
const PIECE_TOLERANCE: f64 = 5e-11;
/// Pieces of the path before it is given up: prohibitive costs need about twenty.
const MAX_PIECES: usize = 400;
/// Pieces shorter than this are taken as they are.
const SHORTEST: f64 = 1e-10;

/// Parts of `ln W_hat` along the policy path, `[n]` each; they sum to it (`docs/model.md` section 2).
#[derive(Debug, Clone)]
pub struct Exact {
    /// Export against import prices.
    pub terms_of_trade: Array1<f64>,
    /// Tariff wedges times volumes.
    pub volume_of_trade: Array1<f64>,
    /// Icebergs.
    pub barriers: Array1<f64>,
    /// Productivity of the goods bought, and what economies of scale add to that of the goods made.
    pub technology: Array1<f64>,
    /// Changes of the deficit.
    pub transfers: Array1<f64>,
    /// Supply of labour and capital.
    pub factors: Array1<f64>,
    /// Largest gap between the sum of the parts and `ln W_hat` of a country.
    pub gap: f64,
    /// Pieces that the path was divided into.
    pub pieces: usize,
}

/// The exact decomposition was not found. No partial result exists.
#[derive(Debug, thiserror::Error)]
pub enum DecompositionError {
    /// A point of the path could not be solved.
    #[error("on the path to the counterfactual: {0}")]
    NoEquilibrium(#[from] Box<NoEquilibrium>),
    /// Derivatives that do not exist.
    #[error("the derivatives of the welfare of {country} do not exist on the path; try a smaller change")]
    Singular {
        /// Country.
        country: String,
    },
    /// Parts that do not add up.
    #[error(
        "the exact parts of {country} miss its ln W by {gap:.1e} (tolerance {GAP_TOLERANCE:.0e}) on {pieces} \
         pieces of the path; try a smaller change"
    )]
    Gap {
        /// Country.
        country: String,
        /// Sum of the parts less ln W.
        gap: f64,
        /// Pieces of the path.
        pieces: usize,
    },
}

impl Exact {
    fn zero(n: usize) -> Self {
        let row = || Array1::zeros(n);
        let (terms_of_trade, volume_of_trade, barriers, technology) = (row(), row(), row(), row());
        Self {
            terms_of_trade,
            volume_of_trade,
            barriers,
            technology,
            transfers: row(),
            factors: row(),
            gap: 0.0,
            pieces: 0,
        }
    }

    /// Sum of the parts, `[n]`.
    #[must_use]
    pub fn sum(&self) -> Array1<f64> {
        &self.terms_of_trade
            + &self.volume_of_trade
            + &self.barriers
            + &self.technology
            + &self.transfers
            + &self.factors
    }

    fn add(&mut self, piece: &Self) {
        self.terms_of_trade += &piece.terms_of_trade;
        self.volume_of_trade += &piece.volume_of_trade;
        self.barriers += &piece.barriers;
        self.technology += &piece.technology;
        self.transfers += &piece.transfers;
        self.factors += &piece.factors;
        self.pieces += 1;
    }
}

/// Integrates the exact decomposition along the policy path, on `degree + 1` Chebyshev points of each of its pieces.
///
/// All changes move in logs from base to counterfactual; derivatives along the path are those of the
/// interpolating polynomial, so that the error falls faster than any power of the degree. The sum of the parts is
/// known, `ln W_hat`, and so is the error: a piece on which it shows is halved. Costs that choke trade off act in a
/// short piece of their path, which the halving finds. Quotas move as the tariffs, icebergs and transfers that
/// stand for them.
///
/// # Errors
/// [`DecompositionError`] if a point of the path could not be solved or the parts do not sum to `ln W_hat`.
pub fn exact(prepared: &PreparedBaseline, shock: &Shock, degree: usize) -> Result<Exact, DecompositionError> {
    let base = prepared.economy();
    let shock = match shock.quotas.is_empty() {
        true => Cow::Borrowed(shock),
        false => shock.with_wedges_of(base, &prepared.solve(shock)?),
    };
    let path = Path { prepared, shock: &shock, grid: Chebyshev::new(degree), cost: Costs::new(base, &shock) };
    let nodes = path.grid.nodes.iter();
    let nodes = nodes.map(|&done| path.node(done, None)).collect::<Result<Vec<_>, _>>()?;
    let welfare = |node: &Node| node.equilibrium.ln_welfare(base);
    let change = welfare(&nodes[degree]) - welfare(&nodes[0]);
    let mut parts = Exact::zero(base.n());
    let mut pending = vec![(nodes, f64::INFINITY)];
    while let Some((nodes, gap_before)) = pending.pop() {
        let piece = path.integrate(&nodes);
        let (first, last) = (&nodes[0], &nodes[degree]);
        let gap = largest(&(piece.sum() - (welfare(last) - welfare(first))));
        let is_whole = last.done - first.done >= 1.0;
        // Where halving no longer helps, what is left is rounding of the solutions.
        let is_rounding = gap <= 20.0 * PIECE_TOLERANCE && gap > 0.3 * gap_before;
        let tolerance = if is_whole { 0.5 * GAP_TOLERANCE } else { PIECE_TOLERANCE };
        let is_last_resort = last.done - first.done <= SHORTEST || parts.pieces + pending.len() >= MAX_PIECES;
        if gap <= tolerance || is_rounding || is_last_resort {
            parts.add(&piece);
            continue;
        }
        let [left, right] = path.halves(nodes)?;
        pending.extend([(right, gap), (left, gap)]);
    }
    let gaps = parts.sum() - change;
    parts.gap = largest(&gaps);
    if parts.gap <= GAP_TOLERANCE {
        return Ok(parts);
    }
    let of = |n: &usize| if gaps[*n].is_nan() { f64::INFINITY } else { gaps[*n].abs() };
    let n = (0..base.n()).max_by(|a, b| of(a).total_cmp(&of(b))).expect("an economy has a country");
    let country = base.axes.countries[n].iso3.clone();
    Err(DecompositionError::Gap { country, gap: gaps[n], pieces: parts.pieces })
}

/// Largest size; NaN counts as infinite.
fn largest(values: &Array1<f64>) -> f64 {
    values
        .iter()
        .fold(0.0, |largest, value| if value.is_nan() { f64::INFINITY } else { value.abs().max(largest) })
}

/// One point of the policy path.
#[derive(Clone)]
struct Node {
    done: f64,
    equilibrium: Equilibrium,
}

/// Log changes of the whole path, `[j,n,i]` and `[j,i]`.
struct Costs {
    ln_tau: Array3<f64>,
    ln_iceberg: Option<Array3<f64>>,
    ln_technology: Option<Array2<f64>>,
    ln_factor: Option<Array1<f64>>,
    theta: Array1<f64>,
}

impl Costs {
    fn new(base: &Economy, shock: &Shock) -> Self {
        let tau = shock.tau.as_ref().unwrap_or(&base.tau);
        Self {
            ln_tau: tau.mapv(f64::ln) - base.tau.mapv(f64::ln),
            ln_iceberg: shock.iceberg_hat.as_ref().map(|hat| hat.mapv(f64::ln)),
            ln_technology: shock.technology_hat.as_ref().map(|hat| hat.t().mapv(f64::ln)),
            ln_factor: shock.factor_hat.as_ref().map(|hat| hat.mapv(f64::ln)),
            theta: shock.theta(base).clone(),
        }
    }
}

struct Path<'a> {
    prepared: &'a PreparedBaseline,
    shock: &'a Shock,
    grid: Chebyshev,
    cost: Costs,
}

impl Path<'_> {
    /// A point; where the path is divided it starts from one nearby and is solved as far as rounding goes.
    fn node(&self, done: f64, near: Option<&Node>) -> Result<Node, Box<NoEquilibrium>> {
        let shock = self.shock.part(self.prepared.economy(), done);
        let equilibrium = match near {
            Some(near) => self.prepared.solve_tightly(&shock, &near.equilibrium.starting_point())?,
            None => self.prepared.solve(&shock)?,
        };
        Ok(Node { done, equilibrium })
    }

    /// The points of both halves of a piece.
    fn halves(&self, nodes: Vec<Node>) -> Result<[Vec<Node>; 2], Box<NoEquilibrium>> {
        let (from, to) = (nodes[0].done, nodes[nodes.len() - 1].done);
        let middle = self.node(0.5 * (from + to), Some(&nodes[nodes.len() / 2]))?;
        let half = |first: &Node, last: &Node| {
            let mut half = vec![first.clone()];
            for &at in &self.grid.nodes[1..self.grid.nodes.len() - 1] {
                half.push(self.node(first.done + at * (last.done - first.done), half.last())?);
            }
            half.push(last.clone());
            Ok::<_, Box<NoEquilibrium>>(half)
        };
        Ok([half(&nodes[0], &middle)?, half(&middle, &nodes[nodes.len() - 1])?])
    }

    fn integrate(&self, nodes: &[Node]) -> Exact {
        let mut parts = Exact::zero(self.prepared.economy().n());
        for at in 0..nodes.len() {
            self.add_point(nodes, at, &mut parts);
        }
        parts
    }

    /// Adds what the parts of a piece get from one of its points.
    fn add_point(&self, nodes: &[Node], at: usize, parts: &mut Exact) {
        let (node, cost) = (&nodes[at], &self.cost);
        let new = &node.equilibrium;
        let length = nodes[nodes.len() - 1].done - nodes[0].done;
        let weight = &new.income.mapv(|income| self.grid.weights[at] / income);
        let slope = |value: &dyn Fn(&Equilibrium) -> f64| -> f64 {
            let nodes = nodes.iter().enumerate();
            nodes.map(|(k, node)| self.grid.differentiate[(at, k)] * value(&node.equilibrium)).sum()
        };
        let table = |value: &dyn Fn(&Equilibrium, usize, usize) -> f64| {
            Array2::from_shape_fn(new.x_musd.dim(), |(n, j)| slope(&|new| value(new, n, j)))
        };
        let cost_slope = table(&|new, n, j| new.ln_cost[[n, j]]);
        let price_slope = table(&|new, n, j| new.ln_price[[n, j]]);
        let spending_slope = table(&|new, n, j| new.x_musd[[n, j]].max(f64::MIN_POSITIVE).ln());
        for (at @ (j, n, i), &share) in new.pi.indexed_iter() {
            let paid = share * new.x_musd[[n, j]];
            if paid <= 0.0 {
                continue;
            }
            let tau = new.tau[at];
            let flow = paid / tau;
            parts.terms_of_trade[i] += flow * cost_slope[[i, j]] * weight[i];
            parts.terms_of_trade[n] -= flow * cost_slope[[i, j]] * weight[n];
            let iceberg = length * cost.ln_iceberg.as_ref().map_or(0.0, |hat| hat[at]);
            let technology = length * cost.ln_technology.as_ref().map_or(0.0, |hat| hat[[j, i]]);
            if tau != 1.0 {
                // The share moves with delivered cost against the price index, expenditure on its own.
                let duty = length * cost.ln_tau[at];
                let delivered = duty + iceberg + cost_slope[[i, j]] - price_slope[[n, j]];
                let volume = spending_slope[[n, j]] - duty - cost.theta[j] * delivered + technology;
                parts.volume_of_trade[n] += (paid - flow) * (volume - cost_slope[[i, j]]) * weight[n];
            }
            parts.barriers[n] -= paid * iceberg * weight[n];
            parts.technology[n] += paid * technology / cost.theta[j] * weight[n];
        }
        for n in 0..weight.len() {
            parts.transfers[n] += slope(&|new| new.deficit[n]) * weight[n];
            let factor = length * cost.ln_factor.as_ref().map_or(0.0, |hat| hat[n]);
            parts.factors[n] += new.factor_income[n] * factor * weight[n];
        }
        // Costs are per unit of output: what productivity takes off them is not lost to the seller.
        if new.ln_scale.is_some() {
            for ((n, j), output) in new.y_musd.indexed_iter() {
                let productivity =
                    |new: &Equilibrium| new.ln_scale.as_ref().map_or(0.0, |scale| scale[[n, j]]);
                parts.technology[n] += output * slope(&productivity) * weight[n];
            }
        }
    }
}
