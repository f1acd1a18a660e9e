//! The parts of a split run: each as it was written, all of one run, each once.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::run_resume::{DIGITS, EVENTS};
use super::{apart, verify};
use crate::data::Files;
use crate::ensemble::Shard;
use crate::error::{Fault, Faults, InputErrors};
use crate::output::dir::{FileEntry, MANIFEST, WORK, listed};
use crate::output::results::{SHARD_FILE, ShardInfo, is_of_part};
use crate::sorted::{SortedMap, SortedSet, sort_by_key};

/// What the manifests of all parts say alike: the joined manifest takes it from the first.
const DESCRIBED: [&str; 16] = [
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
    EVENTS,
    DIGITS,
];

/// One part.
pub struct Part {
    /// Its folder.
    pub folder: PathBuf,
    /// Which part.
    pub shard: Shard,
    /// What it took, as `work.json` says; null without one.
    pub work: Value,
    files: SortedMap<String, FileEntry>,
}

/// All parts of a run.
pub struct Parts {
    /// Which run: what `shard.json` of the first says.
    pub info: ShardInfo,
    /// Manifest of the first.
    pub manifest: Value,
    /// In the order of their numbers.
    pub all: Vec<Part>,
}

impl Parts {
    /// A file of every part, in their order; `None` if they do not have it.
    #[must_use]
    pub fn files(&self, name: &str) -> Option<Vec<PathBuf>> {
        let has = self.all.iter().all(|part| part.files.contains_key(name));
        has.then(|| self.all.iter().map(|part| part.folder.join(name)).collect())
    }

    /// Reads and checks all parts; faults of all together. A folder that is no part, but holds parts, stands for those.
    ///
    /// # Errors
    /// [`InputErrors`] if a part is missing, there twice, changed or of another run.
    pub fn read(folders: &[PathBuf]) -> Result<Self, InputErrors> {
        let (mut parts, mut faults): (Option<Self>, _) = (None, Faults::new());
        let mut broken: SortedSet<u64> = SortedSet::new();
        for folder in folders.iter().flat_map(|folder| expanded(folder)) {
            match read_part(&folder) {
                Ok((part, info, manifest)) => match &mut parts {
                    None => parts = Some(Self { info, manifest, all: vec![part] }),
                    Some(parts) => {
                        parts.check_alike(&part, &info, &manifest, &mut faults);
                        parts.all.push(part);
                    }
                },
                Err(errors) => {
                    faults.extend(errors.into());
                    broken.extend(number_of(&folder));
                }
            }
        }
        if let Some(parts) = &mut parts {
            sort_by_key(&mut parts.all, |part| part.shard.number);
            parts.check_numbers(folders, &broken, &mut faults);
        }
        let parts = faults.into_result(parts)?;
        parts.ok_or_else(|| {
            fault(Path::new("command line"), "none", "the folders of the parts of a run").into()
        })
    }

    /// Parts of one run agree in their fingerprint, in the tables that are common to all, and in which tables they
    /// have.
    fn check_alike(&self, part: &Part, info: &ShardInfo, manifest: &Value, faults: &mut Faults) {
        let first = &self.all[0];
        if info.fingerprint != self.info.fingerprint {
            let found = format!("a part of another run{}", apart::told(&self.manifest, manifest));
            let expected = format!("a part of the run of {}", first.folder.display());
            faults.push(fault(&part.folder, &found, &expected));
            return;
        }
        for key in DESCRIBED.into_iter().filter(|key| self.manifest[key] != manifest[key]) {
            let expected = format!("`{key}` as in {}", first.folder.join(MANIFEST).display());
            let file = part.folder.join(MANIFEST);
            faults.push(Fault {
                line: line_of_key(&file, key),
                field: key.into(),
                ..fault(&file, &format!("another {key}"), &expected)
            });
        }
        let names: SortedSet<&String> = first.files.keys().chain(part.files.keys()).collect();
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

    /// Each number once; `folders` are those that the user named, `broken` parts are there and have faults of their own.
    fn check_numbers(&self, folders: &[PathBuf], broken: &SortedSet<u64>, faults: &mut Faults) {
        let of = self.info.shard.of;
        let expected = format!("each of the parts 1 to {of} once");
        let mut known: SortedMap<u64, &Path> = SortedMap::new();
        for part in &self.all {
            if part.shard.of != of {
                let found = format!("part {} of {}", part.shard.number, part.shard.of);
                faults.push(fault(&part.folder, &found, &expected));
            } else if let Some(other) = known.insert(part.shard.number, &part.folder) {
                let found = format!("part {}, which {} is too", part.shard.number, other.display());
                faults.push(fault(&part.folder, &found, &expected));
            }
        }
        let missing =
            ranges((1..=of).filter(|number| !known.contains_key(number) && !broken.contains(number)));
        if !missing.is_empty() {
            let remedy = format!("Run what is missing (--shard k/{of}), then reduce again.");
            let found = format!("no part {missing} (of {of})");
            let named: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
            faults.push(Fault { remedy, ..fault(Path::new(&named.join(", ")), &found, &expected) });
        }
    }
}

/// Rising numbers as text, such as `3, 7-9`.
fn ranges(numbers: impl Iterator<Item = u64>) -> String {
    let mut found: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match found.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => found.push((number, number)),
        }
    }
    let text = |(a, b): &(u64, u64)| if a == b { a.to_string() } else { format!("{a}-{b}") };
    found.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// The folder itself if it is a part or holds none, else the parts inside it by name.
fn expanded(folder: &Path) -> Vec<PathBuf> {
    let inner = fs::read_dir(folder).into_iter().flatten().flatten();
    // Hidden ones are results that are not complete.
    let inner = inner.filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
    let mut inner: Vec<PathBuf> =
        inner.map(|entry| entry.path()).filter(|path| path.join(SHARD_FILE).is_file()).collect();
    inner.sort();
    if folder.join(SHARD_FILE).exists() || inner.is_empty() { vec![folder.to_owned()] } else { inner }
}

fn read_part(folder: &Path) -> Result<(Part, ShardInfo, Value), InputErrors> {
    let file = folder.join(SHARD_FILE);
    let expected = "the output of `tradepath run --shard k/K`";
    let text = Files::result(folder).read(SHARD_FILE)?;
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
    // What it took is told, and nothing else is made of it.
    let work = fs::read_to_string(folder.join(WORK)).ok().and_then(|text| serde_json::from_str(&text).ok());
    let part =
        Part { folder: folder.to_owned(), shard: info.shard, work: work.unwrap_or(json!(null)), files };
    Ok((part, info, manifest))
}

/// Number of a part that cannot be taken, where `shard.json` says it all the same.
fn number_of(folder: &Path) -> Option<u64> {
    let text = fs::read_to_string(folder.join(SHARD_FILE)).ok()?;
    serde_json::from_str::<Value>(&text).ok()?["shard"]["number"].as_u64()
}

/// Line of a key at the top of a file of keys, where it is there.
fn line_of_key(file: &Path, key: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let at = text.lines().position(|line| line.starts_with(&format!("  \"{key}\":")))?;
    Some(at as u64 + 1)
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

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn missing_numbers_are_listed_as_ranges() {
        assert_eq!(ranges([3, 7, 8, 9, 11].into_iter()), "3, 7-9, 11");
        assert_eq!(ranges(std::iter::empty()), "");
    }
}
