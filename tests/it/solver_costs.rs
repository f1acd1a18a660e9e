//! Trade costs of any size: autarky against its closed form, the exact decomposition, deficits that nobody can finance.

use std::path::Path;

use ndarray::{Array1, Array3};
use tradepath::data::{Dataset, Files};
use tradepath::economy::Economy;
use tradepath::equilibrium::{Closure, Method, PreparedBaseline, Shock, decompose};

/// Factors on trade costs; tariffs are a factor less one.
const FACTORS: [f64; 11] = [2.0, 3.0, 5.0, 10.0, 30.0, 100.0, 1e3, 1e6, 1e12, 1e100, 1e300];

/// Exporter, importer and values by sector, million USD: every pair is in balance.
const TRADE: [(&str, &str, [f64; 2]); 9] = [
    ("AAA", "AAA", [200.0, 110.0]),
    ("BBB", "BBB", [500.0, 260.0]),
    ("CCC", "CCC", [300.0, 220.0]),
    ("AAA", "BBB", [4.0, 36.0]),
    ("BBB", "AAA", [12.0, 28.0]),
    ("AAA", "CCC", [30.0, 5.0]),
    ("CCC", "AAA", [20.0, 15.0]),
    ("BBB", "CCC", [25.0, 40.0]),
    ("CCC", "BBB", [60.0, 5.0]),
];

/// Three countries and two sectors with input links, free trade; `extra` is added to what AAA buys from CCC.
pub fn write_linked(folder: &Path, extra: f64) {
    let write = |name: &str, text: String| std::fs::write(folder.join(name), text).unwrap();
    let meta =
        "name = \"linked\"\nyear = 2019\nunit = \"musd\"\nvaluation = \"border\"\nsource = \"made up\"\n";
    write("meta.toml", format!("{meta}default_tariff_pct = 0\n"));
    write("countries.csv", "iso3,name,region\nAAA,A,R\nBBB,B,R\nCCC,C,R\n".into());
    write("sectors.csv", "sector,name,kind,theta\ns0,s0,goods,5\ns1,s1,goods,4\n".into());
    let mut trade = "exporter,importer,sector,value_musd\n".to_owned();
    for (exporter, importer, values) in TRADE {
        for (j, value) in values.iter().enumerate() {
            let more = if (exporter, importer, j) == ("CCC", "AAA", 0) { extra } else { 0.0 };
            trade += &format!("{exporter},{importer},s{j},{}\n", value + more);
        }
    }
    write("trade.csv", trade);
    let inputs =
        [("AAA", [0.1, 0.25, 0.2, 0.15]), ("BBB", [0.3, 0.15, 0.25, 0.2]), ("CCC", [0.2, 0.3, 0.3, 0.25])];
    let mut io = "country,input_sector,output_sector,share\n".to_owned();
    let mut va = "country,sector,share\n".to_owned();
    for (country, [a, b, c, d]) in inputs {
        io +=
            &format!("{country},s0,s0,{a}\n{country},s1,s0,{b}\n{country},s0,s1,{c}\n{country},s1,s1,{d}\n");
        va += &format!("{country},s0,{}\n{country},s1,{}\n", 1.0 - a - b, 1.0 - c - d);
    }
    write("io.csv", io);
    write("value_added.csv", va);
}

fn read(folder: &Path) -> Economy {
    Economy::from_dataset(&Dataset::read(&Files::directory(folder)).unwrap()).unwrap()
}

fn linked(extra: f64) -> Economy {
    let folder = tempfile::tempdir().unwrap();
    write_linked(folder.path(), extra);
    read(folder.path())
}

