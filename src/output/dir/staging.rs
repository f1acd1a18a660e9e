//! The neighbours of an output folder: where a result grows, and where the old one waits.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::error::{OutputError, at};
use super::{lock, manifest, ours};
use crate::data::sha256;

/// File that says that a staging folder is one.
pub(super) const MARKER: &str = ".tradepath-staging";
/// Longest name that still leaves room for the endings of neighbours (file systems allow 255 bytes).
const LONGEST_NAME_BYTES: usize = 200;

/// Staging folders of this process. Held while a folder takes its name, so that no signal comes in between.
static OPEN: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn open() -> MutexGuard<'static, Vec<PathBuf>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes the staging folders of this process, which ends now: no result takes its name after this.
pub fn abandon_all() {
    let mut folders = open();
    folders.drain(..).for_each(|folder| discard(&folder));
    lock::remove_files();
    // Kept for ever: the process ends before anything else may be moved.
    std::mem::forget(folders);
}

/// Names of the neighbours of a folder.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub(super) lock: PathBuf,
    partial: PathBuf,
    old: PathBuf,
}

impl Names {
    pub(super) fn of(target: &Path) -> Self {
        let [lock, partial, old] = ["lock", "partial", "old"].map(|end| Self::neighbour(target, end));
        Self { lock, partial, old }
    }

    /// True for a name such as [`Names::neighbour`] gives.
    pub(super) fn is_neighbour(target: &Path) -> bool {
        let name = target.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
        let end = name.strip_prefix('.').and_then(|name| Some(name.rsplit_once('.')?.1));
        end.is_some_and(|end| ["lock", "partial", "old", "parts", "pilot"].contains(&end))
    }

    /// `.NAME.END` beside `target`; a long name is shortened and told apart by its hash.
    pub(super) fn neighbour(target: &Path, end: &str) -> PathBuf {
        let name = target.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
        if name.len() <= LONGEST_NAME_BYTES {
            return target.with_file_name(format!(".{name}.{end}"));
        }
        let head: String = name.chars().take(LONGEST_NAME_BYTES / 8).collect();
        let digest = sha256(name.as_bytes());
        target.with_file_name(format!(".{head}-{}.{end}", &digest[..16]))
    }
}

/// Folders above the output that had to be made; removed again where no result comes.
#[derive(Debug)]
pub(super) struct Parents {
    made: Vec<PathBuf>,
    keep: bool,
}

impl Parents {
    pub(super) fn make(target: &Path) -> Result<Self, OutputError> {
        let above = target.ancestors().skip(1);
        let made: Vec<PathBuf> = above.take_while(|folder| !folder.exists()).map(Path::to_owned).collect();
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(at(parent))?;
        }
        Ok(Self { made, keep: false })
    }
}

impl Drop for Parents {
    fn drop(&mut self) {
        if !self.keep {
            // Innermost first; one that somebody filled meanwhile stays, and so do those above it.
            let _ = self.made.iter().try_for_each(fs::remove_dir);
        }
    }
}

/// Cleans up after a killed command: the old result is put back where no new one stands, the rest is removed.
pub(super) fn recover(names: &Names, target: &Path) -> Result<(), OutputError> {
    if names.old.is_dir() && manifest(&names.old).is_some() {
        if target.exists() {
            // What cannot be removed is in nobody's way.
            let _ = ours::remove(&names.old);
        } else {
            fs::rename(&names.old, target).map_err(at(target))?;
        }
    }
    discard(&names.partial);
    if names.partial.exists() {
        let why = "is in the way and not ours. Move it elsewhere";
        return Err(at(&names.partial)(io::Error::new(io::ErrorKind::NotADirectory, why)));
    }
    Ok(())
}

/// Removes a staging folder: known by its marker, by a manifest of ours (complete, and killed just before it took
/// its name) or by being empty; anything else is left alone. A failure to clean up must not hide the first error.
fn discard(folder: &Path) {
    let marker = folder.join(MARKER);
    if marker.is_file() {
        // The marker goes last: a command that is killed here leaves a folder that the next one knows.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let _ = match path == marker {
                true => Ok(()),
                false if is_folder => fs::remove_dir_all(&path),
                false => fs::remove_file(&path),
            };
        }
        let _ = fs::remove_file(&marker);
    }
    if fs::remove_dir(folder).is_err() && manifest(folder).is_some() {
        let _ = ours::remove(folder);
    }
}

/// A folder in which a result grows.
#[derive(Debug)]
pub(super) struct Staging {
    pub(super) folder: PathBuf,
    names: Names,
    parents: Parents,
}

impl Staging {
    pub(super) fn make(names: Names, parents: Parents) -> Result<Self, OutputError> {
        let folder = names.partial.clone();
        fs::create_dir(&folder).map_err(at(&folder))?;
        open().push(folder.clone());
        let staging = Self { folder, names, parents };
        let marker = staging.folder.join(MARKER);
        fs::write(&marker, "Made by tradepath; removed when its command ends.\n").map_err(at(&marker))?;
        Ok(staging)
    }

    /// Moves the old result aside and the new one in, then removes the old one. `check` has the last word.
    pub(super) fn take_name(
        mut self,
        target: &Path,
        check: impl Fn() -> Result<(), OutputError>,
    ) -> Result<(), OutputError> {
        let mut guard = open();
        let marker = self.folder.join(MARKER);
        fs::remove_file(&marker).map_err(at(&marker))?;
        guard.retain(|folder| *folder != self.folder);
        self.parents.keep = true;
        let keep = |why: String| OutputError::NotMoved {
            target: target.to_owned(),
            kept: keep_aside(&self.folder, target),
            why,
        };
        check().map_err(|error| keep(error.to_string()))?;
        let is_old = target.exists();
        if is_old {
            fs::rename(target, &self.names.old).map_err(|error| keep(error.to_string()))?;
        }
        if let Err(error) = fs::rename(&self.folder, target) {
            let back = if is_old { fs::rename(&self.names.old, target) } else { Ok(()) };
            let where_old = back
                .err()
                .map(|error| format!("; the old result is in {} ({error})", self.names.old.display()));
            return Err(keep(format!("{error}{}", where_old.unwrap_or_default())));
        }
        if is_old && let Err(error) = remove_old(&self.names.old) {
            return Err(OutputError::OldStays {
                target: target.to_owned(),
                old: self.names.old.clone(),
                source: error,
            });
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let mut guard = open();
        if let Some(at) = guard.iter().position(|folder| *folder == self.folder) {
            guard.swap_remove(at);
            discard(&self.folder);
        }
    }
}

/// The old result goes: an empty folder, or one whose manifest says that it is ours.
fn remove_old(old: &Path) -> io::Result<()> {
    match fs::remove_dir(old) {
        Ok(()) => Ok(()),
        Err(_) => ours::remove(old),
    }
}

/// Gives a complete result that cannot take its name the first free name `NAME.new`, `NAME.new-2`, ...
fn keep_aside(folder: &Path, target: &Path) -> PathBuf {
    let name = target.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
    let names = (1..).map(|n| if n == 1 { format!("{name}.new") } else { format!("{name}.new-{n}") });
    let free = names.map(|name| target.with_file_name(name)).find(|path| !path.exists());
    match free {
        Some(free) if fs::rename(folder, &free).is_ok() => free,
        _ => folder.to_owned(),
    }
}
