//! Columns of a regression from the factors of its formula.

use std::collections::BTreeMap;

use super::filter::list;
use super::formula::{Expression, Factor, FormulaError, Function, Name};
use super::panel::{Category, IN_PANEL, MISSING, Panel};
use super::specification::Specification;
use tradepath_base::error::{Fault, Faults};

/// Range of numbers whose squares and products neither overflow nor underflow.
const SIZES: std::ops::RangeInclusive<f64> = 1e-100..=1e100;
/// Faults of one column that are listed.
const LISTED: usize = 20;

/// Evaluates factors over the rows in use and records missing values.
pub struct Columns<'a> {
    panel: &'a Panel,
    rows: &'a [u32],
    /// Text of the formula, for messages.
    text: &'a str,
    faults: &'a mut Faults,
    /// Name of the first missing column of the rows that have one.
    missing: BTreeMap<usize, String>,
    /// Parts of the formula that the panel cannot provide.
    wrong: Option<FormulaError>,
}

/// Missing values and faults found during evaluation.
pub struct Left {
    /// Name of the first missing column by the place of the rows that have one.
    pub missing: BTreeMap<usize, String>,
    /// What the formula asks for and the panel does not have.
    pub wrong: Option<FormulaError>,
}

impl<'a> Columns<'a> {
    /// An evaluator over `rows` of a panel for the formula `text`.
    pub fn new(panel: &'a Panel, rows: &'a [u32], text: &'a str, faults: &'a mut Faults) -> Self {
        Self { panel, rows, text, faults, missing: BTreeMap::new(), wrong: None }
    }

    /// Missing values and faults found.
    pub fn finish(self) -> Left {
        Left { missing: self.missing, wrong: self.wrong }
    }

    fn note_missing(&mut self, at: usize, name: &str) {
        self.missing.entry(at).or_insert_with(|| name.to_owned());
    }

    /// A column restricted to the rows in use.
    fn pick<T: Copy>(&self, column: &[T]) -> Vec<T> {
        if self.rows.len() == column.len() {
            return column.to_vec();
        }
        self.rows.iter().map(|&row| column[row as usize]).collect()
    }

    /// A number column.
    fn numbers(&mut self, name: &str) -> Vec<f64> {
        let values = self.pick(self.panel.number(name).expect(IN_PANEL));
        for (at, _) in values.iter().enumerate().filter(|(_, value)| value.is_nan()) {
            self.note_missing(at, name);
        }
        values
    }

    /// A category column as codes.
    fn categories(&mut self, name: &str) -> Vec<u32> {
        let codes = self.pick(&self.panel.category(name).expect(IN_PANEL).codes);
        for (at, _) in codes.iter().enumerate().filter(|(_, code)| **code == MISSING) {
            self.note_missing(at, name);
        }
        codes
    }

    /// Records the rows in which a category is missing.
    pub fn note_categories(&mut self, name: &str) {
        let column = self.panel.category(name).expect(IN_PANEL);
        if !column.codes.contains(&MISSING) {
            return;
        }
        for (at, &row) in self.rows.iter().enumerate() {
            if column.codes[row as usize] == MISSING {
                self.missing.entry(at).or_insert_with(|| name.to_owned());
            }
        }
    }

    /// Adds the faults of a column: at most [`LISTED`], and how many more there are.
    fn list_faults(&mut self, faulty: &[usize], fault: impl Fn(&Self, usize) -> Fault) {
        for &at in faulty.iter().take(LISTED) {
            let fault = fault(self, at);
            self.faults.push(fault);
        }
        if let Some(&at) = faulty.get(LISTED) {
            let mut fault = fault(self, at);
            fault.found = format!("{} and {} more rows", fault.found, faulty.len() - LISTED - 1);
            self.faults.push(fault);
        }
    }

    /// Rows for which `is_faulty` is true and nothing is missing.
    fn find(&self, values: &[f64], is_faulty: impl Fn(f64) -> bool) -> Vec<usize> {
        let faulty = values.iter().enumerate().filter(|(_, value)| is_faulty(**value));
        faulty.map(|(at, _)| at).filter(|at| !self.missing.contains_key(at)).collect()
    }

