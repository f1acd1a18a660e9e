//! Dense Cholesky factors of a Schur complement that falls into blocks.
//!
//! ```text
//! S = A - sum_g b_g b_g' / W_g
//! ```
//!
//! `A` is the Gram matrix of the target levels, `g` runs over the groups of the eliminated effect, `b_g`
//! holds the weights of group `g` by target level and `W_g` their sum. Levels that no chain of rows joins
//! are in different blocks. Every block is singular (a constant moves between effects): a pivot that
//! vanishes is replaced by the diagonal, which makes the factor a preconditioner that is positive definite
//! and exact on the range of `S`.

use rayon::prelude::*;

use crate::numerics::cholesky::{factor, substitute};

/// Dense groups whose updates are made in one pass: with four, arithmetic takes as long as memory.
const TOGETHER: usize = 4;
/// Largest block: a factor of 2,500 levels takes about 2.6e9 multiplications.
const MAX_BLOCK: usize = 2_500;
/// Largest sum of squared block sizes: 160 MB of factors.
const MAX_ENTRIES: usize = 20_000_000;
/// Most multiplications for one factorisation of all blocks, about a second.
const MAX_COST: f64 = 3e9;

/// Which rows belong to which group, and which target levels they touch.
pub struct Incidence<'a> {
    /// Rows by group; `None` where they already stand in this order.
    pub order: Option<&'a [u32]>,
    /// Bounds of the groups.
    pub starts: &'a [usize],
    /// Target levels of each row, one slice for each target effect.
    pub targets: Vec<&'a [u32]>,
    /// First target level.
    pub first: usize,
    /// Number of target levels.
    pub n_targets: usize,
}

impl Incidence<'_> {
    fn rows(&self, group: usize) -> impl Iterator<Item = usize> + '_ {
        (self.starts[group]..self.starts[group + 1])
            .map(|at| self.order.map_or(at, |order| order[at] as usize))
    }
}

/// Blocks with their factors.
#[derive(Debug, Clone)]
pub struct Blocks {
    first: usize,
    /// Target levels of each block.
    pub members: Vec<Vec<u32>>,
    groups: Vec<Vec<u32>>,
    local: Vec<u32>,
    factors: Vec<Vec<f64>>,
    /// Multiplications of one factorisation, for the decision to renew it.
    pub cost: f64,
}

impl Blocks {
    /// Finds the blocks; `None` where they would be too large to factor.
    #[must_use]
    pub fn plan(incidence: &Incidence<'_>) -> Option<Self> {
        let (n_groups, m) = (incidence.starts.len() - 1, incidence.n_targets);
        let mut forest = Forest::new(m + n_groups);
        for group in 0..n_groups {
            for row in incidence.rows(group) {
                for target in &incidence.targets {
                    forest.join(target[row] as usize - incidence.first, m + group);
                }
            }
        }
        let mut number = vec![u32::MAX; m + n_groups];
        let (mut members, mut groups) = (Vec::new(), Vec::new());
        let mut local = vec![0; m];
        for node in 0..m + n_groups {
            let root = forest.root(node);
            if number[root] == u32::MAX {
                number[root] = members.len() as u32;
                members.push(Vec::new());
                groups.push(Vec::new());
            }
            let block = number[root] as usize;
            if let Some(place) = local.get_mut(node) {
                *place = members[block].len() as u32;
                members[block].push(node as u32);
            } else {
                groups[block].push((node - m) as u32);
            }
        }
        let mut plan =
            Self { first: incidence.first, members, groups, local, factors: Vec::new(), cost: 0.0 };
        plan.cost = plan.estimate(incidence);
        let entries: usize = plan.members.iter().map(|block| block.len() * block.len()).sum();
        let largest = plan.members.iter().map(Vec::len).max().unwrap_or(0);
        (largest <= MAX_BLOCK && entries <= MAX_ENTRIES && plan.cost <= MAX_COST).then_some(plan)
    }

    fn estimate(&self, incidence: &Incidence<'_>) -> f64 {
        let block = |(members, groups): (&Vec<u32>, &Vec<u32>)| {
            let size = members.len() as f64;
            let fill: f64 = groups
                .iter()
                .map(|&group| {
                    let rows = incidence.starts[group as usize + 1] - incidence.starts[group as usize];
                    (rows as f64 * incidence.targets.len() as f64).min(size).powi(2) / 2.0
                })
                .sum();
            fill + size.powi(3) / 6.0
        };
        self.members.iter().zip(&self.groups).map(block).sum()
    }

