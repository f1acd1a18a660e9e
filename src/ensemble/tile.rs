//! Pieces of blocks: all draws of some countries and options, for a year that does not fit into memory.

use std::ops::Range;

use super::block::{BlockError, Layout, SECTOR_MEASURES, YearBlock};
use super::frame::RunFrame;
use super::summary::HEADLINE;
use crate::projection::Outcome;

/// Which numbers of an option and draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cut {
    /// All of them.
    Whole,
    /// Measures and sectors of these countries, without their trade by partner.
    Countries(Range<usize>),
    /// Trade by partner in one group of sectors.
    Imports(usize),
    /// The headline measures of one country.
    Headline(usize),
}

/// A piece of a block. Its [`frame`](Tile::frame) says what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// Which numbers.
    pub cut: Cut,
    /// Positions of its options in the plan, rising; the reference option is among them.
    pub options: Vec<usize>,
    /// Those that rows are made of: in another piece the reference option has its own.
    pub kept: Vec<usize>,
}

impl Tile {
    /// The frame of the run cut down to what the piece holds. (In [`Cut::Imports`] there is one group, the first.)
    #[must_use]
    pub fn frame(&self, frame: &RunFrame) -> RunFrame {
        let mut found = frame.clone();
        found.plan.options = self.options.iter().map(|&at| frame.plan.options[at].clone()).collect();
        found.outlooks = self.options.iter().map(|&at| frame.outlooks[at].clone()).collect();
        match &self.cut {
            Cut::Countries(range) => found.countries = frame.countries[range.clone()].to_vec(),
            Cut::Headline(country) => found.countries = vec![frame.countries[*country].clone()],
            Cut::Whole | Cut::Imports(_) => {}
        }
        found
    }

    /// True if rows are made of the option with this name.
    #[must_use]
    pub fn keeps(&self, frame: &RunFrame, option: &str) -> bool {
        self.kept.iter().any(|&at| frame.plan.options[at] == option)
    }

    /// Shape of the piece of a block. What only the next year of a run needs is left out.
    fn layout(&self, whole: Layout) -> Layout {
        let all = Layout { n_options: self.options.len(), n_carried: 0, ..whole };
        match &self.cut {
            Cut::Whole => Layout { n_carried: whole.n_carried, ..all },
            Cut::Countries(range) => Layout { n: range.len(), n_groups: 0, ..all },
            Cut::Imports(_) => {
                Layout { n_measures: 0, s: 0, n_groups: whole.n_groups.min(1), has_own: false, ..all }
            }
            Cut::Headline(_) => Layout { n: 1, s: 0, n_measures: HEADLINE.len(), n_groups: 0, ..all },
        }
    }

    /// The ranges of an option's values that the piece keeps, in order.
    fn ranges(&self, whole: Layout) -> Vec<Range<usize>> {
        let Layout { n, s, .. } = whole;
        let of_countries = |range: &Range<usize>, measures: &[usize]| -> Vec<Range<usize>> {
            let at = |first: usize| {
                let of = move |&measure: &usize| first + measure * n;
                measures.iter().map(of).map(|at| at + range.start..at + range.end).collect::<Vec<_>>()
            };
            let in_force = whole.in_force_at();
            let own = if whole.has_own { at(in_force + 1) } else { Vec::new() };
            let flag = whole.has_own.then_some(in_force..in_force + 1);
            let sector = |measure| {
                whole.sector_at(measure) + range.start * s..whole.sector_at(measure) + range.end * s
            };
            let is_headline = matches!(self.cut, Cut::Headline(_));
            let sectors = (0..whole.n_sector_measures).filter(|_| !is_headline).map(sector);
            at(0).into_iter().chain(sectors).chain(flag).chain(own).collect()
        };
        match &self.cut {
            Cut::Whole => vec![0..whole.n_values()],
            Cut::Countries(range) => of_countries(range, &(0..whole.n_measures).collect::<Vec<_>>()),
            Cut::Headline(country) => of_countries(&(*country..country + 1), &HEADLINE),
            Cut::Imports(_) if whole.n_groups == 0 => Vec::new(),
            Cut::Imports(group) => {
                let at = whole.bilateral_at() + group * n * n;
                vec![at..at + n * n]
            }
        }
    }
}

impl YearBlock {
    /// A piece of the block.
    ///
    /// # Panics
    /// For countries and options that the block does not have.
    #[must_use]
    pub fn cut(&self, tile: &Tile) -> Self {
        let (layout, ranges) = (tile.layout(self.layout), tile.ranges(self.layout));
        let mut values = Vec::with_capacity(self.draws.len() * layout.n_options * layout.n_values());
        for draw in 0..self.draws.len() {
            for &option in &tile.options {
                let from = self.of(draw, option);
                ranges.iter().for_each(|range| values.extend_from_slice(&from[range.clone()]));
            }
        }
        let (n, s) = (self.layout.n, self.layout.s);
        let base_imports_musd = match &tile.cut {
            Cut::Whole => self.base_imports_musd.clone(),
            Cut::Imports(group) if self.layout.n_groups > 0 => {
                self.base_imports_musd[group * n * n..(group + 1) * n * n].to_vec()
            }
            _ => Vec::new(),
        };
        let base_worker_shares = match &tile.cut {
            Cut::Whole => self.base_worker_shares.clone(),
            Cut::Countries(range) => self.base_worker_shares[range.start * s..range.end * s].to_vec(),
            _ => Vec::new(),
        };
        Self {
            year: self.year,
            layout,
            draws: self.draws.clone(),
            values,
            base_imports_musd,
            base_worker_shares,
        }
    }

