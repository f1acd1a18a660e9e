//! What is kept of one counterfactual of one year.

use ndarray::{Array1, Array2, Array3, ArrayView1, Axis, Zip};

use super::BaselineYear;
use super::JobYear;
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
    /// Change of jobs by sector on the way there, persons, `[n,j]`; `None` without workers by sector.
    pub jobs: Option<Array2<f64>>,
    /// Change of imports at border prices, million USD at the world's consumer prices of the base year, `[group, n, i]`
    /// with goods first and services second.
    pub imports_musd: Array3<f64>,
}

/// What earlier years bring into the outcome of one.
#[derive(Debug, Clone)]
pub struct Heritage {
    /// Log capital against the baseline, `[n]`.
    pub ln_capital: Array1<f64>,
    /// What it adds to log real income, `[n]`.
    pub ln_real_income: Array1<f64>,
    /// Present value of the gains of earlier years, `[n]`, million USD.
    pub present_value: Array1<f64>,
    /// Gains of earlier years added up, `[n]`, million USD.
    pub cumulative: Array1<f64>,
    /// Weight of this year in it.
    pub discount_factor: f64,
}

impl Heritage {
    /// Of a first year.
    #[must_use]
    pub fn none(n: usize) -> Self {
        let zero = || Array1::zeros(n);
        Self {
            ln_capital: zero(),
            ln_real_income: zero(),
            present_value: zero(),
            cumulative: zero(),
            discount_factor: 1.0,
        }
    }

    fn present_value_of(&self, gain: &Array1<f64>) -> Array1<f64> {
        &self.present_value + &(self.discount_factor * gain)
    }
}

impl Outcome {
    /// Position of the present value in [`Outcome::MEASURES`].
    const PRESENT_VALUE: usize = 12;
    /// Position of the gains added up in [`Outcome::MEASURES`].
    const CUMULATIVE: usize = 14;
    /// Position of real income in percent.
    const REAL_INCOME: usize = 0;

    /// Names and units of the country measures.
    pub const MEASURES: [(&'static str, &'static str); 19] = [
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
        ("real_income_static", "pct"),
        ("capital", "pct"),
        ("real_income_present_value", "musd2019"),
        ("real_gdp", "pct"),
        ("real_income_cumulative", "musd2019"),
        ("jobs_given_up", "persons"),
        ("workers_displaced", "persons"),
        ("adjustment_spending", "musd2019"),
        ("adjustment_spending_most", "musd2019"),
    ];
    /// How many of them there are without workers by sector.
    pub const WITHOUT_LABOUR: usize = 15;

    /// Measures `solved` against the baseline year it was solved from, with what earlier years left.
    ///
    /// `real_income_static` is real income without what capital adds to it, to first order. `real_income_present_value`
    /// adds up the gains in money from the first year on, discounted to it, `real_income_cumulative` without a discount. At
    /// a constant saving rate real consumption changes by the percentage of real income. `real_gdp` is the volume of output:
    /// real income and exports less imports, both at the prices of the baseline. It leaves out what a change of export and
    /// import prices does to income (terms of trade) and what other countries pay (the deficit).
    #[must_use]
    pub fn measure(year: &BaselineYear, solved: &Equilibrium, past: &Heritage) -> Self {
        let (base, old) = (year.prepared.economy(), &year.accounts);
        let flows = Flows { pi: solved.pi.view(), tau: solved.tau.view(), x_musd: solved.x_musd.view() };
        let per_cost = Array2::from_shape_fn((base.s(), base.n()), |(j, i)| (-solved.ln_cost[[i, j]]).exp());
        // Exports less imports at the prices of the baseline.
        let mut net_volume = vec![0.0; base.n()];
        let new = Accounts::new(base, flows, |[j, n], row| {
            let per_cost = per_cost.row(j).to_slice().expect("a new array lies in one piece");
            let volumes = row.iter().zip(per_cost).map(|(flow, per_cost)| flow * per_cost).enumerate();
            for (i, volume) in volumes.filter(|(i, _)| *i != n) {
                net_volume[i] += volume;
                net_volume[n] -= volume;
            }
        });
        let net_volume = Array1::from(net_volume);
        let ln_price_index = solved.ln_price_index(base);
        let ln_welfare = (&solved.income / &old.income).mapv(f64::ln) - &ln_price_index;
        let (price_level, world_price) = (year.ln_price_level.mapv(f64::exp), year.world_price_level());
        let money = ln_welfare.mapv(f64::exp_m1) * &old.income / &price_level;
        let pct = |ln: Array1<f64>| ln.mapv(|ln| 100.0 * ln.exp_m1());
        let change = |new: &Array1<f64>, old: &Array1<f64>| 100.0 * (new / old - 1.0);
        let workers = worker_shares(base, &solved.y_musd);
        let ln_static = &ln_welfare - &past.ln_real_income;
        let present_value = past.present_value_of(&money);
        let cumulative = &past.cumulative + &money;
        let old_gdp = &old.income + &old.totals.exports - &old.totals.imports;
        let new_gdp = ln_welfare.mapv(f64::exp) * &old.income + net_volume;
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
            pct(ln_static),
            pct(past.ln_capital.clone()),
            present_value,
            change(&new_gdp, &old_gdp),
            cumulative,
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
        Self { countries, output_pct, employment_pct, jobs: None, imports_musd }
    }

    /// The same with the jobs of the year and whom it displaces.
    #[must_use]
    pub fn with_jobs(mut self, year: &JobYear) -> Self {
        for row in [&year.given_up, &year.displaced, &year.assistance_musd, &year.assistance_most_musd] {
            self.countries.push_row(row.view()).expect("every row has one entry a country");
        }
        self.jobs = Some(year.persons.clone());
        self
    }

    /// Log change of real income, `[n]`.
    #[must_use]
    pub fn ln_real_income(&self) -> Array1<f64> {
        self.countries.row(Self::REAL_INCOME).mapv(|pct| (pct / 100.0).ln_1p())
    }

    /// Present value of the gains up to this year, `[n]`, million USD.
    #[must_use]
    pub fn present_value(&self) -> ArrayView1<'_, f64> {
        self.countries.row(Self::PRESENT_VALUE)
    }

    /// Gains up to this year added up, `[n]`, million USD.
    #[must_use]
    pub fn cumulative(&self) -> ArrayView1<'_, f64> {
        self.countries.row(Self::CUMULATIVE)
    }

    /// The outcome of a year in which nothing differs from the baseline but what earlier years have gained.
    #[must_use]
    pub fn unchanged(year: &BaselineYear, past: &Heritage) -> Self {
        let (n, s) = (year.prepared.economy().n(), year.prepared.economy().s());
        let mut countries = Array2::zeros((Self::WITHOUT_LABOUR, n));
        countries.row_mut(Self::PRESENT_VALUE).assign(&past.present_value);
        countries.row_mut(Self::CUMULATIVE).assign(&past.cumulative);
        Self {
            countries,
            output_pct: Array2::zeros((n, s)),
            employment_pct: Array2::zeros((n, s)),
            jobs: None,
            imports_musd: Array3::zeros((2, n, n)),
        }
    }
}
