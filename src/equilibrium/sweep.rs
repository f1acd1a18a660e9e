//! One evaluation of the equilibrium conditions (`model.md` section 2): prices, expenditure, labour markets.

use ndarray::Array1;

use super::frame::{Frame, Shape};
use super::response::Response;
use super::solve::Closure;
use super::weights::Weights;
use crate::economy::Economy;
use crate::numerics::aligned::Aligned;
use crate::numerics::elementary::{exp, ln};
use crate::numerics::kernels::Sum;
use crate::numerics::lanes::{Lane, Term};
use pulp::Simd;

/// How deficits follow from value added, `[n]`, scaled money.
pub(super) enum Transfers {
    /// Given.
    Given(Vec<f64>),
    /// `D = ((1 + rho) xi - 1)` times value added, xi such that deficits sum to 0.
    Share(Vec<f64>),
}

impl Transfers {
    pub fn new(closure: &Closure, economy: &Economy, frame: &Frame) -> Self {
        let scaled = |values: &Array1<f64>, by: &dyn Fn(usize) -> f64| -> Vec<f64> {
            let mut all = vec![0.0; frame.shape.stride];
            for (n, value) in values.iter().enumerate() {
                all[n] = value * by(n);
            }
            all
        };
        match closure {
            Closure::Fixed => Self::Given(scaled(&economy.deficit_musd, &|_| frame.unit)),
            Closure::Zero => Self::Given(vec![0.0; frame.shape.stride]),
            Closure::Given(deficit) => Self::Given(scaled(deficit, &|_| frame.unit)),
            Closure::GdpShare => Self::Share(scaled(&economy.deficit_musd, &|n| 1.0 / economy.va_musd[n])),
        }
    }

    #[inline(always)]
    fn write<T: Lane>(&self, income: &[T], deficit: &mut [T]) {
        match self {
            Self::Given(given) => {
                for (deficit, &given) in deficit.iter_mut().zip(given) {
                    T::fence();
                    *deficit = T::splat(given);
                }
            }
            Self::Share(rho) => {
                let (mut free, mut all) = (T::ZERO, T::ZERO);
                for (&income, &rho) in income.iter().zip(rho) {
                    T::fence();
                    free = free + income * T::splat(rho);
                    all = all + income;
                }
                // 1 - xi.
                let less = free / (all + free);
                for ((deficit, &income), &rho) in deficit.iter_mut().zip(income).zip(rho) {
                    T::fence();
                    *deficit = income * (T::splat(rho) - less * T::splat(1.0 + rho));
                }
            }
        }
    }

    /// True where some deficit is not 0, beyond rounding of the data.
    pub fn any(&self) -> bool {
        let (Self::Given(all) | Self::Share(all)) = self;
        all.iter().any(|value| value.abs() > 1e-9)
    }
}

/// Results of an evaluation; arrays as in [`Frame`].
pub(super) struct Buffers<T: Lane> {
    /// Log unit costs, `[j][n]`.
    pub cost: Aligned<T>,
    /// `c_hat^-theta`, `[j][n]`.
    pub q: Aligned<T>,
    /// `P_hat^-theta` that the costs imply, `[j][n]`.
    pub s: Aligned<T>,
    /// What of `s` arrives at the border, `[n]`, in one sector.
    net: Aligned<T>,
    /// Expenditure over `P_hat^-theta`, then the expenditure that incomes and sales imply, `[j][n]`.
    spent: Aligned<T>,
    /// Output, `[j][n]`.
    pub y: Aligned<T>,
    /// Value added and one over it, `[n]`.
    pub va: Vec<T>,
    pub per_va: Vec<T>,
    /// Tariff revenue, `[n]`.
    pub revenue: Vec<T>,
    /// Deficits, `[n]`.
    pub deficit: Vec<T>,
    /// Incomes, `[n]`.
    pub income: Vec<T>,
    /// Excess demands (the last replaced by the numeraire), price and expenditure residuals. What counts is their
    /// size, and that they shape a step: single precision is enough.
    pub residual: Aligned<T::Single>,
    /// Excess demands, `[n]`.
    pub excess: Vec<T>,
}

