//! The tables of `tradepath validate`, checked without anything being solved.

use super::data_checks::data_checks;
use super::{autarky, hindcasts, studies};
use crate::data::{Dataset, Files};
use crate::ensemble::Plan;
use crate::error::{Faults, InputErrors};
use crate::events::Tables;

/// Folder of the known figures inside a data folder.
pub const CHECKS: &str = "checks";
/// Folder of the hindcasts inside a data folder.
pub const HINDCASTS: &str = "hindcasts";

/// Faults of the known figures, the published studies and the hindcasts of a data folder, as far as it has them, and what
/// would be left out of the comparison.
#[must_use]
pub fn check(files: &Files, plan: &Plan, data: &Dataset, tables: &Tables<'_>) -> (Faults, Vec<String>) {
    let (mut faults, mut notes) = (Faults::new(), Vec::new());
    let mut note = |result: Result<(), InputErrors>| {
        if let Err(errors) = result {
            faults.extend(errors.into());
        }
    };
    let has = |folder: &str| !files.folder(folder).list(".csv").is_empty();
    if has(CHECKS) {
        note(data_checks(&files.folder(CHECKS), data).map(|(_, left_out)| notes = left_out));
    }
    if has(studies::FOLDER) {
        note(autarky::check(&files.folder(studies::FOLDER)));
        note(studies::check(files, plan, tables));
    }
    if has(HINDCASTS) {
        note(hindcasts::check(&files.folder(HINDCASTS)));
    }
    (faults, notes)
}
