//! The wedges of all quotas at given wages, prices and expenditure, written into the weights of a search.

use super::super::frame::{Frame, Shape};
use super::super::response::Response;
use super::super::solve::Shock;
use super::demand::{Demand, WEDGE_TOLERANCE};
use super::{Quota, QuotaCell, QuotaOutcome, QuotaRegime, Rest, cells, products};
use crate::calibration::Economy;

/// Rounds over quotas that compete inside one sector of one importer; the tenth has not been seen.
const MAX_ROUNDS: usize = 60;

/// A product in one cell: its weight is `scale factor^-theta` at the wedge `factor`.
#[derive(Debug, Clone, Copy)]
struct Part {
    quota: usize,
    scale: f64,
}

/// A cell with quota products.
#[derive(Debug)]
struct Cell {
    at: [usize; 3],
    /// Position in the list of changed cells of the response.
    changed: usize,
    /// Weight and net weight of what is no quota product.
    rest: f64,
    rest_net: f64,
    iceberg: f64,
    parts: Vec<Part>,
}

/// Quotas of a search, with the wedges of the last evaluation.
#[derive(Debug)]
pub(in super::super) struct Wedges {
    quotas: Vec<Quota>,
    cells: Vec<Cell>,
    /// Log of 1 + wedge, by quota.
    ln_factor: Vec<f64>,
    /// Sectors with quotas.
    sectors: Vec<usize>,
    /// `c_hat^-theta` of all exporters, by sector with quotas.
    powers: Vec<f64>,
    /// Transfers of the shock, `[n]`, scaled money.
    given: Vec<f64>,
}

impl Wedges {
    /// Takes the quota products out of the cells of a response that `shock` has been loaded into.
    pub fn new(frame: &Frame, economy: &Economy, shock: &Shock, response: &mut Response<f64>) -> Self {
        let quotas = shock.quotas.clone();
        let places = cells(&quotas);
        places.iter().for_each(|at| response.include(0, *at, frame));
        let cell = |at: [usize; 3]| Cell::new(frame, economy, shock, response, at);
        let cells: Vec<Cell> = places.into_iter().filter_map(cell).collect();
        let mut sectors: Vec<usize> = quotas.iter().map(|quota| quota.sector).collect();
        sectors.sort_unstable();
        sectors.dedup();
        for &j in &sectors {
            response.taxed[j] = true;
        }
        let wedges = Self {
            ln_factor: quotas.iter().map(|quota| ln_bounds(quota)[1]).collect(),
            powers: vec![0.0; sectors.len() * frame.shape.stride],
            given: response.transfer.clone(),
            quotas,
            cells,
            sectors,
        };
        (0..wedges.quotas.len()).for_each(|at| wedges.write(frame, response, at));
        wedges
    }

    /// Solves for the wedges at `z` and writes weights and transfers into the response. Allocates nothing.
    pub fn settle(&mut self, frame: &Frame, response: &mut Response<f64>, z: &[f64]) {
        self.take_powers(frame, response, z);
        for _ in 0..MAX_ROUNDS {
            let mut moved = 0.0_f64;
            for at in 0..self.quotas.len() {
                let Some(demand) = self.demand(frame, response, z, at) else { continue };
                let quota = &self.quotas[at];
                let [low, high] = ln_bounds(quota);
                let found = demand.clear(low, high, ln_limit(frame, quota));
                moved = moved.max((found - self.ln_factor[at]).abs());
                self.ln_factor[at] = found;
                self.write(frame, response, at);
            }
            if moved <= WEDGE_TOLERANCE {
                break;
            }
        }
        self.pay_rents(frame, response, z);
    }

    /// Pays exporters their share of the rents.
    fn pay_rents(&self, frame: &Frame, response: &mut Response<f64>, z: &[f64]) {
        response.transfer.copy_from_slice(&self.given);
        for at in 0..self.quotas.len() {
            let Some(demand) = self.demand(frame, response, z, at) else { continue };
            let share = self.quotas[at].exporter_rent_share;
            let rent = share * self.rent_ratio(frame, &demand, at);
            for cell in self.cells_of(at) {
                let paid = rent * self.border_value(frame, &demand, cell, at);
                response.transfer[cell.at[1]] -= paid;
                response.transfer[cell.at[2]] += paid;
            }
        }
    }