impl<T: Lane> Buffers<T> {
    pub fn new(shape: Shape) -> Self {
        let block = || Aligned::filled(T::ZERO, shape.block());
        let row = || vec![T::ZERO; shape.stride];
        Self {
            cost: block(),
            q: block(),
            s: block(),
            net: Aligned::filled(T::ZERO, shape.stride),
            spent: block(),
            y: block(),
            va: row(),
            per_va: row(),
            revenue: row(),
            deficit: row(),
            income: row(),
            residual: Aligned::filled(T::Single::ZERO, shape.unknowns()),
            excess: row(),
        }
    }
}

/// The price sweep: unit costs from wages and prices, `P_hat^-theta` from unit costs.
///
/// Powers are taken of N S costs, never of N N S cells. Cost: one pass over the weights and one over the
/// input shares. Allocates nothing.
#[inline(always)]
pub(super) fn sweep_prices<S: Simd, T: Lane>(
    simd: S,
    frame: &Frame,
    r: &Response<T>,
    z: &[T],
    b: &mut Buffers<T>,
) {
    let Shape { n, stride, .. } = frame.shape;
    let (wage, rest) = z.split_at(stride);
    let price = &rest[..frame.shape.block()];
    b.cost.fill(T::ZERO);
    T::by_country(simd, &frame.gamma, Sum::Columns, stride, price, &mut b.cost);
    for (j, &theta) in r.theta.iter().enumerate() {
        let row = j * stride..(j + 1) * stride;
        let costs = b.cost[row.clone()].iter_mut().zip(&mut b.q[row.clone()]);
        for ((cost, q), (&gamma, &wage)) in costs.zip(frame.gamma_va[row.clone()].iter().zip(wage)) {
            T::fence();
            *cost = cost.add_product(T::splat(gamma), wage);
            *q = (T::ZERO - theta * *cost).map(exp);
        }
    }
    // Apart from the powers, so that those of one sector need not wait for the sums of another.
    for j in 0..r.theta.len() {
        let row = j * stride..(j + 1) * stride;
        for (s, &pad) in b.s[row.clone()].iter_mut().zip(&frame.pad) {
            T::fence();
            *s = T::splat(pad);
        }
        r.weigh(simd, frame, (Weights::In, j), &b.q[row.clone()][..n], &mut b.s[row]);
    }
}

/// All residuals at `z` = log wages, log prices, expenditure.
///
/// Source: `model.md` section 2; Caliendo & Parro (2015), eq. 10-14. Cost: three passes over the weights,
/// two over the input shares, 2 N S powers. Allocates nothing.
#[inline(always)]
pub(super) fn evaluate<S: Simd, T: Lane>(
    simd: S,
    (frame, transfers): (&Frame, &Transfers),
    r: &Response<T>,
    z: &[T],
    b: &mut Buffers<T>,
) {
    let Shape { n, stride, s: n_sectors } = frame.shape;
    let (block, zero) = (frame.shape.block(), T::ZERO);
    sweep_prices(simd, frame, r, z, b);
    let (price, x) = z[stride..].split_at(block);
    b.revenue.fill(zero);
    b.y.fill(zero);
    price_residuals(frame.shape, r, (price, x), b);
    for j in 0..n_sectors {
        sales(simd, frame, r, j, b);
    }
    value_added(frame, r, z, b);
    transfers.write(&b.va[..n], &mut b.deficit[..n]);
    for (deficit, &transfer) in b.deficit.iter_mut().zip(&r.transfer) {
        *deficit = *deficit + transfer;
    }
    spending_and_labour(simd, frame, r, x, b);
}

/// Price residuals after a price sweep, and expenditure over `P_hat^-theta`.
#[inline(always)]
fn price_residuals<T: Lane>(shape: Shape, r: &Response<T>, (price, x): (&[T], &[T]), b: &mut Buffers<T>) {
    let Shape { stride, .. } = shape;
    for (j, &theta) in r.theta.iter().enumerate() {
        let row = j * stride..(j + 1) * stride;
        let (s, minus_inverse) = (&b.s[row.clone()], T::splat(-1.0) / theta);
        let residual = b.residual[stride..][row.clone()].iter_mut();
        for ((residual, &s), &price) in residual.zip(s).zip(&price[row.clone()]) {
            T::fence();
            *residual = (minus_inverse * s.map(ln) - price).narrow();
        }
        for ((xs, &s), &x) in b.spent[row.clone()].iter_mut().zip(s).zip(&x[row]) {
            T::fence();
            *xs = x / s;
        }
    }
}

