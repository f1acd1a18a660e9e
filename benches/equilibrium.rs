//! Price sweep, evaluation, solve and a batch of 64, by size; a roofline of the price sweep beside them.
//!
//! `cargo bench --bench equilibrium`, with `TRADEPATH_BENCH_SIZES=77x45,160x65` for the largest.
//! Before anything is timed, results are compared: sweep with the plain version, batch with single solves,
//! residuals with the tolerance. `benches/README.md` says how the table there was made.

#[path = "equilibrium_support/economies.rs"]
mod economies;
#[path = "equilibrium_support/plain.rs"]
mod plain;
#[path = "equilibrium_support/roofline.rs"]
mod roofline;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use economies::{Case, batch, cases};
use plain::Plain;
use tradepath::equilibrium::Method;
use tradepath::equilibrium::probe::{PackProbe, Probe};

/// Equality first: a fast wrong answer is not timed.
fn check(case: &Case) {
    let (prepared, shock) = (&case.prepared, &case.shock);
    let plain = Plain::new(prepared.economy(), shock);
    let mut probe = Probe::new(prepared, shock);
    probe.set_prices(&plain.ln_price);
    probe.sweep_prices();
    let gap = (&probe.swept() / &plain.sweep() - 1.0).iter().fold(0.0_f64, |gap, d| d.abs().max(gap));
    assert!(gap < 1e-13, "{}: the sweeps differ by {gap:e}", case.name);
    let mut pack = PackProbe::new(prepared, shock);
    pack.set_prices(&plain.ln_price);
    pack.sweep_prices();
    assert!((0..pack.members()).all(|lane| pack.swept(lane) == probe.swept()), "bytes of a pack's sweep");
    let solved = prepared.solve(shock).expect("the policy has an equilibrium");
    assert!(solved.stats.residual < 1e-10 && solved.stats.walras_residual.abs() < 1e-10);
    if prepared.economy().n() * prepared.economy().s() < 2000 {
        let other = prepared.solve_with(shock, Method::Newton).expect("Newton finds it as well");
        assert!((&solved.ln_wage - &other.ln_wage).iter().all(|gap| gap.abs() < 1e-8));
    }
    for (shock, outcome) in batch(case).iter().zip(prepared.solve_batch(&batch(case))).take(3) {
        let (alone, member) = (prepared.solve(shock).expect("solves"), outcome.expect("solves"));
        assert!(alone.ln_wage == member.ln_wage && alone.x_musd == member.x_musd, "bytes of the batch");
    }
    println!("{}: {} evaluations, checked", case.name, solved.stats.evaluations);
}

/// Seconds of one run, best of several groups long enough for the clock.
fn seconds(mut run: impl FnMut()) -> f64 {
    let once = roofline::best_of(3, &mut run);
    if once > 0.2 {
        return once;
    }
    let repetitions = (2e-3 / once).ceil().max(1.0) as usize;
    roofline::best_of(15, || (0..repetitions).for_each(|_| run())) / repetitions as f64
}

/// One line a size: times in one run, and the share of the roofline that the price sweep reaches.
fn table(case: &Case, rate: f64) {
    let (prepared, shock) = (&case.prepared, &case.shock);
    let plain = Plain::new(prepared.economy(), shock);
    let mut probe = Probe::new(prepared, shock);
    let many = batch(case);
    let sweep = seconds(|| probe.sweep_prices());
    let evaluation = seconds(|| {
        black_box(probe.evaluate());
    });
    let written_down = seconds(|| {
        black_box(plain.sweep());
    });
    let solve = seconds(|| {
        let _ = black_box(prepared.solve(black_box(shock)));
    });
    let in_batch = seconds(|| {
        prepared.solve_each(&many, |_, outcome| {
            let _ = black_box(outcome);
        });
    }) / many.len() as f64;
    let one_by_one = seconds(|| {
        for shock in &many {
            let _ = black_box(prepared.solve(shock));
        }
    }) / many.len() as f64;
    let mut pack = PackProbe::new(prepared, shock);
    let side_by_side = seconds(|| pack.sweep_prices()) / pack.members() as f64;
    let multiply_adds = probe.multiply_adds();
    let bandwidth = roofline::read_bandwidth(8 * multiply_adds);
    let limit = (8.0 * multiply_adds as f64 / bandwidth).max(multiply_adds as f64 / rate);
    println!(
        "{}: sweep {:.2} us ({:.1} x the plain one, {:.0} % of the roofline, {:.0} GB/s read), in a pack {:.3} us a \
         member ({:.0} % of the multiply-adds), evaluation {:.2} us, solve {:.1} us, \
         in a batch of 64 {:.1} us, the same one by one {:.1} us",
        case.name,
        1e6 * sweep,
        written_down / sweep,
        100.0 * limit / sweep,
        1e-9 * bandwidth,
        1e6 * side_by_side,
        100.0 * multiply_adds as f64 / rate / side_by_side,
        1e6 * evaluation,
        1e6 * solve,
        1e6 * in_batch,
        1e6 * one_by_one,
    );
}

fn bench_sizes(criterion: &mut Criterion) {
    let cases = cases();
    cases.iter().for_each(check);
    let rate = roofline::multiply_add_rate();
    let memory = roofline::read_bandwidth(1 << 28);
    println!("one core: {:.1} G fused multiply-adds/s, {:.1} GB/s from memory", 1e-9 * rate, 1e-9 * memory);
    cases.iter().for_each(|case| table(case, rate));
    for case in &cases {
        let (prepared, shock, name) = (&case.prepared, &case.shock, &case.name);
        let mut probe = Probe::new(prepared, shock);
        criterion.bench_function(&format!("price sweep {name}"), |b| b.iter(|| probe.sweep_prices()));
        criterion.bench_function(&format!("evaluation {name}"), |b| b.iter(|| black_box(probe.evaluate())));
        criterion.bench_function(&format!("solve {name}"), |b| {
            b.iter(|| black_box(prepared.solve(black_box(shock))));
        });
        let many = batch(case);
        criterion.bench_function(&format!("batch of 64 {name}"), |b| {
            b.iter(|| black_box(prepared.solve_batch(black_box(&many))));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = bench_sizes
}
criterion_main!(benches);
