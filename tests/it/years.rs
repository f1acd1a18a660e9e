//! The baseline path of the default set.

use std::fs::File;
use std::io::Read;

use ndarray::Array1;
use tradepath::data::{Dataset, Files};
use tradepath::economy::Economy;
use tradepath::ensemble::{DrawnParameters, Numbers, Plan, Point};
use tradepath::equilibrium::{Closure, PreparedBaseline, Shock};
use tradepath::policy::PolicyBook;
use tradepath::projection::{BaselinePath, Growth, Outcome};

use crate::oracles::shared;

/// The path of the default set to `last`, and its growth.
fn path(last: i16) -> (Dataset, BaselinePath, Growth) {
    let files = Files::embedded().folder("apac");
    let data = Dataset::read(&files).unwrap();
    let growth = Growth::read(&files, &data.axes, 2020, last).unwrap();
    let book = PolicyBook::read(&Files::embedded(), &data.axes).unwrap();
    let path = BaselinePath::solve(Economy::from_dataset(&data).unwrap(), 2019..=last, &growth, &book);
    (data, path.unwrap(), growth)
}

#[test]
fn the_path_reproduces_the_growth_table_and_options_start_flat() {
    let (_, path, growth) = path(2035);
    for pair in path.years.windows(2) {
        let real = |at: usize| {
            let year = &pair[at];
            &year.prepared.economy().va_musd / &year.ln_price_level.mapv(f64::exp)
        };
        for (found, target) in (real(1) / real(0)).iter().zip(growth.ratios(pair[1].year)) {
            assert!((found / target - 1.0).abs() < 1e-9, "{}: {found} against {target}", pair[1].year);
        }
    }
    let last = path.year(2035).unwrap();
    let flat = last.outcome(&Shock::default()).unwrap();
    assert!(flat.countries.iter().all(|change| change.abs() < 1e-3), "musd and percent");
    let mut tau = last.prepared.economy().tau.clone();
    tau.fill(1.0);
    let free = last.outcome(&Shock { tau: Some(tau), ..Shock::default() }).unwrap();
    let world_gain: f64 = free.countries.row(1).sum();
    assert!(world_gain > 0.0, "free trade everywhere gains {world_gain} musd");
    let reallocated = Outcome::MEASURES.iter().position(|(name, _)| *name == "labour_reallocated").unwrap();
    // Workers change sector; their number in a country stays.
    let base = last.prepared.economy();
    for n in 0..base.n() {
        let workers = |j: usize| {
            let sold = |m: usize| base.pi[[j, m, n]] * base.x_musd[[m, j]] / base.tau[[j, m, n]];
            base.gamma_va[[n, j]] * (0..base.n()).map(sold).sum::<f64>()
        };
        let all: f64 = (0..base.s()).map(workers).sum();
        let moved: f64 = (0..base.s()).map(|j| workers(j) / all * free.employment_pct[[n, j]]).sum();
        let halves: f64 =
            (0..base.s()).map(|j| 0.5 * workers(j) / all * free.employment_pct[[n, j]].abs()).sum();
        assert!(moved.abs() < 1e-8, "{moved}");
        assert!((halves - free.countries[[reallocated, n]]).abs() < 1e-8, "half of what moves");
    }
}

#[test]
fn a_baseline_with_growth_of_its_own_is_an_equilibrium_like_any_other() {
    let (_, path, _) = path(2020);
    let year = path.year(2020).unwrap();
    let base = year.prepared.economy();
    let n = base.n();
    let ln_factor = Array1::from_shape_fn(n, |n| 0.1 * ((n * 7 % 11) as f64 / 5.0 - 1.0));
    let grown = year.with_factors(&ln_factor).unwrap();
    let economy = grown.prepared.economy();
    // A data set that is brought into equilibrium anew stays where it is.
    let anew = PreparedBaseline::new(economy.clone(), Closure::Fixed).unwrap();
    assert!(anew.resolved_ln_wage < 1e-9, "{}", anew.resolved_ln_wage);
    let flat = grown.outcome(&Shock::default()).unwrap();
    assert!(flat.countries.row(0).iter().all(|pct| pct.abs() < 1e-7), "{:?}", flat.countries.row(0));
    // Real output follows factors, but for the terms of trade.
    let real = |economy: &Economy, ln_price: &Array1<f64>| &economy.va_musd / &ln_price.mapv(f64::exp);
    let ratio = real(economy, &grown.ln_price_level) / real(base, &year.ln_price_level);
    for (found, ln) in ratio.iter().zip(&ln_factor) {
        assert!((found.ln() - ln).abs() < 0.25 * ln.abs() + 0.01, "{} against {ln}", found.ln());
    }
    // Deficits keep their share of value added, and sum to zero.
    let share = |economy: &Economy| &economy.deficit_musd / &economy.va_musd;
    let moved = &share(economy) - &share(base);
    assert!(moved.iter().all(|moved| moved.abs() < 5e-3), "{moved}");
    assert!(economy.deficit_musd.sum().abs() < 1e-6 * economy.va_musd.sum());
    // Steps of the baseline near by lead to the same counterfactual.
    let mut tau = economy.tau.clone();
    tau.fill(1.0);
    let shock = Shock { tau: Some(tau), ..Shock::default() };
    let [near, own] =
        [&grown.prepared, &anew].map(|prepared| prepared.solve(&shock).unwrap().ln_welfare(economy));
    for (near, own) in near.iter().zip(&own) {
        assert!((near - own).abs() < 1e-8, "{near} {own}");
    }
}

