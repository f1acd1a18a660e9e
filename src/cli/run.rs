//! `tradepath run`: every option of a plan over the years, with its event draws.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Instant;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::progress::Progress;
use super::store::{Owner, Store};
use super::{manifest, run_resume, run_tables, signals, summary};
use crate::calibration::PROVENANCE_COLUMNS;
use crate::data::{Axes, Files, ReadFile, Table, memory};
use crate::ensemble::{Experiment, PLAN_FILE, Plan, RunCounts, Shard, run_bytes};
use crate::error::{Fault, Faults, InputErrors};
use crate::output::dir::{Existing, OutputDir};
use crate::output::run::RunFrame;

/// What of the events is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Events {
    /// Every event of every draw.
    All,
    /// Counts by stage.
    Summary,
    /// Nothing.
    None,
}

/// Options of `tradepath run`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tradepath run\n  tradepath run --options cptpp_accession,hybrid,status_quo --draws 1000 --out outputs/two\n  tradepath init mine && tradepath run mine/plan.toml\n\nWithout PLAN the embedded default plan runs. Without --out the results go to outputs/<plan name>/ (a part: outputs/<plan name>-part-k-of-K/), replaced when the new run is complete. A folder is replaced only where its manifest.json lists everything in it.\n\nA run that was stopped keeps its finished years beside the output folder: the same command with --resume goes on from there."
)]
pub struct RunArgs {
    /// Plan file, or a folder with plan.toml; the data it names lie in the same folder (see `tradepath init`).
    #[arg(value_name = "PLAN.toml")]
    pub plan: Option<PathBuf>,
    /// Folder for the results.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Number of draws, in place of the plan's.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub draws: Option<u64>,
    /// Seed of all random streams, in place of the plan's.
    #[arg(long)]
    pub seed: Option<u64>,
    /// First and last year, such as 2021..2030.
    #[arg(long, value_name = "A..B", value_parser = parse_years)]
    pub years: Option<[i16; 2]>,
    /// Options, separated by commas; the plan's reference option is always among them.
    #[arg(long, value_delimiter = ',')]
    pub options: Vec<String>,
    /// Only part k of K of the draws; `tradepath reduce` joins the parts.
    #[arg(long, value_name = "k/K")]
    pub shard: Option<Shard>,
    /// Go on with a run that was cut, with the same plan and data.
    #[arg(long)]
    pub resume: bool,
    /// Refuse a run that would need more memory than this; default: what the machine has free.
    #[arg(long, value_name = "BYTES")]
    pub max_memory: Option<u64>,
    /// What of the events is written.
    #[arg(long, value_enum, default_value = "all")]
    pub events: Events,
    /// Replace a folder named with --out that is not empty.
    #[arg(long)]
    pub overwrite: bool,
}

/// Reads `A..B` or a single year.
pub fn parse_years(text: &str) -> Result<[i16; 2], String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok([first, last]),
        _ => Err(format!("`{text}` is no range of years such as 2021..2035")),
    }
}

