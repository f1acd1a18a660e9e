//! The point at which the equations are evaluated, and their values there.

use super::layout::Shape;
use crate::numerics::aligned::Aligned;

/// A point: the unknowns of the system.
#[derive(Clone, Copy)]
pub struct Point<'z> {
    /// `ln w_hat`, `[n]`.
    pub ln_w: &'z [f64],
    /// `ln P_hat`, `[j][n]`.
    pub ln_p: &'z [f64],
    /// `X'`, `[j][n]`.
    pub x: &'z [f64],
    /// Log productivity `psi ln (Y_hat / w_hat)`, `[j][n]`; empty without economies of scale.
    pub ln_s: &'z [f64],
}

impl<'z> Point<'z> {
    /// The unknowns in the order in which a search keeps them.
    #[inline(always)]
    pub fn new(shape: Shape, z: &'z [f64]) -> Self {
        let (ln_w, rest) = z.split_at(shape.stride);
        let (ln_p, rest) = rest.split_at(shape.block());
        let (x, ln_s) = rest.split_at(shape.block());
        Self { ln_w, ln_p, x, ln_s }
    }
}

/// The residuals of all conditions, in the order of the unknowns.
///
/// In single precision: what counts is their size, and that they shape a step.
pub struct Residuals {
    shape: Shape,
    all: Aligned<f32>,
}

impl Residuals {
    pub fn new(shape: Shape) -> Self {
        Self { shape, all: Aligned::filled(0.0, shape.unknowns()) }
    }

    /// All of them, as the preconditioner reads them.
    pub fn all(&self) -> &[f32] {
        &self.all
    }

    /// All of them, to write to.
    pub fn all_mut(&mut self) -> &mut [f32] {
        &mut self.all
    }

    /// Excess demands for labour; in place of the last country's, which Walras' law makes redundant, the numeraire.
    pub fn balance(&self) -> &[f32] {
        &self.all[..self.shape.stride]
    }

    pub fn balance_mut(&mut self) -> &mut [f32] {
        &mut self.all[..self.shape.stride]
    }

    /// Of log prices, `[j][n]`.
    pub fn prices(&self) -> &[f32] {
        &self.all[self.shape.stride..][..self.shape.block()]
    }

    pub fn prices_mut(&mut self) -> &mut [f32] {
        &mut self.all[self.shape.stride..][..self.shape.block()]
    }

    /// Of expenditure, `[j][n]`.
    pub fn spending(&self) -> &[f32] {
        &self.all[self.shape.stride + self.shape.block()..][..self.shape.block()]
    }

    pub fn spending_mut(&mut self) -> &mut [f32] {
        &mut self.all[self.shape.stride + self.shape.block()..][..self.shape.block()]
    }

    /// Of log productivity, `[j][n]`; empty without economies of scale.
    pub fn scale(&self) -> &[f32] {
        &self.all[self.shape.stride + 2 * self.shape.block()..]
    }

    pub fn scale_mut(&mut self) -> &mut [f32] {
        &mut self.all[self.shape.stride + 2 * self.shape.block()..]
    }
}

/// Values of the equations at the last point; money scaled as in [`FlatEconomy`](super::layout::FlatEconomy).
pub struct Evaluated {
    /// `ln c_hat` less log productivity of scale, `[j][n]`.
    pub ln_c: Aligned<f64>,
    /// `c_hat^-theta`, `[j][n]`.
    pub c_power: Aligned<f64>,
    /// `P_hat^-theta` that the costs imply, `[j][n]`.
    pub p_power: Aligned<f64>,
    /// `X' / P_hat^-theta`, `[j][n]`: a flow is this times its weight and `c_hat^-theta`.
    pub x_per_p_power: Aligned<f64>,
    /// The part of `P_hat^-theta` that is not tariff, `[n]`, in one sector.
    pub net_p_power: Aligned<f64>,
    /// Output `Y'`, `[j][n]`.
    pub y: Aligned<f64>,
    /// Value added, `[n]`.
    pub va: Vec<f64>,
    /// One over it, `[n]`.
    pub per_va: Vec<f64>,
    /// Tariff revenue `R'`, `[n]`.
    pub revenue: Vec<f64>,
    /// Deficits `D'`, `[n]`.
    pub deficit: Vec<f64>,
    /// Incomes `I'`, `[n]`.
    pub income: Vec<f64>,
    /// The expenditure that incomes and sales imply, `[j][n]`.
    pub implied_x: Aligned<f64>,
    /// Excess demands for labour, `[n]`.
    pub excess: Vec<f64>,
    pub residuals: Residuals,
}

impl Evaluated {
    pub fn new(shape: Shape) -> Self {
        let block = || Aligned::filled(0.0, shape.block());
        let row = || vec![0.0; shape.stride];
        Self {
            ln_c: block(),
            c_power: block(),
            p_power: block(),
            x_per_p_power: block(),
            net_p_power: Aligned::filled(0.0, shape.stride),
            y: block(),
            va: row(),
            per_va: row(),
            revenue: row(),
            deficit: row(),
            income: row(),
            implied_x: block(),
            excess: row(),
            residuals: Residuals::new(shape),
        }
    }
}
