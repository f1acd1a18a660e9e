//! One linear system of a projection, and when its solution is accurate enough.

/// Part of a column's length that is rounding.
const ROUNDING: f64 = 1e-13;

/// When a column's projection is accurate enough; the loosest of the three holds.
///
/// All are in the norm `sqrt(r' M^-1 r)`, about the W-norm of the part of the column that the effects
/// still explain.
#[derive(Debug, Clone, Copy)]
pub struct Tolerance {
    /// Relative to the W-norm of the column itself.
    pub of_column: f64,
    /// Relative to the explained part at the start.
    pub of_start: f64,
    /// Relative to `sqrt(sum w)`, that is, in units of the column.
    pub absolute: f64,
}

impl Tolerance {
    /// An accuracy relative to the W-norm of a column, less what the groups explain of it; `length` is its
    /// whole W-norm, of which rounding leaves the smallest part that can be asked for, and `sum_w` that of 1,
    /// squared.
    #[must_use]
    pub fn relative(of_column: f64, length: f64, sum_w: f64) -> Self {
        Self { of_column, of_start: 0.0, absolute: ROUNDING * length / sum_w.sqrt() }
    }
}

/// One system `S v = b` for [`Absorber::solve`](super::Absorber::solve); vectors over the outer levels.
pub struct System<'a> {
    /// Right side.
    pub b: &'a [f64],
    /// Where the solution starts, and then the solution.
    pub v: &'a mut Vec<f64>,
    /// W-norm of the column that `b` comes from, without group means.
    pub norm: f64,
    /// When it is accurate enough.
    pub tolerance: Tolerance,
}

/// `sum w x` in eight independent sums, which the compiler turns into vector instructions.
#[inline(always)]
#[must_use]
pub(crate) fn weighted_sum(x: &[f64], w: &[f64]) -> f64 {
    tradepath_base::numerics::cholesky::dot(x, w)
}
