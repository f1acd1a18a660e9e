//! Why an output folder could not be used or written.

use std::io;
use std::path::{Path, PathBuf};

use crate::data::disk;

/// The folder could not be used or written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The folder is in use.
    #[error("{}: the folder exists and is not empty. Name another with --out, or pass --overwrite to replace it.", .0.display())]
    NotEmpty(PathBuf),
    /// The folder may not be an output.
    #[error("{}: the output folder {why}. Name another folder with --out.", path.display())]
    Refused {
        /// Folder as the user knows it.
        path: PathBuf,
        /// Why not, after "the output folder".
        why: String,
    },
    /// A finished result stands under the name, and not all of it is as it was written.
    #[error("{}: the result in this folder is damaged: {what}. Nothing in it was touched. Put back what was there, or remove the folder and run the command again.", path.display())]
    Damaged {
        /// Folder as the user knows it.
        path: PathBuf,
        /// The first file that is changed, and how many more are.
        what: String,
    },
    /// Another process writes to the folder.
    #[error("{}: another command is writing to this folder (process {holder}). Wait for it, or name another folder.", path.display())]
    Locked {
        /// Folder concerned.
        path: PathBuf,
        /// Number of the process.
        holder: String,
    },
    /// The file system refused.
    #[error("{}: {source}. Nothing was replaced. {}", path.display(), disk::remedy(source))]
    Io {
        /// File or folder concerned.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// The new result stands under its name, and the old one could not be removed whole.
    #[error("{}: the new result stands here; the old one could not be removed whole and is in {} ({source}). Remove it yourself.", target.display(), old.display())]
    OldStays {
        /// Folder with the new result.
        target: PathBuf,
        /// Folder with what is left of the old one.
        old: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// The result is complete and could not take its name.
    #[error("{}: {why}. What stood there is untouched; the new result is in {}.", target.display(), kept.display())]
    NotMoved {
        /// Name that it should have.
        target: PathBuf,
        /// Where it is.
        kept: PathBuf,
        /// What stood in the way.
        why: String,
    },
}

impl OutputError {
    /// True if another command line helps and trying again does not.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        // A file on the way to a folder, or a name that no folder can have, stays what it is.
        let stays = |kind| {
            matches!(
                kind,
                io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory | io::ErrorKind::InvalidFilename
            )
        };
        match self {
            Self::NotEmpty(_) | Self::Refused { .. } | Self::Damaged { .. } => true,
            Self::Io { source, .. } => stays(source.kind()),
            _ => false,
        }
    }
}

/// An error of the file system at a path, which may have come through a writer of tables.
pub fn at<E: Into<io::Error>>(path: &Path) -> impl FnOnce(E) -> OutputError + use<E> {
    let path = path.to_owned();
    |error| OutputError::Io { path, source: error.into() }
}
