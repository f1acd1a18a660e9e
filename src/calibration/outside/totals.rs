//! Compares a wide table with its own totals: a column or row that was lost, doubled or shifted shows in them.
//!
//! Sums may differ from a total by the rounding of their cells and one part in ten thousand. A table without totals
//! of its own is compared with itself: what an industry sells is about what it costs, and a note says how near.

use std::collections::HashMap;

use super::headers::Label;
use crate::error::{Fault, Faults};

/// Share of a total by which a sum may differ beyond the rounding of its cells.
const TOLERANCE: f64 = 1e-4;
/// Share by which sales and costs may differ in a table without totals: statistics differ, shifted cells do more.
const LARGEST_GAP: f64 = 0.1;
/// Decimals beyond which rounding is not looked at.
const MOST_DECIMALS: usize = 9;

/// What was lost or doubled, in words.
const REMEDY: &str = "A row or column was lost, doubled or shifted, or a cell changed: take the table as published, or \
                      correct the cell. `labels.csv` in --concordance says what codes mean.";

/// The table's own totals by column, and their line.
#[derive(Debug, Clone)]
struct Totals {
    line: u64,
    name: String,
    values: Vec<Option<f64>>,
}

/// What the cells of an industry's row sum to.
#[derive(Debug, Clone)]
struct RowSum {
    label: Label,
    line: u64,
    sum: f64,
    total: Option<f64>,
}

/// Sums of a table, and the totals that it states.
#[derive(Debug, Default)]
pub struct Sums {
    /// By column: inputs, and inputs with value added.
    inputs: Vec<f64>,
    costs: Vec<f64>,
    rows: Vec<RowSum>,
    stated_inputs: Option<Totals>,
    stated_output: Option<Totals>,
    has_value_added: bool,
    decimals: usize,
}

impl Sums {
    /// Nothing summed yet, for a table of `n` columns.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { inputs: vec![0.0; n], costs: vec![0.0; n], ..Self::default() }
    }

    /// Notes how many decimals a cell has.
    pub fn see(&mut self, text: &str) {
        let decimals = match text.split_once('.') {
            Some((_, decimals)) if decimals.bytes().all(|byte| byte.is_ascii_digit()) => decimals.len(),
            Some(_) => MOST_DECIMALS,
            None if text.bytes().any(|byte| matches!(byte, b'e' | b'E')) => MOST_DECIMALS,
            None => 0,
        };
        self.decimals = self.decimals.max(decimals.min(MOST_DECIMALS));
    }

    /// Adds a cell of an industry's row.
    pub fn add_input(&mut self, column: usize, value: f64) {
        self.inputs[column] += value;
        self.costs[column] += value;
    }

    /// Adds a cell of a row of value added.
    pub fn add_value_added(&mut self, column: usize, value: f64) {
        self.has_value_added = true;
        self.costs[column] += value;
    }

    /// Adds a row: the sum of its cells, and its total where the table states one.
    pub fn add_row(&mut self, label: Label, line: u64, sum: f64, total: Option<f64>) {
        self.rows.push(RowSum { label, line, sum, total });
    }

    /// Keeps a row of totals, of inputs or of output.
    pub fn state(&mut self, is_output: bool, line: u64, name: &str, values: Vec<Option<f64>>) {
        let totals = Totals { line, name: name.to_owned(), values };
        *(if is_output { &mut self.stated_output } else { &mut self.stated_inputs }) = Some(totals);
    }

    /// Compares the sums with the totals; `columns` has the labels of the industries' columns by position. Answers a
    /// note for the user where the table has no totals.
    pub fn check(&self, file: &str, columns: &[(usize, &Label)], faults: &mut Faults) -> Option<String> {
        let n = columns.len() + 1;
        for row in &self.rows {
            if let Some(total) = row.total.filter(|&total| !self.is_near(row.sum, total, n)) {
                let found = format!("cells that sum to {:.3}", row.sum);
                fault(
                    file,
                    row.line,
                    &row.label.name,
                    (&found, total, "the row's own total, within rounding"),
                    faults,
                );
            }
        }
        for (stated, sums) in [(&self.stated_inputs, &self.inputs), (&self.stated_output, &self.costs)] {
            let Some(stated) = stated else { continue };
            for &(at, label) in columns {
                if let Some(total) = stated.values[at].filter(|&total| !self.is_near(sums[at], total, n)) {
                    let found = format!("rows that sum to {:.3}", sums[at]);
                    let what = format!("the column's own total in row {}, within rounding", stated.name);
                    fault(file, stated.line, &label.name, (&found, total, &what), faults);
                }
            }
        }
        let has_totals = self.stated_output.is_some() || self.rows.iter().any(|row| row.total.is_some());
        (self.has_value_added && !has_totals).then(|| self.check_sales(file, columns, faults))
    }

    /// Compares sales and costs of each industry, which should be about equal; returns the largest gap.
    fn check_sales(&self, file: &str, columns: &[(usize, &Label)], faults: &mut Faults) -> String {
        let at: HashMap<(&str, &str), usize> =
            columns.iter().map(|&(at, label)| ((label.country.as_str(), label.code.as_str()), at)).collect();
        let mut largest = (0.0, "any industry");
        for row in &self.rows {
            let key = (row.label.country.as_str(), row.label.code.as_str());
            let Some(&column) = at.get(&key) else { continue };
            let costs = self.costs[column];
            let gap =
                if costs == row.sum { 0.0 } else { (row.sum - costs).abs() / costs.abs().max(row.sum.abs()) };
            if gap > largest.0 {
                largest = (gap, &row.label.name);
            }
            if gap > LARGEST_GAP && !self.is_near(row.sum, costs, 2 * columns.len()) {
                let found = format!("cells that sum to {:.3}", row.sum);
                let what = "what its column sums to, as the table has no totals";
                fault(file, row.line, &row.label.name, (&found, costs, what), faults);
            }
        }
        let (gap, name) = largest;
        format!(
            "{file}: no totals of its own; sales and costs of {name} differ by {:.1} %, the most",
            100.0 * gap
        )
    }

    fn is_near(&self, sum: f64, total: f64, cells: usize) -> bool {
        let rounding = 0.5 * 10_f64.powi(-(self.decimals as i32)) * (cells + 1) as f64;
        (sum - total).abs() <= rounding + TOLERANCE * total.abs()
    }
}

fn fault(file: &str, line: u64, field: &str, (found, total, what): (&str, f64, &str), faults: &mut Faults) {
    let fault = Fault::of_file(file, field, found, &format!("{total:.3}, {what}"), REMEDY);
    faults.push(Fault { line: Some(line), ..fault });
}
