//! What `tradepath compare` says: the headline of two runs side by side, and which tables and columns differ.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::answer::{Answer, Cell, Column};
use super::format::Format;
use crate::data::Files;
use crate::error::{Faults, InputErrors};
use crate::output::dir;
use crate::output::paths::BaselineLevel;
use crate::output::rows::{self, TableRow, Text, table};
use crate::output::summary::SummaryRow;
use crate::sorted::SortedMap;

/// Tables and columns for people.
const SHOWN: usize = 12;
/// Measure of the headline.
const REAL_INCOME: &str = "real_income";
const HEADLINE: [Column; 7] = [
    ("option", "option"),
    ("measure", "measure"),
    ("unit", "unit"),
    ("a", "A"),
    ("b", "B"),
    ("difference", "B - A"),
    ("difference_se", "+-"),
];
const DIFFERENT: [Column; 6] = [
    ("file", "table"),
    ("column", "column"),
    ("cells", "cells"),
    ("largest_abs_diff", "largest"),
    ("largest_rel_diff", "relative"),
    ("key", "where"),
];

table! {
    /// Cells that differ between two runs.
    pub struct DifferenceRow<'a> in "differences.csv" by (file, key, column) {
        /// Table
        file: Text<'a>,
        /// Text cells of the row
        key: Text<'a>,
        /// Column, or `row` where the row is in one run only
        column: Text<'a>,
        /// First run
        a: Text<'a>,
        /// Second run
        b: Text<'a>,
        /// b - a
        abs_diff: Option<f64>,
        /// (b - a) / |a|
        rel_diff: Option<f64> ["ratio"],
    }
}

/// Two results side by side.
pub struct Compared<'a> {
    /// Where they are.
    pub folders: [&'a Path; 2],
    /// Largest difference that counts as equal.
    pub tolerance: f64,
    /// Tables of the first.
    pub n_tables: usize,
    /// Cells that differ, the largest difference first.
    pub found: &'a [DifferenceRow<'static>],
}

impl Compared<'_> {
    /// The answer in the form asked for; of two runs CSV is the headline.
    ///
    /// # Errors
    /// [`InputErrors`] if the tables of the headline are faulty.
    pub fn text(&self, folder: Option<PathBuf>, format: Format) -> Result<String, InputErrors> {
        let [a, b] = self.folders;
        let headline = Answer {
            title: format!("A {}; B {}", a.display(), b.display()),
            columns: HEADLINE.to_vec(),
            rows: headline(a, b)?,
            ..Answer::default()
        };
        let mut tables = self.tables(folder);
        let is_of_runs = !headline.rows.is_empty();
        Ok(match format {
            Format::Csv if is_of_runs => headline.text(format),
            Format::Csv => tables.text(format),
            Format::Json => {
                tables.facts.push(("headline", headline.json()["rows"].clone()));
                tables.text(format)
            }
            Format::Table => headline.text(format) + "\n" + &tables.text(format),
        })
    }

    fn tables(&self, folder: Option<PathBuf>) -> Answer {
        let n = self.found.len();
        let note = match n {
            0 => format!("{} tables, no difference beyond {}.", self.n_tables, self.tolerance),
            n => format!("{n} differences beyond {} in {} tables.", self.tolerance, self.n_tables),
        };
        let is_listed = folder.is_some() || n == 0;
        let next = if is_listed { "" } else { "--out DIR lists every cell in differences.csv." };
        Answer {
            columns: DIFFERENT.to_vec(),
            rows: different(self.found),
            most: SHOWN,
            facts: vec![
                ("command", json!("compare")),
                ("a", json!(self.folders[0])),
                ("b", json!(self.folders[1])),
                ("tables", json!(self.n_tables)),
                ("differences", json!(n)),
                ("tolerance", json!(self.tolerance)),
            ],
            notes: vec![note, next.into()],
            folder,
            ..Answer::default()
        }
    }
}

