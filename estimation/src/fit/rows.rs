//! The one pass over rows of a PPML step.
//!
//! A tile of whole groups goes through the first cache once: the step in the index, its exponential, weights
//! and working outcome, and every sum that the next step needs.

use std::ops::Range;

use nalgebra::DMatrix;

use super::MIN_WEIGHT;
use super::kernels::{scatter, total};
use crate::absorb::{Layout, weighted_sum};
use tradepath_base::numerics::elementary::exp;
use tradepath_base::numerics::parallel;
use tradepath_base::numerics::vectors::vectorised;

/// Arrays that do not change from step to step; one entry per row, in layout order.
pub struct Rows<'a> {
    /// Effects and order of rows.
    pub layout: &'a Layout,
    /// Outcome.
    pub y: &'a [f64],
    /// `ln y`, 0 where the outcome is zero.
    pub ln_y: &'a [f64],
    /// The user's weights.
    pub omega: Option<&'a [f64]>,
    /// Regressors.
    pub x: &'a [Vec<f64>],
}

/// The index with what follows from it.
#[derive(Debug, Clone, Default)]
pub struct Point {
    /// Index.
    pub eta: Vec<f64>,
    /// Weight `omega mu`.
    pub w: Vec<f64>,
    /// Working outcome `y / mu - 1`.
    pub c: Vec<f64>,
    /// Sum of the weights of each group.
    pub group_w: Vec<f64>,
}

impl Point {
    /// A point with the given index; what follows from it is not set yet.
    pub fn new(layout: &Layout, eta: Vec<f64>) -> Self {
        let n = eta.len();
        Self { eta, w: vec![0.0; n], c: vec![0.0; n], group_w: vec![0.0; layout.n_groups()] }
    }
}

/// A step in the index: `D_o v + X delta`, and the group means of the rest of the working outcome.
pub struct Step<'a> {
    /// One entry an outer level.
    pub v: &'a [f64],
    /// One entry per regressor.
    pub delta: &'a [f64],
    /// Part of the step that is taken.
    pub size: f64,
}

/// Sums over rows at a point. Column 0 is the working outcome, the regressors follow; all less group means.
#[derive(Debug, Clone)]
pub struct Sums {
    /// `D_o' W` of each column.
    pub b: Vec<Vec<f64>>,
    /// Products of the columns under the weights.
    pub gram: DMatrix<f64>,
    /// Squared length of the group means of the working outcome.
    pub group_part: f64,
    /// Sum of the weights.
    pub w: f64,
    /// Deviance.
    pub deviance: f64,
}

/// Sums of one chunk.
struct Partial {
    /// Columns side by side.
    b: Vec<f64>,
    gram: Vec<f64>,
    group_part: f64,
    w: f64,
    deviance: f64,
}

/// Arrays of one tile, kept for the next.
struct Buffers {
    step: Vec<f64>,
    scaled: Vec<Vec<f64>>,
}

/// A chunk of a [`Point`].
struct Target<'a> {
    eta: &'a mut [f64],
    w: &'a mut [f64],
    c: &'a mut [f64],
    group_w: &'a mut [f64],
}