    /// Factors the blocks for weights `w` (one a row).
    pub fn factor(&mut self, incidence: &Incidence<'_>, w: &[f64]) {
        let mut factors = std::mem::take(&mut self.factors);
        factors.resize_with(self.members.len(), Vec::new);
        factors.par_iter_mut().enumerate().for_each(|(block, s)| {
            self.assemble(block, incidence, w, s);
            factor(s, self.members[block].len());
        });
        self.factors = factors;
    }

    /// Lower triangle of the block, row by row.
    fn assemble(&self, block: usize, incidence: &Incidence<'_>, w: &[f64], s: &mut Vec<f64>) {
        let size = self.members[block].len();
        s.clear();
        s.resize(size * size, 0.0);
        let mut dense = vec![0.0; size];
        let mut touched: Vec<usize> = Vec::new();
        let mut full: [Vec<f64>; TOGETHER] = std::array::from_fn(|_| vec![0.0; size]);
        let mut waiting = 0;
        for &group in &self.groups[block] {
            let mut sum = 0.0;
            for row in incidence.rows(group as usize) {
                sum += w[row];
                for target in &incidence.targets {
                    let a = self.local[target[row] as usize - self.first] as usize;
                    if dense[a] == 0.0 {
                        touched.push(a);
                    }
                    dense[a] += w[row];
                    for other in &incidence.targets {
                        let b = self.local[other[row] as usize - self.first] as usize;
                        if b <= a {
                            s[a * size + b] += w[row];
                        }
                    }
                }
            }
            if touched.len() * 2 >= size {
                dense.iter().zip(&mut full[waiting]).for_each(|(b, slot)| *slot = b / sum.sqrt());
                waiting += 1;
            } else {
                touched.sort_unstable();
                sparse_update(s, size, &dense, &touched, -1.0 / sum);
            }
            if waiting == TOGETHER {
                dense_update(s, size, &full);
                waiting = 0;
            }
            touched.drain(..).for_each(|a| dense[a] = 0.0);
        }
        full[waiting..].iter_mut().for_each(|vector| vector.fill(0.0));
        dense_update(s, size, &full);
    }

    /// Solves with the factors: `z = S^- r` on the target levels, all columns.
    pub fn solve<const W: usize>(&self, r: &[[f64; W]], z: &mut [[f64; W]]) {
        for (factor, members) in self.factors.iter().zip(&self.members) {
            let size = members.len();
            let mut column = vec![0.0; size];
            for c in 0..W {
                for (value, &member) in column.iter_mut().zip(members) {
                    *value = r[self.first + member as usize][c];
                }
                substitute(factor, &mut column);
                for (value, &member) in column.iter().zip(members) {
                    z[self.first + member as usize][c] = *value;
                }
            }
        }
    }
}

/// `s += scale b b'` on the lower triangle, for a vector that is zero outside `touched` (ascending).
fn sparse_update(s: &mut [f64], size: usize, b: &[f64], touched: &[usize], scale: f64) {
    for (k, &a) in touched.iter().enumerate() {
        let factor = scale * b[a];
        let row = &mut s[a * size..a * size + a + 1];
        touched[..=k].iter().for_each(|&other| row[other] += factor * b[other]);
    }
}

/// `s -= sum b b'` on the lower triangle, for dense vectors: one pass over `s` for several of them.
fn dense_update(s: &mut [f64], size: usize, b: &[Vec<f64>; TOGETHER]) {
    let [b0, b1, b2, b3] = b;
    for (a, row) in s.chunks_exact_mut(size.max(1)).enumerate() {
        let (f0, f1, f2, f3) = (b0[a], b1[a], b2[a], b3[a]);
        let vectors = b0[..=a].iter().zip(&b1[..=a]).zip(b2[..=a].iter().zip(&b3[..=a]));
        for (value, ((x0, x1), (x2, x3))) in row[..=a].iter_mut().zip(vectors) {
            *value -= (f0 * x0 + f1 * x1) + (f2 * x2 + f3 * x3);
        }
    }
}

/// Disjoint sets with path halving.
pub struct Forest(Vec<u32>);

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