/// The columns that differ, that with the largest difference first.
fn different(found: &[DifferenceRow<'_>]) -> Vec<Vec<Cell>> {
    let mut order = Vec::new();
    let mut columns: SortedMap<(&str, &str), (u64, &DifferenceRow<'_>)> = SortedMap::new();
    // The rows come with the largest first.
    for row in found {
        let place = (&*row.file, &*row.column);
        let entry = columns.entry(place).or_insert_with(|| {
            order.push(place);
            (0, row)
        });
        entry.0 += 1;
    }
    let cells = |place: &(&str, &str)| {
        let (count, largest) = columns[place];
        let key = match largest.abs_diff {
            Some(_) => largest.key.to_string(),
            None => format!("{} {} | {}", largest.key, largest.a, largest.b),
        };
        vec![
            Cell::text(place.0),
            Cell::text(place.1),
            Cell::Count(count),
            Cell::Number(largest.abs_diff, 4),
            Cell::Number(largest.rel_diff, 4),
            Cell::text(key),
        ]
    };
    order.iter().map(cells).collect()
}

/// Chance, gain if in force and expected gain of every option, and levels of the baseline, of the focus country; nothing
/// where one of the folders holds no run.
fn headline(a: &Path, b: &Path) -> Result<Vec<Vec<Cell>>, InputErrors> {
    let focus =
        |folder: &Path| dir::manifest(folder).and_then(|found| Some(found["focus"].as_str()?.to_owned()));
    let (Some(focus), Some(_)) = (focus(a), focus(b)) else { return Ok(Vec::new()) };
    let mut faults = Faults::new();
    let [of_a, of_b] = [a, b].map(|folder| figures(folder, &focus, &mut faults));
    faults.into_result(())?;
    let of_b: SortedMap<&Name, Figure> = of_b.iter().map(|(name, figure)| (name, *figure)).collect();
    let both = of_a.iter().filter_map(|(name, figure)| Some((name, *figure, *of_b.get(name)?)));
    Ok(both.map(|(name, one, other)| line(name, one, other)).collect())
}

/// Option, measure and unit.
type Name = (String, String, String);

/// A number with its standard error.
type Figure = (Option<f64>, Option<f64>);

fn line((option, measure, unit): &Name, (a, a_se): Figure, (b, b_se): Figure) -> Vec<Cell> {
    let decimals = if unit == "pct" || unit == "share" { 4 } else { 0 };
    let se = a_se.zip(b_se).map(|(a, b)| a.hypot(b));
    let difference = a.zip(b).map(|(a, b)| b - a);
    let numbers = [a, b, difference, se].map(|value| Cell::Number(value, decimals));
    [option, measure, unit].into_iter().map(|text| Cell::text(text.as_str())).chain(numbers).collect()
}

fn figures(folder: &Path, focus: &str, faults: &mut Faults) -> Vec<(Name, Figure)> {
    let files = Files::result(folder);
    let name =
        |option: &str, measure: &str, unit: &str| (option.to_owned(), measure.to_owned(), unit.to_owned());
    let mut all = Vec::new();
    if files.read_optional(SummaryRow::FILE).is_ok_and(|text| text.is_some()) {
        let table = rows::open::<SummaryRow<'_>>(&files, faults);
        for (_, row) in table.iter().flat_map(|table| rows::read::<SummaryRow<'_>>(table, faults)) {
            if row.iso3 == focus && row.measure == REAL_INCOME {
                all.push((name(&row.option, "chance", "share"), (row.chance, row.chance_se)));
                all.push((name(&row.option, "if in force", &row.unit), (row.if_in_force_mean, None)));
                all.push((
                    name(&row.option, "expected", &row.unit),
                    (Some(row.expected_mean), row.expected_se),
                ));
            }
        }
    }
    if files.read_optional(BaselineLevel::FILE).is_ok_and(|text| text.is_some()) {
        let table = rows::open::<BaselineLevel<'_>>(&files, faults);
        let levels: Vec<BaselineLevel<'_>> =
            table.iter().flat_map(|table| rows::read(table, faults)).map(|(_, row)| row).collect();
        let last = levels.iter().map(|level| level.year).max();
        let of_focus = levels.iter().filter(|level| level.iso3 == focus && Some(level.year) == last);
        all.extend(
            of_focus.map(|level| (name("baseline", &level.measure, &level.unit), (Some(level.value), None))),
        );
    }
    all
}
