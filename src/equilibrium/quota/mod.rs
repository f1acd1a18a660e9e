//! Tariff-rate quotas as part of the equilibrium: a complementarity between a quota and the wedge it leaves.
//!
//! A quota `Q` leaves a wedge `t` between the price inside and outside the border. Exporter `i` pays `a_i` inside the
//! quota and `b_i` without it (its most-favoured-nation rate, or the preference of another agreement), so that it pays
//! `t_i = max(min(t, b_i), a_i)` and uses the quota while `b_i > t`. With its imports `M_i`, of which `K_i` keep access
//! of their own:
//!
//! ```text
//! min a <= t <= max b  _|_  Q - sum over i with b_i > t of max(M_i(t_i) - K_i, 0)
//! inside: t = min a     binding: the quota is used up     outside: t = max b
//! ```
//!
//! Duties are `a_i` on what enters under the quota and `t_i` on the rest; the rent is `t_i - a_i` on the former, of
//! which exporters keep a share as income from abroad. A safeguard is a quota whose rate inside is the schedule's.
//!
//! A product is a part of the cells of its exporters. Inside a cell parts substitute with the elasticity of the
//! sector, so that each part is one more origin, with base share `s b / T` (`s` its share of the flow at the
//! border, `b` and `T` the base factors 1 + tariff of the part and of the cell); what is left of the cell is
//! another. Nothing changes where the wedges are those of the base. [`wedges`] solves for the wedges in every
//! evaluation, at the wages, prices and expenditure of the search, so that all conditions hold together.

mod demand;
mod wedges;

use std::borrow::Cow;

use ndarray::{Array1, Array3};

use super::result::Equilibrium;
use super::solve::Shock;
use crate::economy::Economy;
pub(super) use wedges::Wedges;

/// A tariff-rate quota of one importer on one product of a sector.
#[derive(Debug, Clone, PartialEq)]
pub struct Quota {
    /// Name, for results.
    pub product: String,
    /// Importer.
    pub importer: usize,
    /// Sector.
    pub sector: usize,
    /// Exporters that share the quota.
    pub cells: Vec<QuotaCell>,
    /// Quota, million USD at the border at baseline prices.
    pub volume_musd: f64,
    /// Share of the rent that exporters keep.
    pub exporter_rent_share: f64,
}

/// The product in the trade of one exporter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuotaCell {
    /// Exporter.
    pub exporter: usize,
    /// Share of the product in the baseline flow of the sector at border prices.
    pub trade_share: f64,
    /// Rate at which the baseline tariff of the cell counts the product, percent.
    pub base_pct: f64,
    /// Rate at which the tariff of the shock counts it, percent.
    pub shock_pct: f64,
    /// Rate inside the quota, percent.
    pub in_quota_pct: f64,
    /// Rate without the quota, percent; at least the rate inside.
    pub out_of_quota_pct: f64,
    /// Imports that enter beside the quota under terms of their own, million USD at baseline prices.
    pub kept_musd: f64,
}

/// Which of the three regimes holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaRegime {
    /// The quota is not filled; the rate inside it decides.
    Inside,
    /// The quota is filled and nobody pays the rate outside it; scarcity decides.
    Binding,
    /// Imports exceed the quota; the rate outside it decides.
    Outside,
}

impl QuotaRegime {
    /// Word in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Binding => "binding",
            Self::Outside => "outside",
        }
    }
}

/// What a quota comes to in an equilibrium; money in million USD.
#[derive(Debug, Clone, PartialEq)]
pub struct QuotaOutcome {
    /// Regime.
    pub regime: QuotaRegime,
    /// Wedge between the inside and the world price, percent.
    pub wedge_pct: f64,
    /// Imports of the product at baseline prices: the unit of the quota.
    pub imports_musd: f64,
    /// The part of them inside the quota.
    pub inside_musd: f64,
    /// Duties collected, at the prices of the equilibrium.
    pub duties_musd: f64,
    /// Rent on what is inside the quota.
    pub rent_musd: f64,
    /// The part of the rent that exporters keep, in the order of the cells.
    pub rent_abroad_musd: Vec<f64>,
}

