//! One evaluation of the equilibrium conditions (`model.md` section 2): prices, expenditure, labour markets.

use ndarray::Array1;

use super::frame::{Frame, Shape};
use super::response::Response;
use super::solve::Closure;
use super::weights::Weights;
use crate::calibration::Economy;
use crate::numerics::aligned::Aligned;
use crate::numerics::elementary::{exp, ln};
use crate::numerics::kernels::{Sum, by_country};
use crate::numerics::lanes::{Cell, Lane};

/// How deficits follow from value added, `[n]`, scaled money.
pub(super) enum Transfers {
    /// Given.
    Given(Vec<f64>),
    /// D = rho * value added, less what does not add up, in proportion to value added.
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
                let (mut free, mut all) = (T::splat(0.0), T::splat(0.0));
                for (&income, &rho) in income.iter().zip(rho) {
                    T::fence();
                    free = free + income * T::splat(rho);
                    all = all + income;
                }
                let excess = free / all;
                for ((deficit, &income), &rho) in deficit.iter_mut().zip(income).zip(rho) {
                    T::fence();
                    *deficit = income * (T::splat(rho) - excess);
                }
            }
        }
    }
}

/// Results of an evaluation; arrays as in [`Frame`].
pub(super) struct Buffers<T> {
    /// Log unit costs, `[j][n]`.
    pub cost: Aligned<T>,
    /// `c_hat^-theta`, `[j][n]`.
    pub q: Aligned<T>,
    /// `P_hat^-theta` that the costs imply, `[j][n]`.
    pub s: Aligned<T>,
    /// Share of expenditure that arrives at the border, `[j][n]`.
    pub net: Aligned<T>,
    /// Expenditure over `P_hat^-theta`, `[j][n]`.
    xs: Aligned<T>,
    /// Output, `[j][n]`.
    pub y: Aligned<T>,
    /// Value added, `[n]`.
    pub va: Vec<T>,
    /// Tariff revenue, `[n]`.
    pub revenue: Vec<T>,
    /// Deficits, `[n]`.
    pub deficit: Vec<T>,
    /// Incomes, `[n]`.
    pub income: Vec<T>,
    /// Excess demands (the last replaced by the numeraire), price and expenditure residuals.
    pub residual: Aligned<T>,
    /// Excess demand of the last country.
    pub last_excess: T,
}

impl<T: Lane> Buffers<T> {
    pub fn new(shape: Shape) -> Self {
        let block = || Aligned::filled(T::splat(0.0), shape.block());
        let row = || vec![T::splat(0.0); shape.stride];
        Self {
            cost: block(),
            q: block(),
            s: block(),
            net: block(),
            xs: block(),
            y: block(),
            va: row(),
            revenue: row(),
            deficit: row(),
            income: row(),
            residual: Aligned::filled(T::splat(0.0), shape.unknowns()),
            last_excess: T::splat(0.0),
        }
    }
}

/// The price sweep: unit costs from wages and prices, `P_hat^-theta` from unit costs.
///
/// Powers are taken of N S costs, never of N N S cells. Cost: one pass over the weights and one over the
/// input shares. Allocates nothing.
#[inline(always)]
pub(super) fn sweep_prices<T: Lane>(frame: &Frame, r: &Response<T>, z: &[T], b: &mut Buffers<T>)
where
    f64: Cell<T>,
{
    let Shape { n, stride, .. } = frame.shape;
    let (wage, rest) = z.split_at(stride);
    let price = &rest[..frame.shape.block()];
    b.cost.fill(T::splat(0.0));
    by_country(&frame.gamma, Sum::Columns, stride, price, &mut b.cost);
    for (j, &theta) in r.theta.iter().enumerate() {
        let row = j * stride..(j + 1) * stride;
        let costs = b.cost[row.clone()].iter_mut().zip(&mut b.q[row.clone()]);
        for ((cost, q), (&gamma, &wage)) in costs.zip(frame.gamma_va[row.clone()].iter().zip(wage)) {
            T::fence();
            *cost = *cost + T::splat(gamma) * wage;
            *q = (T::splat(0.0) - theta * *cost).map(exp);
        }
        for (s, &pad) in b.s[row.clone()].iter_mut().zip(&frame.pad) {
            T::fence();
            *s = T::splat(pad);
        }
        r.weigh(frame, Weights::In, j, &b.q[row.clone()][..n], &mut b.s[row]);
    }
}

