//! Writes the tables of a run: those that do not depend on draws, and those made from blocks.

use std::path::Path;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use super::manifest;
use super::run::Events;
use crate::data::Table;
use crate::ensemble::{BlockError, Experiment, RunCounts, Shard, YearBlock};
use crate::error::{Faults, InputErrors};
use crate::events::milestones;
use crate::output::events::{self as event_tables, Rows};
use crate::output::run::{self as tables, RunFrame};
use crate::output::{OutputDir, TableSpec, package, paths, quotas};

/// File that says which part of which run a folder holds.
pub const SHARD_FILE: &str = "shard.json";
/// Tables that are the same in every part of a run.
pub const COMMON: [&TableSpec; 5] =
    [&paths::BASELINE, &paths::REFERENCE, &paths::TARIFFS, &paths::TARIFF_PATH, &quotas::RUN_QUOTAS];
/// Tables that list draws; parts are joined by draw.
pub const BY_DRAW: [&TableSpec; 3] =
    [&event_tables::MILESTONES, &event_tables::EVENTS, &event_tables::EVENTS_SUMMARY];

/// What a run writes besides the common tables.
pub struct Written<'a> {
    /// How much of the events.
    pub events: Events,
    /// Part of the draws.
    pub shard: Shard,
    /// Fingerprint of the run.
    pub fingerprint: &'a str,
}

/// `shard.json`.
#[derive(Debug, Serialize, Deserialize)]
pub struct ShardInfo {
    /// Fingerprint of the run.
    pub fingerprint: String,
    /// Part.
    pub shard: Shard,
    /// What the blocks mean.
    pub frame: RunFrame,
}

/// Writes a table.
///
/// # Errors
/// Where the file cannot be written.
pub fn write_table(output: &OutputDir, spec: &TableSpec, rows: &Rows) -> anyhow::Result<()> {
    Ok(output.write_csv(spec.file, &spec.header(), rows)?)
}

/// Writes what does not depend on blocks: baseline, reference paths, tariffs, events.
///
/// # Errors
/// Where a reference path has no equilibrium, or a file cannot be written.
pub fn write_paths(
    output: &OutputDir,
    experiment: &Experiment,
    frame: &RunFrame,
    written: &Written<'_>,
    counts: &RunCounts,
) -> anyhow::Result<()> {
    write_table(output, &paths::BASELINE, &paths::baseline_rows(experiment))?;
    let mut reference = Rows::new();
    for year in experiment.plan.year_range() {
        let outcomes = experiment.reference_outcomes(year, counts)?;
        reference.extend(paths::reference_rows(frame, year, &outcomes));
    }
    write_table(output, &paths::REFERENCE, &reference)?;
    write_table(output, &paths::TARIFFS, &paths::tariff_rows(experiment, frame))?;
    write_table(output, &paths::TARIFF_PATH, &paths::tariff_path_rows(experiment))?;
    write_table(output, &quotas::RUN_QUOTAS, &quotas::run_rows(experiment)?)?;
    let (mut reached, mut events, mut counted) = (Rows::new(), Rows::new(), Rows::new());
    for run in &experiment.options {
        let numbered = || experiment.draws.iter().copied().zip(&run.draws);
        reached.extend(event_tables::milestone_rows(&run.spec.id, numbered(), experiment.horizon));
        match written.events {
            Events::All => events.extend(event_tables::event_rows(&run.spec.id, numbered())),
            Events::Summary => {
                counted.extend(event_tables::event_summary_rows(&run.spec.id, run.draws.iter()));
            }
            Events::None => {}
        }
    }
    write_table(output, &event_tables::MILESTONES, &reached)?;
    match written.events {
        Events::All => write_table(output, &event_tables::EVENTS, &events)?,
        Events::Summary => write_table(output, &event_tables::EVENTS_SUMMARY, &counted)?,
        Events::None => {}
    }
    if written.shard != Shard::WHOLE {
        let (fingerprint, shard, frame) = (written.fingerprint.to_owned(), written.shard, frame.clone());
        let info = serde_json::to_string_pretty(&ShardInfo { fingerprint, shard, frame })?;
        output.write_text(SHARD_FILE, &info)?;
    }
    Ok(())
}

