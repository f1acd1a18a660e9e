//! `tradepath init`: the embedded plan and data as files, to be edited.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::answer::{Answer, Cell};
use super::format::Format;
use super::{manifest, place};
use crate::data::write_embedded;
use crate::error::{Fault, InputErrors};
use crate::output::dir::{self, MANIFEST, OutputDir, OutputError, at};
use crate::sorted::SortedMap;

/// What the folders are for.
const HOLDS: [(&str, &str); 10] = [
    (".", "plan.toml: options, years, draws, dynamics"),
    ("apac", "the baseline data set"),
    ("checks", "known figures for tradepath validate"),
    ("options", "ways back into the agreements, one file each"),
    ("policy", "agreements, rates, barriers, memberships"),
    ("politics", "weights and conclusions of the events"),
    ("schedules", "tariff cuts by agreement and importer"),
    ("sources", "codes that calibrate reads outside data by"),
    ("tiny", "an example of three countries"),
    ("years", "tables of years"),
];

/// Options of `tradepath init`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tradepath init mine\n  tradepath run mine/plan.toml --out outputs/mine")]
pub struct InitArgs {
    /// Folder to write to.
    dir: PathBuf,
    /// Replace a folder that `tradepath init` wrote and nobody changed.
    #[arg(long)]
    overwrite: bool,
    /// Form of the answer on standard output.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Writes plan, options, schedules, policy tables and data sets.
///
/// # Errors
/// If the folder is in use or cannot be written.
pub fn run(args: &InitArgs) -> anyhow::Result<()> {
    let output = OutputDir::create(&args.dir, place::existing(args.overwrite)).map_err(by_name)?;
    write_embedded(output.path()).map_err(at(output.path()))?;
    let info = json!({ "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "init" });
    output.write_text(MANIFEST, &manifest::text(&info))?;
    let at = output.finish()?;
    answer(&at).print(args.format);
    Ok(())
}

/// `init` has no `--out`: another folder is named in its place.
fn by_name(error: OutputError) -> anyhow::Error {
    let (path, found, expected, remedy) = match error {
        OutputError::NotEmpty(path) => (
            path,
            "a folder that is not empty".to_owned(),
            "a new or an empty folder",
            "Name another, as in `tradepath init DIR`, or pass --overwrite to replace what init wrote.",
        ),
        OutputError::Refused { path, why } => (
            path,
            format!("one that {why}"),
            "a new or an empty folder, or one that init wrote",
            "Name another, as in `tradepath init DIR`.",
        ),
        OutputError::Damaged { path, what } => (
            path,
            format!("a folder with files that you changed: {what}"),
            "a new folder, or one that is as init wrote it",
            "Name another folder: init replaces nothing that was edited.",
        ),
        other => return other.into(),
    };
    InputErrors::from(Fault::of_file(&path.display().to_string(), "DIR", &found, expected, remedy)).into()
}

/// The folders that were written, with what is in them, and what to do with them.
fn answer(at: &Path) -> Answer {
    let listed = dir::manifest(at).map(|manifest| dir::listed(&manifest)).unwrap_or_default();
    let mut folders: SortedMap<&str, (u64, u64)> = SortedMap::new();
    for file in &listed {
        let folder = file.path.split_once('/').map_or(".", |(folder, _)| folder);
        let (files, bytes) = folders.entry(folder).or_default();
        (*files, *bytes) = (*files + 1, *bytes + file.bytes);
    }
    let row = |(folder, (files, bytes)): (&str, (u64, u64))| {
        let holds = HOLDS.iter().find(|(name, _)| *name == folder).map_or("", |(_, holds)| holds);
        vec![Cell::text(folder), Cell::Count(files), Cell::Count(bytes / 1000), Cell::text(holds)]
    };
    let shown = at.display();
    Answer {
        title: "Plan and data that the program carries, as files to be edited".into(),
        columns: vec![("folder", "folder"), ("files", "files"), ("kilobytes", "kB"), ("holds", "holds")],
        rows: folders.into_iter().map(row).collect(),
        facts: vec![("command", json!("init"))],
        folder: Some(at.to_owned()),
        next: vec![
            format!("check    tradepath check {shown}/plan.toml"),
            format!("run      tradepath run {shown}/plan.toml"),
        ],
        ..Answer::default()
    }
}
