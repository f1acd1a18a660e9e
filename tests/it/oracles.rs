//! Other people's numbers. Skipped, and said so, where the folder `../shared` is missing.

use std::collections::HashMap;
use std::path::PathBuf;

use ndarray::Array1;
use tradepath::data::{Dataset, Files, Table};
use tradepath::economy::Economy;
use tradepath::equilibrium::{Closure, Equilibrium, PreparedBaseline, Shock, decompose, result};
use tradepath::error::Faults;

pub fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var("TRADEPATH_SHARED")
        .map_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let found = root.join(path);
    if found.exists() {
        return Some(found);
    }
    println!("skipped: {path} is not at hand");
    None
}

struct Oracle {
    base: Economy,
    new: Equilibrium,
    first: decompose::FirstOrder,
}

impl Oracle {
    fn solve(folder: &std::path::Path, closure: Closure) -> Self {
        let data = Dataset::read(&Files::directory(folder)).unwrap();
        let prepared = PreparedBaseline::new(Economy::from_dataset(&data).unwrap(), closure).unwrap();
        let mut tau = prepared.economy().tau.clone();
        let text = std::fs::read_to_string(folder.join("tariffs_counterfactual.csv")).unwrap();
        let columns = ["exporter", "importer", "sector", "tariff_pct"];
        let table = Table::parse("tariffs", &text, &columns, &[], &mut Faults::new()).unwrap();
        for row in table.rows() {
            let at = |column| data.axes.country_idx[row.text(column)];
            let j = data.axes.sector_idx[row.text("sector")];
            tau[[j, at("importer"), at("exporter")]] =
                1.0 + row.text("tariff_pct").parse::<f64>().unwrap() / 100.0;
        }
        let base = prepared.economy().clone();
        let shock = Shock { tau: Some(tau), ..Shock::default() };
        let new = prepared.solve(&shock).unwrap();
        assert!(new.stats.residual < 1e-10 && new.stats.walras_residual.abs() < 1e-10);
        Self { first: decompose::first_order(&base, &new), base, new }
    }

    fn measures(&self) -> HashMap<&'static str, Array1<f64>> {
        let pct = |ln: Array1<f64>| ln.mapv(|ln| 100.0 * ln.exp_m1());
        let price = self.new.ln_price_index(&self.base);
        let change = |new: &Array1<f64>, old: &Array1<f64>| 100.0 * (new / old - 1.0);
        let (exports, imports) = self.new.trade_totals();
        let (base_exports, base_imports) = result::totals(&self.base.pi, &self.base.tau, &self.base.x_musd);
        HashMap::from([
            ("terms_of_trade_pct", self.first.terms_of_trade_pct.clone()),
            ("volume_of_trade_pct", self.first.volume_of_trade_pct.clone()),
            ("welfare_first_order_pct", &self.first.terms_of_trade_pct + &self.first.volume_of_trade_pct),
            ("real_wage_pct", pct(&self.new.ln_wage - &price)),
            ("wage_pct", pct(self.new.ln_wage.clone())),
            ("price_index_pct", pct(price)),
            ("welfare_exact_pct", pct(self.new.ln_welfare(&self.base))),
            ("income_pct", change(&self.new.income, &Equilibrium::base_income(&self.base))),
            ("exports_pct", change(&exports, &base_exports)),
            ("imports_pct", change(&imports, &base_imports)),
            ("tariff_revenue_musd", self.new.revenue.clone()),
            ("tariff_revenue_base_musd", result::base_revenue(&self.base)),
        ])
    }

    fn bilateral_pct(&self, importer: usize, exporter: usize) -> f64 {
        let flow =
            |pi: &ndarray::Array3<f64>, tau: &tradepath::economy::Tariffs, x: &ndarray::Array2<f64>| -> f64 {
                (0..self.base.s())
                    .map(|j| pi[[j, importer, exporter]] * x[[importer, j]] / tau[[j, importer, exporter]])
                    .sum()
            };
        let old = flow(&self.base.pi, &self.base.tau, &self.base.x_musd);
        100.0 * (flow(&self.new.pi, &self.new.tau, &self.new.x_musd) / old - 1.0)
    }
}