/// Runs the plan.
///
/// # Errors
/// [`InputErrors`] for bad input, else a failed run; nothing is left half-written, finished years are kept.
pub fn run(args: &RunArgs, quiet: bool) -> anyhow::Result<()> {
    let started = Instant::now();
    let (files, plan) = load_plan(args)?;
    let shard = args.shard.unwrap_or(Shard::WHOLE);
    let out = args.out.clone().unwrap_or_else(|| default_folder(&plan, shard));
    let replace = args.overwrite || args.out.is_none() || args.resume;
    let existing = if replace { Existing::Replace } else { Existing::Refuse };
    let output = OutputDir::create(&out, existing)?;
    let progress = Progress::new(quiet);
    progress.message("baseline path and timelines");
    let limit = Limit { bytes: args.max_memory };
    let experiment = Experiment::load(&files, plan, shard, &|axes, plan| limit.check(axes, plan, shard))?;
    let inputs = files.read_log();
    let frame = RunFrame::new(&experiment);
    let fingerprint = fingerprint(&frame, &inputs)?;
    let owner = Owner::new(&fingerprint, shard, &experiment.plan);
    let Some(store) = run_resume::open(args, &output, owner, quiet)? else { return Ok(()) };
    let counts = RunCounts::default();
    solve_years(&experiment, &store, (&counts, &fingerprint), &progress, args.resume)?;
    progress.message("tables");
    let written = run_tables::Written { events: args.events, shard, fingerprint: &fingerprint };
    run_tables::write_paths(&output, &experiment, &frame, &written, &counts)?;
    let mut info = manifest_of(&experiment, &files, &inputs, &counts, started)?;
    info["fingerprint"] = json!(fingerprint);
    info["part"] = json!([shard.number, shard.of]);
    output.write_text("manifest.json", &manifest::text(&info))?;
    if shard == Shard::WHOLE {
        let block = |year| store.read(&run_resume::key(&experiment, year, &fingerprint));
        run_tables::write_draws(&output, &frame, block)?;
        progress.message("charts");
        run_tables::write_report(&output)?;
    } else {
        store.copy_to(output.path())?;
    }
    let at = output.finish()?;
    store.remove();
    if args.overwrite {
        store.remove_others();
    }
    progress.finish();
    if !quiet && shard == Shard::WHOLE {
        eprint!("{}", summary::text(&at, &frame)?);
    }
    if !quiet {
        eprintln!("results: {} ({:.1} s)", at.display(), started.elapsed().as_secs_f64());
    }
    Ok(())
}

/// `outputs/<plan>`, for a part of a run `outputs/<plan>-part-k-of-K`.
fn default_folder(plan: &Plan, shard: Shard) -> PathBuf {
    let name = match shard {
        Shard::WHOLE => plan.name.clone(),
        Shard { number, of } => format!("{}-part-{number}-of-{of}", plan.name),
    };
    PathBuf::from("outputs").join(name)
}

/// The plan with what the command line changes.
fn load_plan(args: &RunArgs) -> anyhow::Result<(Files, Plan)> {
    let (files, name) = match &args.plan {
        None => (Files::embedded(), PLAN_FILE.to_owned()),
        Some(folder) if folder.is_dir() => (Files::directory(folder), PLAN_FILE.to_owned()),
        Some(path) => {
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            (Files::directory(folder.unwrap_or(Path::new("."))), name)
        }
    };
    let mut plan = Plan::read(&files, &name)?;
    plan.draws = args.draws.unwrap_or(plan.draws);
    plan.seed = args.seed.unwrap_or(plan.seed);
    if let Some(years) = args.years {
        plan.years = years;
    }
    if !args.options.is_empty() {
        let mut options = args.options.clone();
        if !options.contains(&plan.reference_option) {
            options.insert(0, plan.reference_option.clone());
        }
        plan.options = options;
    }
    plan.bilateral_years.retain(|year| plan.years[0] <= *year && *year <= plan.years[1]);
    if plan.bilateral_years.is_empty() {
        plan.bilateral_years = vec![plan.years[1]];
    }
    let faults = plan.faults("command line and plan");
    Ok((files, faults.into_result(plan)?))
}

/// Memory that a run may take.
struct Limit {
    /// As the user says; without it what the machine has free.
    bytes: Option<u64>,
}

impl Limit {
    fn check(&self, axes: &Axes, plan: &Plan, shard: Shard) -> Result<(), InputErrors> {
        let needed = run_bytes(axes, plan, shard);
        let limit = self.bytes.unwrap_or_else(memory::usable_bytes);
        if needed <= limit {
            return Ok(());
        }
        let found = match self.bytes {
            Some(limit) => limit.to_string(),
            None => format!("{limit} bytes can be used"),
        };
        Err(InputErrors::from(Fault {
            file: "command line".into(),
            line: None,
            field: "--max-memory".into(),
            found,
            expected: format!(
                "about {needed} bytes for {} draws of {} options, {} countries and {} sectors",
                plan.draws,
                plan.options.len(),
                axes.n_countries(),
                axes.n_sectors()
            ),
            remedy: "Run parts with --shard k/K and join them with `tradepath reduce`, draw less, or allow more with --max-memory.".into(),
        }))
    }
}

