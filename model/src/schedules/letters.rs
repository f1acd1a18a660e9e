//! Side letters: single cells of a schedule that one importer changes for one exporter.

use super::schedule::Part;
use super::staging::Category;
use crate::data::Row;
use crate::error::Fault;

/// One changed cell.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    /// Importer.
    pub importer: String,
    /// Exporter.
    pub exporter: String,
    /// Product group.
    pub group: String,
    /// Part; `*` = all parts.
    part: String,
    pub base_rate_pct: Option<f64>,
    pub category: Category,
    /// Fault to report if the cell does not exist.
    pub missing: Fault,
}

impl Letter {
    /// Reads a row whose category is known.
    pub(super) fn read(row: &Row<'_>, part: Part) -> Self {
        let text = |column: &str| row.text(column).to_owned();
        Self {
            importer: text("importer"),
            exporter: text("exporter"),
            group: text("product_group"),
            part: part.name,
            base_rate_pct: part.base_rate_pct,
            category: part.category,
            missing: row.fault(
                "part",
                "*, or a part of the group in the schedule of the importer",
                "Correct the name, or add the part to the schedule.",
            ),
        }
    }

    /// True for a part that the letter changes.
    pub(super) fn is_of(&self, part: &Part) -> bool {
        self.part == "*" || self.part == part.name
    }
}
