//! The tables and options of published studies, checked without anything being solved.

use super::tables::{Edit, Tables as StudyTables};
use super::trial::{FOLDER, chains, needs, prepare};
use crate::data::Files;
use crate::ensemble::Plan;
use crate::error::{Faults, InputErrors};
use crate::events::{Tables, list_options, read_options};

/// Checks the folder of the studies: its tables, the settings of each trial, and its options beside those of the data folder.
///
/// # Errors
/// [`InputErrors`] with every fault.
pub fn check(files: &Files, plan: &Plan, tables: &Tables<'_>) -> Result<(), InputErrors> {
    let read = StudyTables::read(&files.folder(FOLDER))?;
    let trials = check_trials(files, plan, &read);
    let mut faults = Faults::new();
    for errors in [check_options(files, &read, tables).err(), trials.err()].into_iter().flatten() {
        faults.extend(errors.into());
    }
    faults.into_result(())
}

/// The options of studies are read in the folder of all others, whose parts they include; a file that a setting puts in the
/// place of another one is read in its place.
fn check_options(files: &Files, read: &StudyTables, tables: &Tables<'_>) -> Result<(), InputErrors> {
    let edits = read.settings.values().flat_map(|setting| &setting.edits);
    let replaced: Vec<(&str, &str)> = edits
        .filter_map(|edit| match edit {
            Edit::File { file, with } => Some((file.strip_prefix("options/")?, with.as_str())),
            _ => None,
        })
        .collect();
    let own = files.folder(FOLDER).folder("options");
    let path = |id: &String| format!("{FOLDER}/options/{id}.toml");
    let ids = list_options(&own).into_iter().filter(|id| !replaced.iter().any(|(_, with)| *with == path(id)));
    let ids: Vec<String> = ids.collect();
    let mut together = files.clone();
    for id in &ids {
        together = together.with_text(&format!("options/{id}.toml"), files.read(&path(id))?);
    }
    let mut faults = Faults::new();
    let mut check = |files: &Files, ids: &mut dyn Iterator<Item = &str>| {
        faults.keep(read_options(&files.folder("options"), ids, Some(tables)));
    };
    check(&together, &mut ids.iter().map(String::as_str));
    for (file, with) in replaced {
        // One that is not there is told with its trial.
        if let Ok(text) = files.read(with) {
            let id = file.strip_suffix(".toml").filter(|id| !id.contains('/'));
            check(&files.with_text(&format!("options/{file}"), text), &mut id.into_iter());
        }
    }
    faults.into_result(())
}

fn check_trials(files: &Files, plan: &Plan, tables: &StudyTables) -> Result<(), InputErrors> {
    let chains = chains(tables)?;
    let mut faults = Faults::new();
    for need in &needs(chains.values().flatten()) {
        faults.keep(prepare(files, plan, tables, need));
    }
    faults.into_result(())
}
