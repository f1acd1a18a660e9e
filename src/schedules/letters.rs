//! Side letters: single cells of a schedule that one importer changes for one exporter.

use std::borrow::Cow;

use super::book::{Part, Schedule, ScheduleBook};
use super::staging::Category;
use crate::data::Row;
use crate::error::{Fault, Faults};

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
    base_rate_pct: Option<f64>,
    category: Category,
    /// Fault to report if the cell does not exist.
    missing: Fault,
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

    fn is_of(&self, part: &Part) -> bool {
        self.part == "*" || self.part == part.name
    }
}

impl ScheduleBook {
    /// The schedule of `importer` towards `exporter`, with the side letters between the two applied.
    #[must_use]
    pub fn with_letters(&self, id: &str, importer: &str, exporter: &str) -> Option<Cow<'_, Schedule>> {
        let schedule = self.find(id, importer, exporter)?;
        let mut changed = Cow::Borrowed(schedule);
        for letter in self.letters_of(id) {
            if letter.importer == importer && letter.exporter == exporter {
                let mut parts = changed.parts(&letter.group).unwrap_or_default().to_vec();
                for part in parts.iter_mut().filter(|part| letter.is_of(part)) {
                    part.category = letter.category.clone();
                    part.base_rate_pct = letter.base_rate_pct.or(part.base_rate_pct);
                }
                changed.to_mut().set(&letter.group, parts);
            }
        }
        Some(changed)
    }

    /// Adds a fault for each letter about a cell that does not exist.
    pub(super) fn check_letters(&self, id: &str, faults: &mut Faults) {
        for letter in self.letters_of(id) {
            let schedule = self.find(id, &letter.importer, &letter.exporter);
            let parts = schedule.and_then(|schedule| schedule.parts(&letter.group)).unwrap_or_default();
            if !parts.iter().any(|part| letter.is_of(part)) {
                faults.push(letter.missing.clone());
            }
        }
    }
}