/// All residuals at `z` = log wages, log prices, expenditure.
///
/// Source: `model.md` section 2; Caliendo & Parro (2015), eq. 10-14. Cost: three passes over the weights,
/// two over the input shares, 2 N S powers. Allocates nothing.
#[inline(always)]
pub(super) fn evaluate<T: Lane>(
    frame: &Frame,
    r: &Response<T>,
    transfers: &Transfers,
    z: &[T],
    b: &mut Buffers<T>,
) where
    f64: Cell<T>,
{
    let Shape { n, stride, s: n_sectors } = frame.shape;
    let (block, zero) = (frame.shape.block(), T::splat(0.0));
    sweep_prices(frame, r, z, b);
    let (price, x) = z[stride..].split_at(block);
    b.revenue.fill(zero);
    b.y.fill(zero);
    for j in 0..n_sectors {
        sector(frame, r, (price, x), j, b);
    }
    value_added(frame, r, z, b);
    transfers.write(&b.va[..n], &mut b.deficit[..n]);
    for (deficit, &transfer) in b.deficit.iter_mut().zip(&r.transfer) {
        *deficit = *deficit + transfer;
    }
    spending_and_labour(frame, r, x, b);
}

/// Price residuals, output and revenue of one sector after a price sweep.
#[inline(always)]
fn sector<T: Lane>(frame: &Frame, r: &Response<T>, (price, x): (&[T], &[T]), j: usize, b: &mut Buffers<T>)
where
    f64: Cell<T>,
{
    let Shape { n, stride, .. } = frame.shape;
    let (row, zero, one) = (j * stride..(j + 1) * stride, T::splat(0.0), T::splat(1.0));
    let (s, q, x) = (&b.s[row.clone()], &b.q[row.clone()], &x[row.clone()]);
    let minus_inverse = T::splat(-1.0) / r.theta[j];
    let residual = b.residual[stride + j * stride..][..stride].iter_mut();
    for ((residual, &s), &price) in residual.zip(s).zip(&price[row.clone()]) {
        T::fence();
        *residual = minus_inverse * s.map(ln) - price;
    }
    let (xs, y, net) = (&mut b.xs[row.clone()], &mut b.y[row.clone()], &mut b.net[row]);
    for ((xs, &s), &x) in xs.iter_mut().zip(s).zip(x) {
        T::fence();
        *xs = x / s;
    }
    r.weigh(frame, Weights::NetOut, j, &xs[..n], y);
    for (y, &q) in y.iter_mut().zip(q) {
        T::fence();
        *y = *y * q;
    }
    if !r.taxed[j] {
        net.fill(one);
        return;
    }
    net.fill(zero);
    r.weigh(frame, Weights::NetIn, j, &q[..n], net);
    for (((net, &s), &x), revenue) in net.iter_mut().zip(s).zip(x).zip(&mut b.revenue) {
        T::fence();
        // A division, so that what pays no tariff has exactly 1 whoever else pays one.
        *net = *net / s;
        *revenue = *revenue + x * (one - *net);
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
    b.va.fill(T::splat(0.0));
    for (price, alpha) in price.chunks_exact(stride).zip(frame.alpha.chunks_exact(stride)) {
        for ((index, &price), &alpha) in b.va.iter_mut().zip(price).zip(alpha) {
            T::fence();
            *index = *index + T::splat(alpha) * price;
        }
    }
    for (va, &endowment) in b.va.iter_mut().zip(&r.endowment) {
        T::fence();
        *va = va.map(exp) * endowment;
    }
}

#[inline(always)]
fn spending_and_labour<T: Lane>(frame: &Frame, r: &Response<T>, x: &[T], b: &mut Buffers<T>)
where
    f64: Cell<T>,
{
    let Shape { n, stride, .. } = frame.shape;
    let block = frame.shape.block();
    let (excess, rest) = b.residual.split_at_mut(stride);
    let spending = &mut rest[block..];
    for ((income, &va), &deficit) in b.income.iter_mut().zip(&b.va).zip(&b.deficit) {
        T::fence();
        *income = va + deficit;
    }
    for (income, &revenue) in b.income.iter_mut().zip(&b.revenue) {
        T::fence();
        *income = *income + revenue;
    }
    for (row, alpha) in spending.chunks_exact_mut(stride).zip(frame.alpha.chunks_exact(stride)) {
        for ((spent, &alpha), &income) in row.iter_mut().zip(alpha).zip(&b.income) {
            T::fence();
            *spent = T::splat(alpha) * income;
        }
    }
    by_country(&frame.gamma, Sum::Rows, stride, &b.y, spending);
    for (spent, &x) in spending.iter_mut().zip(x) {
        T::fence();
        *spent = *spent - x;
    }
    for (excess, &va) in excess.iter_mut().zip(&b.va) {
        T::fence();
        *excess = T::splat(0.0) - va;
    }
    for (y, gamma) in b.y.chunks_exact(stride).zip(frame.gamma_va.chunks_exact(stride)) {
        for ((excess, &y), &gamma) in excess.iter_mut().zip(y).zip(gamma) {
            T::fence();
            *excess = *excess + T::splat(gamma) * y;
        }
    }
    b.last_excess = excess[n - 1];
    let mut world = T::splat(0.0);
    for &va in &b.va[..n] {
        T::fence();
        world = world + va;
    }
    excess[n - 1] = world / r.numeraire - T::splat(1.0);
}