    /// Faults of numbers too large or too small to be squared.
    fn check_sizes(&mut self, label: &str, values: &[f64]) {
        let is_faulty = |value: f64| !(value == 0.0 || SIZES.contains(&value.abs()));
        let faulty = self.find(values, is_faulty);
        self.list_faults(&faulty, |columns, at| {
            let expected = "0 or a number between 1e-100 and 1e100 in size";
            let remedy = "Correct the cell, or measure the column in another unit.";
            columns.panel.fault(columns.rows[at] as usize, label, values[at].to_string(), expected, remedy)
        });
    }

    /// The outcome, with its faults.
    pub fn outcome(&mut self, spec: &Specification) -> Vec<f64> {
        let response = &spec.formula.response;
        let (_, values) = self.factor(response).pop().expect("a response is one column");
        let label = response.label();
        if !spec.may_drop_missing_outcome {
            let faulty: Vec<usize> = self.missing.keys().copied().collect();
            self.list_faults(&faulty, |columns, at| {
                let remedy =
                    "Fill the cell (0 where nothing was traded), delete the row, or pass --drop-missing.";
                columns.panel.fault(columns.rows[at] as usize, &label, "missing".into(), "a number", remedy)
            });
        }
        if spec.is_outcome_positive {
            let faulty = self.find(&values, |value| value < 0.0);
            self.list_faults(&faulty, |columns, at| {
                let expected = "0 or more: PPML is for outcomes that are not negative";
                let remedy = "Correct the cell or delete the row.";
                let row = columns.rows[at] as usize;
                columns.panel.fault(row, &label, values[at].to_string(), expected, remedy)
            });
        }
        self.check_sizes(&label, &values);
        values
    }

    /// The weights, with their faults.
    pub fn weights(&mut self, name: &str) -> Vec<f64> {
        let values = self.numbers(name);
        let faulty = self.find(&values, |value| value <= 0.0);
        self.list_faults(&faulty, |columns, at| {
            let remedy = "Correct the weight or leave the row out with --where.";
            let row = columns.rows[at] as usize;
            columns.panel.fault(row, name, values[at].to_string(), "a weight above 0", remedy)
        });
        self.check_sizes(name, &values);
        values
    }

    /// The offset, with its faults.
    pub fn offset(&mut self, name: &str) -> Vec<f64> {
        let values = self.numbers(name);
        self.check_sizes(name, &values);
        values
    }

    /// Number of columns of a term: one, except for dummies.
    pub fn width(&self, factors: &[Factor]) -> usize {
        let width = |factor: &Factor| match factor {
            Factor::Dummies(name, _) => {
                self.used_levels(self.panel.category(&name.text).expect(IN_PANEL)).len()
            }
            _ => 1,
        };
        factors.iter().map(width).fold(1, usize::saturating_mul)
    }

    /// Levels that occur in the rows in use.
    fn used_levels(&self, column: &Category) -> Vec<usize> {
        let mut is_used = vec![false; column.levels.len()];
        let codes = self.rows.iter().map(|&row| column.codes[row as usize]);
        codes.filter(|&code| code != MISSING).for_each(|code| is_used[code as usize] = true);
        (0..is_used.len()).filter(|&code| is_used[code]).collect()
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
        for (label, values) in &product {
            self.check_sizes(label, values);
        }
        product
    }

    fn factor(&mut self, factor: &Factor) -> Vec<(String, Vec<f64>)> {
        let label = factor.label();
        match factor {
            Factor::Value(expression) => vec![(label, self.value(expression))],
            Factor::Dummies(name, reference) => self.dummies(name, reference.as_ref()),
            Factor::Same(a, b) => vec![(label, self.same(&a.text, &b.text))],
            Factor::Differs(a, b) => vec![(label, map(self.same(&a.text, &b.text), |same| 1.0 - same))],
        }
    }

