//! The examples run and find what they say. They are compiled here once more, as modules, so that they run in every test
//! without a process of their own.

#[path = "../../examples/add_option.rs"]
mod add_option;
#[path = "../../examples/estimate_gravity.rs"]
mod estimate_gravity;
#[path = "../../examples/run_plan.rs"]
mod run_plan;
#[path = "../../examples/solve_tariff.rs"]
mod solve_tariff;

#[test]
fn a_tariff_is_removed() {
    solve_tariff::main().unwrap();
}

#[test]
fn a_gravity_equation_is_estimated() {
    estimate_gravity::main().unwrap();
}

#[test]
fn an_option_is_added() {
    add_option::main().unwrap();
}

#[test]
fn a_plan_is_run() {
    run_plan::main().unwrap();
}
