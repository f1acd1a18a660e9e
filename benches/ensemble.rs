//! One option-year, and one draw of every option in one year, on the default plan; and what the layers of all years of a
//! few draws take beside their solves.
//!
//! `cargo bench --bench ensemble`. Before timing, the results of two runs are compared.

use std::hint::black_box;
use std::sync::atomic::Ordering;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use tradepath::data::Files;
use tradepath::ensemble::{Carried, Experiment, Layer, PLAN_FILE, Plan, RunCounts, Shard};

fn experiment(options: &[&str]) -> Experiment {
    let files = Files::embedded();
    let mut plan = Plan::read(&files, PLAN_FILE).expect("the embedded plan is sound");
    plan.draws = 1;
    plan.years = [2030, 2030];
    plan.bilateral_years = vec![2030];
    if !options.is_empty() {
        plan.options = options.iter().map(|&id| id.to_owned()).collect();
        plan.options.push(plan.reference_option.clone());
    }
    Experiment::load(&files, plan, Shard::WHOLE, &|_, _| Ok(())).expect("the embedded data are sound")
}

fn bench_years(criterion: &mut Criterion) {
    let counts = RunCounts::default();
    let one = experiment(&["hybrid"]);
    let all = experiment(&[]);
    for (name, experiment) in [("hybrid and status quo", &one), ("all options", &all)] {
        let first =
            experiment.year_block(2030, experiment.start(), &counts, &|| ()).expect("the year solves");
        let again =
            experiment.year_block(2030, experiment.start(), &counts, &|| ()).expect("the year solves");
        assert_eq!(first, again, "a year is the same every time");
        criterion.bench_function(&format!("draw-year n=25 S=38, {name}"), |bencher| {
            bencher.iter(|| black_box(experiment.year_block(2030, experiment.start(), &counts, &|| ())));
        });
    }
    criterion.bench_function("option-year n=25 S=38, reference path of every option", |bencher| {
        bencher.iter(|| black_box(all.reference_block(2030, &all.reference_start(), &counts)));
    });
}

/// Draws whose layers are measured.
const LAYER_DRAWS: u64 = 10;

/// All years of some draws on one thread: time by layer, and over that of the solves alone.
fn layers(_: &mut Criterion) {
    let files = Files::embedded();
    let mut plan = Plan::read(&files, PLAN_FILE).expect("the embedded plan is sound");
    (plan.draws, plan.event_draws) = (LAYER_DRAWS, LAYER_DRAWS);
    let experiment =
        Experiment::load(&files, plan, Shard::WHOLE, &|_, _| Ok(())).expect("the embedded data are sound");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let (counts, begun, mut past) = (RunCounts::default(), Instant::now(), experiment.start());
    for year in experiment.plan.year_range() {
        let block = pool.install(|| experiment.year_block(year, past, &counts, &|| ()));
        past = Carried::of(&block.expect("the year solves"));
    }
    let all = begun.elapsed().as_secs_f64();
    let solves = counts.solves.load(Ordering::Relaxed) as f64;
    let evaluations = counts.evaluations.load(Ordering::Relaxed) as f64;
    for layer in Layer::ALL {
        let seconds = counts.seconds(layer);
        println!(
            "layers/{:<12} {:6.3} ms a solve, {:4.1} %",
            layer.name(),
            1e3 * seconds / solves,
            100.0 * seconds / all
        );
    }
    println!(
        "layers/all          {:6.3} ms a solve ({solves} solves, {:.1} evaluations each), {:.2} times the solves",
        1e3 * all / solves,
        evaluations / solves,
        all / counts.seconds(Layer::Solve)
    );
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = bench_years, layers
}
criterion_main!(benches);