/// Output and revenue of one sector.
#[inline(always)]
fn sales<S: Simd, T: Lane>(simd: S, frame: &Frame, r: &Response<T>, j: usize, b: &mut Buffers<T>) {
    let Shape { n, stride, .. } = frame.shape;
    let row = j * stride..(j + 1) * stride;
    let (s, q) = (&b.s[row.clone()], &b.q[row.clone()]);
    let (xs, y) = (&b.spent[row.clone()], &mut b.y[row]);
    r.weigh(simd, frame, (Weights::NetOut, j), &xs[..n], y);
    for (y, &q) in y.iter_mut().zip(q) {
        T::fence();
        *y = *y * q;
    }
    if r.taxed[j] {
        b.net.fill(T::ZERO);
        r.weigh(simd, frame, (Weights::NetIn, j), &q[..n], &mut b.net);
        for (((&net, &s), &xs), revenue) in b.net.iter().zip(s).zip(xs).zip(&mut b.revenue) {
            T::fence();
            // Exactly 0 for what pays no tariff, whoever else pays one.
            *revenue = revenue.add_product(s - net, xs);
        }
    }
}

#[inline(always)]
fn value_added<T: Lane>(frame: &Frame, r: &Response<T>, z: &[T], b: &mut Buffers<T>) {
    let stride = frame.shape.stride;
    let (wage, price) = z.split_at(stride);
    if !r.is_real_gdp {
        for ((va, &wage), &endowment) in b.va.iter_mut().zip(wage).zip(&r.endowment) {
            T::fence();
            *va = wage.map(exp) * endowment;
        }
        return;
    }
    b.va.fill(T::ZERO);
    for (price, alpha) in price.chunks_exact(stride).zip(frame.alpha.chunks_exact(stride)) {
        for ((index, &price), &alpha) in b.va.iter_mut().zip(price).zip(alpha) {
            T::fence();
            *index = index.add_product(T::splat(alpha), price);
        }
    }
    for (va, &endowment) in b.va.iter_mut().zip(&r.endowment) {
        T::fence();
        *va = va.map(exp) * endowment;
    }
}

#[inline(always)]
fn spending_and_labour<S: Simd, T: Lane>(
    simd: S,
    frame: &Frame,
    r: &Response<T>,
    x: &[T],
    b: &mut Buffers<T>,
) {
    let Shape { n, stride, .. } = frame.shape;
    let block = frame.shape.block();
    for ((income, &va), &deficit) in b.income.iter_mut().zip(&b.va).zip(&b.deficit) {
        T::fence();
        *income = va + deficit;
    }
    for (income, &revenue) in b.income.iter_mut().zip(&b.revenue) {
        T::fence();
        *income = *income + revenue;
    }
    for (row, alpha) in b.spent.chunks_exact_mut(stride).zip(frame.alpha.chunks_exact(stride)) {
        for ((spent, &alpha), &income) in row.iter_mut().zip(alpha).zip(&b.income) {
            T::fence();
            *spent = T::splat(alpha) * income;
        }
    }
    T::by_country(simd, &frame.gamma, Sum::Rows, stride, &b.y, &mut b.spent);
    let (labour, rest) = b.residual.split_at_mut(stride);
    for ((residual, &spent), &x) in rest[block..].iter_mut().zip(&b.spent).zip(x) {
        T::fence();
        *residual = (spent - x).narrow();
    }
    let excess = &mut b.excess;
    for (excess, &va) in excess.iter_mut().zip(&b.va) {
        T::fence();
        *excess = T::ZERO - va;
    }
    for (y, gamma) in b.y.chunks_exact(stride).zip(frame.gamma_va.chunks_exact(stride)) {
        for ((excess, &y), &gamma) in excess.iter_mut().zip(y).zip(gamma) {
            T::fence();
            *excess = excess.add_product(T::splat(gamma), y);
        }
    }
    let mut world = T::ZERO;
    for (((residual, &excess), &va), per_va) in labour.iter_mut().zip(&*excess).zip(&b.va).zip(&mut b.per_va)
    {
        T::fence();
        *residual = excess.narrow();
        *per_va = T::splat(1.0) / va;
        world = world + va;
    }
    labour[n - 1] = (world / r.numeraire - T::splat(1.0)).narrow();
}
