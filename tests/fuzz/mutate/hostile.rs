//! Values that readers must not trip over.

use crate::dice::Dice;

const NUMBERS: [&str; 44] = [
    "",
    " ",
    "nan",
    "NaN",
    "inf",
    "-inf",
    "Infinity",
    "1e300",
    "-1e300",
    "1e308",
    "1e-320",
    "1e400",
    "-1e400",
    "-1",
    "0",
    "-0.0",
    "-100",
    "100.0000001",
    "1,5",
    "1.234,5",
    "1.5.2",
    "0x10",
    "١٢",
    "９",
    "1e",
    "+1",
    "--1",
    "1_000",
    "9007199254740993",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "-32769",
    "32767",
    "32768",
    "99999",
    "0.5",
    "1e20",
    "1e9",
    "5%",
    "..",
];

const TEXTS: [&str; 38] = [
    "",
    " ",
    "*",
    "?",
    "abc",
    "=1+1",
    "@x",
    "-A",
    "+1",
    "../../canary",
    "../canary",
    "a/b",
    "/dev/zero",
    "/nonexistent",
    "\u{0}",
    "\u{7}",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{feff}",
    "\"",
    "'",
    "a\"b",
    "\"\"",
    "a,b",
    "a;b",
    "é",
    "日本",
    "NA",
    "null",
    "true",
    "yes",
    "AAA",
    "USA",
    "2020-02-30",
    "9999-12-31",
    "-009999-01-01",
    "0000-01-01",
    "<b>&amp;",
];

pub fn number(dice: &mut Dice) -> String {
    (*dice.pick(&NUMBERS)).to_owned()
}

/// A hostile text, at times one near the one that stands there.
pub fn text(dice: &mut Dice, was: &str) -> String {
    match dice.below(12) {
        0 => was.to_lowercase(),
        1 => was.to_uppercase(),
        2 => format!("{was} "),
        3 => format!(" {was}"),
        4 => format!("{was}{was}"),
        5 => "x".repeat(20_000),
        6 => was.chars().rev().collect(),
        _ => (*dice.pick(&TEXTS)).to_owned(),
    }
}

/// A value for a cell or key that holds `was`.
pub fn value(dice: &mut Dice, was: &str) -> String {
    match was.trim().parse::<f64>() {
        Ok(number_was) if dice.chance(35) => scaled(dice, number_was),
        Ok(_) if dice.chance(85) => number(dice),
        Err(_) if dice.chance(20) => number(dice),
        _ => text(dice, was),
    }
}

/// The number that stands there, moved by a little or by much.
pub fn scaled(dice: &mut Dice, was: f64) -> String {
    let moved = match dice.below(8) {
        0 => -was,
        1 => was * 1e-3,
        2 => was * 1e3,
        3 => was * 1e6,
        4 => was * 1e12,
        5 => was + 1.0,
        6 => was - 1.0,
        _ => was * (1.0 + 1e-6),
    };
    moved.to_string()
}
