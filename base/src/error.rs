//! Faults in the input: what, where, what was expected, what to do.
//!
//! Readers collect [`Fault`]s in [`Faults`] and go on, so that a user sees all of them at once.

use std::collections::BTreeMap;
use std::fmt;

/// One fault of an input file, with its place and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// File as the user knows it.
    pub file: String,
    /// Line of the file, 1 = first line; `None` if the fault is of the file as a whole.
    pub line: Option<u64>,
    /// Column, key or quantity that is wrong.
    pub field: String,
    /// What stands there.
    pub found: String,
    /// What was expected instead.
    pub expected: String,
    /// What the user can do about it.
    pub remedy: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = self.for_display();
        write!(f, "{}", one.file)?;
        if let Some(line) = one.line {
            write!(f, ":{line}")?;
        }
        write!(f, " `{}` = {}: expected {}. {}", one.field, one.found, one.expected, one.remedy)
    }
}

/// Characters of a part of a message at most: cells of files may be as long as their file.
const LONGEST_PART: usize = 600;

/// The first `most` characters of `text`, with how many there are; control characters are written as codes.
#[must_use]
pub fn shortened(text: &str, most: usize) -> String {
    let mut shown = String::new();
    for c in text.chars().take(most) {
        if c.is_control() { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    match text.chars().nth(most) {
        Some(_) => format!("{shown}… ({} characters)", text.chars().count()),
        None => shown,
    }
}

impl Fault {
    /// A fault of a file as a whole: it has no line.
    #[must_use]
    pub fn of_file(file: &str, field: &str, found: &str, expected: &str, remedy: &str) -> Self {
        Self {
            file: file.into(),
            line: None,
            field: field.into(),
            found: found.into(),
            expected: expected.into(),
            remedy: remedy.into(),
        }
    }

    /// The fault as messages show it: each part of bounded length and without control characters.
    #[must_use]
    pub fn for_display(&self) -> Self {
        let part = |text: &str| shortened(text, LONGEST_PART);
        Self {
            file: part(&self.file),
            line: self.line,
            field: part(&self.field),
            found: part(&self.found),
            expected: part(&self.expected),
            remedy: part(&self.remedy),
        }
    }
}

/// Faults collected while reading; empty means that the input is sound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// No fault yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one fault.
    pub fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// All faults in the order in which they were found.
    #[must_use]
    pub fn as_slice(&self) -> &[Fault] {
        &self.0
    }

    /// True if nothing was found wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes over all faults of another reader.
    pub fn extend(&mut self, other: Faults) {
        self.0.extend(other.0);
    }

    /// The value, or nothing and its faults among these.
    pub fn keep<T>(&mut self, found: Result<T, impl Into<Self>>) -> Option<T> {
        found.map_err(|faults| self.extend(faults.into())).ok()
    }

    /// `value` where no fault was found, else the faults as an error.
    ///
    /// # Errors
    /// [`InputErrors`] with every fault collected so far.
    pub fn into_result<T>(self, value: T) -> Result<T, InputErrors> {
        if self.0.is_empty() { Ok(value) } else { Err(InputErrors(self.0)) }
    }

    /// `result`, with these faults after its own.
    ///
    /// # Errors
    /// [`InputErrors`] of both.
    pub fn beside<T>(self, result: Result<T, InputErrors>) -> Result<T, InputErrors> {
        match result {
            Ok(value) => self.into_result(value),
            Err(InputErrors(mut faults)) => {
                faults.extend(self.0);
                Err(InputErrors(faults))
            }
        }
    }
}

/// Longest list of faults that a message prints; of those beyond it the files are named.
const LISTED_FAULTS: usize = 40;

/// The input was refused. Nothing has been computed or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct InputErrors(pub Vec<Fault>);

impl fmt::Display for InputErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.0.len();
        writeln!(f, "{n} fault{} in the input:", if n == 1 { "" } else { "s" })?;
        for fault in self.0.iter().take(LISTED_FAULTS) {
            writeln!(f, "  {fault}")?;
        }
        if n > LISTED_FAULTS {
            let rest = &self.0[LISTED_FAULTS..];
            writeln!(f, "  and {} more: {}.", rest.len(), by_file(rest))?;
        }
        Ok(())
    }
}

/// How many faults each file has, such as `12 in a.csv, 3 in b.csv`; most first.
fn by_file(faults: &[Fault]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    faults.iter().for_each(|fault| *counts.entry(fault.file.as_str()).or_default() += 1);
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let named: Vec<String> = counts
        .iter()
        .take(LISTED_FILES)
        .map(|(file, count)| format!("{count} in {}", shortened(file, LONGEST_PART)))
        .collect();
    let others = counts.len().saturating_sub(LISTED_FILES);
    let others = if others > 0 { format!(", the rest in {others} other files") } else { String::new() };
    format!("{}{others}", named.join(", "))
}

/// Files that the count of unlisted faults names.
const LISTED_FILES: usize = 5;

impl AsMut<Faults> for Faults {
    fn as_mut(&mut self) -> &mut Self {
        self
    }
}

impl From<InputErrors> for Faults {
    fn from(errors: InputErrors) -> Self {
        Self(errors.0)
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}

impl From<Fault> for InputErrors {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, InputErrors, shortened};

    fn fault(file: &str, found: &str) -> Fault {
        let [field, expected, remedy] = ["pct", "a number", "Correct it."].map(str::to_owned);
        Fault { file: file.into(), line: Some(2), field, found: found.into(), expected, remedy }
    }

    #[test]
    fn a_cell_of_fifty_million_characters_does_not_fill_the_screen() {
        let text = fault("t.csv", &"9".repeat(50_000_000)).to_string();
        assert!(text.len() < 1000 && text.contains("(50000000 characters)"), "{}", text.len());
        assert_eq!(shortened("a\u{1b}[2Jb\nc", 80), "a\\u{1b}[2Jb\\nc");
        assert_eq!(shortened("abc", 3), "abc");
        assert_eq!(shortened("abcd", 3), "abc… (4 characters)");
    }

    #[test]
    fn faults_beyond_the_list_are_counted_by_file() {
        let faults = (0..60).map(|at| fault(if at < 50 { "a.csv" } else { "b.csv" }, "x")).collect();
        let text = InputErrors(faults).to_string();
        assert!(text.contains("and 20 more: 10 in a.csv, 10 in b.csv."), "{text}");
        assert!(!text.contains("check"), "{text}");
    }
}