    /// Evaluates arithmetic over the rows; a value that is not finite is a fault.
    fn value(&mut self, expression: &Expression) -> Vec<f64> {
        let values = match expression {
            Expression::Column(name) => return self.numbers(&name.text),
            Expression::Number(value) => return vec![*value; self.rows.len()],
            Expression::Negative(inner) => return map(self.value(inner), |x| -x),
            Expression::Call(function, inner) => {
                let inside = self.value(inner);
                if matches!(function, Function::Ln | Function::Ln1p) {
                    let least = if *function == Function::Ln { 0.0 } else { -1.0 };
                    let faulty = self.find(&inside, |value| value <= least);
                    self.list_faults(&faulty, |columns, at| columns.log_fault(at, inner, inside[at]));
                    return map(inside, |x| if x <= least { f64::NAN } else { function.value(x) });
                }
                map(inside, |x| function.value(x))
            }
            Expression::Binary(operation, a, b) => {
                let (a, b) = (self.value(a), self.value(b));
                a.iter().zip(&b).map(|(&a, &b)| operation.value(a, b)).collect()
            }
        };
        // Logarithms of numbers that are not above 0 have been reported already.
        let is_lost = |value: f64| value.is_infinite() || (value.is_nan() && self.faults.is_empty());
        let faulty = self.find(&values, is_lost);
        self.list_faults(&faulty, |columns, at| {
            let remedy = "Leave the row out with --where, or measure the column in another unit.";
            let (row, field) = (columns.rows[at] as usize, expression.to_string());
            columns.panel.fault(row, &field, values[at].to_string(), "a finite number", remedy)
        });
        values
    }

    fn log_fault(&self, at: usize, inner: &Expression, value: f64) -> Fault {
        let remedy = "Leave the row out with --where, or use the column without ln().";
        let (row, field) = (self.rows[at] as usize, inner.to_string());
        self.panel.fault(row, &field, value.to_string(), "a number above 0 inside ln()", remedy)
    }

    fn dummies(&mut self, name: &Name, reference: Option<&Name>) -> Vec<(String, Vec<f64>)> {
        let codes = self.categories(&name.text);
        let column = self.panel.category(&name.text).expect(IN_PANEL);
        let used = self.used_levels(column);
        if let Some(level) = reference
            && !used.iter().any(|&code| column.is_level(code, &level.text))
        {
            self.refuse_reference(name, level, column, &used);
        }
        let is_reference = |code: usize| reference.is_some_and(|level| column.is_level(code, &level.text));
        used.iter()
            .filter(|&&code| !is_reference(code))
            .map(|&code| {
                let dummy = codes.iter().map(|&other| f64::from(u8::from(other as usize == code))).collect();
                (format!("{}={}", name.text, column.levels[code]), dummy)
            })
            .collect()
    }

    fn refuse_reference(&mut self, name: &Name, level: &Name, column: &Category, used: &[usize]) {
        let levels = used.iter().map(|&code| column.levels[code].clone()).collect();
        let used = Category { levels, ..Category::default() };
        self.wrong.get_or_insert(FormulaError {
            text: self.text.to_owned(),
            span: level.span,
            message: format!(
                "no row in use has `{}` in `{}`, so it cannot be the reference: {}",
                level.text,
                name.text,
                list(&used)
            ),
        });
    }

    fn same(&mut self, a: &str, b: &str) -> Vec<f64> {
        self.note_categories(a);
        self.note_categories(b);
        let [a, b] = [a, b].map(|name| self.panel.category(name).expect(IN_PANEL));
        let is_same = |&row: &u32| {
            let is_same = match (a.cell(row as usize), b.cell(row as usize)) {
                (Some((_, Some(a))), Some((_, Some(b)))) => a == b,
                (Some((a, _)), Some((b, _))) => a == b,
                _ => false,
            };
            f64::from(u8::from(is_same))
        };
        self.rows.iter().map(is_same).collect()
    }
}

fn map(mut values: Vec<f64>, function: impl Fn(f64) -> f64) -> Vec<f64> {
    values.iter_mut().for_each(|value| *value = function(*value));
    values
}
