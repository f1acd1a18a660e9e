//! The preconditioner of a layout and when it is renewed.

use super::blocks::{Blocks, Incidence};
use super::plan::{Component, Layout};
use crate::levels::Levels;
use tradepath_base::numerics::parallel;

/// Steps with a kept factor that are always accepted before a new one is considered.
const FREE_STEPS: usize = 2;
/// Time of one conjugate-gradient step for each row, in multiplications of a factorisation.
const STEP_COST: f64 = 200.0;
/// Most levels of several outer effects that are factored as a whole.
const MAX_WHOLE: usize = 600;

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
    /// Rows by level of `a`.
    inner: Layout,
    blocks: Blocks,
    /// Places in the whole vector of outer levels of the groups and targets of `inner`.
    a: Vec<u32>,
    b: Vec<u32>,
    /// Target and weight of each row. Single precision changes the number of steps, not where they lead.
    cells: Vec<(u32, f32)>,
    diagonal: Vec<f64>,
}

impl Preconditioner {
    /// Chooses the kind that a layout allows.
    pub fn new(layout: &Layout, effects: &[Levels]) -> Self {
        let has_few = layout.outer.len() == 1 || layout.n_outer() <= MAX_WHOLE;
        let exact = || match layout.components.is_empty() {
            true => Blocks::plan(&whole(layout)),
            false => by_component(layout),
        };
        let kind = if layout.n_outer() == 0 {
            Kind::Nothing
        } else if let Some(blocks) = has_few.then(exact).flatten() {
            Kind::Exact(blocks)
        } else if let Some(pair) = Pair::plan(layout, effects) {
            Kind::Pair(Box::new(pair))
        } else {
            Kind::Diagonal(Vec::new())
        };
        Self { kind, is_fresh: false, is_built: false, steps_when_fresh: 0, last_steps: 0 }
    }

    /// Name for reports.
    pub fn name(&self, layout: &Layout) -> &'static str {
        match &self.kind {
            Kind::Nothing if layout.eliminated.is_none() => "none",
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

    /// True if it is the inverse for the weights of the last refresh, up to rounding.
    pub fn is_exact(&self) -> bool {
        matches!(self.kind, Kind::Nothing) || (self.is_fresh && matches!(self.kind, Kind::Exact(_)))
    }

    /// Renews the factors for weights `w` if that pays; returns true if it did.
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
        let step = STEP_COST * layout.n() as f64;
        let (cost, free) = match &self.kind {
            Kind::Nothing => return false,
            Kind::Diagonal(_) => return true,
            // A fresh factor saves the step that checks an old one.
            Kind::Exact(blocks) if blocks.cost <= step => return true,
            Kind::Exact(blocks) => (blocks.cost, FREE_STEPS),
            Kind::Pair(pair) => (pair.blocks.cost + step, FREE_STEPS),
        };
        self.last_steps.saturating_sub(self.steps_when_fresh + free) as f64 * step > cost
    }

    /// Records the number of steps of the last projection.
    pub fn note_steps(&mut self, steps: usize) {
        self.last_steps = steps;
        if self.is_fresh {
            self.steps_when_fresh = steps;
        }
    }

