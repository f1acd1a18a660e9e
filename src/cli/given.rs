//! Folders that the command line names as inputs are there: told at the start, all at once, by the option that was typed.

use std::path::{Path, PathBuf};

use clap::parser::ArgMatches;
use clap::{Arg, Command};

use crate::error::{Fault, Faults, InputErrors};

/// Arguments that name what a command writes; every other path is an input.
pub const OUTPUTS: [&str; 3] = ["out", "dir", "journal"];
/// How the name of a value begins that is a folder.
const FOLDER: &str = "DIR";

/// Refuses folders that are not there.
///
/// # Errors
/// [`InputErrors`] with every folder that is none.
pub fn check(program: &Command, matches: &ArgMatches) -> Result<(), InputErrors> {
    let command =
        matches.subcommand().and_then(|(name, given)| Some((program.find_subcommand(name)?, given)));
    let Some((command, given)) = command else { return Ok(()) };
    let mut faults = Faults::new();
    for option in command.get_arguments().filter(|option| is_input_folder(option)) {
        let paths = given.try_get_many::<PathBuf>(option.get_id().as_str()).ok().flatten();
        for path in paths.into_iter().flatten().filter(|path| !path.is_dir()) {
            faults.push(fault(option, path));
        }
    }
    faults.into_result(())
}

fn is_input_folder(option: &Arg) -> bool {
    let is_folder =
        option.get_value_names().is_some_and(|names| names.iter().any(|name| name.starts_with(FOLDER)));
    is_folder && !OUTPUTS.contains(&option.get_id().as_str())
}

fn fault(option: &Arg, path: &Path) -> Fault {
    let name = match (option.get_long(), option.get_value_names()) {
        (Some(long), _) => format!("--{long}"),
        (None, Some([name, ..])) => name.to_string(),
        (None, _) => FOLDER.into(),
    };
    let shown = path.display();
    let found = match path.exists() {
        true => format!("{shown}, which is a file"),
        false => format!("{shown}, which is not there"),
    };
    let help = option.get_help().map(ToString::to_string).unwrap_or_default();
    // The first sentence; a point inside a name ends none.
    let ends = [". ", ": ", "; "].iter().filter_map(|end| help.find(end));
    let meant = &help[..ends.min().unwrap_or(help.len())];
    let remedy = format!("Correct the path. {name}: {}.", meant.trim_end_matches('.'));
    Fault::of_file("command line", &name, &found, "a folder that is there", &remedy)
}