    /// One block from the parts of a year, draws in rising order; one part is in memory at a time.
    ///
    /// # Errors
    /// Those of the parts; [`BlockError::Mixed`] where they differ in shape, or a draw is there twice or missing.
    pub fn join(
        parts: impl IntoIterator<Item = Result<Self, BlockError>>,
        n_draws: u64,
    ) -> Result<Self, BlockError> {
        let mut joined: Option<Self> = None;
        let mut seen = vec![false; n_draws as usize];
        let mut year = 0;
        for part in parts {
            let part = part?;
            year = part.year;
            let mixed = |why: String| Err(BlockError::Mixed { year, why });
            let size = part.layout.n_options * part.layout.n_values();
            let whole = joined.get_or_insert_with(|| Self {
                draws: (0..n_draws).collect(),
                values: vec![0.0; seen.len() * size],
                base_imports_musd: part.base_imports_musd.clone(),
                base_worker_shares: part.base_worker_shares.clone(),
                ..part
            });
            let is_alike = (part.layout, part.year) == (whole.layout, whole.year)
                && part.base_imports_musd == whole.base_imports_musd
                && part.base_worker_shares == whole.base_worker_shares;
            if !is_alike {
                return mixed("the parts differ in options, countries or baseline".into());
            }
            for (row, &draw) in part.draws.iter().enumerate() {
                match seen.get_mut(draw as usize) {
                    None => return mixed(format!("draw {draw} where the plan has {n_draws}")),
                    Some(true) => return mixed(format!("draw {draw} is there twice")),
                    Some(is_seen) => *is_seen = true,
                }
                let to = draw as usize * size;
                whole.values[to..to + size].copy_from_slice(&part.values[row * size..(row + 1) * size]);
            }
        }
        let mixed = |why: String| BlockError::Mixed { year, why };
        if let Some(missing) = seen.iter().position(|is_seen| !is_seen) {
            return Err(mixed(format!("draw {missing} is missing")));
        }
        joined.ok_or_else(|| mixed("no part".into()))
    }
}

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
        // Each thread sorts the values of a measure; a part is held as it was read and as numbers.
        let columns = 2 * rayon::current_num_threads() as u64 + 2;
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
    use super::super::block::Layout;
    use super::*;
    use crate::data::Files;
    use crate::ensemble::{Outlook, PLAN_FILE, Plan};

    fn block(draws: &[u64]) -> YearBlock {
        let layout = Layout {
            n_options: 2,
            n: 1,
            s: 1,
            n_measures: 1,
            n_sector_measures: 2,
            n_groups: 1,
            has_own: false,
            n_carried: 0,
        };
        let values =
            draws.iter().flat_map(|&d| (0..8).map(move |v| d as f64 * 10.0 + f64::from(v))).collect();
        let draws = draws.to_vec();
        YearBlock {
            year: 2030,
            layout,
            draws,
            values,
            base_imports_musd: vec![7.0],
            base_worker_shares: vec![1.0],
        }
    }

    #[test]
    fn parts_join_in_the_order_of_the_draws() {
        let join = |parts: &[&[u64]], n| YearBlock::join(parts.iter().map(|draws| Ok(block(draws))), n);
        let whole = join(&[&[1, 3], &[], &[0, 2]], 4).unwrap();
        assert_eq!(whole, block(&[0, 1, 2, 3]));
        assert_eq!(whole.of(2, 1), [24.0, 25.0, 26.0, 27.0]);
        let message = |parts: &[&[u64]], n| join(parts, n).unwrap_err().to_string();
        assert!(message(&[&[0, 1], &[1]], 3).contains("draw 1 is there twice"));
        assert!(message(&[&[0, 1], &[3]], 4).contains("draw 2 is missing"));
        assert!(message(&[&[0]], 2).contains("draw 1 is missing"));
        assert!(message(&[&[0], &[2]], 2).contains("draw 2 where the plan has 2"));
        assert!(message(&[], 0).contains("no part"));
    }

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

    #[test]
    fn a_piece_has_the_numbers_of_its_countries() {
        // Values are their own positions: 2 measures, 2 countries, 1 sector, 2 groups, own effect.
        let layout = Layout {
            n_options: 2,
            n: 2,
            s: 1,
            n_measures: 2,
            n_sector_measures: 2,
            n_groups: 2,
            has_own: true,
            n_carried: 1,
        };
        let size = layout.n_values();
        let whole = YearBlock {
            year: 2030,
            layout,
            draws: vec![0],
            values: (0..2 * size).map(|at| at as f64).collect(),
            base_imports_musd: (0..8).map(f64::from).collect(),
            base_worker_shares: vec![0.25, 0.75],
        };
        let of = |cut, options: &[usize]| Tile { cut, options: options.to_vec(), kept: options.to_vec() };
        assert_eq!(whole.cut(&of(Cut::Whole, &[0, 1])), whole);
        let second = whole.cut(&of(Cut::Countries(1..2), &[0]));
        assert_eq!(second.values, [1.0, 3.0, 5.0, 7.0, 16.0, 18.0, 20.0]);
        assert_eq!(second.base_worker_shares, [0.75]);
        let headline = whole.cut(&of(Cut::Headline(0), &[0]));
        assert_eq!(headline.values, [0.0, 2.0, 16.0, 17.0, 19.0]);
        let imports = whole.cut(&of(Cut::Imports(1), &[0]));
        assert_eq!(
            (imports.values, imports.base_imports_musd),
            (vec![12.0, 13.0, 14.0, 15.0], vec![4.0, 5.0, 6.0, 7.0])
        );
    }
}
