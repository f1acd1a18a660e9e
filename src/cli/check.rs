//! `tradepath check`: every fault of an input, one a line.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::answer::{Answer, Cell};
use super::data_dir::DataDir;
use super::format::Format;
use super::warnings::{warn_of_lost_tables, warn_of_no_deal, warn_of_no_gains};
use super::{exit, timeline_fit_record, verify};
use crate::data::{Dataset, Files, companions};
use crate::economy::Economy;
use crate::ensemble::tornado::{Assumption, TORNADO_FILE};
use crate::ensemble::{Inputs, PLAN_FILE, Plan, read_essentials};
use crate::error::{Fault, Faults, InputErrors};
use crate::events::{Tables, WORLD, conclusions, list_options, read_option, read_options};
use crate::output::dir::MANIFEST;
use crate::policy::PolicyBook;
use crate::projection::Growth;
use crate::schedules::ScheduleBook;
use crate::sorted::SortedSet;
use crate::validation;

/// File by which policy tables are known.
const AGREEMENTS: &str = "agreements.csv";

/// Options of `tradepath check`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tradepath check data/tiny              a baseline directory\n  tradepath check mine/plan.toml         a plan with all the data that it names\n  tradepath check mine/options/hybrid.toml\n  tradepath check mine/schedules/tpp\n  tradepath check outputs/default        a finished result against the hashes of its manifest.json\n  tradepath check /tmp/new_schedule --data mine\n\nOptions, schedules and policy tables are checked against the data folder (with plan.toml) that they lie in, else that of --data; schedules outside of one against the embedded tables, and so are the blocks of options (for_each)."
)]
pub struct CheckArgs {
    /// Baseline directory, plan, option file, schedule folder, folder of policy tables or finished result.
    path: PathBuf,
    #[command(flatten)]
    data: DataDir,
    /// Form of the answer: lines on standard error, or on standard output CSV or a JSON list.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Checks and prints; exit code 2 where there is a fault.
///
/// # Errors
/// None of its own.
pub fn run(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let InputErrors(faults) = check(&args.path, &args.data).err().unwrap_or_else(|| InputErrors(Vec::new()));
    match args.format {
        Format::Json => println!("{:#}", faults.iter().map(as_json).collect::<serde_json::Value>()),
        Format::Csv => print!("{}", as_table(&faults).text(Format::Csv)),
        Format::Table if faults.is_empty() => println!("ok"),
        Format::Table => faults.iter().for_each(|fault| eprintln!("{fault}")),
    }
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(exit::USAGE) })
}

/// Finds out what the path is, and checks it as that.
fn check(path: &Path, data: &DataDir) -> Result<(), InputErrors> {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    if path.is_dir() {
        let files = Files::directory(path);
        let has = |file: &str| path.join(file).exists();
        return match (has(PLAN_FILE), has("meta.toml"), files.list(".csv").is_empty()) {
            (true, ..) => check_plan(&files, PLAN_FILE),
            (_, true, _) => check_baseline(&files),
            // Tables that `init` wrote are there to be edited, whatever a manifest beside them says.
            _ if has(AGREEMENTS) => check_policy(path, data),
            _ if has(MANIFEST) => verify::folder(path).map(|_| ()),
            (_, _, false) => check_schedule(path, data),
            _ => Err(unknown(path)),
        };
    }
    let folder = Files::directory(parent(path));
    let text = folder.read_optional(&name).map_err(InputErrors::from)?;
    let is_plan = |text: &String| name == PLAN_FILE || text.contains("reference_option");
    match (text, name.strip_suffix(".toml")) {
        (Some(text), _) if is_plan(&text) => check_plan(&folder, &name),
        (Some(_), Some(id)) => check_option(path, id, data),
        _ => Err(unknown(path)),
    }
}

/// The folder that a file lies in.
fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The data folder, with a plan of its own, that something lies in so many levels deep; else the one of `--data`.
fn data_of(path: &Path, levels: usize, data: &DataDir) -> Option<DataDir> {
    if data.data.is_some() {
        return Some(data.clone());
    }
    let full = std::fs::canonicalize(path).ok()?;
    let folder = full.ancestors().nth(levels)?;
    folder.join(PLAN_FILE).exists().then(|| DataDir { data: Some(folder.to_path_buf()) })
}

