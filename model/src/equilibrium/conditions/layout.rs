//! The arrays of one baseline as the equations read them: flat, countries next to each other, money scaled.
//!
//! `[j][n]` is one row of countries for each sector. Rows are padded to whole vectors; padding holds 0 unless a
//! field says otherwise. `[j][i][n]` and `[j][n][i]` are one matrix for each sector, the last index contiguous.

use std::ops::Range;
use std::sync::Arc;

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
    /// True if productivity follows the size of sectors: it is then among the unknowns.
    pub has_scale: bool,
}

impl Shape {
    /// Rows padded to whole vectors.
    pub fn new(economy: &Economy, has_scale: bool) -> Self {
        let (n, s) = (economy.n(), economy.s());
        Self { n, s, stride: n.next_multiple_of(ROW_MULTIPLE), has_scale }
    }

    /// Length of a `[j][n]` array.
    pub fn block(&self) -> usize {
        self.s * self.stride
    }

    /// Length of the unknowns: log wages `[n]`, log prices `[j][n]`, expenditure `[j][n]`; with economies of scale log
    /// productivity `[j][n]` as well.
    pub fn unknowns(&self) -> usize {
        self.stride + (2 + usize::from(self.has_scale)) * self.block()
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
    pub gamma_io: Arc<Aligned<f64>>,
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
    /// Economies of scale; `None` where productivity is given.
    pub scale: Option<FlatScale>,
}

/// External economies of scale by sector, and the size of sectors that productivity is relative to.
pub struct FlatScale {
    /// `psi theta`, `[j]`: below 1.
    pub psi_theta: Vec<f64>,
    /// Log output of the baseline, `[j][n]`; 0 where there is none.
    pub ln_y: Vec<f64>,
    /// 1 where the baseline produces, else 0, `[j][n]`.
    pub produces: Vec<f64>,
}

impl FlatEconomy {
    /// `psi_theta`: economies of scale `[j]`, where there are some.
    pub fn new(economy: &Economy, psi_theta: Option<&[f64]>) -> Self {
        let Shape { s, stride, .. } = Shape::new(economy, psi_theta.is_some());
        let mut gamma_io = Aligned::filled(0.0, s * s * stride);
        for ((c, j, k), share) in economy.gamma_io.indexed_iter() {
            gamma_io[(j * s + k) * stride + c] = *share;
        }
        Self::with_inputs(economy, psi_theta, Arc::new(gamma_io))
    }

    /// The arrays of an economy with the input shares of this one.
    pub fn near(&self, economy: &Economy) -> Self {
        let psi_theta = self.scale.as_ref().map(|scale| scale.psi_theta.as_slice());
        Self::with_inputs(economy, psi_theta, Arc::clone(&self.gamma_io))
    }

    fn with_inputs(economy: &Economy, psi_theta: Option<&[f64]>, gamma_io: Arc<Aligned<f64>>) -> Self {
        let shape @ Shape { n, s, stride, .. } = Shape::new(economy, psi_theta.is_some());
        let unit = 0.05 * (n * s) as f64 / economy.world_va_musd();
        let is_taxed = |j: usize| economy.tau.index_axis(ndarray::Axis(0), j).iter().any(|tau| *tau != 1.0);
        let mut flat = Self {
            shape,
            unit,
            gamma_io,
            gamma_va: vec![0.0; shape.block()],
            alpha: vec![0.0; shape.block()],
            va: vec![0.0; stride],
            x: vec![0.0; shape.block()],
            pad: (0..stride).map(|at| f64::from(u8::from(at >= n))).collect(),
            pi: Aligned::filled(0.0, shape.cube()),
            net_pi: Aligned::filled(0.0, shape.cube()),
            net_pi_by_exporter: Aligned::filled(0.0, shape.cube()),
            is_taxed: (0..s).map(is_taxed).collect(),
            scale: psi_theta.map(|psi_theta| FlatScale::new(shape, unit, economy, psi_theta)),
        };
        for c in 0..n {
            flat.va[c] = unit * economy.va_musd[c];
            for j in 0..s {
                flat.gamma_va[j * stride + c] = economy.gamma_va[[c, j]];
                flat.alpha[j * stride + c] = economy.alpha[[c, j]];
                flat.x[j * stride + c] = unit * economy.x_musd[[c, j]];
            }
        }
        for (j, (pi, tau)) in economy.pi.outer_iter().zip(economy.tau.outer_iter()).enumerate() {
            for (m, (pi, tau)) in pi.outer_iter().zip(tau.outer_iter()).enumerate() {
                for (i, (&share, tau)) in pi.iter().zip(tau).enumerate() {
                    let net = share / tau;
                    flat.pi[shape.cell(j, i, m)] = share;
                    flat.net_pi[shape.cell(j, i, m)] = net;
                    flat.net_pi_by_exporter[shape.cell(j, m, i)] = net;
                }
            }
        }
        flat
    }
}

impl FlatScale {
    fn new(shape: Shape, unit: f64, economy: &Economy, psi_theta: &[f64]) -> Self {
        let block = || vec![0.0; shape.block()];
        let mut scale = Self { psi_theta: psi_theta.to_vec(), ln_y: block(), produces: block() };
        for ((c, j), output) in economy.output_musd().indexed_iter().filter(|(_, output)| **output > 0.0) {
            let at = j * shape.stride + c;
            scale.ln_y[at] = (unit * output).ln();
            scale.produces[at] = 1.0;
        }
        scale
    }
}
