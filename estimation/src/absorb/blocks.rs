//! Dense Cholesky factors of a Schur complement that falls into blocks.
//!
//! ```text
//! S = A - sum_g b_g b_g' / W_g
//! ```
//!
//! `A` is the Gram matrix of the target levels, `g` runs over the groups of the eliminated effect, `b_g`
//! holds the weights of group `g` by target level and `W_g` their sum. Levels that no chain of rows joins
//! are in different blocks. Every block is singular (a constant moves between effects): a pivot that
//! vanishes is replaced by the diagonal, which makes the factor a positive definite preconditioner. On the
//! range of `S` the solution is exact where those places are set to zero.

use tradepath_base::numerics::cholesky::{Strips, factor, substitute, subtract};
use tradepath_base::numerics::parallel;

/// Time of one multiplication with gathered places in units of one in packed strips.
const GATHERED: f64 = 16.0;
/// Largest block: a factor of 2,500 levels takes about 2.6e9 multiplications.
const MAX_BLOCK: usize = 2_500;
/// Largest sum of squared block sizes: 160 MB of factors.
const MAX_ENTRIES: usize = 20_000_000;
/// Most multiplications for one factorisation of all blocks, about a second.
const MAX_COST: f64 = 3e9;

/// Rows by group, and which target levels they touch.
pub struct Incidence<'a> {
    /// Bounds of the groups.
    pub starts: &'a [usize],
    /// Target levels of each row, one slice for each target effect.
    pub targets: Vec<&'a [u32]>,
    /// Number of target levels.
    pub n_targets: usize,
}

impl Incidence<'_> {
    fn rows(&self, group: usize) -> std::ops::Range<usize> {
        self.starts[group]..self.starts[group + 1]
    }
}

/// Cholesky factor of one block, and the places whose pivot vanished.
type Factor = (Vec<f64>, Vec<usize>);

/// Blocks with their factors.
#[derive(Debug, Clone)]
pub struct Blocks {
    /// Target levels of each block, ascending.
    pub members: Vec<Vec<u32>>,
    groups: Vec<Vec<u32>>,
    local: Vec<u32>,
    is_dense: Vec<bool>,
    factors: Vec<Factor>,
    /// Multiplications of one factorisation, for the decision to renew it.
    pub cost: f64,
}

impl Blocks {
    /// Finds the blocks; `None` if they would be too large to factor.
    #[must_use]
    pub fn plan(incidence: &Incidence<'_>) -> Option<Self> {
        let (n_groups, m) = (incidence.starts.len() - 1, incidence.n_targets);
        let mut forest = Forest::new(m + n_groups);
        for group in 0..n_groups {
            for row in incidence.rows(group) {
                for target in &incidence.targets {
                    forest.join(target[row] as usize, m + group);
                }
            }
        }
        let mut number = vec![u32::MAX; m + n_groups];
        let (mut members, mut groups) = (Vec::new(), Vec::new());
        for node in 0..m + n_groups {
            let root = forest.root(node);
            if number[root] == u32::MAX {
                number[root] = members.len() as u32;
                members.push(Vec::new());
                groups.push(Vec::new());
            }
            let block = number[root] as usize;
            if node < m {
                members[block].push(node as u32);
            } else {
                groups[block].push((node - m) as u32);
            }
        }
        Self::new(incidence, members, groups)
    }

    /// With the levels and groups of each block; `None` if they would be too large to factor.
    #[must_use]
    pub fn new(incidence: &Incidence<'_>, members: Vec<Vec<u32>>, groups: Vec<Vec<u32>>) -> Option<Self> {
        let mut local = vec![0; incidence.n_targets];
        for block in &members {
            block.iter().enumerate().for_each(|(at, &member)| local[member as usize] = at as u32);
        }
        let (is_dense, factors) = (Vec::new(), Vec::new());
        let mut plan = Self { members, groups, local, is_dense, factors, cost: 0.0 };
        for block in 0..plan.members.len() {
            let (is_dense, cost) = plan.estimate(incidence, block);
            plan.is_dense.push(is_dense);
            plan.cost += cost;
        }
        let entries: usize = plan.members.iter().map(|block| block.len() * block.len()).sum();
        let largest = plan.members.iter().map(Vec::len).max().unwrap_or(0);
        (largest <= MAX_BLOCK && entries <= MAX_ENTRIES && plan.cost <= MAX_COST).then_some(plan)
    }

    /// Whether the weights of a block are packed as a dense matrix, and the multiplications of its factor.
    fn estimate(&self, incidence: &Incidence<'_>, block: usize) -> (bool, f64) {
        let size = self.members[block].len() as f64;
        let sparse = |&group: &u32| {
            let rows = incidence.starts[group as usize + 1] - incidence.starts[group as usize];
            GATHERED * (rows as f64 * incidence.targets.len() as f64).min(size).powi(2) / 2.0
        };
        let sparse: f64 = self.groups[block].iter().map(sparse).sum();
        let dense = self.groups[block].len() as f64 * size * size / 2.0;
        (dense <= sparse, dense.min(sparse) + size.powi(3) / 6.0)
    }

