//! The wedges of all quotas at given wages, prices and expenditure, written into the weights of a search.

use super::cells::{Rest, cells, products};
use super::demand::{Demand, Supply, WEDGE_TOLERANCE};
use crate::economy::Economy;
use crate::equilibrium::conditions::layout::{FlatEconomy, Shape};
use crate::equilibrium::conditions::loaded::LoadedShock;
use crate::equilibrium::conditions::point::Point;
use crate::equilibrium::counterfactual::quota::{Quota, QuotaCell, QuotaOutcome, QuotaRegime};
use crate::equilibrium::counterfactual::shock::Shock;

/// Rounds over quotas that compete inside one sector of one importer; the tenth has not been seen.
const MAX_ROUNDS: usize = 60;

/// A cell with quota products.
#[derive(Debug)]
struct Cell {
    at: [usize; 3],
    /// Weight, gross and net of tariff, of the trade outside the quotas.
    rest: f64,
    rest_net: f64,
    iceberg: f64,
    /// Quotas, and positions of the cell in their lists.
    parts: Vec<(usize, usize)>,
}

/// One exporter's part of a quota.
#[derive(Debug)]
struct Part {
    /// Position among the cells with quota products.
    cell: usize,
    /// Weight of the product at a factor of 1 and unchanged cost.
    scale: f64,
}

/// Quotas of a search, with the wedges of the last evaluation; money scaled as in [`FlatEconomy`].
#[derive(Debug)]
pub struct Wedges {
    quotas: Vec<Quota>,
    cells: Vec<Cell>,
    /// By quota, in the order of its cells.
    parts: Vec<Vec<Part>>,
    /// At the last evaluation, in the same order.
    supplies: Vec<Vec<Supply>>,
    /// Log of 1 + wedge, by quota.
    ln_wedge: Vec<f64>,
    /// Sectors with quotas.
    sectors: Vec<usize>,
    /// `c_hat^-theta` of all exporters, by sector with quotas.
    powers: Vec<f64>,
    /// Transfers of the shock, `[n]`, scaled money.
    given: Vec<f64>,
}

impl Wedges {
    /// Takes the quota products out of the cells of a loaded that `shock` has been loaded into.
    pub fn new(base: &FlatEconomy, economy: &Economy, shock: &Shock, loaded: &mut LoadedShock) -> Self {
        let quotas = shock.quotas.clone();
        let places = cells(&quotas);
        places.iter().for_each(|at| loaded.weights.include(base, *at));
        let cell = |at: &[usize; 3]| Cell::new(base, economy, shock, loaded, *at);
        let cells: Vec<Cell> = places.iter().map(cell).collect();
        let mut sectors: Vec<usize> = quotas.iter().map(|quota| quota.sector).collect();
        sectors.sort_unstable();
        sectors.dedup();
        sectors.iter().for_each(|&j| loaded.weights.is_taxed[j] = true);
        let parts: Vec<Vec<Part>> = (quotas.iter())
            .map(|quota| {
                let one = |one: &QuotaCell| Part::new(base, economy, shock, &cells, (quota, one));
                quota.cells.iter().map(one).collect()
            })
            .collect();
        let supply = |cell: &QuotaCell| Supply {
            weight: 0.0,
            price: 1.0,
            kept: base.unit * cell.kept_musd,
            ln_in: (cell.in_quota_pct / 100.0).ln_1p(),
            ln_out: (cell.out_of_quota_pct / 100.0).ln_1p(),
        };
        let supplies: Vec<Vec<Supply>> =
            quotas.iter().map(|quota| quota.cells.iter().map(supply).collect()).collect();
        let highest = |some: &Vec<Supply>| some.iter().map(|one| one.ln_out).fold(0.0, f64::max);
        let wedges = Self {
            ln_wedge: supplies.iter().map(highest).collect(),
            powers: vec![0.0; sectors.len() * base.shape.stride],
            given: loaded.transfer.clone(),
            quotas,
            cells,
            parts,
            supplies,
            sectors,
        };
        (0..wedges.quotas.len()).for_each(|at| wedges.write(loaded, at));
        wedges
    }

    /// Solves for the wedges at `z` and writes weights and transfers into the loaded; false where they do not
    /// settle. Allocates nothing.
    pub fn settle(&mut self, base: &FlatEconomy, loaded: &mut LoadedShock, z: &[f64]) -> bool {
        self.take_powers(base, loaded, z);
        self.take_supplies(base, loaded);
        let mut is_settled = false;
        for _ in 0..MAX_ROUNDS {
            let mut moved = 0.0_f64;
            for at in 0..self.quotas.len() {
                let found = self.demand(base, loaded, z, at).clear(base.unit * self.quotas[at].volume_musd);
                moved = moved.max((found - self.ln_wedge[at]).abs());
                self.ln_wedge[at] = found;
                self.write(loaded, at);
            }
            if moved <= WEDGE_TOLERANCE {
                is_settled = true;
                break;
            }
        }
        self.pay_rents(base, loaded, z);
        is_settled
    }

