//! The policy side of a counterfactual: trade weights, elasticities and endowments of each member.

use ndarray::{Array3, Axis, s};

use super::dispatch::Powers;
use super::frame::{Frame, Shape};
use super::solve::Shock;
use crate::calibration::Economy;
use crate::numerics::aligned::Aligned;
use crate::numerics::kernels::{n_pack_blocks, pack_block, pack_place};
use crate::numerics::lanes::Lane;

/// A cell of trade whose weight differs from the baseline's share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Changed {
    /// Sector, importer, exporter.
    pub cell: [usize; 3],
    /// `pi A_hat kappa_hat^-theta`.
    pub weight: f64,
    /// The same over tau'.
    net: f64,
}

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
    pub marks_in: Vec<u16>,
    pub marks_out: Vec<u16>,
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
    /// Cells that differ from the baseline, by lane.
    pub changed: Vec<Vec<Changed>>,
    /// Where those of a sector begin, by lane and sector, and their number last.
    begins: Vec<Vec<usize>>,
    /// Both of the member that a lane held before.
    left: Vec<Vec<Changed>>,
    left_begins: Vec<Vec<usize>>,
    factors: Vec<f64>,
}

impl<T: Lane> Response<T> {
    /// No policy in any lane.
    pub fn new(frame: &Frame) -> Self {
        let Shape { n, s, stride } = frame.shape;
        let n_marks = if T::WIDTH == 1 { 0 } else { s * n_pack_blocks(n) * n };
        let splat = |values: &[f64]| {
            let mut own = Aligned::filled(T::splat(0.0), values.len());
            for (at, value) in values.iter().enumerate() {
                let (row, column) = (at / stride, at % stride);
                own[own_place::<T>([row / n, row % n, column], frame.shape)] = T::splat(*value);
            }
            own
        };
        Self {
            w_in: splat(&frame.pi_in),
            net_in: splat(&frame.net_in),
            net_out: splat(&frame.net_out),
            marks_in: vec![0; n_marks],
            marks_out: vec![0; n_marks],
            theta: vec![T::splat(1.0); s],
            endowment: vec![T::splat(0.0); stride],
            transfer: vec![T::splat(0.0); stride],
            numeraire: T::splat(0.0),
            is_real_gdp: false,
            taxed: vec![false; s],
            changed: vec![Vec::new(); T::WIDTH],
            begins: vec![vec![0; s + 1]; T::WIDTH],
            left: vec![Vec::new(); T::WIDTH],
            left_begins: vec![vec![0; s + 1]; T::WIDTH],
            factors: Vec::new(),
        }
    }

    /// Loads one shock into one lane.
    pub fn load(&mut self, lane: usize, frame: &Frame, economy: &Economy, shock: &Shock) {
        self.begin(lane, frame, economy, shock);
        self.apply([lane], frame);
    }

    /// Prepares one shock for one lane; [`Self::apply`] then sets the weights.
    pub fn begin(&mut self, lane: usize, frame: &Frame, economy: &Economy, shock: &Shock) {
        self.leave(lane, frame);
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
        for j in 0..frame.shape.s {
            self.find_changes(lane, j, economy, shock);
            self.weigh_changes(lane, j, frame, shock.tau.as_ref().unwrap_or(&economy.tau));
        }
    }

    /// Makes room for the next member of a lane.
    fn leave(&mut self, lane: usize, frame: &Frame) {
        std::mem::swap(&mut self.changed[lane], &mut self.left[lane]);
        std::mem::swap(&mut self.begins[lane], &mut self.left_begins[lane]);
        self.changed[lane].clear();
        if T::WIDTH == 1 {
            self.taxed.copy_from_slice(&frame.taxed);
        }
        for (taxed, base) in self.taxed.iter_mut().zip(&frame.taxed) {
            *taxed |= base;
        }
    }

    /// Sets the weights of all lanes that have begun, a sector at a time: what one lane has brought to the cache
    /// the next one finds there.
    pub fn apply(&mut self, lanes: impl IntoIterator<Item = usize> + Clone, frame: &Frame) {
        let (left, changed) = (std::mem::take(&mut self.left), std::mem::take(&mut self.changed));
        for j in 0..frame.shape.s {
            for lane in lanes.clone() {
                let (begins, left_begins) = (&self.begins[lane], &self.left_begins[lane]);
                let new = &changed[lane][begins[j]..begins[j + 1]];
                let old = &left[lane][left_begins[j]..left_begins[j + 1]];
                self.exchange(lane, frame, old, new);
            }
        }
        (self.left, self.changed) = (left, changed);
    }

    /// Sets the changed cells of a member in one sector, and puts those that only the member before it changed
    /// back to the baseline; both lists are in the order of their cells.
    fn exchange(&mut self, lane: usize, frame: &Frame, old: &[Changed], new: &[Changed]) {
        let Shape { n, stride, .. } = frame.shape;
        let mut rest = old.iter().peekable();
        let restore = |response: &mut Self, cell: [usize; 3]| {
            let at = (cell[0] * n + cell[2]) * stride + cell[1];
            response.set(lane, cell, frame.shape, [frame.pi_in[at], frame.net_in[at]]);
            response.mark(cell, n, |count| count - 1);
        };
        for change in new {
            while let Some(gone) = rest.next_if(|gone| gone.cell < change.cell) {
                restore(self, gone.cell);
            }
            self.set(lane, change.cell, frame.shape, [change.weight, change.net]);
            if rest.next_if(|gone| gone.cell == change.cell).is_none() {
                self.mark(change.cell, n, |count| count + 1);
            }
        }
        for gone in rest {
            restore(self, gone.cell);
        }
    }

