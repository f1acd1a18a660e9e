//! A folder of input files: on disk, or embedded in the binary.
//!
//! Only files that are asked for by name are read, and each is noted with its checksum: what a result depends on
//! is what was read for it. A name may not leave the folder, neither by `..` nor by a link.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use include_dir::{Dir, include_dir};

use super::disk_reads;
use super::hash::sha256;
use crate::error::Fault;

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../data");

/// Longest text that is read, bytes; no table of this program is longer.
const LONGEST_TEXT_BYTES: u64 = 1 << 30;

/// One file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadFile {
    /// Path below the folder that reading began from, with `/` between its parts.
    pub path: String,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// Length.
    pub bytes: u64,
}

/// What was asked for; one log for a folder and all folders inside it.
#[derive(Debug, Default)]
struct Log {
    /// Checksum and length of each file read, by path.
    read: BTreeMap<String, (String, u64)>,
    /// Paths of files that were not there, which was no fault.
    absent: BTreeSet<String>,
}

/// A folder from which text files are read by their relative path.
#[derive(Debug, Clone)]
pub struct Files {
    root: Root,
    /// Path below the root, no slash at the end; may be one that is refused when something is read.
    inner: String,
    /// Texts that stand in place of files, by path below the root.
    instead: Arc<BTreeMap<String, String>>,
    /// What helps where a file is missing or cannot be read.
    remedy: &'static str,
    log: Arc<Mutex<Log>>,
}

/// What helps where a folder of input files is not whole.
const OF_INPUT: &str = "Check the path, or start from `tradepath init DIR`, which writes a complete set.";
/// What helps where the user named the file itself.
const NAMED: &str = "Check the path and the file.";
/// What helps where a folder of results is not whole.
const OF_RESULT: &str = "Name the folder of a finished result, as the command wrote it with --out.";

#[derive(Debug, Clone)]
enum Root {
    /// The `data/` folder that the binary carries.
    Embedded,
    /// A folder on disk.
    Directory(PathBuf),
}

impl Files {
    /// The embedded `data/` folder.
    #[must_use]
    pub fn embedded() -> Self {
        Self::of(Root::Embedded)
    }

    /// The folder at `path`.
    #[must_use]
    pub fn directory(path: &Path) -> Self {
        Self::of(Root::Directory(path.to_path_buf()))
    }

    fn of(root: Root) -> Self {
        Self { root, inner: String::new(), instead: Arc::default(), remedy: OF_INPUT, log: Arc::default() }
    }

    /// The folder of a result at `path`: one that is not whole is no set of input files to be completed.
    #[must_use]
    pub fn result(path: &Path) -> Self {
        Self::directory(path).with_remedy(OF_RESULT)
    }

    /// The same folder, with what helps where a file of it is missing or cannot be read.
    #[must_use]
    pub fn with_remedy(self, remedy: &'static str) -> Self {
        Self { remedy, ..self }
    }

    /// The same folder with `text` in place of what `file` holds, and nothing read of it yet.
    #[must_use]
    pub fn with_text(&self, file: &str, text: String) -> Self {
        let mut instead = BTreeMap::clone(&self.instead);
        instead.insert(self.inner_path(file), text);
        Self { instead: Arc::new(instead), log: Arc::default(), ..self.clone() }
    }

    /// The folder `name` inside this one; a name that leads out of it gives a fault when something is read.
    #[must_use]
    pub fn folder(&self, name: &str) -> Self {
        Self { inner: self.inner_path(name), ..self.clone() }
    }

    /// The same folder with a log of its own: what is read through it is no input of a result.
    #[must_use]
    pub fn unlogged(&self) -> Self {
        Self { log: Arc::default(), ..self.clone() }
    }

    /// `file` as a user knows it.
    #[must_use]
    pub fn display(&self, file: &str) -> String {
        match &self.root {
            Root::Embedded => format!("data/{}", self.inner_path(file)),
            Root::Directory(path) => path.join(self.inner_path(file)).display().to_string(),
        }
    }

    /// Path of `file` below the root, as in the log.
    pub(super) fn inner_path(&self, file: &str) -> String {
        match (self.inner.as_str(), file) {
            ("", _) => file.to_owned(),
            (inner, "") => inner.to_owned(),
            (inner, _) => format!("{inner}/{file}"),
        }
    }

    /// The same path without `.` and doubled slashes; a fault where it is absolute or has `..` in it.
    fn safe_path(&self, file: &str) -> Result<String, Fault> {
        let path = self.inner_path(file);
        let is_inside = |path: &str| {
            let mut parts = Path::new(path).components();
            parts.all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
        };
        if !is_inside(&path) || !is_inside(file) {
            let expected = "a relative path inside the folder, without `..`";
            return Err(self.fault(file, "a path that leads out of the folder", expected));
        }
        let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
        Ok(parts.collect::<Vec<_>>().join("/"))
    }

