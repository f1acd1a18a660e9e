//! Finds columns of percentages that look as if they held ratios.

use crate::data::Table;
use crate::error::Faults;

/// Comment line that confirms that a column holds percent.
pub(crate) const CONFIRMATION: &str = "# unit: percent";

/// Adds a fault if the largest absolute rate of `column` is below 1: writing 0.35 for 35 % is a common mistake.
///
/// A file with the line `# unit: percent` is accepted as it is, and so is a column of zeros.
pub fn ask(table: &Table, text: &str, column: &str, faults: &mut Faults) {
    if text.lines().any(|line| line.trim().eq_ignore_ascii_case(CONFIRMATION)) {
        return;
    }
    let rates = table.rows().filter_map(|row| Some((row.text(column).parse::<f64>().ok()?, row)));
    let rates = rates.filter(|(rate, _)| rate.is_finite() && *rate != 0.0);
    let Some((largest, row)) = rates.max_by(|a, b| a.0.abs().total_cmp(&b.0.abs())) else { return };
    if largest.abs() < 1.0 {
        let expected = format!(
            "percent: the largest rate of the column is {largest}, which would be {} if it is a ratio",
            (1e8 * largest).round() / 1e6
        );
        let remedy = format!(
            "Multiply the column by 100; or, if {largest} % is meant, add the line `{CONFIRMATION}`."
        );
        faults.push(row.fault(column, &expected, &remedy));
    }
}
