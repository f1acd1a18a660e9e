//! The accounts of an economy in one pass over its flows: what outcomes are measured with.

use ndarray::{Array1, Array2, Array3, ArrayView2, ArrayView3, s};

use crate::data::SectorKind;
use crate::economy::Economy;
use crate::equilibrium::{Equilibrium, decompose, result};

/// Totals of the flows at border prices, million USD.
#[derive(Debug, Clone)]
pub struct Accounts {
    /// Exports without domestic sales, `[n]`.
    pub exports: Array1<f64>,
    /// Imports without domestic purchases, `[n]`.
    pub imports: Array1<f64>,
    /// Imports by origin, `[group,n,i]` with goods first and services second; home sales on the diagonal.
    pub imports_by_origin: Array3<f64>,
}

/// What flows are made of: `pi X / tau` at border prices.
pub struct Flows<'a> {
    /// Shares in spending, `[j,n,i]`.
    pub pi: ArrayView3<'a, f64>,
    /// 1 + tariff, `[j,n,i]`.
    pub tau: ArrayView3<'a, f64>,
    /// Spending, `[n,j]`, million USD.
    pub x_musd: ArrayView2<'a, f64>,
}

impl Accounts {
    /// Adds up `pi X / tau`; `on_row` sees the imports `[i]` of each sector and importer `[j,n]` on the way.
    pub fn new(
        base: &Economy,
        Flows { pi, tau, x_musd }: Flows<'_>,
        mut on_row: impl FnMut([usize; 2], &[f64]),
    ) -> Self {
        let n_countries = base.n();
        let mut accounts = Self {
            exports: Array1::zeros(n_countries),
            imports: Array1::zeros(n_countries),
            imports_by_origin: Array3::zeros((2, n_countries, n_countries)),
        };
        let cubes = [&pi, &tau].map(|cube| cube.as_standard_layout());
        let [pi, tau] = cubes.each_ref().map(|cube| cube.as_slice().expect("a standard layout is one piece"));
        let sums = accounts.imports_by_origin.as_slice_mut().expect("a new array lies in one piece");
        let mut flows = vec![0.0; n_countries];
        for (j, sector) in base.axes.sectors.iter().enumerate() {
            let group = usize::from(sector.kind == SectorKind::Services);
            for n in 0..n_countries {
                let row = |matrix: usize| (matrix * n_countries + n) * n_countries..;
                let spent = x_musd[[n, j]];
                for (flow, (share, tau)) in flows.iter_mut().zip(pi[row(j)].iter().zip(&tau[row(j)])) {
                    *flow = share * spent / tau;
                }
                sums[row(group)].iter_mut().zip(&flows).for_each(|(sum, flow)| *sum += flow);
                on_row([j, n], &flows);
            }
        }
        for ((_, n, i), flow) in accounts.imports_by_origin.indexed_iter().filter(|((_, n, i), _)| n != i) {
            accounts.exports[i] += flow;
            accounts.imports[n] += flow;
        }
        accounts
    }
}

/// The baseline of a year as outcomes compare with it.
#[derive(Debug, Clone)]
pub struct BaseAccounts {
    /// Totals.
    pub totals: Accounts,
    /// Income I = VA + R + D, `[n]`, million USD.
    pub income: Array1<f64>,
    /// Tariff revenue, `[n]`, million USD.
    pub revenue: Array1<f64>,
    /// Output, `[n,j]`, million USD.
    pub output: Array2<f64>,
    /// Flows at border prices, `[j,n,i]`, million USD.
    pub flows: Array3<f64>,
    /// Shares of the sectors in the workers of a country, `[n,j]`.
    pub worker_shares: Array2<f64>,
}

impl BaseAccounts {
    /// The accounts of a baseline economy.
    #[must_use]
    pub fn new(base: &Economy) -> Self {
        let mut flows = Array3::zeros(base.pi.dim());
        let mut output = Array2::zeros((base.n(), base.s()));
        let parts = Flows { pi: base.pi.view(), tau: base.tau.view(), x_musd: base.x_musd.view() };
        let totals = Accounts::new(base, parts, |[j, n], row| {
            flows.slice_mut(s![j, n, ..]).iter_mut().zip(row).for_each(|(cell, flow)| *cell = *flow);
            output.column_mut(j).iter_mut().zip(row).for_each(|(sum, flow)| *sum += flow);
        });
        let worker_shares = worker_shares(base, &output);
        let (income, revenue) = (Equilibrium::base_income(base), result::base_revenue(base));
        Self { totals, income, revenue, output, flows, worker_shares }
    }

    /// Terms of trade to first order, percent of income, `[n]`: `sum (E dc[n] - M dc[i]) / I` with base weights.
    ///
    /// Source: Caliendo & Parro (2015), eq. 25; `docs/model.md` section 2.
    #[must_use]
    pub fn terms_of_trade_pct(&self, ln_cost: &Array2<f64>) -> Array1<f64> {
        let terms = decompose::terms_of_trade_musd(&self.flows, &self.output, ln_cost);
        100.0 * terms / &self.income
    }
}

/// Shares of the sectors in the wage bill of a country, `[n,j]`: the wage is the same in every sector, so that
/// these are shares of workers.
#[must_use]
pub fn worker_shares(base: &Economy, output: &Array2<f64>) -> Array2<f64> {
    let bill = output * &base.gamma_va;
    &bill / &bill.sum_axis(ndarray::Axis(1)).insert_axis(ndarray::Axis(1))
}
