//! `staging.csv`: the staging that tariff lines show, in place of what the schedules say of the same groups.

use std::collections::BTreeMap;

use super::{Reader, SHARE_TOLERANCE};
use crate::data::Row;
use crate::schedules::{Category, Part, PartOrigin, ScheduleBook};

const FILE: &str = "tables/staging.csv";

impl Reader<'_> {
    /// Puts the parts that lines show into the schedules.
    pub(super) fn stage(&mut self, book: &mut ScheduleBook) {
        let Some(table) = self.sound(FILE) else { return };
        // A tree: a table of many rows may come in any order.
        let mut cells: BTreeMap<[&str; 4], Vec<Part>> = BTreeMap::new();
        for row in table.rows() {
            let cell = ["schedule", "importer", "exporter", "product_group"].map(|column| row.text(column));
            if let Some(part) = self.staged_part(&row) {
                cells.entry(cell).or_default().push(part);
            }
        }
        for ([schedule, importer, exporter, group], parts) in cells {
            let sum: f64 = parts.iter().map(|part| part.trade_share).sum();
            if (sum - 1.0).abs() > SHARE_TOLERANCE {
                let (field, found) = (format!("part_share of {importer} {group}"), format!("sum {sum}"));
                self.fault(FILE, field, &found, "1 over the parts of a group", "Calibrate the table again.");
            }
            if !book.replace(schedule, importer, exporter, group, parts) {
                let (field, expected) = (format!("{schedule} {importer}"), "a schedule with a file");
                self.fault(
                    FILE,
                    field,
                    "no such schedule",
                    expected,
                    "Correct the cell, or add the schedule.",
                );
            }
        }
    }

    fn staged_part(&mut self, row: &Row<'_>) -> Option<Part> {
        let (code, path) = (row.text("category"), row.text("path"));
        let listed = || path.split_once(' ').and_then(|(kind, path)| Category::listed(kind, path));
        let category = if path.is_empty() { Category::builtin(code) } else { listed() };
        if category.is_none() {
            let expected =
                "EIF, B2 to B30, MFN, TRQ, or another code with a path such as `linear 1:0.5;11:0`";
            self.faults.push(row.fault("category", expected, "Calibrate the table again."));
        }
        Some(Part {
            name: row.text("part").to_owned(),
            trade_share: row.value("part_share")?,
            duty_share: 0.0,
            base_rate_pct: row.value("base_rate_pct"),
            category: category?,
            origin: PartOrigin::of(row, code),
        })
    }
}
