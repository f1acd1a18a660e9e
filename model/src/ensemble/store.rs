//! Finished years of a run until it is whole: beside the output folder or in a journal of the user's, one folder a run,
//! told apart by fingerprint and part.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::block::{BlockError, BlockKey, YearBlock};
use super::experiment::Experiment;
use super::journal::{FileJournal, Journal, journal_path};
use super::plan::{Plan, Shard};
use super::run::Blocks;
use crate::data::disk;
use crate::error::{Fault, InputErrors};
use crate::sorted::sort_by;

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
    /// The owner of the blocks of an experiment.
    #[must_use]
    pub fn new(experiment: &Experiment) -> Self {
        let Plan { name, seed, draws, years, .. } = &experiment.plan;
        Self {
            fingerprint: experiment.fingerprint(),
            shard: experiment.shard,
            plan: name.clone(),
            seed: *seed,
            draws: *draws,
            years: *years,
        }
    }
}

/// Blocks of a run in progress.
pub struct Store {
    /// Folder of the blocks of all unfinished runs of one output folder.
    all: PathBuf,
    folder: PathBuf,
    owner: Owner,
    /// True if the blocks of an earlier command are taken as they are.
    resumes: bool,
    /// True in a journal, which many runs and the parts of one share: the others in it are nobody's concern.
    is_shared: bool,
}

impl Store {
    /// The store of the run `owner` in the folder `all`; blocks that are there already are kept, and taken as they are
    /// where the run `resumes`.
    ///
    /// # Errors
    /// [`BlockError`] if the folder cannot be written.
    pub fn open(all: PathBuf, owner: Owner, resumes: bool) -> Result<Self, BlockError> {
        let folder = Self::folder_of(&all, &owner);
        let store = Self { all, folder, owner, resumes, is_shared: false };
        fs::create_dir_all(&store.folder).map_err(at(&store.folder))?;
        let file = store.folder.join(OWNER);
        let text = serde_json::to_string(&store.owner).expect("an owner has no value that JSON lacks");
        fs::write(&file, text).map_err(at(&file))?;
        Ok(store)
    }

    /// The folder in `all` where the blocks of a run lie.
    #[must_use]
    pub fn folder_of(all: &Path, owner: &Owner) -> PathBuf {
        let Shard { number, of } = owner.shard;
        all.join(format!("{}-{number}-of-{of}", &owner.fingerprint[..SHORT]))
    }

    /// The same store in a journal: it knows of no other run, and the folder of all stays.
    #[must_use]
    pub fn in_journal(self) -> Self {
        Self { is_shared: true, ..self }
    }

    /// Where the blocks of this run lie.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Number of years of this run that earlier commands finished.
    #[must_use]
    pub fn n_finished(&self) -> usize {
        blocks(&self.folder).iter().filter(|path| is_of(path, "block")).count()
    }

    /// True if draws of a year that is not finished are there.
    #[must_use]
    pub fn has_draws(&self) -> bool {
        blocks(&self.folder).iter().any(|path| is_of(path, "draws"))
    }

    /// Other unfinished runs that wrote to the same output folder, each with its number of finished years.
    #[must_use]
    pub fn others(&self) -> Vec<(PathBuf, Owner, usize)> {
        if self.is_shared {
            return Vec::new();
        }
        let of = |entry: fs::DirEntry| {
            let folder = entry.path();
            let text = fs::read_to_string(folder.join(OWNER)).ok()?;
            let owner: Owner = serde_json::from_str(&text).ok()?;
            let blocks = blocks(&folder);
            let years = blocks.iter().filter(|path| !is_of(path, "draws")).count();
            (folder != self.folder && !blocks.is_empty()).then_some((folder, owner, years))
        };
        let mut others: Vec<_> =
            fs::read_dir(&self.all).into_iter().flatten().flatten().filter_map(of).collect();
        sort_by(&mut others, |a, b| a.0.cmp(&b.0));
        others
    }

    /// Copies the blocks into the output of a shard.
    ///
    /// # Errors
    /// [`BlockError`] if a file cannot be copied.
    pub fn copy_to(&self, out: &Path) -> Result<(), BlockError> {
        let target = out.join(PARTS);
        fs::create_dir_all(&target).map_err(at(&target))?;
        for path in blocks(&self.folder).into_iter().filter(|path| !is_of(path, "draws")) {
            if let Some(name) = path.file_name() {
                disk::copy(&path, &target.join(name)).map_err(|(path, error)| at(&path)(error))?;
            }
        }
        Ok(())
    }

    /// Removes the blocks of this run, which is finished.
    pub fn remove(&self) {
        discard(&self.folder);
        if !self.is_shared {
            // Stays where other runs are unfinished.
            let _ = fs::remove_dir(&self.all);
        }
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
        let fault = |(folder, owner, years): (PathBuf, Owner, usize)| {
            Fault {
            file: folder.display().to_string(),
            line: None,
            field: "--resume".into(),
            found: describe(&owner, years),
            expected: describe(&self.owner, 0),
            remedy:
                "Resume with the plan, data, seed, draws and version of that run, or replace it with --overwrite."
                    .into(),
        }
        };
        Err(InputErrors(others.into_iter().map(fault).collect()))
    }
}

impl Blocks for Store {
    fn known(&self, key: &BlockKey<'_>) -> Option<YearBlock> {
        if self.resumes { self.get(key).ok() } else { None }
    }

    fn keep(&self, block: YearBlock) -> Result<(), BlockError> {
        block.write(&block_path(&self.folder, block.year), &self.owner.fingerprint)?;
        // The block holds them all; what cannot be removed is removed with the others.
        let _ = fs::remove_file(journal_path(&self.folder, block.year));
        Ok(())
    }

    fn journal(&self, key: &BlockKey<'_>) -> Result<Box<dyn Journal>, BlockError> {
        Ok(Box::new(FileJournal::open(&self.folder, key, self.resumes)?))
    }

    fn get(&self, key: &BlockKey<'_>) -> Result<YearBlock, BlockError> {
        YearBlock::read(&block_path(&self.folder, key.year), key)
    }
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> BlockError {
    let path = path.display().to_string();
    |source| BlockError::Io { path, source }
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

fn is_of(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|end| end == extension)
}

/// Files of blocks in a folder, also those that were being written when a run was killed, and draws of unfinished years.
fn blocks(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    paths.filter(|path| ["block", "partial", "draws"].iter().any(|end| is_of(path, end))).collect()
}

/// File of the block of a year.
#[must_use]
pub fn block_path(folder: &Path, year: i16) -> PathBuf {
    folder.join(format!("{year}.block"))
}