/// Writes what is made from the blocks of all draws, and from `milestones.csv` in the folder.
///
/// # Errors
/// Where a block or `milestones.csv` cannot be read, or a file cannot be written.
pub fn write_draws(
    output: &OutputDir,
    frame: &RunFrame,
    block: impl Fn(i16) -> Result<YearBlock, BlockError>,
) -> anyhow::Result<()> {
    let [mut projections, mut bilateral, mut sectors, mut draws] = [const { Rows::new() }; 4];
    for year in frame.plan.year_range() {
        let rows = tables::year_rows(frame, &block(year)?);
        projections.extend(rows.projections);
        bilateral.extend(rows.bilateral);
        sectors.extend(rows.sectors);
        draws.extend(rows.draws);
    }
    write_table(output, &tables::PROJECTIONS, &projections)?;
    write_table(output, &tables::BILATERAL, &bilateral)?;
    write_table(output, &tables::SECTORS, &sectors)?;
    write_table(output, &tables::DRAWS, &draws)?;
    write_dates(output, frame)?;
    let made = [&tables::PROJECTIONS, &tables::BILATERAL, &tables::SECTORS, &tables::DRAWS];
    let dated = [&event_tables::DATES, &event_tables::BY_YEAR];
    let by_draw = BY_DRAW.into_iter().filter(|spec| output.path().join(spec.file).exists());
    let all: Vec<&TableSpec> = made.into_iter().chain(COMMON).chain(dated).chain(by_draw).collect();
    Ok(output.write_text("datapackage.json", &manifest::text(&package::describe(&frame.plan.name, &all)))?)
}

/// `dates.csv` and `by_year.csv` from `milestones.csv`.
fn write_dates(output: &OutputDir, frame: &RunFrame) -> anyhow::Result<()> {
    let reached = read_rows(output.path(), &event_tables::MILESTONES)?;
    let last = frame.plan.years[1];
    let years = (frame.plan.start.year(), last);
    let (mut dates, mut by_year) = (Rows::new(), Rows::new());
    for option in &frame.plan.options {
        let of_option = reached.iter().filter(|row| row[0] == *option);
        let first = of_option.filter_map(|row| Some((row[2].clone(), row[3].parse::<Date>().ok()?)));
        let found = milestones::distribution(first, frame.plan.draws as usize);
        dates.extend(event_tables::date_rows(option, &found, date(last, 12, 31)));
        by_year.extend(event_tables::year_rows(option, &found, years));
    }
    write_table(output, &event_tables::DATES, &dates)?;
    write_table(output, &event_tables::BY_YEAR, &by_year)
}

/// Rows of a table of a run as text.
///
/// # Errors
/// Where the file is missing or its columns are others.
pub fn read_rows(folder: &Path, spec: &TableSpec) -> anyhow::Result<Rows> {
    let files = crate::data::Files::directory(folder);
    let text = files.read(spec.file).map_err(InputErrors::from)?;
    if text.lines().count() < 2 {
        return Ok(Rows::new());
    }
    let (mut faults, header) = (Faults::new(), spec.header());
    let table = Table::parse(&files.display(spec.file), &text, &header, &[], &mut faults);
    let rows = table.iter().flat_map(Table::rows);
    let rows = rows.map(|row| header.iter().map(|column| row.text(column).to_owned()).collect()).collect();
    Ok(faults.into_result(rows)?)
}

/// Charts and the page, from the files of the folder.
///
/// # Errors
/// Where the report cannot be made.
pub fn write_report(output: &OutputDir) -> anyhow::Result<()> {
    let run = crate::report::Run::read(&crate::data::Files::directory(output.path()))?;
    let _charts = crate::report::write(&run, output)?;
    Ok(())
}
