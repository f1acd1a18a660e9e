//! The files of `tradepath solve` (`contract.md`).

use ndarray::Array1;

use super::TableSpec;
use super::dir::number;
use crate::calibration::Economy;
use crate::equilibrium::decompose::{Exact, first_order};
use crate::equilibrium::{Equilibrium, result};

/// `countries.csv`.
pub const COUNTRIES: TableSpec = TableSpec {
    file: "countries.csv",
    description: "Changes by country; exact parts are percent of real income in logs and sum to 100 ln W.",
    columns: &[
        ("iso3", "string", "", "Country"),
        ("welfare_pct", "number", "pct", "Real income"),
        ("real_wage_pct", "number", "pct", "Wage over consumption price index"),
        ("wage_pct", "number", "pct", "Wage in the numeraire"),
        ("price_index_pct", "number", "pct", "Consumption price index"),
        ("terms_of_trade_first_order_pct", "number", "pct", "Caliendo & Parro (2015), eq. 25"),
        ("volume_of_trade_first_order_pct", "number", "pct", "Caliendo & Parro (2015), eq. 26"),
        ("remainder_first_order_pct", "number", "pct", "welfare_pct less the two"),
        ("terms_of_trade_exact_pct", "number", "100 ln", "Path integral"),
        ("volume_of_trade_exact_pct", "number", "100 ln", "Path integral"),
        ("barriers_exact_pct", "number", "100 ln", "Path integral"),
        ("technology_exact_pct", "number", "100 ln", "Path integral"),
        ("transfers_exact_pct", "number", "100 ln", "Path integral"),
        ("income_pct", "number", "pct", "Nominal income in the numeraire"),
        ("exports_pct", "number", "pct", "Exports at border prices, without domestic sales"),
        ("imports_pct", "number", "pct", "Imports at border prices, without domestic sales"),
        ("tariff_revenue_musd", "number", "musd", "Counterfactual"),
        ("tariff_revenue_base_musd", "number", "musd", "Baseline"),
        ("ev_musd", "number", "musd", "Equivalent variation at baseline prices"),
    ],
};

/// `trade.csv`.
pub const TRADE: TableSpec = TableSpec {
    file: "trade.csv",
    description: "Flows at border prices; change_pct is empty where nothing was traded.",
    columns: &[
        ("exporter", "string", "", "Country"),
        ("importer", "string", "", "Country"),
        ("sector", "string", "", "Sector"),
        ("base_musd", "number", "musd", "Baseline"),
        ("new_musd", "number", "musd", "Counterfactual"),
        ("change_pct", "number", "pct", "Change"),
    ],
};

/// `sectors.csv`.
pub const SECTORS: TableSpec = TableSpec {
    file: "sectors.csv",
    description: "Changes by country and sector; output at constant prices, empty where there was none.",
    columns: &[
        ("iso3", "string", "", "Country"),
        ("sector", "string", "", "Sector"),
        ("output_pct", "number", "pct", "Output at constant producer prices"),
        ("value_added_pct", "number", "pct", "Nominal value added in the numeraire"),
        ("price_pct", "number", "pct", "Composite price"),
        ("expenditure_pct", "number", "pct", "Nominal expenditure in the numeraire"),
    ],
};

/// Rows of `countries.csv`.
#[must_use]
pub fn country_rows(base: &Economy, new: &Equilibrium, exact: &Exact) -> Vec<Vec<String>> {
    let pct = |ln: &Array1<f64>| ln.mapv(|ln| 100.0 * ln.exp_m1());
    let change = |new: &Array1<f64>, old: &Array1<f64>| 100.0 * (new / old - 1.0);
    let welfare = pct(&new.ln_welfare(base));
    let price = new.ln_price_index(base);
    let first = first_order(base, new);
    let (exports, imports) = new.trade_totals();
    let (base_exports, base_imports) = result::totals(&base.pi, &base.tau, &base.x_musd);
    let base_income = Equilibrium::base_income(base);
    let columns = [
        welfare.clone(),
        pct(&(&new.ln_wage - &price)),
        pct(&new.ln_wage),
        pct(&price),
        first.terms_of_trade_pct.clone(),
        first.volume_of_trade_pct.clone(),
        &welfare - &first.terms_of_trade_pct - &first.volume_of_trade_pct,
        100.0 * &exact.terms_of_trade,
        100.0 * &exact.volume_of_trade,
        100.0 * &exact.barriers,
        100.0 * &exact.technology,
        100.0 * &exact.transfers,
        change(&new.income, &base_income),
        change(&exports, &base_exports),
        change(&imports, &base_imports),
        new.revenue.clone(),
        result::base_revenue(base),
        &welfare * &base_income / 100.0,
    ];
    let row = |(n, country): (usize, &crate::data::Country)| {
        let mut row = vec![country.iso3.clone()];
        row.extend(columns.iter().map(|column| number(column[n])));
        row
    };
    base.axes.countries.iter().enumerate().map(row).collect()
}

/// Rows of `trade.csv`.
#[must_use]
pub fn trade_rows(base: &Economy, new: &Equilibrium) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for (i, exporter) in base.axes.countries.iter().enumerate() {
        for (n, importer) in base.axes.countries.iter().enumerate() {
            for (j, sector) in base.axes.sectors.iter().enumerate() {
                let old = base.pi[[j, n, i]] * base.x_musd[[n, j]] / base.tau[[j, n, i]];
                let flow = new.flow_musd(j, n, i);
                let names = [&exporter.iso3, &importer.iso3, &sector.id].map(String::clone);
                let mut row = names.to_vec();
                row.extend([number(old), number(flow), change_pct(flow, old)]);
                rows.push(row);
            }
        }
    }
    rows
}

/// Rows of `sectors.csv`.
#[must_use]
pub fn sector_rows(base: &Economy, new: &Equilibrium) -> Vec<Vec<String>> {
    let mut output = ndarray::Array2::<f64>::zeros((base.n(), base.s()));
    for ((j, n, i), share) in base.pi.indexed_iter() {
        output[[i, j]] += share * base.x_musd[[n, j]] / base.tau[[j, n, i]];
    }
    let mut rows = Vec::new();
    for (n, country) in base.axes.countries.iter().enumerate() {
        for (j, sector) in base.axes.sectors.iter().enumerate() {
            let (old, value) = (output[[n, j]], new.y_musd[[n, j]]);
            rows.push(vec![
                country.iso3.clone(),
                sector.id.clone(),
                change_pct(value / new.ln_cost[[n, j]].exp(), old),
                change_pct(value, old),
                number(100.0 * new.ln_price[[n, j]].exp_m1()),
                change_pct(new.x_musd[[n, j]], base.x_musd[[n, j]]),
            ]);
        }
    }
    rows
}

/// Change in percent; empty where there was nothing to change from.
fn change_pct(new: f64, old: f64) -> String {
    if old > 0.0 { number(100.0 * (new / old - 1.0)) } else { String::new() }
}
