//! What `tradepath timeline` says on the terminal: milestones with chance and dates, conclusions, weights that matter.

use std::fmt::Write as _;

use jiff::civil::Date;

use crate::data::Files;
use crate::events::conclusions::{options_of, read_conclusions};
use crate::events::findings::{Finding, Sizes, Trials};
use crate::events::milestones::Milestone;
use crate::events::{OptionSpec, Program};
use crate::policy::PolicyTimeline;

/// Milestones that some draw reaches, with the chance, the chance if talks are launched, and dates.
pub fn milestones(found: &[Milestone], end: Date) -> String {
    let mut text = format!(
        "{:<28} {:>7} {:>11} {:>11} {:>11} {:>11}\n",
        "milestone", "chance", "if launched", "early (5 %)", "median", "late (95 %)"
    );
    for one in found {
        let chance = one.probability_by(end);
        let date = |p| one.quantile(p).map_or_else(|| "-".to_owned(), |date| date.to_string());
        let given = one.probability_if_launched().map_or_else(|| "-".into(), |share| format!("{share:.3}"));
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

/// Weights named where a conclusion holds in fewer than this share of the sets, and not in the rest either.
const FIRM: f64 = 0.9;
/// Weights that are named.
const NAMED: usize = 3;

/// The conclusions with both chances, whether they hold, and the share of weight sets in which they do.
///
/// # Errors
/// If the table or an option is faulty.
pub fn conclusions(
    files: &Files,
    read: impl FnOnce(&[&str]) -> anyhow::Result<(Vec<OptionSpec>, OptionSpec)>,
    initial: &PolicyTimeline,
    sizes: Sizes,
) -> anyhow::Result<String> {
    let conclusions = read_conclusions(files)?;
    let (options, world) = read(&options_of(&conclusions))?;
    let findings = Trials::new(&conclusions, (&options, &world), initial)?.findings(sizes);
    let mut text = format!(
        "{:>7} {:>7} {:>7} {:>6} {:>8} {:>8}  conclusion\n",
        "left", "right", "s.e.", "holds", "of sets", "unclear"
    );
    let share = |n: u64| match sizes.n_sets {
        0 => "-".to_owned(),
        sets => format!("{:.2}", n as f64 / sets as f64),
    };
    for (one, found) in conclusions.iter().zip(&findings) {
        let [left, right] = found.chances;
        let answer = if found.holds() { "yes" } else { "no" };
        let (holds, unclear) = (share(found.n_holding), share(found.n_unclear));
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{left:>7.4} {right:>7.4} {:>7.4} {answer:>6} {holds:>8} {unclear:>8}  {}",
            found.difference_se, one.text
        );
    }
    let is_firm = |found: &Finding| found.n_holding as f64 >= FIRM * sizes.n_sets as f64;
    for (one, found) in conclusions.iter().zip(&findings).filter(|(_, found)| !is_firm(found)) {
        let weights: Vec<String> =
            found.turns_on.iter().take(NAMED).map(|(name, with)| format!("{name} {with:+.2}")).collect();
        if !weights.is_empty() {
            let _ = writeln!(text, "{} turns on: {}", one.text, weights.join(", "));
        }
    }
    Ok(text)
}

/// Weights ranked by how much the chance of a milestone moves between the ends of their ranges.
pub fn sensitivity(program: &Program, (name, milestone): (&str, usize), sizes: (u64, u64)) -> String {
    let (chance, mut rows) = program.sensitivity(milestone, sizes);
    rows.sort_by(|a, b| (b.2 - b.1).abs().total_cmp(&(a.2 - a.1).abs()).then(a.0.cmp(b.0)));
    let mut text = format!("chance of {name}: {chance:.4}\n");
    let _ = writeln!(text, "{:<24} {:>8} {:>8} {:>8}", "weight", "at low", "at high", "change");
    for (name, low, high) in rows {
        let _ = writeln!(text, "{name:<24} {low:>8.4} {high:>8.4} {:>+8.4}", high - low);
    }
    text
}
