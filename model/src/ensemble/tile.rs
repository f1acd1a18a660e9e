//! Pieces of blocks: all draws of some countries and options, for a year that does not fit into memory.

use std::iter;
use std::ops::Range;
use std::sync::Arc;

use super::block::{BlockError, Layout, YearBlock};
use super::frame::RunFrame;
use super::summary::HEADLINE;

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
            Cut::Whole => iter::once(0..whole.n_values()).collect(),
            Cut::Countries(range) => of_countries(range, &(0..whole.n_measures).collect::<Vec<_>>()),
            Cut::Headline(country) => of_countries(&(*country..country + 1), &HEADLINE),
            Cut::Imports(_) if whole.n_groups == 0 => Vec::new(),
            Cut::Imports(group) => {
                let at = whole.bilateral_at() + group * n * n;
                iter::once(at..at + n * n).collect()
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
        debug_assert_eq!(ranges.iter().map(Range::len).sum::<usize>(), layout.n_values(), "{tile:?}");
        let (mut rows, mut values, mut carried) = (Vec::new(), Vec::new(), Vec::new());
        let mut places: Vec<Option<u32>> = vec![None; self.values.len()];
        for draw in 0..self.draws.len() {
            for &option in &tile.options {
                let row = self.rows[draw * self.layout.n_options + option] as usize;
                let place = &mut places[row];
                rows.push(*place.get_or_insert_with(|| {
                    let from = &self.values[row];
                    values.push(ranges.iter().flat_map(|range| &from[range.clone()]).copied().collect());
                    if layout.n_carried > 0 {
                        carried.push(Arc::clone(&self.carried[row]));
                    }
                    values.len() as u32 - 1
                }));
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
            rows,
            values,
            carried,
            base_imports_musd,
            base_worker_shares,
        }
    }

    /// One block from the parts of a year, with these draws, which rise; one part is in memory at a time.
    ///
    /// # Errors
    /// Those of the parts; [`BlockError::Mixed`] where they differ in shape, or a draw is there twice or missing.
    pub fn join(
        parts: impl IntoIterator<Item = Result<Self, BlockError>>,
        draws: &[u64],
    ) -> Result<Self, BlockError> {
        let mut joined: Option<Self> = None;
        let mut seen = vec![false; draws.len()];
        let mut year = 0;
        for part in parts {
            let mut part = part?;
            year = part.year;
            let mixed = |why: String| Err(BlockError::Mixed { year, why });
            let n_options = part.layout.n_options;
            let first = joined.as_ref().map_or(0, |whole| whole.values.len()) as u32;
            let whole = joined.get_or_insert_with(|| Self {
                draws: draws.to_vec(),
                rows: vec![0; seen.len() * n_options],
                values: std::mem::take(&mut part.values),
                carried: std::mem::take(&mut part.carried),
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
            whole.values.append(&mut part.values);
            whole.carried.append(&mut part.carried);
            for (at, &draw) in part.draws.iter().enumerate() {
                let Ok(to) = draws.binary_search(&draw) else {
                    return mixed(format!("draw {draw} is none of the {} that the run solves", draws.len()));
                };
                if std::mem::replace(&mut seen[to], true) {
                    return mixed(format!("draw {draw} is there twice"));
                }
                let to = &mut whole.rows[to * n_options..][..n_options];
                to.iter_mut().zip(&part.rows[at * n_options..]).for_each(|(to, row)| *to = first + row);
            }
        }
        let mixed = |why: String| BlockError::Mixed { year, why };
        if let Some(missing) = seen.iter().position(|is_seen| !is_seen) {
            return Err(mixed(format!("draw {} is missing", draws[missing])));
        }
        joined.ok_or_else(|| mixed("no part".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::Layout;
    use super::*;

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
        let row =
            |d: u64, option: u32| (4 * option..4 * option + 4).map(move |v| d as f64 * 10.0 + f64::from(v));
        let values = draws.iter().flat_map(|&d| [0, 1].map(|option| row(d, option).collect())).collect();
        YearBlock {
            year: 2030,
            layout,
            draws: draws.to_vec(),
            rows: (0..2 * draws.len() as u32).collect(),
            values,
            carried: Vec::new(),
            base_imports_musd: vec![7.0],
            base_worker_shares: vec![1.0],
        }
    }

    #[test]
    fn parts_join_in_the_order_of_the_draws() {
        let join =
            |parts: &[&[u64]], all: &[u64]| YearBlock::join(parts.iter().map(|draws| Ok(block(draws))), all);
        let whole = join(&[&[1, 7], &[], &[0, 2]], &[0, 1, 2, 7]).unwrap();
        let known = block(&[0, 1, 2, 7]);
        assert_eq!((&whole.draws, whole.layout), (&known.draws, known.layout));
        for (draw, option) in (0..4).flat_map(|draw| [(draw, 0), (draw, 1)]) {
            assert_eq!(whole.of(draw, option), known.of(draw, option));
        }
        assert_eq!(whole.of(2, 1), [24.0, 25.0, 26.0, 27.0]);
        let message = |parts: &[&[u64]], all: &[u64]| join(parts, all).unwrap_err().to_string();
        assert!(message(&[&[0, 1], &[1]], &[0, 1, 2]).contains("draw 1 is there twice"));
        assert!(message(&[&[0, 1], &[3]], &[0, 1, 2, 3]).contains("draw 2 is missing"));
        assert!(message(&[&[0]], &[0, 5]).contains("draw 5 is missing"));
        assert!(message(&[&[0], &[2]], &[0, 1]).contains("draw 2 is none of the 2"));
        assert!(message(&[], &[]).contains("no part"));
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
            rows: vec![0, 1],
            values: [0, size].map(|from| (from..from + size).map(|at| at as f64).collect()).into(),
            carried: vec![[1.5].into(), [2.5].into()],
            base_imports_musd: (0..8).map(f64::from).collect(),
            base_worker_shares: vec![0.25, 0.75],
        };
        let of = |cut, options: &[usize]| Tile { cut, options: options.to_vec(), kept: options.to_vec() };
        assert_eq!(whole.cut(&of(Cut::Whole, &[0, 1])), whole);
        let twice = YearBlock { draws: vec![0, 1], rows: vec![1, 0, 1, 1], ..whole.clone() };
        let of_second = twice.cut(&of(Cut::Headline(0), &[1]));
        assert_eq!((of_second.rows.as_slice(), of_second.values.len()), ([0, 1].as_slice(), 2));
        assert_eq!(of_second.of(1, 0)[0], size as f64);
        let second = whole.cut(&of(Cut::Countries(1..2), &[0]));
        assert_eq!(second.values, [[1.0, 3.0, 5.0, 7.0, 16.0, 18.0, 20.0]]);
        assert_eq!(second.base_worker_shares, [0.75]);
        let headline = whole.cut(&of(Cut::Headline(0), &[0]));
        assert_eq!(headline.values, [[0.0, 2.0, 16.0, 17.0, 19.0]]);
        let imports = whole.cut(&of(Cut::Imports(1), &[0]));
        assert_eq!(
            (imports.values, imports.base_imports_musd),
            (vec![vec![12.0, 13.0, 14.0, 15.0]], vec![4.0, 5.0, 6.0, 7.0])
        );
    }
}
