//! Where a welfare change comes from: first order as published, and exactly along the policy path.

use std::borrow::Cow;

use ndarray::{Array1, Array2, Array3, Axis};

use super::result::Equilibrium;
use super::solve::{NoEquilibrium, PreparedBaseline, Shock};
use crate::calibration::Economy;
use crate::numerics::spectral::Chebyshev;

/// Terms of trade and volume of trade with arithmetic changes at base weights, in percent, `[n]`.
///
/// Source: `model.md` section 2; Caliendo & Parro (2015), eq. 25-26.
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
    let flows = Array3::from_shape_fn(base.pi.dim(), |(j, n, i)| base.flow_musd([j, n, i]));
    let output = flows.sum_axis(Axis(1)).reversed_axes();
    let terms = terms_of_trade_musd(&flows, &output, &new.ln_cost);
    let (cost, mut volume) = (new.ln_cost.mapv(f64::exp_m1), Array1::zeros(base.n()));
    for ((j, n, i), &flow) in flows.indexed_iter().filter(|(_, flow)| **flow != 0.0) {
        let change = new.flow_musd(j, n, i) / flow - 1.0;
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

/// Parts of `ln W_hat` along the policy path, `[n]` each; they sum to it (`model.md` section 2).
#[derive(Debug, Clone)]
pub struct Exact {
    /// Export against import prices.
    pub terms_of_trade: Array1<f64>,
    /// Tariff wedges times volumes.
    pub volume_of_trade: Array1<f64>,
    /// Icebergs.
    pub barriers: Array1<f64>,
    /// Productivity of the goods bought.
    pub technology: Array1<f64>,
    /// Changes of the deficit.
    pub transfers: Array1<f64>,
}

/// One point of the policy path.
struct Node {
    equilibrium: Equilibrium,
    flows: Array3<f64>,
}

/// Integrates the exact decomposition on `degree + 1` Chebyshev points of the path.
///
/// All changes move in logs from base to counterfactual; derivatives along the path are those of the
/// interpolating polynomial, so that the error falls faster than any power of the degree. Quotas move as the
/// tariffs, icebergs and transfers that they come to.
///
/// # Errors
/// [`NoEquilibrium`] where a point of the path could not be solved.
pub fn exact(prepared: &PreparedBaseline, shock: &Shock, degree: usize) -> Result<Exact, Box<NoEquilibrium>> {
    let grid = Chebyshev::new(degree);
    let base = prepared.economy();
    let shock = match shock.quotas.is_empty() {
        true => Cow::Borrowed(shock),
        false => shock.with_wedges_of(base, &prepared.solve(shock)?),
    };
    let nodes = grid
        .nodes
        .iter()
        .map(|&done| {
            let equilibrium = prepared.solve(&shock.part(base, done))?;
            let flows = Array3::from_shape_fn(base.pi.dim(), |(j, n, i)| equilibrium.flow_musd(j, n, i));
            Ok(Node { equilibrium, flows })
        })
        .collect::<Result<Vec<_>, Box<NoEquilibrium>>>()?;
    Ok(integrate(base, &shock, &grid, &nodes))
}

fn integrate(base: &Economy, shock: &Shock, grid: &Chebyshev, nodes: &[Node]) -> Exact {
    let zeros = || Array1::zeros(base.n());
    let mut parts = Exact {
        terms_of_trade: zeros(),
        volume_of_trade: zeros(),
        barriers: zeros(),
        technology: zeros(),
        transfers: zeros(),
    };
    let slope = |at: usize, value: &dyn Fn(&Node) -> f64| -> f64 {
        nodes.iter().enumerate().map(|(k, node)| grid.differentiate[(at, k)] * value(node)).sum()
    };
    for (at, node) in nodes.iter().enumerate() {
        let weight = |n: usize| grid.weights[at] / node.equilibrium.income[n];
        let cost_slope = ndarray::Array2::from_shape_fn((base.n(), base.s()), |(n, j)| {
            slope(at, &|node| node.equilibrium.ln_cost[[n, j]])
        });
        for ((j, n, i), &flow) in node.flows.indexed_iter().filter(|(_, flow)| **flow > 0.0) {
            let tau = node.equilibrium.tau[[j, n, i]];
            let paid = tau * flow * weight(n);
            parts.terms_of_trade[i] += flow * cost_slope[[i, j]] * weight(i);
            parts.terms_of_trade[n] -= flow * cost_slope[[i, j]] * weight(n);
            if tau != 1.0 {
                let volume_slope = slope(at, &|node| node.flows[[j, n, i]].ln());
                parts.volume_of_trade[n] +=
                    (tau - 1.0) * flow * (volume_slope - cost_slope[[i, j]]) * weight(n);
            }
            if let Some(iceberg) = &shock.iceberg_hat {
                parts.barriers[n] -= paid * iceberg[[j, n, i]].ln();
            }
            if let Some(technology) = &shock.technology_hat {
                parts.technology[n] += paid * technology[[i, j]].ln() / shock.theta(base)[j];
            }
        }
        for n in 0..base.n() {
            parts.transfers[n] += slope(at, &|node| node.equilibrium.deficit[n]) * weight(n);
        }
    }
    parts
}

impl Shock {
    /// The share `done` of this shock, in logs; elasticities hold along the whole path.
    #[must_use]
    pub fn part(&self, base: &Economy, done: f64) -> Self {
        let power = |hat: f64| hat.powf(done);
        Self {
            tau: self.tau.as_ref().map(|to| {
                ndarray::Zip::from(&base.tau).and(to).map_collect(|from, to| from * power(to / from)).into()
            }),
            iceberg_hat: self.iceberg_hat.as_ref().map(|hat| hat.mapv(power)),
            technology_hat: self.technology_hat.as_ref().map(|hat| hat.mapv(power)),
            real_gdp_hat: self.real_gdp_hat.as_ref().map(|hat| hat.mapv(power)),
            theta: self.theta.clone(),
            transfer_musd: self.transfer_musd.as_ref().map(|transfer| done * transfer),
            quotas: self.quotas.clone(),
        }
    }
}
