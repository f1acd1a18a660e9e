//! Runs a plan and reads its results as typed rows, without the command line and without files.
//!
//! ```sh
//! cargo run --release --example run_plan
//! ```
//!
//! The steps are those of `tradepath run`:
//!
//! 1. Read a plan from a folder of data ([`Files`]); here the embedded one, with fewer options, years and draws.
//! 2. [`run`](ensemble::run) solves the baseline path, every option in every draw and year, and the reference paths.
//! 3. `output` makes rows of the results: structs whose fields are the columns of the files.
//! 4. A row can also be written: [`rows::text`] gives the bytes of the file.

use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};

use tradepath::data::Files;
use tradepath::ensemble::{self, PLAN_FILE, Plan, Watch};
use tradepath::output::reference::{self, ReferenceValue};
use tradepath::output::rows;
use tradepath::output::run::{Projection, projections};

/// Counts the draws that are done; a program with a screen would move a bar.
#[derive(Default)]
struct Counter(AtomicU64);

impl Watch for Counter {
    fn stage(&self, what: &str) {
        println!("{what}");
    }

    fn begin(&self, draws: u64) {
        println!("{draws} draws of all years");
    }

    fn advance(&self, draws: u64) {
        self.0.fetch_add(draws, Ordering::Relaxed);
    }
}

/// Runs two options for one year in five draws, and prints what the focus country gains.
pub fn main() -> Result<(), Box<dyn Error>> {
    let files = Files::embedded();
    let mut plan = Plan::read(&files, PLAN_FILE)?;
    plan.options = vec![plan.reference_option.clone(), "sectoral_digital".into()];
    (plan.years, plan.bilateral_years, plan.draws) = ([2025, 2025], vec![2025], 5);

    let counter = Counter::default();
    let results = ensemble::run(&files, plan, &counter)?;
    assert_eq!(counter.0.load(Ordering::Relaxed), 5);

    let (frame, focus) = (&results.frame, results.frame.plan.focus.as_str());
    let block = results.block(2025)?;
    let is_asked = |row: &&Projection<'_>| {
        let is_gain = row.measure == "real_income" && row.against == "reference";
        row.option == "sectoral_digital" && row.iso3 == focus && is_gain
    };
    let table = projections(frame, &block);
    let row = table.iter().find(is_asked).ok_or("no row of the gain")?;
    let (mean, p95) = (row.value.mean.ok_or("no mean")?, row.value.p95.ok_or("no quantile")?);
    println!("real income of {focus} in {}: mean {mean:.3} {}, 95 % quantile {p95:.3}", row.year, row.unit);
    assert!((0.0..=p95).contains(&mean));

    // If it happens, on its median dates.
    let on_path = reference::reference(frame, &results.reference[0]);
    let is_gain = |row: &&ReferenceValue<'_>| {
        let is_gain = row.measure == "real_income" && row.against == "reference";
        row.option == "sectoral_digital" && row.iso3 == focus && is_gain
    };
    let on_path = on_path.iter().find(is_gain);
    println!("on the reference path: {:?}", on_path.and_then(|row| row.value));

    // The bytes of draws.csv.
    let draws = rows::text(tradepath::output::run::draws(frame, &block));
    assert!(draws.starts_with("option,draw,year,iso3,measure,against,unit,value,weight\n"));
    // Two measures in 5 draws: of the reference option against the baseline alone.
    assert_eq!(draws.lines().count(), 1 + 5 * (2 + 4));
    Ok(())
}