/// Caliendo & Parro (2015), NAFTA 1993-2005, 31 x 40; tolerance of each row from the file.
#[test]
fn nafta_of_caliendo_and_parro_is_reproduced() {
    let Some(folder) = shared("oracles/cp2015") else { return };
    let text = std::fs::read_to_string(folder.join("expected.csv")).unwrap();
    let columns = ["deficits", "country", "measure", "value", "tolerance", "origin"];
    let table = Table::parse("expected", &text, &columns, &[], &mut Faults::new()).unwrap();
    let (mut compared, mut missed) = (0, Vec::new());
    for (name, closure) in [("zero", Closure::Zero), ("fixed", Closure::Fixed)] {
        let oracle = Oracle::solve(&folder, closure);
        let measures = oracle.measures();
        let country_idx = &oracle.base.axes.country_idx;
        for row in table.rows().filter(|row| row.text("deficits") == name) {
            let n = country_idx[row.text("country")];
            let measure = row.text("measure");
            let found = match measures.get(measure) {
                Some(values) => values[n],
                None if measure.starts_with("imports_from_") => {
                    oracle.bilateral_pct(n, country_idx[&measure[13..16]])
                }
                None => continue,
            };
            let (expected, tolerance): (f64, f64) =
                (row.text("value").parse().unwrap(), row.text("tolerance").parse().unwrap());
            compared += 1;
            if (found - expected).abs() > tolerance {
                missed.push(format!("{name} {} {measure}: {found} against {expected}", row.text("country")));
            }
        }
    }
    println!("{compared} rows compared");
    assert!(compared > 700, "only {compared} rows of the oracle were compared");
    assert!(missed.is_empty(), "{} rows missed:\n{}", missed.len(), missed.join("\n"));
}

fn fixture() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/nafta4")
}

/// Our own aggregate of the same data, solved independently: runs everywhere.
#[test]
fn the_small_nafta_of_our_own_is_reproduced() {
    let text = std::fs::read_to_string(fixture().join("expected.csv")).unwrap();
    let columns = ["deficits", "country", "measure", "value", "tolerance"];
    let table = Table::parse("expected", &text, &columns, &[], &mut Faults::new()).unwrap();
    let mut compared = 0;
    for (name, closure) in [("zero", Closure::Zero), ("fixed", Closure::Fixed)] {
        let oracle = Oracle::solve(&fixture(), closure);
        let measures = oracle.measures();
        for row in table.rows().filter(|row| row.text("deficits") == name) {
            let Some(values) = measures.get(row.text("measure")) else { continue };
            let found = values[oracle.base.axes.country_idx[row.text("country")]];
            let number = |column| row.text(column).parse::<f64>().unwrap();
            let (expected, tolerance) = (number("value"), number("tolerance"));
            let place = format!("{name} {} {}", row.text("country"), row.text("measure"));
            assert!((found - expected).abs() <= tolerance, "{place}: {found} against {expected}");
            compared += 1;
        }
    }
    assert_eq!(compared, 56);
}

/// Trap 1 of the CP data: the published first-order change has arithmetic changes. With logs it more than
/// halves for Mexico, and the exact change has the other sign.
#[test]
fn the_first_order_change_is_arithmetic_and_neither_logarithmic_nor_exact() {
    let oracle = Oracle::solve(&fixture(), Closure::Zero);
    let mexico = oracle.base.axes.country_idx["MEX"];
    let measure = |name: &str| oracle.measures()[name][mexico];
    assert!((measure("welfare_first_order_pct") - 0.891_338_8).abs() < 1e-6);
    assert!(measure("welfare_first_order_pct") > 2.0 * 0.370_774_4, "with log changes");
    assert!(measure("welfare_exact_pct") < -0.1);
}

/// Trap 2: the data are not an equilibrium under their own final-demand shares. The baseline is re-solved
/// and said to have moved; without a policy nothing changes against it.
#[test]
fn a_baseline_that_is_no_equilibrium_is_solved_again_first() {
    let data = Dataset::read(&Files::directory(&fixture())).unwrap();
    for (closure, moved) in [(Closure::Zero, 0.021_166_345), (Closure::Fixed, 0.004_991_159)] {
        let raw = Economy::from_dataset(&data).unwrap();
        let prepared = PreparedBaseline::new(raw.clone(), closure).unwrap();
        assert!((prepared.resolved_ln_wage - moved).abs() < 1e-8);
        let same = prepared.solve(&Shock::default()).unwrap();
        assert!(same.ln_welfare(prepared.economy()).iter().all(|ln| ln.abs() < 1e-12));
        assert!((&same.x_musd - &raw.x_musd).iter().any(|moved| moved.abs() > 1.0));
    }
}

/// Trap 3: half of the flows are zero, and a zero flow has no rate of change in the volume term.
#[test]
fn zero_flows_do_not_enter_the_volume_of_trade() {
    let oracle = Oracle::solve(&fixture(), Closure::Fixed);
    let (base, at) = (&oracle.base, [1, 1, 0]);
    assert_eq!((base.pi[at], oracle.new.pi[at]), (0.0, 0.0));
    assert!(base.tau[at] > 1.0 && oracle.new.tau[at] < base.tau[at], "its tariff is cut all the same");
    assert!(oracle.first.volume_of_trade_pct.iter().all(|value| value.is_finite()));
    assert!(oracle.first.volume_of_trade_pct.iter().any(|value| *value != 0.0));
}