/// A quota that contradicts itself or the baseline.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum QuotaError {
    /// The terms are no terms.
    #[error(
        "quota on {product} from {exporter}: {in_quota_pct} % inside and {out_of_quota_pct} % outside on \
         {volume_musd} million USD: expected 0 <= inside <= outside, a volume of 0 or more, shares within 0..1, and \
         exporters other than the importer, each once"
    )]
    Terms {
        /// Position of the quota.
        quota: usize,
        /// Product.
        product: String,
        /// Exporter.
        exporter: String,
        /// Rate inside, percent.
        in_quota_pct: f64,
        /// Rate outside, percent.
        out_of_quota_pct: f64,
        /// Quota.
        volume_musd: f64,
    },
    /// The cell has no room for its products.
    #[error(
        "quota products of {exporter} in {sector} of {importer}: {share_pct:.4} % of the flow at their base rates \
         leave the rest less than nothing to pay of the mean of {cell_pct:.4} %: lower the share or the base rate, or \
         raise the tariff, which is the mean with the products"
    )]
    Share {
        /// Position of the first quota on the cell.
        quota: usize,
        /// Exporter.
        exporter: String,
        /// Importer.
        importer: String,
        /// Sector.
        sector: String,
        /// Share of all quota products of the cell, percent.
        share_pct: f64,
        /// Lower of the rates of the cell before and after, percent.
        cell_pct: f64,
    },
}

impl QuotaError {
    /// Position of the quota among those of the shock.
    #[must_use]
    pub fn quota(&self) -> usize {
        match self {
            Self::Terms { quota, .. } | Self::Share { quota, .. } => *quota,
        }
    }
}

impl Quota {
    fn is_sound(&self, cell: &QuotaCell) -> bool {
        let QuotaCell { exporter, trade_share, in_quota_pct, out_of_quota_pct, kept_musd, .. } = *cell;
        let is_share = |value: f64| (0.0..=1.0).contains(&value);
        let is_once = self.cells.iter().filter(|other| other.exporter == exporter).count() == 1;
        in_quota_pct >= 0.0
            && in_quota_pct <= out_of_quota_pct
            && out_of_quota_pct.is_finite()
            && self.volume_musd >= 0.0
            && kept_musd >= 0.0
            && is_share(trade_share)
            && is_share(self.exporter_rent_share)
            && is_once
            && exporter != self.importer
    }
}

impl Shock {
    /// Faults of the quotas of this shock on a baseline, all of them; what is left of a cell must have a factor
    /// 1 + tariff above `least_factor`, before and after.
    #[must_use]
    pub fn quota_errors(&self, base: &Economy, least_factor: f64) -> Vec<QuotaError> {
        let terms = self.quotas.iter().enumerate().filter_map(|(at, quota)| {
            let wrong = quota.cells.iter().find(|cell| !quota.is_sound(cell))?;
            Some(QuotaError::Terms {
                quota: at,
                product: quota.product.clone(),
                exporter: base.axes.countries[wrong.exporter].iso3.clone(),
                in_quota_pct: wrong.in_quota_pct,
                out_of_quota_pct: wrong.out_of_quota_pct,
                volume_musd: quota.volume_musd,
            })
        });
        let shares = cells(&self.quotas).into_iter().filter_map(|at| {
            let rest = Rest::new(self, base, at);
            if rest.share > 0.0 && rest.base_factor.min(rest.factor) > least_factor {
                return None;
            }
            let [j, n, i] = at;
            let code = |c: usize| base.axes.countries[c].iso3.clone();
            let tau = self.tau.as_ref().unwrap_or(&base.tau);
            Some(QuotaError::Share {
                quota: products(&self.quotas, at).next().map_or(0, |(quota, ..)| quota),
                exporter: code(i),
                importer: code(n),
                sector: base.axes.sectors[j].id.clone(),
                share_pct: 100.0 * (1.0 - rest.share),
                cell_pct: 100.0 * (base.tau[at].min(tau[at]) - 1.0),
            })
        });
        terms.chain(shares).collect()
    }