fn check_baseline(files: &Files) -> Result<(), InputErrors> {
    let Ok(data) = Dataset::read_tables(files) else { return Dataset::read(files).map(|_| ()) };
    let mut faults = companions::check(files, &data.axes);
    faults.keep(Economy::from_dataset(&data));
    // No year is asked for: growth need not be there.
    let year = data.meta.year;
    if !matches!(files.read_optional("growth.csv"), Ok(None)) {
        faults.keep(Growth::read(files, &data.axes, year.saturating_add(1), year));
    }
    faults.extend(files.misspelt());
    warn_of_lost_tables(files);
    once(faults)
}

/// Each fault once: some files are read several times.
fn once(faults: Faults) -> Result<(), InputErrors> {
    let mut seen = SortedSet::new();
    let is_new = |fault: &&Fault| seen.insert(fault.to_string());
    let once: Vec<Fault> = faults.as_slice().iter().filter(is_new).cloned().collect();
    if once.is_empty() { Ok(()) } else { Err(InputErrors(once)) }
}

/// Adds faults of tables of which another reader has told some, in words of its own, to those of all.
fn add_new(errors: InputErrors, all: &mut Faults) {
    let place = |fault: &Fault| (fault.file.clone(), fault.line, fault.field.clone(), fault.found.clone());
    let told: SortedSet<_> = all.as_slice().iter().map(place).collect();
    errors.0.into_iter().filter(|fault| !told.contains(&place(fault))).for_each(|fault| all.push(fault));
}

/// A plan and all that lies beside it and that commands read; faults of all files together.
fn check_plan(files: &Files, name: &str) -> Result<(), InputErrors> {
    let plan = Plan::read(files, name)?;
    let mut faults = Faults::new();
    let folder = files.folder(&plan.baseline);
    let data = faults.keep(Dataset::read_tables(&folder));
    let mut book = None;
    if let Some(data) = &data {
        let place = files.display(name);
        faults.extend(companions::check(&folder, &data.axes));
        faults.keep(Economy::from_dataset(data));
        faults.extend(plan.check_base_year(data.meta.year, &place));
        faults.extend(plan.check_names(&data.axes, &place));
        let first = data.meta.year.saturating_add(1);
        faults.keep(Growth::read(&folder, &data.axes, first, plan.years[1]));
        plan.check_dynamics(files, &data.axes).unwrap_or_else(|errors| add_new(errors, &mut faults));
        faults.keep(read_essentials(files, &data.axes));
        book = faults.keep(PolicyBook::read(files, &data.axes));
    }
    let tables = book.as_ref().map_or_else(Tables::unread, Tables::of);
    faults.extend(check_options(&files.folder("options"), &plan, &tables));
    if files.list(".csv").iter().any(|file| file == TORNADO_FILE) {
        for assumption in faults.keep(Assumption::read(files)).iter().flatten() {
            faults.keep(assumption.change.apply(files, &plan.baseline, assumption.ends[0]));
        }
    }
    if let Some(data) = &data {
        let (found, left_out) = validation::check(files, &plan, data, &tables);
        faults.extend(found);
        left_out.iter().for_each(|note| eprintln!("warning: {note}"));
    }
    faults.extend(files.misspelt());
    warn_of_lost_tables(files);
    once(faults)
}

/// Says the faults of options that the plan does not list.
fn warn_of_others(InputErrors(all): &InputErrors, of_plan: &Faults) {
    let told: SortedSet<String> = of_plan.as_slice().iter().map(ToString::to_string).collect();
    let others = all.iter().map(ToString::to_string).filter(|fault| !told.contains(fault));
    others.for_each(|fault| eprintln!("warning: not in the plan: {fault}"));
}

/// Every option of the folder, whether or not the plan lists it, and the conclusions about them.
fn check_options(folder: &Files, plan: &Plan, tables: &Tables<'_>) -> Faults {
    let mut faults = Faults::new();
    let read = |ids: &[String]| read_options(folder, ids.iter().map(String::as_str), Some(tables));
    let specs = faults.keep(read(&plan.options));
    let others = list_options(folder).into_iter().filter(|id| id != WORLD && !plan.options.contains(id));
    let all: Vec<String> = plan.options.iter().cloned().chain(others).collect();
    // An option that the plan does not list may be a draft or an old copy.
    let specs = read(&all).map_err(|errors| warn_of_others(&errors, &faults)).ok().or(specs);
    let specs = specs.as_ref().map(|(specs, world)| (specs.as_slice(), world));
    specs.iter().for_each(|specs| faults.extend(plan.check_in_force(folder, *specs)));
    let in_plan = specs.iter().flat_map(|(specs, _)| *specs);
    let in_plan = in_plan.filter(|spec| plan.options.contains(&spec.id) && spec.id != plan.reference_option);
    for spec in in_plan {
        warn_of_no_gains(spec);
        if spec.milestones().next().is_none() {
            warn_of_no_deal(&spec.id);
        }
    }
    let politics = folder.folder("politics");
    if politics.list(".csv").iter().any(|file| conclusions::FILE.ends_with(file))
        && let Some(read) = faults.keep(conclusions::read_conclusions(folder))
    {
        faults.extend(conclusions::unknown_options(&read, folder));
        specs
            .iter()
            .for_each(|specs| faults.extend(conclusions::unknown_in_conclusions(&read, folder, *specs)));
    }
    faults.extend(check_records(&politics));
    faults
}

