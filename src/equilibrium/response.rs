//! The policy side of a counterfactual: trade weights, elasticities and endowments of each member.

use super::changes::{Changes, Row, unflat};
use super::frame::{Frame, Shape};
use super::solve::Shock;
use crate::economy::Economy;
use crate::numerics::aligned::Aligned;
use crate::numerics::kernels::{n_pack_blocks, n_runs, pack_block, pack_place, write_runs};
use crate::numerics::lanes::Lane;

/// What does not change with wages. Arrays as in [`Frame`], but for packs the weights of a sector are in the order
/// of [`Marked::own`](crate::numerics::kernels::Marked).
pub(super) struct Response<T> {
    /// `pi A_hat kappa_hat^-theta`, `[j][i][n]`.
    pub w_in: Aligned<T>,
    /// The same over tau', `[j][i][n]`.
    pub net_in: Aligned<T>,
    /// The same over tau', `[j][n][i]`.
    pub net_out: Aligned<T>,
    /// How many cells of members differ from the baseline, `[j][block of n][i]` and `[j][block of i][n]` with
    /// the blocks of the kernels; packs only.
    marks_in: Vec<u16>,
    marks_out: Vec<u16>,
    /// True where marks have changed since the runs were written.
    is_remarked: bool,
    /// The same as the kernels read it.
    pub runs_in: Vec<u16>,
    pub runs_out: Vec<u16>,
    /// Places of weights, see [`columns`].
    columns: Vec<(usize, usize)>,
    /// Elasticities, `[j]`.
    pub theta: Vec<T>,
    /// Value added at unchanged wages, or the target of real GDP, `[n]`.
    pub endowment: Vec<T>,
    /// Income received from abroad beside the deficits of the closure, `[n]`.
    pub transfer: Vec<T>,
    /// World value added of the counterfactual: the numeraire.
    pub numeraire: T,
    /// True where `endowment` is real GDP, and labour adjusts to it.
    pub is_real_gdp: bool,
    /// True where some member pays a tariff in the sector, `[j]`.
    pub taxed: Vec<bool>,
    /// Cells that differ from the baseline, by lane, and those of the member that the lane held before.
    pub changed: Vec<Changes>,
    left: Vec<Changes>,
}

impl<T: Lane> Response<T> {
    /// No policy in any lane.
    pub fn new(frame: &Frame) -> Self {
        let Shape { n, s, stride } = frame.shape;
        let n_marks = if T::WIDTH == 1 { 0 } else { s * n_pack_blocks(n) * n };
        let columns = columns::<T>(frame.shape);
        let splat = |values: &[f64]| {
            let mut own = Aligned::filled(T::ZERO, values.len());
            for (at, value) in values.iter().enumerate().filter(|(at, _)| at % stride < n) {
                let (row, (first, step)) = (at / stride, columns[at % stride]);
                own[row / n * n * stride + first + row % n * step] = T::splat(*value);
            }
            own
        };
        Self {
            w_in: splat(&frame.pi_in),
            net_in: splat(&frame.net_in),
            net_out: splat(&frame.net_out),
            marks_in: vec![0; n_marks],
            marks_out: vec![0; n_marks],
            is_remarked: false,
            runs_in: vec![n as u16; n_marks / n * n_runs(n)],
            runs_out: vec![n as u16; n_marks / n * n_runs(n)],
            theta: vec![T::splat(1.0); s],
            columns,
            endowment: vec![T::ZERO; stride],
            transfer: vec![T::ZERO; stride],
            numeraire: T::ZERO,
            is_real_gdp: false,
            taxed: vec![false; s],
            changed: (0..T::WIDTH).map(|_| Changes::new(frame.shape)).collect(),
            left: (0..T::WIDTH).map(|_| Changes::new(frame.shape)).collect(),
        }
    }

    /// Loads shocks into lanes; weights a sector at a time: what one lane has brought to the cache the next one
    /// finds there.
    pub fn load(&mut self, frame: &Frame, economy: &Economy, shocks: &[(usize, &Shock)]) {
        for (taxed, base) in self.taxed.iter_mut().zip(&frame.taxed) {
            // Other members of a pack may pay what this one does not.
            *taxed = *base || (T::WIDTH > 1 && *taxed);
        }
        for &(lane, shock) in shocks {
            std::mem::swap(&mut self.changed[lane], &mut self.left[lane]);
            self.changed[lane].find(economy, shock, &mut self.taxed);
            self.begin(lane, frame, economy, shock);
        }
        let (changed, left) = (std::mem::take(&mut self.changed), std::mem::take(&mut self.left));
        for j in 0..frame.shape.s {
            for &(lane, _) in shocks {
                self.exchange(lane, frame, j, &changed[lane], &left[lane]);
            }
        }
        (self.changed, self.left) = (changed, left);
        if T::WIDTH > 1 && std::mem::take(&mut self.is_remarked) {
            let n = frame.shape.n;
            for (marks, runs) in [(&self.marks_in, &mut self.runs_in), (&self.marks_out, &mut self.runs_out)]
            {
                let blocks = marks.chunks_exact(n).zip(runs.chunks_exact_mut(n_runs(n)));
                blocks.for_each(|(marks, runs)| write_runs(marks, runs));
            }
        }
    }

