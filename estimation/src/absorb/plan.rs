//! Which effect is eliminated, and the order of rows that follows from it.

use std::ops::Range;

use super::blocks::Forest;
use crate::levels::Levels;

/// Least rows of one task, and the number of tasks a sweep is cut into: enough for the cores, few enough that
/// their partial sums are small. Both depend on the data alone, so that bytes do not depend on threads.
const MIN_CHUNK_ROWS: usize = 8_192;
const MAX_CHUNKS: usize = 16;
/// Least rows of a tile, the stretch of whole groups that a sweep takes through the first cache at once.
const TILE_ROWS: usize = 512;

/// An effect that is not eliminated.
#[derive(Debug, Clone)]
pub struct Outer {
    /// Place among the effects of the formula.
    pub effect: usize,
    /// Place of each row's level in the vector of all outer levels; rows in layout order.
    pub index: Vec<u32>,
    /// The part of the vector of outer levels that is this effect's.
    pub range: Range<usize>,
    /// Place in that vector of each level of the effect.
    pub place: Vec<u32>,
}

/// Groups and outer levels that no row joins with others; both are contiguous.
#[derive(Debug, Clone)]
pub struct Component {
    /// Groups of the eliminated effect.
    pub groups: Range<usize>,
    /// Outer levels.
    pub outer: Range<usize>,
}

/// The effects over rows sorted by the eliminated one.
#[derive(Debug, Clone)]
pub struct Layout {
    n: usize,
    /// Where each of the caller's rows stands.
    pub place: Vec<u32>,
    /// Bounds of the groups of the eliminated effect; without effects, bounds of tasks.
    pub starts: Vec<usize>,
    /// Place of the eliminated effect among those of the formula.
    pub eliminated: Option<usize>,
    /// Group of each level of the eliminated effect.
    pub group_of: Vec<u32>,
    /// The other effects.
    pub outer: Vec<Outer>,
    n_outer: usize,
    /// With two effects, the parts that no row joins (years of `exporter^year + importer^year`).
    pub components: Vec<Component>,
    /// Ranges of groups that one task of a sweep handles.
    pub chunks: Vec<Range<usize>>,
}

impl Layout {
    /// Lays out `n` rows for the given effects: the one with most levels is eliminated.
    #[must_use]
    pub fn new(n: usize, effects: &[Levels]) -> Self {
        let Some((eliminated, chosen)) =
            effects.iter().enumerate().max_by_key(|(at, levels)| (levels.n(), usize::MAX - at))
        else {
            return Self::without_effects(n);
        };
        let others: Vec<usize> = (0..effects.len()).filter(|&at| at != eliminated).collect();
        let (mut group_of, mut place_of): (Vec<u32>, Vec<Vec<u32>>) = (
            (0..chosen.n() as u32).collect(),
            others.iter().map(|&at| (0..effects[at].n() as u32).collect()).collect(),
        );
        let mut components = Vec::new();
        if let [other] = others[..] {
            let places;
            (group_of, places, components) = by_component(chosen, &effects[other]);
            place_of = vec![places];
        }
        let (row_place, starts) = grouped(&chosen.codes, &group_of);
        let mut n_outer = 0;
        let mut outer = Vec::new();
        for (effect, mut place) in others.into_iter().zip(place_of) {
            let range = n_outer..n_outer + place.len();
            n_outer = range.end;
            place.iter_mut().for_each(|at| *at += range.start as u32);
            let codes = effects[effect].codes.iter().map(|&code| place[code as usize]);
            let index = arrange(&row_place, codes);
            outer.push(Outer { effect, index, range, place });
        }
        let chunks = chunks(&starts);
        Self {
            n,
            place: row_place,
            starts,
            eliminated: Some(eliminated),
            group_of,
            outer,
            n_outer,
            components,
            chunks,
        }
    }

    fn without_effects(n: usize) -> Self {
        let starts: Vec<usize> = (0..n).step_by(MIN_CHUNK_ROWS).chain([n]).collect();
        Self {
            n,
            place: (0..n as u32).collect(),
            chunks: chunks(&starts),
            starts,
            eliminated: None,
            group_of: Vec::new(),
            outer: Vec::new(),
            n_outer: 0,
            components: Vec::new(),
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n
    }

    /// Number of groups that rows are in, levels of the eliminated effect where there is one.
    #[must_use]
    pub fn n_groups(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of levels of the other effects together.
    #[must_use]
    pub fn n_outer(&self) -> usize {
        self.n_outer
    }

    /// Rows of group `group`.
    #[must_use]
    pub fn group(&self, group: usize) -> Range<usize> {
        self.starts[group]..self.starts[group + 1]
    }

    /// Rows of a range of groups.
    #[must_use]
    pub fn rows(&self, groups: &Range<usize>) -> Range<usize> {
        self.starts[groups.start]..self.starts[groups.end]
    }

    /// Cuts a range of groups into tiles: whole groups, at least 512 rows where there are as many.
    pub fn tiles(&self, groups: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
        let mut next = groups.start;
        std::iter::from_fn(move || {
            let first = next;
            while next < groups.end && self.starts[next] - self.starts[first] < TILE_ROWS {
                next += 1;
            }
            (next > first).then_some(first..next)
        })
    }

    /// Values of the caller's rows in layout order.
    #[must_use]
    pub fn arrange<T: Copy + Default>(&self, values: &[T]) -> Vec<T> {
        arrange(&self.place, values.iter().copied())
    }

    /// Values in layout order as the caller's rows.
    #[must_use]
    pub fn restore<T: Copy>(&self, values: &[T]) -> Vec<T> {
        self.place.iter().map(|&place| values[place as usize]).collect()
    }

    /// Cuts values of rows at the bounds of the chunks.
    pub fn split_rows<'a, T>(&self, values: &'a mut [T]) -> Vec<&'a mut [T]> {
        split(values, self.chunks.iter().map(|groups| self.rows(groups).len()))
    }

