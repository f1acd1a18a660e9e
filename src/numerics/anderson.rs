//! Anderson acceleration of a fixed-point iteration `z <- z + f(z)` (Walker & Ni 2011, type II).
//!
//! Works on flat arrays of one member or of several side by side; every member has a history of its own.
//! Allocates only when built.

use super::aligned::Aligned;
use super::lanes::{Lane, Term};

/// Differences kept: 3 need one evaluation more on the 31 x 40 set of the model, 8 save none.
const MEMORY: usize = 5;
/// A difference whose part that newer ones do not explain is smaller than this share of it is dropped.
const DEPENDENT: f64 = 1e-6;
/// Partial sums of a product, by position in the row.
const CHUNK: usize = 4;

/// Products of differences with each other and with the last step, of one member; newest first.
#[derive(Debug, Clone, Copy)]
struct Normal {
    gram: [[f64; MEMORY]; MEMORY],
    rhs: [f64; MEMORY],
    /// Differences in use.
    filled: usize,
    /// Points seen.
    seen: usize,
}

/// History of the last iterates; moves to the next point.
///
/// Steps, differences and their products are in single precision: they only shape steps.
#[derive(Debug)]
pub struct Anderson<T: Lane> {
    stride: usize,
    /// The step before, and the move that was made with it.
    f_old: Aligned<T::Single>,
    moved: Aligned<T::Single>,
    /// Differences of steps and of the points where they lead, newest first.
    df: [Aligned<T::Single>; MEMORY],
    dg: [Aligned<T::Single>; MEMORY],
    normal: Vec<Normal>,
}

impl<T: Lane> Anderson<T> {
    /// For arrays of `len` numbers in rows of `stride`.
    #[must_use]
    pub fn new(len: usize, stride: usize) -> Self {
        let column = || Aligned::filled(T::Single::ZERO, len);
        Self {
            stride,
            f_old: column(),
            moved: column(),
            df: std::array::from_fn(|_| column()),
            dg: std::array::from_fn(|_| column()),
            normal: vec![Normal::EMPTY; T::WIDTH],
        }
    }

    /// Forgets the history of one lane.
    pub fn restart(&mut self, lane: usize) {
        self.normal[lane] = Normal::EMPTY;
    }

    /// Clears one lane of what is no number: a lane without weight is multiplied by 0 all the same.
    pub fn clear(&mut self, lane: usize) {
        let columns = self.df.iter_mut().chain(&mut self.dg).chain([&mut self.f_old, &mut self.moved]);
        for value in columns.flat_map(|column| column.iter_mut()) {
            let mut wide = T::widen(*value);
            wide.set_lane(lane, 0.0);
            *value = wide.narrow();
        }
    }

    /// Moves `z` with step `f(z)` to the next point; `f` holds another step afterwards. Allocates nothing.
    #[inline(always)]
    pub fn advance(&mut self, z: &mut [T], f: &mut Aligned<T::Single>) {
        if self.normal.iter().any(|normal| normal.seen > 0) {
            self.remember(f);
        }
        let mut weights = [T::ZERO; MEMORY];
        for (lane, normal) in self.normal.iter_mut().enumerate() {
            normal.seen += 1;
            for (weight, found) in weights.iter_mut().zip(normal.solve()) {
                weight.set_lane(lane, found);
            }
        }
        let n_columns = self.normal.iter().map(|normal| normal.filled).max().unwrap_or(0);
        match n_columns {
            0 => self.combine::<0>(&weights, z, f),
            1 => self.combine::<1>(&weights, z, f),
            2 => self.combine::<2>(&weights, z, f),
            3 => self.combine::<3>(&weights, z, f),
            4 => self.combine::<4>(&weights, z, f),
            _ => self.combine::<MEMORY>(&weights, z, f),
        }
        std::mem::swap(f, &mut self.f_old);
    }

    /// `z + f` less the weighted differences of `K` columns; lanes that give one no weight hold numbers there.
    #[inline(always)]
    fn combine<const K: usize>(&mut self, weights: &[T; MEMORY], z: &mut [T], f: &[T::Single]) {
        let minus = weights.map(|weight| (T::ZERO - weight).narrow());
        let len = z.len();
        let columns: [&[T::Single]; K] = std::array::from_fn(|k| &self.dg[k][..len]);
        let moved = &mut self.moved[..len];
        let f = &f[..len];
        for at in 0..len {
            T::fence();
            let mut next = f[at];
            for k in 0..K {
                next = next.add_product(minus[k], columns[k][at]);
            }
            moved[at] = next;
            z[at] = z[at] + T::widen(next);
        }
    }

