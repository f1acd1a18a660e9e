//! The files of `tradepath solve` (`contract.md`).

use ndarray::Array1;

use super::TableSpec;
use super::dir::number;
use crate::economy::{CuredDemand, Economy};
use crate::equilibrium::decompose::{Exact, first_order};
use crate::equilibrium::{Equilibrium, result};

/// 97.5 % point of the standard normal distribution.
const NORMAL_975: f64 = 1.959_963_984_540_054;

/// Name, type, unit and meaning.
type Column = (&'static str, &'static str, &'static str, &'static str);

const COUNTRY_COLUMNS: [Column; 19] = [
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
    (
        "technology_exact_pct",
        "number",
        "100 ln",
        "Path integral, of T (--technology) and of productivity^theta",
    ),
    ("transfers_exact_pct", "number", "100 ln", "Path integral"),
    ("income_pct", "number", "pct", "Nominal income in the numeraire"),
    ("exports_pct", "number", "pct", "Exports at border prices, without domestic sales"),
    ("imports_pct", "number", "pct", "Imports at border prices, without domestic sales"),
    ("tariff_revenue_musd", "number", "musd", "Counterfactual, with all quota rents"),
    ("tariff_revenue_base_musd", "number", "musd", "Baseline"),
    ("ev_musd", "number", "musd", "Equivalent variation at baseline prices"),
];

/// Columns that stand beside welfare where the sensitivities were asked for.
const INTERVAL_COLUMNS: [Column; 3] = [
    ("welfare_se_pct", "number", "100 ln", "Standard error by the delta method, from those of theta"),
    ("welfare_low_pct", "number", "pct", "Lower end of the 95 % interval"),
    ("welfare_high_pct", "number", "pct", "Upper end of the 95 % interval"),
];

const COUNTRY_COLUMNS_WITH_INTERVAL: [Column; 22] = {
    let mut all = [COUNTRY_COLUMNS[0]; 22];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < 19 { COUNTRY_COLUMNS[at] } else { INTERVAL_COLUMNS[at - 19] };
        at += 1;
    }
    all
};

/// `countries.csv`.
pub const COUNTRIES: TableSpec = TableSpec {
    file: "countries.csv",
    description: "Changes by country; exact parts are percent of real income in logs and sum to 100 ln W.",
    columns: &COUNTRY_COLUMNS,
};

/// `countries.csv` with an interval for welfare.
pub const COUNTRIES_WITH_INTERVAL: TableSpec =
    TableSpec { columns: &COUNTRY_COLUMNS_WITH_INTERVAL, ..COUNTRIES };

/// `sensitivity_theta.csv`.
pub const BY_THETA: TableSpec = TableSpec {
    file: "sensitivity_theta.csv",
    description: "Derivative of welfare with respect to every trade elasticity, at given baseline shares.",
    columns: &[
        ("iso3", "string", "", "Country whose welfare it is"),
        ("sector", "string", "", "Sector"),
        ("theta", "number", "", "Elasticity"),
        ("theta_se", "number", "", "Its standard error; empty where it is not given"),
        ("welfare_per_theta", "number", "100 ln", "Change of 100 ln W per unit of theta"),
    ],
};

/// `sensitivity_tariff.csv`.
pub const BY_TARIFF: TableSpec = TableSpec {
    file: "sensitivity_tariff.csv",
    description: "Derivative of welfare with respect to every tariff of a flow that is not zero.",
    columns: &[
        ("iso3", "string", "", "Country whose welfare it is"),
        ("exporter", "string", "", "Country"),
        ("importer", "string", "", "Country that charges the tariff"),
        ("sector", "string", "", "Sector"),
        ("welfare_per_point", "number", "100 ln", "Change of 100 ln W per percentage point of tariff"),
    ],
};

