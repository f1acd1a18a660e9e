//! The files of a whole run: tables that do not depend on draws, tables made from blocks, and what describes a part.

use serde::{Deserialize, Serialize};

use super::decomposition::{self, DecompositionRow};
use super::dir::{OutputDir, OutputError, PACKAGE};
use super::draws::DrawTables;
pub use super::draws::{Headline, ReadBlock, ResultsError};
use super::events::{
    EventCount, EventRow, MilestoneDates, MilestoneReached, MilestoneYear, by_year, dates, event_counts,
    events, milestones,
};
use super::insurance::{self, InsuranceRow};
use super::lookup::{self, CountryName, MeasureName, OptionName, SectorName};
use super::paths::{BaselineLevel, TariffPathStep, TariffRow, baseline, tariff_path, tariffs};
use super::quotas::{self, RunQuotaRow};
use super::reference::{
    ReferenceBilateral, ReferenceDate, ReferenceSector, ReferenceValue, reference, reference_bilateral,
    reference_dates, reference_sectors,
};
use super::rows::{Schema, TableRow};
use super::trade::{self, CoverageRow, CreationRow, ExposureRow, TradeRow};
use crate::ensemble::{Blocks, Cut, Experiment, PARTS, RunFrame, RunResults, Shard, Tile, Tiling, YearBlock};
use crate::events::milestones as distributions;
use crate::numerics::parallel;

/// File that says which part of which run a folder holds.
pub const SHARD_FILE: &str = "shard.json";

/// Which events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventDetail {
    /// Every event of every draw.
    All,
    /// Counts by stage.
    Summary,
    /// Nothing.
    None,
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

/// Tables that are the same in every part of a run.
#[must_use]
pub fn common() -> [Schema; 20] {
    [
        CountryName::schema(),
        SectorName::schema(),
        OptionName::schema(),
        MeasureName::schema(),
        BaselineLevel::schema(),
        ReferenceValue::schema(),
        ReferenceSector::schema(),
        ReferenceBilateral::schema(),
        ReferenceDate::schema(),
        DecompositionRow::schema(),
        InsuranceRow::schema(),
        MilestoneDates::schema(),
        MilestoneYear::schema(),
        TariffRow::schema(),
        TariffPathStep::schema(),
        RunQuotaRow::schema(),
        TradeRow::schema(),
        CreationRow::schema(),
        ExposureRow::schema(),
        CoverageRow::schema(),
    ]
}

/// Tables that list draws; parts are joined by draw.
#[must_use]
pub fn by_draw() -> [Schema; 3] {
    [MilestoneReached::schema(), EventRow::schema(), EventCount::schema()]
}

/// True for files that differ from part to part.
#[must_use]
pub fn is_of_part(file: &str) -> bool {
    [SHARD_FILE, PACKAGE].contains(&file)
        || file.starts_with(PARTS)
        || by_draw().iter().any(|schema| schema.file == file)
}

/// Writes what does not depend on blocks: baseline, reference paths, tariffs, quotas, events.
///
/// # Errors
/// [`OutputError`] if a file cannot be written.
pub fn write_paths<B: Blocks>(
    output: &OutputDir,
    results: &RunResults<B>,
    detail: EventDetail,
) -> Result<(), OutputError> {
    let (experiment, frame) = (&results.experiment, &results.frame);
    lookup::write_run(output, experiment, frame)?;
    output.write_rows(baseline(experiment))?;
    output.write_rows(reference_dates(experiment))?;
    output.write_rows(decomposition::rows(frame, &results.decompositions))?;
    output.write_rows(insurance::rows(frame, &results.insurances))?;
    write_dates(output, experiment)?;
    output.write_rows(tariff_path(experiment))?;
    output.write_rows(quotas::of_run(experiment, &results.quotas))?;
    write_events(output, experiment, detail)?;
    let (blocks, trade) = (results.reference.as_slice(), results.trade.as_slice());
    // The long ones, side by side.
    let long: [Table<'_>; 8] = [
        &|| output.write_rows(blocks.iter().flat_map(|block| reference_sectors(frame, block))),
        &|| output.write_rows(tariffs(experiment, frame)),
        &|| output.write_rows(trade.iter().flat_map(|year| trade::trade(experiment, year))),
        &|| output.write_rows(blocks.iter().flat_map(|block| reference(frame, block))),
        &|| output.write_rows(blocks.iter().flat_map(|block| reference_bilateral(frame, block))),
        &|| output.write_rows(trade.iter().flat_map(|year| trade::creation(experiment, year))),
        &|| output.write_rows(trade.iter().flat_map(|year| trade::exposure(experiment, year))),
        &|| output.write_rows(trade.iter().flat_map(|year| trade::coverage(experiment, year))),
    ];
    parallel::try_map_each(&long, |write| write()).map(|_| ())
}

/// Writes a table.
type Table<'a> = &'a (dyn Fn() -> Result<(), OutputError> + Sync);

