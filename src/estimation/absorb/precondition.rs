//! The preconditioner of a layout and when it is renewed.

use super::blocks::{Blocks, Incidence};
use super::plan::{Layout, grouped};

/// Steps with a kept factor that are always accepted before a new one is considered.
const FREE_STEPS: usize = 2;
/// Multiplications of one conjugate-gradient step for each row and effect, two columns a batch.
const STEP_COST: f64 = 12.0;

/// Approximate inverse of the Schur complement of a layout.
#[derive(Debug)]
pub struct Preconditioner {
    kind: Kind,
    is_fresh: bool,
    is_built: bool,
    steps_when_fresh: usize,
    last_steps: usize,
}

#[derive(Debug)]
enum Kind {
    /// No outer effect.
    Nothing,
    /// The Schur complement itself.
    Exact(Blocks),
    /// Two outer effects with the second eliminated exactly, the diagonal for any others.
    Pair(Box<Pair>),
    /// Sums of weights by level.
    Diagonal(Vec<f64>),
}

/// The Gram matrix of two outer effects `a` and `b`, inverted by eliminating `a`.
#[derive(Debug)]
struct Pair {
    blocks: Blocks,
    /// Places of `a` and `b` among the outer effects.
    a: usize,
    b: usize,
    order: Vec<u32>,
    starts: Vec<usize>,
    /// Level of `b` and weight of each row, in the order of `a`.
    cells: Vec<(u32, f64)>,
    diagonal: Vec<f64>,
}

impl Preconditioner {
    /// Chooses the kind that a layout allows.
    pub fn new(layout: &Layout) -> Self {
        let kind = if layout.n_outer() == 0 {
            Kind::Nothing
        } else if let Some(blocks) = Blocks::plan(&whole(layout)) {
            Kind::Exact(blocks)
        } else if let Some(pair) = Pair::plan(layout) {
            Kind::Pair(Box::new(pair))
        } else {
            Kind::Diagonal(Vec::new())
        };
        Self { kind, is_fresh: false, is_built: false, steps_when_fresh: 0, last_steps: 0 }
    }

    /// Name for reports.
    pub fn name(&self, layout: &Layout) -> &'static str {
        match &self.kind {
            Kind::Nothing if layout.n_groups() == 0 => "none",
            Kind::Nothing => "means",
            Kind::Exact(_) => "exact blocks",
            Kind::Pair(_) => "pair blocks",
            Kind::Diagonal(_) => "diagonal",
        }
    }

    /// Forgets the factors.
    pub fn forget(&mut self) {
        self.is_built = false;
    }

    /// Renews the factors for weights `w` where that pays; answers whether it did.
    pub fn refresh(&mut self, layout: &Layout, w: &[f64]) -> bool {
        if self.is_built && !self.is_worth_renewing(layout) {
            self.is_fresh = false;
            return false;
        }
        match &mut self.kind {
            Kind::Nothing => return false,
            Kind::Exact(blocks) => blocks.factor(&whole(layout), w),
            Kind::Pair(pair) => pair.factor(layout, w),
            Kind::Diagonal(diagonal) => *diagonal = level_sums(layout, w),
        }
        (self.is_built, self.is_fresh) = (true, true);
        true
    }

    fn is_worth_renewing(&self, layout: &Layout) -> bool {
        let cost = match &self.kind {
            Kind::Nothing => return false,
            Kind::Diagonal(_) => return true,
            Kind::Exact(blocks) => blocks.cost,
            Kind::Pair(pair) => pair.blocks.cost,
        };
        let extra = self.last_steps.saturating_sub(self.steps_when_fresh + FREE_STEPS);
        extra as f64 * STEP_COST * (layout.n() * (layout.outer.len() + 1)) as f64 > cost
    }

    /// Tells how many steps the last projection took.
    pub fn note_steps(&mut self, steps: usize) {
        self.last_steps = steps;
        if self.is_fresh {
            self.steps_when_fresh = steps;
        }
    }

    /// `z = M^-1 r`.
    pub fn apply<const W: usize>(&self, layout: &Layout, r: &[[f64; W]], z: &mut [[f64; W]]) {
        match &self.kind {
            Kind::Nothing => {}
            Kind::Exact(blocks) => blocks.solve(r, z),
            Kind::Pair(pair) => pair.apply(layout, r, z),
            Kind::Diagonal(diagonal) => divide(r, diagonal, z),
        }
    }
}

