//! Separated observations: rows whose fitted value would have to be zero, so that no estimate exists.
//!
//! Correia, Guimaraes & Zylkin (2019), "Verifying the existence of maximum likelihood estimates for
//! generalized linear models". Rows are separated if there is a `z = X gamma + D alpha` that is 0 for all rows with
//! `y > 0`, at least 0 for all rows with `y = 0`, and above 0 for the separated ones. These rows must be dropped; the
//! estimates do not change. Three rules are applied until none finds a row, or a proof ([`certificate`]) shows that there
//! is none:
//!
//! * `fixed_effect`: every outcome of a level is zero (`no positive outcome` where all are);
//! * `simplex` ([`simplex`]): a linear programme over the directions that vanish where `y > 0`, which are
//!   known for up to two effects, and found for more where they touch few levels;
//! * `relu` ([`rectifier`]): the iterative rectifier, for the remaining cases.

mod anchors;
pub mod certificate;
mod directions;
mod local;
pub mod rectifier;
pub mod simplex;

use super::design::Design;
use certificate::Known;

/// Rounds of all rules before the search is given up as incomplete.
const MAX_ROUNDS: usize = 200;

/// Which rules to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Levels without a positive outcome.
    pub fixed_effect: bool,
    /// Linear programme over the directions that vanish where outcomes are positive.
    pub simplex: bool,
    /// Iterative rectifier; where the simplex rule is on, only for what it does not decide.
    pub relu: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { fixed_effect: true, simplex: true, relu: true }
    }
}

/// A separated row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Separated {
    /// Row of the panel, 1 = first data row.
    pub row: u32,
    /// The rule that found it.
    pub rule: String,
}

/// Result of the search.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Separated rows in the order of the panel.
    pub rows: Vec<Separated>,
    /// Levels whose outcomes are all zero: effect and level.
    pub zero_levels: Vec<(String, String)>,
    /// True if the rectifier stopped before it was sure; rows may be left that are separated.
    pub is_incomplete: bool,
}

/// Removes separated rows from `design`.
pub fn remove(design: &mut Design, rules: Rules) -> Report {
    let mut report = Report::default();
    // Every round but the last drops a row; a few are usual.
    for round in 0.. {
        if round == MAX_ROUNDS {
            report.is_incomplete = true;
            break;
        }
        if rules.fixed_effect {
            remove_zero_levels(design, &mut report);
        }
        if design.y.iter().all(|&y| y > 0.0) {
            break;
        }
        if design.y.iter().all(|&y| y <= 0.0) {
            drop_rows(design, &mut report, |_| Some("no positive outcome".to_owned()));
            break;
        }
        let known = Known::new(design);
        if known.is_sound() {
            break;
        }
        let by_programme = if rules.simplex { simplex::find(design, &known) } else { None };
        let (flags, rule) = match by_programme {
            Some(flags) => (flags, "simplex"),
            None if rules.relu => {
                let found = rectifier::find(design);
                report.is_incomplete |= found.is_incomplete;
                (found.separated, "relu")
            }
            None => break,
        };
        if !flags.contains(&true) {
            break;
        }
        drop_rows(design, &mut report, |row| flags[row].then(|| rule.to_owned()));
    }
    report.rows.sort_by_key(|separated| separated.row);
    report
}

/// Drops levels without a positive outcome; dropping them takes no positive row from any other.
fn remove_zero_levels(design: &mut Design, report: &mut Report) {
    let mut keep: Vec<bool> = Vec::new();
    for levels in &design.effects {
        let mut is_zero = vec![true; levels.n()];
        levels.codes.iter().zip(&design.y).for_each(|(&code, &y)| is_zero[code as usize] &= y <= 0.0);
        if !is_zero.contains(&true) {
            continue;
        }
        keep.resize(design.n(), true);
        let mut is_found = vec![false; levels.n()];
        for (row, &code) in levels.codes.iter().enumerate().filter(|(_, code)| is_zero[**code as usize]) {
            if !std::mem::replace(&mut keep[row], false) {
                continue;
            }
            is_found[code as usize] = true;
            let rule = format!("fixed_effect {}={}", levels.label, levels.names[code as usize]);
            report.rows.push(Separated { row: design.rows[row] + 1, rule });
        }
        let found = levels.names.iter().zip(is_found).filter(|(_, is_found)| *is_found);
        report.zero_levels.extend(found.map(|(name, _)| (levels.label.clone(), name.clone())));
    }
    if !keep.is_empty() {
        design.retain(&keep);
    }
}

fn drop_rows(design: &mut Design, report: &mut Report, rule: impl Fn(usize) -> Option<String>) {
    let mut keep = vec![true; design.n()];
    for (at, &row) in design.rows.iter().enumerate() {
        if let Some(rule) = rule(at) {
            keep[at] = false;
            report.rows.push(Separated { row: row + 1, rule });
        }
    }
    design.retain(&keep);
}
