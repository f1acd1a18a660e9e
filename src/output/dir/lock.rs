//! One run a folder: a lock beside it that dies with its process.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::error::{OutputError, at};

/// Lock files of this process.
static HELD: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn held() -> MutexGuard<'static, Vec<PathBuf>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes the lock files of this process, which ends now; the locks themselves die with it.
pub(super) fn remove_files() {
    for path in held().drain(..) {
        let _ = fs::remove_file(path);
    }
}

/// Held while a command writes to a folder.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock `path` of the folder `target`.
    ///
    /// # Errors
    /// [`OutputError::Locked`] where another process holds it.
    pub fn take(path: &Path, target: &Path) -> Result<Self, OutputError> {
        loop {
            let mut file = OpenOptions::new()
                .create(true)
                .read(true)
                .write(true)
                .truncate(false)
                .open(path)
                .map_err(at(path))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    // Who holds it is only said where it can be read.
                    let _ = file.read_to_string(&mut holder);
                    return Err(OutputError::Locked { path: target.to_owned(), holder });
                }
                Err(TryLockError::Error(error)) => return Err(at(path)(error)),
            }
            // The holder before may have removed the file between opening and locking: then the lock is of nothing.
            if is_same_file(&file, path) {
                let note = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
                note.map_err(at(path))?;
                held().push(path.to_owned());
                return Ok(Self { path: path.to_owned(), _file: file });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let mut held = held();
        if let Some(at) = held.iter().position(|path| *path == self.path) {
            held.swap_remove(at);
            // Still locked here; a file that stays behind is free for the next command.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(unix)]
fn is_same_file(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let same = || -> io::Result<bool> {
        let (held, named) = (file.metadata()?, fs::metadata(path)?);
        Ok(held.dev() == named.dev() && held.ino() == named.ino())
    };
    same().unwrap_or(false)
}

#[cfg(not(unix))]
fn is_same_file(_file: &File, path: &Path) -> bool {
    // A file that is open cannot be removed there.
    path.exists()
}
