//! A whole run: every year of a plan solved, and what it found.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use super::block::{BlockError, BlockKey, YearBlock};
use super::carried::Carried;
use super::counts::{RunCounts, RunError};
use super::decomposition::Decomposition;
use super::experiment::Experiment;
use super::frame::RunFrame;
use super::insurance::Insurance;
use super::journal::Journal;
use super::plan::{Plan, Shard};
use super::trade::ReferenceTrade;
use super::years::{ReferenceQuota, ReferenceYear};
use crate::data::Files;
use crate::numerics::parallel;
use crate::sorted::{SortedMap, sort_by_key};

/// Is told how far a run is, from any thread. `()` takes no notice.
pub trait Watch: Sync {
    /// The run begins to do something, such as a year.
    fn stage(&self, what: &str);

    /// So many draws will be solved, over all years.
    fn begin(&self, draws: u64);

    /// So many of them are done.
    fn advance(&self, draws: u64);

    /// So many of them were done by an earlier command.
    fn skip(&self, draws: u64) {
        self.advance(draws);
    }

    /// So many equilibria have been solved since the beginning.
    fn solved(&self, _equilibria: u64) {}
}

impl Watch for () {
    fn stage(&self, _: &str) {}

    fn begin(&self, _: u64) {}

    fn advance(&self, _: u64) {}
}

