//! Methods and derivatives on the default data set and the tiny one.

use std::path::Path;

use ndarray::Array3;
use tradepath::data::{Dataset, Files};
use tradepath::economy::{Economy, Tariffs};
use tradepath::equilibrium::{Closure, Method, PreparedBaseline, Shock};

pub fn economy(folder: &str) -> Economy {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    Economy::from_dataset(&Dataset::read(&Files::directory(&folder)).unwrap()).unwrap()
}

/// Shocks of every kind: tariffs, icebergs, technology, elasticities, growth, none, one without an answer.
pub fn shocks(base: &Economy) -> Vec<Shock> {
    let foreign =
        |value: f64| Array3::from_shape_fn(base.tau.dim(), move |(_, n, i)| if n == i { 1.0 } else { value });
    let tau = |step: f64| Shock {
        tau: Some(Tariffs::from_shape_fn(base.tau.dim(), |(j, n, i)| {
            if n == i { 1.0 } else { base.tau[[j, n, i]] + step * ((j + n + 2 * i) % 5) as f64 }
        })),
        ..Shock::default()
    };
    let mut all: Vec<Shock> = (1..8).map(|k| tau(0.01 * f64::from(k))).collect();
    all.push(Shock::default());
    all.push(Shock { iceberg_hat: Some(foreign(0.9)), ..tau(0.05) });
    all.push(Shock {
        technology_hat: Some(ndarray::Array2::from_elem((base.n(), base.s()), 1.2)),
        ..tau(0.0)
    });
    all.push(Shock { theta: Some(base.theta.mapv(|theta| 0.5 * theta)), ..tau(0.1) });
    all.push(Shock { real_gdp_hat: Some(ndarray::Array1::from_elem(base.n(), 1.03)), ..Shock::default() });
    all.push(Shock { tau: Some(foreign(f64::NAN).into()), ..Shock::default() });
    all.push(Shock { tau: Some(foreign(1.0).into()), ..Shock::default() });
    all
}

#[test]
fn a_shock_without_an_answer_names_the_methods_tried_and_the_worst_country() {
    let prepared = PreparedBaseline::new(economy("data/tiny"), Closure::Fixed).unwrap();
    let mut tau = prepared.economy().tau.clone();
    tau[[0, 0, 1]] = f64::NAN;
    let error = prepared.solve(&Shock { tau: Some(tau), ..Shock::default() }).unwrap_err().to_string();
    assert!(error.contains("(anderson, damped, newton, homotopy)"), "{error}");
    assert!(error.contains("Check the tariffs and barriers of "), "{error}");
}

#[test]
fn all_methods_agree_on_the_default_set() {
    for closure in [Closure::Fixed, Closure::GdpShare] {
        let prepared = PreparedBaseline::new(economy("data/apac"), closure).unwrap();
        for (at, shock) in shocks(prepared.economy()).iter().enumerate().step_by(4) {
            let Ok(found) = prepared.solve_with(shock, Method::Anderson) else { continue };
            for method in [Method::Damped, Method::Newton, Method::Homotopy] {
                let other = prepared.solve_with(shock, method).unwrap();
                let base = prepared.economy();
                let apart = &found.ln_welfare(base) - &other.ln_welfare(base);
                assert!(apart.iter().all(|gap| gap.abs() < 1e-8), "{method:?} on shock {at}: {apart}");
            }
        }
    }
}

#[test]
fn welfare_gradients_agree_with_central_differences() {
    for (folder, closure) in [("data/tiny", Closure::GdpShare), ("data/apac", Closure::Fixed)] {
        let prepared = PreparedBaseline::new(economy(folder), closure).unwrap();
        let base = prepared.economy().clone();
        let at = Shock { theta: Some(base.theta.clone()), ..shocks(&base)[4].clone() };
        let solved = prepared.solve(&at).unwrap();
        let sensitivity = prepared.sensitivity(&at, &solved);
        for country in [0, base.n() - 1] {
            let gradient = sensitivity.welfare(country).unwrap();
            let check = |name: &str, found: f64, step: f64, change: &dyn Fn(&mut Shock, f64)| {
                let value = |sign: f64| {
                    let mut moved = at.clone();
                    change(&mut moved, sign * step);
                    prepared.solve(&moved).unwrap().ln_welfare(&base)[country]
                };
                // Fourth order: the error of the second-order difference is above 1e-6 at this curvature.
                let near = value(1.0) - value(-1.0);
                let expected = (8.0 * near - (value(2.0) - value(-2.0))) / (12.0 * step);
                let allowed = 1e-6 * found.abs() + 2e-9;
                assert!((found - expected).abs() < allowed, "{name}: {found} against {expected}");
            };
            for j in 0..base.s() {
                check("theta", gradient.theta[j], 3e-3, &|shock, step| {
                    shock.theta.as_mut().unwrap()[j] += step;
                });
                for (n, i) in [(0, 1), (1, 0), (country, 2)] {
                    if n != i {
                        check("tariff", gradient.tau[[j, n, i]], 1e-3, &|shock, step| {
                            shock.tau.as_mut().unwrap()[[j, n, i]] += step;
                        });
                    }
                }
            }
        }
    }
}