    /// Costs of the sectors with quotas at the wages and prices of `z`, to the power -theta.
    fn take_powers(&mut self, frame: &Frame, response: &Response<f64>, z: &[f64]) {
        let Shape { stride, s, .. } = frame.shape;
        let (wage, price) = z.split_at(stride);
        for (&j, powers) in self.sectors.iter().zip(self.powers.chunks_exact_mut(stride)) {
            for (i, power) in powers.iter_mut().enumerate() {
                let inputs = (0..s).map(|k| frame.gamma[(j * s + k) * stride + i] * price[k * stride + i]);
                let cost = frame.gamma_va[j * stride + i] * wage[i] + inputs.sum::<f64>();
                *power = (-response.theta[j] * cost).exp();
            }
        }
    }

    fn power(&self, frame: &Frame, [j, _, i]: [usize; 3]) -> f64 {
        let at = self.sectors.partition_point(|&sector| sector < j);
        self.powers[at * frame.shape.stride + i]
    }

    fn cells_of(&self, quota: usize) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(move |cell| cell.parts.iter().any(|part| part.quota == quota))
    }

    /// Demand for the product at the wedges of the others; `None` where nobody supplies it.
    fn demand(&self, frame: &Frame, response: &Response<f64>, z: &[f64], at: usize) -> Option<Demand> {
        let Shape { n, stride, .. } = frame.shape;
        let Quota { sector: j, importer, .. } = self.quotas[at];
        let row = self.sectors.partition_point(|&sector| sector < j) * stride;
        let weights = |i: usize| response.w_in[(j * n + i) * stride + importer];
        let all: f64 = (0..n).map(|i| weights(i) * self.powers[row + i]).sum();
        let theta = response.theta[j];
        let (mut own, mut volume) = (0.0, 0.0);
        for cell in self.cells_of(at) {
            let power = self.power(frame, cell.at);
            let value = cell.scale(at) * power;
            own += value;
            volume += value / cell.border_price(power, theta);
        }
        let x = z[stride + frame.shape.block() + j * stride + importer];
        let others = all - own * (-theta * self.ln_factor[at]).exp();
        (volume > 0.0 && x > 0.0).then_some(Demand { volume: volume * x, own, others, theta })
    }

    /// Value of the product from one exporter at the border, scaled money.
    fn border_value(&self, frame: &Frame, demand: &Demand, cell: &Cell, at: usize) -> f64 {
        let power = self.power(frame, cell.at);
        let share = cell.scale(at) * power / cell.border_price(power, demand.theta);
        let all = self.cells_of(at).map(|cell| {
            let power = self.power(frame, cell.at);
            cell.scale(at) * power / cell.border_price(power, demand.theta)
        });
        let imports = demand.ln_volume(self.ln_factor[at]).0.exp();
        imports * share / all.sum::<f64>() * cell.border_price(power, demand.theta)
    }

    /// Rent per unit of what the product is worth at the border: the wedge above the rate inside, on the share of
    /// imports that enters under the quota.
    fn rent_ratio(&self, frame: &Frame, demand: &Demand, at: usize) -> f64 {
        let quota = &self.quotas[at];
        let imports = demand.ln_volume(self.ln_factor[at]).0.exp();
        let inside = (imports - frame.unit * quota.kept_musd).clamp(0.0, frame.unit * quota.volume_musd);
        (self.ln_factor[at].exp_m1() - quota.in_quota_pct / 100.0) * inside / imports
    }

    /// Writes the weights of the cells of a quota.
    fn write(&self, frame: &Frame, response: &mut Response<f64>, at: usize) {
        for cell in self.cells_of(at) {
            let j = cell.at[0];
            let (mut weight, mut net) = (cell.rest, cell.rest_net);
            for part in &cell.parts {
                let ln_factor = self.ln_factor[part.quota];
                let paid = part.scale * (-response.theta[j] * ln_factor).exp();
                weight += paid;
                net += paid * (-ln_factor).exp();
            }
            response.change(0, cell.changed, frame.shape, [weight, net]);
        }
    }

    /// The outcomes at the point of the last evaluation.
    pub fn outcomes(&self, frame: &Frame, response: &Response<f64>, z: &[f64]) -> Vec<QuotaOutcome> {
        (0..self.quotas.len()).map(|at| self.outcome(frame, response, z, at)).collect()
    }

    fn outcome(&self, frame: &Frame, response: &Response<f64>, z: &[f64], at: usize) -> QuotaOutcome {
        let (quota, ln_factor, unit) = (&self.quotas[at], self.ln_factor[at], frame.unit);
        let demand = self.demand(frame, response, z, at);
        let ln_imports = demand.as_ref().map_or(f64::NEG_INFINITY, |demand| demand.ln_volume(ln_factor).0);
        let [low, high] = ln_bounds(quota);
        let regime = if ln_factor >= high && ln_imports >= ln_limit(frame, quota) {
            QuotaRegime::Outside
        } else if ln_factor <= low || demand.is_none() {
            QuotaRegime::Inside
        } else {
            QuotaRegime::Binding
        };
        let value = |cell: &QuotaCell| {
            let held = self.cells_of(at).find(|held| held.at[2] == cell.exporter);
            let value =
                held.zip(demand.as_ref()).map(|(held, demand)| self.border_value(frame, demand, held, at));
            value.unwrap_or(0.0) / unit
        };
        let values: Vec<f64> = quota.cells.iter().map(value).collect();
        let ratio = demand.as_ref().map_or(0.0, |demand| self.rent_ratio(frame, demand, at));
        let (imports_musd, all) = (ln_imports.exp() / unit, values.iter().sum::<f64>());
        QuotaOutcome {
            regime,
            wedge_pct: 100.0 * ln_factor.exp_m1(),
            imports_musd,
            inside_musd: (imports_musd - quota.kept_musd).clamp(0.0, quota.volume_musd),
            duties_musd: (ln_factor.exp_m1() - ratio) * all,
            rent_musd: ratio * all,
            rent_abroad_musd: values.iter().map(|value| quota.exporter_rent_share * ratio * value).collect(),
        }
    }

    /// Average factor 1 + tariff of each cell with quota products.
    pub fn factors<'a>(
        &'a self,
        frame: &'a Frame,
        response: &'a Response<f64>,
    ) -> impl Iterator<Item = ([usize; 3], f64)> + 'a {
        let Shape { n, stride, .. } = frame.shape;
        self.cells.iter().filter_map(move |cell| {
            let [j, m, i] = cell.at;
            let at = (j * n + i) * stride + m;
            (response.net_in[at] > 0.0).then(|| (cell.at, response.w_in[at] / response.net_in[at]))
        })
    }
}

