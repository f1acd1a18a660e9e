//! Tables that a manifest of the data folder lists and that are gone: commands go on without them.

use serde_json::Value;

use crate::data::Files;
use crate::error::{Fault, Faults};
use crate::output::dir::{self, MANIFEST};
use crate::sorted::{SortedMap, SortedSet};

/// A fault for each table that was asked for and was not there, though the manifest of its folder or of one above lists it;
/// not for one that is there under nearly its name, which is a fault of its own.
#[must_use]
pub fn faults(files: &Files) -> Faults {
    // What a result depends on is not what is looked up here: it stays out of the log.
    let files_of_manifests = files.unlogged();
    let (mut known, mut faults) = (SortedMap::new(), Faults::new());
    let misspelt: Vec<String> = files.near_misses().into_iter().map(|(path, _)| path).collect();
    for path in files.absent().into_iter().filter(|path| !misspelt.contains(path)) {
        let mut is_listed = |folder: &str, rest: &str| {
            let listed = known.entry(folder.to_owned());
            let listed: &mut SortedSet<String> =
                listed.or_insert_with(|| listed_in(&files_of_manifests.folder(folder)));
            listed.contains(rest)
        };
        let folders = path.match_indices('/').map(|(at, _)| (&path[..at], &path[at + 1..]));
        let folders: Vec<(&str, &str)> = [("", path.as_str())].into_iter().chain(folders).collect();
        if let Some((folder, _)) = folders.into_iter().find(|(folder, rest)| is_listed(folder, rest)) {
            let manifest =
                if folder.is_empty() { MANIFEST.to_owned() } else { format!("{folder}/{MANIFEST}") };
            faults.push(lost(&files.display(&path), &manifest));
        }
    }
    faults
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