    /// Costs of the sectors with quotas at the wages and prices of `z`, to the power -theta.
    fn take_powers(&mut self, base: &FlatEconomy, loaded: &LoadedShock, z: &[f64]) {
        let Shape { stride, s, .. } = base.shape;
        let Point { ln_w, ln_p, ln_s, .. } = Point::new(base.shape, z);
        for (&j, powers) in self.sectors.iter().zip(self.powers.chunks_exact_mut(stride)) {
            for (i, power) in powers.iter_mut().enumerate() {
                let inputs = (0..s).map(|k| base.gamma_io[(j * s + k) * stride + i] * ln_p[k * stride + i]);
                let productivity = ln_s.get(j * stride + i).unwrap_or(&0.0);
                let cost = base.gamma_va[j * stride + i] * ln_w[i] + inputs.sum::<f64>() - productivity;
                *power = (-loaded.theta[j] * cost).exp();
            }
        }
    }

    fn take_supplies(&mut self, base: &FlatEconomy, loaded: &LoadedShock) {
        for (parts, supplies) in self.parts.iter().zip(&mut self.supplies) {
            for (part, supply) in parts.iter().zip(supplies) {
                let Cell { at: [j, _, i], iceberg, .. } = self.cells[part.cell];
                let row = self.sectors.partition_point(|&sector| sector < j);
                let power = self.powers[row * base.shape.stride + i];
                supply.weight = part.scale * power;
                supply.price = power.powf(-1.0 / loaded.theta[j]) * iceberg;
            }
        }
    }

