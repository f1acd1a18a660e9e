//! Places and faults inside TOML texts.

use super::toml_value::TomlError;
use crate::error::Fault;

/// Line of a byte of `text`, 1 = first line.
#[must_use]
pub fn line_of_byte(text: &str, byte: usize) -> u64 {
    1 + text.as_bytes()[..byte.min(text.len())].iter().filter(|&&byte| byte == b'\n').count() as u64
}

/// Line of a key at the beginning of a line, outside of tables and strings as people write them.
#[must_use]
pub fn line_of_key(text: &str, key: &str) -> Option<u64> {
    let is_key = |line: &str| {
        line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    text.lines().position(is_key).map(|at| at as u64 + 1)
}

/// The fault of a text that could not be read, with its line; `[expected, remedy]` in words.
#[must_use]
pub fn toml_fault(file: &str, text: &str, error: &TomlError, field: &str, words: [&str; 2]) -> Fault {
    Fault {
        file: file.to_owned(),
        line: error.span.as_ref().map(|span| line_of_byte(text, span.start)),
        field: field.to_owned(),
        found: error.message.clone(),
        expected: words[0].to_owned(),
        remedy: words[1].to_owned(),
    }
}
