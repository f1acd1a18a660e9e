//! Quotas that contradict themselves or the baseline.

use super::cells::{Rest, cells, products};
use crate::economy::Economy;
use crate::equilibrium::counterfactual::quota::{Quota, QuotaCell};
use crate::equilibrium::counterfactual::shock::Shock;

/// A quota that contradicts itself or the baseline.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum QuotaError {
    /// The terms of the quota are inconsistent.
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

/// True if the terms of a quota are consistent for one of its exporters.
fn is_sound(quota: &Quota, cell: &QuotaCell) -> bool {
    let QuotaCell { exporter, trade_share, in_quota_pct, out_of_quota_pct, kept_musd, .. } = *cell;
    let is_share = |value: f64| (0.0..=1.0).contains(&value);
    let is_once = quota.cells.iter().filter(|other| other.exporter == exporter).count() == 1;
    in_quota_pct >= 0.0
        && in_quota_pct <= out_of_quota_pct
        && out_of_quota_pct.is_finite()
        && quota.volume_musd >= 0.0
        && kept_musd >= 0.0
        && is_share(trade_share)
        && is_share(quota.exporter_rent_share)
        && is_once
        && exporter != quota.importer
}

impl Shock {
    /// Faults of the quotas of this shock on a baseline, all of them; what is left of a cell must have a factor
    /// 1 + tariff above `least_factor`, before and after.
    #[must_use]
    pub fn quota_errors(&self, base: &Economy, least_factor: f64) -> Vec<QuotaError> {
        let terms = self.quotas.iter().enumerate().filter_map(|(at, quota)| {
            let wrong = quota.cells.iter().find(|cell| !is_sound(quota, cell))?;
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
            if rest.is_sound(least_factor) {
                return None;
            }
            let [j, n, i] = at;
            let code = |c: usize| base.axes.countries[c].iso3.clone();
            let tau = self.tau.as_ref().unwrap_or(&base.tau);
            Some(QuotaError::Share {
                quota: products(&self.quotas, at).next().expect("cells are those of quotas").0,
                exporter: code(i),
                importer: code(n),
                sector: base.axes.sectors[j].id.clone(),
                share_pct: 100.0 * (1.0 - rest.share),
                cell_pct: 100.0 * (base.tau[at].min(tau[at]) - 1.0),
            })
        });
        terms.chain(shares).collect()
    }
}
