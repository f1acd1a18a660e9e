//! `quotas.csv` of `solve` and of `run`: what tariff-rate quotas and safeguards came to.

use super::rows::{Text, table};
use crate::data::Axes;
use crate::ensemble::{Experiment, ReferenceQuota};
use crate::equilibrium::{Quota, QuotaOutcome};

table! {
    /// What each tariff-rate quota came to: imports at baseline prices against the quota, wedge, duties, rent.
    pub struct QuotaRow<'a> in "quotas.csv" by (importer, sector, product, exporters) {
        /// Country
        importer: Text<'a>,
        /// Sector
        sector: Text<'a>,
        /// Product
        product: Text<'a>,
        /// Countries that share the quota
        exporters: Text<'a>,
        /// inside, binding or outside
        regime: Text<'a>,
        /// Inside price over the price at the border; exporters with a lower rate of their own pay that
        wedge_pct: f64 ["pct"],
        /// Quota at baseline prices
        volume_musd: f64 ["musd"],
        /// Imports with access of their own
        kept_musd: f64 ["musd"],
        /// Imports at baseline prices
        imports_musd: f64 ["musd"],
        /// Imports under the quota over the quota; empty without a quota
        fill_ratio: Option<f64> ["ratio"],
        /// Duties at new prices
        duties_musd: f64 ["musd"],
        /// Rent on what enters under the quota
        rent_musd: f64 ["musd"],
        /// The part that exporters keep
        rent_abroad_musd: f64 ["musd"],
    }
}

table! {
    /// Quotas and safeguards that each option opens on its reference path, and what they come to.
    pub struct RunQuotaRow<'a> in "quotas.csv" by (option, year, importer, sector, product, exporters) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// The quota
        quota: QuotaRow<'a>,
    }
}

/// Row of one quota.
#[must_use]
pub fn row<'a>(axes: &'a Axes, quota: &'a Quota, outcome: &QuotaOutcome) -> QuotaRow<'a> {
    let code = |n: usize| axes.countries[n].iso3.as_str();
    let exporters: Vec<&str> = quota.cells.iter().map(|cell| code(cell.exporter)).collect();
    QuotaRow {
        importer: code(quota.importer).into(),
        sector: axes.sectors[quota.sector].id.as_str().into(),
        product: quota.product.as_str().into(),
        exporters: exporters.join("|").into(),
        regime: outcome.regime.name().into(),
        wedge_pct: outcome.wedge_pct,
        volume_musd: quota.volume_musd,
        kept_musd: quota.cells.iter().map(|cell| cell.kept_musd).sum(),
        imports_musd: outcome.imports_musd,
        fill_ratio: (quota.volume_musd > 0.0).then(|| outcome.inside_musd / quota.volume_musd),
        duties_musd: outcome.duties_musd,
        rent_musd: outcome.rent_musd,
        rent_abroad_musd: outcome.rent_abroad_musd.iter().sum(),
    }
}

/// Rows of `quotas.csv` of a run.
pub fn of_run<'a>(
    experiment: &'a Experiment,
    quotas: &'a [ReferenceQuota],
) -> impl Iterator<Item = RunQuotaRow<'a>> {
    quotas.iter().map(|found| RunQuotaRow {
        option: experiment.options[found.option].spec.id.as_str().into(),
        year: found.year,
        quota: row(&experiment.axes, &found.quota, &found.outcome),
    })
}
