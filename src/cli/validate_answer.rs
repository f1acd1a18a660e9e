//! What a part of `tradepath validate` answers.

use serde_json::Value;

/// What one part says.
pub struct Answer {
    /// Name in JSON.
    pub name: &'static str,
    /// Lines to read first.
    pub head: Vec<String>,
    /// Table for people.
    pub table: String,
    /// The same rows as CSV.
    pub csv: String,
    /// The same rows as JSON.
    pub json: Value,
}
