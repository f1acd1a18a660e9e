//! Weighted projection off absorbed effects: the within-transformation.
//!
//! ```text
//! c~ = c - D U,   D' W (c - D U) = 0,   D = [D_1 ... D_Q] one dummy per level, W = diag(w)
//! ```
//!
//! The effect with most levels is eliminated (its coefficients are group means), which leaves
//! `S v = b` over the other levels, with `S = D_o' W (I - P_e) D_o`. It is solved by conjugate gradients
//! with a preconditioner made of dense Cholesky factors ([`blocks`]):
//!
//! * two effects, or three of which two are small: `S` itself falls into blocks that have no row in
//!   common (one per year for `exporter^year + importer^year`), so that one step is exact;
//! * with pair effects: the Gram matrix of the other two effects, factored year by year;
//! * where the blocks would be too large: the diagonal.
//!
//! Weights change little between the last steps of an outer iteration, therefore a factor is kept until
//! the iterations it costs outweigh a new one. Rows are sorted by the eliminated effect; sums run over
//! chunks whose bounds depend on the data alone, so that results do not depend on the number of threads.
//!
//! Compared (`cargo bench --bench ppml -- absorb`, 2 cores, one column at 1e-8, set-up included) with the
//! crate `within` 0.4 and with alternating projections accelerated by Irons-Tuck: on the trade panel
//! 1964-2016 with two effects 26, 150 and 35 ms, with three 117, 335 and 145 ms. On small smooth panels
//! alternating projections are as fast or faster (6 to 8 ms at 99,400 rows), but they slow down where weights
//! are skewed, and a fit reuses the factors that a single projection pays for.
//!
//! Memory: `O(rows)` plus the blocks. Cost of one iteration: `O(rows x effects x columns)`.

pub mod blocks;
mod conjugate;
mod kernel;
mod plan;
mod precondition;
mod system;

pub use plan::Layout;
pub(crate) use system::weighted_sum;
pub use system::{System, Tolerance};

use std::ops::Range;

use blocks::Forest;
use kernel::Sweep;
use precondition::Preconditioner;

use super::levels::Levels;
use tradepath_base::numerics::parallel;

/// Projects columns off the effects of a [`Layout`], keeping its preconditioner between calls.
#[derive(Debug)]
pub struct Absorber {
    layout: Layout,
    preconditioner: Preconditioner,
    /// Conjugate-gradient steps so far, for reports.
    pub steps: usize,
    /// Projections that stopped before they were as accurate as asked for.
    pub unfinished: usize,
    /// Times the preconditioner was factored.
    pub factorisations: usize,
}

impl Absorber {
    /// An absorber for a layout of `effects`.
    #[must_use]
    pub fn new(layout: Layout, effects: &[Levels]) -> Self {
        let preconditioner = Preconditioner::new(&layout, effects);
        Self { layout, preconditioner, steps: 0, unfinished: 0, factorisations: 0 }
    }

