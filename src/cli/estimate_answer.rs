//! What `tradepath estimate` says: the coefficients with their errors, and what they rest on.

use std::path::PathBuf;

use serde_json::Value;

use super::answer::{Answer, Cell, Column};
use crate::estimation::Estimates;
use crate::output::estimate::stars;

const COLUMNS: [Column; 8] = [
    ("term", "term"),
    ("estimate", "estimate"),
    ("stars", ""),
    ("std_error", "std. error"),
    ("z", "z"),
    ("p_value", "p"),
    ("ci_low", "95 % low"),
    ("ci_high", "high"),
];

/// A line for every regressor; the facts are those of `fit.json`.
#[must_use]
pub fn answer(estimates: &Estimates, fit: &Value, outcome: &str, folder: Option<PathBuf>) -> Answer {
    let found = estimates.coefficients();
    let row = |line: &crate::estimation::Coefficient<'_>| {
        vec![
            Cell::text(line.term),
            Cell::number(line.estimate, 4),
            Cell::text(stars(line.p_value)),
            Cell::number(line.std_error, 4),
            Cell::number(line.z, 2),
            Cell::number(line.p_value, 4),
            Cell::number(line.interval[0], 4),
            Cell::number(line.interval[1], 4),
        ]
    };
    let effects: Vec<&str> = estimates.fixed_effects.iter().map(|effect| effect.effect.as_str()).collect();
    let absorbed = if effects.is_empty() { "none".into() } else { effects.join(", ") };
    let mut notes = vec![
        format!(
            "{} observations; pseudo R2 {:.4}; absorbed effects: {absorbed}.",
            estimates.rows.len(),
            estimates.pseudo_r2
        ),
        format!("Standard errors: {}. *** p < 0.01, ** p < 0.05, * p < 0.1.", estimates.covariance.kind),
    ];
    let (separated, dropped) = (estimates.separation.rows.len(), estimates.dropped.len());
    if separated + dropped > 0 {
        notes.push(format!("Left out: {separated} separated rows, {dropped} missing or alone in a level."));
    }
    let facts = [
        "method",
        "formula",
        "observations",
        "deviance",
        "pseudo_r2",
        "covariance",
        "clusters",
        "effects",
        "rows_separated",
        "rows_missing",
        "rows_singletons",
        "iterations",
        "distribution",
        "t_degrees",
    ];
    Answer {
        title: format!("{} of {outcome}", fit["method"].as_str().unwrap_or_default().to_uppercase()),
        columns: COLUMNS.to_vec(),
        rows: found.iter().map(row).collect(),
        facts: facts.into_iter().map(|name| (name, fit[name].clone())).collect(),
        notes,
        folder,
        ..Answer::default()
    }
}
