//! Which folders on disk this command has read: none of them may be replaced by what it writes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

static FOLDERS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn folders() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes the folder of a file that is read; `path` is absolute, links followed.
pub(super) fn note(path: &Path) {
    if let Some(folder) = path.parent() {
        let mut known = folders();
        if !known.contains(folder) {
            known.insert(folder.to_owned());
        }
    }
}

/// The folder at `target` or below it that was read since [`forget_folders_read`].
#[must_use]
pub fn folder_read_below(target: &Path) -> Option<PathBuf> {
    folders().iter().find(|folder| folder.starts_with(target)).cloned()
}

/// A new command begins, which has read nothing.
pub fn forget_folders_read() {
    folders().clear();
}
