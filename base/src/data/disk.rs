//! What the file system refuses: where, and what helps.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// What helps against what the file system said, as a sentence.
#[must_use]
pub fn remedy(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "Free space, or name a folder on another disk."
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "Name a folder that you may read and write, or allow it."
        }
        _ => "Name another folder, or see to what stands in the way.",
    }
}

/// Copies a file. Where that fails, the path is the one that could not be read or written.
///
/// # Errors
/// What the file system said, with the path that it said it of.
pub fn copy(from: &Path, to: &Path) -> Result<(), (PathBuf, io::Error)> {
    File::open(from).map_err(|error| (from.to_owned(), error))?;
    fs::copy(from, to).map(|_| ()).map_err(|error| (to.to_owned(), error))
}

#[cfg(test)]
mod tests {
    use super::{copy, remedy};
    use std::fs;
    use std::io::{Error, ErrorKind};

    #[test]
    fn a_copy_that_fails_names_the_file_that_is_at_fault() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("none/to"));
        assert_eq!(copy(&from, &to).unwrap_err().0, from);
        fs::write(&from, "x").unwrap();
        assert_eq!(copy(&from, &to).unwrap_err().0, to);
        copy(&from, &folder.path().join("to")).unwrap();
    }

    #[test]
    fn space_is_the_remedy_where_it_is_wanting_alone() {
        assert!(remedy(&Error::from(ErrorKind::StorageFull)).contains("Free space"));
        assert!(!remedy(&Error::from(ErrorKind::PermissionDenied)).contains("Free space"));
    }
}