fn divide<const W: usize>(r: &[[f64; W]], diagonal: &[f64], z: &mut [[f64; W]]) {
    for ((z, r), d) in z.iter_mut().zip(r).zip(diagonal) {
        for c in 0..W {
            z[c] = r[c] / d;
        }
    }
}

/// All outer levels with the eliminated effect's groups.
fn whole(layout: &Layout) -> Incidence<'_> {
    Incidence {
        order: None,
        starts: &layout.starts,
        targets: layout.outer.iter().map(|outer| outer.index.as_slice()).collect(),
        first: 0,
        n_targets: layout.n_outer(),
    }
}

fn level_sums(layout: &Layout, w: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; layout.n_outer()];
    for outer in &layout.outer {
        outer.index.iter().zip(w).for_each(|(&level, w)| sums[level as usize] += w);
    }
    sums
}

impl Pair {
    /// The pair of outer effects with most levels whose blocks can be factored.
    fn plan(layout: &Layout) -> Option<Self> {
        let mut best: Option<Self> = None;
        let size = |pair: &Self| layout.outer[pair.a].range.len() + layout.outer[pair.b].range.len();
        for a in 0..layout.outer.len() {
            for b in 0..layout.outer.len() {
                let (outer_a, outer_b) = (&layout.outer[a], &layout.outer[b]);
                let is_candidate = a != b
                    && (outer_a.range.len(), a) > (outer_b.range.len(), b)
                    && best
                        .as_ref()
                        .is_none_or(|pair| size(pair) < outer_a.range.len() + outer_b.range.len());
                if !is_candidate {
                    continue;
                }
                let codes: Vec<u32> =
                    outer_a.index.iter().map(|&level| level - outer_a.range.start as u32).collect();
                let (order, starts) = grouped(&codes, outer_a.range.len());
                let blocks = Blocks::plan(&core(layout, b, &order, &starts));
                if let Some(blocks) = blocks {
                    let (cells, diagonal) = (Vec::new(), Vec::new());
                    best = Some(Self { blocks, a, b, order, starts, cells, diagonal });
                }
            }
        }
        best
    }

    fn factor(&mut self, layout: &Layout, w: &[f64]) {
        self.blocks.factor(&core(layout, self.b, &self.order, &self.starts), w);
        let index = &layout.outer[self.b].index;
        self.cells = self.order.iter().map(|&row| (index[row as usize], w[row as usize])).collect();
        self.diagonal = level_sums(layout, w);
    }

    fn apply<const W: usize>(&self, layout: &Layout, r: &[[f64; W]], z: &mut [[f64; W]]) {
        divide(r, &self.diagonal, z);
        let first = layout.outer[self.a].range.start;
        let range = layout.outer[self.b].range.clone();
        let mut reduced = r.to_vec();
        for group in 0..self.starts.len() - 1 {
            let value = z[first + group];
            for (level, w) in &self.cells[self.starts[group]..self.starts[group + 1]] {
                let slot = &mut reduced[*level as usize];
                for c in 0..W {
                    slot[c] -= w * value[c];
                }
            }
        }
        z[range].fill([0.0; W]);
        self.blocks.solve(&reduced, z);
        for group in 0..self.starts.len() - 1 {
            let mut sum = r[first + group];
            for (level, w) in &self.cells[self.starts[group]..self.starts[group + 1]] {
                let value = &z[*level as usize];
                for c in 0..W {
                    sum[c] -= w * value[c];
                }
            }
            for c in 0..W {
                z[first + group][c] = sum[c] / self.diagonal[first + group];
            }
        }
    }
}

/// The levels of outer effect `b` with the groups of another one.
fn core<'a>(layout: &'a Layout, b: usize, order: &'a [u32], starts: &'a [usize]) -> Incidence<'a> {
    Incidence {
        order: Some(order),
        starts,
        targets: vec![&layout.outer[b].index],
        first: layout.outer[b].range.start,
        n_targets: layout.outer[b].range.len(),
    }
}
