//! Where a fit starts: effects alone, scaled to actual totals level by level.
//!
//! This is cheap (no exponential) and inside the model; the trade panel 1964-2016 converges from it in 7
//! steps with two effects and 3 with three; from the customary `mu = (y + mean) / 2` in 21 and 25.

use std::ops::Range;

use super::{normal_equations, sum_rows};
use crate::absorb::Layout;
use crate::collinear;
use crate::design::Design;
use tradepath_base::numerics::parallel;
use tradepath_base::numerics::vectors::vectorised;

/// Rounds of scaling before the first step.
const ROUNDS: usize = 4;
/// Largest factor of one scaling: a level without positive outcomes must not become exactly zero.
const MAX_SCALING: f64 = 1e8;

/// Offsets larger than this are shifted: `exp(700)` is near the largest number.
const MAX_OFFSET: f64 = 300.0;

/// The start of a fit.
pub struct Start {
    /// Index of each row, offset included.
    pub eta: Vec<f64>,
    /// What each outer level adds to it.
    pub outer: Vec<f64>,
    /// Constant in it.
    pub level: f64,
}

/// One step from `mu = (y + mean) / 2`, for models that do not contain a constant: coefficients and index.
pub fn through_the_origin(design: &Design, x: &[Vec<f64>]) -> (Vec<f64>, Vec<f64>) {
    let n = design.n();
    let omega = |row: usize| design.weight(row);
    let mean = sum_rows(n, |row| omega(row) * design.y[row]) / sum_rows(n, omega);
    let mu = |row: usize| 0.5 * (design.y[row] + mean);
    let w: Vec<f64> = (0..n).map(|row| omega(row) * mu(row)).collect();
    let working: Vec<f64> =
        (0..n).map(|row| mu(row).ln() - design.offset(row) + design.y[row] / mu(row) - 1.0).collect();
    let (gram, right) = normal_equations(x, &working, &w);
    let beta: Vec<f64> = collinear::solve(&gram, &right).iter().copied().collect();
    let index = |row: usize| x.iter().zip(&beta).map(|(x, beta)| x[row] * beta).sum::<f64>();
    let eta = (0..n).map(|row| design.offset(row) + index(row)).collect();
    (beta, eta)
}

/// Factors of groups and outer levels while they are being scaled.
struct Scaling<'a> {
    layout: &'a Layout,
    /// Fitted outcome before any factor; 1 where `None`.
    base: Option<Vec<f64>>,
    /// Weighted outcomes by group and by outer level.
    actual: (Vec<f64>, Vec<f64>),
    group: Vec<f64>,
    outer: Vec<f64>,
}

/// Scales the effects of a design, which stands in the row order of `layout`.
pub fn scaled(design: &Design, layout: &Layout) -> Start {
    let offset = design.offset.as_deref();
    // A large offset is taken down to where its exponential is a number, and put into the level.
    let largest = offset.map_or(0.0, |offset| offset.iter().copied().fold(f64::NEG_INFINITY, f64::max));
    let shift = if largest.abs() > MAX_OFFSET { largest } else { 0.0 };
    let base = (design.weights.is_some() || offset.is_some()).then(|| {
        // Without an offset the shift is 0.
        let factor = |row: usize| (design.offset(row) - shift).exp();
        (0..design.n()).map(|row| design.weight(row) * factor(row)).collect()
    });
    let outcome = |row: usize| design.y[row] * design.weight(row);
    let base_total = |base: &Vec<f64>| base.iter().sum::<f64>();
    let actual = by_level(layout, outcome);
    let total: f64 = actual.0.iter().sum();
    let level = (total / base.as_ref().map_or(design.n() as f64, base_total)).ln();
    let (n_groups, n_outer) = (layout.n_groups(), layout.n_outer());
    let mut scaling =
        Scaling { layout, base, actual, group: vec![level.exp(); n_groups], outer: vec![1.0; n_outer] };
    if layout.eliminated.is_some() {
        for _ in 0..if n_outer > 0 { ROUNDS } else { 1 } {
            scaling.round();
        }
    }
    let mut eta = scaling.index(offset);
    eta.iter_mut().for_each(|eta| *eta -= shift);
    let outer = scaling.outer.iter().map(|factor| factor.ln()).collect();
    Start { eta, outer, level: level - shift }
}

