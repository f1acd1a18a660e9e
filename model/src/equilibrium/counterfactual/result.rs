//! An equilibrium in levels and changes, and what follows from it: prices, welfare, trade.

use ndarray::{Array1, Array2, Array3};

use super::quota::QuotaOutcome;
use super::stats::SolveStats;
use crate::data::Pair;
use crate::economy::{Economy, Tariffs};

/// An equilibrium: changes relative to the baseline it was solved from, levels in million USD.
#[must_use]
#[derive(Debug, Clone)]
pub struct Equilibrium {
    /// ln w'/w, `[n]`.
    pub ln_wage: Array1<f64>,
    /// ln P'/P, `[n,j]`.
    pub ln_price: Array2<f64>,
    /// ln c'/c, `[n,j]`; with economies of scale per unit of output, less `ln_scale`.
    pub ln_cost: Array2<f64>,
    /// Log productivity that came with the size of sectors, `[n,j]`; `None` without economies of scale.
    pub ln_scale: Option<Array2<f64>>,
    /// Tariff-inclusive shares, `[j,n,i]`.
    pub pi: Array3<f64>,
    /// 1 + tariff, `[j,n,i]`; with quota products, the mean over the cell weighted by value at the border.
    pub tau: Tariffs,
    /// Expenditure, `[n,j]`.
    pub x_musd: Array2<f64>,
    /// Output, `[n,j]`.
    pub y_musd: Array2<f64>,
    /// Tariff revenue with all quota rents, `[n]`; what exporters keep of them is in `deficit`.
    pub revenue: Array1<f64>,
    /// Value added, `[n]`.
    pub factor_income: Array1<f64>,
    /// Trade deficit, `[n]`.
    pub deficit: Array1<f64>,
    /// Income I = value added + revenue + deficit, `[n]`.
    pub income: Array1<f64>,
    /// The outcome of each quota of the shock.
    pub quotas: Vec<QuotaOutcome>,
    /// How it was found.
    pub stats: SolveStats,
}

/// Where a search can begin: see [`PreparedBaseline::solve_from`](crate::equilibrium::PreparedBaseline::solve_from).
#[derive(Debug, Clone)]
pub struct StartingPoint {
    /// ln w'/w, `[n]`.
    pub(in crate::equilibrium) ln_wage: Array1<f64>,
    /// ln P'/P, `[n,j]`.
    pub(in crate::equilibrium) ln_price: Array2<f64>,
    /// Expenditure, `[n,j]`.
    pub(in crate::equilibrium) x_musd: Array2<f64>,
    /// Log productivity that came with size, `[n,j]`.
    pub(in crate::equilibrium) ln_scale: Option<Array2<f64>>,
}

impl Equilibrium {
    /// What a search near by needs of it: a small part of its memory.
    #[must_use]
    pub fn starting_point(&self) -> StartingPoint {
        let Self { ln_wage, ln_price, x_musd, ln_scale, .. } = self;
        let (ln_wage, ln_price, x_musd) = (ln_wage.clone(), ln_price.clone(), x_musd.clone());
        StartingPoint { ln_wage, ln_price, x_musd, ln_scale: ln_scale.clone() }
    }

    /// Flow of a sector at border prices, million USD: `pi X / tau`.
    #[must_use]
    pub fn flow_musd(&self, sector: usize, Pair { importer, exporter }: Pair) -> f64 {
        let at = [sector, importer, exporter];
        self.pi[at] * self.x_musd[[importer, sector]] / self.tau[at]
    }

    /// Log change of the price index of consumption, `[n]`: `sum_j alpha ln P_hat` (`docs/model.md` section 2).
    #[must_use]
    pub fn ln_price_index(&self, base: &Economy) -> Array1<f64> {
        (&base.alpha * &self.ln_price).sum_axis(ndarray::Axis(1))
    }

    /// Baseline income I = VA + R + D, `[n]`, million USD.
    #[must_use]
    pub fn base_income(base: &Economy) -> Array1<f64> {
        &base.va_musd + &base_revenue(base) + &base.deficit_musd
    }

