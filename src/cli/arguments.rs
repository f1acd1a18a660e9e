//! Arguments that several commands share, and the fault of one that is wrong.

use crate::data::Axes;
use crate::error::{Fault, InputErrors};

/// Reads `A..B` or a single year.
pub fn years(text: &str) -> Result<[i16; 2], String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok([first, last]),
        _ => Err(format!("`{text}` is no range of years such as 2021..2035")),
    }
}

/// Position of a country that an argument names.
///
/// # Errors
/// The fault of a code that the data do not have.
pub fn country(axes: &Axes, flag: &str, code: &str) -> Result<usize, InputErrors> {
    axes.country_idx.get(code).copied().ok_or_else(|| {
        let known: Vec<&str> = axes.countries.iter().map(|country| country.iso3.as_str()).collect();
        wrong(flag, code, &format!("one of {}", known.join(", ")))
    })
}

/// The fault of an argument.
pub fn wrong(flag: &str, found: &str, expected: &str) -> InputErrors {
    InputErrors::from(Fault {
        file: "command line".into(),
        line: None,
        field: flag.into(),
        found: found.into(),
        expected: expected.into(),
        remedy: "Correct it.".into(),
    })
}
