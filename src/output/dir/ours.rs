//! The files of a folder that are ours: those that its manifest lists, as they were written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::data::{sha256, sha256_file};
use crate::numerics::parallel;
use crate::sorted::{SortedMap, sort_by, sort_by_key};

/// The file that lists the others.
pub const MANIFEST: &str = "manifest.json";
/// The file beside it that says how the result was made: seconds, equilibria, parts. It differs between two ways to
/// the same result, so that no manifest lists it; that it is ours is known from the manifest that it names.
pub const WORK: &str = "work.json";
/// Key of [`WORK`]: SHA-256 of the manifest beside it.
const OF_MANIFEST: &str = "manifest_sha256";
/// What our manifests say of their `program`.
pub(super) const PROGRAM: &str = "tradepath";

/// A file of a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Path inside the folder, with `/`.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

/// A file that is not as the manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// Listed, and not there.
    Missing(String),
    /// There, and not as it was written.
    Changed(String),
    /// There, and not listed: a file, link or folder of somebody else.
    Foreign(String),
}

impl Difference {
    /// Path inside the folder.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Missing(path) | Self::Changed(path) | Self::Foreign(path) => path,
        }
    }

    /// What is wrong, in words.
    #[must_use]
    pub fn what(&self) -> &'static str {
        match self {
            Self::Missing(_) => "missing",
            Self::Changed(_) => "changed since it was written",
            Self::Foreign(_) => "no file of this result",
        }
    }
}

/// The manifest of a folder; `None` if there is none of ours that lists files.
#[must_use]
pub fn manifest(folder: &Path) -> Option<Value> {
    let text = fs::read_to_string(folder.join(MANIFEST)).ok()?;
    let value: Value = serde_json::from_str(&text).ok()?;
    (value["program"] == PROGRAM && value["files"].is_array()).then_some(value)
}

/// The [`WORK`] of a folder; `None` if there is none that names the manifest beside it.
pub(super) fn work(folder: &Path) -> Option<Value> {
    let value: Value = serde_json::from_str(&fs::read_to_string(folder.join(WORK)).ok()?).ok()?;
    let manifest = sha256_file(&folder.join(MANIFEST)).ok()?;
    (value[OF_MANIFEST] == manifest.as_str()).then_some(value)
}

/// Writes into the [`WORK`] of a folder, where there is one, which manifest it stands beside.
pub(super) fn bind_work(folder: &Path, manifest: &str) -> io::Result<()> {
    let path = folder.join(WORK);
    if path.exists() {
        let mut value: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
        value[OF_MANIFEST] = sha256(manifest.as_bytes()).into();
        fs::write(&path, format!("{value:#}\n"))?;
    }
    Ok(())
}

/// Files that a manifest lists.
#[must_use]
pub fn listed(manifest: &Value) -> Vec<FileEntry> {
    serde_json::from_value(manifest["files"].clone()).unwrap_or_default()
}

/// Compares a folder with the list of its manifest; the manifest itself is ours.
///
/// # Errors
/// If the folder cannot be read.
pub fn differences(folder: &Path, listed: &[FileEntry]) -> io::Result<Vec<Difference>> {
    let mut wanted: SortedMap<&str, &FileEntry> =
        listed.iter().map(|entry| (entry.path.as_str(), entry)).collect();
    let mut found = Vec::new();
    let all = entries(folder)?;
    let is_other = |entry: &Entry| match wanted.get(entry.path.as_str()).filter(|_| entry.is_file) {
        Some(listed) => {
            let path = folder.join(&entry.path);
            Ok::<_, io::Error>(
                fs::metadata(&path)?.len() != listed.bytes || sha256_file(&path)? != listed.sha256,
            )
        }
        None => Ok(false),
    };
    let others = parallel::try_map_each(&all, is_other)?;
    for (entry, is_other) in all.into_iter().zip(others) {
        match (wanted.remove(entry.path.as_str()), entry.is_file) {
            _ if entry.path == MANIFEST && entry.is_file => {}
            (None, true) if entry.path == WORK && work(folder).is_some() => {}
            (Some(_), true) if !is_other => {}
            (Some(_), true) => found.push(Difference::Changed(entry.path)),
            // A link, device or folder in the place of a file of the result.
            (Some(_), false) => found.push(Difference::Changed(entry.path)),
            (None, _) => found.push(Difference::Foreign(entry.path)),
        }
    }
    found.extend(wanted.into_keys().map(|path| Difference::Missing(path.to_owned())));
    Ok(found)
}

/// Lists the files of a folder with their hashes; `skip` leaves paths out.
///
/// # Errors
/// If a file cannot be read.
pub(super) fn list(folder: &Path, skip: impl Fn(&str) -> bool) -> io::Result<Vec<FileEntry>> {
    let mut files = entries(folder)?;
    files.retain(|entry| entry.is_file && !skip(&entry.path));
    let listed = |entry: Entry| {
        let path = folder.join(&entry.path);
        let (bytes, sha256) = (fs::metadata(&path)?.len(), sha256_file(&path)?);
        Ok(FileEntry { path: entry.path, bytes, sha256 })
    };
    parallel::map_parts(files, |_, entry| listed(entry)).into_iter().collect()
}

/// Removes what a manifest lists and the folders that are empty then; what is not ours stays.
///
/// # Errors
/// If something stays, which the error names.
pub(super) fn remove(folder: &Path) -> io::Result<()> {
    let listed = manifest(folder).map(|manifest| listed(&manifest)).unwrap_or_default();
    let mut folders: Vec<PathBuf> = Vec::new();
    for entry in &listed {
        let path = folder.join(&entry.path);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let inner = path.ancestors().skip(1).take_while(|above| *above != folder);
        folders.extend(inner.map(Path::to_owned));
    }
    // The longest paths are the innermost folders.
    sort_by_key(&mut folders, |path| std::cmp::Reverse(path.as_os_str().len()));
    folders.dedup();
    for inner in folders {
        match fs::remove_dir(&inner) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    if work(folder).is_some() {
        fs::remove_file(folder.join(WORK))?;
    }
    if fs::read_dir(folder)?.flatten().any(|entry| entry.file_name() != MANIFEST) {
        return Err(io::Error::other("it holds files that are not of this program"));
    }
    match fs::remove_file(folder.join(MANIFEST)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::remove_dir(folder)
}

struct Entry {
    path: String,
    /// A regular file; links and devices are none, and of folders only the empty ones are entries.
    is_file: bool,
}

/// All files, links and empty folders below `folder`, sorted; links are not followed.
fn entries(folder: &Path) -> io::Result<Vec<Entry>> {
    let (mut found, mut open) = (Vec::new(), vec![String::new()]);
    while let Some(inner) = open.pop() {
        let mut is_empty = true;
        for entry in fs::read_dir(folder.join(&inner))? {
            let entry = entry?;
            is_empty = false;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if inner.is_empty() { name } else { format!("{inner}/{name}") };
            let kind = entry.file_type()?;
            if kind.is_dir() {
                open.push(path);
            } else {
                found.push(Entry { path, is_file: kind.is_file() });
            }
        }
        if is_empty && !inner.is_empty() {
            found.push(Entry { path: inner, is_file: false });
        }
    }
    sort_by(&mut found, |a, b| a.path.cmp(&b.path));
    Ok(found)
}
