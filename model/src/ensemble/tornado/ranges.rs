//! `tornado.csv`: the ranges of the assumptions.

use super::super::cell_change::{CellChange, Operation};
use crate::data::{Files, Holds, MARK, SOURCE, TableRule, column};
use crate::error::{Faults, InputErrors};

/// Name of the table of ranges inside a data folder.
pub const TORNADO_FILE: &str = "tornado.csv";

const NUMBER: Holds = Holds::Number(-1e12, 1e12, "a number");

const RULE: TableRule = TableRule {
    file: TORNADO_FILE,
    columns: &[
        column("assumption", Holds::Id),
        column("title", Holds::Text),
        column("file", Holds::Text),
        column("rows", Holds::Text).or_empty(),
        column("column", Holds::Id),
        column("operation", Holds::Word).or(&["times", "plus", "set"]),
        column("low", NUMBER),
        column("high", NUMBER),
        column("least", NUMBER).or_empty(),
        column("most", NUMBER).or_empty(),
        SOURCE,
        MARK,
    ],
    key: &["assumption"],
};

/// An assumption and its range.
#[derive(Debug, Clone)]
pub struct Assumption {
    /// Name.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// Which cells an end changes, and how.
    pub change: CellChange,
    /// Low and high end.
    pub ends: [f64; 2],
    /// Source of the range.
    pub source: String,
    /// seed, public, recalled or assumption.
    pub mark: String,
}

impl Assumption {
    /// Reads `tornado.csv` of a data folder.
    ///
    /// # Errors
    /// [`InputErrors`] with every fault of the table.
    pub fn read(files: &Files) -> Result<Vec<Self>, InputErrors> {
        let text = files.read(TORNADO_FILE)?;
        let (name, mut faults) = (files.display(TORNADO_FILE), Faults::new());
        let table = RULE.parse(&name, &text, &mut faults);
        let names = crate::data::Names::default();
        let rows = table.iter().flat_map(|table| RULE.check(table, &names, &mut faults)).collect::<Vec<_>>();
        let of_row = |row: &crate::data::Row<'_>| {
            Some(Self {
                id: row.text("assumption").to_owned(),
                title: row.text("title").to_owned(),
                change: CellChange::of_row(row, &name)?,
                ends: [row.value("low")?, row.value("high")?],
                source: row.text("source").to_owned(),
                mark: row.text("mark").to_owned(),
            })
        };
        let found = rows.iter().filter_map(of_row).collect();
        faults.into_result(found)
    }

    /// The data folder with this assumption at its low (0) or high (1) end.
    ///
    /// # Errors
    /// [`InputErrors`] if the table is not there, or has no such row, column or number.
    pub fn at_end(&self, files: &Files, baseline: &str, end: usize) -> Result<Files, InputErrors> {
        self.change.apply(files, baseline, self.ends[end])
    }

    /// The range in words, such as `times 0.5 to times 2`.
    #[must_use]
    pub fn range(&self) -> String {
        let [low, high] = self.ends;
        match self.change.operation {
            Operation::Times => format!("times {low} to times {high}"),
            Operation::Plus => format!("{low:+} to {high:+}"),
            Operation::Set | Operation::Write | Operation::Drop => format!("{low} to {high}"),
        }
    }
}
