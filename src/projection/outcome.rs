//! What is kept of one counterfactual of one year.

use ndarray::{Array1, Array2, Array3, Axis, Zip};

use super::BaselineYear;
use super::accounts::{Accounts, Flows, worker_shares};
use crate::equilibrium::Equilibrium;

/// Changes against the baseline of the same year.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Country measures, `[measure, n]`, in the order of [`Outcome::MEASURES`].
    pub countries: Array2<f64>,
    /// Change of sector output at constant prices, percent, `[n,j]`.
    pub output_pct: Array2<f64>,
    /// Change of the number of workers in a sector at full employment, percent, `[n,j]`.
    pub employment_pct: Array2<f64>,
    /// Change of imports at border prices, million USD at the world's consumer prices of the base year, `[group, n, i]`
    /// with goods first and services second.
    pub imports_musd: Array3<f64>,
}

impl Outcome {
    /// Names and units of the country measures.
    pub const MEASURES: [(&'static str, &'static str); 10] = [
        ("real_income", "pct"),
        ("real_income_money", "musd2019"),
        ("real_wage", "pct"),
        ("exports", "pct"),
        ("exports_money", "musd2019"),
        ("imports", "pct"),
        ("imports_money", "musd2019"),
        ("terms_of_trade", "pct"),
        ("tariff_revenue_change", "musd2019"),
        ("labour_reallocated", "pct"),
    ];

    /// Measures `solved` against the baseline year it was solved from.
    #[must_use]
    pub fn measure(year: &BaselineYear, solved: &Equilibrium) -> Self {
        let (base, old) = (year.prepared.economy(), &year.accounts);
        let flows = Flows { pi: solved.pi.view(), tau: solved.tau.view(), x_musd: solved.x_musd.view() };
        let new = Accounts::new(base, flows, |_, _| ());
        let ln_price_index = solved.ln_price_index(base);
        let ln_welfare = (&solved.income / &old.income).mapv(f64::ln) - &ln_price_index;
        let (price_level, world_price) = (year.ln_price_level.mapv(f64::exp), year.world_price_level());
        let money = ln_welfare.mapv(f64::exp_m1) * &old.income / &price_level;
        let pct = |ln: Array1<f64>| ln.mapv(|ln| 100.0 * ln.exp_m1());
        let change = |new: &Array1<f64>, old: &Array1<f64>| 100.0 * (new / old - 1.0);
        let workers = worker_shares(base, &solved.y_musd);
        let rows = [
            pct(ln_welfare),
            money,
            pct(&solved.ln_wage - &ln_price_index),
            change(&new.exports, &old.totals.exports),
            (&new.exports - &old.totals.exports) / world_price,
            change(&new.imports, &old.totals.imports),
            (&new.imports - &old.totals.imports) / world_price,
            old.terms_of_trade_pct(&solved.ln_cost),
            (&solved.revenue - &old.revenue) / &price_level,
            50.0 * (&workers - &old.worker_shares).mapv(f64::abs).sum_axis(Axis(1)),
        ];
        let views: Vec<_> = rows.iter().map(|row| row.view()).collect();
        let countries = ndarray::stack(Axis(0), &views).expect("every row has one entry a country");
        let imports_musd = (new.imports_by_origin - &old.totals.imports_by_origin) / world_price;
        let change = |new: f64, old: f64| if old > 0.0 { 100.0 * (new / old - 1.0) } else { 0.0 };
        let employment_pct =
            Zip::from(&workers).and(&old.worker_shares).map_collect(|&new, &old| change(new, old));
        let output_pct = Zip::from(&solved.y_musd)
            .and(&old.output)
            .and(&solved.ln_cost)
            .map_collect(|&new, &old, cost| change(new / cost.exp(), old));
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
