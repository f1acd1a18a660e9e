//! What a command reads: the plan, the baseline and the policy tables of one folder, and the options beside them.

use crate::data::{Dataset, Files};
use crate::error::InputErrors;
use crate::events::{OptionSpec, Tables, read_options};
use crate::policy::PolicyBook;

use super::plan::{PLAN_FILE, Plan};

/// Folder of the options beside a plan.
const OPTIONS: &str = "options";

/// The inputs of one folder, as `tradepath init` writes it; each file is read once.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The folder; nothing outside it is read.
    pub files: Files,
    /// Its plan.
    pub plan: Plan,
    /// The baseline data set that the plan names.
    pub data: Dataset,
    /// The policy tables and schedules.
    pub book: PolicyBook,
}

impl Inputs {
    /// Reads `plan.toml` of a folder, and the baseline and the policy tables beside it.
    ///
    /// # Errors
    /// [`InputErrors`] of the plan, else of the baseline, else of the tables, which are read by its countries.
    pub fn from(files: Files) -> Result<Self, InputErrors> {
        let plan = Plan::read(&files, PLAN_FILE)?;
        Self::of_plan(files, plan)
    }

    /// Reads the baseline and the policy tables that lie beside a plan.
    ///
    /// # Errors
    /// As [`Inputs::from`].
    pub fn of_plan(files: Files, plan: Plan) -> Result<Self, InputErrors> {
        let data = Dataset::read(&files.folder(&plan.baseline))?;
        let book = PolicyBook::read(&files, &data.axes);
        let book = files.misspelt().beside(book)?;
        Ok(Self { files, plan, data, book })
    }

    /// Nothing for a plan that is sound in itself, as the command line changed it; else its faults together with those of
    /// what it names.
    ///
    /// # Errors
    /// [`InputErrors`] of the plan, the baseline, the tables and the options.
    pub fn check_changed(files: &Files, plan: &Plan) -> Result<(), InputErrors> {
        let mut faults = plan.faults("command line and plan");
        if faults.is_empty() {
            return Ok(());
        }
        if let Some(inputs) = faults.keep(Self::of_plan(files.unlogged(), plan.clone())) {
            let ids = plan.options.iter().map(String::as_str);
            faults.keep(inputs.options(&inputs.options_folder(), ids));
        }
        faults.into_result(())
    }

    /// The folder of the options.
    #[must_use]
    pub fn options_folder(&self) -> Files {
        self.files.folder(OPTIONS)
    }

    /// Options and the world from `folder`, checked against these policy tables.
    ///
    /// # Errors
    /// [`InputErrors`] of all of them together.
    pub fn options<'i>(
        &self,
        folder: &Files,
        ids: impl IntoIterator<Item = &'i str>,
    ) -> Result<(Vec<OptionSpec>, OptionSpec), InputErrors> {
        let read = read_options(folder, ids, Some(&Tables::of(&self.book)));
        folder.misspelt().beside(read)
    }
}
