//! The answer in ten lines, from the files of a finished run.

use std::fmt::Write;
use std::path::Path;

use super::run_tables::read_rows;
use crate::output::events::{DATES, Rows};
use crate::output::paths::REFERENCE;
use crate::output::run::{PROJECTIONS, RunFrame};

/// Milestone of an option's own deal.
const IN_FORCE: &str = "in_force";

/// The lines that a user sees at the end of a run.
///
/// # Errors
/// Where a file cannot be read.
pub fn text(folder: &Path, frame: &RunFrame) -> anyhow::Result<String> {
    let (projections, reference) = (read_rows(folder, &PROJECTIONS)?, read_rows(folder, &REFERENCE)?);
    let dates = read_rows(folder, &DATES)?;
    let (focus, last) = (frame.plan.focus.as_str(), frame.plan.years[1]);
    let measures = [frame.against_name(0), frame.against_name(1)];
    let mut out = format!(
        "Real income of {focus} in {last} against {}: if the option happens on its median dates, and over {} draws\n",
        frame.plan.reference_option, frame.plan.draws
    );
    writeln!(
        out,
        "{:<22} {:>9} {:>9} {:>9} {:>9} {:>17} {:>11} {:>11}",
        "option", "if %", "if bn", "mean %", "mean bn", "5-95 % of draws", "in force", "median"
    )?;
    for option in frame.plan.options.iter().filter(|id| **id != frame.plan.reference_option) {
        let key = |measure: &str| [option.as_str(), &last.to_string(), focus, measure].map(str::to_owned);
        let at = |rows: &Rows, measure: &str, column: usize| -> f64 {
            let found = rows.iter().find(|row| row[..4] == key(measure));
            found.and_then(|row| row[column].parse().ok()).unwrap_or(f64::NAN)
        };
        let (pct, money) = (measures[0].as_str(), measures[1].as_str());
        let milestone = dates.iter().find(|row| row[0] == *option && row[1] == IN_FORCE);
        let probability = milestone.and_then(|row| row[2].parse::<f64>().ok()).unwrap_or(0.0);
        let median = milestone.map_or("", |row| row[4].as_str());
        writeln!(
            out,
            "{option:<22} {:>9.3} {:>9.1} {:>9.3} {:>9.1} {:>8.3} {:>8.3} {:>9.0} % {median:>11}",
            shown(at(&reference, pct, 5), 3),
            shown(at(&reference, money, 5) / 1000.0, 1),
            shown(at(&projections, pct, 5), 3),
            shown(at(&projections, money, 5) / 1000.0, 1),
            shown(at(&projections, pct, 6), 3),
            shown(at(&projections, pct, 10), 3),
            100.0 * probability,
        )?;
    }
    Ok(out)
}

/// Rounds as it will be printed, so that no zero carries a minus.
fn shown(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale + 0.0
}