    /// Puts a cell on the list of those that differ, where it is not yet, at the baseline's weight.
    pub fn include(&mut self, lane: usize, cell @ [j, m, i]: [usize; 3], frame: &Frame) {
        let Shape { n, stride, .. } = frame.shape;
        let Err(place) = self.changed[lane].binary_search_by_key(&cell, |change| change.cell) else { return };
        let at = (j * n + i) * stride + m;
        let change = Changed { cell, weight: frame.pi_in[at], net: frame.net_in[at] };
        self.changed[lane].insert(place, change);
        self.begins[lane][j + 1..].iter_mut().for_each(|begin| *begin += 1);
        self.mark(cell, n, |count| count + 1);
    }

    /// Position of a cell on the list of those that differ.
    pub fn place(&self, lane: usize, cell: [usize; 3]) -> Option<usize> {
        self.changed[lane].binary_search_by_key(&cell, |change| change.cell).ok()
    }

    /// Sets the weight of a cell on the list.
    pub fn change(&mut self, lane: usize, place: usize, shape: Shape, [weight, net]: [f64; 2]) {
        let change = &mut self.changed[lane][place];
        (change.weight, change.net) = (weight, net);
        self.set(lane, self.changed[lane][place].cell, shape, [weight, net]);
    }

    /// Sets the weight of a cell and what of it is net of tariffs.
    fn set(&mut self, lane: usize, [j, m, i]: [usize; 3], shape: Shape, [weight, net]: [f64; 2]) {
        let (inward, outward) = (own_place::<T>([j, i, m], shape), own_place::<T>([j, m, i], shape));
        self.w_in[inward].set_lane(lane, weight);
        self.net_in[inward].set_lane(lane, net);
        self.net_out[outward].set_lane(lane, net);
    }

    /// Counts a cell among those that differ, or no longer.
    fn mark(&mut self, [j, m, i]: [usize; 3], n: usize, count: impl Fn(u16) -> u16) {
        if T::WIDTH > 1 {
            let row = |at: usize, other: usize| (j * n_pack_blocks(n) + pack_block(at, n)) * n + other;
            for mark in [&mut self.marks_in[row(m, i)], &mut self.marks_out[row(i, m)]] {
                *mark = count(*mark);
            }
        }
    }

    /// Lists the cells of a sector whose trade cost or technology changes, with `kappa_hat^-theta`.
    fn find_changes(&mut self, lane: usize, j: usize, e: &Economy, shock: &Shock) {
        let n = e.n();
        let (changed, factors) = (&mut self.changed[lane], &mut self.factors);
        self.begins[lane][j] = changed.len();
        self.begins[lane][j + 1] = changed.len();
        factors.clear();
        let new_tau = shock.tau.as_ref().map(|tau| tau.index_axis(Axis(0), j));
        let iceberg_hat = shock.iceberg_hat.as_ref().map(|d| d.index_axis(Axis(0), j));
        let technology_hat = shock.technology_hat.as_ref().map(|a| a.column(j));
        if new_tau.is_none() && iceberg_hat.is_none() && technology_hat.is_none() {
            return;
        }
        let mut note = |cell: [usize; 3], technology: f64, factor: f64| {
            changed.push(Changed { cell, weight: technology, net: 0.0 });
            factors.push(factor);
        };
        for m in 0..n {
            let old_tau = e.tau.slice(s![j, m, ..]);
            let new_tau = new_tau.as_ref().map_or(old_tau, |tau| tau.row(m));
            let icebergs = iceberg_hat.as_ref().map(|d| d.row(m));
            if icebergs.is_none()
                && technology_hat.is_none()
                && let (Some(old_tau), Some(new_tau)) = (old_tau.as_slice(), new_tau.as_slice())
            {
                if are_same(old_tau, new_tau) {
                    continue;
                }
                for (i, (old, new)) in
                    old_tau.iter().zip(new_tau).enumerate().filter(|(_, (old, new))| old != new)
                {
                    note([j, m, i], 1.0, new / old);
                }
                continue;
            }
            for (i, (&old, &new)) in old_tau.iter().zip(new_tau).enumerate() {
                let iceberg = icebergs.as_ref().map_or(1.0, |d| d[i]);
                let technology = technology_hat.as_ref().map_or(1.0, |a| a[i]);
                if new != old || iceberg != 1.0 || technology != 1.0 {
                    note([j, m, i], technology, new / old * iceberg);
                }
            }
        }
        self.begins[lane][j + 1] = changed.len();
    }

    /// From the changes of trade costs of a sector to weights.
    fn weigh_changes(&mut self, lane: usize, j: usize, frame: &Frame, tau: &Array3<f64>) {
        let Shape { n, stride, .. } = frame.shape;
        let (first, factors) = (self.begins[lane][j], &mut self.factors);
        if factors.is_empty() {
            return;
        }
        Powers { values: factors, power: -self.theta[j].lane(lane) }.run();
        let shares = &frame.pi_in[j * n * stride..(j + 1) * n * stride];
        let tau = tau.index_axis(Axis(0), j);
        for (change, factor) in self.changed[lane][first..].iter_mut().zip(factors) {
            let [_, m, i] = change.cell;
            change.weight = change.weight * *factor * shares[i * stride + m];
            change.net = change.weight / tau[[m, i]];
            self.taxed[j] |= tau[[m, i]] != 1.0;
        }
    }
}

/// Without branches, since most rows are.
fn are_same(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).fold(true, |same, (a, b)| same & (a == b))
}

/// Where the weights of a sector, a row and a column lie.
#[inline(always)]
fn own_place<T: Lane>([j, row, column]: [usize; 3], Shape { n, stride, .. }: Shape) -> usize {
    j * n * stride + if T::WIDTH == 1 { row * stride + column } else { pack_place(row, column, n) }
}
