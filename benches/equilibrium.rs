//! Solves as `tradepath run` makes them, by size: from the baseline, and from the solution of a policy nearby, as the
//! draws of a year follow each other. A roofline of their evaluations and the equations in plain loops beside them.
//!
//! `cargo bench --bench equilibrium`, with `TRADEPATH_BENCH_SIZES=77x45,160x65` for the largest.
//! Before anything is timed, solutions are compared: with the equations in plain loops, with the tolerance, and with
//! Newton's method. `benches/README.md` says how the table there was made.

#[path = "equilibrium_support/economies.rs"]
mod economies;
#[path = "../tests/support/reference.rs"]
mod reference;
#[path = "equilibrium_support/roofline.rs"]
mod roofline;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use economies::{Case, cases, policies};
use reference::Reference;
use tradepath::equilibrium::{Closure, Method, Shock, StartingPoint};

/// Equality first: a fast wrong result is not timed.
fn check(case: &Case) {
    let (prepared, shock) = (&case.prepared, &case.shock);
    let solved = prepared.solve(shock).expect("the policy has an equilibrium");
    let reference = Reference { base: prepared.economy(), shock, closure: &Closure::Fixed };
    for (equation, gap) in reference.gaps(&solved) {
        assert!(gap < 1e-9, "{}: {equation} misses by {gap:e}", case.name);
    }
    assert!(solved.stats.residual < 1e-10 && solved.stats.walras_residual.abs() < 1e-10);
    if prepared.economy().n() * prepared.economy().s() < 2000 {
        let other = prepared.solve_with(shock, Method::Newton).expect("Newton finds it as well");
        assert!((&solved.ln_wage - &other.ln_wage).iter().all(|gap| gap.abs() < 1e-8));
    }
    println!("{}: {} evaluations, checked", case.name, solved.stats.evaluations);
}

/// Solves policies one after the other, each from the one before; evaluations in all.
fn solve_in_turn(case: &Case, policies: &[Shock]) -> usize {
    let mut last: Option<StartingPoint> = None;
    let mut evaluations = 0;
    for shock in policies {
        let solved = match &last {
            Some(start) => case.prepared.solve_from(shock, start),
            None => case.prepared.solve(shock),
        };
        let solved = solved.expect("the policy has an equilibrium");
        evaluations += solved.stats.evaluations;
        last = Some(solved.starting_point());
    }
    evaluations
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

/// One line a size: times in one run, and the share of the roofline that a solve reaches.
fn table(case: &Case, rate: f64) {
    let (prepared, shock) = (&case.prepared, &case.shock);
    let base = prepared.economy();
    let (n, s) = (base.n(), base.s());
    let solved = prepared.solve(shock).expect("the policy has an equilibrium");
    let evaluations = solved.stats.evaluations;
    let solve = seconds(|| {
        let _ = black_box(prepared.solve(black_box(shock)));
    });
    let many = policies(case);
    let in_turn = seconds(|| {
        black_box(solve_in_turn(case, &many));
    }) / many.len() as f64;
    let turns = solve_in_turn(case, &many) as f64 / many.len() as f64;
    // One evaluation in plain loops: every equation once, without what the comparison costs beside them.
    let plain = seconds(|| {
        black_box(Reference { base, shock, closure: &Closure::Fixed }.gaps(&solved));
    });
    // Multiply-adds of an evaluation, in double precision, and of a step, in single.
    let (evaluation, step) = (3 * n * n * s + 2 * n * s * s, 2 * n * n * s + 2 * n * s * s);
    let bandwidth = roofline::read_bandwidth(8 * evaluation + 4 * step);
    let (evaluated, stepped) = (evaluation * evaluations, step * (evaluations - 1));
    let by_bytes = (8 * evaluated + 4 * stepped) as f64 / bandwidth;
    // A vector holds twice as many numbers in single precision.
    let by_products = (evaluated as f64 + 0.5 * stepped as f64) / rate;
    println!(
        "{}: solve {:.1} us ({evaluations} evaluations, {:.0} % of the roofline of their passes, {:.0} GB/s read), one of \
         64 in turn {:.1} us ({turns:.1} evaluations), an evaluation in plain loops {:.1} us",
        case.name,
        1e6 * solve,
        100.0 * by_bytes.max(by_products) / solve,
        1e-9 * bandwidth,
        1e6 * in_turn,
        1e6 * plain,
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
        criterion.bench_function(&format!("solve {name}"), |b| {
            b.iter(|| black_box(prepared.solve(black_box(shock))));
        });
        let many = policies(case);
        criterion.bench_function(&format!("64 in turn {name}"), |b| {
            b.iter(|| black_box(solve_in_turn(case, black_box(&many))));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = bench_sizes
}
criterion_main!(benches);