    /// Factors the blocks for weights `w` (one per row).
    pub fn factor(&mut self, incidence: &Incidence<'_>, w: &[f64]) {
        let mut factors = std::mem::take(&mut self.factors);
        factors.resize_with(self.members.len(), Factor::default);
        parallel::map_parts(factors.iter_mut().collect(), |block, (s, pinned)| {
            self.assemble(block, incidence, w, s);
            *pinned = factor(s, self.members[block].len());
        });
        self.factors = factors;
    }

    /// Lower triangle of the block, row by row.
    fn assemble(&self, block: usize, incidence: &Incidence<'_>, w: &[f64], s: &mut Vec<f64>) {
        let size = self.members[block].len();
        s.clear();
        s.resize(size * size, 0.0);
        if self.is_dense[block] {
            self.assemble_dense(block, incidence, w, s);
        } else {
            self.assemble_sparse(block, incidence, w, s);
        }
    }

    /// Adds a row's weight to the Gram matrix of the targets; returns their positions.
    #[inline]
    fn add_row<'a>(
        &'a self,
        incidence: &'a Incidence<'_>,
        row: usize,
        weight: f64,
        s: &mut [f64],
        size: usize,
    ) -> impl Iterator<Item = usize> + 'a {
        let place = move |target: &&[u32]| self.local[target[row] as usize] as usize;
        for (at, target) in incidence.targets.iter().enumerate() {
            let a = place(target);
            s[a * size + a] += weight;
            for b in incidence.targets[..at].iter().map(place) {
                s[a.max(b) * size + a.min(b)] += weight;
            }
        }
        incidence.targets.iter().map(place)
    }

    fn assemble_dense(&self, block: usize, incidence: &Incidence<'_>, w: &[f64], s: &mut [f64]) {
        let size = self.members[block].len();
        let mut strips = Strips::default();
        strips.reset(self.groups[block].len(), size);
        for (vector, &group) in self.groups[block].iter().enumerate() {
            let mut sum = 0.0;
            for row in incidence.rows(group as usize) {
                sum += w[row];
                for a in self.add_row(incidence, row, w[row], s, size) {
                    strips.add(vector, a, w[row]);
                }
            }
            strips.scale(vector, 1.0 / sum.sqrt());
        }
        subtract(s, &strips);
    }

    fn assemble_sparse(&self, block: usize, incidence: &Incidence<'_>, w: &[f64], s: &mut [f64]) {
        let size = self.members[block].len();
        let mut dense = vec![0.0; size];
        let mut touched: Vec<usize> = Vec::new();
        for &group in &self.groups[block] {
            let mut sum = 0.0;
            for row in incidence.rows(group as usize) {
                sum += w[row];
                for a in self.add_row(incidence, row, w[row], s, size) {
                    if dense[a] == 0.0 {
                        touched.push(a);
                    }
                    dense[a] += w[row];
                }
            }
            touched.sort_unstable();
            for (k, &a) in touched.iter().enumerate() {
                let factor = dense[a] / sum;
                let row = &mut s[a * size..=a * size + a];
                touched[..=k].iter().for_each(|&other| row[other] -= factor * dense[other]);
            }
            touched.drain(..).for_each(|a| dense[a] = 0.0);
        }
    }

    /// Solves with the factors: `z = S^- r` on the target levels, all columns.
    ///
    /// `is_in_range` = `r` lies in the range of `S`, so that a solution exists.
    pub fn solve<const W: usize>(&self, r: &[[f64; W]], z: &mut [[f64; W]], is_in_range: bool) {
        let solve = |block: usize| -> Vec<Vec<f64>> {
            let ((factor, pinned), members) = (&self.factors[block], &self.members[block]);
            let column = |c: usize| {
                let mut column: Vec<f64> = members.iter().map(|&member| r[member as usize][c]).collect();
                substitute(factor, &mut column);
                if is_in_range {
                    pinned.iter().for_each(|&place| column[place] = 0.0);
                }
                column
            };
            (0..W).map(column).collect()
        };
        let solved = parallel::map(self.factors.len(), solve);
        for (columns, members) in solved.iter().zip(&self.members) {
            for (at, &member) in members.iter().enumerate() {
                z[member as usize] = std::array::from_fn(|c| columns[c][at]);
            }
        }
    }
}

/// Disjoint sets with path halving.
pub(crate) struct Forest(Vec<u32>);

impl Forest {
    /// `n` sets of one node.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self((0..n as u32).collect())
    }

    /// The representative of a node's set.
    pub fn root(&mut self, mut node: usize) -> usize {
        while self.0[node] as usize != node {
            self.0[node] = self.0[self.0[node] as usize];
            node = self.0[node] as usize;
        }
        node
    }

    /// Joins two sets.
    pub fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b) as u32;
    }
}
