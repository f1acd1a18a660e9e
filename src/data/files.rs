//! A folder of input files: on disk, or embedded in the binary.

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::raw_text::read_utf8;
use crate::error::Fault;

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/data");

/// A folder from which text files are read by their relative path.
#[derive(Debug, Clone)]
pub enum Files {
    /// The `data/` folder that the binary carries, or a folder inside it (relative path, no slash at the end).
    Embedded(String),
    /// A folder on disk.
    Directory(PathBuf),
}

impl Files {
    /// The embedded `data/` folder.
    #[must_use]
    pub fn embedded() -> Self {
        Self::Embedded(String::new())
    }

    /// The folder at `path`.
    #[must_use]
    pub fn directory(path: &Path) -> Self {
        Self::Directory(path.to_path_buf())
    }

    /// The folder `name` inside this one.
    #[must_use]
    pub fn folder(&self, name: &str) -> Self {
        match self {
            Self::Embedded(_) => Self::Embedded(self.inner_path(name)),
            Self::Directory(path) => Self::Directory(path.join(name)),
        }
    }

    /// `file` as a user knows it.
    #[must_use]
    pub fn display(&self, file: &str) -> String {
        match self {
            Self::Embedded(_) => format!("data/{}", self.inner_path(file)),
            Self::Directory(path) => path.join(file).display().to_string(),
        }
    }

    fn inner_path(&self, name: &str) -> String {
        match self {
            Self::Embedded(prefix) if prefix.is_empty() => name.to_owned(),
            Self::Embedded(prefix) => format!("{prefix}/{name}"),
            Self::Directory(_) => name.to_owned(),
        }
    }

    /// The text of `file`, or `None` where there is no such file.
    ///
    /// # Errors
    /// A [`Fault`] where the file exists and cannot be read as UTF-8 text.
    pub fn read_optional(&self, file: &str) -> Result<Option<String>, Fault> {
        match self {
            Self::Embedded(_) => Ok(EMBEDDED
                .get_file(self.inner_path(file))
                .and_then(|found| found.contents_utf8())
                .map(str::to_owned)),
            Self::Directory(path) => {
                read_utf8(&path.join(file)).map_err(|error| error.fault(&self.display(file)))
            }
        }
    }

    /// The text of `file`.
    ///
    /// # Errors
    /// A [`Fault`] where the file is missing, empty or unreadable.
    pub fn read(&self, file: &str) -> Result<String, Fault> {
        match self.read_optional(file)? {
            None => Err(self.fault(file, "missing", "a file of this name")),
            Some(text) if text.trim().is_empty() => {
                Err(self.fault(file, "empty", "a header line and at least one row"))
            }
            Some(text) => Ok(text),
        }
    }

    /// Names of the files directly inside this folder that end in `suffix`, sorted.
    #[must_use]
    pub fn list(&self, suffix: &str) -> Vec<String> {
        let mut names: Vec<String> = match self {
            Self::Embedded(prefix) => embedded_folder(prefix)
                .into_iter()
                .flat_map(Dir::files)
                .filter_map(|file| Some(file.path().file_name()?.to_str()?.to_owned()))
                .collect(),
            Self::Directory(path) => std::fs::read_dir(path)
                .into_iter()
                .flatten()
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                .collect(),
        };
        names.retain(|name| name.ends_with(suffix));
        names.sort();
        names
    }

    /// Paths of all files below the folder `name` of this one, relative to this folder, sorted.
    #[must_use]
    pub fn tree(&self, name: &str) -> Vec<String> {
        let mut paths = Vec::new();
        match self {
            Self::Embedded(_) => {
                if let Some(dir) = embedded_folder(&self.inner_path(name)) {
                    embedded_tree(dir, &mut paths);
                }
            }
            Self::Directory(path) => disk_tree(&path.join(name), name, &mut paths),
        }
        paths.sort();
        paths
    }

    fn fault(&self, file: &str, found: &str, expected: &str) -> Fault {
        Fault {
            file: self.display(file),
            line: None,
            field: "file".into(),
            found: found.into(),
            expected: expected.into(),
            remedy: "Check the path, or start from `tradepath init DIR`, which writes a complete set.".into(),
        }
    }
}

fn embedded_folder(prefix: &str) -> Option<&'static Dir<'static>> {
    if prefix.is_empty() { Some(&EMBEDDED) } else { EMBEDDED.get_dir(prefix) }
}

fn embedded_tree(dir: &Dir<'static>, paths: &mut Vec<String>) {
    paths.extend(dir.files().filter_map(|file| Some(file.path().to_str()?.to_owned())));
    dir.dirs().for_each(|inner| embedded_tree(inner, paths));
}

fn disk_tree(folder: &Path, name: &str, paths: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(file_name) = entry.file_name().into_string() else { continue };
        let inner = format!("{name}/{file_name}");
        if entry.path().is_dir() {
            disk_tree(&entry.path(), &inner, paths);
        } else {
            paths.push(inner);
        }
    }
}

/// Writes the whole embedded folder below `target`.
///
/// # Errors
/// Whatever the file system answers.
pub fn write_embedded(target: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(target)?;
    EMBEDDED.extract(target)
}