fn solve_years(
    experiment: &Experiment,
    store: &Store,
    (counts, fingerprint): (&RunCounts, &str),
    progress: &Progress,
    resume: bool,
) -> anyhow::Result<()> {
    let years: Vec<i16> = experiment.plan.year_range().collect();
    let done = match resume {
        true => store.years(years.iter().map(|&year| run_resume::key(experiment, year, fingerprint))),
        false => Vec::new(),
    };
    progress.start(years.len() as u64 * experiment.draws.len() as u64);
    signals::when_stopped(format!(
        "Finished years are kept in {}; the same command with --resume goes on from there.",
        store.folder().display()
    ));
    for year in years {
        if done.contains(&year) {
            progress.advance(experiment.draws.len() as u64);
            continue;
        }
        progress.message(&format!("{year}"));
        let block = experiment.year_block(year, counts, &|| progress.advance(1))?;
        store.write(&block)?;
    }
    Ok(())
}

/// Names a run: equal fingerprints give equal results.
fn fingerprint(frame: &RunFrame, inputs: &[ReadFile]) -> anyhow::Result<String> {
    let plan = serde_json::to_string(frame)?;
    let mut all = format!("{}\n{plan}\n", env!("CARGO_PKG_VERSION"));
    inputs.iter().for_each(|file| all += &format!("{} {}\n", file.sha256, file.path));
    Ok(manifest::sha256(&all))
}

fn manifest_of(
    experiment: &Experiment,
    files: &Files,
    inputs: &[ReadFile],
    counts: &RunCounts,
    started: Instant,
) -> anyhow::Result<Value> {
    let plan = &experiment.plan;
    let options: Vec<Value> = experiment
        .options
        .iter()
        .map(|run| json!({ "id": run.spec.id, "title": run.spec.title, "description": run.spec.description }))
        .collect();
    let sectors: Vec<Value> = experiment
        .axes
        .sectors
        .iter()
        .map(|sector| {
            let kind = if sector.kind == crate::data::SectorKind::Goods { "goods" } else { "services" };
            json!({ "id": sector.id, "name": sector.name, "kind": kind })
        })
        .collect();
    let checksum = |file: &ReadFile| json!({ "file": file.path, "sha256": file.sha256 });
    let checksums: Vec<Value> = inputs.iter().map(checksum).collect();
    let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    Ok(json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "run",
        "plan": plan.name, "title": plan.title, "focus": plan.focus, "partners": plan.partners,
        "seed": plan.seed, "draws": plan.draws, "years": plan.years, "reference_option": plan.reference_option,
        "baseline": experiment.meta.name, "source": experiment.meta.source, "licence": experiment.meta.licence,
        "options": options, "countries": countries(experiment, files)?, "sectors": sectors,
        "uncertainty": plan.uncertainty, "inputs": checksums,
        "states": count(&counts.states), "equilibria_solved": count(&counts.solves),
        "evaluations": count(&counts.evaluations), "largest_residual": count(&counts.residual_e18) as f64 * 1e-18,
        "seconds": started.elapsed().as_secs_f64(),
    }))
}

/// Countries, and how many blocks of each one's data are observed, scaled and imputed.
fn countries(experiment: &Experiment, files: &Files) -> anyhow::Result<Vec<Value>> {
    let folder = files.folder(&experiment.plan.baseline);
    let mut faults = Faults::new();
    let table = folder.read_optional("provenance.csv").map_err(InputErrors::from)?.and_then(|text| {
        Table::parse(&folder.display("provenance.csv"), &text, &PROVENANCE_COLUMNS, &[], &mut faults)
    });
    faults.into_result(())?;
    let count = |code: &str, status: &str| {
        let rows = table.iter().flat_map(Table::rows);
        rows.filter(|row| row.text("country") == code && row.text("status") == status).count()
    };
    let of = |country: &crate::data::Country| {
        let code = country.iso3.as_str();
        json!({
            "iso3": code, "name": country.name, "region": country.region,
            "observed_blocks": count(code, "observed"), "scaled_blocks": count(code, "scaled"),
            "imputed_blocks": count(code, "imputed"),
        })
    };
    Ok(experiment.axes.countries.iter().map(of).collect())
}
