//! A finished result against the hashes of its manifest.

use std::path::Path;

use serde_json::Value;

use crate::error::{Fault, Faults, InputErrors};
use crate::output::dir::{self, Difference, MANIFEST};

/// The manifest of a folder whose files are all there and as they were written; files of others are left alone.
///
/// # Errors
/// [`InputErrors`] with every file that is missing or changed; if there is no manifest that lists files.
pub fn folder(folder: &Path) -> Result<Value, InputErrors> {
    let manifest = dir::manifest(folder).ok_or_else(|| {
        let expected = "a manifest.json of tradepath that lists the files of the result";
        fault(folder, MANIFEST, "no list of files", expected)
    })?;
    differences(folder, &manifest, |found| !matches!(found, Difference::Foreign(_)))?;
    Ok(manifest)
}

/// Files that the manifest of a folder lists and that are there are as they were written; a folder whose manifest
/// lists none is taken as it is.
///
/// # Errors
/// [`InputErrors`] with every file that is changed.
pub fn unchanged(folder: &Path) -> Result<(), InputErrors> {
    match dir::manifest(folder) {
        Some(manifest) => differences(folder, &manifest, |found| matches!(found, Difference::Changed(_))),
        None => Ok(()),
    }
}

fn differences(
    folder: &Path,
    manifest: &Value,
    counts: impl Fn(&Difference) -> bool,
) -> Result<(), InputErrors> {
    let differences = dir::differences(folder, &dir::listed(manifest))
        .map_err(|error| fault(folder, MANIFEST, &error.to_string(), "a folder that can be read"))?;
    let mut faults = Faults::new();
    for found in differences.iter().filter(|found| counts(found)) {
        faults.push(fault(folder, found.path(), found.what(), "the file as the command wrote it (SHA-256)"));
    }
    faults.into_result(())
}

fn fault(folder: &Path, file: &str, found: &str, expected: &str) -> Fault {
    Fault {
        file: folder.join(file).display().to_string(),
        line: None,
        field: "file".into(),
        found: found.into(),
        expected: expected.into(),
        remedy: format!("Put the file back, or remove {} and run its command again.", folder.display()),
    }
}
