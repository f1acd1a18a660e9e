//! Anderson acceleration of a fixed-point iteration `z <- z + f(z)` (Walker & Ni 2011, type II).
//!
//! Works on flat arrays of one member or of several side by side; every member has a history of its own.
//! Allocates only when built.

use super::kernels::dot;
use super::lanes::Lane;

/// Most differences that can be kept.
pub const MAX_MEMORY: usize = 8;
/// A difference whose part that newer ones do not explain is smaller than this share of it is dropped.
const DEPENDENT: f64 = 1e-13;

/// Small symmetric matrices and right-hand sides of one member.
#[derive(Debug, Clone, Copy)]
struct Normal {
    gram: [[f64; MAX_MEMORY]; MAX_MEMORY],
    rhs: [f64; MAX_MEMORY],
    /// Differences in use.
    filled: usize,
    /// Points seen.
    seen: usize,
}

impl Normal {
    const EMPTY: Self =
        Self { gram: [[0.0; MAX_MEMORY]; MAX_MEMORY], rhs: [0.0; MAX_MEMORY], filled: 0, seen: 0 };
}

/// History of the last iterates; moves to the next point.
#[derive(Debug)]
pub struct Anderson<T> {
    memory: usize,
    stride: usize,
    newest: usize,
    z_old: Vec<T>,
    f_old: Vec<T>,
    df: Vec<Vec<T>>,
    dg: Vec<Vec<T>>,
    normal: Vec<Normal>,
}

impl<T: Lane> Anderson<T> {
    /// Keeps up to `memory` differences of arrays of `len` numbers in rows of `stride`; 0 gives the plain
    /// iteration.
    ///
    /// # Panics
    /// Where `memory` is above [`MAX_MEMORY`].
    #[must_use]
    pub fn new(memory: usize, len: usize, stride: usize) -> Self {
        assert!(memory <= MAX_MEMORY, "at most {MAX_MEMORY} differences");
        let zeros = || vec![T::splat(0.0); len];
        Self {
            memory,
            stride,
            newest: 0,
            z_old: zeros(),
            f_old: zeros(),
            df: (0..memory).map(|_| zeros()).collect(),
            dg: (0..memory).map(|_| zeros()).collect(),
            normal: vec![Normal::EMPTY; T::WIDTH],
        }
    }

    /// Forgets the history of one lane.
    pub fn restart(&mut self, lane: usize) {
        self.normal[lane] = Normal::EMPTY;
        let last = [&mut self.z_old, &mut self.f_old];
        for column in self.df.iter_mut().chain(&mut self.dg).chain(last) {
            for value in column.iter_mut() {
                value.set_lane(lane, 0.0);
            }
        }
    }

    /// Moves `z` with step `f(z)` to the next point.
    #[inline(always)]
    pub fn advance(&mut self, z: &mut [T], f: &[T]) {
        if self.memory > 0 && self.normal.iter().any(|normal| normal.seen > 0) {
            self.remember(z, f);
        }
        self.z_old.copy_from_slice(z);
        self.f_old.copy_from_slice(f);
        for (z, &f) in z.iter_mut().zip(f) {
            *z = *z + f;
        }
        for normal in &mut self.normal {
            normal.seen += 1;
        }
        let n_columns = self.normal.iter().map(|normal| normal.filled).max().unwrap_or(0);
        let mut weights = [T::splat(0.0); MAX_MEMORY];
        for (lane, normal) in self.normal.iter().enumerate() {
            let found = normal.solve(self.newest, self.memory);
            for (weight, found) in weights.iter_mut().zip(found) {
                weight.set_lane(lane, found);
            }
        }
        for back in 0..n_columns {
            let slot = (self.newest + self.memory - back) % self.memory;
            let weight = weights[slot];
            for (z, &dg) in z.iter_mut().zip(&self.dg[slot]) {
                *z = *z - weight * dg;
            }
        }
    }

    #[inline(always)]
    fn remember(&mut self, z: &[T], f: &[T]) {
        self.newest = (self.newest + 1) % self.memory;
        let slot = self.newest;
        for ((df, &f), &f_old) in self.df[slot].iter_mut().zip(f).zip(&self.f_old) {
            *df = f - f_old;
        }
        let moved = self.dg[slot].iter_mut().zip(z.iter()).zip(&self.z_old);
        for (((dg, &z), &z_old), &df) in moved.zip(&self.df[slot]) {
            *dg = (z - z_old) + df;
        }
        for normal in &mut self.normal {
            normal.filled = normal.seen.min(self.memory);
        }
        for other in 0..self.memory {
            let product = dot(&self.df[slot], &self.df[other], self.stride);
            let with_f = dot(&self.df[other], f, self.stride);
            for (lane, normal) in self.normal.iter_mut().enumerate() {
                normal.gram[slot][other] = product.lane(lane);
                normal.gram[other][slot] = product.lane(lane);
                normal.rhs[other] = with_f.lane(lane);
            }
        }
    }
}

impl Normal {
    /// Least-squares weights by a Cholesky factorisation, newest difference first; dependent ones get 0.
    fn solve(&self, newest: usize, memory: usize) -> [f64; MAX_MEMORY] {
        let mut weights = [0.0; MAX_MEMORY];
        let slot = |back: usize| (newest + memory - back) % memory;
        let mut lower = [[0.0; MAX_MEMORY]; MAX_MEMORY];
        let mut forward = [0.0; MAX_MEMORY];
        for a in 0..self.filled {
            for b in 0..a {
                let known: f64 = (0..b).map(|k| lower[a][k] * lower[b][k]).sum();
                let left = self.gram[slot(a)][slot(b)] - known;
                lower[a][b] = if lower[b][b] > 0.0 { left / lower[b][b] } else { 0.0 };
            }
            let diagonal = self.gram[slot(a)][slot(a)];
            let left = diagonal - (0..a).map(|k| lower[a][k] * lower[a][k]).sum::<f64>();
            if left > DEPENDENT * diagonal {
                lower[a][a] = left.sqrt();
                let known: f64 = (0..a).map(|k| lower[a][k] * forward[k]).sum();
                forward[a] = (self.rhs[slot(a)] - known) / lower[a][a];
            }
        }
        for a in (0..self.filled).rev().filter(|&a| lower[a][a] > 0.0) {
            let known: f64 = (a + 1..self.filled).map(|k| lower[k][a] * weights[slot(k)]).sum();
            weights[slot(a)] = (forward[a] - known) / lower[a][a];
        }
        weights
    }
}

#[cfg(test)]
mod tests {
    use super::Anderson;

    #[test]
    fn a_linear_map_of_two_unknowns_is_solved_in_a_few_steps() {
        let g = |z: &[f64]| [0.9 * z[0] + 0.3 * z[1] + 1.0, -0.2 * z[0] + 0.8 * z[1] + 2.0];
        let (mut z, mut anderson) = (vec![0.0, 0.0], Anderson::<f64>::new(3, 2, 2));
        for _ in 0..5 {
            let next = g(&z);
            let f = [next[0] - z[0], next[1] - z[1]];
            anderson.advance(&mut z, &f);
        }
        let next = g(&z);
        assert!((next[0] - z[0]).abs().max((next[1] - z[1]).abs()) < 1e-9);
    }
}