#[test]
fn errors_of_growth_have_the_stated_size_and_luck_of_their_own() {
    let axes = Dataset::read(&Files::embedded().folder("apac")).unwrap().axes;
    let theta: Array1<f64> = axes.sectors.iter().map(|sector| sector.theta.unwrap_or(1.0)).collect();
    let book = PolicyBook::read(&Files::embedded(), &axes).unwrap();
    let plan = Plan::read(&Files::embedded(), "plan.toml").unwrap();
    let draw = |plan: &Plan, draw: u64| {
        let numbers = Numbers::Streams { seed: 3, point: Point::of(draw) };
        DrawnParameters::draw(&plan.uncertainty, (&axes, &theta), book.barriers.effect(), numbers)
    };
    const N: u64 = 4_000;
    let errors: Vec<Array1<f64>> = (0..N).map(|at| draw(&plan, at).growth_error_pct.unwrap()).collect();
    let mean_of = |of: &dyn Fn(&Array1<f64>) -> f64| errors.iter().map(of).sum::<f64>() / N as f64;
    let se = plan.uncertainty.growth_pct.as_ref().unwrap().five_year_se;
    for n in 0..axes.n_countries() {
        assert!(mean_of(&|error| error[n]).abs() < 4.0 * se / (N as f64).sqrt());
        assert!((mean_of(&|error| error[n].powi(2)).sqrt() / se - 1.0).abs() < 0.05);
        let other = (n + 1) % axes.n_countries();
        assert!(mean_of(&|error| error[n] * error[other]).abs() < 4.0 * se * se / (N as f64).sqrt());
    }
    let mut certain = plan.clone();
    certain.uncertainty.growth_pct = None;
    let without = draw(&certain, 7);
    let with = draw(&plan, 7);
    assert_eq!(without.growth_error_pct, None);
    assert_eq!(without, DrawnParameters { growth_error_pct: None, ..with });
}

/// Mean growth 2021-25 in a projection of 2024 less that of the growth table, which is a forecast of October 2020.
#[test]
fn the_error_of_growth_is_by_how_much_two_vintages_differ() {
    let Some(file) = shared("data/ssp/ssp_drivers_v3_2005_2060.csv.gz") else { return };
    let mut text = String::new();
    flate2::read::GzDecoder::new(File::open(file).unwrap()).read_to_string(&mut text).unwrap();
    let files = Files::embedded().folder("apac");
    let axes = Dataset::read(&files).unwrap().axes;
    let growth = Growth::read(&files, &axes, 2020, 2025).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|found| found == name).unwrap();
    let mut differences = Vec::new();
    for row in reader.records().map(Result::unwrap) {
        let Some(&n) = axes.country_idx.get(&row[1]) else { continue };
        if &row[0] != "SSP2" || &row[2] != "GDP|PPP" {
            continue;
        }
        let gdp = |year: &str| row[column(year)].parse::<f64>().unwrap();
        let later = (gdp("2025") / gdp("2020")).ln();
        let then: f64 = (2021..=2025).map(|year| growth.ratios(year)[n].ln()).sum();
        differences.push(100.0 * (later - then) / 5.0);
    }
    let n = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / n;
    let sd = (differences.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let plan = Plan::read(&Files::embedded(), "plan.toml").unwrap();
    let stated = plan.uncertainty.growth_pct.unwrap().five_year_se;
    assert_eq!(differences.len(), 23);
    assert!((sd - stated).abs() < 0.05, "{sd} against {stated}");
}
