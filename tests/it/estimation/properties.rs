//! What must not change an estimate.

use std::fs;

use proptest::prelude::*;
use tradepath::estimation::{Estimates, Method};

use super::{cluster, estimate_text, fixture};

const FULL: &str = "trade ~ ln(dist) + border + rta | exporter^year + importer^year";

fn panel() -> (String, Vec<String>) {
    let text = fs::read_to_string(fixture("panel.csv")).unwrap();
    let mut lines = text.lines().map(str::to_owned);
    (lines.next().unwrap(), lines.collect())
}

fn join(header: &str, rows: &[String]) -> String {
    format!("{header}\n{}\n", rows.join("\n"))
}

/// The panel with a function of the cells of each row in place of its outcome.
fn with_trade(change: impl Fn(&[&str]) -> f64) -> String {
    let (header, rows) = panel();
    let rows: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells: Vec<&str> = row.split(',').collect();
            let mut new: Vec<String> = cells.iter().map(|&cell| cell.to_owned()).collect();
            new[3] = format!("{:e}", change(&cells));
            new.join(",")
        })
        .collect();
    join(&header, &rows)
}

fn run(text: &str) -> Estimates {
    estimate_text(text, FULL, |spec, _| spec.clusters = vec![cluster("exporter^importer")])
}

fn assert_same(a: &Estimates, b: &Estimates, tolerance: f64) {
    assert_eq!(a.terms, b.terms);
    for (x, y) in a.beta.iter().zip(&b.beta) {
        assert!((x - y).abs() < tolerance, "{x} {y}");
    }
    assert!((&a.covariance.matrix - &b.covariance.matrix).amax() < tolerance);
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: proptest::test_runner::RngSeed::Fixed(11),
        ..ProptestConfig::with_cases(12)
    })]

    #[test]
    fn the_unit_of_trade_does_not_matter(power in -6..9_i32) {
        let scale = 10_f64.powi(power);
        let scaled = with_trade(|cells| cells[3].parse::<f64>().unwrap() * scale);
        assert_same(&run(&with_trade(|cells| cells[3].parse().unwrap())), &run(&scaled), 1e-8);
    }

    #[test]
    fn an_offset_that_an_effect_explains_does_not_matter(exporter in 0..10_usize, factor in 0.1..10.0_f64) {
        let base = run(&with_trade(|cells| cells[3].parse().unwrap()));
        let (header, rows) = panel();
        let shifted: Vec<String> = rows.iter().map(|row| {
            let mut cells: Vec<String> = row.split(',').map(str::to_owned).collect();
            cells[8] = if cells[0] == format!("C{exporter}") { factor.ln().to_string() } else { "0".into() };
            cells.join(",")
        }).collect();
        let offset = estimate_text(&join(&header, &shifted), FULL, |spec, _| {
            spec.clusters = vec![cluster("exporter^importer")];
            spec.offset = Some("shift".into());
        });
        assert_same(&base, &offset, 1e-9);
    }

    #[test]
    fn the_order_of_rows_does_not_matter(seed in any::<u64>()) {
        let (header, mut rows) = panel();
        let base = run(&join(&header, &rows));
        let mut state = seed | 1;
        for at in (1..rows.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            rows.swap(at, (state >> 33) as usize % (at + 1));
        }
        assert_same(&base, &run(&join(&header, &rows)), 1e-10);
    }
}

#[test]
fn fitted_trade_adds_up_by_level() {
    let (header, rows) = panel();
    let estimates = run(&join(&header, &rows));
    let mut gaps = std::collections::BTreeMap::<String, (f64, f64)>::new();
    for (&row, fitted) in estimates.rows.iter().zip(&estimates.fitted) {
        let cells: Vec<&str> = rows[row as usize].split(',').collect();
        let trade: f64 = cells[3].parse().unwrap();
        for level in [format!("x{}{}", cells[0], cells[2]), format!("m{}{}", cells[1], cells[2])] {
            let gap = gaps.entry(level).or_default();
            gap.0 += trade - fitted;
            gap.1 += trade;
        }
    }
    for (level, (gap, total)) in gaps {
        assert!(gap.abs() < 1e-8 * total, "{level}: {gap} of {total}");
    }
}