    /// The text of `file`, or `None` if there is no such file.
    ///
    /// # Errors
    /// A [`Fault`] if the path or a link leads out of the folder, or if it is not a UTF-8 text file.
    pub fn read_optional(&self, file: &str) -> Result<Option<String>, Fault> {
        let path = self.safe_path(file)?;
        if let Some(text) = self.instead.get(&path) {
            self.note(&path, file, text.as_bytes())?;
            return Ok(Some(text.clone()));
        }
        let bytes = match &self.root {
            Root::Embedded => EMBEDDED.get_file(&path).map(|found| found.contents().to_vec()),
            Root::Directory(root) => self.read_disk(root, &path, file)?,
        };
        let Some(bytes) = bytes else {
            self.log().absent.insert(path);
            return Ok(None);
        };
        self.note(&path, file, &bytes)?;
        self.utf8(file, bytes).map(Some)
    }

    fn read_disk(&self, root: &Path, path: &str, file: &str) -> Result<Option<Vec<u8>>, Fault> {
        let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
        let full = root.join(path);
        let unreadable =
            |error: std::io::Error| self.fault(file, &error.to_string(), "a readable UTF-8 text file");
        let entry = match std::fs::symlink_metadata(&full) {
            Err(error) if error.kind() == ErrorKind::NotFound => return self.other_spelling(&full, file),
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                return Err(self.fault(file, &self.missing(), "a file of this name"));
            }
            found => found.map_err(unreadable)?,
        };
        let target = std::fs::canonicalize(&full).map_err(|error| {
            let found = if entry.is_symlink() { "a link to nothing".to_owned() } else { error.to_string() };
            self.fault(file, &found, "a readable UTF-8 text file")
        })?;
        if !target.starts_with(std::fs::canonicalize(root).map_err(unreadable)?) {
            let found = format!("a link to {}", target.display());
            return Err(self.fault(file, &found, "a file inside the folder: copy it there"));
        }
        disk_reads::note(&target);
        self.regular(&target, file).map(Some)
    }

    /// The bytes of a regular file of bounded length.
    fn regular(&self, path: &Path, file: &str) -> Result<Vec<u8>, Fault> {
        let unreadable = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound => self.fault(file, "missing", "a file of this name"),
            _ => self.fault(file, &error.to_string(), "a readable UTF-8 text file"),
        };
        let metadata = std::fs::metadata(path).map_err(unreadable)?;
        if !metadata.is_file() {
            let found = if metadata.is_dir() { "a folder" } else { "a pipe, socket or device" };
            return Err(self.fault(file, found, "a regular file"));
        }
        let mut bytes = Vec::new();
        let opened = std::fs::File::open(path).map_err(unreadable)?;
        opened.take(LONGEST_TEXT_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > LONGEST_TEXT_BYTES {
            let expected = format!("a table of at most {LONGEST_TEXT_BYTES} bytes");
            return Err(self.fault(file, &format!("{} bytes", metadata.len()), &expected));
        }
        Ok(bytes)
    }

    /// What a file that is not there means: `None`, unless another spelling of its name is.
    fn other_spelling(&self, full: &Path, file: &str) -> Result<Option<Vec<u8>>, Fault> {
        let (Some(folder), Some(wanted)) = (full.parent(), full.file_name()) else { return Ok(None) };
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let other = entries.map(|entry| entry.file_name()).find(|name| name.eq_ignore_ascii_case(wanted));
        match other {
            Some(name) => {
                let found = format!("a file named {}", name.to_string_lossy());
                Err(self.fault(file, &found, "the name in these letters, small and capital"))
            }
            None => Ok(None),
        }
    }

    /// Notes what was read; a file that says something else than the last time is refused.
    fn note(&self, path: &str, file: &str, bytes: &[u8]) -> Result<(), Fault> {
        let sha256 = sha256(bytes);
        let before = self.log().read.insert(path.to_owned(), (sha256.clone(), bytes.len() as u64));
        if before.is_some_and(|(known, _)| known != sha256) {
            return Err(self.fault(file, "changed while the program read it", "a file that stays as it is"));
        }
        Ok(())
    }

    fn utf8(&self, file: &str, bytes: Vec<u8>) -> Result<String, Fault> {
        String::from_utf8(bytes).map_err(|error| {
            let (valid, at) = (error.as_bytes(), error.utf8_error().valid_up_to());
            let line = 1 + valid[..at].iter().filter(|&&byte| byte == b'\n').count() as u64;
            let found = format!("byte 0x{:02X}, which is no UTF-8", valid[at]);
            let remedy = "Save the file as UTF-8 (a spreadsheet offers \"CSV UTF-8\").".to_owned();
            Fault { line: Some(line), remedy, ..self.fault(file, &found, "a readable UTF-8 text file") }
        })
    }

    /// The text of `file`.
    ///
    /// # Errors
    /// A [`Fault`] if the file is missing, empty or unreadable.
    pub fn read(&self, file: &str) -> Result<String, Fault> {
        match self.read_optional(file)? {
            None => {
                self.log().absent.remove(&self.safe_path(file)?);
                Err(self.fault(file, &self.missing(), "a file of this name"))
            }
            Some(text) if text.trim().is_empty() => {
                Err(self.fault(file, "empty", "a header line and at least one row"))
            }
            Some(text) => Ok(text),
        }
    }

    /// The text of a file that the user names with its path: links and pipes are followed, as they were meant.
    ///
    /// # Errors
    /// A [`Fault`] if there is no such file, or it is not UTF-8 text.
    pub fn read_named(path: &Path) -> Result<String, Fault> {
        let files = Self::directory(Path::new("")).with_remedy(NAMED);
        let name = path.display().to_string();
        let is_pipe = std::fs::metadata(path).is_ok_and(|metadata| is_pipe(&metadata));
        let bytes = if is_pipe { files.pipe(path, &name)? } else { files.regular(path, &name)? };
        let text = files.utf8(&name, bytes)?;
        if text.trim().is_empty() {
            return Err(files.fault(&name, "empty", "a header line and at least one row"));
        }
        Ok(text)
    }

    fn pipe(&self, path: &Path, name: &str) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        let read = std::fs::File::open(path)
            .and_then(|file| file.take(LONGEST_TEXT_BYTES + 1).read_to_end(&mut bytes));
        read.map_err(|error| self.fault(name, &error.to_string(), "a readable UTF-8 text file"))?;
        if bytes.len() as u64 > LONGEST_TEXT_BYTES {
            let expected = format!("a table of at most {LONGEST_TEXT_BYTES} bytes");
            return Err(self.fault(name, "a longer stream", &expected));
        }
        Ok(bytes)
    }

    /// Names of what lies directly inside this folder and ends in `suffix`, sorted; hidden files are no input.
    #[must_use]
    pub fn list(&self, suffix: &str) -> Vec<String> {
        let Ok(path) = self.safe_path("") else { return Vec::new() };
        let mut names: Vec<String> = match &self.root {
            Root::Embedded => embedded_folder(&path)
                .into_iter()
                .flat_map(Dir::files)
                .filter_map(|file| Some(file.path().file_name()?.to_str()?.to_owned()))
                .collect(),
            Root::Directory(root) => std::fs::read_dir(root.join(path).join("."))
                .into_iter()
                .flatten()
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                .collect(),
        };
        names.retain(|name| name.ends_with(suffix) && !name.starts_with('.'));
        names.sort();
        names
    }

    /// Every file read so far through this folder, the folder it was made from and all made from that, sorted by
    /// path: what the results depend on.
    #[must_use]
    pub fn read_log(&self) -> Vec<ReadFile> {
        let entry = |(path, (sha256, bytes)): (&String, &(String, u64))| ReadFile {
            path: path.clone(),
            sha256: sha256.clone(),
            bytes: *bytes,
        };
        self.log().read.iter().map(entry).collect()
    }

    /// Paths below the folder that reading began from of the files inside this folder that were asked for and were not
    /// there, which was no fault, sorted.
    #[must_use]
    pub fn absent(&self) -> Vec<String> {
        let inside = self.inner_path("");
        let is_inside = |path: &&String| {
            path.strip_prefix(&inside).is_some_and(|rest| inside.is_empty() || rest.starts_with('/'))
        };
        self.log().absent.iter().filter(is_inside).cloned().collect()
    }

    /// The folder that reading began from.
    #[must_use]
    pub(super) fn root(&self) -> Self {
        Self { inner: String::new(), ..self.clone() }
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How a file is missing: with its folder, where that is none.
    fn missing(&self) -> String {
        match &self.root {
            Root::Directory(root) if root.is_file() => {
                format!("missing ({} is a file, no folder)", root.display())
            }
            Root::Directory(root) if !root.as_os_str().is_empty() && !root.exists() => {
                format!("missing (there is no folder {})", root.display())
            }
            _ => "missing".into(),
        }
    }

    fn fault(&self, file: &str, found: &str, expected: &str) -> Fault {
        Fault {
            file: self.display(file),
            line: None,
            field: "file".into(),
            found: found.into(),
            expected: expected.into(),
            remedy: self.remedy.into(),
        }
    }
}

/// True for pipes, such as those of `<(command)`.
#[cfg(unix)]
fn is_pipe(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&metadata.file_type())
}

#[cfg(not(unix))]
fn is_pipe(_: &std::fs::Metadata) -> bool {
    false
}

fn embedded_folder(path: &str) -> Option<&'static Dir<'static>> {
    if path.is_empty() { Some(&EMBEDDED) } else { EMBEDDED.get_dir(path) }
}

/// Writes the whole embedded folder below `target`.
///
/// # Errors
/// The error of the file system.
pub fn write_embedded(target: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(target)?;
    EMBEDDED.extract(target)
}
