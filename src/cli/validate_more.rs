//! The answers of `tradepath validate` for the cost of waiting and for what would be lost without trade.

use std::path::Path;

use serde_json::json;

use super::format::{decimal, wrapped};
use super::validate_answer::Answer;
use crate::data::{Dataset, Files};
use crate::ensemble::Plan;
use crate::error::InputErrors;
use crate::output::rows;
use crate::projection::scale;
use crate::sorted::SortedSet;
use crate::validation::autarky::{self, AutarkyRow, FORMS};
use crate::validation::delay::{DelayRow, YEARS};

const SCALE: &str = "scale.csv";
/// Folder of the economies of scale of the default set.
const DEFAULT_SCALE: &str = "years";

/// The answer for the cost of waiting: the focus country, option by option.
pub fn delay(all: &[DelayRow<'static>], plan: &Plan) -> Answer {
    let of: Vec<&DelayRow<'_>> = all.iter().filter(|row| row.iso3 == plan.focus).collect();
    let head = of.iter().max_by(|a, b| a.cost_musd2019.total_cmp(&b.cost_musd2019)).map(|row| {
        format!(
            "Waiting {YEARS} years costs {} up to {:.1} billion dollars by {} ({}).",
            plan.focus,
            row.cost_musd2019 / 1e3,
            row.year,
            row.option
        )
    });
    let mut table = format!(
        "{}: gains up to {}, bn of 2019 in the first year at {} % a year, if it happens:\n{:<24}{:>10}{:>16}{:>10}{:>10}\n",
        plan.focus,
        plan.years[1],
        plan.dynamics.discount_pct,
        "option",
        "in time",
        "5 years later",
        "cost",
        "share"
    );
    for row in &of {
        let share = row.cost_share.map_or_else(String::new, |share| decimal(share, 2));
        let line = format!(
            "{:<24}{:>10}{:>16}{:>10}{share:>10}",
            row.option,
            decimal(row.present_value_musd2019 / 1e3, 1),
            decimal(row.present_value_later_musd2019 / 1e3, 1),
            decimal(row.cost_musd2019 / 1e3, 1)
        );
        table += &format!("{}\n", line.trim_end());
    }
    let object = |row: &&DelayRow<'_>| {
        json!({
            "option": row.option, "iso3": row.iso3, "cost_musd2019": row.cost_musd2019, "cost_share": row.cost_share,
            "present_value_musd2019": row.present_value_musd2019,
        })
    };
    Answer {
        name: "delay",
        head: head.into_iter().collect(),
        csv: rows::text(of.iter().copied().cloned()),
        json: json!(of.iter().map(object).collect::<Vec<_>>()),
        table,
    }
}

/// Losses without trade on the baseline of the plan, or on another data set.
///
/// # Errors
/// [`crate::error::InputErrors`] of the data.
pub fn losses(files: &Files, plan: &Plan, other: Option<&Path>) -> anyhow::Result<Vec<AutarkyRow<'static>>> {
    let baseline = other.map_or_else(|| files.folder(&plan.baseline), Files::directory);
    let data = Dataset::read(&baseline)?;
    let of_scale = if other.is_some() { baseline.clone() } else { files.folder(DEFAULT_SCALE) };
    let psi_theta = match of_scale.read_optional(SCALE).map_err(InputErrors::from)? {
        Some(_) => Some(scale::read(&of_scale, &data.axes)?),
        None => None,
    };
    Ok(autarky::autarky(files, &data, psi_theta.as_ref())?)
}

/// The answer for losses without trade: countries with a published figure; all countries of `own` data, and where none
/// has one.
pub fn autarky(all: &[AutarkyRow<'static>], own: bool) -> Answer {
    let shows_all = own || all.iter().all(|row| row.published_pct.is_none());
    let is_shown = |row: &&AutarkyRow<'_>| shows_all || row.published_pct.is_some();
    let of: Vec<&AutarkyRow<'_>> = all.iter().filter(is_shown).collect();
    let mut table = format!(
        "Loss without trade, percent of the real wage:\n{:<10}{:<16}{:>12}{:>12}\n",
        "country", "form", "ours", "published"
    );
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| decimal(value, 1));
    for row in &of {
        table += &format!(
            "{:<10}{:<16}{:>12}{:>12}\n",
            row.iso3,
            row.form,
            number(row.ours_pct),
            number(row.published_pct)
        );
    }
    let countries: SortedSet<&str> = of.iter().map(|row| &*row.iso3).collect();
    let others: SortedSet<&str> =
        all.iter().map(|row| &*row.iso3).filter(|iso3| !countries.contains(iso3)).collect();
    if !others.is_empty() {
        table += &format!(
            "... and {} countries without a published figure (--format csv has all)\n",
            others.len()
        );
    }
    let middle = |form: &str| {
        let mut found: Vec<f64> =
            all.iter().filter(|row| row.form == form).filter_map(|row| row.ours_pct).collect();
        found.sort_by(f64::total_cmp);
        number(found.get(found.len() / 2).copied())
    };
    let words = FORMS.map(|form| format!("{} {form}", middle(form)).replace('_', " ")).join(", ");
    let object = |row: &AutarkyRow<'_>| json!({ "iso3": row.iso3, "form": row.form, "ours_pct": row.ours_pct, "published_pct": row.published_pct });
    Answer {
        name: "autarky",
        head: vec![
            wrapped("", format!("Loss without trade, middle country, %: {words}.").split(' '))
                .trim_end()
                .into(),
        ],
        csv: rows::text(all.iter().cloned()),
        json: json!(all.iter().map(object).collect::<Vec<_>>()),
        table,
    }
}
