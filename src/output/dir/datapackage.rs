//! The data package of `datapackage.json`: names, types, units, meanings, keys and hashes of every table of a folder
//! (Frictionless, version 1), with where the figures are from and under which licence.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::ours::{FileEntry, PROGRAM};
use crate::output::rows::{Column, Schema};
use crate::sorted::SortedMap;

/// The file.
pub const PACKAGE: &str = "datapackage.json";
/// Licence of what the program adds of its own.
const OWN_LICENCE: [&str; 2] = ["Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0"];
/// Columns that are the key of a lookup table: rows of results can be joined to it.
const LOOKED_UP: [(&str, &str, &str); 6] = [
    ("option", "lookup/options.csv", "option"),
    ("iso3", "lookup/countries.csv", "iso3"),
    ("exporter", "lookup/countries.csv", "iso3"),
    ("importer", "lookup/countries.csv", "iso3"),
    ("sector", "lookup/sectors.csv", "sector"),
    ("measure", "lookup/measures.csv", "measure"),
];

/// The text of `datapackage.json` for the tables of `folder`, of which `files` are there; what an earlier one says of
/// tables that still stand is taken over. Source and licence are those of the manifest. `None` where there is no table.
pub(super) fn text(
    folder: &Path,
    (name, manifest): (Option<&str>, &Value),
    schemas: &SortedMap<String, Schema>,
    files: &[FileEntry],
) -> Option<String> {
    let earlier = fs::read_to_string(folder.join(PACKAGE)).ok();
    let earlier: Value = earlier.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let stated: SortedMap<&str, &Value> = earlier["resources"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| Some((one["path"].as_str()?, one)))
        .collect();
    let has = |path: &str| files.iter().any(|file| file.path == path);
    let mut resources = Vec::new();
    for file in files {
        let made = schemas.get(&file.path).map(|schema| self::schema(schema, &file.path, &has));
        let stated =
            || stated.get(&*file.path).map(|one| (one["description"].clone(), one["schema"].clone()));
        if let Some((meaning, schema)) = made.or_else(stated) {
            resources.push(resource(file, &meaning, &schema));
        }
    }
    if resources.is_empty() {
        return None;
    }
    let mut package = if earlier.is_object() { earlier.clone() } else { head(name, manifest) };
    package["resources"] = resources.into();
    Some(format!("{package:#}\n"))
}

fn head(name: Option<&str>, manifest: &Value) -> Value {
    let text = |key: &str| manifest[key].as_str().unwrap_or_default();
    let parts = [PROGRAM, text("command"), name.unwrap_or_else(|| text("plan"))];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let [own, path] = OWN_LICENCE;
    let mut licences = vec![json!({ "name": own, "path": path, "title": "what tradepath adds of its own" })];
    if !text("licence").is_empty() {
        licences.push(json!({ "name": "of-the-data", "title": text("licence") }));
    }
    let mut sources = vec![json!({ "title": concat!("tradepath ", env!("CARGO_PKG_VERSION")) })];
    if !text("source").is_empty() {
        sources.push(json!({ "title": text("source") }));
    }
    json!({
        "profile": "data-package", "name": identifier(&parts.join("-")), "title": parts.join(" "),
        "version": env!("CARGO_PKG_VERSION"), "licenses": licences, "sources": sources,
    })
}

/// A name as packages have it: small letters, digits, points and hyphens.
fn identifier(name: &str) -> String {
    let is_kept = |c: char| c.is_ascii_alphanumeric() || c == '.';
    name.to_lowercase().chars().map(|c| if is_kept(c) { c } else { '-' }).collect()
}

fn resource(file: &FileEntry, meaning: &Value, schema: &Value) -> Value {
    json!({
        "profile": "tabular-data-resource",
        "name": resource_name(&file.path),
        "path": file.path,
        "description": meaning,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.bytes,
        "hash": format!("sha256:{}", file.sha256),
        "schema": schema,
    })
}

fn resource_name(path: &str) -> String {
    identifier(path.trim_end_matches(".csv"))
}

/// Meaning and schema of a table.
fn schema(table: &Schema, path: &str, has: &impl Fn(&str) -> bool) -> (Value, Value) {
    let field = |column: &Column| {
        json!({
            "name": column.name, "type": column.kind, "unit": column.unit, "description": column.meaning,
        })
    };
    let fields: Vec<Value> = table.columns.iter().map(field).collect();
    let mut schema = Map::new();
    schema.insert("fields".into(), fields.into());
    schema.insert("missingValues".into(), json!([""]));
    if !table.key.is_empty() {
        schema.insert("primaryKey".into(), json!(table.key));
    }
    let found = LOOKED_UP.iter().filter(|(column, lookup, _)| {
        *lookup != path && has(lookup) && table.header().any(|name| name == *column)
    });
    let foreign: Vec<Value> = found
        .map(|(column, lookup, key)| {
            let reference = json!({ "resource": resource_name(lookup), "fields": [key] });
            json!({ "fields": [column], "reference": reference })
        })
        .collect();
    if !foreign.is_empty() {
        schema.insert("foreignKeys".into(), foreign.into());
    }
    (json!(table.description), schema.into())
}
