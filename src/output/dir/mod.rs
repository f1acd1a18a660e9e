//! An output folder that appears whole or not at all.
//!
//! Every command writes through [`OutputDir`]. Beside the folder `NAME` stand, while a command runs:
//!
//! | name | what |
//! | --- | --- |
//! | `.NAME.lock` | the lock; freed when its process dies |
//! | `.NAME.partial` | the new result; removed by the next command where its process was killed |
//! | `.NAME.old` | the old result between its moving aside and its removal; put back where the new one never came |
//!
//! A folder is replaced only where its manifest lists everything in it, and everything is as it was written.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::rows::{NextRow, RowWriter, Schema, TableRow, lines};
use crate::data::disk;
use crate::data::sha256;
use crate::sorted::{SortedMap, sort_by};

mod datapackage;
mod error;
mod lock;
mod ours;
mod staging;
mod table;
mod target;

pub use datapackage::PACKAGE;
pub use error::{OutputError, at};
pub use lock::Lock;
pub use ours::{Difference, FileEntry, MANIFEST, WORK, differences, listed, manifest};
use staging::Staging;
pub use staging::abandon_all;
pub use table::TableFile;
pub use target::protect;

/// What to do with a folder that exists and is not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Refuse it.
    Refuse,
    /// Replace it whole when the new one is complete, where all in it is ours: the user asked for it.
    Replace,
    /// As `Replace`, but only a result of this command: nobody asked for it.
    ReplaceOwn(&'static str),
    /// As `Replace`, for a result that is made from the one before it.
    Renew,
}

/// The tables of a folder by their path, and their name together.
#[derive(Debug, Default)]
struct Contents {
    tables: SortedMap<String, Schema>,
    name: Option<String>,
}

/// Files are written to a neighbour folder that takes the final name on [`OutputDir::finish`].
#[derive(Debug)]
pub struct OutputDir {
    shown: PathBuf,
    target: PathBuf,
    existing: Existing,
    /// What the folder holds, for `datapackage.json`.
    contents: Mutex<Contents>,
    // Dropped in this order: the lock goes last.
    staging: Staging,
    _lock: Lock,
}

impl OutputDir {
    /// Refuses a folder that may not be written without touching anything, for commands that begin to write late.
    ///
    /// # Errors
    /// [`OutputError`] as [`OutputDir::create`], but for the lock.
    pub fn check(target: &Path, existing: Existing) -> Result<(), OutputError> {
        check(target, &target::resolve(target)?, existing)
    }

    /// Prepares to write `target`: locks it, cleans up after killed commands, refuses it where it may not be
    /// replaced. Long work begins after this.
    ///
    /// # Errors
    /// [`OutputError`] if the folder is in use, is not ours, is refused, or the parent cannot be written.
    pub fn create(target: &Path, existing: Existing) -> Result<Self, OutputError> {
        let resolved = target::resolve(target)?;
        Self::at_resolved(target, resolved, existing)
    }

    /// Prepares to make a part of the folder `target` anew: the other files that its manifest lists are taken over.
    ///
    /// # Errors
    /// As [`OutputDir::create`]; the folder may be an input of the command.
    pub fn renew(target: &Path, is_made_anew: impl Fn(&str) -> bool) -> Result<Self, OutputError> {
        let resolved = fs::canonicalize(target).map_err(at(target))?;
        let output = Self::at_resolved(target, resolved, Existing::Renew)?;
        let mut manifest = output.standing().unwrap_or_default();
        let mut kept = listed(&manifest);
        kept.retain(|file| file.path != WORK && !is_made_anew(&file.path));
        for file in &kept {
            output.take_over(&file.path)?;
        }
        manifest["files"] = json!(kept);
        output.write_text(MANIFEST, &format!("{manifest:#}\n"))?;
        if let Some(work) = ours::work(&output.target) {
            output.write_text(WORK, &format!("{work:#}\n"))?;
        }
        Ok(output)
    }

