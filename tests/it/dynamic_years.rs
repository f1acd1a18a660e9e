//! Capital along the years of the default data: flat without a change, cheap, apart from the static gain; bad tables.

use std::fs;

use assert_cmd::Command;
use ndarray::{Array1, Array3};
use predicates::str::contains;
use tradepath::data::{Dataset, Files};
use tradepath::economy::Economy;
use tradepath::equilibrium::{Closure, PreparedBaseline, Shock};
use tradepath::policy::PolicyBook;
use tradepath::projection::{BaselinePath, Capital, Growth};

fn apac() -> (Files, Dataset) {
    let files = Files::embedded().folder("apac");
    let data = Dataset::read(&files).unwrap();
    (files, data)
}

/// Imports of goods about 5 % cheaper to bring in, by cell.
fn cheaper(base: &Economy) -> Shock {
    let iceberg = Array3::from_shape_fn(base.tau.dim(), |(j, n, i)| {
        if n == i { 1.0 } else { 0.95 + 0.01 * ((j + 2 * n + 3 * i) % 4) as f64 }
    });
    Shock { iceberg_hat: Some(iceberg), ..Shock::default() }
}

#[test]
fn without_a_change_every_year_to_2040_is_flat_with_capital() {
    let (files, data) = apac();
    let growth = Growth::read(&files, &data.axes, data.meta.year + 1, 2040).unwrap();
    let book = PolicyBook::read(&Files::embedded(), &data.axes).unwrap();
    let economy = Economy::from_dataset(&data).unwrap();
    let path = BaselinePath::solve(economy, data.meta.year..=2040, &growth, &book).unwrap();
    let capital = Capital::read(&files, &data.axes).unwrap();
    let mut k = capital.start();
    for year in &path.years {
        let base = year.prepared.economy();
        let shock = Shock {
            tau: Some(base.tau.clone()),
            factor_hat: Some(capital.factor_hat(k.view())),
            ..Shock::default()
        };
        let ln_real_income = year.prepared.solve(&shock).unwrap().ln_welfare(base);
        assert!(ln_real_income.iter().chain(&k).all(|ln| ln.abs() < 1e-9), "{}", year.year);
        k = capital.next(k.view(), ln_real_income.view());
    }
    // What capital adds, to first order, is what it adds.
    let (first, base) = (&path.years[0], path.years[0].prepared.economy());
    let (shock, k) = (cheaper(base), Array1::from_shape_fn(base.n(), |n| 0.002 * ((n % 5) as f64 - 1.0)));
    let still = first.prepared.solve(&shock).unwrap().ln_welfare(base);
    let moved = Shock { factor_hat: Some(capital.factor_hat(k.view())), ..shock };
    let exact = first.prepared.solve(&moved).unwrap().ln_welfare(base) - still;
    let linear = first.real_income_of_factors(&capital.ln_factor(k.view())).unwrap();
    let largest = exact.iter().fold(0.0_f64, |largest, added| largest.max(added.abs()));
    assert!((&exact - &linear).iter().all(|gap| gap.abs() < 0.03 * largest), "{exact} {linear}");
}

/// Evaluations of the conditions, which all solves are made of: 20 years against one year.
#[test]
fn twenty_years_of_capital_cost_less_than_22_solves() {
    let (files, data) = apac();
    let fixed = PreparedBaseline::new(Economy::from_dataset(&data).unwrap(), Closure::Fixed).unwrap();
    let capital = Capital::read(&files, &data.axes).unwrap();
    let base = fixed.economy();
    let shock = cheaper(base);
    let once = fixed.solve(&shock).unwrap().stats.evaluations;
    let (mut k, mut last, mut evaluations) = (capital.start(), None, 0);
    for _ in 0..20 {
        let shock = Shock { factor_hat: Some(capital.factor_hat(k.view())), ..shock.clone() };
        let solved = match &last {
            Some(last) => fixed.solve_from(&shock, last).unwrap(),
            None => fixed.solve(&shock).unwrap(),
        };
        evaluations += solved.stats.evaluations;
        k = capital.next(k.view(), solved.ln_welfare(base).view());
        last = Some(solved.starting_point());
    }
    println!("evaluations: one solve {once}, 20 years {evaluations}");
    assert!(evaluations < 22 * once, "{evaluations} against {once}");
}

#[test]
fn tables_of_years_are_checked() {
    let check = |file: &str, from: &str, to: &str, says: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        tradepath::data::write_embedded(folder.path()).unwrap();
        let path = folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file}: {from}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let plan = folder.path().join("plan.toml");
        let mut failed =
            Command::new(env!("CARGO_BIN_EXE_tradepath")).arg("check").arg(plan).assert().code(2);
        for text in says {
            failed = failed.stderr(contains(*text));
        }
    };
    check(
        "years/adjustment.csv",
        "\n4,",
        "\n14,",
        &["adjustment.csv:6", "ages 0, 1, 2", "missing is not zero"],
    );
    check(
        "years/adjustment.csv",
        "3,0.53",
        "3,0.43",
        &["adjustment.csv:5", "at least that of the year before"],
    );
    check("apac/factors.csv", "USA,0.4031,", "USA,1.4031,", &["factors.csv:2", "capital_share"]);
    check(
        "apac/factors.csv",
        "USA,0.4031,0.0498,6",
        "USA,0.4031,0.0498,-6",
        &["factors.csv:2", "capital_musd"],
    );
    check("plan.toml", "= \"perfect\"", "= \"imperfect\"", &["plan.toml", "imperfect"]);
    check("plan.toml", "discount_pct = 3.0", "discount_pct = -3.0", &["discount_pct", "0 to 50"]);
    check("apac/growth.csv", "\nUSA,2021,2021,", "\nUSA,2020,2020,", &["growth.csv", "USA"]);
}
