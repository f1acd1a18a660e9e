//! An approximate inverse of the whole linearised system at the baseline.

use nalgebra::{DMatrix, DVector};
use pulp::{Arch, Simd, WithSimd};

use super::adjoint::TOGETHER;
use super::linear::{Accuracy, Linear};
use crate::equilibrium::conditions::layout::Shape;
use crate::numerics::aligned::Aligned;
use crate::numerics::dense::inverse;
use crate::numerics::parallel;
use crate::numerics::products::{Sum, add_product_by_column, add_weighted_rows};

/// Rounds of the linear solves: three digits, more did not save an evaluation on the 25 x 18 set.
const ROUNDS: usize = 5;

/// Turns residuals into a step of log wages, log prices and expenditure.
///
/// Wages follow from residuals of labour and expenditure exactly, up to the linearisation, `dw = -J^-1 (e + L r)`,
/// and prices from wages; wages from price residuals and expenditure from wages in the same country only. Prices and
/// expenditure follow from their own residuals through each country's own block. That leaves a factor of about 0.2
/// (against 0.65 for plain sweeps) to the acceleration. Kept and applied in
/// single precision: it only shapes the steps, never the residuals.
pub struct Preconditioner {
    shape: Shape,
    /// `[equation][n]`.
    excess: Aligned<f32>,
    /// Of the country itself alone, `[j][n]`: what others' prices do to wages saves no evaluation.
    from_price: Aligned<f32>,
    /// `[j][n of the residual][n of the wage]`.
    from_spending: Aligned<f32>,
    /// `[j][n of the wage][n]`.
    to_price: Aligned<f32>,
    /// Of the country itself alone, `[j][n]`, like `from_price`.
    to_spending: Aligned<f32>,
    /// `[j][k][n]`.
    block_price: Aligned<f32>,
    block_spending: Aligned<f32>,
    /// `None` without economies of scale.
    scale: Option<ScaleSteps>,
}

/// The parts of steps that economies of scale add.
struct ScaleSteps {
    /// `[j][n of the residual][n of the wage]`.
    to_wage: Aligned<f32>,
    /// `[j][n of the wage][n]`.
    from_wage: Aligned<f32>,
    /// Inside a sector, `[j][k][i]`.
    block: Aligned<f32>,
    /// `-pi`, `[j][i][n]`: prices fall with the productivity of who sells.
    to_price: Aligned<f32>,
}

impl Preconditioner {
    /// At one point; `None` if the reduced Jacobian is singular.
    pub fn new(linear: &Linear<'_>) -> Option<Self> {
        let shape @ Shape { n, s, stride, .. } = linear.base.shape;
        let (jacobian, adjoints) = linear.reduced(Accuracy::Rounds(ROUNDS));
        let inverse = inverse(jacobian)?;
        if inverse.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let single = |values: Vec<f64>| values.iter().map(|value| *value as f32).collect::<Aligned<f32>>();
        let mut excess = vec![0.0; n * stride];
        for equation in 0..n {
            for wage in 0..n {
                excess[equation * stride + wage] = -inverse[(wage, equation)];
            }
        }
        let spending: Vec<_> =
            adjoints.iter().map(|adjoint| DVector::from_column_slice(&adjoint.spending)).collect();
        let of_spending = DMatrix::from_columns(&spending) * inverse.transpose();
        let countries: Vec<usize> = (0..n).collect();
        let of_wages = |few: &[usize]| linear.responses_to_wages(few, Accuracy::Rounds(ROUNDS));
        let groups: Vec<&[usize]> = countries.chunks(TOGETHER).collect();
        let responses = parallel::map_each(&groups, |few| of_wages(few));
        let responses: Vec<_> = responses.into_iter().flatten().collect();
        let (mut from_spending, mut to_price) = (vec![0.0; shape.cube()], vec![0.0; shape.cube()]);
        let (mut from_price, mut to_spending) = (vec![0.0; shape.block()], vec![0.0; shape.block()]);
        for j in 0..s {
            for c in 0..n {
                let own = j * stride + c;
                from_price[own] = -(0..n).map(|e| adjoints[e].price[own] * inverse[(c, e)]).sum::<f64>();
                to_spending[own] = responses[c].spending[own];
                for other in 0..n {
                    let at = (j * n + c) * stride + other;
                    from_spending[at] = -of_spending[(own, other)];
                    to_price[at] = responses[c].price[j * stride + other];
                }
            }
        }
        let scale = linear.scale.as_ref().map(|scale| {
            let columns: Vec<_> =
                adjoints.iter().map(|one| DVector::from_column_slice(&one.productivity)).collect();
            let to_wage = DMatrix::from_columns(&columns) * inverse.transpose();
            let cell = |at: usize| (at / (n * stride), at / stride % n, at % stride);
            let from = |at: usize, value: &dyn Fn(usize, usize, usize) -> f64| match cell(at) {
                (_, _, other) if other >= n => 0.0,
                (j, c, other) => value(j, c, other),
            };
            let all = |value: &dyn Fn(usize, usize, usize) -> f64| {
                (0..shape.cube()).map(|at| from(at, value) as f32).collect()
            };
            ScaleSteps {
                to_wage: all(&|j, c, other| -to_wage[(j * stride + c, other)]),
                from_wage: all(&|j, c, other| responses[c].productivity[j * stride + other]),
                block: scale.block.iter().map(|value| *value as f32).collect(),
                to_price: linear.pi.iter().map(|share| -*share as f32).collect(),
            }
        });
        Some(Self {
            shape,
            scale,
            excess: single(excess),
            from_price: single(from_price),
            from_spending: single(from_spending),
            to_price: single(to_price),
            to_spending: single(to_spending),
            block_price: single(linear.block_price.clone()),
            block_spending: single(linear.block_spending.clone()),
        })
    }

