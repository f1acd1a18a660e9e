//! `tornado.csv`: the ranges of the assumptions.

use super::edit::{Rows, change};
use crate::data::{Files, Holds, MARK, SOURCE, TableRule, column};
use crate::error::{Fault, Faults, InputErrors};

/// Name of the table of ranges inside a data folder.
pub const TORNADO_FILE: &str = "tornado.csv";
/// Stands for the folder of the baseline data set that the plan names.
const BASELINE: &str = "baseline/";

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

/// What an end does to a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Multiplies it.
    Times,
    /// Adds to it.
    Plus,
    /// Replaces it.
    Set,
}

/// An assumption and its range.
#[derive(Debug, Clone)]
pub struct Assumption {
    /// Name.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// Table inside the data folder; `baseline/` stands for the data set of the plan.
    pub file: String,
    /// Which rows: `column=value`, several with `;`; of a list `column=a|b`; empty = all. `kind` of a sector (goods or
    /// services) may stand for a column where the table has sectors.
    pub rows: String,
    /// Column that changes; cells that hold no number stay.
    pub column: String,
    /// What an end does.
    pub operation: Operation,
    /// Low and high end.
    pub ends: [f64; 2],
    /// Cells are kept within these.
    pub limits: [f64; 2],
    /// Source of the range.
    pub source: String,
    /// seed, public, recalled or assumption.
    pub mark: String,
    /// Where it stands, for messages.
    place: (String, u64),
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
                file: row.text("file").to_owned(),
                rows: row.text("rows").to_owned(),
                column: row.text("column").to_owned(),
                operation: match row.text("operation") {
                    "times" => Operation::Times,
                    "plus" => Operation::Plus,
                    _ => Operation::Set,
                },
                ends: [row.value("low")?, row.value("high")?],
                limits: [
                    row.value("least").unwrap_or(f64::NEG_INFINITY),
                    row.value("most").unwrap_or(f64::INFINITY),
                ],
                source: row.text("source").to_owned(),
                mark: row.text("mark").to_owned(),
                place: (name.clone(), row.line),
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
        let file = match self.file.strip_prefix(BASELINE) {
            Some(inner) => format!("{baseline}/{inner}"),
            None => self.file.clone(),
        };
        let text = files.read(&file)?;
        let goods = goods(files, baseline)?;
        let rows = Rows::parse(&self.rows).ok_or_else(|| {
            self.fault("rows", &self.rows, "empty, or column=value, several with `;`, a list with `|`")
        })?;
        let [least, most] = self.limits;
        let to_end = |cell: f64| {
            let moved = match self.operation {
                Operation::Times => cell * self.ends[end],
                Operation::Plus => cell + self.ends[end],
                Operation::Set => self.ends[end],
            };
            moved.clamp(least, most)
        };
        match change(&text, &rows, &self.column, &goods, &to_end) {
            Ok((changed, n)) if n > 0 => Ok(files.with_text(&file, changed)),
            Ok(_) => {
                let expected = format!("rows of {file} with a number in `{}`", self.column);
                Err(self.fault("rows", &self.rows, &expected).into())
            }
            Err(missing) => {
                let expected = format!("a column of {file}");
                Err(self.fault("column", &missing, &expected).into())
            }
        }
    }

    /// The range in words, such as `times 0.5 to times 2`.
    #[must_use]
    pub fn range(&self) -> String {
        let [low, high] = self.ends;
        match self.operation {
            Operation::Times => format!("times {low} to times {high}"),
            Operation::Plus => format!("{low:+} to {high:+}"),
            Operation::Set => format!("{low} to {high}"),
        }
    }

    fn fault(&self, field: &str, found: &str, expected: &str) -> Fault {
        Fault {
            file: self.place.0.clone(),
            line: Some(self.place.1),
            field: field.into(),
            found: if found.is_empty() { "empty".into() } else { found.to_owned() },
            expected: expected.into(),
            remedy: "Correct the row, or delete it.".into(),
        }
    }
}

/// Goods sectors of the baseline data set.
fn goods(files: &Files, baseline: &str) -> Result<Vec<String>, InputErrors> {
    let text = files.folder(baseline).read("sectors.csv")?;
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).comment(Some(b'#')).from_reader(text.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let at = |name: &str| header.iter().position(|column| column == name);
    let (Some(sector), Some(kind)) = (at("sector"), at("kind")) else { return Ok(Vec::new()) };
    // A faulty table is refused when it is read as what it is.
    let rows = reader.records().flatten().filter(|row| row.get(kind) == Some("goods"));
    Ok(rows.filter_map(|row| row.get(sector).map(str::to_owned)).collect())
}
