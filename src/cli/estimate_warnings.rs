//! What a user of `tradepath estimate` should know about rows and regressors that were not used.

use crate::error::shortened;
use crate::estimation::Estimates;

/// Lists in warnings are cut after this many entries.
const LISTED: usize = 5;

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