/// Costs of all trade across borders, or of one country's, times `factor`, by barriers or by tariffs.
fn shock(base: &Economy, factor: f64, by_tariffs: bool, only: Option<usize>) -> Shock {
    let is_hit = |n: usize, i: usize| n != i && only.is_none_or(|c| n == c || i == c);
    if by_tariffs {
        let mut tau = base.tau.clone();
        for ((_, n, i), tau) in tau.indexed_iter_mut() {
            *tau = if is_hit(n, i) { (*tau * factor).min(1e298) } else { *tau };
        }
        return Shock { tau: Some(tau), ..Shock::default() };
    }
    let hat = Array3::from_shape_fn(base.tau.dim(), |(_, n, i)| if is_hit(n, i) { factor } else { 1.0 });
    Shock { iceberg_hat: Some(hat), ..Shock::default() }
}

/// ln W of a country without trade: `P = c pi_nn^(-1/theta)`, `c = prod P^gamma_io` at unchanged wages, and no
/// duties: the closed form of Arkolakis, Costinot & Rodriguez-Clare (2012) with input links.
fn autarky(base: &Economy, n: usize) -> f64 {
    by_home_shares(base, n, &|_| 1.0, 0.0)
}

/// The same with the home shares of a solution, `pi_nn'` by sector, and its duties over value added.
fn by_home_shares(base: &Economy, n: usize, home: &dyn Fn(usize) -> f64, revenue_share: f64) -> f64 {
    let s = base.s();
    let mut price = vec![0.0; s];
    for _ in 0..5000 {
        let cost = |j: usize| (0..s).map(|k| base.gamma_io[[n, j, k]] * price[k]).sum::<f64>();
        price = (0..s).map(|j| cost(j) + (home(j).ln() - base.pi[[j, n, n]].ln()) / base.theta[j]).collect();
    }
    let revenue = tradepath::equilibrium::result::base_revenue(base)[n];
    let index: f64 = price.iter().enumerate().map(|(j, price)| base.alpha[[n, j]] * price).sum();
    revenue_share.ln_1p() - (revenue / base.va_musd[n]).ln_1p() - index
}

#[test]
fn the_closed_form_of_the_fixture_is_the_one_computed_apart() {
    // By dense algebra in another language.
    let base = linked(0.0);
    let found: Vec<f64> = (0..3).map(|n| 100.0 * autarky(&base, n).exp_m1()).collect();
    for (found, expected) in found.iter().zip(AUTARKY_PCT) {
        assert!((found - expected).abs() < 1e-8, "{found} {expected}");
    }
}

const AUTARKY_PCT: [f64; 3] = [-7.495_596_860_748_114, -5.036_836_146_199_87, -7.848_469_908_127_635];

#[test]
fn autarky_by_any_factor_has_its_closed_form() {
    let prepared = PreparedBaseline::new(linked(0.0), Closure::Fixed).unwrap();
    let base = prepared.economy();
    for factor in FACTORS {
        for by_tariffs in [false, true] {
            for only in [None, Some(0), Some(2)] {
                let about = format!("{factor:e}, tariffs {by_tariffs}, country {only:?}");
                let solved = prepared.solve(&shock(base, factor, by_tariffs, only));
                let solved = solved.unwrap_or_else(|error| panic!("{about}: {error}"));
                let welfare = solved.ln_welfare(base);
                let shares = solved.pi.lanes(ndarray::Axis(2));
                assert!(shares.into_iter().all(|row| (row.sum() - 1.0).abs() < 1e-12), "{about}");
                // What trade is left is of the order of the factor to the power of the lower elasticity.
                let tolerance = 2.0 * factor.powf(-4.0) + 1e-10;
                for n in (0..3).filter(|n| only.is_none_or(|only| only == *n)) {
                    let gap = (welfare[n] - autarky(base, n)).abs();
                    assert!(gap < tolerance, "{about}: {n} misses autarky by {gap:.1e}");
                }
                if only == Some(0) {
                    // The others go on trading, and lose.
                    assert!(welfare[1] < 0.0 && welfare[1] > autarky(base, 1) + 0.003, "{about}");
                }
            }
        }
    }
}

