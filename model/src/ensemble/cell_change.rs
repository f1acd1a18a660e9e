//! A row of data that changes cells of another table: what an assumption becomes in a trial.

use super::edit::{Rows, change, without, write};
use crate::data::{Files, Row};
use crate::error::{Fault, InputErrors};

/// Stands for the folder of the baseline data set that the plan names.
const BASELINE: &str = "baseline/";

/// What is done to a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Multiplies it.
    Times,
    /// Adds to it.
    Plus,
    /// Replaces it.
    Set,
    /// Replaces it, also where it holds a word.
    Write,
    /// Leaves its row out.
    Drop,
}

/// Cells of a table, and what becomes of them.
#[derive(Debug, Clone)]
pub struct CellChange {
    /// Table inside the data folder; `baseline/` stands for the data set of the plan.
    pub file: String,
    /// Which rows: `column=value`, several with `;`; of a list `column=a|b`; empty = all. `kind` of a sector (goods or
    /// services) may stand for a column where the table has sectors.
    pub rows: String,
    /// Column that changes; cells that hold no number stay.
    pub column: String,
    /// What is done.
    pub operation: Operation,
    /// Cells are kept within these.
    pub limits: [f64; 2],
    /// Where it stands, for messages.
    place: (String, u64),
}

impl CellChange {
    /// From the columns `file`, `rows`, `column`, `operation`, `least` and `most` of a row of the table `name`; `None`
    /// where the operation is none of these.
    #[must_use]
    pub fn of_row(row: &Row<'_>, name: &str) -> Option<Self> {
        Some(Self {
            file: row.text("file").to_owned(),
            rows: row.text("rows").to_owned(),
            column: row.text("column").to_owned(),
            operation: match row.text("operation") {
                "times" => Operation::Times,
                "plus" => Operation::Plus,
                "set" => Operation::Set,
                "write" => Operation::Write,
                "drop" => Operation::Drop,
                _ => return None,
            },
            limits: [
                row.value("least").unwrap_or(f64::NEG_INFINITY),
                row.value("most").unwrap_or(f64::INFINITY),
            ],
            place: (name.to_owned(), row.line),
        })
    }

    /// The data folder with the cells changed by `value`; `baseline` is the folder of its data set.
    ///
    /// # Errors
    /// [`InputErrors`] if the table is not there, or has no such row, column or number.
    pub fn apply(&self, files: &Files, baseline: &str, value: f64) -> Result<Files, InputErrors> {
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
        let to = |cell: f64| {
            let moved = match self.operation {
                Operation::Times => cell * value,
                Operation::Plus => cell + value,
                Operation::Set | Operation::Write | Operation::Drop => value,
            };
            moved.clamp(least, most)
        };
        let changed = match self.operation {
            Operation::Drop => without(&text, &rows, &goods),
            Operation::Write => write(&text, &rows, &self.column, &goods, &value.to_string()),
            _ => change(&text, &rows, &self.column, &goods, &to),
        };
        match changed {
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
