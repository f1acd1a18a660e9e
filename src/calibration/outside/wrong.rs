//! What is wrong with a cell of a file that is read line by line.

use crate::error::Fault;

/// A fault of a cell, without its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wrong<'a> {
    pub field: &'a str,
    pub found: &'a str,
    pub expected: &'a str,
    pub remedy: &'a str,
}

impl Wrong<'_> {
    /// The fault in a line of a file.
    pub(super) fn at(self, file: &str, line: u64) -> Fault {
        let fault = Fault::of_file(file, self.field, self.found, self.expected, self.remedy);
        Fault { line: Some(line), ..fault }
    }
}
