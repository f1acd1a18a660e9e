//! `datapackage.json`: names, types, units and meanings of every column of every table (Frictionless).

use serde_json::{Value, json};

use super::TableSpec;

/// The description of `tables` as a data package.
#[must_use]
pub fn describe(name: &str, tables: &[&TableSpec]) -> Value {
    let resources: Vec<Value> = tables.iter().map(|table| resource(table)).collect();
    json!({ "profile": "tabular-data-package", "name": name, "resources": resources })
}

fn resource(table: &TableSpec) -> Value {
    let fields: Vec<Value> = table
        .columns
        .iter()
        .map(|(name, kind, unit, meaning)| {
            json!({ "name": name, "type": kind, "unit": unit, "description": meaning })
        })
        .collect();
    json!({
        "name": table.file.trim_end_matches(".csv"),
        "path": table.file,
        "description": table.description,
        "schema": { "fields": fields },
    })
}
