//! Weighted projection off absorbed effects: the within-transformation.
//!
//! ```text
//! c~ = c - D U,   D' W (c - D U) = 0,   D = [D_1 ... D_Q] one dummy a level, W = diag(w)
//! ```
//!
//! The effect with most levels is eliminated (its coefficients are group means), which leaves
//! `S v = b` over the other levels, with `S = D_o' W (I - P_e) D_o`. It is solved by conjugate gradients
//! with a preconditioner made of dense Cholesky factors ([`blocks`]):
//!
//! * two effects, or three of which two are small: `S` itself falls into blocks that have no row in
//!   common (one a year for `exporter^year + importer^year`), so that one step is exact;
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
mod kernel;
mod plan;
mod precondition;

pub use plan::Layout;

use blocks::Forest;
use kernel::Sweep;
use precondition::Preconditioner;

use super::levels::Levels;

/// Conjugate-gradient steps after which a projection is given up for this round; the outer iteration
/// goes on with what there is and decides itself whether it converges.
const MAX_STEPS: usize = 2_000;

/// Columns that one sweep handles together; more do not fit the registers.
const MAX_WIDTH: usize = 6;

/// When a column's projection is accurate enough; the loosest of the three holds.
///
/// All are in the norm `sqrt(r' M^-1 r)`, about the W-norm of the part of the column that the effects
/// still explain.
#[derive(Debug, Clone, Copy)]
pub struct Tolerance {
    /// Relative to the W-norm of the column itself.
    pub of_column: f64,
    /// Relative to the explained part at the start.
    pub of_start: f64,
    /// Relative to `sqrt(sum w)`, that is, in units of the column.
    pub absolute: f64,
}

/// Projects columns off the effects of a [`Layout`], keeping its preconditioner between calls.
#[derive(Debug)]
pub struct Absorber {
    layout: Layout,
    preconditioner: Preconditioner,
    /// Conjugate-gradient steps so far, for reports.
    pub steps: usize,
    /// Times the preconditioner was factored.
    pub factorisations: usize,
}