/// Logs of the factors inside and outside a quota.
fn ln_bounds(quota: &Quota) -> [f64; 2] {
    [quota.in_quota_pct, quota.out_of_quota_pct].map(|pct| (pct / 100.0).ln_1p())
}

/// Log of the imports at which the rate outside the quota begins, scaled money.
fn ln_limit(frame: &Frame, quota: &Quota) -> f64 {
    (frame.unit * (quota.volume_musd + quota.kept_musd)).ln()
}

impl Cell {
    fn new(
        frame: &Frame,
        economy: &Economy,
        shock: &Shock,
        response: &Response<f64>,
        at: [usize; 3],
    ) -> Option<Self> {
        let Shape { n, stride, .. } = frame.shape;
        let [j, m, i] = at;
        let (theta, tau) = (response.theta[j], economy.tau[at]);
        let iceberg = shock.iceberg_hat.as_ref().map_or(1.0, |d| d[at]);
        let technology = shock.technology_hat.as_ref().map_or(1.0, |a| a[[i, j]]);
        let base = frame.pi_in[(j * n + i) * stride + m] * technology;
        let rest = Rest::new(shock, economy, at);
        let weight = base * rest.share * rest.base_factor / tau
            * (rest.factor / rest.base_factor * iceberg).powf(-theta);
        let part = |(quota, cell): (usize, &QuotaCell)| {
            let factor = 1.0 + cell.base_pct / 100.0;
            let share = cell.trade_share * factor / tau;
            Part { quota, scale: base * share * (iceberg / factor).powf(-theta) }
        };
        let changed = response.place(0, at)?;
        let parts = products(&shock.quotas, at).map(part).collect();
        Some(Self { at, changed, rest: weight, rest_net: weight / rest.factor, iceberg, parts })
    }

    fn scale(&self, quota: usize) -> f64 {
        self.parts.iter().filter(|part| part.quota == quota).map(|part| part.scale).sum()
    }

    /// Change of the price at the border: cost, `power^(-1/theta)`, times iceberg.
    fn border_price(&self, power: f64, theta: f64) -> f64 {
        power.powf(-1.0 / theta) * self.iceberg
    }
}
