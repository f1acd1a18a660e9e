//! Anderson acceleration of a fixed-point iteration `z <- z + f(z)` (Walker & Ni 2011, type II).
//!
//! Works on flat arrays of one member or of several side by side; every member has a history of its own.
//! Allocates only when built.

use super::aligned::Aligned;
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
///
/// Differences are kept in single precision: they only shape steps. Their products are exact in double.
#[derive(Debug)]
pub struct Anderson<T: Lane> {
    memory: usize,
    stride: usize,
    newest: usize,
    z_old: Aligned<T>,
    f_old: Aligned<T::Single>,
    df: Vec<Aligned<T::Single>>,
    dg: Vec<Aligned<T::Single>>,
    normal: Vec<Normal>,
}

/// Elements that a pass over the history takes at once.
const CHUNK: usize = 4;

impl<T: Lane> Anderson<T> {
    /// Keeps up to `memory` differences of arrays of `len` numbers in rows of `stride`; 0 gives the plain
    /// iteration.
    ///
    /// # Panics
    /// Where `memory` is above [`MAX_MEMORY`].
    #[must_use]
    pub fn new(memory: usize, len: usize, stride: usize) -> Self {
        assert!(memory <= MAX_MEMORY, "at most {MAX_MEMORY} differences");
        let zero = T::splat(0.0);
        let columns = || (0..memory).map(|_| Aligned::filled(zero.narrow(), len)).collect();
        Self {
            memory,
            stride,
            newest: 0,
            z_old: Aligned::filled(zero, len),
            f_old: Aligned::filled(zero.narrow(), len),
            df: columns(),
            dg: columns(),
            normal: vec![Normal::EMPTY; T::WIDTH],
        }
    }

    /// Forgets the history of one lane.
    pub fn restart(&mut self, lane: usize) {
        self.normal[lane] = Normal::EMPTY;
    }

    /// Moves `z` with step `f(z)` to the next point.
    #[inline(always)]
    pub fn advance(&mut self, z: &mut [T], f: &[T]) {
        if self.memory > 0 && self.normal.iter().any(|normal| normal.seen > 0) {
            self.remember(z, f);
        }
        for (f_old, f) in self.f_old.iter_mut().zip(f) {
            T::fence();
            *f_old = f.narrow();
        }
        self.z_old.copy_from_slice(z);
        for normal in &mut self.normal {
            normal.seen += 1;
        }
        let mut weights = [T::splat(0.0); MAX_MEMORY];
        for (lane, normal) in self.normal.iter().enumerate() {
            let found = normal.solve(self.newest, self.memory);
            for (weight, found) in weights.iter_mut().zip(found) {
                weight.set_lane(lane, found);
            }
        }
        let mut at = 0;
        while T::WIDTH == 1 && at + 32 <= z.len() {
            self.combine::<32>(at, &weights, &mut z[at..at + 32], &f[at..at + 32]);
            at += 32;
        }
        while at + CHUNK <= z.len() {
            T::fence();
            self.combine::<CHUNK>(at, &weights, &mut z[at..at + CHUNK], &f[at..at + CHUNK]);
            at += CHUNK;
        }
        for at in at..z.len() {
            self.combine::<1>(at, &weights, &mut z[at..=at], &f[at..=at]);
        }
    }

    /// Differences in use in some lane.
    fn n_columns(&self) -> usize {
        self.normal.iter().map(|normal| normal.filled).max().unwrap_or(0)
    }

    /// The slot of the difference `back` steps before the newest.
    fn slot(&self, back: usize) -> usize {
        (self.newest + self.memory - back) % self.memory
    }

    /// `z + f` less the weighted differences, newest first; lanes that give one no weight may hold anything
    /// there.
    #[inline(always)]
    fn combine<const W: usize>(&self, at: usize, weights: &[T; MAX_MEMORY], z: &mut [T], f: &[T]) {
        let mut next = [T::splat(0.0); W];
        for l in 0..W {
            next[l] = z[l] + f[l];
        }
        for back in 0..self.n_columns() {
            let slot = self.slot(back);
            let (weight, dg) = (weights[slot], &self.dg[slot][at..at + W]);
            for l in 0..W {
                let part =
                    (weight * T::widen(dg[l])).zip(weight, |part, w| if w == 0.0 { 0.0 } else { part });
                next[l] = next[l] - part;
            }
        }
        z.copy_from_slice(&next);
    }

    #[inline(always)]
    fn remember(&mut self, z: &[T], f: &[T]) {
        self.newest = (self.newest + 1) % self.memory;
        let slot = self.newest;
        let (df, dg) = (&mut self.df[slot], &mut self.dg[slot]);
        let new = z.iter().zip(f).zip(self.z_old.iter().zip(self.f_old.iter()));
        for ((df, dg), ((&z, &f), (&z_old, &f_old))) in df.iter_mut().zip(dg.iter_mut()).zip(new) {
            T::fence();
            *df = f.narrow() - f_old;
            *dg = (z - z_old).narrow() + *df;
        }
        for normal in &mut self.normal {
            normal.filled = normal.seen.min(self.memory);
        }
        for back in 0..self.n_columns() {
            let other = self.slot(back);
            let [product, with_f] = dots::<T>(&self.df[other], &self.df[slot], f, self.stride);
            for (lane, normal) in self.normal.iter_mut().enumerate() {
                normal.gram[slot][other] = product.lane(lane);
                normal.gram[other][slot] = product.lane(lane);
                normal.rhs[other] = with_f.lane(lane);
            }
        }
    }
}

/// Sums of products of an array with two others, all in rows of length `stride`, in four partial sums by position
/// in the row.
#[inline(always)]
fn dots<T: Lane>(a: &[T::Single], b: &[T::Single], f: &[T], stride: usize) -> [T; 2] {
    let mut sums = [[T::splat(0.0); CHUNK]; 2];
    let rows = a.chunks_exact(stride).zip(b.chunks_exact(stride)).zip(f.chunks_exact(stride));
    for ((a, b), f) in rows {
        let mut at = 0;
        if T::WIDTH == 1 {
            let chunks = a.chunks_exact(CHUNK).zip(b.chunks_exact(CHUNK)).zip(f.chunks_exact(CHUNK));
            for ((a, b), f) in chunks {
                add_products(&mut sums, a, b, f);
            }
            at = stride / CHUNK * CHUNK;
        }
        while at + CHUNK <= stride {
            T::fence();
            add_products(&mut sums, &a[at..at + CHUNK], &b[at..at + CHUNK], &f[at..at + CHUNK]);
            at += CHUNK;
        }
        for (l, at) in (at..stride).enumerate() {
            let (a, b) = (T::widen(a[at]), T::widen(b[at]));
            sums[0][l] = sums[0][l] + a * b;
            sums[1][l] = sums[1][l] + a * f[at];
        }
    }
    sums.map(|sums| (sums[0] + sums[2]) + (sums[1] + sums[3]))
}

#[inline(always)]
fn add_products<T: Lane>(sums: &mut [[T; CHUNK]; 2], a: &[T::Single], b: &[T::Single], f: &[T]) {
    for l in 0..CHUNK {
        let (a, b) = (T::widen(a[l]), T::widen(b[l]));
        sums[0][l] = sums[0][l] + a * b;
        sums[1][l] = sums[1][l] + a * f[l];
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