impl Rows<'_> {
    /// Moves a point by a step, if there is one, updates everything that depends on its index and returns the sums there.
    pub fn advance(&self, point: &mut Point, step: Option<&Step<'_>>) -> Sums {
        let width = 1 + self.x.len();
        let etas = self.layout.split_rows(&mut point.eta);
        let rest = self.layout.split_rows(&mut point.w).into_iter().zip(self.layout.split_rows(&mut point.c));
        let targets: Vec<Target<'_>> = etas
            .into_iter()
            .zip(rest)
            .zip(self.layout.split_groups(&mut point.group_w))
            .map(|((eta, (w, c)), group_w)| Target { eta, w, c, group_w })
            .collect();
        let parts = parallel::map_parts(targets, |at, mut target| {
            vectorised(
                #[inline(always)]
                || self.chunk(&self.layout.chunks[at], step, &mut target),
            )
        });
        let mut parts = parts.into_iter();
        let mut total = parts.next().unwrap_or_else(|| Partial::new(width, 0));
        parts.for_each(|part| total.add(&part));
        let n_outer = self.layout.n_outer();
        Sums {
            b: (0..width).map(|c| (0..n_outer).map(|at| total.b[at * width + c]).collect()).collect(),
            gram: DMatrix::from_fn(width, width, |a, b| total.gram[a.max(b) * width + a.min(b)]),
            group_part: total.group_part,
            w: total.w,
            deviance: 2.0 * total.deviance,
        }
    }

    #[inline(always)]
    fn chunk(&self, groups: &Range<usize>, step: Option<&Step<'_>>, target: &mut Target<'_>) -> Partial {
        let width = 1 + self.x.len();
        let mut partial = Partial::new(width, self.layout.n_outer());
        let mut buffers = Buffers { step: Vec::new(), scaled: vec![Vec::new(); width] };
        let first = self.layout.starts[groups.start];
        for tile in self.layout.tiles(groups.clone()) {
            let rows = self.layout.rows(&tile);
            let here = rows.start - first..rows.end - first;
            let eta = &mut target.eta[here.clone()];
            let (w, c) = (&mut target.w[here.clone()], &mut target.c[here]);
            let group_w = &mut target.group_w[tile.start - groups.start..tile.end - groups.start];
            if let Some(step) = step {
                self.step(&tile, (w, c, group_w), step, &mut buffers.step);
                eta.iter_mut().zip(&buffers.step).for_each(|(eta, d)| *eta += step.size * d);
            }
            partial.deviance += self.evaluate(rows, eta, w, c, &mut buffers.step);
            self.sums(&tile, (w, c, group_w), &mut buffers.scaled, &mut partial);
        }
        partial
    }

    /// The whole step in the index over a tile.
    #[inline(always)]
    fn step(
        &self,
        tile: &Range<usize>,
        (w, c, group_w): (&[f64], &[f64], &[f64]),
        step: &Step<'_>,
        d: &mut Vec<f64>,
    ) {
        let rows = self.layout.rows(tile);
        d.clear();
        d.resize(rows.len(), 0.0);
        for outer in &self.layout.outer {
            for (d, &at) in d.iter_mut().zip(&outer.index[rows.clone()]) {
                *d += step.v[at as usize];
            }
        }
        for (x, delta) in self.x.iter().zip(step.delta) {
            d.iter_mut().zip(&x[rows.clone()]).for_each(|(d, x)| *d += delta * x);
        }
        if self.layout.eliminated.is_none() {
            return;
        }
        for (group, sum_w) in tile.clone().zip(group_w) {
            let at = self.layout.group(group);
            let at = at.start - rows.start..at.end - rows.start;
            let (d, w) = (&mut d[at.clone()], &w[at.clone()]);
            let mean = (weighted_sum(&c[at], w) - weighted_sum(d, w)) / sum_w;
            d.iter_mut().for_each(|d| *d += mean);
        }
    }

    /// Weights and working outcome from the index; half the deviance.
    #[inline(always)]
    fn evaluate(
        &self,
        rows: Range<usize>,
        eta: &[f64],
        w: &mut [f64],
        c: &mut [f64],
        buffer: &mut Vec<f64>,
    ) -> f64 {
        w.iter_mut().zip(eta).for_each(|(w, eta)| *w = exp(*eta));
        let y = &self.y[rows.clone()];
        c.iter_mut().zip(y).zip(&*w).for_each(|((c, y), mu)| *c = y / mu - 1.0);
        buffer.clear();
        let terms = y.iter().zip(&self.ln_y[rows.clone()]).zip(eta.iter().zip(&*w));
        buffer.extend(terms.map(|((y, ln_y), (eta, mu))| y * (ln_y - eta) - y + mu));
        if let Some(omega) = self.omega {
            buffer.iter_mut().zip(&omega[rows.clone()]).for_each(|(term, omega)| *term *= omega);
            w.iter_mut().zip(&omega[rows]).for_each(|(w, omega)| *w *= omega);
        }
        w.iter_mut().for_each(|w| *w = if *w < MIN_WEIGHT { MIN_WEIGHT } else { *w });
        total(buffer)
    }

    /// Adds a tile to the sums.
    #[inline(always)]
    fn sums(
        &self,
        tile: &Range<usize>,
        (w, c, group_w): (&[f64], &[f64], &mut [f64]),
        scaled: &mut [Vec<f64>],
        partial: &mut Partial,
    ) {
        let rows = self.layout.rows(tile);
        let width = scaled.len();
        for (group, slot) in tile.clone().zip(&mut *group_w) {
            let at = self.layout.group(group);
            *slot = total(&w[at.start - rows.start..at.end - rows.start]);
            partial.w += *slot;
        }
        let column = |k: usize| if k == 0 { c } else { &self.x[k - 1][rows.clone()] };
        for (k, scaled) in scaled.iter_mut().enumerate() {
            scaled.clear();
            scaled.extend(column(k).iter().zip(w).map(|(t, w)| w * t));
            if self.layout.eliminated.is_none() {
                continue;
            }
            for (group, sum_w) in tile.clone().zip(&*group_w) {
                let at = self.layout.group(group);
                let at = at.start - rows.start..at.end - rows.start;
                let values = &mut scaled[at.clone()];
                let mean = total(values) / sum_w;
                values.iter_mut().zip(&w[at]).for_each(|(value, w)| *value -= w * mean);
                if k == 0 {
                    partial.group_part += sum_w * mean * mean;
                }
            }
        }
        for (a, scaled) in scaled.iter().enumerate() {
            for b in 0..=a {
                partial.gram[a * width + b] += weighted_sum(column(b), scaled);
            }
        }
        for outer in &self.layout.outer {
            scatter(scaled, &outer.index[rows.clone()], &mut partial.b);
        }
    }
}

impl Partial {
    fn new(width: usize, n_outer: usize) -> Self {
        Self {
            b: vec![0.0; n_outer * width],
            gram: vec![0.0; width * width],
            group_part: 0.0,
            w: 0.0,
            deviance: 0.0,
        }
    }

    fn add(&mut self, other: &Self) {
        let add = |sums: &mut [f64], more: &[f64]| sums.iter_mut().zip(more).for_each(|(sum, x)| *sum += x);
        add(&mut self.b, &other.b);
        add(&mut self.gram, &other.gram);
        self.group_part += other.group_part;
        self.w += other.w;
        self.deviance += other.deviance;
    }
}