    /// Takes in the difference of the last two steps and its products with the others.
    #[inline(always)]
    fn remember(&mut self, f: &[T::Single]) {
        self.df.rotate_right(1);
        self.dg.rotate_right(1);
        let (df, older) = self.df.split_at_mut(1);
        let pass = Pass {
            f,
            f_old: &self.f_old,
            moved: &self.moved,
            older: std::array::from_fn(|back| &older[back][..]),
        };
        let (products, with_f) = pass.run::<T>(&mut df[0], &mut self.dg[0], self.stride);
        for (lane, normal) in self.normal.iter_mut().enumerate() {
            normal.push(products.map(|product| product.lane(lane)), with_f.lane(lane));
        }
    }
}

/// What one pass over the history reads.
struct Pass<'a, S> {
    f: &'a [S],
    f_old: &'a [S],
    moved: &'a [S],
    older: [&'a [S]; MEMORY - 1],
}

/// Sums of products of the newest difference: with itself, with the older ones, with the step.
type Sums<S> = [[S; CHUNK]; MEMORY + 1];

impl<S: Term> Pass<'_, S> {
    /// Writes the newest differences; their products.
    #[inline(always)]
    fn run<T: Lane<Single = S>>(&self, df: &mut [S], dg: &mut [S], stride: usize) -> ([T; MEMORY], T) {
        let mut sums = [[S::ZERO; CHUNK]; MEMORY + 1];
        let rows = df.chunks_exact_mut(stride).zip(dg.chunks_exact_mut(stride));
        for (row, (df, dg)) in rows.enumerate() {
            let mut at = 0;
            while at + CHUNK <= stride {
                T::fence();
                self.chunk::<0, CHUNK>(row * stride + at, &mut df[at..], &mut dg[at..], &mut sums);
                at += CHUNK;
            }
            let (first, rest, df, dg) = (row * stride + at, stride - at, &mut df[at..], &mut dg[at..]);
            if rest > 0 {
                self.chunk::<0, 1>(first, df, dg, &mut sums);
            }
            if rest > 1 {
                self.chunk::<1, 1>(first + 1, &mut df[1..], &mut dg[1..], &mut sums);
            }
            if rest > 2 {
                self.chunk::<2, 1>(first + 2, &mut df[2..], &mut dg[2..], &mut sums);
            }
        }
        let total = |sums: [S; CHUNK]| T::widen((sums[0] + sums[2]) + (sums[1] + sums[3]));
        (std::array::from_fn(|column| total(sums[column])), total(sums[MEMORY]))
    }

    /// Elements from `at` on, whose place in the partial sums begins at `L`.
    #[inline(always)]
    fn chunk<const L: usize, const W: usize>(
        &self,
        at: usize,
        df: &mut [S],
        dg: &mut [S],
        sums: &mut Sums<S>,
    ) {
        let of = |values: &[S]| -> [S; W] { std::array::from_fn(|l| values[at + l]) };
        let (f, f_old, moved) = (of(self.f), of(self.f_old), of(self.moved));
        let mut new = [S::ZERO; W];
        for l in 0..W {
            df[l] = f[l] - f_old[l];
            dg[l] = moved[l] + df[l];
            new[l] = df[l];
        }
        for l in 0..W {
            sums[0][L + l] = sums[0][L + l].add_product(new[l], new[l]);
            sums[MEMORY][L + l] = sums[MEMORY][L + l].add_product(new[l], f[l]);
        }
        for (sums, older) in sums[1..].iter_mut().zip(self.older) {
            let older = of(older);
            for l in 0..W {
                sums[L + l] = sums[L + l].add_product(new[l], older[l]);
            }
        }
    }
}

impl Normal {
    const EMPTY: Self = Self { gram: [[0.0; MEMORY]; MEMORY], rhs: [0.0; MEMORY], filled: 0, seen: 0 };

