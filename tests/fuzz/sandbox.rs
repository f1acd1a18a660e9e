//! A folder with a sound input in which one case after the other is tried, each from the same start.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::dice::Dice;
use crate::formats::Format;
use crate::mutate::{self, Reach};
use crate::seeds;

/// What an entry of a folder was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    is_file: bool,
    length: u64,
    changed: Option<SystemTime>,
}

/// Entries by their path.
pub type Listing = BTreeMap<PathBuf, Stamp>;

/// Folder of the calls, with a neighbour that nothing may touch.
pub struct Sandbox {
    /// Holds `work`, `canary` and nothing else.
    pub ground: PathBuf,
    pristine: PathBuf,
    /// Files that may be mutated, by their path in `work`.
    files: Vec<String>,
    changed: Vec<PathBuf>,
}

/// One case: what was done to the input, and the call.
pub struct Case {
    /// Words of the call.
    pub arguments: Vec<String>,
    /// What was done, one a line.
    pub done: Vec<String>,
    /// True where every mutation is of one line, so that a message can name it.
    pub has_line: bool,
    /// True where every cell of the mutated files is read.
    pub is_read_whole: bool,
    /// True where only words of the command line were changed.
    pub only_words: bool,
}

impl Sandbox {
    /// A sandbox below `ground`, with a copy of `pristine`.
    pub fn new(ground: &Path, pristine: &Path, format: &Format) -> Result<Self, String> {
        let mut files = Vec::new();
        list_files(pristine, Path::new(""), &mut files);
        files.retain(|file| format.touched.iter().any(|start| file.starts_with(start)));
        files.sort();
        let mut sandbox = Self {
            ground: ground.to_path_buf(),
            pristine: pristine.to_path_buf(),
            files,
            changed: Vec::new(),
        };
        sandbox.rebuild()?;
        Ok(sandbox)
    }

    pub fn work(&self) -> PathBuf {
        self.ground.join("work")
    }

    /// Everything anew.
    pub fn rebuild(&mut self) -> Result<(), String> {
        remove(&self.ground);
        self.changed.clear();
        seeds::copy(&self.pristine, &self.work())?;
        let canary = self.ground.join("canary");
        fs::create_dir_all(&canary)
            .and_then(|()| fs::write(canary.join("alive.txt"), "alive"))
            .map_err(|error| error.to_string())
    }

    /// Makes a case of the format: one mutation, at times two or three, and a command line.
    pub fn prepare(&mut self, dice: &mut Dice, format: &Format) -> Case {
        let command = *dice.pick(format.commands);
        let words: Vec<&str> = command.split(' ').collect();
        let loose = words.iter().filter(|word| word.starts_with('@')).count();
        let mut case = Case {
            arguments: Vec::new(),
            done: Vec::new(),
            has_line: true,
            is_read_whole: false,
            only_words: true,
        };
        let wants_words = loose > 0 && (self.files.is_empty() || dice.chance(15));
        let changed = if wants_words { Some(dice.below(loose)) } else { None };
        let mut at = 0;
        for word in words {
            let (bare, is_loose) = word.strip_prefix('@').map_or((word, false), |bare| (bare, true));
            let bare = bare.replace('·', " ");
            let is_changed = is_loose && changed == Some(at);
            at += usize::from(is_loose);
            let now = if is_changed { mutate::word(dice, &bare) } else { bare.clone() };
            // No word of a command line can hold a zero byte.
            let now = now.replace('\0', "");
            if is_changed {
                case.done.push(format!("`{bare}` becomes `{now}` on the command line"));
            }
            case.arguments.push(now);
        }
        if !wants_words && !self.files.is_empty() {
            case.only_words = false;
            let n = if dice.chance(80) { 1 } else { 2 + dice.below(2) };
            case.is_read_whole = format.is_read_whole && n == 1;
            (0..n).for_each(|_| self.spoil(dice, &mut case));
        }
        case
    }

