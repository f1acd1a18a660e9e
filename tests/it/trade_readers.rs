//! Trade data and tariffs as users met them: releases and years of BACI, codes, packing, WITS layouts, unions, and
//! the reports of both partners in UN Comtrade.

#[path = "trade_readers/baci.rs"]
mod baci;
#[path = "trade_readers/long.rs"]
mod long;
#[path = "trade_readers/wits.rs"]
mod wits;

use std::fs;
use std::path::Path;

use crate::readers::calibrate;

/// Value of a row `a,b,c` of a table of the result.
pub fn cell(out: &Path, file: &str, key: &str) -> f64 {
    let text = fs::read_to_string(out.join(file)).unwrap();
    let row = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(','));
    row.unwrap_or_else(|| panic!("{file} has no row {key}")).parse().unwrap()
}

/// Calibrates `input` and answers what stands in `out`, with what the user was told.
pub fn made(source: &str, input: &Path, options: &[&str]) -> (std::path::PathBuf, String) {
    let out = input.join("out");
    let assert = calibrate(source, input, &out, options).success();
    (out, String::from_utf8(assert.get_output().stderr.clone()).unwrap())
}

/// What the user is told where `input` is refused; nothing is written.
pub fn refused(source: &str, input: &Path, options: &[&str]) -> String {
    let out = input.join("out");
    let assert = calibrate(source, input, &out, options).code(2);
    assert!(!out.exists(), "nothing is written");
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

/// Asserts that a message holds every text.
pub fn holds(message: &str, expected: &[&str]) {
    for text in expected {
        assert!(message.contains(text), "`{text}` is not in:\n{message}");
    }
}
