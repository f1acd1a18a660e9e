//! The equations of `docs/model.md` section 2 as one writes them down: plain loops over ndarray, no speed.
//!
//! The oracle that tests and benches hold the solver against. Arrays as in [`Economy`]: `[j,n,i]` is sector, importer,
//! exporter, `[n,j]` is country, sector; money in million USD.

use ndarray::{Array1, Array2, Array3};
use tradepath::economy::Economy;
use tradepath::equilibrium::{Closure, Equilibrium, Shock};

/// A counterfactual without quotas.
pub struct Reference<'a> {
    pub base: &'a Economy,
    pub shock: &'a Shock,
    pub closure: &'a Closure,
}

impl Reference<'_> {
    fn theta(&self) -> &Array1<f64> {
        self.shock.theta(self.base)
    }

    fn tau(&self, at: [usize; 3]) -> f64 {
        self.shock.tau.as_ref().unwrap_or(&self.base.tau)[at]
    }

    /// `kappa_hat = (tau' / tau) d_hat`.
    fn kappa_hat(&self, at: [usize; 3]) -> f64 {
        self.tau(at) / self.base.tau[at] * self.shock.iceberg_hat.as_ref().map_or(1.0, |hat| hat[at])
    }

    fn technology_hat(&self, i: usize, j: usize) -> f64 {
        self.shock.technology_hat.as_ref().map_or(1.0, |hat| hat[[i, j]])
    }

    /// `c_hat[n,j] = w_hat^gamma_va prod_k P_hat[n,k]^gamma_io`.
    pub fn unit_costs(&self, w: &Array1<f64>, p: &Array2<f64>) -> Array2<f64> {
        Array2::from_shape_fn(p.dim(), |(n, j)| {
            let inputs = (0..self.base.s()).map(|k| p[[n, k]].powf(self.base.gamma_io[[n, j, k]]));
            w[n].powf(self.base.gamma_va[[n, j]]) * inputs.product::<f64>()
        })
    }

    /// `pi A_hat (kappa_hat c_hat)^-theta`, `[j,n,i]`.
    fn terms(&self, c: &Array2<f64>) -> Array3<f64> {
        Array3::from_shape_fn(self.base.pi.dim(), |(j, n, i)| {
            let cost = self.kappa_hat([j, n, i]) * c[[i, j]];
            self.base.pi[[j, n, i]] * self.technology_hat(i, j) * cost.powf(-self.theta()[j])
        })
    }

    /// `P_hat[n,j] = (sum_i pi A_hat (kappa_hat c_hat)^-theta)^(-1/theta)`.
    pub fn price_indices(&self, c: &Array2<f64>) -> Array2<f64> {
        let terms = self.terms(c);
        Array2::from_shape_fn(c.dim(), |(n, j)| {
            terms.slice(ndarray::s![j, n, ..]).sum().powf(-1.0 / self.theta()[j])
        })
    }

    /// `pi' = pi A_hat (kappa_hat c_hat / P_hat)^-theta`, `[j,n,i]`.
    pub fn shares(&self, c: &Array2<f64>, p: &Array2<f64>) -> Array3<f64> {
        let terms = self.terms(c);
        Array3::from_shape_fn(terms.dim(), |(j, n, i)| terms[[j, n, i]] * p[[n, j]].powf(self.theta()[j]))
    }

    /// Flows at the border, `pi' X' / tau'`, `[j,n,i]`.
    fn flows(&self, pi: &Array3<f64>, x: &Array2<f64>) -> Array3<f64> {
        Array3::from_shape_fn(pi.dim(), |(j, n, i)| pi[[j, n, i]] * x[[n, j]] / self.tau([j, n, i]))
    }

    /// `Y'[i,j] = sum_n pi' X' / tau'`.
    pub fn output(&self, pi: &Array3<f64>, x: &Array2<f64>) -> Array2<f64> {
        self.flows(pi, x).sum_axis(ndarray::Axis(1)).reversed_axes()
    }

    /// `R'[n] = sum_{j,i} (tau' - 1) pi' X' / tau'`.
    pub fn revenue(&self, pi: &Array3<f64>, x: &Array2<f64>) -> Array1<f64> {
        let mut revenue = Array1::zeros(self.base.n());
        for ((j, n, i), flow) in self.flows(pi, x).indexed_iter() {
            revenue[n] += (self.tau([j, n, i]) - 1.0) * flow;
        }
        revenue
    }

    /// `w_hat F_hat VA`, or real GDP times the price index of consumption where that is the target.
    pub fn value_added(&self, w: &Array1<f64>, p: &Array2<f64>) -> Array1<f64> {
        let factor = |n: usize| match &self.shock.real_gdp_hat {
            None => w[n] * self.shock.factor_hat.as_ref().map_or(1.0, |hat| hat[n]),
            Some(hat) => {
                let index = (0..self.base.s()).map(|j| p[[n, j]].powf(self.base.alpha[[n, j]]));
                hat[n] * index.product::<f64>()
            }
        };
        Array1::from_shape_fn(self.base.n(), |n| factor(n) * self.base.va_musd[n])
    }

    /// `D'` of the closure, with the transfers of the shock.
    pub fn deficits(&self, va: &Array1<f64>) -> Array1<f64> {
        let deficit = match self.closure {
            Closure::Fixed => self.base.deficit_musd.clone(),
            Closure::Zero => Array1::zeros(va.len()),
            Closure::Given(given) => given.clone(),
            Closure::GdpShare => {
                let spent = va * (1.0 + &self.base.deficit_musd / &self.base.va_musd);
                let xi = va.sum() / spent.sum();
                xi * spent - va
            }
        };
        deficit + self.shock.transfer_musd.as_ref().unwrap_or(&Array1::zeros(va.len()))
    }

    /// `X'[n,j] = alpha I' + sum_k gamma_io[n,j,k] Y'[n,k]`.
    pub fn spending(&self, income: &Array1<f64>, y: &Array2<f64>) -> Array2<f64> {
        Array2::from_shape_fn(y.dim(), |(n, j)| {
            let used = (0..self.base.s()).map(|k| self.base.gamma_io[[n, k, j]] * y[[n, k]]);
            self.base.alpha[[n, j]] * income[n] + used.sum::<f64>()
        })
    }

    /// Imports less the deficit less exports, all with domestic sales, `[n]`: 0 in equilibrium.
    pub fn balance(&self, pi: &Array3<f64>, x: &Array2<f64>, deficit: &Array1<f64>) -> Array1<f64> {
        let flows = self.flows(pi, x);
        let of = |axis: usize| flows.sum_axis(ndarray::Axis(axis)).sum_axis(ndarray::Axis(0));
        of(2) - deficit - of(1)
    }

    /// What the numeraire holds at its value: world value added, grown where real GDP is a target.
    pub fn numeraire(&self) -> f64 {
        let grown = |n: usize| self.shock.real_gdp_hat.as_ref().map_or(1.0, |hat| hat[n]);
        self.base.va_musd.iter().enumerate().map(|(n, va)| grown(n) * va).sum()
    }

    /// How far a solution is from each equation: logs for prices and costs, money over value added of the country.
    pub fn gaps(&self, found: &Equilibrium) -> [(&'static str, f64); 9] {
        let exp = |ln: &Array2<f64>| ln.mapv(f64::exp);
        let (w, p, c) = (found.ln_wage.mapv(f64::exp), exp(&found.ln_price), exp(&found.ln_cost));
        let va = self.value_added(&w, &p);
        let deficit = self.deficits(&found.factor_income);
        let table = |a: &Array2<f64>, b: &Array2<f64>| {
            let gaps = (a - b).mapv(f64::abs) / found.factor_income.view().insert_axis(ndarray::Axis(1));
            gaps.fold(0.0, |largest: f64, gap| gap.max(largest))
        };
        let row = |a: &Array1<f64>, b: &Array1<f64>| largest((a - b) / &found.factor_income);
        let logs = |a: &Array2<f64>, b: &Array2<f64>| largest(a.mapv(f64::ln) - b);
        let income = &found.factor_income + &found.revenue + &found.deficit;
        [
            ("unit costs", logs(&self.unit_costs(&w, &p), &found.ln_cost)),
            ("price indices", logs(&self.price_indices(&c), &found.ln_price)),
            ("shares", largest(self.shares(&c, &p) - &found.pi)),
            ("output", table(&self.output(&found.pi, &found.x_musd), &found.y_musd)),
            ("revenue", row(&self.revenue(&found.pi, &found.x_musd), &found.revenue)),
            (
                "income",
                row(&va, &found.factor_income)
                    .max(row(&deficit, &found.deficit))
                    .max(row(&income, &found.income)),
            ),
            ("expenditure", table(&self.spending(&found.income, &found.y_musd), &found.x_musd)),
            (
                "balance of trade",
                largest(self.balance(&found.pi, &found.x_musd, &found.deficit) / &found.factor_income),
            ),
            ("numeraire", (found.factor_income.sum() / self.numeraire() - 1.0).abs()),
        ]
    }
}

fn largest<D: ndarray::Dimension>(gaps: ndarray::Array<f64, D>) -> f64 {
    gaps.iter().fold(0.0, |largest, gap| gap.abs().max(largest))
}
