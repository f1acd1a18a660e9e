//! What `tradepath run` does with what an earlier command finished: years of this run, or the run itself.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::verify;
use crate::ensemble::{Owner, Shard, Store, describe};
use crate::error::{Fault, InputErrors};
use crate::output::OutputDir;
use crate::output::dir::{Lock, at};

/// Key of a manifest: which events are written.
pub const EVENTS: &str = "events";
/// Key of a manifest: significant digits of numbers in files.
pub const DIGITS: &str = "digits";
/// Key of a manifest: which part of how many.
pub const PART: &str = "part";

/// Key of [`crate::output::dir::WORK`]: the error that was asked for, and its pilot.
pub const UNTIL_SE: &str = "until_se";

/// What besides its fingerprint decides the files of a run.
pub struct Made {
    /// The part; `None` for the whole run.
    pub part: Option<Shard>,
    /// Which events are written: all, summary or none.
    pub events: &'static str,
    /// Significant digits of numbers in files.
    pub digits: u8,
}

impl Made {
    /// The part as manifests say it: `[k, K]`, null for the whole run.
    #[must_use]
    pub fn part(&self) -> Value {
        self.part.map_or(Value::Null, |Shard { number, of }| json!([number, of]))
    }
}

/// What becomes of work that is there already, and where new work is kept.
pub struct Checkpoints<'a> {
    /// Finished work of this very run is taken up.
    pub resumes: bool,
    /// A finished run that is another one may be replaced.
    pub replaces: bool,
    /// Folder for finished years in place of the neighbour of the output folder.
    pub journal: Option<&'a Path>,
}

/// The finished run that stands under the name.
enum Standing {
    /// None, or one of which files are missing.
    None,
    /// This very run.
    Same,
    /// Another one, in words.
    Other(String),
}

/// The store of a run, in a journal with a lock on its part of it; `None` if the run is to be resumed and is
/// finished.
///
/// # Errors
/// If only another run could be resumed, finished or not; where the store cannot be written or is in use.
pub fn open(
    checkpoints: &Checkpoints<'_>,
    output: &OutputDir,
    (owner, made): (Owner, &Made),
    quiet: bool,
) -> anyhow::Result<Option<(Store, Option<Lock>)>> {
    let n_years = i32::from(owner.years[1]) - i32::from(owner.years[0]) + 1;
    let (store, lock) = open_store(checkpoints, output, owner.clone())?;
    let n_own = store.n_finished();
    let has_own = n_own > 0;
    if checkpoints.resumes {
        match standing(output, &owner, made) {
            Standing::Same => {
                store.remove();
                if !quiet {
                    eprintln!("{}: this run is finished already", output.shown().display());
                }
                return Ok(None);
            }
            Standing::Other(found) if !checkpoints.replaces => {
                store.remove();
                return Err(refuse(output, found, &owner).into());
            }
            Standing::None if !has_own && !checkpoints.replaces => store.refuse_others()?,
            _ => {}
        }
    }
    if !quiet {
        notes(checkpoints.resumes, &store, (n_own, n_years));
    }
    Ok(Some((store, lock)))
}

/// Refuses a journal that could not be one, before there is anything to keep in it.
///
/// # Errors
/// [`InputErrors`] for a file, and for what lies in the output folder.
pub fn check_journal(journal: Option<&Path>, output: &OutputDir) -> Result<(), InputErrors> {
    let Some(journal) = journal else { return Ok(()) };
    let wrong = |found: &str, expected: &str| {
        let remedy = "Name another folder with --journal, or leave it out.";
        let found = format!("{}, {found}", journal.display());
        InputErrors::from(Fault::of_file("command line", "--journal", &found, expected, remedy))
    };
    if output.holds(journal) {
        return Err(wrong("which is the output folder or in it", "a folder beside the results"));
    }
    if journal.exists() && !journal.is_dir() {
        return Err(wrong("which is a file", "a folder"));
    }
    Ok(())
}

fn open_store(
    checkpoints: &Checkpoints<'_>,
    output: &OutputDir,
    owner: Owner,
) -> anyhow::Result<(Store, Option<Lock>)> {
    let Some(journal) = checkpoints.journal else {
        return Ok((Store::open(output.neighbour("parts"), owner, checkpoints.resumes)?, None));
    };
    fs::create_dir_all(journal).map_err(at(journal))?;
    let folder = Store::folder_of(journal, &owner);
    let lock = Lock::take(&folder.with_extension("lock"), &folder)?;
    let store = Store::open(journal.to_owned(), owner, checkpoints.resumes)?;
    Ok((store.in_journal(), Some(lock)))
}

fn notes(resume: bool, store: &Store, (n_own, n_years): (usize, i32)) {
    match (resume, n_own) {
        (true, 0) if store.has_draws() => {
            eprintln!("{}: draws of the first year are taken", store.folder().display());
        }
        (true, 0) => eprintln!("nothing to resume: the run begins"),
        (true, _) => eprintln!("{}: {n_own} of {n_years} years are finished", store.folder().display()),
        (false, 1..) => eprintln!(
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

/// What stands under the name. That its files are as they were written is known since the output folder was opened,
/// except for those that are missing.
fn standing(output: &OutputDir, owner: &Owner, made: &Made) -> Standing {
    let Some(manifest) = output.standing() else { return Standing::None };
    let Some(fingerprint) = manifest["fingerprint"].as_str() else {
        return Standing::Other("a result that does not say of which run it is".into());
    };
    if fingerprint != owner.fingerprint {
        let short = fingerprint.get(..16).unwrap_or(fingerprint);
        return Standing::Other(format!("another finished run, fingerprint {short}"));
    }
    let wanted: [(&str, Value); 3] =
        [(PART, made.part()), (EVENTS, json!(made.events)), (DIGITS, json!(made.digits))];
    if let Some((key, value)) = wanted.iter().find(|(key, value)| manifest[key] != *value) {
        return Standing::Other(format!(
            "this run, finished with {key} = {} in place of {value}",
            manifest[*key]
        ));
    }
    match verify::folder(output.shown()) {
        Ok(_) => Standing::Same,
        Err(_) => Standing::None,
    }
}

fn refuse(output: &OutputDir, found: String, owner: &Owner) -> InputErrors {
    InputErrors::from(Fault {
        file: output.shown().display().to_string(),
        line: None,
        field: "--resume".into(),
        found,
        expected: describe(owner, 0),
        remedy: "Name another folder with --out, or replace that run with --overwrite.".into(),
    })
}