/// Writes `milestones.csv`, and the events or their counts where they are asked for.
fn write_events(output: &OutputDir, experiment: &Experiment, detail: EventDetail) -> Result<(), OutputError> {
    let horizon = experiment.horizon;
    output.write_rows(
        experiment
            .options
            .iter()
            .flat_map(|run| milestones(&run.spec.id, experiment.timelines(run), horizon)),
    )?;
    let options = experiment.options.iter();
    match detail {
        EventDetail::All => {
            output.write_rows(options.flat_map(|run| events(&run.spec.id, experiment.timelines(run))))
        }
        EventDetail::Summary => output.write_rows(
            options.flat_map(|run| event_counts(&run.spec.id, distributions::event_counts(run.draws.iter()))),
        ),
        EventDetail::None => Ok(()),
    }
}

/// Writes which part of which run the folder holds.
///
/// # Errors
/// [`OutputError`] if the file cannot be written.
pub fn write_part<B>(output: &OutputDir, results: &RunResults<B>) -> Result<(), OutputError> {
    let (fingerprint, frame) = (results.fingerprint.clone(), results.frame.clone());
    let info = ShardInfo { fingerprint, shard: results.experiment.shard, frame };
    let text = serde_json::to_string_pretty(&info).expect("a plan has no value that JSON lacks");
    output.write_text(SHARD_FILE, &text)
}

/// Writes what is made from the blocks of all draws, read as `tiling` says; returns what the answer is made of. Where it
/// `reads_ahead`, a thread reads the block of the next year while the others write a year: two are in memory then.
///
/// # Errors
/// [`ResultsError`] if a block cannot be read, or a file cannot be written.
///
/// # Panics
/// For a plan without years.
pub fn write_draws(
    output: &OutputDir,
    frame: &RunFrame,
    tiling: &Tiling,
    read: &ReadBlock<'_>,
    reads_ahead: bool,
) -> Result<Headline, ResultsError> {
    let mut tables = GrowingTables::new(output, frame, tiling)?;
    let mut whole: Option<YearBlock> = None;
    let end = frame.plan.years[1];
    for year in frame.plan.year_range() {
        let next = tiling.tables.first().filter(|tile| reads_ahead && tile.cut == Cut::Whole && year < end);
        let (written, ahead) = parallel::both(
            || tables.add_year(year, read, whole.as_ref()),
            || next.map(|tile| read(year + 1, tile)).transpose(),
        );
        written?;
        whole = ahead?;
    }
    tables.finish()
}

/// What [`write_draws`] writes, while the years are being solved.
pub struct GrowingTables<'f> {
    output: &'f OutputDir,
    tables: DrawTables<'f>,
    last: Option<Headline>,
}

impl<'f> GrowingTables<'f> {
    /// The tables of the run of `frame`; years that are added as a whole want a whole tiling.
    ///
    /// # Errors
    /// [`ResultsError`] if a file cannot be written.
    pub fn new(output: &'f OutputDir, frame: &'f RunFrame, tiling: &'f Tiling) -> Result<Self, ResultsError> {
        Ok(Self { output, tables: DrawTables::new(output, frame, tiling)?, last: None })
    }

    /// Adds the next year.
    ///
    /// # Errors
    /// [`ResultsError`] if a file cannot be written.
    pub fn add(&mut self, block: &YearBlock) -> Result<(), ResultsError> {
        let read = |_: i16, tile: &Tile| Ok(block.cut(tile));
        self.add_year(block.year, &read, Some(block))
    }

    fn add_year(
        &mut self,
        year: i16,
        read: &ReadBlock<'_>,
        whole: Option<&YearBlock>,
    ) -> Result<(), ResultsError> {
        self.last = Some(self.tables.write_year(year, read, whole)?);
        Ok(())
    }

    /// Ends the tables after the last year; returns what the answer is made of.
    ///
    /// # Errors
    /// [`ResultsError`] if a file cannot be written.
    ///
    /// # Panics
    /// Where no year was added.
    pub fn finish(self) -> Result<Headline, ResultsError> {
        self.tables.finish()?;
        // Of a divided run these are copied or joined, and not written here.
        common().into_iter().chain(by_draw()).for_each(|schema| self.output.declare(schema));
        Ok(self.last.expect("a plan has a year or more"))
    }
}

/// `dates.csv` and `by_year.csv`, from the draws of the events alone.
fn write_dates(output: &OutputDir, experiment: &Experiment) -> Result<(), OutputError> {
    let plan = &experiment.plan;
    let (years, end) = ((plan.start.year(), plan.years[1]), experiment.horizon.end);
    let options = || experiment.options.iter();
    output.write_rows(options().flat_map(|run| dates(&run.spec.id, &run.milestones, end)))?;
    output.write_rows(options().flat_map(|run| by_year(&run.spec.id, &run.milestones, years)))
}