#[test]
fn effects_and_coefficients_reproduce_fitted_trade() {
    let (header, rows) = panel();
    let formula = "trade ~ rta | exporter^year + importer^year + exporter^importer";
    let estimates = estimate_text(&join(&header, &rows), formula, |_, _| {});
    let value = |effect: usize, level: String| {
        let effect = &estimates.fixed_effects[effect];
        effect.values[effect.levels.iter().position(|name| *name == level).unwrap()]
    };
    for (&row, fitted) in estimates.rows.iter().zip(&estimates.fitted) {
        let cells: Vec<&str> = rows[row as usize].split(',').collect();
        let index = value(0, format!("{}^{}", cells[0], cells[2]))
            + value(1, format!("{}^{}", cells[1], cells[2]))
            + value(2, format!("{}^{}", cells[0], cells[1]))
            + estimates.beta[0] * cells[6].parse::<f64>().unwrap();
        assert!((index - fitted.ln()).abs() < 1e-7, "row {row}: {index} {}", fitted.ln());
    }
}

/// More rows than one task takes.
#[test]
fn the_number_of_threads_does_not_matter() {
    let mut text = String::from("exporter,importer,year,trade,rta\n");
    for at in 0..25 * 25 * 32_usize {
        let (i, j, t) = (at / 800, at / 32 % 25, at % 32);
        let draw = (i * i * 31 + j * j * j * 17 + t * 101 + i * j * t * 7) % 1009;
        let trade = if draw % 9 == 0 { 0.0 } else { (draw as f64 / 150.0).exp() };
        let rta = u8::from((i * j + t) % 40 > 25);
        text.push_str(&format!("{i},{j},{t},{trade},{rta}\n"));
    }
    for pairs in ["", " + exporter^importer"] {
        let formula = format!("trade ~ rta | exporter^year + importer^year{pairs}");
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                estimate_text(&text, &formula, |spec, _| spec.clusters = vec![cluster("exporter^importer")])
            })
        };
        let (one, three) = (with(1), with(3));
        assert_eq!(one.beta, three.beta);
        assert_eq!(one.covariance.matrix, three.covariance.matrix);
        assert_eq!(one.fitted, three.fitted);
        for (a, b) in one.fixed_effects.iter().zip(&three.fixed_effects) {
            assert_eq!(a.values, b.values);
        }
    }
}

#[test]
fn dummies_and_absorbed_effects_agree() {
    let (header, rows) = panel();
    let text = join(&header, &rows);
    let absorbed = estimate_text(&text, "trade ~ ln(dist) + rta | exporter + importer + year", |_, _| {});
    let dummies =
        estimate_text(&text, "trade ~ ln(dist) + rta + i(exporter) + i(importer) + i(year)", |_, _| {});
    for term in ["ln(dist)", "rta"] {
        let of = |estimates: &Estimates| {
            let at = estimates.terms.iter().position(|name| name == term).unwrap();
            (estimates.beta[at], estimates.covariance.matrix[(at, at)])
        };
        let (a, b) = (of(&absorbed), of(&dummies));
        assert!((a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9, "{term}: {a:?} {b:?}");
    }
    // Three levels are left out: one of each set, with the constant.
    assert_eq!(dummies.collinear.len(), 3);
}

#[test]
fn least_squares_is_ppml_of_one_step_on_constant_weights() {
    let (header, rows) = panel();
    let estimates =
        estimate_text(&join(&header, &rows), "size ~ border + rta | exporter", |spec, options| {
            spec.is_outcome_positive = false;
            options.method = Method::LeastSquares;
        });
    assert!(estimates.pseudo_r2 > 0.0 && estimates.pseudo_r2 < 1.0);
}