    /// Writes the step for these residuals. Allocates nothing.
    pub fn step(&self, residual: &[f32], step: &mut [f32]) {
        Arch::new().dispatch(Step { preconditioner: self, residual, step });
    }

    /// The same as part of code that is compiled for a vector unit already.
    #[inline(always)]
    pub fn step_in<S: Simd>(&self, simd: S, residual: &[f32], step: &mut [f32]) {
        let shape @ Shape { n, s, stride, .. } = self.shape;
        let (excess, rest) = residual.split_at(stride);
        let (price, rest) = rest.split_at(shape.block());
        let (spending, productivity) = rest.split_at(shape.block());
        step.fill(0.0);
        let (wage, rest) = step.split_at_mut(stride);
        let (to_price, rest) = rest.split_at_mut(shape.block());
        let (to_spending, to_productivity) = rest.split_at_mut(shape.block());
        add_weighted_rows(simd, &self.excess, &excess[..n], wage);
        add_product_by_column(simd, &self.block_price, Sum::Columns, stride, price, to_price);
        add_product_by_column(simd, &self.block_spending, Sum::Columns, stride, spending, to_spending);
        add_product_by_column(simd, &self.from_price, Sum::Columns, stride, price, wage);
        for j in 0..s {
            add_weighted_rows(simd, &self.from_spending[shape.matrix(j)], &spending[shape.row(j)][..n], wage);
        }
        if let Some(scale) = &self.scale {
            for (row, matrix) in (0..s).map(|j| (shape.row(j), shape.matrix(j))) {
                let residual = &productivity[row.clone()][..n];
                let own = &mut to_productivity[row.clone()];
                add_weighted_rows(simd, &scale.to_wage[matrix.clone()], residual, wage);
                add_weighted_rows(simd, &scale.block[matrix.clone()], residual, own);
                add_weighted_rows(simd, &scale.to_price[matrix], &own[..n], &mut to_price[row]);
            }
            for (row, matrix) in (0..s).map(|j| (shape.row(j), shape.matrix(j))) {
                add_weighted_rows(simd, &scale.from_wage[matrix], &wage[..n], &mut to_productivity[row]);
            }
        }
        for j in 0..s {
            add_weighted_rows(simd, &self.to_price[shape.matrix(j)], &wage[..n], &mut to_price[shape.row(j)]);
        }
        add_product_by_column(simd, &self.to_spending, Sum::Columns, stride, wage, to_spending);
    }
}

struct Step<'a> {
    preconditioner: &'a Preconditioner,
    residual: &'a [f32],
    step: &'a mut [f32],
}

impl WithSimd for Step<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.preconditioner.step_in(simd, self.residual, self.step);
    }
}
