//! The files of `tradepath solve` (`docs/contract.md`).

use ndarray::{Array1, Array2, Array3};

use super::rows::{Text, table};
use crate::data::Pair;
use crate::economy::{CuredDemand, Economy};
use crate::equilibrium::decompose::{Exact, first_order};
use crate::equilibrium::sensitivity::welfare_interval_pct;
use crate::equilibrium::{Equilibrium, result};

table! {
    /// Changes by country; exact parts are percent of real income in logs and sum to 100 ln W.
    pub struct CountryChange<'a> in "countries.csv" by (iso3) {
        /// Country
        iso3: Text<'a>,
        /// Real income
        welfare_pct: f64 ["pct"],
        /// Wage over consumption price index
        real_wage_pct: f64 ["pct"],
        /// Wage in the numeraire
        wage_pct: f64 ["pct"],
        /// Consumption price index
        price_index_pct: f64 ["pct"],
        /// Caliendo & Parro (2015), eq. 25
        terms_of_trade_first_order_pct: f64 ["pct"],
        /// Caliendo & Parro (2015), eq. 26
        volume_of_trade_first_order_pct: f64 ["pct"],
        /// welfare_pct less the two
        remainder_first_order_pct: f64 ["pct"],
        /// Path integral
        terms_of_trade_exact_pct: f64 ["100 ln"],
        /// Path integral
        volume_of_trade_exact_pct: f64 ["100 ln"],
        /// Path integral
        barriers_exact_pct: f64 ["100 ln"],
        /// Path integral, of T (--technology) and of productivity^theta
        technology_exact_pct: f64 ["100 ln"],
        /// Path integral
        transfers_exact_pct: f64 ["100 ln"],
        /// Nominal income in the numeraire
        income_pct: f64 ["pct"],
        /// Exports at border prices, without domestic sales
        exports_pct: f64 ["pct"],
        /// Imports at border prices, without domestic sales
        imports_pct: f64 ["pct"],
        /// Counterfactual, with all quota rents
        tariff_revenue_musd: f64 ["musd"],
        /// Baseline
        tariff_revenue_base_musd: f64 ["musd"],
        /// Equivalent variation at baseline prices
        ev_musd: f64 ["musd"],
    }
}

table! {
    /// Changes by country; exact parts are percent of real income in logs and sum to 100 ln W.
    pub struct CountryChangeWithInterval<'a> in "countries.csv" by (iso3) {
        /// The change
        change: CountryChange<'a>,
        /// Standard error by the delta method, from those of theta
        welfare_se_pct: f64 ["100 ln"],
        /// Lower end of the 95 % interval
        welfare_low_pct: f64 ["pct"],
        /// Upper end of the 95 % interval
        welfare_high_pct: f64 ["pct"],
    }
}

table! {
    /// Derivative of welfare with respect to every trade elasticity, at given baseline shares.
    pub struct ThetaDerivative<'a> in "sensitivity_theta.csv" by (iso3, sector) {
        /// Country whose welfare it is
        iso3: Text<'a>,
        /// Sector
        sector: Text<'a>,
        /// Elasticity
        theta: f64,
        /// Its standard error; empty where it is not given
        theta_se: Option<f64>,
        /// Change of 100 ln W per unit of theta
        welfare_per_theta: f64 ["100 ln"],
    }
}

table! {
    /// Derivative of welfare with respect to every tariff of a flow that is not zero.
    pub struct TariffDerivative<'a> in "sensitivity_tariff.csv" by (iso3, exporter, importer, sector) {
        /// Country whose welfare it is
        iso3: Text<'a>,
        /// Country
        exporter: Text<'a>,
        /// Country that charges the tariff
        importer: Text<'a>,
        /// Sector
        sector: Text<'a>,
        /// Change of 100 ln W per percentage point of tariff
        welfare_per_point: f64 ["100 ln"],
    }
}

table! {
    /// Implied final demands below zero that were set to zero; other shares shrink in proportion.
    pub struct CuredDemandRow<'a> in "adjustments.csv" by (table, country, sector) {
        /// What was adjusted
        table: Text<'a>,
        /// Country
        country: Text<'a>,
        /// Sector
        sector: Text<'a>,
        /// Empty
        partner: Text<'a>,
        /// Expenditure less intermediate use
        before_musd: f64 ["musd"],
        /// Value used
        after_musd: f64 ["musd"],
        /// Why
        step: Text<'a>,
    }
}

table! {
    /// Flows at border prices; change_pct is empty where nothing was traded.
    pub struct TradeChange<'a> in "trade.csv" by (exporter, importer, sector) {
        /// Country
        exporter: Text<'a>,
        /// Country
        importer: Text<'a>,
        /// Sector
        sector: Text<'a>,
        /// Baseline
        base_musd: f64 ["musd"],
        /// Counterfactual
        new_musd: f64 ["musd"],
        /// Change
        change_pct: Option<f64> ["pct"],
        /// Part from the importer's expenditure, at the mean share
        expansion_musd: f64 ["musd"],
        /// Part from the share, at the mean expenditure
        substitution_musd: f64 ["musd"],
    }
}