#[test]
fn autarky_of_the_default_data_has_its_closed_form() {
    let prepared = PreparedBaseline::new(super::equilibrium::economy("data/apac"), Closure::Zero).unwrap();
    let base = prepared.economy();
    let of = |iso3: &str| base.axes.country_idx[iso3];
    let cases = [
        (3.0, false, None),
        (30.0, false, None),
        (30.0, true, Some(of("VNM"))),
        (100.0, true, None),
        (1e3, false, None),
        (1e3, false, Some(of("ROW"))),
        (1e4, true, None),
        (1e6, false, Some(of("SGP"))),
        (1e300, false, None),
        (1e298, true, Some(of("BRN"))),
    ];
    for (factor, by_tariffs, only) in cases {
        let about = format!("{factor:e}, tariffs {by_tariffs}, country {only:?}");
        let solved = prepared.solve(&shock(base, factor, by_tariffs, only));
        let solved = solved.unwrap_or_else(|error| panic!("{about}: {error}"));
        let welfare = solved.ln_welfare(base);
        for n in 0..base.n() {
            // Whatever trade is left, home shares tell real income.
            let home = |j: usize| solved.pi[[j, n, n]];
            let told = by_home_shares(base, n, &home, solved.revenue[n] / solved.factor_income[n]);
            assert!((welfare[n] - told).abs() < 1e-8, "{about}: {n} {} {told}", welfare[n]);
            // What is left falls with the lowest elasticity (2.2); an economy that makes hardly any goods (Hong Kong)
            // keeps much of it up to factors of ten thousand.
            if factor > 1e5 && only.is_none_or(|only| only == n) {
                let closed = autarky(base, n);
                assert!((welfare[n] - closed).abs() < 1e-5, "{about}: {n} {} {closed}", welfare[n]);
            }
        }
    }
}

#[test]
fn a_country_that_makes_nothing_of_a_sector_pays_whatever_it_costs() {
    // AAA makes no s0 and uses it only in consumption: barriers on all it buys pass on in full, in logs.
    let mut base = linked(0.0);
    base.pi[[0, 0, 1]] += base.pi[[0, 0, 0]];
    base.pi[[0, 0, 0]] = 0.0;
    for j in 0..2 {
        base.gamma_io[[0, j, 0]] = 0.0;
        base.gamma_va[[0, j]] = 1.0 - base.gamma_io[[0, j, 1]];
    }
    let prepared = PreparedBaseline::new(base, Closure::Zero).unwrap();
    let base = prepared.economy();
    for factor in [1e10_f64, 1e70, 1e100, 1e300] {
        let hat =
            Array3::from_shape_fn(
                base.tau.dim(),
                |(j, n, i)| if (j, n) == (0, 0) && i != 0 { factor } else { 1.0 },
            );
        let solved = prepared.solve(&Shock { iceberg_hat: Some(hat), ..Shock::default() }).unwrap();
        // All suppliers are hit alike, so that nothing else moves.
        assert!(
            (solved.ln_price[[0, 0]] - factor.ln()).abs() < 1e-8,
            "{factor:e} {}",
            solved.ln_price[[0, 0]]
        );
        assert!(solved.ln_wage.iter().all(|wage| wage.abs() < 1e-8), "{factor:e}");
        let loss = -solved.ln_welfare(base)[0] / (base.alpha[[0, 0]] * factor.ln());
        assert!((loss - 1.0).abs() < 1e-8, "{factor:e} {loss}");
        assert!((&solved.pi - &base.pi).iter().all(|gap| gap.abs() < 1e-9), "{factor:e}");
    }
}

#[test]
fn deficits_that_autarky_cannot_finance_are_named() {
    let prepared = PreparedBaseline::new(linked(50.0), Closure::Fixed).unwrap();
    let closed = |factor| shock(prepared.economy(), factor, false, None);
    for factor in [1e2, 1e6, 1e300] {
        let error = prepared.solve(&closed(factor)).unwrap_err();
        assert!(error.to_string().contains("--deficits zero"), "{error}");
    }
    assert!(prepared.solve(&closed(1.2)).is_ok());
}

