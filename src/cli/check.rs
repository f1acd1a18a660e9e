//! `tradepath check`: every fault of an input, one a line.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::calibration::Economy;
use crate::data::{Dataset, Files};
use crate::ensemble::{PLAN_FILE, Plan};
use crate::error::{Fault, Faults, InputErrors};
use crate::events::{Tables, read_option, read_options};
use crate::policy::PolicyBook;
use crate::projection::Growth;
use crate::schedules::ScheduleBook;

/// How faults are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One line a fault on standard error.
    Text,
    /// A list on standard output.
    Json,
}

/// Options of `tradepath check`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tradepath check data/tiny              a baseline directory\n  tradepath check mine/plan.toml         a plan with all the data that it names\n  tradepath check mine/options/hybrid.toml\n  tradepath check mine/schedules/tpp"
)]
pub struct CheckArgs {
    /// Baseline directory, plan, option file or schedule folder.
    path: PathBuf,
    /// How to print the faults.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Checks and prints; exit code 2 where there is a fault.
///
/// # Errors
/// None of its own.
pub fn run(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let InputErrors(faults) = check(&args.path).err().unwrap_or_else(|| InputErrors(Vec::new()));
    match args.format {
        Format::Json => println!("{:#}", faults.iter().map(as_json).collect::<serde_json::Value>()),
        Format::Text if faults.is_empty() => println!("ok"),
        Format::Text => faults.iter().for_each(|fault| eprintln!("{fault}")),
    }
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// Finds out what the path is, and checks it as that.
fn check(path: &Path) -> Result<(), InputErrors> {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let parent =
        || Files::directory(path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")));
    if path.is_dir() {
        let files = Files::directory(path);
        let has = |file: &str| path.join(file).exists();
        return match (has(PLAN_FILE), has("meta.toml"), files.list(".csv").is_empty()) {
            (true, ..) => check_plan(&files, PLAN_FILE),
            (_, true, _) => check_baseline(&files),
            (_, _, false) => check_schedule(&parent(), &name),
            _ => Err(unknown(path)),
        };
    }
    let text = std::fs::read_to_string(path).unwrap_or_default();
    if text.contains("reference_option") {
        check_plan(&parent(), &name)
    } else if let (true, Some(id)) = (path.exists(), name.strip_suffix(".toml")) {
        read_option(&parent(), id).map(|_| ())
    } else {
        Err(unknown(path))
    }
}

fn check_baseline(files: &Files) -> Result<(), InputErrors> {
    Dataset::read(files).and_then(|data| Economy::from_dataset(&data)).map(|_| ())
}

/// A plan and everything that it names; faults of all files together.
fn check_plan(files: &Files, name: &str) -> Result<(), InputErrors> {
    let plan = Plan::read(files, name)?;
    let (mut faults, mut book) = (Faults::new(), None);
    let folder = files.folder(&plan.baseline);
    match Dataset::read(&folder) {
        Err(errors) => faults.extend(errors.into()),
        Ok(data) => {
            let mut note = |result: Result<(), InputErrors>| {
                if let Err(errors) = result {
                    faults.extend(errors.into());
                }
            };
            note(Economy::from_dataset(&data).map(|_| ()));
            note(plan.check_names(&data.axes, &files.display(name)).into_result(()));
            note(Growth::read(&folder, &data.axes, data.meta.year + 1, plan.years[1]).map(|_| ()));
            note(PolicyBook::read(files, &data.axes).map(|read| book = Some(read)));
        }
    }
    let options = files.folder("options");
    let tables = book.as_ref().map(Tables::of);
    if let Err(errors) = read_options(&options, plan.options.iter().map(String::as_str), tables.as_ref()) {
        faults.extend(errors.into());
    }
    faults.into_result(())
}

/// A schedule folder; the product groups are those of the embedded policy tables.
fn check_schedule(parent: &Files, name: &str) -> Result<(), InputErrors> {
    let axes = Dataset::read(&Files::embedded().folder("apac"))?.axes;
    let book = PolicyBook::read(&Files::embedded(), &axes)?;
    let groups: Vec<String> = book.groups.iter().map(|group| group.id.clone()).collect();
    ScheduleBook::read(parent, &[name.to_owned()], &groups).map(|_| ())
}

fn unknown(path: &Path) -> InputErrors {
    InputErrors::from(Fault {
        file: path.display().to_string(),
        line: None,
        field: "path".into(),
        found: if path.exists() { "none of these".into() } else { "missing".into() },
        expected: "a baseline directory (meta.toml), a plan, an option file or a schedule folder".into(),
        remedy: "Correct the path, or start from `tradepath init DIR`.".into(),
    })
}

fn as_json(fault: &Fault) -> serde_json::Value {
    json!({
        "file": fault.file, "line": fault.line, "field": fault.field, "found": fault.found,
        "expected": fault.expected, "remedy": fault.remedy,
    })
}