/// Keeps the results of finished years: a run of many draws does not fit into memory as a whole.
pub trait Blocks: Sync {
    /// The block of the year where an earlier command solved it.
    fn known(&self, key: &BlockKey<'_>) -> Option<YearBlock>;

    /// Keeps a block.
    ///
    /// # Errors
    /// [`BlockError`] if it cannot be written.
    fn keep(&self, block: YearBlock) -> Result<(), BlockError>;

    /// Where the draws of a year go while it is solved.
    ///
    /// # Errors
    /// [`BlockError`] if nothing can be written.
    fn journal(&self, key: &BlockKey<'_>) -> Result<Box<dyn Journal>, BlockError>;

    /// The block of a finished year.
    ///
    /// # Errors
    /// [`BlockError`] if it is missing or damaged.
    fn get(&self, key: &BlockKey<'_>) -> Result<YearBlock, BlockError>;
}

/// Blocks in memory, for small runs.
#[derive(Debug, Default)]
pub struct InMemory(Mutex<SortedMap<i16, YearBlock>>);

impl InMemory {
    fn years(&self) -> std::sync::MutexGuard<'_, SortedMap<i16, YearBlock>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Blocks for InMemory {
    fn known(&self, key: &BlockKey<'_>) -> Option<YearBlock> {
        self.years().get(&key.year).cloned()
    }

    fn keep(&self, block: YearBlock) -> Result<(), BlockError> {
        self.years().insert(block.year, block);
        Ok(())
    }

    fn journal(&self, _: &BlockKey<'_>) -> Result<Box<dyn Journal>, BlockError> {
        Ok(Box::new(()))
    }

    fn get(&self, key: &BlockKey<'_>) -> Result<YearBlock, BlockError> {
        self.known(key).ok_or_else(|| BlockError::Damaged { path: key.year.to_string(), why: "never solved" })
    }
}

/// What a run found. `output` makes typed rows of it: `output::run` of its blocks, `output::paths` of the rest.
pub struct RunResults<B> {
    /// What was run: plan, data, baseline path, timelines of all draws.
    pub experiment: Experiment,
    /// Names of options, countries and sectors in the order of the blocks.
    pub frame: RunFrame,
    /// Names version, plan, data and seed: equal fingerprints give equal results.
    pub fingerprint: String,
    /// Outcomes on the reference paths: a block of one draw for each year.
    pub reference: Vec<YearBlock>,
    /// Where the gains of the reference paths come from in the last year.
    pub decompositions: Vec<Decomposition>,
    /// What options insure against, on the reference paths in the last year.
    pub insurances: Vec<Insurance>,
    /// Quotas on the reference paths.
    pub quotas: Vec<ReferenceQuota>,
    /// Trade on the reference paths by sector and partner, in the years that the plan names and in the last one.
    pub trade: Vec<ReferenceTrade>,
    /// How much was computed.
    pub counts: RunCounts,
    /// Results of the draws by year.
    pub blocks: B,
}

impl<B: Blocks> RunResults<B> {
    /// The results of every option and draw in a year.
    ///
    /// # Errors
    /// [`BlockError`] if the block of the year cannot be read back.
    pub fn block(&self, year: i16) -> Result<YearBlock, BlockError> {
        self.blocks.get(&self.experiment.block_key(year, &self.fingerprint))
    }
}

/// Runs a whole plan in memory; `files` holds the data that the plan names.
///
/// Cost: the time of `tradepath run`, and 8 bytes for each number of each draw, see [`run_bytes`](super::run_bytes).
///
/// # Errors
/// [`InputErrors`](crate::error::InputErrors) of plan and data, [`RunError`] if a state has no equilibrium.
pub fn run(files: &Files, plan: Plan, watch: &dyn Watch) -> anyhow::Result<RunResults<InMemory>> {
    watch.stage("baseline path and timelines");
    let experiment = Experiment::load(files, plan, Shard::WHOLE, &|_, _| Ok(()))?;
    Ok(experiment.run(InMemory::default(), &mut |_| Ok(()), watch)?)
}

/// Is given the block of every year in turn: while the next one is solved, so that tables grow with the run.
pub type EachYear<'e> = dyn FnMut(&YearBlock) -> anyhow::Result<()> + Send + 'e;

/// The reference paths of a run.
struct ReferencePaths {
    years: Vec<ReferenceYear>,
    decompositions: Vec<Decomposition>,
    insurances: Vec<Insurance>,
}

impl Experiment {
    /// What the block of a year must be.
    #[must_use]
    pub fn block_key<'a>(&'a self, year: i16, fingerprint: &'a str) -> BlockKey<'a> {
        BlockKey { fingerprint, year, layout: Some(self.layout(year)), draws: Some(&self.draws) }
    }

    /// The reference paths of every year of the plan, without any draw.
    ///
    /// # Errors
    /// [`RunError`] if a state has no equilibrium.
    pub fn reference_years(&self, counts: &RunCounts) -> Result<Vec<ReferenceYear>, RunError> {
        let (mut years, mut past) = (Vec::new(), self.reference_start());
        for year in self.plan.year_range() {
            let found = self.reference_block(year, &past, counts)?;
            past = Carried::of(&found.block);
            years.push(found);
        }
        Ok(years)
    }

    /// The last year of all draws; the years before are not kept.
    pub(super) fn last_block(&self, counts: &RunCounts, watch: &dyn Watch) -> Result<YearBlock, RunError> {
        watch.begin(self.draws.len() as u64 * self.plan.year_range().count() as u64);
        let tick = || {
            watch.advance(1);
            watch.solved(counts.solves.load(Ordering::Relaxed));
        };
        let (mut past, mut last) = (self.start(), None);
        for year in self.plan.year_range() {
            watch.stage(&year.to_string());
            let block = self.year_block(year, past, counts, &tick)?;
            past = Carried::of(&block);
            last = Some(block);
        }
        Ok(last.expect("a checked plan has a year"))
    }

    /// Solves the years that `blocks` does not have yet, and the reference paths of all years. `each` is given every block.
    ///
    /// # Errors
    /// [`RunError`] if a state has no equilibrium, a block cannot be kept, or `each` fails.
    pub fn run<B: Blocks>(
        self,
        blocks: B,
        each: &mut EachYear<'_>,
        watch: &dyn Watch,
    ) -> Result<RunResults<B>, RunError> {
        let (fingerprint, counts) = (self.fingerprint(), RunCounts::default());
        let n_draws = self.draws.len() as u64;
        watch.begin(self.plan.year_range().count() as u64 * n_draws);
        let tick = || {
            watch.advance(1);
            watch.solved(counts.solves.load(Ordering::Relaxed));
        };
        let mut pass = |block: Option<YearBlock>, is_new: bool| {
            let Some(block) = block else { return Ok::<(), RunError>(()) };
            each(&block).map_err(RunError::Taken)?;
            if is_new { Ok(blocks.keep(block)?) } else { Ok(()) }
        };
        let (mut past, mut solved) = (self.start(), None);
        for year in self.plan.year_range() {
            let key = self.block_key(year, &fingerprint);
            if let Some(block) = blocks.known(&key) {
                watch.skip(n_draws);
                pass(solved.take(), true)?;
                past = Carried::of(&block);
                pass(Some(block), false)?;
                continue;
            }
            watch.stage(&year.to_string());
            let journal = blocks.journal(&key)?;
            // The year before is written while this one is solved.
            let (kept, block) = parallel::both(
                || pass(solved.take(), true),
                || self.year_block_in(&*journal, (year, past), &counts, &tick),
            );
            kept?;
            let block = block?;
            past = Carried::of(&block);
            solved = Some(block);
        }
        watch.stage("reference paths");
        let (kept, reference) = parallel::both(|| pass(solved, true), || self.reference_paths(&counts));
        kept?;
        let ReferencePaths { years, decompositions, insurances } = reference?;
        let (mut reference, mut quotas, mut trade) = (Vec::new(), Vec::new(), Vec::new());
        for year in years {
            reference.push(year.block);
            quotas.extend(year.quotas);
            trade.extend(year.trade);
        }
        // In the order of the options, and of the years inside.
        sort_by_key(&mut quotas, |found| found.option);
        let frame = RunFrame::new(&self);
        Ok(RunResults {
            experiment: self,
            frame,
            fingerprint,
            reference,
            decompositions,
            insurances,
            quotas,
            trade,
            counts,
            blocks,
        })
    }

    fn reference_paths(&self, counts: &RunCounts) -> Result<ReferencePaths, RunError> {
        let years = self.reference_years(counts)?;
        let before_last = years.iter().rev().nth(1).map(|year| Carried::of(&year.block));
        let past = before_last.unwrap_or_else(|| self.reference_start());
        let (decompositions, insurances) = (self.decompositions(&past)?, self.insurances(&past)?);
        Ok(ReferencePaths { years, decompositions, insurances })
    }
}