/// `adjustments.csv` of final demands that were cured.
pub const ADJUSTMENTS: TableSpec = TableSpec {
    file: "adjustments.csv",
    description: "Implied final demands below zero that were set to zero; other shares shrink in proportion.",
    columns: &[
        ("table", "string", "", "What was adjusted"),
        ("country", "string", "", "Country"),
        ("sector", "string", "", "Sector"),
        ("partner", "string", "", "Empty"),
        ("before_musd", "number", "musd", "Expenditure less intermediate use"),
        ("after_musd", "number", "musd", "Value used"),
        ("step", "string", "", "Why"),
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
        ("expansion_musd", "number", "musd", "Part from the importer's expenditure, at the mean share"),
        ("substitution_musd", "number", "musd", "Part from the share, at the mean expenditure"),
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
                let old = base.flow_musd([j, n, i]);
                let flow = new.flow_musd(j, n, i);
                let names = [&exporter.iso3, &importer.iso3, &sector.id].map(String::clone);
                let mut row = names.to_vec();
                row.extend([number(old), number(flow), change_pct(flow, old)]);
                row.extend(expansion_and_substitution(base, new, [j, n, i]).map(number));
                rows.push(row);
            }
        }
    }
    rows
}

/// Change of a flow, split into expansion (total expenditure) and substitution (share); they sum to it.
fn expansion_and_substitution(base: &Economy, new: &Equilibrium, at: [usize; 3]) -> [f64; 2] {
    let [j, n, _] = at;
    let (old_share, new_share) = (base.pi[at] / base.tau[at], new.pi[at] / new.tau[at]);
    let (old_x, new_x) = (base.x_musd[[n, j]], new.x_musd[[n, j]]);
    [0.5 * (old_share + new_share) * (new_x - old_x), 0.5 * (old_x + new_x) * (new_share - old_share)]
}

/// Adds standard error and 95 % interval of welfare to the rows of `countries.csv`.
pub fn add_interval(rows: &mut [Vec<String>], ln_welfare: &Array1<f64>, se: &[f64]) {
    for ((row, ln), se) in rows.iter_mut().zip(ln_welfare).zip(se) {
        let end = |sign: f64| 100.0 * (ln + sign * NORMAL_975 * se / 100.0).exp_m1();
        row.extend([*se, end(-1.0), end(1.0)].map(number));
    }
}

/// Rows of `sensitivity_theta.csv` from derivatives of `ln W`, `[n,j]`.
#[must_use]
pub fn theta_rows(base: &Economy, by_theta: &ndarray::Array2<f64>, theta: &Array1<f64>) -> Vec<Vec<String>> {
    let row = |((n, j), derivative): ((usize, usize), &f64)| {
        let sector = &base.axes.sectors[j];
        let se = sector.theta_se.map(number).unwrap_or_default();
        let country = base.axes.countries[n].iso3.clone();
        vec![country, sector.id.clone(), number(theta[j]), se, number(100.0 * derivative)]
    };
    by_theta.indexed_iter().map(row).collect()
}

/// Rows of `sensitivity_tariff.csv` of one country from derivatives of its `ln W`, `[j,n,i]`.
#[must_use]
pub fn tariff_rows(base: &Economy, country: usize, by_tau: &ndarray::Array3<f64>) -> Vec<Vec<String>> {
    let name = |at: usize| base.axes.countries[at].iso3.clone();
    let traded = by_tau.indexed_iter().filter(|((j, n, i), _)| n != i && base.pi[[*j, *n, *i]] > 0.0);
    // Per percentage point of tariff and in 100 ln W: the two hundreds cancel.
    let row = |((j, n, i), derivative): ((usize, usize, usize), &f64)| {
        vec![name(country), name(i), name(n), base.axes.sectors[j].id.clone(), number(*derivative)]
    };
    traded.map(row).collect()
}

/// Rows of `adjustments.csv`.
#[must_use]
pub fn cured_rows(cured: &[CuredDemand]) -> Vec<Vec<String>> {
    let row = |cure: &CuredDemand| {
        let (country, sector) = (cure.country.clone(), cure.sector.clone());
        let step = "negative final demand set to 0".to_owned();
        vec![
            "final_demand".into(),
            country,
            sector,
            String::new(),
            number(cure.before_musd),
            number(0.0),
            step,
        ]
    };
    cured.iter().map(row).collect()
}

/// Rows of `sectors.csv`.
#[must_use]
pub fn sector_rows(base: &Economy, new: &Equilibrium) -> Vec<Vec<String>> {
    let mut output = ndarray::Array2::<f64>::zeros((base.n(), base.s()));
    for ((j, n, i), _) in base.pi.indexed_iter() {
        output[[i, j]] += base.flow_musd([j, n, i]);
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
