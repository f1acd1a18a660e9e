//! The sweeps over rows that every step of a projection is made of.

use rayon::prelude::*;

use super::plan::Layout;

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
    /// `D_o' W (I - P_e) t` for a row function `t`, and `|(I - P_e) t|^2` in the norm of the weights.
    pub fn scatter<const W: usize>(&self, t: impl Fn(usize) -> [f64; W] + Sync) -> (Vec<[f64; W]>, [f64; W]) {
        let parts: Vec<(Vec<[f64; W]>, [f64; W])> = self
            .layout
            .chunks
            .par_iter()
            .map(|groups| {
                let mut out = vec![[0.0; W]; self.layout.n_outer()];
                let mut norm = [0.0; W];
                let mut buffer = Vec::new();
                for group in groups.clone() {
                    self.scatter_group(group, &t, &mut buffer, &mut out, &mut norm);
                }
                (out, norm)
            })
            .collect();
        let mut parts = parts.into_iter();
        let (mut out, mut norm) = parts.next().unwrap_or_else(|| (Vec::new(), [0.0; W]));
        for (part, part_norm) in parts {
            for (sum, value) in out.iter_mut().zip(&part) {
                for c in 0..W {
                    sum[c] += value[c];
                }
            }
            for c in 0..W {
                norm[c] += part_norm[c];
            }
        }
        (out, norm)
    }

    #[inline]
    fn scatter_group<const W: usize>(
        &self,
        group: usize,
        t: &impl Fn(usize) -> [f64; W],
        buffer: &mut Vec<[f64; W]>,
        out: &mut [[f64; W]],
        norm: &mut [f64; W],
    ) {
        let rows = self.layout.group(group);
        let start = rows.start;
        buffer.clear();
        let mut mean = [0.0; W];
        for row in rows {
            let value = t(row);
            for c in 0..W {
                mean[c] += self.w[row] * value[c];
            }
            buffer.push(value);
        }
        for value in &mut mean {
            *value /= self.group_w[group];
        }
        for (k, value) in buffer.iter().enumerate() {
            let row = start + k;
            let mut scaled = [0.0; W];
            for c in 0..W {
                let residual = value[c] - mean[c];
                scaled[c] = self.w[row] * residual;
                norm[c] += scaled[c] * residual;
            }
            for outer in &self.layout.outer {
                let slot = &mut out[outer.index[row] as usize];
                for c in 0..W {
                    slot[c] += scaled[c];
                }
            }
        }
    }

    /// Takes `t` and then the group means off a column.
    pub fn subtract(&self, column: &mut [f64], t: impl Fn(usize) -> f64 + Sync) {
        let mut rest = column;
        let mut slices = Vec::new();
        for groups in &self.layout.chunks {
            let length = self.layout.starts[groups.end] - self.layout.starts[groups.start];
            let (slice, later) = rest.split_at_mut(length);
            slices.push((groups.clone(), slice));
            rest = later;
        }
        slices.into_par_iter().for_each(|(groups, slice)| {
            let first = self.layout.starts[groups.start];
            for group in groups {
                let rows = self.layout.group(group);
                let mut mean = 0.0;
                for row in rows.clone() {
                    slice[row - first] -= t(row);
                    mean += self.w[row] * slice[row - first];
                }
                mean /= self.group_w[group];
                slice[rows.start - first..rows.end - first].iter_mut().for_each(|value| *value -= mean);
            }
        });
    }
}