/// Sums of a row function by group and by outer level.
fn by_level(layout: &Layout, value: impl Fn(usize) -> f64 + Sync) -> (Vec<f64>, Vec<f64>) {
    let chunk = |groups: &Range<usize>| {
        let mut outer = vec![0.0; layout.n_outer()];
        for effect in &layout.outer {
            for row in layout.rows(groups) {
                outer[effect.index[row] as usize] += value(row);
            }
        }
        let group = groups.clone().map(|group| layout.group(group).map(&value).sum());
        (group.collect::<Vec<f64>>(), outer)
    };
    let parts = parallel::map_each(&layout.chunks, chunk);
    let (groups, outers): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    (groups.concat(), add_up(outers, layout.n_outer()))
}

/// Sums of vectors of length `n`.
fn add_up(parts: Vec<Vec<f64>>, n: usize) -> Vec<f64> {
    let all = parts.into_iter().reduce(|mut total, part| {
        total.iter_mut().zip(&part).for_each(|(sum, value)| *sum += value);
        total
    });
    // Without rows there is no part, and the sums are zero.
    all.unwrap_or_else(|| vec![0.0; n])
}

fn ratio(actual: f64, fitted: f64) -> f64 {
    (actual / fitted).clamp(1.0 / MAX_SCALING, MAX_SCALING)
}

impl Scaling<'_> {
    /// Scales the groups, then the levels of each outer effect.
    fn round(&mut self) {
        if self.layout.outer.is_empty() {
            self.pass(None, true);
        }
        for at in 0..self.layout.outer.len() {
            let fitted = self.pass(Some(at), at == 0);
            let range = self.layout.outer[at].range.clone();
            let levels = self.outer[range.clone()].iter_mut().zip(&self.actual.1[range]).zip(&fitted);
            levels.for_each(|((factor, actual), fitted)| *factor *= ratio(*actual, *fitted));
        }
    }

    /// Fitted totals of the levels of an outer effect, after the groups were scaled where asked for.
    fn pass(&mut self, outer: Option<usize>, scales_groups: bool) -> Vec<f64> {
        let layout = self.layout;
        let mut group = std::mem::take(&mut self.group);
        let this = &*self;
        let parts = parallel::map_parts(layout.split_groups(&mut group), |at, factors| {
            vectorised(
                #[inline(always)]
                || this.chunk(outer, scales_groups, &layout.chunks[at], factors),
            )
        });
        self.group = group;
        add_up(parts, outer.map_or(0, |at| layout.outer[at].range.len()))
    }

    #[inline(always)]
    fn chunk(
        &self,
        outer: Option<usize>,
        scales_groups: bool,
        groups: &Range<usize>,
        factors: &mut [f64],
    ) -> Vec<f64> {
        let mut fitted = vec![0.0; outer.map_or(0, |at| self.layout.outer[at].range.len())];
        let mut values = Vec::new();
        for (group, factor) in groups.clone().zip(factors) {
            let rows = self.layout.group(group);
            values.clear();
            match &self.base {
                Some(base) => values.extend_from_slice(&base[rows.clone()]),
                None => values.resize(rows.len(), 1.0),
            }
            for effect in &self.layout.outer {
                for (value, &at) in values.iter_mut().zip(&effect.index[rows.clone()]) {
                    *value *= self.outer[at as usize];
                }
            }
            if scales_groups {
                let sum: f64 = values.iter().sum();
                *factor *= ratio(self.actual.0[group], *factor * sum);
            }
            let Some(effect) = outer.map(|at| &self.layout.outer[at]) else { continue };
            for (value, &at) in values.iter().zip(&effect.index[rows]) {
                fitted[at as usize - effect.range.start] += *factor * value;
            }
        }
        fitted
    }

    /// The index of each row.
    fn index(&self, offset: Option<&[f64]>) -> Vec<f64> {
        let layout = self.layout;
        let outer: Vec<f64> = self.outer.iter().map(|factor| factor.ln()).collect();
        let mut eta = vec![0.0; layout.n()];
        let slices = layout.split_rows(&mut eta);
        parallel::map_parts(slices, |at, slice| {
            let groups = &layout.chunks[at];
            let first = layout.starts[groups.start];
            for group in groups.clone() {
                let level = self.group[group].ln();
                for row in layout.group(group) {
                    let levels: f64 =
                        layout.outer.iter().map(|effect| outer[effect.index[row] as usize]).sum();
                    slice[row - first] = level + levels + offset.map_or(0.0, |offset| offset[row]);
                }
            }
        });
        eta
    }
}
