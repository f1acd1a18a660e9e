//! Conditions on rows: `exporter != importer`, `trade > 0`, `year in 1986 1990 1994`, `sector == "Agri-food"`.
//!
//! Numbers are compared as numbers: `year == 2006` is true for a cell `2006.0`. Texts are compared as written, and never
//! with numbers. A missing cell meets no condition.

use super::formula::{FormulaError, Span};
use super::names::listed;
use super::panel::{Category, IN_PANEL, Panel, Use};

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
    NotIn,
}

/// Comparisons by their sign; of several that match at one place the first counts.
const SIGNS: [(&str, Comparison); 9] = [
    ("!=", Comparison::NotEqual),
    ("==", Comparison::Equal),
    ("<=", Comparison::LessEqual),
    (">=", Comparison::GreaterEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
    ("=", Comparison::Equal),
    (" not in ", Comparison::NotIn),
    (" in ", Comparison::In),
];
/// Levels that a message lists.
const LISTED: usize = 12;

/// A value or column on the right side.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Operand {
    text: String,
    /// The quote around it, if any: a backquote names a column, the others a text.
    quote: Option<char>,
}

impl Operand {
    /// A value as it stands, with or without quotes.
    fn parse(text: &str) -> Self {
        let text = text.trim();
        let first = text.chars().next().filter(|first| matches!(first, '"' | '\'' | '`'));
        let inside = first.and_then(|quote| text[1..].strip_suffix(quote));
        match inside {
            Some(inside) => Self { text: inside.trim().to_owned(), quote: first },
            None => Self { text: text.to_owned(), quote: None },
        }
    }

    /// True if it names a column of the panel other than `left`.
    fn is_column(&self, left: &str, has: impl Fn(&str) -> bool) -> bool {
        match self.quote {
            Some('`') => true,
            Some(_) => false,
            None => self.text != left && has(&self.text),
        }
    }
}

/// A condition on the rows of a panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    text: String,
    column: String,
    comparison: Comparison,
    values: Vec<Operand>,
}

/// Place and meaning of the first sign at or after byte `from` that stands outside quotes.
fn find_sign(text: &str, from: usize) -> Option<(usize, &'static str, Comparison)> {
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match quote {
            Some(open) if character == open => quote = None,
            Some(_) => {}
            None if matches!(character, '"' | '\'' | '`') => quote = Some(character),
            None if at >= from => {
                let here = SIGNS.iter().find(|(sign, _)| text[at..].starts_with(sign));
                if let Some((sign, comparison)) = here {
                    return Some((at, sign, *comparison));
                }
            }
            None => {}
        }
    }
    None
}

/// Splits a list at blanks and commas outside quotes.
fn split_list(text: &str) -> Vec<Operand> {
    let mut quote = None;
    let is_between = |character: char| {
        match quote {
            Some(open) if character == open => quote = None,
            None if matches!(character, '"' | '\'' | '`') => quote = Some(character),
            _ => {}
        }
        quote.is_none() && (character.is_whitespace() || matches!(character, ',' | '(' | ')' | '[' | ']'))
    };
    let parts: Vec<&str> = text.split(is_between).collect();
    parts.into_iter().filter(|part| !part.is_empty()).map(Operand::parse).collect()
}

