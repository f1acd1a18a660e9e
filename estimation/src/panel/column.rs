//! One column of a panel: from cells to numbers or categories.
//!
//! A column is a number column if all its cells are numbers or missing, even if it is used as categories. Its levels are
//! then in the order of the numbers, and whole numbers are written without a point, so that `2001.0` and `2001` are the
//! same level. `007` is a code, not a number.

use std::collections::HashMap;

use tradepath_base::data::number_remedy;
use tradepath_base::error::{Fault, Faults};

/// Code of a missing category.
pub const MISSING: u32 = u32::MAX;
/// Texts that stand for a missing cell in number columns; the empty cell does in all.
pub const MISSING_NUMBERS: [&str; 8] = ["NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null", "."];
/// Whole numbers up to this are exact.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// Faults of one column that are listed.
const LISTED: usize = 20;
/// Characters of a cell that a message repeats.
const SHOWN: usize = 60;

/// How the formula uses a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Use {
    /// As numbers.
    Number,
    /// As text whose equal values make a level.
    Category,
}

/// A column of categories.
#[derive(Debug, Clone, Default)]
pub struct Category {
    /// Level of each row, or [`MISSING`].
    pub codes: Vec<u32>,
    /// Text of each level, in the order of the numbers or else of the text.
    pub levels: Vec<String>,
    /// The number of each level, where the column holds numbers.
    pub numbers: Option<Vec<f64>>,
}

impl Category {
    /// Text and number of the level of row `row`; `None` if it is missing.
    #[must_use]
    pub fn cell(&self, row: usize) -> Option<(&str, Option<f64>)> {
        let code = self.codes[row] as usize;
        let text = self.levels.get(code)?;
        Some((text, self.numbers.as_ref().map(|numbers| numbers[code])))
    }

    /// True if level `code` is the one that a user writes as `text`.
    #[must_use]
    pub fn is_level(&self, code: usize, text: &str) -> bool {
        match (&self.numbers, text.parse::<f64>()) {
            (Some(numbers), Ok(number)) => numbers[code] == number,
            _ => self.levels[code] == text,
        }
    }
}

/// A column that is being read.
pub(super) struct Builder<'a> {
    pub(super) at: usize,
    name: String,
    values: Values,
    /// Texts of missing cells that the user named.
    missing: &'a [String],
    /// Which of them a cell has.
    met: Vec<bool>,
    faults: usize,
}

/// A column that has been read.
pub(super) enum Column {
    Numbers(Vec<f64>),
    Categories(Category),
}

enum Values {
    Number(Vec<f64>),
    Category { codes: Vec<u32>, levels: Vec<String>, known: HashMap<Vec<u8>, u32>, last: (Vec<u8>, u32) },
}

/// True if `text` is missing in a number column.
fn is_missing_number(text: &[u8]) -> bool {
    MISSING_NUMBERS.iter().any(|known| known.as_bytes() == text)
}

/// The number that a cell writes plainly: no `inf`, no `007`, nothing beyond what is exact.
fn plain_number(text: &str) -> Option<f64> {
    let digits = text.trim_start_matches(['+', '-']).as_bytes();
    let is_code = digits.len() > 1 && digits[0] == b'0' && digits[1].is_ascii_digit();
    if is_code || !digits.first().is_some_and(|first| first.is_ascii_digit() || *first == b'.') {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite() && value.abs() < EXACT)
}

impl<'a> Builder<'a> {
    pub(super) fn new(at: usize, name: &str, usage: Use, missing: &'a [String]) -> Self {
        let values = match usage {
            Use::Number => Values::Number(Vec::new()),
            Use::Category => Values::Category {
                codes: Vec::new(),
                levels: Vec::new(),
                known: HashMap::new(),
                last: (Vec::new(), MISSING),
            },
        };
        Self { at, name: name.to_owned(), values, missing, met: vec![false; missing.len()], faults: 0 }
    }

    pub(super) fn usage(&self) -> Use {
        if matches!(self.values, Values::Number(_)) { Use::Number } else { Use::Category }
    }

    /// True if a cell has this text of those that the user named.
    pub(super) fn has_met(&self, text: &str) -> bool {
        self.missing.iter().zip(&self.met).any(|(named, met)| *met && named == text)
    }

    pub(super) fn push(&mut self, cell: &[u8], file: &str, line: u64, faults: &mut Faults) {
        let cell = cell.trim_ascii();
        let named = self.missing.iter().position(|text| text.as_bytes() == cell);
        if let Some(at) = named {
            self.met[at] = true;
        }
        let is_missing = cell.is_empty() || named.is_some();
        match &mut self.values {
            Values::Number(values) if is_missing || is_missing_number(cell) => values.push(f64::NAN),
            Values::Number(values) => {
                let value = std::str::from_utf8(cell).ok().and_then(|text| text.parse::<f64>().ok());
                let value = value.filter(|value| value.is_finite());
                values.push(value.unwrap_or(f64::NAN));
                if value.is_none() {
                    self.faults += 1;
                    if self.faults <= LISTED {
                        faults.push(self.fault(cell, file, line));
                    }
                }
            }
            Values::Category { codes, levels, known, last } => {
                if last.0 != cell || codes.is_empty() {
                    let code = if is_missing {
                        MISSING
                    } else if let Some(code) = known.get(cell) {
                        *code
                    } else {
                        let code = levels.len() as u32;
                        levels.push(String::from_utf8_lossy(cell).into_owned());
                        known.insert(cell.to_vec(), code);
                        code
                    };
                    *last = (cell.to_vec(), code);
                }
                codes.push(last.1);
            }
        }
    }

