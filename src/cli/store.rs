//! Finished years of a run until it is whole: beside the output folder, one folder a run, told apart by fingerprint.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::ensemble::{BlockError, BlockKey, Plan, Shard, YearBlock};
use crate::error::{Fault, InputErrors};

/// Name of the folder of blocks inside a shard's output.
pub const PARTS: &str = "parts";
const OWNER: &str = "run.json";
/// Letters of the fingerprint in the name of a run's folder.
const SHORT: usize = 16;

/// Which run the blocks belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Of version, plan, data and seed.
    pub fingerprint: String,
    /// Part of the draws.
    pub shard: Shard,
    /// Name of the plan.
    pub plan: String,
    /// Seed.
    pub seed: u64,
    /// Draws of all parts.
    pub draws: u64,
    /// First and last year.
    pub years: [i16; 2],
}

impl Owner {
    /// The owner of the blocks of a part of a plan.
    #[must_use]
    pub fn new(fingerprint: &str, shard: Shard, plan: &Plan) -> Self {
        let (plan, seed, draws, years) = (plan.name.clone(), plan.seed, plan.draws, plan.years);
        Self { fingerprint: fingerprint.to_owned(), shard, plan, seed, draws, years }
    }
}

/// Blocks of a run in progress.
pub struct Store {
    /// Folder of the blocks of all unfinished runs of one output folder.
    all: PathBuf,
    folder: PathBuf,
    owner: Owner,
}

impl Store {
    /// The store of the run `owner` in the folder `all`; blocks that are there already are kept.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn open(all: PathBuf, owner: Owner) -> anyhow::Result<Self> {
        let Shard { number, of } = owner.shard;
        let folder = all.join(format!("{}-{number}-of-{of}", &owner.fingerprint[..SHORT]));
        let store = Self { all, folder, owner };
        fs::create_dir_all(&store.folder).with_context(|| store.folder.display().to_string())?;
        let file = store.folder.join(OWNER);
        fs::write(&file, serde_json::to_string(&store.owner)?).with_context(|| file.display().to_string())?;
        Ok(store)
    }

    /// Where the blocks of this run lie.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Years of this run that are there and whole.
    pub fn years<'a>(&'a self, keys: impl IntoIterator<Item = BlockKey<'a>>) -> Vec<i16> {
        let whole =
            keys.into_iter().filter(|key| YearBlock::read(&block_path(&self.folder, key.year), key).is_ok());
        whole.map(|key| key.year).collect()
    }

    /// True where a year of this run was finished by an earlier command.
    #[must_use]
    pub fn has_any(&self) -> bool {
        blocks(&self.folder).iter().any(|path| path.extension().is_some_and(|end| end == "block"))
    }

    /// Other unfinished runs that wrote to the same output folder, each with its number of finished years.
    #[must_use]
    pub fn others(&self) -> Vec<(PathBuf, Owner, usize)> {
        let of = |entry: fs::DirEntry| {
            let folder = entry.path();
            let text = fs::read_to_string(folder.join(OWNER)).ok()?;
            let owner: Owner = serde_json::from_str(&text).ok()?;
            let blocks = blocks(&folder).len();
            (folder != self.folder && blocks > 0).then_some((folder, owner, blocks))
        };
        let mut others: Vec<_> =
            fs::read_dir(&self.all).into_iter().flatten().flatten().filter_map(of).collect();
        others.sort_by(|a, b| a.0.cmp(&b.0));
        others
    }

    /// Keeps a block.
    ///
    /// # Errors
    /// [`BlockError`].
    pub fn write(&self, block: &YearBlock) -> Result<(), BlockError> {
        block.write(&block_path(&self.folder, block.year), &self.owner.fingerprint)
    }

    /// Reads a block back.
    ///
    /// # Errors
    /// [`BlockError`].
    pub fn read(&self, key: &BlockKey<'_>) -> Result<YearBlock, BlockError> {
        YearBlock::read(&block_path(&self.folder, key.year), key)
    }

    /// Copies the blocks into the output of a shard.
    ///
    /// # Errors
    /// Where a file cannot be copied.
    pub fn copy_to(&self, out: &Path) -> anyhow::Result<()> {
        let target = out.join(PARTS);
        fs::create_dir_all(&target).with_context(|| target.display().to_string())?;
        for path in blocks(&self.folder) {
            if let Some(name) = path.file_name() {
                fs::copy(&path, target.join(name)).with_context(|| path.display().to_string())?;
            }
        }
        Ok(())
    }

    /// Removes the blocks of this run, which is finished.
    pub fn remove(&self) {
        discard(&self.folder);
        // Stays where other runs are unfinished.
        let _ = fs::remove_dir(&self.all);
    }

    /// Removes the blocks of other unfinished runs.
    pub fn remove_others(&self) {
        self.others().iter().for_each(|(folder, ..)| discard(folder));
    }

    /// Refuses `--resume` where only another run can be resumed.
    ///
    /// # Errors
    /// [`InputErrors`] that says which runs are there and how far they got.
    pub fn refuse_others(&self) -> Result<(), InputErrors> {
        let others = self.others();
        if others.is_empty() {
            return Ok(());
        }
        // Nothing was computed: the folder of this run need not stay.
        discard(&self.folder);
        let fault = |(folder, owner, years): (PathBuf, Owner, usize)| Fault {
            file: folder.display().to_string(),
            line: None,
            field: "--resume".into(),
            found: describe(&owner, years),
            expected: describe(&self.owner, 0),
            remedy:
                "Resume with the plan, data, seed, draws and version of that run, or run without --resume."
                    .into(),
        };
        Err(InputErrors(others.into_iter().map(fault).collect()))
    }
}

/// A run in words.
#[must_use]
pub fn describe(owner: &Owner, done: usize) -> String {
    let Owner { fingerprint, shard, plan, seed, draws, years: [first, last] } = owner;
    let part =
        if *shard == Shard::WHOLE { String::new() } else { format!("part {}/{}, ", shard.number, shard.of) };
    let of = i32::from(*last) - i32::from(*first) + 1;
    let done = if done == 0 { String::new() } else { format!("{done} of {of} years done, ") };
    let short = fingerprint.get(..SHORT).unwrap_or(fingerprint);
    format!("plan {plan}, {part}{done}years {first}..{last}, {draws} draws, seed {seed}, fingerprint {short}")
}

/// Removes the blocks of a run, and nothing else.
fn discard(folder: &Path) {
    // What cannot be removed is in nobody's way: the next run reads only what has its own fingerprint.
    for path in blocks(folder) {
        let _ = fs::remove_file(path);
    }
    let _ = fs::remove_file(folder.join(OWNER));
    let _ = fs::remove_dir(folder);
}

/// Files of blocks in a folder, also those that were being written when a run was killed.
fn blocks(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|end| end == "block" || end == "partial")).collect()
}

/// File of the block of a year.
#[must_use]
pub fn block_path(folder: &Path, year: i16) -> PathBuf {
    folder.join(format!("{year}.block"))
}
