//! One option-year, and one draw of every option in one year, on the default plan.
//!
//! `cargo bench --bench ensemble`. Before timing, the results of two runs are compared.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use tradepath::data::Files;
use tradepath::ensemble::{Experiment, PLAN_FILE, Plan, RunCounts, Shard};

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
            experiment.year_block(2030, &experiment.start(), &counts, &|| ()).expect("the year solves");
        let again =
            experiment.year_block(2030, &experiment.start(), &counts, &|| ()).expect("the year solves");
        assert_eq!(first, again, "a year is the same every time");
        criterion.bench_function(&format!("draw-year n=25 S=18, {name}"), |bencher| {
            bencher.iter(|| black_box(experiment.year_block(2030, &experiment.start(), &counts, &|| ())));
        });
    }
    criterion.bench_function("option-year n=25 S=18, reference path of every option", |bencher| {
        bencher.iter(|| black_box(all.reference_block(2030, &all.reference_start(), &counts)));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = bench_years
}
criterion_main!(benches);