    fn spoil(&mut self, dice: &mut Dice, case: &mut Case) {
        let name = dice.pick(&self.files).clone();
        let path = self.work().join(&name);
        self.changed.push(path.clone());
        if dice.chance(4) {
            case.has_line = false;
            // A pipe that is named on the command line is waited for, as it should be.
            let is_named = case.arguments.iter().any(|word| word.ends_with(&name));
            case.done.push(format!("{name}: {}", spoil_entry(dice, &path, is_named)));
            return;
        }
        let Ok(content) = (if is_plain(&path) { fs::read(&path) } else { Ok(Vec::new()) }) else { return };
        let mutant = mutate::mutate(dice, &name, &content);
        remove(&path);
        case.has_line &= mutant.reach == Reach::Line;
        case.done.push(format!("{name}: {}", mutant.what));
        fs::write(&path, mutant.bytes).expect("the sandbox can be written");
    }

    /// All entries as they are.
    pub fn listing(&self) -> Listing {
        let mut listing = Listing::new();
        list(&self.ground, Path::new(""), &mut listing);
        listing
    }

    /// Takes back what a case changed or left.
    pub fn restore(&mut self, left: &[PathBuf]) -> Result<(), String> {
        remove(&self.work().join("out"));
        left.iter().for_each(|path| remove(&self.ground.join(path)));
        for path in std::mem::take(&mut self.changed) {
            remove(&path);
            let name = path.strip_prefix(self.work()).map_err(|error| error.to_string())?;
            seeds::copy(&self.pristine.join(name), &path)?;
            if path.extension().is_some() {
                remove(&path.with_extension("extra"));
            }
        }
        Ok(())
    }
}

/// Puts something else in the place of a file.
fn spoil_entry(dice: &mut Dice, path: &Path, is_named: bool) -> &'static str {
    let must = |done: std::io::Result<()>| done.expect("the sandbox can be written");
    if dice.chance(20) {
        must(fs::write(path.with_extension("extra"), [0xff, 0xfe, 0x00]));
        return "a file of another program beside it";
    }
    remove(path);
    match dice.below(if is_named { 4 } else { 5 }) {
        0 => "removed",
        1 => {
            must(fs::create_dir(path));
            "a folder in its place"
        }
        2 => {
            must(symlink(path, path));
            "a link to itself in its place"
        }
        3 => {
            must(symlink("/dev/zero", path));
            "a link to /dev/zero in its place"
        }
        _ => {
            must(Command::new("mkfifo").arg(path).status().map(|_| ()));
            "a pipe without a writer in its place"
        }
    }
}

fn is_plain(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|entry| entry.is_file())
}

/// Removes a file, link or folder where there is one.
pub fn remove(path: &Path) {
    let done = match fs::symlink_metadata(path) {
        Ok(entry) if entry.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(_) => Ok(()),
    };
    done.expect("the sandbox can be cleared");
}

fn list_files(root: &Path, inner: &Path, files: &mut Vec<String>) {
    for entry in fs::read_dir(root.join(inner)).into_iter().flatten().flatten() {
        let path = inner.join(entry.file_name());
        if entry.path().is_dir() {
            list_files(root, &path, files);
        } else if let Some(text) = path.to_str() {
            files.push(text.to_owned());
        }
    }
}

fn list(root: &Path, inner: &Path, listing: &mut Listing) {
    for entry in fs::read_dir(root.join(inner)).into_iter().flatten().flatten() {
        let path = inner.join(entry.file_name());
        let Ok(found) = fs::symlink_metadata(entry.path()) else { continue };
        let is_file = !found.is_dir();
        let (length, changed) = if is_file { (found.len(), found.modified().ok()) } else { (0, None) };
        listing.insert(path.clone(), Stamp { is_file, length, changed });
        if !is_file {
            list(root, &path, listing);
        }
    }
}
