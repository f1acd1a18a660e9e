//! One solve, cold and prepared, on the tiny set and on a synthetic one of the default size.
//!
//! `cargo bench --bench equilibrium`. Before timing, the residual of each solution is checked.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use ndarray::{Array1, Array2, Array3, Axis};
use tradepath::calibration::Economy;
use tradepath::data::{Axes, Country, Dataset, Files, Sector, SectorKind};
use tradepath::equilibrium::{Closure, PreparedBaseline, Shock};

/// A smooth economy of any size: gravity flows, equal input shares, tariffs of 5 %.
fn synthetic(n: usize, s: usize) -> Economy {
    let countries = (0..n)
        .map(|c| Country { iso3: format!("C{c}"), name: String::new(), region: String::new() })
        .collect();
    let sectors = (0..s)
        .map(|j| Sector {
            id: format!("s{j}"),
            name: String::new(),
            kind: SectorKind::Goods,
            theta: Some(4.0 + (j % 5) as f64),
            theta_se: None,
        })
        .collect();
    let size = |c: usize| 1.0 + (c * 7 % 11) as f64;
    let flow = |j: usize, m: usize, i: usize| match m == i {
        true => 100.0 * size(m) * size(m),
        false => size(m) * size(i) * (1.0 + ((j + m + i) % 3) as f64),
    };
    let tau = Array3::from_shape_fn((s, n, n), |(_, m, i)| if m == i { 1.0 } else { 1.05 });
    let spending = Array3::from_shape_fn((s, n, n), |(j, m, i)| flow(j, m, i) * tau[[j, m, i]]);
    let x_musd = spending.sum_axis(Axis(2)).reversed_axes().as_standard_layout().into_owned();
    let pi = Array3::from_shape_fn((s, n, n), |(j, m, i)| spending[[j, m, i]] / x_musd[[m, j]]);
    let gamma_io = Array3::from_elem((n, s, s), 0.5 / s as f64);
    let gamma_va = Array2::from_elem((n, s), 0.5);
    let output = Array2::from_shape_fn((n, s), |(c, j)| (0..n).map(|m| flow(j, m, c)).sum::<f64>());
    let alpha = Array2::from_elem((n, s), 1.0 / s as f64);
    Economy {
        axes: Axes::new(countries, sectors),
        pi,
        tau,
        theta: (0..s).map(|j| 4.0 + (j % 5) as f64).collect(),
        va_musd: (&gamma_va * &output).sum_axis(Axis(1)),
        deficit_musd: Array1::zeros(n),
        x_musd,
        gamma_va,
        gamma_io,
        alpha,
    }
}

/// The first country drops its tariffs.
fn liberalise(base: &Economy) -> Shock {
    let mut tau = base.tau.clone();
    tau.index_axis_mut(Axis(1), 0).fill(1.0);
    Shock { tau: Some(tau), ..Shock::default() }
}

fn bench_solve(criterion: &mut Criterion) {
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tiny");
    let data = Dataset::read(&Files::directory(&tiny)).and_then(|data| Economy::from_dataset(&data));
    let tiny = data.expect("the tiny set is sound");
    for (name, economy) in [
        ("n=3 S=2", tiny),
        ("n=12 S=1", synthetic(12, 1)),
        ("n=25 S=18", synthetic(25, 18)),
        ("n=31 S=40", synthetic(31, 40)),
    ] {
        let prepared = PreparedBaseline::new(economy, Closure::Fixed).expect("a smooth economy solves");
        let shock = liberalise(prepared.economy());
        let solved = prepared.solve(&shock).expect("a tariff cut solves");
        assert!(solved.stats.residual < 1e-10);
        criterion.bench_function(&format!("solve {name}"), |bencher| {
            bencher.iter(|| black_box(prepared.solve(black_box(&shock))));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = bench_solve
}
criterion_main!(benches);
