//! Faults in the input: what, where, what was expected, what to do.
//!
//! Readers collect [`Fault`]s in [`Faults`] and go on, so that a user sees all of them at once.

use std::fmt;

/// One fault of an input file, with its place and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// File as the user knows it.
    pub file: String,
    /// Line of the file, 1 = first line; `None` where the fault is of the file as a whole.
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
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, " `{}` = {}: expected {}. {}", self.field, self.found, self.expected, self.remedy)
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

    /// True where nothing was found wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes over all faults of another reader.
    pub fn extend(&mut self, other: Faults) {
        self.0.extend(other.0);
    }

    /// `value` where no fault was found, else the faults as an error.
    ///
    /// # Errors
    /// [`InputErrors`] with every fault collected so far.
    pub fn into_result<T>(self, value: T) -> Result<T, InputErrors> {
        if self.0.is_empty() { Ok(value) } else { Err(InputErrors(self.0)) }
    }
}

/// Longest list of faults that a message prints; `tradepath check` prints all.
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
            writeln!(f, "  and {} more; `tradepath check` lists all.", n - LISTED_FAULTS)?;
        }
        Ok(())
    }
}

impl From<InputErrors> for Faults {
    fn from(errors: InputErrors) -> Self {
        Self(errors.0)
    }
}

impl From<Fault> for InputErrors {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}
