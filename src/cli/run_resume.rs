//! What `tradepath run` does with the years that an earlier command finished.

use crate::ensemble::{Owner, Store, describe};
use crate::error::{Fault, InputErrors};
use crate::output::OutputDir;

/// The store of a run; `None` if `--resume` finds the run finished.
///
/// # Errors
/// If `--resume` finds only another run, finished or not; where the store cannot be written.
pub fn open(resume: bool, output: &OutputDir, owner: Owner, quiet: bool) -> anyhow::Result<Option<Store>> {
    let all = output.neighbour("parts");
    let store = Store::open(all, owner.clone(), resume)?;
    let has_own = store.has_any();
    if resume && !has_own {
        match standing(output) {
            Some(found) if found == owner.fingerprint => {
                store.remove();
                if !quiet {
                    eprintln!("this run is finished already: nothing to resume");
                }
                return Ok(None);
            }
            Some(found) => {
                store.remove();
                return Err(refuse(output, &found, &owner).into());
            }
            None => store.refuse_others()?,
        }
    }
    if !quiet {
        notes(resume, &store, has_own);
    }
    Ok(Some(store))
}

fn notes(resume: bool, store: &Store, has_own: bool) {
    match (resume, has_own) {
        (true, false) => eprintln!("nothing to resume: the run begins"),
        (false, true) => eprintln!(
            "{}: years of this very run are finished there; --resume would take them, this run computes them again",
            store.folder().display()
        ),
        _ => {}
    }
    for (folder, owner, years) in store.others() {
        eprintln!(
            "{}: another unfinished run is kept ({}); --overwrite removes it",
            folder.display(),
            describe(&owner, years)
        );
    }
}

/// Fingerprint of the finished run that stands under the name.
fn standing(output: &OutputDir) -> Option<String> {
    Some(output.standing()?["fingerprint"].as_str()?.to_owned())
}

fn refuse(output: &OutputDir, found: &str, owner: &Owner) -> InputErrors {
    InputErrors::from(Fault {
        file: output.shown().display().to_string(),
        line: None,
        field: "--resume".into(),
        found: format!("another finished run, fingerprint {}", found.get(..16).unwrap_or(found)),
        expected: describe(owner, 0),
        remedy: "Name another folder with --out, or replace that run with --overwrite.".into(),
    })
}