    /// Cuts values of groups at the bounds of the chunks.
    pub fn split_groups<'a, T>(&self, values: &'a mut [T]) -> Vec<&'a mut [T]> {
        split(values, self.chunks.iter().map(Range::len))
    }
}

fn split<T>(values: &mut [T], lengths: impl Iterator<Item = usize>) -> Vec<&mut [T]> {
    let mut rest = values;
    lengths
        .map(|length| {
            let (part, later) = std::mem::take(&mut rest).split_at_mut(length);
            rest = later;
            part
        })
        .collect()
}

/// Ranks of the levels of two effects such that what rows join is contiguous, and the parts.
fn by_component(chosen: &Levels, other: &Levels) -> (Vec<u32>, Vec<u32>, Vec<Component>) {
    let (n, m) = (chosen.n(), other.n());
    let mut forest = Forest::new(n + m);
    for (&a, &b) in chosen.codes.iter().zip(&other.codes) {
        forest.join(a as usize, n + b as usize);
    }
    // A root is the lowest node of its part, so that parts come in the order of their first level.
    let roots: Vec<u32> = (0..n + m).map(|node| forest.root(node) as u32).collect();
    let mut number = vec![0; n + m];
    let mut n_parts = 0;
    for node in (0..n + m).filter(|&node| roots[node] as usize == node) {
        number[node] = n_parts;
        n_parts += 1;
    }
    let part_of: Vec<u32> = roots.iter().map(|&root| number[root as usize]).collect();
    let rank = |parts: &[u32]| -> (Vec<u32>, Vec<usize>) {
        let mut starts = vec![0; n_parts as usize + 1];
        parts.iter().for_each(|&part| starts[part as usize + 1] += 1);
        (0..n_parts as usize).for_each(|part| starts[part + 1] += starts[part]);
        let mut next = starts.clone();
        let rank = parts.iter().map(|&part| {
            next[part as usize] += 1;
            next[part as usize] as u32 - 1
        });
        (rank.collect(), starts)
    };
    let ((groups, group_starts), (places, outer_starts)) = (rank(&part_of[..n]), rank(&part_of[n..]));
    let component = |part: usize| Component {
        groups: group_starts[part]..group_starts[part + 1],
        outer: outer_starts[part]..outer_starts[part + 1],
    };
    (groups, places, (0..n_parts as usize).map(component).collect())
}

/// Places of rows in the stable order of the rank of their level, and the bounds of the ranks.
fn grouped(codes: &[u32], rank: &[u32]) -> (Vec<u32>, Vec<usize>) {
    let mut starts = vec![0; rank.len() + 1];
    let mut next = vec![0_u32; rank.len()];
    codes.iter().for_each(|&code| next[code as usize] += 1);
    rank.iter().zip(&next).for_each(|(&rank, &count)| starts[rank as usize + 1] = count as usize);
    for level in 0..rank.len() {
        starts[level + 1] += starts[level];
    }
    rank.iter().zip(&mut next).for_each(|(&rank, next)| *next = starts[rank as usize] as u32);
    let place = codes.iter().map(|&code| {
        let next = &mut next[code as usize];
        *next += 1;
        *next - 1
    });
    (place.collect(), starts)
}

/// Values put to their places. Rows of a panel in any usual order fill a few stretches of places one after the
/// other, whereas taking them in the order of the places would jump through the whole panel.
fn arrange<T: Copy + Default>(place: &[u32], values: impl Iterator<Item = T>) -> Vec<T> {
    let mut arranged = vec![T::default(); place.len()];
    place.iter().zip(values).for_each(|(&place, value)| arranged[place as usize] = value);
    arranged
}

fn chunks(starts: &[usize]) -> Vec<Range<usize>> {
    let n_groups = starts.len() - 1;
    let size = MIN_CHUNK_ROWS.max(starts[n_groups].div_ceil(MAX_CHUNKS));
    let mut chunks = Vec::new();
    let mut first = 0;
    for group in 0..n_groups {
        if starts[group + 1] - starts[first] >= size || group + 1 == n_groups {
            chunks.push(first..group + 1);
            first = group + 1;
        }
    }
    chunks
}
