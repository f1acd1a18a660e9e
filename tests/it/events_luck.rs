//! Luck of the event engine: exact distributions, common random numbers, threads.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use tradepath::events::milestones::Tally;
use tradepath::events::{DrawnTimeline, Program, Workspace};

use crate::events_engine::{SMALL, program};

/// Date and share of the draws by enumeration of the option below.
fn enumerated() -> BTreeMap<i32, f64> {
    fn talks(day: i32, may_return: bool, helps: bool, weight: f64, dates: &mut BTreeMap<i32, f64>) {
        vote(day + 100, may_return, helps, weight * 0.5, dates);
        vote(day + 150, may_return, helps, weight * 0.5 * 0.5, dates);
    }
    fn vote(day: i32, may_return: bool, helps: bool, weight: f64, dates: &mut BTreeMap<i32, f64>) {
        let end = day + 200;
        let success = if helps && end >= 320 { 0.8 } else { 0.6 };
        *dates.entry(end).or_default() += weight * success;
        if may_return {
            let back = f64::min(0.3, 1.0 - success);
            talks(end, false, helps, weight * back, dates);
        }
    }
    let mut dates = BTreeMap::new();
    talks(0, true, true, 0.4, &mut dates);
    talks(0, true, false, 0.6, &mut dates);
    dates
}

#[test]
fn a_million_draws_match_the_enumerated_distribution() {
    const N: u64 = 1_000_000;
    let program = program(SMALL);
    let found = Tally::count(&program, 3, N).milestones(&program);
    let mut before = 0;
    let drawn: BTreeMap<Date, u64> = found[0]
        .reached
        .iter()
        .map(|(date, sum)| (*date, sum - std::mem::replace(&mut before, *sum)))
        .collect();
    let exact = enumerated();
    assert_eq!(drawn.len(), exact.len());
    for (day, share) in exact {
        let date = date(2021, 1, 1).saturating_add(day.days());
        let (count, expected) = (drawn[&date] as f64, share * N as f64);
        let error = (expected * (1.0 - share)).sqrt();
        assert!((count - expected).abs() < 4.5 * error, "{date}: {count} draws, {expected} +- {error}");
    }
}

#[test]
fn common_random_numbers_lower_the_variance_of_a_difference() {
    let with = |p: f64| program(&SMALL.replace("probability = 0.4", &format!("probability = {p}")));
    let (low, high) = (with(0.2), with(0.8));
    let happens = |program: &Program, seed: u64| -> Vec<f64> {
        let mut workspace = Workspace::new(program);
        let one = |number| {
            let mut reached = 0.0;
            program.first_days(workspace.draw(seed, number), |_, _| reached = 1.0);
            reached
        };
        (0..4000).map(one).collect()
    };
    let variance = |a: &[f64], b: &[f64]| {
        let difference: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
        let mean = difference.iter().sum::<f64>() / difference.len() as f64;
        difference.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / difference.len() as f64
    };
    let common = variance(&happens(&low, 1), &happens(&high, 1));
    let independent = variance(&happens(&low, 1), &happens(&high, 2));
    assert!(common < 0.35 * independent, "common {common}, independent {independent}");
}

#[test]
fn adding_a_process_changes_no_other_draw() {
    let more = format!(
        "[[process]]\nid = \"another\"\nparty = \"AAA\"\n[[process.stage]]\nid = \"talks\"\nprobability = 0.5\n\
         duration = {{ kind = \"log_normal\", median_days = 300, p90_days = 600 }}\nmark!\n{SMALL}"
    );
    let (alone, beside) = (program(SMALL), program(&more));
    for number in 0..500 {
        let others = |drawn: DrawnTimeline| -> Vec<_> {
            let log = drawn.log.into_iter().filter(|event| event.process != "another");
            log.map(|event| (event.date, event.event, event.process.clone(), event.stage.clone())).collect()
        };
        assert_eq!(others(alone.timeline(1, number)), others(beside.timeline(1, number)), "{number}");
    }
}

#[test]
fn counts_do_not_depend_on_the_number_of_threads() {
    let program = program(SMALL);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Tally::count(&program, 1, 10_000))
    };
    let one = on(1);
    assert!(one == on(2) && one == on(8));
    assert!(one.n_events() > 20_000);
}
