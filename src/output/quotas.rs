//! `quotas.csv` of `solve` and of `run`: what tariff-rate quotas and safeguards came to.

use super::TableSpec;
use super::dir::number;
use super::events::Rows;
use crate::data::Axes;
use crate::ensemble::{Experiment, RunError};
use crate::equilibrium::{Quota, QuotaOutcome};

/// Name, type, unit and meaning.
type Column = (&'static str, &'static str, &'static str, &'static str);

const COLUMNS: [Column; 13] = [
    ("importer", "string", "", "Country"),
    ("sector", "string", "", "Sector"),
    ("product", "string", "", "Product"),
    ("exporters", "string", "", "Countries that share the quota"),
    ("regime", "string", "", "inside, binding or outside"),
    (
        "wedge_pct",
        "number",
        "pct",
        "Inside price over the price at the border; exporters with a lower rate of their own pay that",
    ),
    ("volume_musd", "number", "musd", "Quota at baseline prices"),
    ("kept_musd", "number", "musd", "Imports with access of their own"),
    ("imports_musd", "number", "musd", "Imports at baseline prices"),
    ("fill_ratio", "number", "ratio", "Imports under the quota over the quota; empty without a quota"),
    ("duties_musd", "number", "musd", "Duties at new prices"),
    ("rent_musd", "number", "musd", "Rent on what enters under the quota"),
    ("rent_abroad_musd", "number", "musd", "The part that exporters keep"),
];

const RUN_COLUMNS: [Column; 15] = {
    let mut all = [("option", "string", "", "Option"); 15];
    all[1] = ("year", "integer", "", "Year");
    let mut at = 0;
    while at < COLUMNS.len() {
        all[at + 2] = COLUMNS[at];
        at += 1;
    }
    all
};

/// `quotas.csv` of `solve`.
pub const QUOTAS: TableSpec = TableSpec {
    file: "quotas.csv",
    description: "What each tariff-rate quota came to: imports at baseline prices against the quota, wedge, duties, rent.",
    columns: &COLUMNS,
};

/// `quotas.csv` of `run`.
pub const RUN_QUOTAS: TableSpec = TableSpec {
    description: "Quotas and safeguards that each option opens on its reference path, and what they come to.",
    columns: &RUN_COLUMNS,
    ..QUOTAS
};

/// Row of one quota.
#[must_use]
pub fn row(axes: &Axes, quota: &Quota, outcome: &QuotaOutcome) -> Vec<String> {
    let code = |n: usize| axes.countries[n].iso3.clone();
    let exporters: Vec<String> = quota.cells.iter().map(|cell| code(cell.exporter)).collect();
    let mut row = vec![code(quota.importer), axes.sectors[quota.sector].id.clone()];
    row.extend([quota.product.clone(), exporters.join("|"), outcome.regime.name().into()]);
    let kept_musd = quota.cells.iter().map(|cell| cell.kept_musd).sum();
    let values = [outcome.wedge_pct, quota.volume_musd, kept_musd, outcome.imports_musd];
    row.extend(values.map(number));
    let fill = outcome.inside_musd / quota.volume_musd;
    row.push(if quota.volume_musd > 0.0 { number(fill) } else { String::new() });
    let abroad = outcome.rent_abroad_musd.iter().sum();
    row.extend([outcome.duties_musd, outcome.rent_musd, abroad].map(number));
    row
}

/// Rows of [`RUN_QUOTAS`].
///
/// # Errors
/// [`RunError`] where a reference path has no equilibrium.
pub fn run_rows(experiment: &Experiment) -> Result<Rows, RunError> {
    let mut rows = Rows::new();
    for option in &experiment.options {
        for year in experiment.plan.year_range() {
            for (quota, outcome) in experiment.reference_quotas(option, year)? {
                let key = [option.spec.id.clone(), year.to_string()];
                rows.push([key.as_slice(), &row(&experiment.axes, &quota, &outcome)].concat());
            }
        }
    }
    Ok(rows)
}
