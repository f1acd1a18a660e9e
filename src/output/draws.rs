//! The tables over the draws of a run, from blocks that are read whole or in pieces.

use std::borrow::Cow;
use std::collections::HashMap;

use super::beats::{BeatsRow, beats};
use super::dir::{OutputDir, OutputError, TableFile};
use super::run::{self, BilateralChange, DrawValue, Projection, SECTOR_GROUPS, SectorProjection};
use super::summary::{SummaryRow, summary};
use crate::ensemble::{BlockError, Cut, RunFrame, Tile, Tiling, YearBlock};
use crate::projection::Outcome;
use crate::sorted::sort_by_key;

/// The files of a run could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    /// A file could not be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// A block could not be read back.
    #[error(transparent)]
    Block(#[from] BlockError),
}

/// Reads a piece of the block of a year.
pub type ReadBlock<'r> = dyn Fn(i16, &Tile) -> Result<YearBlock, BlockError> + Sync + 'r;

/// The last year of a run in its focus country: what the answer is made of.
#[derive(Debug, Clone)]
pub struct Headline {
    /// The options, and the focus country alone.
    pub frame: RunFrame,
    /// The measures of `summary::HEADLINE` alone.
    pub block: YearBlock,
}

/// The tables while they are being written, year by year.
pub(super) struct DrawTables<'f> {
    frame: &'f RunFrame,
    tiling: &'f Tiling,
    projections: TableFile<Projection<'static>>,
    bilateral: TableFile<BilateralChange<'static>>,
    sectors: TableFile<SectorProjection<'static>>,
    draws: TableFile<DrawValue<'static>>,
    summary: TableFile<SummaryRow<'static>>,
    beats: TableFile<BeatsRow<'static>>,
}

impl<'f> DrawTables<'f> {
    pub fn new(output: &OutputDir, frame: &'f RunFrame, tiling: &'f Tiling) -> Result<Self, ResultsError> {
        Ok(Self {
            frame,
            tiling,
            projections: output.table()?,
            bilateral: output.table()?,
            sectors: output.table()?,
            draws: output.table()?,
            summary: output.table()?,
            beats: output.table()?,
        })
    }

    /// Adds the rows of a year; the last one returns the headline. `whole` is the block of the year where it is at hand.
    pub fn write_year(
        &mut self,
        year: i16,
        read: &ReadBlock<'_>,
        mut whole: Option<&YearBlock>,
    ) -> Result<Headline, ResultsError> {
        let (frame, tiling) = (self.frame, self.tiling);
        let order = Order::new(frame);
        let is_last = year == frame.plan.years[1];
        let measures: Vec<usize> = (0..Outcome::MEASURES.len()).collect();
        let frames: Vec<RunFrame> = tiling.tables.iter().map(|tile| tile.frame(frame)).collect();
        let (mut projections, mut sectors, mut sums) = (Vec::new(), Vec::new(), Vec::new());
        let mut compared = Vec::new();
        let mut headline = None;
        for (tile, part) in tiling.tables.iter().zip(&frames) {
            let block = whole
                .take()
                .map_or_else(|| read(year, tile).map(Cow::Owned), |block| Ok(Cow::Borrowed(block)))?;
            let keeps = |option: &str| tile.keeps(frame, option);
            projections.extend(run::projections(part, &block).into_iter().filter(|row| keeps(&row.option)));
            sectors.extend(run::sectors(part, &block).into_iter().filter(|row| keeps(&row.option)));
            if is_last {
                let rows = summary(part, &block, &measures).into_iter();
                sums.extend(rows.filter(|row| keeps(&row.option)));
            }
            if tile.cut == Cut::Whole {
                self.bilateral.write_all(&run::bilateral(part, &block))?;
                if is_last {
                    compared.extend(self.compare(&|tile| Ok(block.cut(tile)))?);
                }
                headline = Some(block.cut(&tiling.headline));
            }
        }
        // A whole year has its options in order.
        if tiling.tables.len() > 1 {
            sort_by_key(&mut projections, |row| order.of(&row.option));
            sort_by_key(&mut sectors, |row| order.of(&row.option));
            sort_by_key(&mut sums, |row| order.of(&row.option));
        }
        self.projections.write_all(&projections)?;
        self.sectors.write_all(&sectors)?;
        self.summary.write(sums)?;
        if is_last && compared.is_empty() {
            compared = self.compare(&|tile| read(year, tile))?;
        }
        self.beats.write(compared)?;
        self.write_imports(year, read, &order)?;
        let block = headline.map_or_else(|| read(year, &tiling.headline), Ok)?;
        let frame = tiling.headline.frame(frame);
        self.draws.write(run::draws(&frame, &block))?;
        Ok(Headline { frame, block })
    }

    /// Every option against every other, by country.
    fn compare(
        &self,
        read: &dyn Fn(&Tile) -> Result<YearBlock, BlockError>,
    ) -> Result<Vec<BeatsRow<'static>>, ResultsError> {
        let mut rows = Vec::new();
        for country in 0..self.frame.countries.len() {
            let tile = Tile { cut: Cut::Headline(country), ..self.tiling.headline.clone() };
            rows.extend(beats(&tile.frame(self.frame), &read(&tile)?));
        }
        Ok(rows)
    }

    /// Adds the rows of trade by partner that are read in pieces of their own.
    fn write_imports(
        &mut self,
        year: i16,
        read: &ReadBlock<'_>,
        order: &Order<'_>,
    ) -> Result<(), ResultsError> {
        if !self.frame.plan.bilateral_years.contains(&year) {
            return Ok(());
        }
        let pieces = self.tiling.imports.iter();
        let pieces: Vec<(&Tile, RunFrame)> = pieces.map(|tile| (tile, tile.frame(self.frame))).collect();
        let mut rows: Vec<BilateralChange<'_>> = Vec::new();
        for (tile, part) in &pieces {
            let Cut::Imports(group) = tile.cut else { continue };
            let block = read(year, tile)?;
            let found = run::bilateral(part, &block).into_iter();
            let found = found.filter(|row| tile.keeps(self.frame, &row.option));
            rows.extend(
                found.map(|row| BilateralChange { sector_group: SECTOR_GROUPS[group].into(), ..row }),
            );
        }
        let group = |name: &str| SECTOR_GROUPS.iter().position(|known| *known == name);
        sort_by_key(&mut rows, |row| (order.of(&row.option), group(&row.sector_group)));
        Ok(self.bilateral.write(rows)?)
    }

    /// Ends the tables.
    pub fn finish(self) -> Result<(), ResultsError> {
        self.projections.finish()?;
        self.bilateral.finish()?;
        self.sectors.finish()?;
        self.draws.finish()?;
        self.beats.finish()?;
        Ok(self.summary.finish()?)
    }
}

/// Places of the options in the plan.
struct Order<'f>(HashMap<&'f str, usize>);

impl<'f> Order<'f> {
    fn new(frame: &'f RunFrame) -> Self {
        Self(frame.plan.options.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect())
    }

    fn of(&self, option: &str) -> Option<usize> {
        self.0.get(option).copied()
    }
}