    /// A file of the standing result becomes one of the new: as a second name of the same bytes where the file
    /// system can, else as a copy. One that is missing stays missing.
    fn take_over(&self, file: &str) -> Result<(), OutputError> {
        let (from, to) = (self.target.join(file), self.path().join(file));
        if !from.exists() {
            return Ok(());
        }
        self.make_folder_of(&to)?;
        fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(|_| ())).map_err(at(&to))
    }

    fn at_resolved(shown: &Path, target: PathBuf, existing: Existing) -> Result<Self, OutputError> {
        let names = staging::Names::of(&target);
        // Seen before anything is made, so that a refused folder leaves no trace.
        check(shown, &target, existing)?;
        let parents = staging::Parents::make(&target)?;
        let lock = Lock::take(&names.lock, shown)?;
        staging::recover(&names, &target)?;
        check(shown, &target, existing)?;
        let staging = Staging::make(names, parents)?;
        let contents = Mutex::default();
        Ok(Self { shown: shown.to_owned(), target, existing, contents, staging, _lock: lock })
    }

    /// Refuses the folder where the command has read from it, for commands that take long after all is read;
    /// [`OutputDir::finish`] asks again.
    ///
    /// # Errors
    /// [`OutputError::Refused`].
    pub fn refuse_inputs(&self) -> Result<(), OutputError> {
        match self.existing {
            Existing::Renew => Ok(()),
            Existing::Refuse | Existing::Replace | Existing::ReplaceOwn(_) => {
                target::refuse_inputs(&self.shown, &self.target)
            }
        }
    }

    /// Folder to write into until [`OutputDir::finish`].
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.staging.folder
    }

    /// The folder `.NAME.SUFFIX` beside the output folder, for what outlives a killed command.
    #[must_use]
    pub fn neighbour(&self, suffix: &str) -> PathBuf {
        staging::Names::neighbour(&self.target, suffix)
    }

    /// The output folder as the user knows it.
    #[must_use]
    pub fn shown(&self) -> &Path {
        &self.shown
    }

    /// True if `path` is the output folder or lies in it: what is kept there would be in the way of the result.
    #[must_use]
    pub fn holds(&self, path: &Path) -> bool {
        target::follow(path).is_ok_and(|path| path.starts_with(&self.target))
    }

    /// The manifest of the result that stands under the name now.
    #[must_use]
    pub fn standing(&self) -> Option<Value> {
        manifest(&self.target)
    }

    /// What the result that stands under the name took.
    #[must_use]
    pub fn standing_work(&self) -> Option<Value> {
        ours::work(&self.target)
    }

    /// Names the tables of the folder together.
    pub fn name_package(&self, name: &str) {
        self.contents().name = Some(name.to_owned());
    }

    /// Says what a table is that is written or copied as a file; one that is not there in the end is left out.
    pub fn declare(&self, schema: Schema) {
        self.contents().tables.insert(schema.file.to_owned(), schema);
    }

    fn contents(&self) -> std::sync::MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a table that is written row by row: `table::<EventRow<'static>>()` takes rows with texts of any lifetime.
    ///
    /// # Errors
    /// [`OutputError`] if the file cannot be written.
    pub fn table<R: TableRow<'static>>(&self) -> Result<TableFile<R>, OutputError> {
        let schema = R::schema();
        let table = TableFile::create(self.path().join(R::FILE), &schema);
        self.declare(schema);
        table
    }

    /// Writes a table.
    ///
    /// # Errors
    /// [`OutputError`] if the file cannot be written.
    pub fn write_rows<'a, R: TableRow<'a>>(
        &self,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<(), OutputError> {
        self.write_lines(R::schema(), &mut lines(rows))
    }

    fn write_lines(&self, schema: Schema, next: &mut NextRow<'_>) -> Result<(), OutputError> {
        let path = self.path().join(schema.file);
        self.make_folder_of(&path)?;
        let mut write = || {
            let mut writer = RowWriter::new(File::create(&path)?, &schema)?;
            writer.write(next)?;
            writer.finish()
        };
        write().map_err(at(&path))?;
        self.declare(schema);
        Ok(())
    }

    /// Writes a text file, and the folder inside the output in which it lies.
    ///
    /// # Errors
    /// [`OutputError`] if the file cannot be written.
    pub fn write_text(&self, name: &str, text: &str) -> Result<(), OutputError> {
        self.write_bytes(name, text.as_bytes())
    }

    /// Writes bytes.
    ///
    /// # Errors
    /// [`OutputError`] if the file cannot be written.
    pub fn write_bytes(&self, name: &str, bytes: &[u8]) -> Result<(), OutputError> {
        let path = self.path().join(name);
        self.make_folder_of(&path)?;
        fs::write(&path, bytes).map_err(at(&path))
    }

    /// Takes over a file of another folder as it is.
    ///
    /// # Errors
    /// [`OutputError`] with the file that cannot be read or written.
    pub fn copy(&self, from: &Path, name: &str) -> Result<(), OutputError> {
        let path = self.path().join(name);
        self.make_folder_of(&path)?;
        disk::copy(from, &path).map_err(|(path, source)| OutputError::Io { path, source })
    }

    fn make_folder_of(&self, path: &Path) -> Result<(), OutputError> {
        path.parent().map_or(Ok(()), |folder| fs::create_dir_all(folder).map_err(at(folder)))
    }

    /// Writes `datapackage.json`, where the folder has tables.
    fn write_package(&self, manifest: &Value, files: &[FileEntry]) -> Result<Option<FileEntry>, OutputError> {
        let contents = self.contents();
        let of = (contents.name.as_deref(), manifest);
        let text = datapackage::text(self.path(), of, &contents.tables, files);
        let Some(text) = text else { return Ok(None) };
        // One that was taken over may be a second name of the file of the standing result.
        let _ = fs::remove_file(self.path().join(PACKAGE));
        self.write_text(PACKAGE, &text)?;
        Ok(Some(FileEntry {
            path: PACKAGE.into(),
            bytes: text.len() as u64,
            sha256: sha256(text.as_bytes()),
        }))
    }

    /// Lists the files in `manifest.json` and gives the folder its name; what stood there goes only when the new
    /// result stands. Answers the folder as the user knows it.
    ///
    /// # Errors
    /// [`OutputError`]; where the folder cannot take its name, both results stay and the error says where.
    pub fn finish(self) -> Result<PathBuf, OutputError> {
        self.refuse_inputs()?;
        let path = self.path().join(MANIFEST);
        let mut manifest = match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).map_err(at(&path))?,
            Err(_) => json!({ "program": ours::PROGRAM, "version": env!("CARGO_PKG_VERSION") }),
        };
        let is_not_listed = |path: &str| [MANIFEST, WORK, staging::MARKER, PACKAGE].contains(&path);
        let mut files = ours::list(self.path(), is_not_listed).map_err(at(self.path()))?;
        files.extend(self.write_package(&manifest, &files)?);
        let mut all = manifest["files"].as_array().cloned().unwrap_or_default();
        all.retain(|known| files.iter().all(|file| known["path"] != file.path));
        all.extend(files.iter().map(|file| json!(file)));
        sort_by(&mut all, |a, b| a["path"].as_str().cmp(&b["path"].as_str()));
        manifest["files"] = all.into();
        let text = format!("{manifest:#}\n");
        fs::write(&path, &text).map_err(at(&path))?;
        ours::bind_work(self.path(), &text).map_err(at(&self.path().join(WORK)))?;
        self.staging.take_name(&self.target, || check(&self.shown, &self.target, self.existing))?;
        Ok(self.shown.clone())
    }
}