table! {
    /// Changes by country and sector; output at constant prices, empty where there was none.
    pub struct SectorChange<'a> in "sectors.csv" by (iso3, sector) {
        /// Country
        iso3: Text<'a>,
        /// Sector
        sector: Text<'a>,
        /// Output at constant producer prices
        output_pct: Option<f64> ["pct"],
        /// Nominal value added in the numeraire
        value_added_pct: Option<f64> ["pct"],
        /// Composite price
        price_pct: f64 ["pct"],
        /// Nominal expenditure in the numeraire
        expenditure_pct: Option<f64> ["pct"],
    }
}

table! {
    /// The years after the change, capital following real income; against the baseline of the same year.
    pub struct PathRow<'a> in "path.csv" by (years_since_change, iso3) {
        /// Years since the change
        years_since_change: u32,
        /// Country
        iso3: Text<'a>,
        /// Log capital
        capital_dln: f64 ["ln"],
        /// Real income
        real_income_pct: f64 ["pct"],
        /// Real income at the capital of the baseline
        static_pct: f64 ["pct"],
        /// Supply of the composite of labour and capital
        factor_supply_pct: f64 ["pct"],
    }
}

/// One year after a change, by country.
pub struct PathYear {
    /// Years since the change.
    pub year: u16,
    /// Log capital, `[n]`.
    pub capital_dln: Array1<f64>,
    /// Log real income, `[n]`.
    pub ln_real_income: Array1<f64>,
    /// The same at the capital of the baseline, `[n]`.
    pub static_ln: Array1<f64>,
    /// Factor supply as a ratio, `[n]`.
    pub factor_hat: Array1<f64>,
}

/// Rows of `path.csv`.
pub fn path<'a>(base: &'a Economy, years: &'a [PathYear]) -> impl Iterator<Item = PathRow<'a>> {
    years.iter().flat_map(|year| {
        base.axes.countries.iter().enumerate().map(|(n, country)| PathRow {
            years_since_change: u32::from(year.year),
            iso3: country.iso3.as_str().into(),
            capital_dln: year.capital_dln[n],
            real_income_pct: 100.0 * year.ln_real_income[n].exp_m1(),
            static_pct: 100.0 * year.static_ln[n].exp_m1(),
            factor_supply_pct: 100.0 * (year.factor_hat[n] - 1.0),
        })
    })
}

/// Rows of `countries.csv`.
#[must_use]
pub fn countries<'a>(base: &'a Economy, new: &Equilibrium, exact: &Exact) -> Vec<CountryChange<'a>> {
    let ln_price = new.ln_price_index(base);
    let (welfare, wage, price) = (pct(&new.ln_welfare(base)), pct(&new.ln_wage), pct(&ln_price));
    let real_wage = pct(&(&new.ln_wage - &ln_price));
    let first = first_order(base, new);
    let remainder = &welfare - &first.terms_of_trade_pct - &first.volume_of_trade_pct;
    let (exports, imports) = new.trade_totals();
    let (base_exports, base_imports) = result::totals(&base.pi, &base.tau, &base.x_musd);
    let (base_income, base_revenue) = (Equilibrium::base_income(base), result::base_revenue(base));
    let ev_musd = new.equivalent_variation_musd(base);
    let ratio = |new: &Array1<f64>, old: &Array1<f64>, n: usize| 100.0 * (new[n] / old[n] - 1.0);
    let row = |(n, country): (usize, &'a crate::data::Country)| CountryChange {
        iso3: country.iso3.as_str().into(),
        welfare_pct: welfare[n],
        real_wage_pct: real_wage[n],
        wage_pct: wage[n],
        price_index_pct: price[n],
        terms_of_trade_first_order_pct: first.terms_of_trade_pct[n],
        volume_of_trade_first_order_pct: first.volume_of_trade_pct[n],
        remainder_first_order_pct: remainder[n],
        terms_of_trade_exact_pct: 100.0 * exact.terms_of_trade[n],
        volume_of_trade_exact_pct: 100.0 * exact.volume_of_trade[n],
        barriers_exact_pct: 100.0 * exact.barriers[n],
        technology_exact_pct: 100.0 * exact.technology[n],
        transfers_exact_pct: 100.0 * exact.transfers[n],
        income_pct: ratio(&new.income, &base_income, n),
        exports_pct: ratio(&exports, &base_exports, n),
        imports_pct: ratio(&imports, &base_imports, n),
        tariff_revenue_musd: new.revenue[n],
        tariff_revenue_base_musd: base_revenue[n],
        ev_musd: ev_musd[n],
    };
    base.axes.countries.iter().enumerate().map(row).collect()
}