    /// Log change of real income, `[n]`: `ln I_hat - sum_j alpha ln P_hat` (`docs/model.md` section 2).
    #[must_use]
    pub fn ln_welfare(&self, base: &Economy) -> Array1<f64> {
        (&self.income / &Self::base_income(base)).mapv(f64::ln) - self.ln_price_index(base)
    }

    /// Equivalent variation, `[n]`, million USD of the baseline: `(W_hat - 1) I`, the income that would make the
    /// same difference at baseline prices (`docs/model.md` section 2).
    #[must_use]
    pub fn equivalent_variation_musd(&self, base: &Economy) -> Array1<f64> {
        self.ln_welfare(base).mapv(f64::exp_m1) * Self::base_income(base)
    }

    /// Creation and diversion of the flow `[j,n,i]` (sector, importer, exporter) against the baseline
    /// (`docs/model.md` section 2).
    #[must_use]
    pub fn trade_change(&self, base: &Economy, at: [usize; 3]) -> TradeChange {
        let [j, n, _] = at;
        let (old_share, new_share) = (base.pi[at] / base.tau[at], self.pi[at] / self.tau[at]);
        let (old_x, new_x) = (base.x_musd[[n, j]], self.x_musd[[n, j]]);
        TradeChange {
            expansion_musd: 0.5 * (old_share + new_share) * (new_x - old_x),
            substitution_musd: 0.5 * (old_x + new_x) * (new_share - old_share),
        }
    }

    /// Exports and imports at border prices without domestic sales, `[n]` each, million USD.
    #[must_use]
    pub fn trade_totals(&self) -> (Array1<f64>, Array1<f64>) {
        totals(&self.pi, &self.tau, &self.x_musd)
    }

    /// This equilibrium as the baseline of further counterfactuals.
    pub fn rebase(&self, base: &Economy) -> Economy {
        Economy {
            axes: base.axes.clone(),
            pi: self.pi.clone(),
            tau: self.tau.clone(),
            x_musd: self.x_musd.clone(),
            theta: base.theta.clone(),
            gamma_va: base.gamma_va.clone(),
            gamma_io: base.gamma_io.clone(),
            alpha: base.alpha.clone(),
            va_musd: self.factor_income.clone(),
            deficit_musd: self.deficit.clone(),
        }
    }
}

/// Change of a flow at border prices in two parts, which sum to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TradeChange {
    /// From total expenditure of the importer on the sector, at the mean share: creation of trade.
    pub expansion_musd: f64,
    /// From the share of the exporter, at mean expenditure: diversion of trade.
    pub substitution_musd: f64,
}

/// Tariff revenue of an economy, `[n]`, million USD.
#[must_use]
pub fn base_revenue(economy: &Economy) -> Array1<f64> {
    let mut revenue = Array1::zeros(economy.n());
    for ((pi, tau), x_musd) in
        economy.pi.outer_iter().zip(economy.tau.outer_iter()).zip(economy.x_musd.columns())
    {
        for (n, (pi, tau)) in pi.outer_iter().zip(tau.outer_iter()).enumerate() {
            for (share, tau) in pi.iter().zip(tau) {
                revenue[n] += (tau - 1.0) / tau * share * x_musd[n];
            }
        }
    }
    revenue
}

/// Exports and imports at border prices without domestic sales of shares, tariffs and expenditure.
#[must_use]
pub fn totals(pi: &Array3<f64>, tau: &Tariffs, x_musd: &Array2<f64>) -> (Array1<f64>, Array1<f64>) {
    let n_countries = x_musd.nrows();
    let (mut exports, mut imports) = (Array1::zeros(n_countries), Array1::zeros(n_countries));
    for ((j, n, i), share) in pi.indexed_iter().filter(|((_, n, i), _)| n != i) {
        let flow = share * x_musd[[n, j]] / tau[[j, n, i]];
        exports[i] += flow;
        imports[n] += flow;
    }
    (exports, imports)
}
