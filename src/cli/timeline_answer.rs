//! What `tradepath timeline` says on the terminal: milestones with chance and dates, conclusions, weights that matter.

use std::fmt::Write as _;

use jiff::civil::Date;

use crate::data::Files;
use crate::events::conclusions::{Trial, options_of, read_conclusions};
use crate::events::milestones::{Milestone, Tally};
use crate::events::{Horizon, OptionSpec, Program};
use crate::policy::PolicyTimeline;

/// Milestone of the start of talks: chances are also given for the draws that reach it.
const LAUNCH: &str = "launch";
/// Draws of the central weights of each conclusion.
const CENTRAL_DRAWS: u64 = 20_000;

/// Milestones that some draw reaches, with the chance, the chance if talks are launched, and dates.
pub fn milestones(found: &[Milestone], end: Date) -> String {
    let launched = found.iter().find(|one| one.name == LAUNCH).map_or(0.0, |one| one.probability_by(end));
    let mut text = format!(
        "{:<28} {:>7} {:>11} {:>11} {:>11} {:>11}\n",
        "milestone", "chance", "if launched", "early (5 %)", "median", "late (95 %)"
    );
    for one in found {
        let chance = one.probability_by(end);
        let date = |p| one.quantile(p).map_or_else(|| "-".to_owned(), |date| date.to_string());
        let after = chance <= launched && launched > 0.0 && follows(&one.name);
        let given = if after { format!("{:.3}", chance / launched) } else { "-".into() };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{:<28} {chance:>7.3} {given:>11} {:>11} {:>11} {:>11}",
            one.name,
            date(0.05),
            date(0.5),
            date(0.95)
        );
    }
    text
}

/// True for milestones of the talks themselves, which come only after the launch.
fn follows(name: &str) -> bool {
    const AFTER: [&str; 14] = [
        "launch",
        "conclusion",
        "breakdown",
        "champions",
        "refusal",
        "walked_away",
        "consent",
        "signature",
        "protocol",
        "vote_called",
        "house_vote",
        "congress_vote",
        "vote_failed",
        "in_force",
    ];
    AFTER.contains(&name)
}

/// The conclusions with both chances, whether they hold, and the share of weight sets in which they do.
///
/// # Errors
/// If the table or an option is faulty.
pub fn conclusions(
    files: &Files,
    read: impl FnOnce(&[&str]) -> anyhow::Result<(Vec<OptionSpec>, OptionSpec)>,
    initial: &PolicyTimeline,
    (seed, n_sets, n_draws): (u64, u64, u64),
) -> anyhow::Result<String> {
    let conclusions = read_conclusions(files)?;
    let (options, world) = read(&options_of(&conclusions))?;
    let trial = |n_draws| Trial { options: &options, world: &world, initial, seed, n_draws };
    let mut text = format!("{:>7} {:>7} {:>6} {:>9}  conclusion\n", "left", "right", "holds", "of sets");
    for one in &conclusions {
        let [left, right] = trial(CENTRAL_DRAWS.max(n_draws)).chances(one, None)?;
        let mut holds = 0;
        for set in 0..n_sets {
            let [left, right] = trial(n_draws).chances(one, Some(set))?;
            holds += u64::from(left > right);
        }
        let share = if n_sets > 0 { format!("{:.2}", holds as f64 / n_sets as f64) } else { "-".into() };
        let answer = if left > right { "yes" } else { "no" };
        let _ = writeln!(text, "{left:>7.4} {right:>7.4} {answer:>6} {share:>9}  {}", one.text);
    }
    Ok(text)
}

/// Weights ranked by how much the chance of a milestone moves between the ends of their ranges.
pub fn sensitivity(
    (spec, world, initial): (&OptionSpec, &OptionSpec, &PolicyTimeline),
    milestone: &str,
    horizon: Horizon,
    (seed, n_draws): (u64, u64),
) -> String {
    let chance = |spec: &OptionSpec, world: &OptionSpec| {
        let program = Program::compile(spec, world, initial, horizon);
        let found = Tally::count(&program, seed, n_draws).milestones(&program);
        let one = found.into_iter().find(|one| one.name == milestone);
        one.map_or(0.0, |one| one.probability_by(horizon.end))
    };
    let at = |name: &str, value: f64| {
        let (mut spec, mut world) = (spec.clone(), world.clone());
        // A weight is of the option, of the world or of both; its own range holds the value.
        let _ = (spec.set(name, value), world.set(name, value));
        chance(&spec, &world)
    };
    let weights = spec.parameters.iter().filter(|one| one.is_weight);
    let mut rows: Vec<(f64, f64, &str)> = weights
        .map(|one| (at(&one.name, one.range()[0]), at(&one.name, one.range()[1]), one.name.as_str()))
        .collect();
    rows.sort_by(|a, b| (b.1 - b.0).abs().total_cmp(&(a.1 - a.0).abs()).then(a.2.cmp(b.2)));
    let mut text = format!("chance of {milestone}: {:.4}\n", chance(spec, world));
    let _ = writeln!(text, "{:<24} {:>8} {:>8} {:>8}", "weight", "at low", "at high", "change");
    for (low, high, name) in rows {
        let _ = writeln!(text, "{name:<24} {low:>8.4} {high:>8.4} {:>+8.4}", high - low);
    }
    text
}
