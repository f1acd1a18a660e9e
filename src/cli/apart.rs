//! In which way the manifests of two runs differ, in words.

use serde_json::Value;

use super::run_resume::PART;
use crate::sorted::SortedMap;

/// Keys that differ between two runs because others do, or between the parts of one.
const FOLLOWING: [&str; 5] = ["files", "fingerprint", "strata", "countries", PART];
/// Longest value that is shown.
const SHORT: usize = 60;
/// Input files that are named.
const NAMED: usize = 3;
/// Key of the files that a run read.
const INPUTS: &str = "inputs";

/// What the second manifest says otherwise than the first, after a colon: `: seed 2, not 1`. Nothing where they differ in
/// nothing that a manifest says.
#[must_use]
pub fn told(first: &Value, other: &Value) -> String {
    let keys: Vec<&String> = other.as_object().into_iter().flat_map(|keys| keys.keys()).collect();
    let keys =
        keys.into_iter().filter(|key| !FOLLOWING.contains(&key.as_str()) && first[*key] != other[*key]);
    let told: Vec<String> = keys.map(|key| of_key(key, &first[key], &other[key])).collect();
    if told.is_empty() { String::new() } else { format!(": {}", told.join(", ")) }
}

fn of_key(key: &str, first: &Value, other: &Value) -> String {
    if key == INPUTS {
        return of_inputs(first, other);
    }
    let ids = |value: &Value| -> Option<String> {
        let ids = value.as_array()?.iter().map(|one| one["id"].as_str()).collect::<Option<Vec<_>>>()?;
        Some(ids.join(" "))
    };
    let shown = |value: &Value| ids(value).unwrap_or_else(|| value.to_string());
    let (first, other) = (shown(first), shown(other));
    match [&first, &other].iter().all(|text| text.chars().count() <= SHORT) && first != other {
        true => format!("{key} {other}, not {first}"),
        false => format!("other {key}"),
    }
}

/// The files of which the two runs read different bytes, or only one run read.
fn of_inputs(first: &Value, other: &Value) -> String {
    let files = |value: &Value| -> SortedMap<String, String> {
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        value
            .as_array()
            .into_iter()
            .flatten()
            .map(|entry| (text(entry, "file"), text(entry, "sha256")))
            .collect()
    };
    let (first, other) = (files(first), files(other));
    let mut names: Vec<&String> = first.keys().chain(other.keys()).collect();
    names.sort();
    names.dedup();
    names.retain(|name| first.get(*name) != other.get(*name));
    let named: Vec<&str> = names.iter().take(NAMED).map(|name| name.as_str()).collect();
    let more = if names.len() > NAMED { format!(" and {} more", names.len() - NAMED) } else { String::new() };
    format!("other data in {}{more}", named.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::told;

    #[test]
    fn what_differs_is_named_with_both_values() {
        let first = json!({ "seed": 1, "files": [1], "options": [{ "id": "a" }], "inputs": [{ "file": "x", "sha256": "1" }] });
        let other = json!({ "seed": 2, "files": [2], "options": [{ "id": "a" }, { "id": "b" }], "inputs": [{ "file": "x", "sha256": "2" }, { "file": "y", "sha256": "2" }] });
        assert_eq!(told(&first, &other), ": seed 2, not 1, options a b, not a, other data in x, y");
        assert_eq!(told(&first, &first), "");
    }
}
