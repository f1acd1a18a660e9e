//! What the readers of the facts share: what numbers must be, names of a column.

use std::collections::HashMap;

use crate::calibration::NumberRule;
use crate::data::{Row, Table};
use crate::output::rows::Text;

pub(super) const PCT: NumberRule =
    NumberRule::new("percent between 0 and 10000 (5 means 5 %)", |v| (0.0..=10_000.0).contains(&v));

pub(super) const SHARE: NumberRule = NumberRule::new("a share above 0, at most 1", |v| v > 0.0 && v <= 1.0);
pub(super) const INTENSITY: NumberRule =
    NumberRule::new("tons between 0 and 1000", |v| (0.0..=1000.0).contains(&v));

/// The text of a column, kept.
pub(super) fn owned(row: &Row<'_>, column: &str) -> Text<'static> {
    row.text(column).to_owned().into()
}

/// Names in a column, with the row that they stand on.
pub(super) fn names(table: Option<&Table>, column: &str) -> HashMap<String, usize> {
    let rows = table.into_iter().flat_map(Table::rows).enumerate();
    rows.map(|(at, row)| (row.text(column).to_owned(), at)).collect()
}
