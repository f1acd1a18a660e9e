//! The policy side of a counterfactual: trade weights, elasticities and endowments of each member.

use ndarray::{Axis, s};

use super::dispatch::Powers;
use super::frame::{Frame, Shape};
use super::solve::Shock;
use crate::calibration::Economy;
use crate::numerics::lanes::Lane;

/// A cell of trade whose weight differs from the baseline's share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Changed {
    /// Sector, importer, exporter.
    pub cell: [usize; 3],
    /// `kappa_hat`, then `pi A_hat kappa_hat^-theta`.
    pub weight: f64,
}

/// What does not change with wages. Arrays as in [`Frame`].
pub(super) struct Response<T> {
    /// `pi A_hat kappa_hat^-theta`, `[j][i][n]`.
    pub w_in: Vec<T>,
    /// The same over tau', `[j][i][n]`.
    pub net_in: Vec<T>,
    /// The same over tau', `[j][n][i]`.
    pub net_out: Vec<T>,
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
    /// True where no member's weights in the sector differ from the baseline's, `[j]`.
    pub is_base: Vec<bool>,
    /// Cells that differ from the baseline, by lane.
    pub changed: Vec<Vec<Changed>>,
    /// How many they are, by lane and sector.
    n_changed: Vec<Vec<usize>>,
    factors: Vec<f64>,
}

impl<T: Lane> Response<T> {
    /// No policy in any lane.
    pub fn new(frame: &Frame) -> Self {
        let Shape { s, stride, .. } = frame.shape;
        let splat = |values: &[f64]| values.iter().map(|value| T::splat(*value)).collect();
        Self {
            w_in: splat(&frame.pi_in),
            net_in: splat(&frame.net_in),
            net_out: splat(&frame.net_out),
            theta: vec![T::splat(1.0); s],
            endowment: vec![T::splat(0.0); stride],
            transfer: vec![T::splat(0.0); stride],
            numeraire: T::splat(0.0),
            is_real_gdp: false,
            taxed: vec![false; s],
            is_base: vec![true; s],
            changed: vec![Vec::new(); T::WIDTH],
            n_changed: vec![vec![0; s]; T::WIDTH],
            factors: Vec::new(),
        }
    }

    /// Loads one shock into one lane.
    pub fn load(&mut self, lane: usize, frame: &Frame, economy: &Economy, shock: &Shock) {
        self.undo(lane, frame);
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
        }
        self.apply(lane, frame, economy, shock);
        for (j, is_base) in self.is_base.iter_mut().enumerate() {
            *is_base = self.n_changed.iter().all(|n_changed| n_changed[j] == 0);
        }
    }

    /// Puts the cells that the last member changed back to the baseline.
    fn undo(&mut self, lane: usize, frame: &Frame) {
        let (n, stride) = (frame.shape.n, frame.shape.stride);
        for &Changed { cell: [j, m, i], .. } in &self.changed[lane] {
            let (inward, outward) = ((j * n + i) * stride + m, (j * n + m) * stride + i);
            self.w_in[inward].set_lane(lane, frame.pi_in[inward]);
            self.net_in[inward].set_lane(lane, frame.net_in[inward]);
            self.net_out[outward].set_lane(lane, frame.net_out[outward]);
        }
        self.changed[lane].clear();
        self.n_changed[lane].fill(0);
        if T::WIDTH == 1 {
            self.taxed.copy_from_slice(&frame.taxed);
        }
        for (taxed, base) in self.taxed.iter_mut().zip(&frame.taxed) {
            *taxed |= base;
        }
    }

    /// Lists the cells of a sector whose trade cost or technology changes, with `kappa_hat^-theta`.
    fn find_changes(&mut self, lane: usize, j: usize, e: &Economy, shock: &Shock) {
        let n = e.n();
        let (changed, factors) = (&mut self.changed[lane], &mut self.factors);
        let first = changed.len();
        factors.clear();
        let new_tau = shock.tau.as_ref().map(|tau| tau.index_axis(Axis(0), j));
        let iceberg_hat = shock.iceberg_hat.as_ref().map(|d| d.index_axis(Axis(0), j));
        let technology_hat = shock.technology_hat.as_ref().map(|a| a.column(j));
        if new_tau.is_none() && iceberg_hat.is_none() && technology_hat.is_none() {
            return;
        }
        for m in 0..n {
            let old_tau = e.tau.slice(s![j, m, ..]);
            let new_tau = new_tau.as_ref().map_or(old_tau, |tau| tau.row(m));
            let icebergs = iceberg_hat.as_ref().map(|d| d.row(m));
            let is_tariff_only = icebergs.is_none() && technology_hat.is_none();
            if is_tariff_only && old_tau.as_slice().is_some_and(|old| new_tau.as_slice() == Some(old)) {
                continue;
            }
            for (i, (&old, &new)) in old_tau.iter().zip(new_tau).enumerate() {
                let iceberg = icebergs.as_ref().map_or(1.0, |d| d[i]);
                let technology = technology_hat.as_ref().map_or(1.0, |a| a[i]);
                if new != old || iceberg != 1.0 || technology != 1.0 {
                    changed.push(Changed { cell: [j, m, i], weight: technology });
                    factors.push(new / old * iceberg);
                }
            }
        }
        self.n_changed[lane][j] = factors.len();
        Powers { values: factors, power: -self.theta[j].lane(lane) }.run();
        for (change, factor) in changed[first..].iter_mut().zip(factors) {
            change.weight *= *factor;
        }
    }

    fn apply(&mut self, lane: usize, frame: &Frame, e: &Economy, shock: &Shock) {
        let (n, stride) = (frame.shape.n, frame.shape.stride);
        let tau = shock.tau.as_ref().unwrap_or(&e.tau);
        for Changed { cell: [j, m, i], weight } in &mut self.changed[lane] {
            let (inward, outward) = ((*j * n + *i) * stride + *m, (*j * n + *m) * stride + *i);
            let tau = tau[[*j, *m, *i]];
            *weight *= frame.pi_in[inward];
            self.w_in[inward].set_lane(lane, *weight);
            self.net_in[inward].set_lane(lane, *weight / tau);
            self.net_out[outward].set_lane(lane, *weight / tau);
            self.taxed[*j] |= tau != 1.0;
        }
    }
}
