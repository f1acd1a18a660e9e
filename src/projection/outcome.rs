//! What is kept of one counterfactual of one year.

use ndarray::{Array1, Array2, Array3, Axis, Zip};

use super::BaselineYear;
use crate::calibration::Economy;
use crate::data::SectorKind;
use crate::equilibrium::{Equilibrium, result};

/// Changes against the baseline of the same year.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Country measures, `[measure, n]`, in the order of [`Outcome::MEASURES`].
    pub countries: Array2<f64>,
    /// Change of sector output at constant prices, percent, `[n,j]`.
    pub output_pct: Array2<f64>,
    /// Change of the number of workers in a sector at full employment, percent, `[n,j]`.
    pub employment_pct: Array2<f64>,
    /// Change of imports at border prices, million USD of the base year's numeraire, `[group, n, i]`
    /// with goods first and services second.
    pub imports_musd: Array3<f64>,
}

impl Outcome {
    /// Names and units of the country measures.
    pub const MEASURES: [(&'static str, &'static str); 8] = [
        ("real_income", "pct"),
        ("real_income_money", "musd2019"),
        ("real_wage", "pct"),
        ("exports", "pct"),
        ("imports", "pct"),
        ("terms_of_trade", "pct"),
        ("tariff_revenue_change", "musd"),
        ("labour_reallocated", "pct"),
    ];

    /// Measures `solved` against the baseline year it was solved from.
    #[must_use]
    pub fn measure(year: &BaselineYear, solved: &Equilibrium) -> Self {
        let base = year.prepared.economy();
        let ln_welfare = solved.ln_welfare(base);
        let base_income = Equilibrium::base_income(base);
        let price_level = year.ln_price_level.mapv(f64::exp);
        let money = ln_welfare.mapv(f64::exp_m1) * &base_income / &price_level;
        let (exports, imports) = solved.trade_totals();
        let (base_exports, base_imports) = result::totals(&base.pi, &base.tau, &base.x_musd);
        let pct = |ln: Array1<f64>| ln.mapv(|ln| 100.0 * ln.exp_m1());
        let change = |new: Array1<f64>, old: &Array1<f64>| 100.0 * (new / old - 1.0);
        let first = crate::equilibrium::decompose::first_order(base, solved);
        let rows = [
            pct(ln_welfare),
            money,
            pct(&solved.ln_wage - &solved.ln_price_index(base)),
            change(exports, &base_exports),
            change(imports, &base_imports),
            first.terms_of_trade_pct,
            &solved.revenue - &result::base_revenue(base),
            labour_reallocated_pct(year, solved),
        ];
        let views: Vec<_> = rows.iter().map(|row| row.view()).collect();
        let countries = ndarray::stack(Axis(0), &views).unwrap_or_default();
        let imports_musd = imports_of(base, |j, n, i| solved.flow_musd(j, n, i)) - year.imports_musd();
        let (output_pct, employment_pct) = (output_pct(year, solved), employment_pct(year, solved));
        Self { countries, output_pct, employment_pct, imports_musd }
    }

    /// The outcome of a year in which nothing differs from the baseline.
    #[must_use]
    pub fn unchanged(year: &BaselineYear) -> Self {
        let (n, s) = (year.prepared.economy().n(), year.prepared.economy().s());
        Self {
            countries: Array2::zeros((Self::MEASURES.len(), n)),
            output_pct: Array2::zeros((n, s)),
            employment_pct: Array2::zeros((n, s)),
            imports_musd: Array3::zeros((2, n, n)),
        }
    }
}

/// Output by sector of the baseline year, `[n,j]`.
fn sector_output(year: &BaselineYear) -> Array2<f64> {
    let base = year.prepared.economy();
    let mut output = Array2::zeros((base.n(), base.s()));
    for ((j, n, i), share) in base.pi.indexed_iter() {
        output[[i, j]] += share * base.x_musd[[n, j]] / base.tau[[j, n, i]];
    }
    output
}

fn output_pct(year: &BaselineYear, solved: &Equilibrium) -> Array2<f64> {
    Zip::from(&solved.y_musd)
        .and(&sector_output(year))
        .and(&solved.ln_cost)
        .map_collect(|new, old, cost| if *old > 0.0 { 100.0 * (new / old / cost.exp() - 1.0) } else { 0.0 })
}

/// Shares of the sectors in the wage bill of a country, before and after, `[n,j]` each.
///
/// The wage is the same in every sector, so that these are shares of workers.
fn worker_shares(year: &BaselineYear, solved: &Equilibrium) -> (Array2<f64>, Array2<f64>) {
    let base = year.prepared.economy();
    let share = |output: &Array2<f64>| {
        let bill = output * &base.gamma_va;
        &bill / &bill.sum_axis(Axis(1)).insert_axis(Axis(1))
    };
    (share(&sector_output(year)), share(&solved.y_musd))
}

/// Change of the workers of each sector; 0 where there were none.
fn employment_pct(year: &BaselineYear, solved: &Equilibrium) -> Array2<f64> {
    let (old, new) = worker_shares(year, solved);
    Zip::from(&new).and(&old).map_collect(|new, old| if *old > 0.0 { 100.0 * (new / old - 1.0) } else { 0.0 })
}

/// Half the sum of absolute changes of sector shares in the wage bill: workers who change sector.
fn labour_reallocated_pct(year: &BaselineYear, solved: &Equilibrium) -> Array1<f64> {
    let (old, new) = worker_shares(year, solved);
    50.0 * (new - old).mapv(f64::abs).sum_axis(Axis(1))
}

impl BaselineYear {
    /// Imports at border prices, million USD, `[group,n,i]` with goods first and services second.
    #[must_use]
    pub fn imports_musd(&self) -> Array3<f64> {
        let base = self.prepared.economy();
        imports_of(base, |j, n, i| base.pi[[j, n, i]] * base.x_musd[[n, j]] / base.tau[[j, n, i]])
    }
}

/// Flows added up to goods and services, `[group,n,i]`; home sales on the diagonal.
fn imports_of(base: &Economy, flow_musd: impl Fn(usize, usize, usize) -> f64) -> Array3<f64> {
    let n_countries = base.n();
    let mut imports = Array3::zeros((2, n_countries, n_countries));
    for (j, sector) in base.axes.sectors.iter().enumerate() {
        let group = usize::from(sector.kind == SectorKind::Services);
        for n in 0..n_countries {
            for i in 0..n_countries {
                imports[[group, n, i]] += flow_musd(j, n, i);
            }
        }
    }
    imports
}
