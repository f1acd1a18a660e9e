//! PPML on simulated panels of 1e5 and 1e6 rows with two and three effects, and on the real panel where the
//! reference files lie beside the repository (or `TRADEPATH_SHARED` names their folder).
//!
//! `cargo bench --bench ppml`. The group `absorb` projects one column off two and three effects by two
//! methods: the project's own, and alternating projections with Irons-Tuck acceleration. Before timing it is
//! checked that they agree.

use std::hint::black_box;
use std::path::PathBuf;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use tradepath::estimation::absorb::{Absorber, Layout, Tolerance};
use tradepath::estimation::design::{Design, Specification, build, read_panel};
use tradepath::estimation::fit::{FitOptions, ppml};
use tradepath::estimation::formula::Formula;
use tradepath::estimation::levels::{Levels, combine};
use tradepath::estimation::panel::PanelFile;
use tradepath::estimation::separation::{Rules, remove};
use tradepath::rng::Stream;

/// Accuracy of the projections that are compared.
const TOLERANCE: f64 = 1e-8;

/// `n` countries over `t` years: gravity with noise, a tenth of the flows zero, one regressor that starts once.
fn simulated(n: usize, t: usize, has_pairs: bool) -> Design {
    let mut stream = Stream::new(1, 0, "bench");
    let mut rows: Vec<[u32; 3]> = Vec::new();
    for i in 0..n as u32 {
        for j in (0..n as u32).filter(|&j| j != i) {
            rows.extend((0..t as u32).map(|year| [i, j, year]));
        }
    }
    let size: Vec<f64> = (0..2 * n * t).map(|_| 3.0 * stream.uniform()).collect();
    let start: Vec<u32> = (0..n * n).map(|_| (stream.uniform() * 2.0 * t as f64) as u32).collect();
    let (mut y, mut rta, mut distance) = (Vec::new(), Vec::new(), Vec::new());
    for &[i, j, year] in &rows {
        let (i, j, at) = (i as usize, j as usize, year as usize);
        let far = ((i * 7 + j * 13) % 17) as f64 / 8.0;
        let has_rta = f64::from(u8::from(year >= start[i.min(j) * n + i.max(j)]));
        let index = size[i * t + at] + size[n * t + j * t + at] - far + 0.3 * has_rta;
        let noise = -stream.uniform().ln();
        y.push(if stream.uniform() < 0.1 { 0.0 } else { index.exp() * noise });
        rta.push(has_rta);
        distance.push(far);
    }
    let column = |part: usize, levels: usize| Levels {
        label: String::new(),
        codes: rows.iter().map(|row| row[part]).collect(),
        names: vec![String::new(); levels].into(),
    };
    let (exporter, importer, year) = (column(0, n), column(1, n), column(2, t));
    let mut effects = vec![combine(&exporter, &year), combine(&importer, &year)];
    if has_pairs {
        effects.push(combine(&exporter, &importer));
    }
    Design {
        rows: (0..rows.len() as u32).collect(),
        y,
        x: if has_pairs { vec![rta] } else { vec![rta, distance] },
        terms: if has_pairs { vec!["rta".into()] } else { vec!["rta".into(), "distance".into()] },
        effects,
        ..Design::default()
    }
}

/// The trade panel 1964-2016 with its agreements, where it is there.
fn real(has_pairs: bool) -> Option<Design> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("TRADEPATH_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let file = PanelFile::open(&shared.join("data/gravity/trade_panel_1964_2016.csv.gz")).ok()?;
    let pairs = if has_pairs { " + exporter^importer" } else { "" };
    let formula = format!("trade_musd ~ tbt_prov_07 + env_prov_18 | exporter^year + importer^year{pairs}");
    let spec = Specification::new(Formula::parse(&formula).expect("a formula of this file"));
    let panel = read_panel(&file, &spec).expect("columns of the panel");
    Some(build(&panel, &spec).expect("a sound panel").0)
}

fn cases() -> Vec<(String, Design)> {
    let mut cases = Vec::new();
    for (effects, has_pairs) in [("two", false), ("three", true)] {
        cases.push((format!("n=71 T=20 rows=99400 effects={effects}"), simulated(71, 20, has_pairs)));
        cases.push((format!("n=200 T=25 rows=995000 effects={effects}"), simulated(200, 25, has_pairs)));
        if let Some(design) = real(has_pairs) {
            cases.push((format!("trade_panel rows=316317 effects={effects}"), design));
        }
    }
    cases
}

