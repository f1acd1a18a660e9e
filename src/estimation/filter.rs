//! Which rows to use: `exporter != importer`, `trade > 0`, `year in 1986 1990 1994`.

use super::formula::{FormulaError, Span};
use super::panel::{Panel, Use};

/// How two sides are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
}

/// The comparisons by their sign; longer signs come first.
const SIGNS: [(&str, Comparison); 7] = [
    ("!=", Comparison::NotEqual),
    ("==", Comparison::Equal),
    ("<=", Comparison::LessEqual),
    (">=", Comparison::GreaterEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
    (" in ", Comparison::In),
];

/// A condition on the rows of a panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    text: String,
    column: String,
    comparison: Comparison,
    values: Vec<String>,
}

impl Filter {
    /// Parses `COLUMN SIGN VALUE`, where the sign is `== != < <= > >= in` and a value may be a column.
    ///
    /// # Errors
    /// [`FormulaError`] where there is no sign, no column or no value.
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        let fail = |message: &str| FormulaError {
            text: text.to_owned(),
            span: Span { start: 0, end: text.chars().count() },
            message: message.to_owned(),
        };
        let (left, comparison, right) = SIGNS
            .iter()
            .find_map(|(sign, comparison)| {
                text.split_once(sign).map(|(left, right)| (left, *comparison, right))
            })
            .ok_or_else(|| fail("expected COLUMN, one of == != < <= > >= in, and a value"))?;
        let values: Vec<String> = match comparison {
            Comparison::In => {
                right.split([' ', ',']).filter(|value| !value.is_empty()).map(str::to_owned).collect()
            }
            _ => vec![right.trim().to_owned()],
        };
        if left.trim().is_empty() || values.is_empty() || values.contains(&String::new()) {
            return Err(fail("expected a column on the left and a value on the right"));
        }
        Ok(Self { text: text.to_owned(), column: left.trim().to_owned(), comparison, values })
    }

    fn is_ordering(&self) -> bool {
        !matches!(self.comparison, Comparison::Equal | Comparison::NotEqual | Comparison::In)
    }

    /// The columns it needs, given the header of the panel.
    ///
    /// # Errors
    /// [`FormulaError`] where the left side is no column.
    pub fn columns(&self, header: &[String]) -> Result<Vec<(String, Use)>, FormulaError> {
        if !header.contains(&self.column) {
            return Err(FormulaError {
                text: self.text.clone(),
                span: Span { start: 0, end: self.column.chars().count() },
                message: format!("no column `{}`: the panel has {}", self.column, header.join(", ")),
            });
        }
        let usage = if self.is_ordering() { Use::Number } else { Use::Category };
        let is_column = |name: &&String| **name != self.column && header.contains(name);
        let right = self.values.iter().filter(is_column).map(|name| (name.clone(), usage));
        Ok(std::iter::once((self.column.clone(), usage)).chain(right).collect())
    }

    /// True where row `row` of the panel meets the condition; a missing cell does not.
    #[must_use]
    pub fn is_met(&self, panel: &Panel, row: usize) -> bool {
        if self.is_ordering() { self.compare_numbers(panel, row) } else { self.compare_text(panel, row) }
    }

    fn compare_numbers(&self, panel: &Panel, row: usize) -> bool {
        let value = |name: &str| panel.number(name).map(|column| column[row]);
        let left = value(&self.column).unwrap_or(f64::NAN);
        let right = value(&self.values[0]).or_else(|| self.values[0].parse().ok()).unwrap_or(f64::NAN);
        match self.comparison {
            Comparison::Less => left < right,
            Comparison::LessEqual => left <= right,
            Comparison::Greater => left > right,
            _ => left >= right,
        }
    }

    fn compare_text(&self, panel: &Panel, row: usize) -> bool {
        let text = |name: &str| -> Option<&str> {
            let column = panel.category(name)?;
            column.levels.get(column.codes[row] as usize).map(String::as_str)
        };
        let Some(left) = text(&self.column) else { return false };
        let is_equal = |value: &String| match panel.category(value) {
            Some(_) if *value != self.column => text(value) == Some(left),
            _ => left == value,
        };
        self.values.iter().any(is_equal) != (self.comparison == Comparison::NotEqual)
    }
}