#[test]
fn an_error_names_the_residual_that_failed() {
    let prepared = PreparedBaseline::new(linked(50.0), Closure::Fixed).unwrap();
    let closed = shock(prepared.economy(), 1e6, false, None);
    for method in [Method::Anderson, Method::Damped, Method::Newton, Method::Homotopy] {
        let error = prepared.solve_with(&closed, method).unwrap_err();
        assert!(error.refusal.is_some() || error.residual > error.tolerance, "{error}");
        assert!(error.refusal.is_some() || error.to_string().contains(error.measure), "{error}");
    }
}

#[test]
fn the_exact_parts_sum_to_ln_w_whatever_the_costs() {
    let prepared = PreparedBaseline::new(linked(0.0), Closure::Fixed).unwrap();
    let base = prepared.economy();
    let check = |about: &str, shock: &Shock| {
        let exact = decompose::exact(&prepared, shock, 8).unwrap_or_else(|error| panic!("{about}: {error}"));
        let gap: Array1<f64> = exact.sum() - prepared.solve(shock).unwrap().ln_welfare(base);
        let gap = gap
            .iter()
            .fold(0.0_f64, |largest, gap| if gap.is_nan() { f64::NAN } else { gap.abs().max(largest) });
        assert!(gap < 1e-8 && exact.gap < 1e-8, "{about}: {gap:.1e}, {} pieces", exact.pieces);
        exact
    };
    for tariff_pct in [10.0, 100.0, 1e3, 1e4, 1e6, 1e10, 1e100] {
        for only in [None, Some(1)] {
            check(&format!("{tariff_pct} %"), &shock(base, 1.0 + tariff_pct / 100.0, true, only));
        }
    }
    for factor in [1.05, 10.0, 1e3, 1e6, 1e100, 1e300] {
        let exact = check(&format!("iceberg {factor}"), &shock(base, factor, false, None));
        assert!(exact.pieces == 1 || factor > 2.0);
        // There are no duties: barriers and terms of trade are all there is.
        assert!(exact.volume_of_trade.iter().all(|part| *part == 0.0));
    }
}

#[test]
fn deficits_in_proportion_keep_spending_over_output_up_to_one_world_factor() {
    let prepared = PreparedBaseline::new(linked(40.0), Closure::GdpShare).unwrap();
    let base = prepared.economy();
    let mut change = shock(base, 1.3, false, Some(0));
    change.technology_hat = Some(ndarray::Array2::from_shape_fn((3, 2), |(i, _)| 1.0 + 0.8 * i as f64));
    let solved = prepared.solve(&change).unwrap();
    let ratio = |n: usize| {
        let old = 1.0 + base.deficit_musd[n] / base.va_musd[n];
        (1.0 + solved.deficit[n] / solved.factor_income[n]) / old
    };
    assert!((ratio(0) - 1.0).abs() > 1e-4, "wages move enough to tell");
    assert!((ratio(0) - ratio(1)).abs() < 1e-12 && (ratio(0) - ratio(2)).abs() < 1e-12);
    assert!(solved.deficit.sum().abs() < 1e-9 * base.world_va_musd());
    // Derivatives know the closure: a step of one tariff against the gradient.
    let gradient = prepared.sensitivity(&change, &solved).welfare(0).unwrap();
    let step = |by: f64| {
        let mut tau = base.tau.clone();
        tau[[1, 0, 2]] += by;
        let stepped = Shock { tau: Some(tau), ..change.clone() };
        prepared.solve(&stepped).unwrap().ln_welfare(base)[0]
    };
    let slope = (step(1e-4) - step(-1e-4)) / 2e-4;
    assert!((slope - gradient.tau[[1, 0, 2]]).abs() < 1e-7, "{slope} {}", gradient.tau[[1, 0, 2]]);
}