    /// The fault of a cell that is not a number, with its likely cause.
    fn fault(&self, cell: &[u8], file: &str, line: u64) -> Fault {
        let text = String::from_utf8_lossy(cell);
        let remedy = match number_remedy(&text) {
            Some(remedy) => remedy,
            None if text.to_ascii_lowercase().contains("inf") => "Correct the cell or delete the row.",
            None if text.starts_with(|c: char| c.is_ascii_digit()) => {
                "Correct the cell or delete the row; a column of codes stands in i(), same() or effects."
            }
            None => {
                "Correct the cell or delete the row, or name the text of missing cells with --missing; a \
                 column of text stands in i(), same() or effects."
            }
        };
        Fault {
            file: file.to_owned(),
            line: Some(line),
            field: self.name.clone(),
            found: shown(&text),
            expected: "a finite number, or an empty cell where it is missing".into(),
            remedy: remedy.into(),
        }
    }

    /// Name and values of the column of `file`.
    pub(super) fn finish(self, file: &str, faults: &mut Faults) -> (String, Column) {
        if self.faults > LISTED {
            faults.push(Fault {
                file: file.to_owned(),
                line: None,
                field: self.name.clone(),
                found: format!("{} more cells that are no numbers", self.faults - LISTED),
                expected: "a column of numbers".into(),
                remedy: "Check that it is the column you mean.".into(),
            });
        }
        let values = match self.values {
            Values::Number(values) => Column::Numbers(values),
            Values::Category { codes, levels, .. } => Column::Categories(category(codes, levels)),
        };
        (self.name, values)
    }
}

/// The first characters of a cell.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}... ({} characters)", &text[..end], text.chars().count()),
        None => text.to_owned(),
    }
}

/// The number of each level, NaN where it is missing; `None` for a column of text.
fn numbers(levels: &[String]) -> Option<Vec<f64>> {
    let number = |text: &String| match plain_number(text) {
        None if is_missing_number(text.as_bytes()) => Some(f64::NAN),
        number => number,
    };
    let numbers: Vec<f64> = levels.iter().map(number).collect::<Option<_>>()?;
    numbers.iter().any(|number| number.is_finite()).then_some(numbers)
}

/// Renumbers levels in the order of their numbers or texts, so that codes do not depend on the order of rows.
fn category(mut codes: Vec<u32>, mut levels: Vec<String>) -> Category {
    let numbers = numbers(&levels);
    if let Some(numbers) = &numbers
        && numbers.iter().all(|number| number.is_nan() || number.fract() == 0.0)
    {
        for (text, number) in levels.iter_mut().zip(numbers).filter(|(_, number)| number.is_finite()) {
            *text = (*number as i64).to_string();
        }
    }
    let value = |code: u32| numbers.as_ref().map_or(0.0, |numbers| numbers[code as usize]);
    let mut order: Vec<u32> = (0..levels.len() as u32).filter(|&code| !value(code).is_nan()).collect();
    order.sort_by(|&a, &b| {
        value(a).total_cmp(&value(b)).then_with(|| levels[a as usize].cmp(&levels[b as usize]))
    });
    let mut rank = vec![MISSING; levels.len()];
    let mut kept: Vec<u32> = Vec::with_capacity(order.len());
    for &code in &order {
        if kept.last().is_none_or(|&last| levels[last as usize] != levels[code as usize]) {
            kept.push(code);
        }
        rank[code as usize] = kept.len() as u32 - 1;
    }
    for code in codes.iter_mut().filter(|code| **code != MISSING) {
        *code = rank[*code as usize];
    }
    Category {
        codes,
        levels: kept.iter().map(|&code| levels[code as usize].clone()).collect(),
        numbers: numbers.map(|numbers| kept.iter().map(|&code| numbers[code as usize]).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::{MISSING, category};

    fn texts(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|&cell| cell.to_owned()).collect()
    }

    #[test]
    fn whole_numbers_are_one_level_however_written_and_stand_in_their_order() {
        let found = category(vec![0, 1, 2, 3, 4], texts(&["10", "2.0", "2", "-1", "NA"]));
        assert_eq!(found.levels, ["-1", "2", "10"]);
        assert_eq!(found.codes, [2, 1, 1, 0, MISSING]);
        assert_eq!(found.numbers, Some(vec![-1.0, 2.0, 10.0]));
        assert!(found.is_level(1, "2.0") && !found.is_level(1, "3"));
    }

    #[test]
    fn codes_and_decimals_stay_as_they_are_written() {
        let codes = category(vec![0, 1, 2], texts(&["10", "010", "NA"]));
        assert_eq!((codes.levels, codes.numbers), (texts(&["010", "10", "NA"]), None));
        let decimals = category(vec![0, 1, 2], texts(&["1.10", "1.1", "0.5"]));
        assert_eq!(decimals.levels, ["0.5", "1.1", "1.10"]);
        assert_eq!(category(vec![0], texts(&["NA"])).levels, ["NA"]);
    }
}
