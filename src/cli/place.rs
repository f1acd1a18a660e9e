//! `--out` and `--overwrite` of the commands whose answer is enough, and `--format` of the answer.

use std::path::PathBuf;

use clap::Args;

use super::format::Format;
use crate::output::dir::{Existing, OutputDir, OutputError};

/// Where results go, and how the answer looks.
#[derive(Debug, Args)]
pub struct Place {
    /// Folder for the results; without it the answer is printed and nothing is written.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace a folder that is not empty.
    #[arg(long)]
    overwrite: bool,
    /// Form of the answer on standard output.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

impl Place {
    /// The output folder, where one is named.
    ///
    /// # Errors
    /// [`OutputError`] if it cannot be used.
    pub fn open(&self) -> Result<Option<OutputDir>, OutputError> {
        self.out.as_deref().map(|out| OutputDir::create(out, existing(self.overwrite))).transpose()
    }
}

/// What `--overwrite` means.
#[must_use]
pub fn existing(overwrite: bool) -> Existing {
    if overwrite { Existing::Replace } else { Existing::Refuse }
}
