//! The tables of `tradepath validate`, checked without anything being solved.

use super::data_checks::data_checks;
use super::{autarky, hindcasts, studies};
use crate::data::{Dataset, Files};
use crate::ensemble::Plan;
use crate::error::Faults;
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
    let has = |folder: &str| !files.folder(folder).list(".csv").is_empty();
    if has(CHECKS) {
        let checked = faults.keep(data_checks(&files.folder(CHECKS), data));
        notes = checked.map(|(_, left_out)| left_out).unwrap_or_default();
    }
    if has(studies::FOLDER) {
        faults.keep(autarky::check(&files.folder(studies::FOLDER)));
        faults.keep(studies::check(files, plan, tables));
    }
    if has(HINDCASTS) {
        faults.keep(hindcasts::check(&files.folder(HINDCASTS)));
    }
    (faults, notes)
}
