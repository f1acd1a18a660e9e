//! The sweeps over rows that every step of a projection is made of.

use std::ops::Range;

use super::plan::Layout;
use tradepath_base::numerics::parallel;
use tradepath_base::numerics::vectors::vectorised;

/// One set of weights over a layout.
pub struct Sweep<'a> {
    /// Effects and order of rows.
    pub layout: &'a Layout,
    /// Weight of each row.
    pub w: &'a [f64],
    /// Sum of the weights of each group of the eliminated effect.
    pub group_w: &'a [f64],
}

impl Sweep<'_> {
    /// `D_o' W (I - P_e) t` for the row function `t = D_o p`: the Schur complement times `p`.
    pub fn apply<const W: usize>(&self, p: &[[f64; W]]) -> Vec<[f64; W]> {
        self.scatter(|rows, tile| gather(self.layout, rows, p, tile)).0
    }

    /// `D_o' W (I - P_e) t` of columns, and `|(I - P_e) t|^2` in the norm of the weights.
    pub fn project<const W: usize>(&self, columns: &[&[f64]; W]) -> (Vec<[f64; W]>, [f64; W]) {
        self.scatter(|rows, tile| {
            for (value, row) in tile.iter_mut().zip(rows) {
                *value = std::array::from_fn(|c| columns[c][row]);
            }
        })
    }

    fn scatter<const W: usize>(
        &self,
        t: impl Fn(Range<usize>, &mut [[f64; W]]) + Sync,
    ) -> (Vec<[f64; W]>, [f64; W]) {
        let chunk = |groups: &Range<usize>| {
            let mut out = vec![[0.0; W]; self.layout.n_outer()];
            let mut norm = [0.0; W];
            let mut buffer = Vec::new();
            vectorised(
                #[inline(always)]
                || {
                    for tile in self.layout.tiles(groups.clone()) {
                        let rows = self.layout.rows(&tile);
                        buffer.resize(rows.len(), [0.0; W]);
                        t(rows.clone(), &mut buffer);
                        self.centre(&tile, &mut buffer, &mut norm);
                        for outer in &self.layout.outer {
                            for (value, &at) in buffer.iter().zip(&outer.index[rows.clone()]) {
                                add(&mut out[at as usize], value);
                            }
                        }
                    }
                },
            );
            (out, norm)
        };
        let parts = parallel::map_each(&self.layout.chunks, chunk);
        let all = parts.into_iter().reduce(|(mut out, mut norm), (part, part_norm)| {
            out.iter_mut().zip(&part).for_each(|(sum, value)| add(sum, value));
            add(&mut norm, &part_norm);
            (out, norm)
        });
        // Without rows there is no chunk, and the sums are zero.
        all.unwrap_or_else(|| (vec![[0.0; W]; self.layout.n_outer()], [0.0; W]))
    }

    /// Takes the group means off a tile and multiplies by the weights.
    #[inline(always)]
    fn centre<const W: usize>(&self, tile: &Range<usize>, buffer: &mut [[f64; W]], norm: &mut [f64; W]) {
        let first = self.layout.starts[tile.start];
        for group in tile.clone() {
            let rows = self.layout.group(group);
            let values = &mut buffer[rows.start - first..rows.end - first];
            let mut mean = [0.0; W];
            for (value, w) in values.iter().zip(&self.w[rows.clone()]) {
                (0..W).for_each(|c| mean[c] += w * value[c]);
            }
            let scale = 1.0 / self.group_w[group];
            mean.iter_mut().for_each(|mean| *mean *= scale);
            for (value, w) in values.iter_mut().zip(&self.w[rows]) {
                for c in 0..W {
                    let residual = value[c] - mean[c];
                    value[c] = w * residual;
                    norm[c] += value[c] * residual;
                }
            }
        }
    }

    /// Takes `D_o v` and then the group means off a column.
    pub fn subtract(&self, column: &mut [f64], v: &[f64]) {
        let slices = self.layout.split_rows(column);
        parallel::map_parts(slices, |at, slice| {
            let groups = &self.layout.chunks[at];
            let first = self.layout.starts[groups.start];
            vectorised(
                #[inline(always)]
                || {
                    for tile in self.layout.tiles(groups.clone()) {
                        let rows = self.layout.rows(&tile);
                        let values = &mut slice[rows.start - first..rows.end - first];
                        for outer in &self.layout.outer {
                            for (value, &at) in values.iter_mut().zip(&outer.index[rows.clone()]) {
                                *value -= v[at as usize];
                            }
                        }
                        for group in tile {
                            let rows = self.layout.group(group);
                            let values = &mut slice[rows.start - first..rows.end - first];
                            let mean = super::weighted_sum(values, &self.w[rows]) / self.group_w[group];
                            values.iter_mut().for_each(|value| *value -= mean);
                        }
                    }
                },
            );
        });
    }
}

/// Sum over the outer effects of their coefficients at each of some rows.
#[inline(always)]
fn gather<const W: usize>(layout: &Layout, rows: Range<usize>, v: &[[f64; W]], out: &mut [[f64; W]]) {
    out.fill([0.0; W]);
    for outer in &layout.outer {
        for (value, &at) in out.iter_mut().zip(&outer.index[rows.clone()]) {
            add(value, &v[at as usize]);
        }
    }
}

#[inline(always)]
fn add<const W: usize>(sum: &mut [f64; W], value: &[f64; W]) {
    (0..W).for_each(|c| sum[c] += value[c]);
}
