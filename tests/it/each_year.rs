//! Every year of a run is passed on, solved now or before.

use tradepath::data::Files;
use tradepath::ensemble::{Blocks, Experiment, InMemory, PLAN_FILE, Plan, RunError, Shard, YearBlock};

fn experiment() -> Experiment {
    let files = Files::embedded();
    let mut plan = Plan::read(&files, PLAN_FILE).unwrap();
    (plan.draws, plan.event_draws, plan.years) = (2, 2, [2028, 2031]);
    plan.keep(&["sectoral_digital".to_owned()]);
    plan.bilateral_years = vec![2029];
    Experiment::load(&files, plan, Shard::WHOLE, &|_, _| Ok(())).unwrap()
}

/// Runs with the blocks of these years known; what was passed on, and how many equilibria were solved.
fn run(known: &[&YearBlock]) -> (Vec<YearBlock>, u64) {
    let blocks = InMemory::default();
    known.iter().for_each(|block| blocks.keep((*block).clone()).unwrap());
    let mut passed = Vec::new();
    let mut each = |block: &YearBlock| {
        passed.push(block.clone());
        Ok(())
    };
    let found = experiment().run(blocks, &mut each, &()).unwrap();
    for block in &passed {
        assert_eq!(found.block(block.year).unwrap(), *block, "what is passed on is what is kept");
    }
    let solves = found.counts.solves.into_inner();
    (passed, solves)
}

#[test]
fn every_year_is_passed_on_once_and_in_order_whichever_of_them_are_known() {
    let (all, solves) = run(&[]);
    assert_eq!(all.iter().map(|block| block.year).collect::<Vec<_>>(), [2028, 2029, 2030, 2031]);
    assert!(all[0] != YearBlock { year: 2028, ..all[1].clone() }, "a capital that grows tells years apart");
    for known in [&[&all[0]][..], &[&all[1]], &[&all[0], &all[1], &all[3]], &[&all[2], &all[3]]] {
        let (again, fewer) = run(known);
        assert_eq!(again, all);
        assert!(fewer < solves, "a known year is not solved");
    }
}

#[test]
fn a_run_ends_where_what_it_passes_on_is_refused() {
    let mut each = |block: &YearBlock| {
        if block.year == 2029 { Err(anyhow::anyhow!("no room")) } else { Ok(()) }
    };
    let found = experiment().run(InMemory::default(), &mut each, &());
    let Err(error) = found else { panic!("the year was refused") };
    assert!(matches!(error, RunError::Taken(_)));
    assert_eq!(error.to_string(), "no room");
}