impl Filter {
    /// Parses `COLUMN SIGN VALUE`, where the sign is `== = != < <= > >= in` or `not in`. A value is a number, a
    /// text, perhaps in quotes, or another column.
    ///
    /// # Errors
    /// [`FormulaError`] if there is no sign, a second one, no column or no value.
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        let fail = |message: &str| Self::error_in(text, message.to_owned());
        let (at, sign, comparison) = find_sign(text, 0)
            .ok_or_else(|| fail("--where: expected COLUMN, one of == != < <= > >= in, and a value"))?;
        let (left, right) = (&text[..at], &text[at + sign.len()..]);
        let is_list = matches!(comparison, Comparison::In | Comparison::NotIn);
        if find_sign(right, 0).is_some() {
            let message =
                "a second comparison: repeat --where to combine conditions, or put the value in quotes";
            return Err(fail(message));
        }
        let values = if is_list { split_list(right) } else { vec![Operand::parse(right)] };
        let column = Operand::parse(left).text;
        let is_empty = |value: &Operand| value.text.is_empty();
        if column.is_empty() || values.is_empty() || values.iter().any(is_empty) {
            return Err(fail("expected a column on the left and a value on the right"));
        }
        Ok(Self { text: text.to_owned(), column, comparison, values })
    }

    fn error_in(text: &str, message: String) -> FormulaError {
        FormulaError { text: text.to_owned(), span: Span { start: 0, end: text.chars().count() }, message }
    }

    fn error(&self, message: String) -> FormulaError {
        Self::error_in(&self.text, message)
    }

    fn is_ordering(&self) -> bool {
        use Comparison::{Greater, GreaterEqual, Less, LessEqual};
        matches!(self.comparison, Less | LessEqual | Greater | GreaterEqual)
    }

    /// The columns it needs, given the header of the panel.
    ///
    /// # Errors
    /// [`FormulaError`] if a side that must be a column is none, or an order is asked of a text.
    pub fn columns(&self, header: &[String]) -> Result<Vec<(String, Use)>, FormulaError> {
        let has = |name: &str| header.iter().any(|column| column == name);
        let named = self.values.iter().filter(|value| value.quote == Some('`')).map(|value| &value.text);
        if let Some(name) = std::iter::once(&self.column).chain(named).find(|name| !has(name)) {
            return Err(self.error(format!("no column `{name}`: the panel has {}", listed(header))));
        }
        let usage = if self.is_ordering() { Use::Number } else { Use::Category };
        let mut columns = vec![(self.column.clone(), usage)];
        for value in &self.values {
            if value.is_column(&self.column, has) {
                columns.push((value.text.clone(), usage));
            } else if self.is_ordering() && number(&value.text).is_none() {
                let message = format!("`{}` is neither a number nor a column", value.text);
                return Err(self.error(message));
            }
        }
        Ok(columns)
    }

    /// Clears `keep` for rows that do not meet the condition. Returns notes for the user: values that no row has.
    ///
    /// # Errors
    /// [`FormulaError`] if numbers are compared with text.
    pub fn apply(&self, panel: &Panel, keep: &mut [bool]) -> Result<Vec<String>, FormulaError> {
        if self.is_ordering() {
            self.apply_order(panel, keep);
            return Ok(Vec::new());
        }
        let left = panel.category(&self.column).expect(IN_PANEL);
        let mut is_equal = vec![false; keep.len()];
        let mut notes = Vec::new();
        for value in &self.values {
            let is_column = value.is_column(&self.column, |name| panel.category(name).is_some());
            match panel.category(&value.text).filter(|_| is_column) {
                Some(right) => self.compare_columns(left, right, &value.text, &mut is_equal)?,
                None => {
                    let code = self.code(left, value)?;
                    if code.is_none() {
                        let message = format!(
                            "no row has `{}` in `{}` (--where '{}'): {}",
                            value.text,
                            self.column,
                            self.text,
                            list(left)
                        );
                        notes.push(message);
                    }
                    let codes = is_equal.iter_mut().zip(&left.codes);
                    codes.for_each(|(is_equal, &other)| *is_equal |= Some(other as usize) == code);
                }
            }
        }
        let is_wanted = !matches!(self.comparison, Comparison::NotEqual | Comparison::NotIn);
        for (row, keep) in keep.iter_mut().enumerate() {
            *keep &= is_equal[row] == is_wanted && left.cell(row).is_some();
        }
        Ok(notes)
    }

    /// The level that a value names, if any row has it.
    fn code(&self, left: &Category, value: &Operand) -> Result<Option<usize>, FormulaError> {
        if left.numbers.is_some() && number(&value.text).is_none() {
            let column = &self.column;
            let message = format!(
                "`{column}` holds numbers and `{}` is none; rows where it is missing meet no condition",
                value.text
            );
            return Err(self.error(message));
        }
        Ok((0..left.levels.len()).find(|&code| left.is_level(code, &value.text)))
    }

    fn compare_columns(
        &self,
        left: &Category,
        right: &Category,
        name: &str,
        is_equal: &mut [bool],
    ) -> Result<(), FormulaError> {
        if left.numbers.is_some() != right.numbers.is_some() {
            let message = format!("of `{}` and `{name}` one holds numbers, the other text", self.column);
            return Err(self.error(message));
        }
        for (row, is_equal) in is_equal.iter_mut().enumerate() {
            *is_equal |= match (left.cell(row), right.cell(row)) {
                (Some((_, Some(a))), Some((_, Some(b)))) => a == b,
                (Some((a, _)), Some((b, _))) => a == b,
                _ => false,
            };
        }
        Ok(())
    }

    fn apply_order(&self, panel: &Panel, keep: &mut [bool]) {
        let value = &self.values[0];
        let is_column = value.is_column(&self.column, |name| panel.number(name).is_some());
        let right = panel.number(&value.text).filter(|_| is_column);
        // Used where the value is no column; then `columns` has checked that it is a number.
        let constant = number(&value.text).unwrap_or(f64::NAN);
        let left = panel.number(&self.column).expect(IN_PANEL);
        for (row, keep) in keep.iter_mut().enumerate() {
            let (a, b) = (left[row], right.map_or(constant, |right| right[row]));
            *keep &= match self.comparison {
                Comparison::Less => a < b,
                Comparison::LessEqual => a <= b,
                Comparison::Greater => a > b,
                _ => a >= b,
            };
        }
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The levels of a column for a message.
pub(super) fn list(column: &Category) -> String {
    let levels = &column.levels;
    let first: Vec<&str> = levels.iter().take(LISTED).map(String::as_str).collect();
    let more = match levels.len().saturating_sub(LISTED) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    format!("it has {}{more}", first.join(", "))
}

#[cfg(test)]
mod tests {
    use super::Filter;

    fn values(text: &str) -> Vec<String> {
        Filter::parse(text).unwrap().values.into_iter().map(|value| value.text).collect()
    }

    #[test]
    fn signs_inside_quotes_are_text() {
        assert_eq!(values("sector == \"a <= b\""), ["a <= b"]);
        assert_eq!(values("sector in 'Agri food', \"x y\" z"), ["Agri food", "x y", "z"]);
        assert_eq!(values("year not in (2001, 2002)"), ["2001", "2002"]);
        assert_eq!(Filter::parse("`a b` = 3").unwrap().column, "a b");
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        for text in ["year", "year ==", "== 3", "2000 < year < 2010", "a == 1 & b == 2", ""] {
            assert!(Filter::parse(text).is_err(), "{text}");
        }
    }
}
