//! How many pieces a year of many draws is read in.

use super::block::SECTOR_MEASURES;
use super::frame::RunFrame;
use super::summary::HEADLINE;
use super::tile::{Cut, Tile};
use crate::projection::Outcome;

/// How the blocks of a run are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tiling {
    /// For measures and sectors: the whole, or pieces of countries and options.
    pub tables: Vec<Tile>,
    /// For trade by partner; none where the tables have the whole.
    pub imports: Vec<Tile>,
    /// For the headline.
    pub headline: Tile,
}

/// Sizes of what is joined.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Bytes of the largest year of all parts together.
    pub all: u64,
    /// Bytes of the largest year of one part.
    pub part: u64,
}

/// Bytes of a number.
const NUMBER: u64 = 8;

impl Tiling {
    /// Everything at once.
    #[must_use]
    pub fn whole(frame: &RunFrame) -> Self {
        let options: Vec<usize> = (0..frame.plan.options.len()).collect();
        let of = |cut| Tile { cut, options: options.clone(), kept: options.clone() };
        Self { tables: vec![of(Cut::Whole)], imports: Vec::new(), headline: of(Cut::Headline(frame.focus())) }
    }

    /// The fewest pieces with which joining takes at most `bytes`.
    ///
    /// # Errors
    /// The bytes that are needed at least.
    pub fn within(frame: &RunFrame, sizes: Sizes, bytes: u64) -> Result<Self, u64> {
        let column = frame.plan.draws.saturating_mul(NUMBER);
        // Each thread sorts the values of a measure, with their weights where they have some; a part is held as it was read and as numbers.
        let of_thread = if frame.sample.is_plain() { 3 } else { 5 };
        let columns = of_thread * rayon::current_num_threads() as u64 + 2;
        let beside = column.saturating_mul(columns).saturating_add(sizes.part.saturating_mul(2));
        let whole = Self::whole(frame);
        if sizes.all.saturating_add(beside) <= bytes {
            return Ok(whole);
        }
        let (n, s) = (frame.countries.len() as u64, frame.sectors.len() as u64);
        let of_country = 2 * Outcome::MEASURES.len() as u64 + SECTOR_MEASURES.len() as u64 * s;
        let n_options = frame.plan.options.len() as u64;
        // Numbers of a draw for which there is room.
        let room = bytes.saturating_sub(beside) / column.max(1);
        let least = [2 * (of_country + 1), 2 * n * n, n_options * (2 * HEADLINE.len() as u64 + 1)];
        let least = least.into_iter().max().unwrap_or_default();
        if room < least {
            return Err(beside.saturating_add(least.saturating_mul(column)));
        }
        let countries = (room / n_options).saturating_sub(1) / of_country;
        let (step, at_once) = match countries {
            0 => (1, room / (of_country + 1)),
            _ => (countries.min(n) as usize, n_options),
        };
        let ranges = (0..frame.countries.len()).step_by(step);
        let ranges = ranges.map(|first| first..(first + step).min(frame.countries.len()));
        let tables = ranges.flat_map(|range| by_options(frame, at_once, &Cut::Countries(range)));
        let imports = (0..2).flat_map(|group| by_options(frame, room / (n * n), &Cut::Imports(group)));
        Ok(Self { tables: tables.collect(), imports: imports.collect(), headline: whole.headline })
    }

    /// Number of pieces in which a year is read.
    #[must_use]
    pub fn n_pieces(&self) -> usize {
        self.tables.len() + self.imports.len()
    }
}

/// Pieces of at most `at_once` options, each with the reference option.
fn by_options(frame: &RunFrame, at_once: u64, cut: &Cut) -> Vec<Tile> {
    let (all, reference) = (frame.plan.options.len(), frame.reference());
    if at_once >= all as u64 {
        let options: Vec<usize> = (0..all).collect();
        return vec![Tile { cut: cut.clone(), kept: options.clone(), options }];
    }
    let others: Vec<usize> = (0..all).filter(|&at| at != reference).collect();
    let mut tiles: Vec<Tile> = Vec::new();
    for chunk in others.chunks((at_once as usize - 1).max(1)) {
        let mut options = chunk.to_vec();
        options.push(reference);
        options.sort_unstable();
        let kept = if tiles.is_empty() { options.clone() } else { chunk.to_vec() };
        tiles.push(Tile { cut: cut.clone(), options, kept });
    }
    tiles
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Files;
    use crate::ensemble::{Outlook, PLAN_FILE, Plan, Sample};

    fn frame(n_options: usize) -> RunFrame {
        let mut plan = Plan::read(&Files::embedded(), PLAN_FILE).unwrap();
        plan.options = (0..n_options).map(|at| format!("option_{at}")).collect();
        plan.reference_option = "option_1".into();
        plan.focus = "C1".into();
        plan.draws = 1000;
        let outlook = Outlook {
            event_draws: 1,
            in_force: None,
            p50_date: None,
            reference_date: None,
            members: Vec::new(),
        };
        let names = |letter: char, n: usize| (0..n).map(|at| format!("{letter}{at}")).collect();
        RunFrame {
            plan,
            countries: names('C', 3),
            sectors: names('S', 2),
            outlooks: vec![outlook; n_options],
            sample: Sample::plain(1000),
        }
    }

    #[test]
    fn pieces_cover_every_country_and_option_once_and_fit() {
        let (frame, sizes) = (frame(4), Sizes { all: 10_000_000, part: 1000 });
        assert_eq!(Tiling::within(&frame, sizes, 20_000_000), Ok(Tiling::whole(&frame)));
        let needed = Tiling::within(&frame, sizes, 0).unwrap_err();
        assert!(Tiling::within(&frame, sizes, needed - 1).is_err());
        let mut pieces = Vec::new();
        for bytes in (needed..9_000_000).step_by(50_000) {
            let tiling = Tiling::within(&frame, sizes, bytes).unwrap();
            pieces.push(tiling.n_pieces());
            let mut seen = [[0; 4]; 3];
            for Tile { cut, options, kept } in &tiling.tables {
                let Cut::Countries(range) = cut else { continue };
                assert!(options.contains(&1) && kept.iter().all(|at| options.contains(at)));
                range.clone().for_each(|n| kept.iter().for_each(|&option| seen[n][option] += 1));
                let part = frame.clone();
                let cut =
                    Tile { cut: cut.clone(), options: options.clone(), kept: kept.clone() }.frame(&part);
                assert_eq!((cut.countries.len(), cut.plan.options.len()), (range.len(), options.len()));
            }
            assert!(tiling.tables[0].cut == Cut::Whole || seen == [[1; 4]; 3], "{seen:?}");
        }
        assert!(pieces.is_sorted_by(|a, b| a >= b), "{pieces:?}");
    }
}
