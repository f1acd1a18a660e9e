//! Parts of `manifest.json` that every command writes.

use serde_json::{Value, json};

use crate::data::{self, Files, ReadFile};

/// Name and SHA-256 of every input file.
#[must_use]
pub fn checksums(inputs: &[(String, String)]) -> Vec<Value> {
    inputs.iter().map(|(file, text)| json!({ "file": file, "sha256": sha256(text) })).collect()
}

/// Name and SHA-256 of every file that was read through a folder.
#[must_use]
pub fn read(files: &Files) -> Vec<Value> {
    of_log(&files.read_log())
}

/// The same of files that were noted before.
#[must_use]
pub fn of_log(log: &[ReadFile]) -> Vec<Value> {
    log.iter().map(|file| json!({ "file": file.path, "sha256": file.sha256 })).collect()
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