    /// Demand for the product of a quota at the wedges of the others.
    fn demand(&self, base: &FlatEconomy, loaded: &LoadedShock, z: &[f64], at: usize) -> Demand<'_> {
        let Shape { n, stride, .. } = base.shape;
        let Quota { sector: j, importer, .. } = self.quotas[at];
        let row = self.sectors.partition_point(|&sector| sector < j) * stride;
        let weights = |i: usize| loaded.weights.gross[base.shape.cell(j, i, importer)];
        let all: f64 = (0..n).map(|i| weights(i) * self.powers[row + i]).sum();
        let (theta, supplies) = (loaded.theta[j], &self.supplies[at]);
        let own = |supply: &Supply| supply.weight * (-theta * supply.paid(self.ln_wedge[at])).exp();
        let others = all - supplies.iter().map(own).sum::<f64>();
        let expenditure = Point::new(base.shape, z).x[j * stride + importer];
        Demand { supplies, others, expenditure, theta }
    }

    /// Rent per exporter, scaled money: what it pays above the rate inside, on its imports under the quota.
    fn rents<'a>(
        &'a self,
        base: &FlatEconomy,
        demand: &'a Demand<'_>,
        at: usize,
    ) -> impl Iterator<Item = f64> + 'a {
        let ln_wedge = self.ln_wedge[at];
        let inside = demand.inside(ln_wedge, base.unit * self.quotas[at].volume_musd);
        demand.supplies.iter().zip(inside).map(move |(supply, inside)| {
            (supply.paid(ln_wedge).exp() - supply.ln_in.exp()) * inside * supply.price
        })
    }

    /// Pays exporters their share of the rents.
    fn pay_rents(&self, base: &FlatEconomy, loaded: &mut LoadedShock, z: &[f64]) {
        loaded.transfer.copy_from_slice(&self.given);
        for (at, quota) in self.quotas.iter().enumerate() {
            let demand = self.demand(base, loaded, z, at);
            for (cell, rent) in quota.cells.iter().zip(self.rents(base, &demand, at)) {
                let paid = quota.exporter_rent_share * rent;
                loaded.transfer[quota.importer] -= paid;
                loaded.transfer[cell.exporter] += paid;
            }
        }
    }

    /// Writes the weights of the cells of a quota.
    fn write(&self, loaded: &mut LoadedShock, at: usize) {
        for part in &self.parts[at] {
            let cell = &self.cells[part.cell];
            let theta = loaded.theta[cell.at[0]];
            let (mut weight, mut net) = (cell.rest, cell.rest_net);
            for &(quota, place) in &cell.parts {
                let paid = self.supplies[quota][place].paid(self.ln_wedge[quota]);
                let own = self.parts[quota][place].scale * (-theta * paid).exp();
                weight += own;
                net += own * (-paid).exp();
            }
            loaded.weights.change(cell.at, [weight, net]);
        }
    }

    /// The outcomes at the point of the last evaluation.
    pub fn outcomes(&self, base: &FlatEconomy, loaded: &LoadedShock, z: &[f64]) -> Vec<QuotaOutcome> {
        (0..self.quotas.len()).map(|at| self.outcome(base, loaded, z, at)).collect()
    }

    fn outcome(&self, base: &FlatEconomy, loaded: &LoadedShock, z: &[f64], at: usize) -> QuotaOutcome {
        let (ln_wedge, unit) = (self.ln_wedge[at], base.unit);
        let limit = unit * self.quotas[at].volume_musd;
        let demand = self.demand(base, loaded, z, at);
        let imports: Vec<f64> = demand.imports(ln_wedge).collect();
        let inside_musd = demand.inside(ln_wedge, limit).sum::<f64>() / unit;
        let rents: Vec<f64> = self.rents(base, &demand, at).map(|rent| rent / unit).collect();
        let paid = demand
            .supplies
            .iter()
            .zip(&imports)
            .map(|(supply, imports)| supply.paid(ln_wedge).exp_m1() * imports * supply.price / unit);
        let bound = |pick: fn(&Supply) -> f64, of: fn(f64, f64) -> f64| {
            demand.supplies.iter().map(pick).reduce(of).expect("a quota with imports has supplies")
        };
        let rent_musd = rents.iter().sum::<f64>();
        let regime = if imports.iter().sum::<f64>() == 0.0 || ln_wedge <= bound(|one| one.ln_in, f64::min) {
            QuotaRegime::Inside
        } else if ln_wedge >= bound(|one| one.ln_out, f64::max) {
            QuotaRegime::Outside
        } else {
            QuotaRegime::Binding
        };
        QuotaOutcome {
            regime,
            wedge_pct: 100.0 * ln_wedge.exp_m1(),
            imports_musd: imports.iter().sum::<f64>() / unit,
            inside_musd,
            duties_musd: paid.sum::<f64>() - rent_musd,
            rent_musd,
            rent_abroad_musd: rents.iter().map(|rent| self.quotas[at].exporter_rent_share * rent).collect(),
        }
    }

    /// Average factor 1 + tariff of each cell with quota products.
    pub fn factors<'a>(
        &'a self,
        base: &'a FlatEconomy,
        loaded: &'a LoadedShock,
    ) -> impl Iterator<Item = ([usize; 3], f64)> + 'a {
        self.cells.iter().filter_map(move |cell| {
            let [j, m, i] = cell.at;
            let at = base.shape.cell(j, i, m);
            let (gross, net) = (loaded.weights.gross[at], loaded.weights.net[at]);
            (net > 0.0).then(|| (cell.at, gross / net))
        })
    }
}

impl Part {
    fn new(
        base: &FlatEconomy,
        economy: &Economy,
        shock: &Shock,
        cells: &[Cell],
        (quota, product): (&Quota, &QuotaCell),
    ) -> Self {
        let at = [quota.sector, quota.importer, product.exporter];
        let cell = cells.partition_point(|cell| cell.at < at);
        let theta = shock.theta(economy)[quota.sector];
        let factor = 1.0 + product.base_pct / 100.0;
        let share = product.trade_share * factor / economy.tau[at];
        let scale = base_weight(base, shock, at) * share * (cells[cell].iceberg / factor).powf(-theta);
        Self { cell, scale }
    }
}

/// Baseline share times the change of technology.
fn base_weight(base: &FlatEconomy, shock: &Shock, [j, m, i]: [usize; 3]) -> f64 {
    base.pi[base.shape.cell(j, i, m)] * shock.technology_hat_at(i, j)
}

impl Cell {
    fn new(
        base: &FlatEconomy,
        economy: &Economy,
        shock: &Shock,
        loaded: &LoadedShock,
        at: [usize; 3],
    ) -> Self {
        let (theta, tau) = (loaded.theta[at[0]], economy.tau[at]);
        let iceberg = shock.iceberg_hat_at(at);
        let rest = Rest::new(shock, economy, at);
        let weight = base_weight(base, shock, at) * rest.share * rest.base_factor / tau
            * (rest.factor / rest.base_factor * iceberg).powf(-theta);
        let parts = products(&shock.quotas, at).map(|(quota, place, _)| (quota, place)).collect();
        Self { at, rest: weight, rest_net: weight / rest.factor, iceberg, parts }
    }
}
