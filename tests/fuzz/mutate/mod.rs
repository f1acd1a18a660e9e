//! Mutations of a file: its bytes, its cells, rows and columns, its encoding, the structure of TOML.

mod bytes;
mod csv;
mod hostile;
mod toml;

use crate::dice::Dice;

/// How far a mutation reaches, which says what a message about it can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// One cell, value or row: the fault has a line.
    Line,
    /// More than a line: the fault has a file.
    File,
}

/// A file after a mutation, and what was done.
pub struct Mutant {
    pub bytes: Vec<u8>,
    pub what: String,
    pub reach: Reach,
}

impl Mutant {
    fn line(text: String, what: String) -> Self {
        Self { bytes: text.into_bytes(), what, reach: Reach::Line }
    }

    fn file(bytes: Vec<u8>, what: String) -> Self {
        Self { bytes, what, reach: Reach::File }
    }
}

/// Mutates a file by the rules of its kind; in one of four cases as bare bytes.
pub fn mutate(dice: &mut Dice, name: &str, content: &[u8]) -> Mutant {
    let text = std::str::from_utf8(content).ok().filter(|text| !text.trim().is_empty());
    let lower = name.to_ascii_lowercase();
    match text {
        Some(text) if lower.ends_with(".csv") && !dice.chance(25) => csv::mutate(dice, text),
        Some(text) if (lower.ends_with(".toml") || lower.ends_with(".json")) && !dice.chance(25) => {
            toml::mutate(dice, text)
        }
        _ => bytes::mutate(dice, content),
    }
}

/// A value of a command line, mutated: a word in its place, or its bytes.
pub fn word(dice: &mut Dice, word: &str) -> String {
    match dice.below(4) {
        0 => hostile::number(dice),
        1 => hostile::text(dice, word),
        2 if word.chars().count() > 1 => {
            let (parts, at) = (word.split_inclusive(' ').collect::<Vec<_>>(), dice.below(word.len()));
            if parts.len() > 1 {
                let dropped = dice.below(parts.len());
                parts.iter().enumerate().filter(|(k, _)| *k != dropped).map(|(_, part)| *part).collect()
            } else {
                word.char_indices().filter(|(k, _)| *k != at).map(|(_, c)| c).collect()
            }
        }
        _ => {
            let at = dice.below(word.chars().count() + 1);
            let extra = *dice.pick(&[
                " ", ",", "..", ":", "^", "|", "~", "(", ")", "+", "-", "*", "=", "0", "é", "%", "\"", "`",
            ]);
            let start: String = word.chars().take(at).collect();
            let rest: String = word.chars().skip(at).collect();
            format!("{start}{extra}{rest}")
        }
    }
}
