//! National tables that are published as sheets: titles, a row of numbers of the activities, and a row an activity.

use std::collections::HashMap;
use std::path::Path;

use ndarray::{Array1, Array2};

use super::concordance::Concordance;
use super::tables::NationalTable;
use crate::calibration::Reading;
use crate::data::{Files, Held, RawText, ReadOptions, Row};
use crate::error::Fault;

/// Columns of `sheets.csv`: numbers of columns count from 1, the label's.
const COLUMNS: [&str; 7] =
    ["iso3", "file", "classification", "imports_row", "final_columns", "source", "mark"];

/// The tables that `sheets.csv` names below `input`, by economy.
pub fn read(input: &Path, by: &Concordance, reading: &mut Reading) -> Option<HashMap<usize, NationalTable>> {
    let own = reading.own(&Files::embedded().folder("sources/apac"), "sheets.csv", &COLUMNS)?;
    reading.each_once(&own, &["iso3"]);
    let mut tables = HashMap::new();
    for row in own.rows() {
        let n = row.index("iso3", &by.axes.country_idx, "economy of the set", &mut reading.faults);
        let path = input.join(row.text("file"));
        let sheet = match RawText::read(&path, ReadOptions::new(Held::Cells)) {
            Ok(raw) => Sheet::parse(&raw.text),
            Err(fault) => {
                reading.faults.push(fault);
                return None;
            }
        };
        match sheet.table(&row, by) {
            Ok(table) => drop(n.map(|n| tables.insert(n, table))),
            Err((found, expected)) => {
                let remedy = "Fetch the file again as SOURCE.md beside it says.";
                reading.faults.push(Fault::of_file(
                    &path.display().to_string(),
                    "rows",
                    &found,
                    &expected,
                    remedy,
                ));
            }
        }
    }
    Some(tables)
}

/// Rows of a sheet, up to the second table on it.
struct Sheet(Vec<csv::StringRecord>);

impl Sheet {
    fn parse(text: &str) -> Self {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        Self(reader.records().filter_map(Result::ok).collect())
    }

    /// The table; else what was found and what was expected.
    fn table(&self, row: &Row<'_>, by: &Concordance) -> Result<NationalTable, (String, String)> {
        let mut codes: Vec<String> = Vec::new();
        let mut activities = Vec::new();
        for record in &self.0 {
            let label = record.get(0).unwrap_or("");
            if label == (codes.len() + 1).to_string() {
                codes.push(label.to_owned());
                activities.push(record);
            }
        }
        let classification = row.text("classification");
        if let Some(code) = codes.iter().find(|code| by.parts(classification, code).is_empty()) {
            return Err((format!("activity {code}"), format!("activities that {classification} knows")));
        }
        let imports = self.0.iter().find(|record| record.get(0) == Some(row.text("imports_row")));
        let (Some(imports), false) = (imports, codes.is_empty()) else {
            let expected = format!("activities by number and the row `{}`", row.text("imports_row"));
            return Err((format!("{} activities", codes.len()), expected));
        };
        let c = codes.len();
        let inputs = Array2::from_shape_fn((c, c), |(k, j)| number(activities[k], j + 1));
        let columns: Vec<usize> =
            row.text("final_columns").split(';').filter_map(|column| column.trim().parse().ok()).collect();
        let of_final = |k: usize| columns.iter().map(|&at| number(activities[k], at - 1)).sum::<f64>();
        Ok(NationalTable {
            classification: classification.to_owned(),
            source: row.text("source").to_owned(),
            final_demand: Array1::from_shape_fn(c, of_final),
            imported: Some(Array1::from_shape_fn(c, |j| number(imports, j + 1))),
            inputs,
            codes,
        })
    }
}

/// A number of the sheet, 0 in an empty cell and below.
fn number(record: &csv::StringRecord, at: usize) -> f64 {
    let value: f64 = record.get(at).and_then(|cell| cell.trim().parse().ok()).unwrap_or(0.0);
    if value.is_finite() { value.max(0.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::{Sheet, number};

    #[test]
    fn a_sheet_is_read_up_to_its_second_table() {
        let sheet =
            Sheet::parse("Title\n,1,2,Total\n1,5,1e1,15\n2,,-3,0\nImports,4,2,6\nShares\n1,0.5,0.1\n");
        let labels: Vec<&str> = sheet.0.iter().filter_map(|record| record.get(0)).collect();
        assert_eq!(labels, ["Title", "", "1", "2", "Imports", "Shares", "1"]);
        assert_eq!(
            [number(&sheet.0[2], 2), number(&sheet.0[3], 1), number(&sheet.0[3], 2)],
            [10.0, 0.0, 0.0]
        );
    }
}