/// The records that quantities are fitted to, as `timeline --fit` reads them.
fn check_records(politics: &Files) -> Faults {
    let mut faults = Faults::new();
    for name in politics.list(".csv") {
        if let Ok(text) = politics.read(&name) {
            faults.keep(timeline_fit_record::fit(&politics.display(&name), &text));
        }
    }
    faults
}

/// An option, and that the data folder it lies in has the agreements that it names. Outside of one the embedded
/// tables say for whom its blocks are repeated, as where `timeline` takes a folder of options.
fn check_option(path: &Path, id: &str, data: &DataDir) -> Result<(), InputErrors> {
    let options = Files::directory(parent(path));
    let folder = data_of(path, 2, data);
    match folder {
        Some(folder) => folder.inputs()?.options(&options, [id]).map(|_| ()),
        None => {
            let embedded = Inputs::from(Files::embedded())?;
            read_option(&options, id, Some(&Tables::of(&embedded.book))).map(|_| ())
        }
    }
}

/// Policy tables, against the baseline of the data folder that they lie in.
fn check_policy(path: &Path, data: &DataDir) -> Result<(), InputErrors> {
    let data = data_of(path, 1, data).ok_or_else(|| {
        InputErrors::from(Fault {
            file: path.display().to_string(),
            line: None,
            field: "path".into(),
            found: "policy tables outside of a data folder".into(),
            expected: "the folder policy beside plan.toml".into(),
            remedy: "Give the data folder with --data DIR.".into(),
        })
    })?;
    data.inputs().map(|_| ())
}

/// A schedule folder, against product groups and countries of the data folder that it lies in; outside of one, of
/// the embedded tables.
fn check_schedule(path: &Path, data: &DataDir) -> Result<(), InputErrors> {
    let (files, plan) = data_of(path, 2, data).unwrap_or_default().plan()?;
    let axes = Dataset::read(&files.folder(&plan.baseline))?.axes;
    let groups = PolicyBook::read_group_ids(&files, &axes)?;
    let countries: Vec<&str> = axes.countries.iter().map(|country| country.iso3.as_str()).collect();
    // The folder itself, so that a link to it is followed as the user meant it.
    ScheduleBook::read(&Files::directory(path), &[String::new()], &groups, &countries).map(|_| ())
}

fn unknown(path: &Path) -> InputErrors {
    InputErrors::from(Fault {
        file: path.display().to_string(),
        line: None,
        field: "path".into(),
        found: if path.exists() { "none of these".into() } else { "missing".into() },
        expected:
            "a baseline directory (meta.toml), a plan, an option file, a schedule folder or policy tables"
                .into(),
        remedy: "Correct the path, or start from `tradepath init DIR`.".into(),
    })
}

fn as_table(faults: &[Fault]) -> Answer {
    let row = |fault: &Fault| {
        let fault = fault.for_display();
        let line = fault.line.map_or_else(String::new, |line| line.to_string());
        [fault.file, line, fault.field, fault.found, fault.expected, fault.remedy].map(Cell::Text).to_vec()
    };
    let columns = ["file", "line", "field", "found", "expected", "remedy"];
    Answer {
        columns: columns.map(|name| (name, name)).to_vec(),
        rows: faults.iter().map(row).collect(),
        ..Answer::default()
    }
}

fn as_json(fault: &Fault) -> serde_json::Value {
    let fault = fault.for_display();
    json!({
        "file": fault.file, "line": fault.line, "field": fault.field, "found": fault.found,
        "expected": fault.expected, "remedy": fault.remedy,
    })
}
