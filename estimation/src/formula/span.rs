//! Places in the text of a formula, names, and faults that point at them.

use std::fmt;

/// Characters of a formula that a message repeats.
const SHOWN: usize = 1_000;

/// A stretch of the formula's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First character, 0 = start of the text.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
}

/// A column named in the formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name without backquotes.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// The formula cannot be read, or names what is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct FormulaError {
    /// The text.
    pub text: String,
    /// The place that is wrong.
    pub span: Span,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for FormulaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = (self.span.end - self.span.start).max(1);
        if self.span.end > SHOWN {
            return write!(f, "{} (character {})", self.message, self.span.start + 1);
        }
        writeln!(f, "{}\n  {}", self.message, self.text.chars().take(SHOWN).collect::<String>())?;
        write!(f, "  {}{}", " ".repeat(self.span.start), "^".repeat(width))
    }
}