/// Refuses a folder that may not be replaced.
fn check(shown: &Path, target: &Path, existing: Existing) -> Result<(), OutputError> {
    let mut entries = match fs::read_dir(target) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(at(shown)(error)),
    };
    if entries.next().is_none() {
        return Ok(());
    }
    if existing == Existing::Refuse {
        return Err(OutputError::NotEmpty(shown.to_owned()));
    }
    let refuse = |why: String| Err(OutputError::Refused { path: shown.to_owned(), why });
    let Some(manifest) = manifest(target) else {
        return refuse(format!(
            "holds files of somebody else: no {MANIFEST} of tradepath lists them. Nothing in it was touched; remove it yourself if it can go"
        ));
    };
    if let Existing::ReplaceOwn(command) = existing
        && manifest["command"] != command
    {
        let other = manifest["command"].as_str().unwrap_or("another command");
        return refuse(format!(
            "holds a result of `{other}`, and this is `{command}`: --overwrite would replace it"
        ));
    }
    let all = differences(target, &listed(&manifest)).map_err(at(shown))?;
    let of = |wanted: fn(&Difference) -> bool| all.iter().filter(|found| wanted(found)).collect::<Vec<_>>();
    if let [first, rest @ ..] = &of(|found| matches!(found, Difference::Foreign(_)))[..] {
        return refuse(format!(
            "holds {} that {MANIFEST} does not cover: {} ({}). Nothing in it was touched; move your files elsewhere",
            if rest.is_empty() { "a file".into() } else { format!("{} files", 1 + rest.len()) },
            first.path(),
            first.what()
        ));
    }
    let [first, rest @ ..] = &of(|found| matches!(found, Difference::Changed(_)))[..] else { return Ok(()) };
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    let what = format!("{} ({}){more}", first.path(), first.what());
    Err(OutputError::Damaged { path: shown.to_owned(), what })
}