/// The same rows with the standard errors `se` of `100 ln W`, `[n]`, and the interval that follows from them.
pub fn with_interval<'a>(
    rows: Vec<CountryChange<'a>>,
    ln_welfare: &Array1<f64>,
    se: &[f64],
) -> impl Iterator<Item = CountryChangeWithInterval<'a>> {
    rows.into_iter().zip(ln_welfare).zip(se).map(|((change, ln_welfare), &welfare_se_pct)| {
        let [welfare_low_pct, welfare_high_pct] = welfare_interval_pct(*ln_welfare, welfare_se_pct);
        CountryChangeWithInterval { change, welfare_se_pct, welfare_low_pct, welfare_high_pct }
    })
}

/// Rows of `trade.csv`.
pub fn trade<'a>(base: &'a Economy, new: &'a Equilibrium) -> impl Iterator<Item = TradeChange<'a>> {
    let (n, s) = (base.n(), base.s());
    (0..n * n * s).map(move |cell| {
        let [i, n, j] = [cell / (n * s), cell / s % n, cell % s];
        let (at, pair) = ([j, n, i], Pair { importer: n, exporter: i });
        let (base_musd, new_musd) = (base.flow_musd(j, pair), new.flow_musd(j, pair));
        let change = new.trade_change(base, at);
        TradeChange {
            exporter: base.axes.countries[i].iso3.as_str().into(),
            importer: base.axes.countries[n].iso3.as_str().into(),
            sector: base.axes.sectors[j].id.as_str().into(),
            base_musd,
            new_musd,
            change_pct: change_pct(new_musd, base_musd),
            expansion_musd: change.expansion_musd,
            substitution_musd: change.substitution_musd,
        }
    })
}

/// Rows of `sensitivity_theta.csv` from derivatives of `ln W`, `[n,j]`.
pub fn by_theta<'a>(
    base: &'a Economy,
    by_theta: &'a Array2<f64>,
    theta: &'a Array1<f64>,
) -> impl Iterator<Item = ThetaDerivative<'a>> {
    by_theta.indexed_iter().map(|((n, j), derivative)| ThetaDerivative {
        iso3: base.axes.countries[n].iso3.as_str().into(),
        sector: base.axes.sectors[j].id.as_str().into(),
        theta: theta[j],
        theta_se: base.axes.sectors[j].theta_se,
        welfare_per_theta: 100.0 * derivative,
    })
}

/// Rows of `sensitivity_tariff.csv` of one country from derivatives of its `ln W`, `[j,n,i]`.
pub fn by_tariff<'a>(
    base: &'a Economy,
    country: usize,
    by_tau: &Array3<f64>,
) -> impl Iterator<Item = TariffDerivative<'a>> {
    let code = |at: usize| base.axes.countries[at].iso3.as_str().into();
    let traded = by_tau.indexed_iter().filter(|((j, n, i), _)| n != i && base.pi[[*j, *n, *i]] > 0.0);
    traded.map(move |((j, n, i), derivative)| TariffDerivative {
        iso3: code(country),
        exporter: code(i),
        importer: code(n),
        sector: base.axes.sectors[j].id.as_str().into(),
        // Per percentage point of tariff and in 100 ln W: the two hundreds cancel.
        welfare_per_point: *derivative,
    })
}

/// Rows of `adjustments.csv`.
pub fn cured(cured: &[CuredDemand]) -> impl Iterator<Item = CuredDemandRow<'_>> {
    cured.iter().map(|cure| CuredDemandRow {
        table: "final_demand".into(),
        country: cure.country.as_str().into(),
        sector: cure.sector.as_str().into(),
        partner: "".into(),
        before_musd: cure.before_musd,
        after_musd: 0.0,
        step: "negative final demand set to 0".into(),
    })
}

/// Rows of `sectors.csv`.
#[must_use]
pub fn sectors<'a>(base: &'a Economy, new: &Equilibrium) -> Vec<SectorChange<'a>> {
    let output = base.output_musd();
    let row = |((n, j), &old): ((usize, usize), &f64)| {
        let value = new.y_musd[[n, j]];
        SectorChange {
            iso3: base.axes.countries[n].iso3.as_str().into(),
            sector: base.axes.sectors[j].id.as_str().into(),
            output_pct: change_pct(value / new.ln_cost[[n, j]].exp(), old),
            value_added_pct: change_pct(value, old),
            price_pct: 100.0 * new.ln_price[[n, j]].exp_m1(),
            expenditure_pct: change_pct(new.x_musd[[n, j]], base.x_musd[[n, j]]),
        }
    };
    output.indexed_iter().map(row).collect()
}

/// Log changes in percent.
fn pct(ln: &Array1<f64>) -> Array1<f64> {
    ln.mapv(|ln| 100.0 * ln.exp_m1())
}

/// Change in percent; `None` if there was nothing to change from.
fn change_pct(new: f64, old: f64) -> Option<f64> {
    (old > 0.0).then(|| 100.0 * (new / old - 1.0))
}
