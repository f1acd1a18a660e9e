//! Goldens: whole commands on a small example, compared number by number with what they gave before.
//!
//! `tests/goldens/example` is one data folder (four made-up countries, a plan, options, policy tables, schedules, a
//! panel). Each file of `tests/goldens/cases` is a variant of it: files put over the example, text replaced in it, and a
//! command to run there. The tables that the command writes lie in `tests/goldens/expected/CASE`.
//!
//! The commands write all digits (`--digits 17`). Text must be equal; numbers may differ by rounding, see [`compare`].
//! A change that is meant to move results renews the files, and its commit says why:
//!
//! ```text
//! TRADEPATH_GOLDENS=renew cargo test --test it goldens
//! ```

mod compare;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde::Deserialize;

/// Differences that a failure lists for each case.
const LISTED: usize = 5;
/// Beginnings of keys of `fit.json` that are no results: times, and figures that rounding moves.
const NOT_KEPT: [&str; 3] = ["seconds", "last_step", "inner_steps"];

/// A variant of the example and what to run in it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case is for.
    about: String,
    /// Case whose command and changes come first.
    extends: Option<String>,
    /// Arguments of `tradepath`; `{repository}` is the root of the repository.
    #[serde(default)]
    command: Vec<String>,
    /// Arguments after those of the case that this one extends.
    #[serde(default)]
    arguments: Vec<String>,
    /// Tables to keep; none = all.
    #[serde(default)]
    keep: Vec<String>,
    /// Files of the example that go.
    #[serde(default)]
    remove: Vec<String>,
    /// Files put over the example.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// Text replaced in files of the example.
    #[serde(default)]
    replace: BTreeMap<String, BTreeMap<String, String>>,
}

fn goldens() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens")
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copy = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &copy);
        } else {
            fs::copy(&path, &copy).unwrap();
        }
    }
}

/// Every CSV file below a folder, and `fit.json` as a table, by its path from there.
fn tables(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
            if name.ends_with(".csv") {
                found.insert(name, fs::read_to_string(&path).unwrap());
            } else if name == "fit.json" {
                found.insert("fit.csv".into(), fit_table(&fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

/// The figures of `fit.json`, one a row.
fn fit_table(text: &str) -> String {
    let fit: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).unwrap();
    let is_kept = |key: &str| !NOT_KEPT.iter().any(|word| key.starts_with(word));
    let figures = fit.iter().filter(|(key, value)| value.is_number() && is_kept(key));
    figures.fold("key,value\n".to_owned(), |table, (key, value)| format!("{table}{key},{value}\n"))
}

impl Case {
    fn read(name: &str) -> Self {
        let file = goldens().join("cases").join(format!("{name}.toml"));
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let case: Self = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(!case.about.is_empty(), "{name}: say what the case is for");
        case
    }

    /// Changes the example in `folder` and returns the arguments of the command.
    fn apply(&self, folder: &Path) -> Vec<String> {
        let mut arguments =
            self.extends.as_ref().map_or_else(Vec::new, |base| Self::read(base).apply(folder));
        for file in &self.remove {
            fs::remove_file(folder.join(file)).unwrap();
        }
        for (file, text) in &self.files {
            fs::write(folder.join(file), text.trim_start()).unwrap();
        }
        for (file, words) in &self.replace {
            let path = folder.join(file);
            let mut text = fs::read_to_string(&path).unwrap();
            for (from, to) in words {
                assert!(text.contains(from), "{file} does not hold `{from}`");
                text = text.replace(from, to);
            }
            fs::write(&path, text).unwrap();
        }
        arguments.extend(self.command.iter().chain(&self.arguments).cloned());
        arguments
    }

    /// The tables that the command writes.
    fn run(&self) -> BTreeMap<String, String> {
        let folder = tempfile::tempdir().unwrap();
        copy_folder(&goldens().join("example"), folder.path());
        let arguments = self.apply(folder.path());
        let repository = env!("CARGO_MANIFEST_DIR");
        Command::new(env!("CARGO_BIN_EXE_tradepath"))
            .current_dir(folder.path())
            .args(arguments.iter().map(|argument| argument.replace("{repository}", repository)))
            .args(["--out", "out", "--quiet", "--digits", "17"])
            .assert()
            .success();
        let mut tables = tables(&folder.path().join("out"));
        tables.retain(|name, _| self.keep.is_empty() || self.keep.contains(name));
        tables
    }
}

fn renew(folder: &Path, tables: &BTreeMap<String, String>) {
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
    for (name, text) in tables {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}

#[test]
fn every_case_gives_what_it_gave_before() {
    let is_renewal = std::env::var("TRADEPATH_GOLDENS").is_ok_and(|word| word == "renew");
    let mut failures = Vec::new();
    for name in case_names() {
        let found = Case::read(&name).run();
        let folder = goldens().join("expected").join(&name);
        if is_renewal {
            renew(&folder, &found);
        }
        let differences = compare::folders(&tables(&folder), &found);
        if !differences.is_empty() {
            let shown = differences.iter().take(LISTED).map(|line| format!("  {line}\n"));
            failures.push(format!(
                "{name}: {} differences\n{}",
                differences.len(),
                shown.collect::<String>()
            ));
        }
    }
    assert!(
        failures.is_empty(),
        "{}If results were meant to move: TRADEPATH_GOLDENS=renew cargo test --test it goldens",
        failures.concat()
    );
}

fn case_names() -> Vec<String> {
    let entries = fs::read_dir(goldens().join("cases")).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        path.file_stem().unwrap().to_str().unwrap().to_owned()
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

#[test]
fn every_expected_folder_belongs_to_a_case() {
    let names = case_names();
    for entry in fs::read_dir(goldens().join("expected")).unwrap() {
        let folder = entry.unwrap().file_name().into_string().unwrap();
        assert!(names.contains(&folder), "tests/goldens/expected/{folder} has no case");
    }
}
