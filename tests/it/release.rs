//! What must agree before a version goes out.

use std::fs;
use std::path::{Path, PathBuf};

use crate::imports::{CRATES, Imports, files};

fn root(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

#[test]
fn the_change_log_names_the_version() {
    let log = fs::read_to_string(root("CHANGELOG.md")).unwrap();
    assert!(log.contains(&format!("## {}", env!("CARGO_PKG_VERSION"))));
}

/// Modules in rank order: each may use only those before it.
const RANKS: [&[&str]; 14] = [
    &["error", "rng", "sorted", "stop", "numerics", "csv_text"],
    &["data"],
    &["estimation"],
    &["economy"],
    &["schedules"],
    &["policy"],
    &["events", "equilibrium"],
    &["projection"],
    &["ensemble"],
    &["output"],
    &["report"],
    &["validation"],
    &["calibration"],
    &["cli"],
];

fn rank(module: &str) -> usize {
    RANKS.iter().position(|names| names.contains(&module)).unwrap_or_else(|| panic!("{module} has no rank"))
}

#[test]
fn layers_call_downwards_only() {
    for (module, used) in Imports::read(&root("")).layers() {
        assert!(used == module || rank(&used) < rank(&module), "{module} uses {used} from above");
    }
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let circles = Imports::read(&root("")).circles();
    assert!(circles.is_empty(), "files that use each other in a circle: {circles:#?}");
}

#[test]
fn files_stay_small_and_name_no_country() {
    let codes = fs::read_to_string(root("data/apac/countries.csv")).unwrap();
    let codes: Vec<String> =
        codes.lines().skip(1).map(|line| format!("\"{}\"", line.split(',').next().unwrap())).collect();
    for (src, file) in
        CRATES.iter().flat_map(|(src, _)| files(&root(src)).into_iter().map(move |file| (src, file)))
    {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.strip_prefix(root(src)).unwrap();
        if ["lib.rs", "main.rs"].contains(&name.to_str().unwrap()) {
            continue;
        }
        let is_cli = name.starts_with("cli");
        let name = name.display();
        assert!(text.lines().count() <= 400, "{name} has more than 400 lines");
        let code = text.split("#[cfg(test)]").next().unwrap();
        let named = codes.iter().find(|country| code.contains(*country));
        assert!(named.is_none(), "{name} names the country {named:?}; countries are data");
        assert!(is_cli || !code.contains("println!"), "{name} prints");
    }
}
