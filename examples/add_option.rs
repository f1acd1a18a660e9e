//! Adds an option to a data folder, without a line of code in the program: an option is a file.
//!
//! ```sh
//! cargo run --release --example add_option
//! ```
//!
//! The same by hand: `tradepath init mine`, put the file into `mine/options/`, then
//! `tradepath check mine/options/quick_deal.toml` and `tradepath timeline quick_deal --data mine`.
//!
//! 1. Write the embedded data to a folder, and the new file into it.
//! 2. Read the option. Everything that is wrong with it would be listed here, with line and remedy.
//! 3. Compile it together with what the rest of the world does, and draw.
//!
//! What a file may hold is described in `data/options/README.md`.

use std::fs;

use jiff::civil::date;
use tradepath::data::{Dataset, Files};
use tradepath::events::milestones::Tally;
use tradepath::events::{Horizon, Program, Tables, read_options};
use tradepath::policy::PolicyBook;

/// Two stages: talks that may fail, then entry into force on the first of a month.
const QUICK_DEAL: &str = r#"
id = "quick_deal"
title = "Quick deal"
description = "Talks on digital trade, then entry into force."

[[process]]
id = "quick_deal"
party = "USA"
start = "2021-03-01"

[[process.stage]]
id = "talks"
duration = { kind = "triangular", low_days = 100, mode_days = 200, high_days = 400 }
probability = 0.75
milestone = "conclusion"
source = "an example"
mark = "assumption"

[[process.stage]]
id = "entry"
duration = { kind = "fixed", days = 60 }
on_first_of_month = true
effects = ["join:sectoral_digital:USA;JPN", "set:sectoral_digital_in_force"]
milestone = "in_force"
source = "an example"
mark = "assumption"
"#;
const DRAWS: u64 = 2_000;
const SEED: u64 = 1;

/// Adds the option and asks when, and how likely, it comes into force.
pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    tradepath::data::write_embedded(folder.path())?;
    fs::write(folder.path().join("options/quick_deal.toml"), QUICK_DEAL)?;

    // Blocks that repeat for each member of an agreement ask the policy tables who is a member.
    let files = Files::directory(folder.path());
    let book = PolicyBook::read(&files, &Dataset::read(&files.folder("apac"))?.axes)?;
    let (options, world) = read_options(&files.folder("options"), ["quick_deal"], Some(&Tables::of(&book)))?;
    let horizon = Horizon { start: date(2020, 11, 1), end: date(2030, 12, 31) };
    let program = Program::compile(&options[0], &world, &book.initial, horizon);

    // The reference path: every stage of the option succeeds after its median duration.
    let reference = program.reference();
    for event in reference.log.iter().filter(|event| event.process == "quick_deal") {
        println!("{} {} {}", event.date, event.stage, event.milestone.as_deref().unwrap_or_default());
    }
    let entry = reference.first_dates(horizon)["in_force"];
    assert!(reference.policy.is_member("sectoral_digital", "USA", entry));
    assert_eq!(entry.day(), 1);

    // Many draws: each stage has a random stream of its own.
    let milestones = Tally::count(&program, SEED, DRAWS).milestones(&program);
    let in_force = milestones.iter().find(|found| found.name == "in_force").ok_or("no milestone")?;
    let probability = in_force.probability_by(horizon.end);
    let median = in_force.quantile(0.5).ok_or("no draw comes into force")?;
    println!("in force in {:.0} % of {DRAWS} draws, half of them by {median}", 100.0 * probability);
    assert!((probability - 0.75).abs() < 0.03);
    Ok(())
}
