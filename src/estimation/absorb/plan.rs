//! Which effect is eliminated, and the order of rows that follows from it.

use std::ops::Range;

use crate::estimation::levels::Levels;

/// Rows of one chunk of a sweep: large enough that threads pay, few enough that their partial sums are small.
const CHUNK_ROWS: usize = 32_768;

/// An effect that is not eliminated.
#[derive(Debug, Clone)]
pub struct Outer {
    /// Place among the effects of the formula.
    pub effect: usize,
    /// Place of each row's level in the vector of all outer levels; rows in layout order.
    pub index: Vec<u32>,
    /// The part of the vector of outer levels that is this effect's.
    pub range: Range<usize>,
}

/// The effects over rows sorted by the eliminated one.
#[derive(Debug, Clone)]
pub struct Layout {
    n: usize,
    /// `order[k]` = the caller's row that stands at place `k`.
    pub order: Vec<u32>,
    /// Bounds of the groups of the eliminated effect, and its place in the formula.
    pub starts: Vec<usize>,
    /// Place of the eliminated effect among those of the formula.
    pub eliminated: Option<usize>,
    /// The other effects.
    pub outer: Vec<Outer>,
    n_outer: usize,
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
            return Self {
                n,
                order: (0..n as u32).collect(),
                starts: Vec::new(),
                eliminated: None,
                outer: Vec::new(),
                n_outer: 0,
                chunks: Vec::new(),
            };
        };
        let (order, starts) = grouped(&chosen.codes, chosen.n());
        let mut n_outer = 0;
        let others = effects.iter().enumerate().filter(|(at, _)| *at != eliminated);
        let outer = others
            .map(|(effect, levels)| {
                let range = n_outer..n_outer + levels.n();
                n_outer = range.end;
                let index =
                    order.iter().map(|&row| levels.codes[row as usize] + range.start as u32).collect();
                Outer { effect, index, range }
            })
            .collect();
        let chunks = chunks(&starts);
        Self { n, order, starts, eliminated: Some(eliminated), outer, n_outer, chunks }
    }

    /// Number of rows.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n
    }

    /// Number of levels of the eliminated effect; 0 without effects.
    #[must_use]
    pub fn n_groups(&self) -> usize {
        self.starts.len().saturating_sub(1)
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

    /// Sum of `w` over each group.
    #[must_use]
    pub fn group_sums(&self, w: &[f64]) -> Vec<f64> {
        (0..self.n_groups()).map(|group| w[self.group(group)].iter().sum()).collect()
    }

    /// Sum over the outer effects of their coefficients at a row.
    #[inline]
    pub fn outer_sum<const W: usize>(&self, row: usize, v: &[[f64; W]]) -> [f64; W] {
        let mut sum = [0.0; W];
        for outer in &self.outer {
            let value = &v[outer.index[row] as usize];
            for c in 0..W {
                sum[c] += value[c];
            }
        }
        sum
    }

    /// As [`Layout::outer_sum`] for one column.
    #[inline]
    pub fn outer_sum_of<const W: usize>(&self, row: usize, v: &[[f64; W]], c: usize) -> f64 {
        self.outer.iter().map(|outer| v[outer.index[row] as usize][c]).sum()
    }
}

/// Stable order of rows by level, and the bounds of the levels in it.
#[must_use]
pub fn grouped(codes: &[u32], n_levels: usize) -> (Vec<u32>, Vec<usize>) {
    let mut starts = vec![0; n_levels + 1];
    codes.iter().for_each(|&code| starts[code as usize + 1] += 1);
    for level in 0..n_levels {
        starts[level + 1] += starts[level];
    }
    let mut next = starts.clone();
    let mut order = vec![0; codes.len()];
    for (row, &code) in codes.iter().enumerate() {
        order[next[code as usize]] = row as u32;
        next[code as usize] += 1;
    }
    (order, starts)
}

fn chunks(starts: &[usize]) -> Vec<Range<usize>> {
    let n_groups = starts.len() - 1;
    let mut chunks = Vec::new();
    let mut first = 0;
    for group in 0..n_groups {
        if starts[group + 1] - starts[first] >= CHUNK_ROWS || group + 1 == n_groups {
            chunks.push(first..group + 1);
            first = group + 1;
        }
    }
    chunks
}