    /// What of a shock is no matter of cells.
    fn begin(&mut self, lane: usize, frame: &Frame, economy: &Economy, shock: &Shock) {
        for (j, theta) in shock.theta(economy).iter().enumerate() {
            self.theta[j].set_lane(lane, *theta);
        }
        for (endowment, va) in self.endowment.iter_mut().zip(&frame.va) {
            endowment.set_lane(lane, *va);
        }
        self.is_real_gdp = shock.real_gdp_hat.is_some();
        if let Some(hat) = &shock.real_gdp_hat {
            for (endowment, hat) in self.endowment.iter_mut().zip(hat) {
                let grown = endowment.lane(lane) * hat;
                endowment.set_lane(lane, grown);
            }
        }
        for (n, transfer) in self.transfer[..frame.shape.n].iter_mut().enumerate() {
            let given_musd = shock.transfer_musd.as_ref().map_or(0.0, |given| given[n]);
            transfer.set_lane(lane, frame.unit * given_musd);
        }
        let numeraire = self.endowment[..frame.shape.n].iter().map(|value| value.lane(lane)).sum();
        self.numeraire.set_lane(lane, numeraire);
    }

    /// Sets the changed cells of a member in one sector, and puts those that only the member before it changed
    /// back to the baseline; both lists are in the order of their cells.
    fn exchange(&mut self, lane: usize, frame: &Frame, j: usize, changed: &Changes, left: &Changes) {
        let n = frame.shape.n;
        let (cells, left) = (changed.cells_of_sector(j), left.cells_of_sector(j));
        let mut row = Row::first(j, n);
        for (cell, weights) in changed.of_sector(j) {
            self.set(lane, row.cell(cell, n), frame.shape, weights);
        }
        if cells == left {
            return;
        }
        let is_new = |cell: &&u32| left.binary_search(cell).is_err();
        cells.iter().filter(is_new).for_each(|cell| self.mark(unflat(*cell, n), n, |count| count + 1));
        for cell in left.iter().filter(|cell| cells.binary_search(cell).is_err()) {
            let at = unflat(*cell, n);
            self.set(lane, at, frame.shape, base_weights(frame, at));
            self.mark(at, n, |count| count - 1);
        }
    }

    /// Puts a cell on the list of those that differ, where it is not yet, at the baseline's weight.
    pub fn include(&mut self, lane: usize, at: [usize; 3], frame: &Frame) {
        if self.changed[lane].include(at, frame.shape, base_weights(frame, at)) {
            self.mark(at, frame.shape.n, |count| count + 1);
        }
    }

    /// Sets the weight of a cell on the list of those that differ, and what of it is net of tariffs.
    pub fn change(&mut self, lane: usize, at: [usize; 3], shape: Shape, weights: [f64; 2]) {
        self.changed[lane].set(at, shape, weights);
        self.set(lane, at, shape, weights);
    }

    /// Writes the weights of a cell, on the list of those that differ or not.
    #[inline(always)]
    pub fn set(&mut self, lane: usize, [j, m, i]: [usize; 3], shape: Shape, [weight, net]: [f64; 2]) {
        let first = j * shape.n * shape.stride;
        let ((into, step_in), (out, step_out)) = (self.columns[m], self.columns[i]);
        let (inward, outward) = (first + into + i * step_in, first + out + m * step_out);
        self.w_in[inward].set_lane(lane, weight);
        self.net_in[inward].set_lane(lane, net);
        self.net_out[outward].set_lane(lane, net);
    }

    /// Counts a cell among those that differ, or no longer.
    fn mark(&mut self, [j, m, i]: [usize; 3], n: usize, count: impl Fn(u16) -> u16) {
        if T::WIDTH > 1 {
            self.is_remarked = true;
            let row = |at: usize, other: usize| (j * n_pack_blocks(n) + pack_block(at, n)) * n + other;
            for mark in [&mut self.marks_in[row(m, i)], &mut self.marks_out[row(i, m)]] {
                *mark = count(*mark);
            }
        }
    }
}

/// Share of a cell in the baseline, and what of it is net of tariffs.
fn base_weights(frame: &Frame, [j, m, i]: [usize; 3]) -> [f64; 2] {
    let at = (j * frame.shape.n + i) * frame.shape.stride + m;
    [frame.pi_in[at], frame.net_in[at]]
}

/// Where the weights of a sector lie: those of a column begin at its first number and follow each other at the
/// distance of its second.
fn columns<T: Lane>(Shape { n, stride, .. }: Shape) -> Vec<(usize, usize)> {
    let place = |row: usize, column: usize| match T::WIDTH {
        1 => row * stride + column,
        _ => pack_place(row, column, n),
    };
    (0..n).map(|column| (place(0, column), place(1, column) - place(0, column))).collect()
}
