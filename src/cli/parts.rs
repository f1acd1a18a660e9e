//! The parts of a split run: each as it was written, all of one run, each once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::verify;
use crate::data::Files;
use crate::error::{Fault, Faults, InputErrors};
use crate::output::dir::{FileEntry, MANIFEST, listed};
use crate::output::results::{SHARD_FILE, ShardInfo, is_of_part};

/// What the manifests of all parts say alike: the joined manifest takes it from the first.
const DESCRIBED: [&str; 14] = [
    "command",
    "plan",
    "title",
    "focus",
    "partners",
    "years",
    "reference_option",
    "baseline",
    "source",
    "licence",
    "options",
    "countries",
    "sectors",
    "inputs",
];

/// One part.
pub struct Part {
    /// Its folder.
    pub folder: PathBuf,
    /// Which part of which run.
    pub info: ShardInfo,
    /// Its manifest.
    pub manifest: Value,
    files: BTreeMap<String, FileEntry>,
}

impl Part {
    /// True if the part wrote this file.
    #[must_use]
    pub fn has(&self, file: &str) -> bool {
        self.files.contains_key(file)
    }
}

/// Reads and checks all parts, in the order of their numbers; faults of all together.
///
/// # Errors
/// [`InputErrors`] if a part is missing, there twice, changed or of another run.
pub fn read_parts(folders: &[PathBuf]) -> Result<Vec<Part>, InputErrors> {
    let (mut parts, mut faults) = (Vec::new(), Faults::new());
    for folder in folders {
        match read_part(folder) {
            Ok(part) => parts.push(part),
            Err(errors) => faults.extend(errors.into()),
        }
    }
    parts.sort_by_key(|part: &Part| part.info.shard.number);
    if let Some(first) = parts.first() {
        for part in &parts[1..] {
            check_alike(first, part, &mut faults);
        }
        check_numbers(&parts, &mut faults);
    }
    faults.into_result(parts)
}

fn read_part(folder: &Path) -> Result<Part, InputErrors> {
    let file = folder.join(SHARD_FILE);
    let expected = "the output of `tradepath run --shard k/K`";
    let text = Files::directory(folder).read(SHARD_FILE)?;
    let info: ShardInfo = serde_json::from_str(&text).map_err(|error| Fault {
        line: Some(error.line() as u64),
        ..fault(&file, &error.to_string(), expected)
    })?;
    if !info.frame.is_sound() {
        let found = "a plan whose reference option or focus is none of its own";
        return Err(fault(&file, found, expected).into());
    }
    let manifest = verify::folder(folder)?;
    if manifest["fingerprint"] != info.fingerprint {
        return Err(fault(folder, "manifest.json and shard.json of two runs", expected).into());
    }
    let files = listed(&manifest).into_iter().map(|entry| (entry.path.clone(), entry)).collect();
    Ok(Part { folder: folder.to_owned(), info, manifest, files })
}

/// Parts of one run agree in their fingerprint, in the tables that are common to all, and in which tables they have.
fn check_alike(first: &Part, part: &Part, faults: &mut Faults) {
    if part.info.fingerprint != first.info.fingerprint {
        let expected = "parts of one plan, seed, data and version";
        faults.push(fault(&part.folder, "a part of another run", expected));
        return;
    }
    for key in DESCRIBED.into_iter().filter(|key| first.manifest[key] != part.manifest[key]) {
        let expected = format!("`{key}` as in {}", first.folder.join(MANIFEST).display());
        let file = part.folder.join(MANIFEST);
        faults.push(Fault {
            line: line_of_key(&file, key),
            field: key.into(),
            ..fault(&file, &format!("another {key}"), &expected)
        });
    }
    let names: std::collections::BTreeSet<&String> = first.files.keys().chain(part.files.keys()).collect();
    for name in names.into_iter().filter(|name| !name.contains('/')) {
        let found = match (first.files.get(name), part.files.get(name)) {
            (Some(_), None) => format!("no {name}"),
            (None, Some(_)) => format!("{name}, which {} lacks", first.folder.display()),
            (Some(a), Some(b)) if !is_of_part(name) && a.sha256 != b.sha256 => format!("another {name}"),
            _ => continue,
        };
        let expected =
            format!("the tables of {}: run every part with the same options", first.folder.display());
        faults.push(fault(&part.folder, &found, &expected));
    }
}

/// Line of a key at the top of a file of keys, where it is there.
fn line_of_key(file: &Path, key: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let at = text.lines().position(|line| line.starts_with(&format!("  \"{key}\":")))?;
    Some(at as u64 + 1)
}

fn check_numbers(parts: &[Part], faults: &mut Faults) {
    let of = parts[0].info.shard.of;
    let numbers: Vec<u64> = parts.iter().map(|part| part.info.shard.number).collect();
    let is_each_once = numbers.len() as u64 == of && (1..=of).eq(numbers.iter().copied());
    if !is_each_once || parts.iter().any(|part| part.info.shard.of != of) {
        let expected = format!("each of the parts 1 to {of} once");
        faults.push(fault(Path::new("parts"), &format!("{numbers:?}"), &expected));
    }
}

fn fault(folder: &Path, found: &str, expected: &str) -> Fault {
    Fault {
        file: folder.display().to_string(),
        line: None,
        field: "part".into(),
        found: found.into(),
        expected: expected.into(),
        remedy: "Name every part of one run, each once.".into(),
    }
}
