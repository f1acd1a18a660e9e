//! Anderson acceleration of a fixed-point iteration `z <- z + f(z)` (Walker & Ni 2011, type II).
//!
//! With the last differences `df` of the steps and `dg` of the points to which they lead, the next point is
//! `z + f - dg w`, where `w` minimises `|f - df w|`. Hand-written for its speed: the normal equations are kept up to
//! date by one pass over the history a step, in single precision, because the history only shapes steps and never
//! decides what is accepted. [`Mixer`](super::mixer::Mixer) is the short version for a few unknowns. Allocates only
//! when built.

use super::aligned::Aligned;

/// Differences kept: 3 need one evaluation more on the 31 x 40 set of the model, 8 save none.
const MEMORY: usize = 5;
/// A difference whose part that newer ones do not explain is smaller than this share of it is dropped.
const DEPENDENT: f64 = 1e-6;
/// Partial sums of an inner product, by position in the array: independent sums run at the same time.
const CHUNK: usize = 4;

/// History of the last iterates; moves to the next point.
#[derive(Debug)]
pub struct Anderson {
    /// The step before, and the move that was made with it.
    f_old: Aligned<f32>,
    moved: Aligned<f32>,
    /// Differences of steps and of the points to which they lead, newest first.
    df: [Aligned<f32>; MEMORY],
    dg: [Aligned<f32>; MEMORY],
    normal: Normal,
}

impl Anderson {
    /// For `len` unknowns, a multiple of four.
    #[must_use]
    pub fn new(len: usize) -> Self {
        let column = || Aligned::filled(0.0, len);
        Self {
            f_old: column(),
            moved: column(),
            df: std::array::from_fn(|_| column()),
            dg: std::array::from_fn(|_| column()),
            normal: Normal::EMPTY,
        }
    }

    /// Forgets the history.
    pub fn restart(&mut self) {
        self.normal = Normal::EMPTY;
    }

    /// Moves `z` with its step `f(z)` to the next point; `f` holds another step afterwards. Allocates nothing.
    #[inline(always)]
    pub fn advance(&mut self, z: &mut [f64], f: &mut Aligned<f32>) {
        if self.normal.seen > 0 {
            self.remember(f);
        }
        self.normal.seen += 1;
        let weights = self.normal.solve();
        // With the number of columns as a constant the sum of a point stays in a register.
        match self.normal.filled {
            0 => self.combine::<0>(&weights, z, f),
            1 => self.combine::<1>(&weights, z, f),
            2 => self.combine::<2>(&weights, z, f),
            3 => self.combine::<3>(&weights, z, f),
            4 => self.combine::<4>(&weights, z, f),
            _ => self.combine::<MEMORY>(&weights, z, f),
        }
        std::mem::swap(f, &mut self.f_old);
    }

    /// Adds `f` less the weighted differences of `K` columns to `z`.
    #[inline(always)]
    fn combine<const K: usize>(&mut self, weights: &[f64; MEMORY], z: &mut [f64], f: &[f32]) {
        let minus = weights.map(|weight| -weight as f32);
        let len = z.len();
        let columns: [&[f32]; K] = std::array::from_fn(|k| &self.dg[k][..len]);
        let moved = &mut self.moved[..len];
        let f = &f[..len];
        for at in 0..len {
            let mut next = f[at];
            for k in 0..K {
                next = minus[k].mul_add(columns[k][at], next);
            }
            moved[at] = next;
            z[at] += f64::from(next);
        }
    }

    /// Takes in the difference of the last two steps and its inner products with the others.
    #[inline(always)]
    fn remember(&mut self, f: &[f32]) {
        self.df.rotate_right(1);
        self.dg.rotate_right(1);
        let (newest, older) = self.df.split_at_mut(1);
        let pass = Pass {
            f: chunks(f),
            f_old: chunks(&self.f_old),
            moved: chunks(&self.moved),
            older: std::array::from_fn(|back| chunks(&older[back])),
        };
        let (with_columns, with_f) = pass.run(newest[0].as_chunks_mut().0, self.dg[0].as_chunks_mut().0);
        self.normal.push(with_columns, with_f);
    }
}

/// Numbers that are summed side by side.
type Chunk = [f32; CHUNK];

#[inline(always)]
fn chunks(values: &[f32]) -> &[Chunk] {
    values.as_chunks().0
}

/// What one pass over the history reads.
struct Pass<'a> {
    f: &'a [Chunk],
    f_old: &'a [Chunk],
    moved: &'a [Chunk],
    older: [&'a [Chunk]; MEMORY - 1],
}

impl Pass<'_> {
    /// Writes the newest differences; their inner products with all columns and with the step.
    #[inline(always)]
    fn run(&self, df: &mut [Chunk], dg: &mut [Chunk]) -> ([f64; MEMORY], f64) {
        let len = df.len();
        let (f, f_old, moved) = (&self.f[..len], &self.f_old[..len], &self.moved[..len]);
        let older = self.older.map(|column| &column[..len]);
        let dg = &mut dg[..len];
        let mut with_columns = [[0.0_f32; CHUNK]; MEMORY];
        let mut with_f = [0.0_f32; CHUNK];
        for at in 0..len {
            let mut new = [0.0; CHUNK];
            for l in 0..CHUNK {
                new[l] = f[at][l] - f_old[at][l];
                dg[at][l] = moved[at][l] + new[l];
                with_columns[0][l] = new[l].mul_add(new[l], with_columns[0][l]);
                with_f[l] = new[l].mul_add(f[at][l], with_f[l]);
            }
            df[at] = new;
            for (sums, older) in with_columns[1..].iter_mut().zip(&older) {
                for l in 0..CHUNK {
                    sums[l] = new[l].mul_add(older[at][l], sums[l]);
                }
            }
        }
        let total = |sums: Chunk| f64::from((sums[0] + sums[2]) + (sums[1] + sums[3]));
        (with_columns.map(total), total(with_f))
    }
}

/// The normal equations: inner products of the differences with each other and with the last step, newest first.
#[derive(Debug, Clone, Copy)]
struct Normal {
    gram: [[f64; MEMORY]; MEMORY],
    rhs: [f64; MEMORY],
    /// Differences in use.
    filled: usize,
    /// Points seen.
    seen: usize,
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

    #[test]
    fn a_linear_map_of_two_unknowns_is_solved_in_a_few_steps() {
        let g = |z: &[f64]| [0.9 * z[0] + 0.3 * z[1] + 1.0, -0.2 * z[0] + 0.8 * z[1] + 2.0];
        let (mut z, mut anderson) = (vec![0.0; 4], Anderson::new(4));
        for _ in 0..6 {
            let next = g(&z);
            let mut f = [next[0] - z[0], next[1] - z[1], 0.0, 0.0].into_iter().map(|f| f as f32).collect();
            anderson.advance(&mut z, &mut f);
        }
        let next = g(&z);
        assert!((next[0] - z[0]).abs().max((next[1] - z[1]).abs()) < 1e-9);
    }
}
