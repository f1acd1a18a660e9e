//! Where finished years wait until the run is whole: a neighbour of the output folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::ensemble::{BlockError, Shard, YearBlock};

/// Name of the folder of blocks inside a shard's output.
pub const PARTS: &str = "parts";

/// Which run the blocks belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Owner {
    fingerprint: String,
    shard: Shard,
}

/// Blocks of a run in progress.
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The store of the run that writes to `out`; blocks of another run, or without `resume`, are removed.
    ///
    /// # Errors
    /// Where the folder cannot be written, or `resume` meets blocks of another run.
    pub fn open(out: &Path, fingerprint: &str, shard: Shard, resume: bool) -> anyhow::Result<Self> {
        let name = out.file_name().map_or_else(|| "out".into(), |name| name.to_string_lossy().into_owned());
        let folder = out.with_file_name(format!(".{name}.{PARTS}"));
        let owner = Owner { fingerprint: fingerprint.to_owned(), shard };
        let file = folder.join("run.json");
        let known = fs::read_to_string(&file).ok().and_then(|text| serde_json::from_str::<Owner>(&text).ok());
        if resume && known.as_ref().is_some_and(|known| *known != owner) {
            anyhow::bail!(
                "{}: blocks of a run with another plan, seed, data or version. Run without --resume, or with the inputs of that run.",
                folder.display()
            );
        }
        if (!resume || known.is_none()) && folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        fs::write(&file, serde_json::to_string(&owner)?).with_context(|| file.display().to_string())?;
        Ok(Self { folder })
    }

    fn path(&self, year: i16) -> PathBuf {
        block_path(&self.folder, year)
    }

    /// True where the year is there and whole.
    #[must_use]
    pub fn has(&self, year: i16) -> bool {
        YearBlock::read(&self.path(year)).is_ok()
    }

    /// Keeps a block.
    ///
    /// # Errors
    /// [`BlockError`].
    pub fn write(&self, block: &YearBlock) -> Result<(), BlockError> {
        block.write(&self.path(block.year))
    }

    /// Reads a block back.
    ///
    /// # Errors
    /// [`BlockError`].
    pub fn read(&self, year: i16) -> Result<YearBlock, BlockError> {
        YearBlock::read(&self.path(year))
    }

    /// Copies the blocks into the output of a shard.
    ///
    /// # Errors
    /// Where a file cannot be copied.
    pub fn copy_to(&self, out: &Path) -> anyhow::Result<()> {
        let target = out.join(PARTS);
        fs::create_dir_all(&target)?;
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "block")
                && let Some(name) = path.file_name()
            {
                fs::copy(&path, target.join(name))?;
            }
        }
        Ok(())
    }

    /// Removes the blocks of a finished run.
    pub fn remove(&self) {
        // The results are complete; a folder that stays behind does no harm.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// File of the block of a year.
#[must_use]
pub fn block_path(folder: &Path, year: i16) -> PathBuf {
    folder.join(format!("{year}.block"))
}
