//! The arrays of one baseline as the equations read them: flat, countries next to each other, money scaled.
//!
//! `[j][n]` is one row of countries for each sector. Rows are padded to whole vectors; padding holds 0 unless a
//! field says otherwise. `[j][i][n]` and `[j][n][i]` are one matrix for each sector, the last index contiguous.

use std::ops::Range;

use crate::economy::Economy;
use crate::numerics::aligned::Aligned;
use crate::numerics::products::ROW_MULTIPLE;

/// Sizes of the flat arrays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Countries.
    pub n: usize,
    /// Sectors.
    pub s: usize,
    /// Length of a row, at least `n`.
    pub stride: usize,
}

impl Shape {
    /// Rows padded to whole vectors.
    pub fn new(economy: &Economy) -> Self {
        Self { n: economy.n(), s: economy.s(), stride: economy.n().next_multiple_of(ROW_MULTIPLE) }
    }

    /// Length of a `[j][n]` array.
    pub fn block(&self) -> usize {
        self.s * self.stride
    }

    /// Length of the unknowns: log wages `[n]`, log prices `[j][n]`, expenditure `[j][n]`.
    pub fn unknowns(&self) -> usize {
        self.stride + 2 * self.block()
    }

    /// Length of a `[j][i][n]` array.
    pub fn cube(&self) -> usize {
        self.s * self.n * self.stride
    }

    /// Places of sector `j` in a `[j][n]` array.
    pub fn row(&self, j: usize) -> Range<usize> {
        j * self.stride..(j + 1) * self.stride
    }

    /// Places of sector `j` in a `[j][i][n]` array.
    pub fn matrix(&self, j: usize) -> Range<usize> {
        j * self.n * self.stride..(j + 1) * self.n * self.stride
    }

    /// Place of a cell in an array `[j][row][column]`: `[j][i][n]` by importer, `[j][n][i]` by exporter.
    #[inline(always)]
    pub fn cell(&self, j: usize, row: usize, column: usize) -> usize {
        (j * self.n + row) * self.stride + column
    }
}

/// An economy in flat arrays, with the names of [`Economy`].
pub struct FlatEconomy {
    pub shape: Shape,
    /// Money inside the solver = million USD times this. World value added is then about 0.05 N S, so that
    /// expenditure weighs in the acceleration like log prices do.
    pub unit: f64,
    /// Input shares, `[j out][k in][n]`.
    pub gamma_io: Aligned<f64>,
    /// Value-added shares, `[j][n]`.
    pub gamma_va: Vec<f64>,
    /// Final-expenditure shares, `[j][n]`.
    pub alpha: Vec<f64>,
    /// Value added, `[n]`.
    pub va: Vec<f64>,
    /// Expenditure, `[j][n]`.
    pub x: Vec<f64>,
    /// 1 in padding, else 0, `[n]`: keeps logarithms of padding finite.
    pub pad: Vec<f64>,
    /// Shares pi, importers contiguous, `[j][i][n]`.
    pub pi: Aligned<f64>,
    /// Shares over tariffs, pi / tau, importers contiguous, `[j][i][n]`.
    pub net_pi: Aligned<f64>,
    /// The same with exporters contiguous, `[j][n][i]`.
    pub net_pi_by_exporter: Aligned<f64>,
    /// True if somebody pays a tariff in the sector, `[j]`.
    pub is_taxed: Vec<bool>,
}

impl FlatEconomy {
    pub fn new(economy: &Economy) -> Self {
        let shape @ Shape { n, s, stride } = Shape::new(economy);
        let unit = 0.05 * (n * s) as f64 / economy.world_va_musd();
        let is_taxed = |j: usize| economy.tau.index_axis(ndarray::Axis(0), j).iter().any(|tau| *tau != 1.0);
        let mut flat = Self {
            shape,
            unit,
            gamma_io: Aligned::filled(0.0, s * shape.block()),
            gamma_va: vec![0.0; shape.block()],
            alpha: vec![0.0; shape.block()],
            va: vec![0.0; stride],
            x: vec![0.0; shape.block()],
            pad: (0..stride).map(|at| f64::from(u8::from(at >= n))).collect(),
            pi: Aligned::filled(0.0, shape.cube()),
            net_pi: Aligned::filled(0.0, shape.cube()),
            net_pi_by_exporter: Aligned::filled(0.0, shape.cube()),
            is_taxed: (0..s).map(is_taxed).collect(),
        };
        for c in 0..n {
            flat.va[c] = unit * economy.va_musd[c];
            for j in 0..s {
                flat.gamma_va[j * stride + c] = economy.gamma_va[[c, j]];
                flat.alpha[j * stride + c] = economy.alpha[[c, j]];
                flat.x[j * stride + c] = unit * economy.x_musd[[c, j]];
                for k in 0..s {
                    flat.gamma_io[(j * s + k) * stride + c] = economy.gamma_io[[c, j, k]];
                }
            }
        }
        for ((j, m, i), &share) in economy.pi.indexed_iter() {
            let net = share / economy.tau[[j, m, i]];
            flat.pi[shape.cell(j, i, m)] = share;
            flat.net_pi[shape.cell(j, i, m)] = net;
            flat.net_pi_by_exporter[shape.cell(j, m, i)] = net;
        }
        flat
    }
}