    /// The same shock with every quota replaced by the tariff, the iceberg and the transfer that it came to in
    /// `solved`: a shock without quotas that has the same equilibrium.
    #[must_use]
    pub fn with_wedges_of(&self, base: &Economy, solved: &Equilibrium) -> Cow<'_, Self> {
        if self.quotas.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut iceberg = self.iceberg_hat.clone().unwrap_or_else(|| Array3::ones(base.tau.dim()));
        for at @ [j, n, i] in cells(&self.quotas) {
            let technology = self.technology_hat.as_ref().map_or(1.0, |a| a[[i, j]]);
            let ln_share = (solved.pi[at] / (base.pi[at] * technology)).ln();
            let ln_kappa = solved.ln_price[[n, j]] - solved.ln_cost[[i, j]] - ln_share / self.theta(base)[j];
            if ln_kappa.is_finite() {
                iceberg[at] = ln_kappa.exp() * base.tau[at] / solved.tau[at];
            }
        }
        let mut transfer = self.transfer_musd.clone().unwrap_or_else(|| Array1::zeros(base.n()));
        for (quota, outcome) in self.quotas.iter().zip(&solved.quotas) {
            for (cell, rent) in quota.cells.iter().zip(&outcome.rent_abroad_musd) {
                transfer[quota.importer] -= rent;
                transfer[cell.exporter] += rent;
            }
        }
        Cow::Owned(Self {
            tau: Some(solved.tau.clone()),
            iceberg_hat: Some(iceberg),
            transfer_musd: Some(transfer),
            quotas: Vec::new(),
            technology_hat: self.technology_hat.clone(),
            real_gdp_hat: self.real_gdp_hat.clone(),
            theta: self.theta.clone(),
        })
    }
}

/// Cells `[j,n,i]` with quota products, each once.
fn cells(quotas: &[Quota]) -> Vec<[usize; 3]> {
    let of = |quota: &Quota| {
        let at = (quota.sector, quota.importer);
        quota.cells.iter().map(move |cell| [at.0, at.1, cell.exporter]).collect::<Vec<_>>()
    };
    let mut cells: Vec<[usize; 3]> = quotas.iter().flat_map(of).collect();
    cells.sort_unstable();
    cells.dedup();
    cells
}

/// Quota products of a cell, with the position of the quota and that of the cell in its list.
fn products(quotas: &[Quota], [j, n, i]: [usize; 3]) -> impl Iterator<Item = (usize, usize, &QuotaCell)> {
    let here = quotas.iter().enumerate().filter(move |(_, quota)| (quota.sector, quota.importer) == (j, n));
    here.flat_map(move |(at, quota)| {
        let cells = quota.cells.iter().enumerate().filter(move |(_, cell)| cell.exporter == i);
        cells.map(move |(place, cell)| (at, place, cell))
    })
}

/// What a cell holds beside its quota products.
#[derive(Debug, Clone, Copy)]
struct Rest {
    /// Share of the flow at the border.
    share: f64,
    /// 1 + tariff in the baseline.
    base_factor: f64,
    /// 1 + tariff of the shock.
    factor: f64,
}

impl Rest {
    fn new(shock: &Shock, base: &Economy, at: [usize; 3]) -> Self {
        let tau = shock.tau.as_ref().unwrap_or(&base.tau);
        let of = |whole: f64, pct: fn(&QuotaCell) -> f64| -> f64 {
            products(&shock.quotas, at)
                .fold(whole, |left, (.., cell)| left - cell.trade_share * (1.0 + pct(cell) / 100.0))
        };
        let share = products(&shock.quotas, at).fold(1.0, |left, (.., cell)| left - cell.trade_share);
        Self {
            share,
            base_factor: of(base.tau[at], |cell| cell.base_pct) / share,
            factor: of(tau[at], |cell| cell.shock_pct) / share,
        }
    }
}
