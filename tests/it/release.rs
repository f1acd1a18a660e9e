//! What must agree before a version goes out.

use std::fs;
use std::path::{Path, PathBuf};

fn root(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

#[test]
fn the_change_log_names_the_version() {
    let log = fs::read_to_string(root("CHANGELOG.md")).unwrap();
    assert!(log.contains(&format!("## {}", env!("CARGO_PKG_VERSION"))));
}

/// Modules in rank order: each may use only those before it.
const RANKS: [&[&str]; 13] = [
    &["error", "rng", "numerics"],
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
    &["calibration"],
    &["cli"],
];

fn rank(module: &str) -> usize {
    RANKS.iter().position(|names| names.contains(&module)).unwrap_or_else(|| panic!("{module} has no rank"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn layers_call_downwards_only_and_files_stay_small() {
    let src = root("src");
    let codes = fs::read_to_string(root("data/apac/countries.csv")).unwrap();
    let codes: Vec<String> =
        codes.lines().skip(1).map(|line| format!("\"{}\"", line.split(',').next().unwrap())).collect();
    for file in sources(&src) {
        let text = fs::read_to_string(&file).unwrap();
        let module = file.strip_prefix(&src).unwrap().components().next().unwrap();
        let module = module.as_os_str().to_str().unwrap().trim_end_matches(".rs");
        if matches!(module, "lib" | "main") {
            continue;
        }
        let name = file.display();
        assert!(text.lines().count() <= 500, "{name} has more than 500 lines");
        let code = text.split("#[cfg(test)]").next().unwrap();
        for used in code.lines().filter_map(|line| line.trim().strip_prefix("use crate::")) {
            let used = used.split([':', ';', '{']).next().unwrap();
            assert!(used == module || rank(used) < rank(module), "{name} uses {used} from above");
        }
        let named = codes.iter().find(|country| code.contains(*country));
        assert!(named.is_none(), "{name} names the country {named:?}; countries are data");
        if module != "cli" {
            assert!(!code.contains("println!"), "{name} prints");
        }
    }
}