    /// The effects and the order of rows.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// What solves the normal equations: `none`, `means`, `exact blocks`, `pair blocks` or `diagonal`.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.preconditioner.name(&self.layout)
    }

    /// Forgets the preconditioner's factors: the next weights have nothing to do with the last.
    pub fn forget(&mut self) {
        self.preconditioner.forget();
    }

    /// Prepares for the weights `w`: renews the preconditioner where that pays.
    pub(crate) fn refresh(&mut self, w: &[f64]) {
        if self.layout.n_outer() > 0 {
            self.factorisations += usize::from(self.preconditioner.refresh(&self.layout, w));
        }
    }

    /// Solves `S v = b` under the weights of the last `refresh`, starting from the given `v`.
    /// Returns `b - S v`. With a factor for the same weights the systems are solved without iterations.
    pub fn solve(&mut self, w: &[f64], group_w: &[f64], systems: &mut [System<'_>]) -> Vec<Vec<f64>> {
        let sweep = Sweep { layout: &self.layout, w, group_w };
        if self.layout.n_outer() == 0 {
            return vec![Vec::new(); systems.len()];
        }
        let (residuals, steps) = conjugate::solve_all(&sweep, &self.preconditioner, systems);
        self.steps += steps;
        self.preconditioner.note_steps(steps);
        residuals
    }

    /// Replaces each column by its residual from the effects under the weights `w`. Returns the coefficients of the
    /// outer levels that were subtracted.
    ///
    /// Columns and weights are in the order of the layout. `tolerances` has one entry per column.
    pub fn demean(
        &mut self,
        w: &[f64],
        columns: &mut [&mut [f64]],
        tolerances: &[Tolerance],
    ) -> Vec<Vec<f64>> {
        if self.layout.eliminated.is_none() || columns.is_empty() {
            return vec![Vec::new(); columns.len()];
        }
        let group_w = self.group_sums(w);
        self.refresh(w);
        let sweep = Sweep { layout: &self.layout, w, group_w: &group_w };
        let taken = conjugate::project_all(&sweep, &self.preconditioner, columns, tolerances);
        let mut most = 0;
        let mut coefficients = Vec::new();
        for (column, (v, steps)) in columns.iter_mut().zip(taken) {
            sweep.subtract(column, &v);
            most = steps.max(most);
            coefficients.push(v);
        }
        self.steps += most;
        self.unfinished += usize::from(most >= conjugate::MAX_STEPS);
        self.preconditioner.note_steps(most);
        coefficients
    }

    /// Takes the outer effects `v` and then the group means off a column.
    pub fn subtract(&self, w: &[f64], group_w: &[f64], column: &mut [f64], v: &[f64]) {
        if self.layout.eliminated.is_some() {
            Sweep { layout: &self.layout, w, group_w }.subtract(column, v);
        }
    }

    /// Coefficients of every effect, in the order of the formula, from those of the outer levels and a column
    /// that lies in the span of all.
    ///
    /// They are unique up to sums that move between effects. The second and later effects are centred: their
    /// levels average zero over each component that rows join with levels of the first effect.
    #[must_use]
    pub fn coefficients(&self, outer: &[f64], column: &[f64], effects: &[Levels]) -> Vec<Vec<f64>> {
        let layout = &self.layout;
        let Some(eliminated) = layout.eliminated else { return Vec::new() };
        let mean = |group: usize| {
            let rest = |row: usize| {
                let others: f64 = layout.outer.iter().map(|effect| outer[effect.index[row] as usize]).sum();
                column[row] - others
            };
            layout.group(group).map(rest).sum::<f64>() / layout.group(group).len() as f64
        };
        let means = |groups: &Range<usize>| groups.clone().map(mean).collect::<Vec<_>>();
        let means = parallel::map_each(&layout.chunks, means).concat();
        let mut values: Vec<Vec<f64>> = vec![Vec::new(); effects.len()];
        values[eliminated] = layout.group_of.iter().map(|&group| means[group as usize]).collect();
        for effect in &layout.outer {
            values[effect.effect] = effect.place.iter().map(|&place| outer[place as usize]).collect();
        }
        let later = effects.get(1..).unwrap_or_default();
        let joined = parallel::map(later.len(), |at| join(&effects[0], &later[at]));
        for (at, forest) in joined.into_iter().enumerate() {
            let (first, later) = values.split_at_mut(at + 1);
            centre(&mut first[0], &mut later[0], forest);
        }
        values
    }

    /// Sum of `w` over each group.
    #[must_use]
    pub(crate) fn group_sums(&self, w: &[f64]) -> Vec<f64> {
        let sums = |groups: &Range<usize>| -> Vec<f64> {
            groups.clone().map(|group| w[self.layout.group(group)].iter().sum()).collect()
        };
        parallel::map_each(&self.layout.chunks, sums).concat()
    }
}

/// Which levels of two effects rows join; those of the second follow those of the first.
fn join(first: &Levels, later: &Levels) -> Forest {
    let mut forest = Forest::new(first.n() + later.n());
    for (&a, &b) in first.codes.iter().zip(&later.codes) {
        forest.join(a as usize, first.n() + b as usize);
    }
    forest
}

/// Moves the mean of `later` to `first` in each component of the two.
fn centre(first: &mut [f64], later: &mut [f64], mut forest: Forest) {
    let (mut sums, mut counts) = (vec![0.0; first.len() + later.len()], vec![0.0; first.len() + later.len()]);
    for (at, value) in later.iter().enumerate() {
        let root = forest.root(first.len() + at);
        sums[root] += value;
        counts[root] += 1.0;
    }
    for (at, value) in later.iter_mut().enumerate() {
        let root = forest.root(first.len() + at);
        *value -= sums[root] / counts[root];
    }
    for (at, value) in first.iter_mut().enumerate() {
        let root = forest.root(at);
        *value += sums[root] / counts[root];
    }
}