    /// Takes in the products of a new difference with itself, with the older ones and with the step.
    ///
    /// The step is the one before plus the new difference, and so are its products with older differences.
    fn push(&mut self, products: [f64; MEMORY], with_f: f64) {
        for a in (1..MEMORY).rev() {
            for b in (1..MEMORY).rev() {
                self.gram[a][b] = self.gram[a - 1][b - 1];
            }
            self.rhs[a] = self.rhs[a - 1] + products[a];
        }
        for (a, product) in products.into_iter().enumerate() {
            self.gram[a][0] = product;
            self.gram[0][a] = product;
        }
        self.rhs[0] = with_f;
        self.filled = self.seen.min(MEMORY);
    }

    /// Least-squares weights by a Cholesky factorisation, newest difference first; dependent ones get 0.
    fn solve(&self) -> [f64; MEMORY] {
        let (mut weights, mut forward) = ([0.0; MEMORY], [0.0; MEMORY]);
        let mut lower = [[0.0; MEMORY]; MEMORY];
        for a in 0..self.filled {
            for b in 0..a {
                let known: f64 = (0..b).map(|k| lower[a][k] * lower[b][k]).sum();
                let left = self.gram[a][b] - known;
                lower[a][b] = if lower[b][b] > 0.0 { left / lower[b][b] } else { 0.0 };
            }
            let diagonal = self.gram[a][a];
            let left = diagonal - (0..a).map(|k| lower[a][k] * lower[a][k]).sum::<f64>();
            if left > DEPENDENT * diagonal {
                lower[a][a] = left.sqrt();
                let known: f64 = (0..a).map(|k| lower[a][k] * forward[k]).sum();
                forward[a] = (self.rhs[a] - known) / lower[a][a];
            }
        }
        for a in (0..self.filled).rev().filter(|&a| lower[a][a] > 0.0) {
            let known: f64 = (a + 1..self.filled).map(|k| lower[k][a] * weights[k]).sum();
            weights[a] = (forward[a] - known) / lower[a][a];
        }
        weights
    }
}

#[cfg(test)]
mod tests {
    use super::Anderson;
    use crate::numerics::lanes::{Lane, Pack};

    /// A member begins afresh in a lane whose last member came to no number, beside one that goes on.
    #[test]
    fn what_a_lane_held_before_does_not_touch_the_next_member() {
        let f = |z: f64, at: usize| 0.3 * (1.0 + at as f64 - z);
        let (mut z, mut many) = (vec![Pack::splat(0.0); 2], Anderson::<Pack>::new(2, 2));
        for step in 0..6 {
            let spoilt = |lane: usize| if lane == 1 && step < 3 { f64::NAN } else { 1.0 };
            if step == 3 {
                z.iter_mut().for_each(|z| z.set_lane(1, 0.0));
                many.restart(1);
                many.clear(1);
            }
            let mut steps = (0..2)
                .map(|at| {
                    let mut pack = z[at].map(|z| f(z, at));
                    pack.set_lane(1, pack.lane(1) * spoilt(1));
                    pack.narrow()
                })
                .collect();
            many.advance(&mut z, &mut steps);
        }
        let (mut alone, mut anderson) = (vec![0.0, 0.0], Anderson::<f64>::new(2, 2));
        for _ in 0..3 {
            let mut steps = (0..2).map(|at| f(alone[at], at) as f32).collect();
            anderson.advance(&mut alone, &mut steps);
        }
        assert!(alone.iter().zip(&z).all(|(alone, z)| alone.to_bits() == z.lane(1).to_bits()));
    }

    #[test]
    fn a_linear_map_of_two_unknowns_is_solved_in_a_few_steps() {
        let g = |z: &[f64]| [0.9 * z[0] + 0.3 * z[1] + 1.0, -0.2 * z[0] + 0.8 * z[1] + 2.0];
        let (mut z, mut anderson) = (vec![0.0, 0.0], Anderson::<f64>::new(2, 2));
        for _ in 0..6 {
            let next = g(&z);
            let mut f = [next[0] - z[0], next[1] - z[1]].into_iter().map(|f| f as f32).collect();
            anderson.advance(&mut z, &mut f);
        }
        let next = g(&z);
        assert!((next[0] - z[0]).abs().max((next[1] - z[1]).abs()) < 1e-9);
    }
}