    /// `z = M^-1 r`.
    pub fn apply<const W: usize>(&self, r: &[[f64; W]], z: &mut [[f64; W]]) {
        match &self.kind {
            Kind::Nothing => {}
            Kind::Exact(blocks) => blocks.solve(r, z, true),
            Kind::Pair(pair) => pair.apply(r, z),
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
        starts: &layout.starts,
        targets: layout.outer.iter().map(|outer| outer.index.as_slice()).collect(),
        n_targets: layout.n_outer(),
    }
}

/// Blocks of two effects whose components are known.
fn by_component(layout: &Layout) -> Option<Blocks> {
    let list = |range: &std::ops::Range<usize>| (range.start as u32..range.end as u32).collect();
    let members = layout.components.iter().map(|part| list(&part.outer)).collect();
    let groups = layout.components.iter().map(|part| list(&part.groups)).collect();
    Blocks::new(&whole(layout), members, groups)
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
    fn plan(layout: &Layout, effects: &[Levels]) -> Option<Self> {
        let n_outers = layout.outer.len();
        let mut pairs: Vec<(usize, usize)> =
            (0..n_outers).flat_map(|a| (a + 1..n_outers).map(move |b| (a, b))).collect();
        let levels = |&(a, b): &(usize, usize)| layout.outer[a].range.len() + layout.outer[b].range.len();
        pairs.sort_by_key(|pair| std::cmp::Reverse(levels(pair)));
        pairs.into_iter().find_map(|(a, b)| {
            let (a, b) = (&layout.outer[a], &layout.outer[b]);
            let sorted = |effect: usize| {
                let levels: &Levels = &effects[effect];
                levels.with_codes(layout.arrange(&levels.codes))
            };
            let inner = Layout::new(layout.n(), &[sorted(a.effect), sorted(b.effect)]);
            let blocks = by_component(&inner)?;
            let (chosen, other) = if inner.eliminated == Some(0) { (a, b) } else { (b, a) };
            Some(Self {
                a: inverse(&inner.group_of, &chosen.place),
                b: inverse(&inner.outer[0].place, &other.place),
                blocks,
                inner,
                cells: Vec::new(),
                diagonal: Vec::new(),
            })
        })
    }

    fn factor(&mut self, layout: &Layout, w: &[f64]) {
        let sorted = self.inner.arrange(w);
        self.blocks.factor(&whole(&self.inner), &sorted);
        let index = &self.inner.outer[0].index;
        self.cells = index.iter().zip(&sorted).map(|(&level, &w)| (level, w as f32)).collect();
        self.diagonal = level_sums(layout, w);
    }

    fn apply<const W: usize>(&self, r: &[[f64; W]], z: &mut [[f64; W]]) {
        divide(r, &self.diagonal, z);
        let scaled = &*z;
        let parts = &self.inner.components;
        let reduced = parallel::map_each(parts, |one| self.reduce(one, r, scaled));
        let mut target = vec![[0.0; W]; self.b.len()];
        let reduced: Vec<[f64; W]> = reduced.into_iter().flatten().collect();
        self.blocks.solve(&reduced, &mut target, false);
        let groups = parallel::map_each(parts, |one| self.expand(one, r, &target));
        for (value, &place) in target.iter().zip(&self.b) {
            z[place as usize] = *value;
        }
        for (value, &place) in groups.iter().flatten().zip(&self.a) {
            z[place as usize] = *value;
        }
    }

    /// `r_b - C' A^-1 r_a` on one component.
    fn reduce<const W: usize>(&self, part: &Component, r: &[[f64; W]], scaled: &[[f64; W]]) -> Vec<[f64; W]> {
        let mut reduced: Vec<[f64; W]> =
            self.b[part.outer.clone()].iter().map(|&place| r[place as usize]).collect();
        for group in part.groups.clone() {
            let value = &scaled[self.a[group] as usize];
            for (level, w) in &self.cells[self.inner.group(group)] {
                let slot = &mut reduced[*level as usize - part.outer.start];
                let w = f64::from(*w);
                (0..W).for_each(|c| slot[c] -= w * value[c]);
            }
        }
        reduced
    }

    /// `A^-1 (r_a - C z_b)` on one component.
    fn expand<const W: usize>(&self, part: &Component, r: &[[f64; W]], target: &[[f64; W]]) -> Vec<[f64; W]> {
        let value = |group: usize| {
            let place = self.a[group] as usize;
            let mut sum = r[place];
            for (level, w) in &self.cells[self.inner.group(group)] {
                let (value, w) = (&target[*level as usize], f64::from(*w));
                (0..W).for_each(|c| sum[c] -= w * value[c]);
            }
            sum.map(|sum| sum / self.diagonal[place])
        };
        part.groups.clone().map(value).collect()
    }
}

/// `places` by rank instead of by level.
fn inverse(rank: &[u32], places: &[u32]) -> Vec<u32> {
    let mut sorted = vec![0; rank.len()];
    rank.iter().zip(places).for_each(|(&rank, &place)| sorted[rank as usize] = place);
    sorted
}
