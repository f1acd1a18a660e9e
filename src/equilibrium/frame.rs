//! The arrays of one baseline as the kernels read them: flat, countries contiguous, money scaled.

use crate::economy::Economy;
use crate::numerics::aligned::Aligned;
use crate::numerics::kernels::ROW_MULTIPLE;

/// Sizes of the flat arrays: `[j][n]` has `s` rows of `stride`, of which the first `n` are countries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// Countries.
    pub n: usize,
    /// Sectors.
    pub s: usize,
    /// Length of a row, at least `n`.
    pub stride: usize,
}

impl Shape {
    /// Rows padded to whole vectors along countries.
    pub fn padded(economy: &Economy) -> Self {
        Self { n: economy.n(), s: economy.s(), stride: economy.n().next_multiple_of(ROW_MULTIPLE) }
    }

    /// Rows without padding, for packs.
    pub fn tight(economy: &Economy) -> Self {
        Self { n: economy.n(), s: economy.s(), stride: economy.n() }
    }

    /// Length of a `[j][n]` array.
    pub fn block(&self) -> usize {
        self.s * self.stride
    }

    /// Length of the unknowns: log wages `[n]`, log prices `[j][n]`, expenditure `[j][n]`.
    pub fn unknowns(&self) -> usize {
        self.stride + 2 * self.block()
    }

    /// Length of a `[j][a][b]` array, a not padded.
    pub fn cube(&self) -> usize {
        self.s * self.n * self.stride
    }
}

/// One baseline as the kernels read it. Padding is 0 unless a field says otherwise.
pub(super) struct Frame {
    pub shape: Shape,
    /// Money inside the solver = million USD times this; world value added is then about 0.05 N S, so that
    /// expenditure weighs in the acceleration like log prices do.
    pub unit: f64,
    /// Input shares, `[j out][k in][n]`.
    pub gamma: Aligned<f64>,
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
    /// Shares pi with the importer contiguous, `[j][i][n]`.
    pub pi_in: Aligned<f64>,
    /// Shares over tariffs, pi / tau, `[j][i][n]`.
    pub net_in: Aligned<f64>,
    /// The same with the exporter contiguous, `[j][n][i]`.
    pub net_out: Aligned<f64>,
    /// True where somebody pays a tariff in the sector, `[j]`.
    pub taxed: Vec<bool>,
}

impl Frame {
    pub fn new(economy: &Economy, shape: Shape) -> Self {
        let Shape { n, s, stride } = shape;
        let unit = 0.05 * (n * s) as f64 / economy.world_va_musd();
        let mut frame = Self {
            shape,
            unit,
            gamma: Aligned::filled(0.0, s * shape.block()),
            gamma_va: vec![0.0; shape.block()],
            alpha: vec![0.0; shape.block()],
            va: vec![0.0; stride],
            x: vec![0.0; shape.block()],
            pad: (0..stride).map(|at| f64::from(u8::from(at >= n))).collect(),
            pi_in: Aligned::filled(0.0, shape.cube()),
            net_in: Aligned::filled(0.0, shape.cube()),
            net_out: Aligned::filled(0.0, shape.cube()),
            taxed: (0..s)
                .map(|j| economy.tau.index_axis(ndarray::Axis(0), j).iter().any(|t| *t != 1.0))
                .collect(),
        };
        for c in 0..n {
            frame.va[c] = unit * economy.va_musd[c];
            for j in 0..s {
                frame.gamma_va[j * stride + c] = economy.gamma_va[[c, j]];
                frame.alpha[j * stride + c] = economy.alpha[[c, j]];
                frame.x[j * stride + c] = unit * economy.x_musd[[c, j]];
                for k in 0..s {
                    frame.gamma[(j * s + k) * stride + c] = economy.gamma_io[[c, j, k]];
                }
            }
        }
        for ((j, m, i), &share) in economy.pi.indexed_iter() {
            let net = share / economy.tau[[j, m, i]];
            frame.pi_in[(j * n + i) * stride + m] = share;
            frame.net_in[(j * n + i) * stride + m] = net;
            frame.net_out[(j * n + m) * stride + i] = net;
        }
        frame
    }
}

/// Rows of length `from` cut or kept to length `to`.
pub(super) fn restride<C: Copy>(values: &[C], from: usize, to: usize) -> Aligned<C> {
    values.chunks_exact(from).flat_map(|row| row[..to].iter().copied()).collect()
}
