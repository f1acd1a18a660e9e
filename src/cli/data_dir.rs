//! `--data DIR`: the folder that a command reads its plan, data, options and policy tables from.

use std::path::PathBuf;

use clap::Args;

use crate::data::Files;
use crate::ensemble::{Inputs, PLAN_FILE, Plan};
use crate::error::InputErrors;

/// The option `--data`, for every command that reads what `tradepath init` wrote.
#[derive(Debug, Clone, Default, Args)]
pub struct DataDir {
    /// Folder with plan.toml and all that it names, as `tradepath init DIR` writes it; default: the embedded one.
    #[arg(long = "data", value_name = "DIR")]
    pub data: Option<PathBuf>,
}

impl DataDir {
    /// The folder; nothing outside it is read.
    #[must_use]
    pub fn files(&self) -> Files {
        self.data.as_ref().map_or_else(Files::embedded, |folder| Files::directory(folder))
    }

    /// Its plan.
    ///
    /// # Errors
    /// [`InputErrors`] of `plan.toml`.
    pub fn plan(&self) -> Result<(Files, Plan), InputErrors> {
        let files = self.files();
        let plan = Plan::read(&files, PLAN_FILE)?;
        Ok((files, plan))
    }

    /// The folder of the baseline data set that its plan names.
    ///
    /// # Errors
    /// [`InputErrors`] of `plan.toml`.
    pub fn baseline(&self) -> Result<Files, InputErrors> {
        self.plan().map(|(files, plan)| files.folder(&plan.baseline))
    }

    /// Its plan, baseline and policy tables.
    ///
    /// # Errors
    /// [`InputErrors`] of the plan, the baseline and the tables.
    pub fn inputs(&self) -> Result<Inputs, InputErrors> {
        Inputs::from(self.files())
    }
}