impl Absorber {
    /// An absorber for a layout.
    #[must_use]
    pub fn new(layout: Layout) -> Self {
        let preconditioner = Preconditioner::new(&layout);
        Self { layout, preconditioner, steps: 0, factorisations: 0 }
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

    /// Replaces each column by its residual from the effects under the weights `w`.
    ///
    /// Columns and weights are in the order of the layout. `tolerances` has one entry a column.
    pub fn demean(&mut self, w: &[f64], columns: &mut [&mut [f64]], tolerances: &[Tolerance]) {
        if self.layout.n_groups() == 0 {
            return;
        }
        let group_w = self.layout.group_sums(w);
        if self.layout.n_outer() > 0 {
            self.factorisations += usize::from(self.preconditioner.refresh(&self.layout, w));
        }
        let mut most = 0;
        let mut rest = columns;
        let mut tolerances = tolerances;
        while !rest.is_empty() {
            let width = rest.len().min(MAX_WIDTH);
            let (batch, later) = rest.split_at_mut(width);
            let (now, then) = tolerances.split_at(width);
            let sweep = Sweep { layout: &self.layout, w, group_w: &group_w };
            let steps = match width {
                1 => solve_batch::<1>(&sweep, &self.preconditioner, batch, now),
                2 => solve_batch::<2>(&sweep, &self.preconditioner, batch, now),
                3 => solve_batch::<3>(&sweep, &self.preconditioner, batch, now),
                4 => solve_batch::<4>(&sweep, &self.preconditioner, batch, now),
                5 => solve_batch::<5>(&sweep, &self.preconditioner, batch, now),
                _ => solve_batch::<MAX_WIDTH>(&sweep, &self.preconditioner, batch, now),
            };
            most = most.max(steps);
            self.steps += steps;
            (rest, tolerances) = (later, then);
        }
        self.preconditioner.note_steps(most);
    }

    /// Coefficients of every effect, in the order of the formula, of a column that lies in their span.
    ///
    /// They are unique up to sums that move between effects. The second and later effects are centred: their
    /// levels average zero over each component that rows join with levels of the first effect.
    #[must_use]
    pub fn coefficients(&self, w: &[f64], column: &[f64], effects: &[Levels]) -> Vec<Vec<f64>> {
        let Some(eliminated) = self.layout.eliminated else { return Vec::new() };
        let group_w = self.layout.group_sums(w);
        let sweep = Sweep { layout: &self.layout, w, group_w: &group_w };
        let tolerance = Tolerance { of_column: 1e-13, of_start: 0.0, absolute: 0.0 };
        let (v, _) = solve::<1>(&sweep, &self.preconditioner, &[column], &[tolerance]);
        let mut values: Vec<Vec<f64>> = vec![Vec::new(); effects.len()];
        for outer in &self.layout.outer {
            values[outer.effect] = v[outer.range.clone()].iter().map(|value| value[0]).collect();
        }
        let mean = |group: usize| {
            let rest = |row: usize| w[row] * (column[row] - self.layout.outer_sum_of(row, &v, 0));
            self.layout.group(group).map(rest).sum::<f64>() / group_w[group]
        };
        values[eliminated] = (0..self.layout.n_groups()).map(mean).collect();
        for at in 1..effects.len() {
            let (first, later) = values.split_at_mut(at);
            centre(&mut first[0], &mut later[0], &effects[0], &effects[at]);
        }
        values
    }
}

/// Moves the mean of `later` to `first` in each component of the two.
fn centre(first: &mut [f64], later: &mut [f64], first_levels: &Levels, later_levels: &Levels) {
    let mut forest = Forest::new(first.len() + later.len());
    for (&a, &b) in first_levels.codes.iter().zip(&later_levels.codes) {
        forest.join(a as usize, first.len() + b as usize);
    }
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

/// Projects `W` columns and replaces them by their residuals. Answers the steps.
fn solve_batch<const W: usize>(
    sweep: &Sweep<'_>,
    preconditioner: &Preconditioner,
    columns: &mut [&mut [f64]],
    tolerances: &[Tolerance],
) -> usize {
    let view: [&[f64]; W] = std::array::from_fn(|c| &*columns[c]);
    let (v, steps) = solve(sweep, preconditioner, &view, tolerances);
    for (c, column) in columns.iter_mut().enumerate() {
        sweep.subtract(column, |row| sweep.layout.outer_sum_of(row, &v, c));
    }
    steps
}

/// Preconditioned conjugate gradients for `W` columns at once: coefficients of the outer levels, and steps.
fn solve<const W: usize>(
    sweep: &Sweep<'_>,
    preconditioner: &Preconditioner,
    view: &[&[f64]; W],
    tolerances: &[Tolerance],
) -> (Vec<[f64; W]>, usize) {
    let m = sweep.layout.n_outer();
    let mut v = vec![[0.0; W]; m];
    let mut steps = 0;
    if m > 0 {
        let (mut r, norms) = sweep.scatter(|row| std::array::from_fn(|c| view[c][row]));
        let mut z = vec![[0.0; W]; m];
        preconditioner.apply(sweep.layout, &r, &mut z);
        let mut rz = dot(&r, &z);
        let sum_w: f64 = sweep.group_w.iter().sum();
        let target: [f64; W] = std::array::from_fn(|c| {
            let t = &tolerances[c];
            let relative = (t.of_column * norms[c].sqrt()).max(t.of_start * rz[c].max(0.0).sqrt());
            relative.max(t.absolute * sum_w.sqrt())
        });
        let mut p = z.clone();
        while steps < MAX_STEPS && (0..W).any(|c| rz[c] > target[c] * target[c]) {
            steps += 1;
            let (q, _) = sweep.scatter(|row| sweep.layout.outer_sum(row, &p));
            let pq = dot(&p, &q);
            let alpha: [f64; W] = std::array::from_fn(|c| if pq[c] > 0.0 { rz[c] / pq[c] } else { 0.0 });
            for (((v, p), r), q) in v.iter_mut().zip(&p).zip(&mut r).zip(&q) {
                for c in 0..W {
                    v[c] += alpha[c] * p[c];
                    r[c] -= alpha[c] * q[c];
                }
            }
            preconditioner.apply(sweep.layout, &r, &mut z);
            let next = dot(&r, &z);
            let beta: [f64; W] = std::array::from_fn(|c| if rz[c] > 0.0 { next[c] / rz[c] } else { 0.0 });
            for (p, z) in p.iter_mut().zip(&z) {
                for c in 0..W {
                    p[c] = z[c] + beta[c] * p[c];
                }
            }
            rz = next;
        }
    }
    (v, steps)
}

fn dot<const W: usize>(a: &[[f64; W]], b: &[[f64; W]]) -> [f64; W] {
    let mut sum = [0.0; W];
    for (a, b) in a.iter().zip(b) {
        for c in 0..W {
            sum[c] += a[c] * b[c];
        }
    }
    sum
}
