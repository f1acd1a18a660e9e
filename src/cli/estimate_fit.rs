//! What `tradepath estimate` says about a fit: warnings, and `fit.json`.

use serde_json::{Value, json};

use super::estimate_arguments::{EstimateArgs, ModelArg};
use crate::error::shortened;
use crate::estimation::Estimates;
use crate::estimation::panel::Panel;

/// Lists in warnings are cut after this many entries.
const LISTED: usize = 5;

/// What was done to a multi-way covariance that is not positive.
const REPAIR: &str =
    "negative eigenvalues of the covariance, in units of robust standard errors, set to zero";

/// What a user should know about rows and regressors that were not used.
#[must_use]
pub fn warnings(estimates: &Estimates) -> Vec<String> {
    let mut warnings = estimates.notes.clone();
    let left_out = estimates.collinear.iter();
    warnings.extend(left_out.map(|term| format!("`{}` is left out: {}", term.term, term.reason)));
    let separation = &estimates.separation;
    if !separation.rows.is_empty() {
        let n = separation.rows.len();
        let levels: Vec<String> =
            separation.zero_levels.iter().map(|(e, level)| format!("{e}={level}")).collect();
        let all_zero = match levels.len() {
            0 => String::new(),
            _ => format!("; outcomes are all zero in {}", cut(&levels)),
        };
        warnings.push(format!("{n} rows are separated and dropped, see separated.csv{all_zero}"));
    }
    if separation.is_incomplete {
        warnings.push("the search for separated rows stopped early; some may be left".into());
    }
    let missing: Vec<String> = estimates
        .dropped
        .iter()
        .filter(|row| row.reason.starts_with("missing"))
        .map(|row| format!("row {} ({})", row.row, row.reason))
        .collect();
    if !missing.is_empty() {
        let n = missing.len();
        warnings
            .push(format!("{n} rows with missing values are dropped, see dropped.csv: {}", cut(&missing)));
    }
    let singletons = estimates.dropped.len() - missing.len();
    if singletons > 0 {
        warnings.push(format!("{singletons} rows alone in a level are dropped, see dropped.csv"));
    }
    if estimates.covariance.is_repaired {
        warnings.push(
            "the multi-way covariance was not positive: its negative eigenvalues are set to zero".into(),
        );
    }
    if estimates.is_perfect {
        warnings.push(format!(
            "the fit is perfect: {} rows and as many parameters, or outcomes that follow from the regressors; \
             there are no standard errors",
            estimates.rows.len()
        ));
    }
    warnings
}

/// Longest entry of a list that a warning repeats whole.
const LONGEST_SHOWN: usize = 120;

fn cut(entries: &[String]) -> String {
    let shown: Vec<String> =
        entries.iter().take(LISTED).map(|entry| shortened(entry, LONGEST_SHOWN)).collect();
    match entries.len() {
        0..=LISTED => shown.join(", "),
        n => format!("{} and {} more", shown.join(", "), n - LISTED),
    }
}

/// The contents of `fit.json` of one model; `formula` as it was given.
#[must_use]
pub fn describe(
    (args, formula): (&EstimateArgs, &str),
    panel: &Panel,
    estimates: &Estimates,
    seconds: (f64, f64),
) -> Value {
    let of = |start: &str| estimates.dropped.iter().filter(|row| row.reason.starts_with(start)).count();
    let (missing, singletons) = (of("missing"), of("singleton"));
    let used = estimates.rows.len();
    let separated = estimates.separation.rows.len();
    let filtered = panel.n_rows() - used - separated - missing - singletons;
    let correction = estimates.correction.as_ref().map(|correction| {
        json!({
            "kind": correction.kind,
            "source": "Weidner & Zylkin (2021)",
            "covariance": "clustered by pair, corrected; replaces the clusters asked for",
            "covariance_form": if correction.is_symmetric { "symmetric" } else { "one-sided" },
            "terms": estimates.terms,
            "uncorrected": correction.uncorrected,
            "uncorrected_std_error": correction.uncorrected_se,
        })
    });
    json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "estimate",
        "panel": panel.file, "sha256": panel.sha256, "formula": formula,
        "where": args.conditions, "weights": args.weights, "offset": args.offset,
        "method": if args.model == ModelArg::Ppml { "ppml" } else { "ols" },
        "observations": used, "rows_read": panel.n_rows(), "rows_filtered": filtered,
        "rows_missing": missing, "rows_separated": separated, "rows_singletons": singletons,
        "deviance": estimates.deviance, "pseudo_r2": estimates.pseudo_r2,
        "iterations": estimates.path.len() - 1, "deviance_path": estimates.path,
        "last_step": estimates.last_step, "tolerance": args.tolerance,
        "absorption": estimates.absorption, "inner_steps": estimates.inner_steps,
        "effects": estimates.fixed_effects.iter()
            .map(|effect| json!({ "effect": effect.effect, "levels": effect.levels.len() }))
            .collect::<Vec<_>>(),
        "covariance": estimates.covariance.kind, "clusters": estimates.covariance.n_clusters,
        "small_sample": args.options().small_sample.describe(),
        "degrees_of_freedom_used": estimates.covariance.degrees,
        "covariance_repaired": estimates.covariance.is_repaired,
        "covariance_repair": estimates.covariance.is_repaired.then_some(REPAIR),
        "distribution": if estimates.t_degrees.is_some() { "t" } else { "normal" },
        "t_degrees": estimates.t_degrees, "perfect_fit": estimates.is_perfect,
        "missing": args.missing, "notes": estimates.notes,
        "wald": {
            "hypothesis": "all coefficients but the constant are zero",
            "chi2": estimates.wald.statistic, "degrees": estimates.wald.degrees,
            "p_value": estimates.wald.p_value,
        },
        "bias_correction": correction, "seconds_reading": seconds.0, "seconds_estimating": seconds.1,
    })
}
