//! Parts of `manifest.json` that every command writes.

use serde_json::{Value, json};

use crate::data;

/// Name and SHA-256 of every input file.
#[must_use]
pub fn checksums(inputs: &[(String, String)]) -> Vec<Value> {
    inputs.iter().map(|(file, text)| json!({ "file": file, "sha256": sha256(text) })).collect()
}

/// SHA-256 of a text, in hexadecimal.
#[must_use]
pub fn sha256(text: &str) -> String {
    data::sha256(text.as_bytes())
}

/// JSON as text, indented, with a line end.
#[must_use]
pub fn text(value: &Value) -> String {
    format!("{value:#}\n")
}