fn fit(design: &Design) -> Vec<f64> {
    let layout = Layout::new(design.n(), &design.effects);
    let sorted = design.arranged(&layout);
    ppml(&sorted, &mut Absorber::new(layout, &design.effects), FitOptions::default()).expect("converges").beta
}

fn bench_fit(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ppml");
    group.sample_size(10);
    for (name, mut design) in cases() {
        group.bench_function(BenchmarkId::new("separation", &name), |bench| {
            bench.iter(|| remove(&mut design.clone(), Rules::default()));
        });
        remove(&mut design, Rules::default());
        group.bench_function(BenchmarkId::new("fit", &name), |bench| bench.iter(|| black_box(fit(&design))));
    }
}

/// Own projection of the outcome under weights, in the order of the design.
fn own(design: &Design, w: &[f64]) -> Vec<f64> {
    let layout = Layout::new(design.n(), &design.effects);
    let (mut column, w) = (layout.arrange(&design.y), layout.arrange(w));
    let place = layout.place.clone();
    let tolerance = Tolerance { of_column: TOLERANCE, of_start: 0.0, absolute: 0.0 };
    Absorber::new(layout, &design.effects).demean(&w, &mut [&mut column], &[tolerance]);
    place.iter().map(|&place| column[place as usize]).collect()
}

/// Alternating projections with Irons-Tuck acceleration, as in fixest.
fn alternating(design: &Design, w: &[f64]) -> Vec<f64> {
    let sums: Vec<Vec<f64>> = design.effects.iter().map(|levels| level_sums(levels, w)).collect();
    let round = |x: &[f64]| -> Vec<f64> {
        let mut x = x.to_vec();
        for (levels, total) in design.effects.iter().zip(&sums) {
            let weighted: Vec<f64> = x.iter().zip(w).map(|(x, w)| x * w).collect();
            let means: Vec<f64> =
                level_sums(levels, &weighted).iter().zip(total).map(|(sum, total)| sum / total).collect();
            x.iter_mut().zip(&levels.codes).for_each(|(x, &code)| *x -= means[code as usize]);
        }
        x
    };
    let mut x = design.y.clone();
    for _ in 0..20_000 {
        let first = round(&x);
        let second = round(&first);
        let (mut up, mut down, mut step, mut whole) = (0.0, 0.0, 0.0, 0.0);
        for row in 0..x.len() {
            let (d1, d2) = (first[row] - x[row], second[row] - first[row]);
            up += w[row] * d2 * (d2 - d1);
            down += w[row] * (d2 - d1) * (d2 - d1);
            step += w[row] * d2 * d2;
            whole += w[row] * second[row] * second[row];
        }
        let factor = if down > 0.0 { up / down } else { 0.0 };
        x = second.iter().zip(&first).map(|(second, first)| second - factor * (second - first)).collect();
        if step <= TOLERANCE * TOLERANCE * whole {
            break;
        }
    }
    x
}

fn level_sums(levels: &Levels, values: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; levels.n()];
    levels.codes.iter().zip(values).for_each(|(&code, value)| sums[code as usize] += value);
    sums
}

fn bench_absorb(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("absorb");
    group.sample_size(10);
    for (name, mut design) in cases().into_iter().filter(|(name, _)| !name.contains("995000")) {
        remove(&mut design, Rules { simplex: false, relu: false, ..Rules::default() });
        // Weights as they are in a fit: trade itself, smoothed.
        let mean = design.y.iter().sum::<f64>() / design.n() as f64;
        let w: Vec<f64> = design.y.iter().map(|y| 0.5 * (y + 0.1 * mean)).collect();
        let (a, b) = (own(&design, &w), alternating(&design, &w));
        let length = |x: &[f64]| x.iter().zip(&w).map(|(x, w)| w * x * x).sum::<f64>().sqrt();
        let gap =
            |x: &[f64]| length(&x.iter().zip(&a).map(|(x, a)| x - a).collect::<Vec<f64>>()) / length(&a);
        assert!(gap(&b) < 1e-2, "{name}: alternating {:.1e}", gap(&b));
        group.bench_function(BenchmarkId::new("own", &name), |bench| bench.iter(|| own(&design, &w)));
        group.bench_function(BenchmarkId::new("irons_tuck", &name), |bench| {
            bench.iter(|| alternating(&design, &w));
        });
    }
}

criterion_group!(benches, bench_fit, bench_absorb);
criterion_main!(benches);
