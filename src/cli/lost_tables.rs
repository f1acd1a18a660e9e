//! Tables that a manifest of the data folder lists and that are gone: commands go on without them.

use serde_json::Value;

use crate::data::Files;
use crate::error::{Fault, Faults};
use crate::output::dir::{self, MANIFEST};
use crate::sorted::{SortedMap, SortedSet};

/// A fault for each table that a manifest lists and that is not there, in the folders of which something was read; not for
/// one that is there under nearly its name, which is a fault of its own.
#[must_use]
pub fn faults(files: &Files) -> Faults {
    // What a result depends on is not what is looked up here: it stays out of the log.
    let unlogged = files.unlogged();
    let misspelt: SortedSet<String> = files.near_misses().into_iter().map(|(path, _)| path).collect();
    let read = files.read_log().into_iter().map(|file| file.path).chain(files.absent());
    let folders: SortedSet<String> = read.flat_map(|path| above(&path)).collect();
    let tops: SortedSet<&str> = folders.iter().map(|folder| top(folder)).collect();
    let (mut told, mut there, mut faults) = (SortedSet::new(), SortedMap::new(), Faults::new());
    for folder in &folders {
        let beside = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        for path in listed_in(&unlogged.folder(folder)).into_iter().map(|rest| format!("{beside}{rest}")) {
            let (inner, name) = path.rsplit_once('/').unwrap_or(("", &path));
            let is_asked = path.ends_with(".csv") && tops.contains(top(inner)) && !misspelt.contains(&path);
            let mut is_there = || {
                let names =
                    there.entry(inner.to_owned()).or_insert_with(|| unlogged.folder(inner).list(".csv"));
                names.iter().any(|found| found == name)
            };
            if is_asked && !is_there() && told.insert(path.clone()) {
                faults.push(lost(&files.display(&path), &format!("{beside}{MANIFEST}")));
            }
        }
    }
    faults
}

/// The folders that a file lies in, the outermost first.
fn above(path: &str) -> Vec<String> {
    let inner = path.match_indices('/').map(|(at, _)| path[..at].to_owned());
    [String::new()].into_iter().chain(inner).collect()
}

/// The outermost folder.
fn top(folder: &str) -> &str {
    folder.split('/').next().unwrap_or("")
}

/// Paths that the manifest of a folder lists; none where it has no manifest.
fn listed_in(folder: &Files) -> SortedSet<String> {
    let text = folder.read_optional(MANIFEST).ok().flatten();
    let manifest: Option<Value> = text.and_then(|text| serde_json::from_str(&text).ok());
    manifest.iter().flat_map(dir::listed).map(|file| file.path).collect()
}

fn lost(file: &str, manifest: &str) -> Fault {
    let expected = format!("the table that {manifest} lists");
    let remedy = format!("Put it back; to go on without it, take it out of the list of {manifest}.");
    Fault::of_file(file, "file", "missing", &expected, &remedy)
}
