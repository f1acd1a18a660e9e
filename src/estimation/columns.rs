//! Columns of a regression from the factors of its formula.

use std::collections::BTreeMap;

use super::design::Specification;
use super::formula::Factor;
use super::panel::{MISSING, Panel};
use crate::error::{Fault, Faults};

/// Evaluates factors over the used rows and notes what is missing.
pub struct Columns<'a> {
    panel: &'a Panel,
    rows: &'a [u32],
    faults: &'a mut Faults,
    /// Name of the first missing column of the rows that have one.
    missing: BTreeMap<usize, String>,
}

impl<'a> Columns<'a> {
    /// An evaluator over `rows` of a panel.
    pub fn new(panel: &'a Panel, rows: &'a [u32], faults: &'a mut Faults) -> Self {
        Self { panel, rows, faults, missing: BTreeMap::new() }
    }

    /// Name of the first missing column by the place of the rows that have one.
    pub fn into_missing(self) -> BTreeMap<usize, String> {
        self.missing
    }

    fn note_missing(&mut self, at: usize, name: &str) {
        self.missing.entry(at).or_insert_with(|| name.to_owned());
    }

    /// The used rows of a column.
    fn pick<T: Copy>(&self, column: &[T]) -> Vec<T> {
        if self.rows.len() == column.len() {
            return column.to_vec();
        }
        self.rows.iter().map(|&row| column[row as usize]).collect()
    }

    /// A number column.
    pub fn numbers(&mut self, name: &str) -> Vec<f64> {
        let Some(column) = self.panel.number(name) else { return vec![f64::NAN; self.rows.len()] };
        let values = self.pick(column);
        for (at, _) in values.iter().enumerate().filter(|(_, value)| value.is_nan()) {
            self.note_missing(at, name);
        }
        values
    }

    /// A category column as codes.
    pub fn categories(&mut self, name: &str) -> Vec<u32> {
        let Some(column) = self.panel.category(name) else { return vec![MISSING; self.rows.len()] };
        let codes = self.pick(&column.codes);
        for (at, _) in codes.iter().enumerate().filter(|(_, code)| **code == MISSING) {
            self.note_missing(at, name);
        }
        codes
    }

    /// Notes the rows where a category is missing.
    pub fn note_categories(&mut self, name: &str) {
        let Some(column) = self.panel.category(name) else { return };
        if !column.codes.contains(&MISSING) {
            return;
        }
        for (at, &row) in self.rows.iter().enumerate() {
            if column.codes[row as usize] == MISSING {
                self.missing.entry(at).or_insert_with(|| name.to_owned());
            }
        }
    }

    /// The outcome, with its faults.
    pub fn outcome(&mut self, spec: &Specification) -> Vec<f64> {
        let response = &spec.formula.response;
        let values = self.factor(response).pop().map(|(_, column)| column).unwrap_or_default();
        let label = response.label();
        for (at, &value) in values.iter().enumerate() {
            let row = self.rows[at] as usize;
            if value.is_nan() && self.missing.contains_key(&at) && !spec.may_drop_missing_outcome {
                let remedy =
                    "Fill the cell (0 where nothing was traded), delete the row, or pass --drop-missing.";
                self.faults.push(self.panel.fault(row, &label, "missing".into(), "a number", remedy));
            } else if value < 0.0 && spec.is_outcome_positive {
                let fault = self.panel.fault(
                    row,
                    &label,
                    value.to_string(),
                    "0 or more: PPML is for outcomes that are not negative",
                    "Correct the cell or delete the row.",
                );
                self.faults.push(fault);
            }
        }
        values
    }

    /// The weights, with their faults.
    pub fn weights(&mut self, name: &str) -> Vec<f64> {
        let values = self.numbers(name);
        for (at, &value) in values.iter().enumerate().filter(|(_, value)| **value <= 0.0) {
            let row = self.rows[at] as usize;
            let remedy = "Correct the weight or leave the row out with --where.";
            self.faults.push(self.panel.fault(row, name, value.to_string(), "a weight above 0", remedy));
        }
        values
    }

    /// A term as one or, with dummies, several labelled columns.
    pub fn term(&mut self, factors: &[Factor]) -> Vec<(String, Vec<f64>)> {
        let mut product: Vec<(String, Vec<f64>)> = Vec::new();
        for factor in factors {
            let columns = self.factor(factor);
            product = if product.is_empty() {
                columns
            } else {
                let cross = |(a, x): &(String, Vec<f64>), (b, y): &(String, Vec<f64>)| {
                    (format!("{a}:{b}"), x.iter().zip(y).map(|(x, y)| x * y).collect())
                };
                product.iter().flat_map(|a| columns.iter().map(move |b| cross(a, b))).collect()
            };
        }
        product
    }

    fn factor(&mut self, factor: &Factor) -> Vec<(String, Vec<f64>)> {
        let label = factor.label();
        match factor {
            Factor::Column(name) => vec![(label, self.numbers(&name.text))],
            Factor::Exp(name) => vec![(label, map(self.numbers(&name.text), f64::exp))],
            Factor::Square(name) => vec![(label, map(self.numbers(&name.text), |x| x * x))],
            Factor::Ln(name) => {
                let values = self.numbers(&name.text);
                for (at, &value) in values.iter().enumerate().filter(|(_, value)| **value <= 0.0) {
                    let fault = self.log_fault(at, &name.text, value);
                    self.faults.push(fault);
                }
                vec![(label, map(values, f64::ln))]
            }
            Factor::Dummies(name, reference) => self.dummies(&name.text, reference.as_deref()),
            Factor::Same(a, b) => vec![(label, self.same(&a.text, &b.text))],
            Factor::Differs(a, b) => vec![(label, map(self.same(&a.text, &b.text), |same| 1.0 - same))],
        }
    }

    fn log_fault(&self, at: usize, name: &str, value: f64) -> Fault {
        let remedy = "Leave the row out with --where, or use the column without ln().";
        self.panel.fault(
            self.rows[at] as usize,
            name,
            value.to_string(),
            "a number above 0 inside ln()",
            remedy,
        )
    }

    fn dummies(&mut self, name: &str, reference: Option<&str>) -> Vec<(String, Vec<f64>)> {
        let codes = self.categories(name);
        let Some(column) = self.panel.category(name) else { return Vec::new() };
        let is_in_use = |code: u32| codes.contains(&code);
        let levels = column
            .levels
            .iter()
            .enumerate()
            .filter(|(code, text)| Some(text.as_str()) != reference && is_in_use(*code as u32));
        levels
            .map(|(code, text)| {
                let dummy = codes.iter().map(|&other| f64::from(u8::from(other == code as u32))).collect();
                (format!("{name}={text}"), dummy)
            })
            .collect()
    }

    fn same(&mut self, a: &str, b: &str) -> Vec<f64> {
        self.note_categories(a);
        self.note_categories(b);
        let (Some(a), Some(b)) = (self.panel.category(a), self.panel.category(b)) else { return Vec::new() };
        let is_same = |&row: &u32| {
            let row = row as usize;
            let text = a.levels.get(a.codes[row] as usize);
            f64::from(u8::from(text.is_some() && text == b.levels.get(b.codes[row] as usize)))
        };
        self.rows.iter().map(is_same).collect()
    }
}

fn map(mut values: Vec<f64>, function: impl Fn(f64) -> f64) -> Vec<f64> {
    values.iter_mut().for_each(|value| *value = function(*value));
    values
}
