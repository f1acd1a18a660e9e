//! What `tradepath timeline` says on the terminal: milestones with chance and dates, conclusions, weights that matter.

use super::answer::{Answer, Cell};
use crate::data::Files;
use crate::events::conclusions::{
    Conclusion, options_of, read_conclusions, unknown_in_conclusions, unknown_options,
};
use crate::events::findings::{Finding, Sizes, Trials};
use crate::events::milestones::Milestone;
use crate::events::{OptionSpec, Program};
use crate::policy::PolicyTimeline;
use crate::sorted::sort_by;

/// Milestones that some draw reaches, with the chance, the chance if talks are launched, and dates.
pub fn milestones(program: &Program, found: &[Milestone], (seed, draws): (u64, u64)) -> Answer {
    let end = program.horizon.end;
    let row = |one: &Milestone| {
        let chance = one.probability_by(end);
        let date = |p| Cell::text(one.quantile(p).map(|date| date.to_string()).unwrap_or_default());
        let given = one.probability_if_launched();
        let (chance, given) = (Cell::number(chance, 3), Cell::Number(given, 3));
        vec![Cell::text(&one.name), chance, given, date(0.05), date(0.5), date(0.95)]
    };
    Answer {
        title: format!(
            "Milestones of {} up to {end} in {draws} draws: chance, chance if talks are launched, and dates of the \
             draws that reach them (5 % of them by the early one, 95 % by the late one)",
            program.option
        ),
        columns: vec![
            ("milestone", "milestone"),
            ("chance", "chance"),
            ("chance_if_launched", "launched"),
            ("p05_date", "early"),
            ("p50_date", "median"),
            ("p95_date", "late"),
        ],
        rows: found.iter().map(row).collect(),
        facts: vec![
            ("option", program.option.as_str().into()),
            ("draws", draws.into()),
            ("seed", seed.into()),
            ("horizon_end", end.to_string().into()),
        ],
        ..Answer::default()
    }
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
) -> anyhow::Result<Answer> {
    let conclusions = read_conclusions(files)?;
    unknown_options(&conclusions, files).into_result(())?;
    let (options, world) = read(&options_of(&conclusions))?;
    unknown_in_conclusions(&conclusions, files, (&options, &world)).into_result(())?;
    let findings = Trials::new(&conclusions, (&options, &world), initial)?.findings(sizes);
    let share = |n: u64| Cell::Number((sizes.n_sets > 0).then(|| n as f64 / sizes.n_sets as f64), 2);
    let row = |(at, (one, found)): (usize, (&Conclusion, &Finding))| {
        let [left, right] = found.chances.map(|chance| Cell::number(chance, 4));
        let holds = Cell::text(if found.holds() { "yes" } else { "no" });
        let (error, number) = (Cell::number(found.difference_se, 4), Cell::Count(at as u64 + 1));
        let (holding, unclear) = (share(found.n_holding), share(found.n_unclear));
        vec![number, left, right, error, holds, holding, unclear, Cell::text(&one.text), turns_on(found)]
    };
    let rows: Vec<Vec<Cell>> = conclusions.iter().zip(&findings).enumerate().map(row).collect();
    let is_firm = |found: &Finding| found.n_holding as f64 >= FIRM * sizes.n_sets as f64;
    let note = |(at, (one, found)): (usize, (&Conclusion, &Finding))| match turns_on(found) {
        Cell::Text(weights) if !weights.is_empty() && !is_firm(found) => {
            format!("{}. {} (turns on: {weights})", at + 1, one.text)
        }
        _ => format!("{}. {}", at + 1, one.text),
    };
    let notes = conclusions.iter().zip(&findings).enumerate().map(note).collect();
    Ok(Answer {
        title: format!(
            "Chances of both sides of each conclusion in {} draws, and the share of {} weight sets in which it holds",
            sizes.n_central, sizes.n_sets
        ),
        columns: vec![
            ("number", "no."),
            ("left_chance", "left"),
            ("right_chance", "right"),
            ("difference_se", "s.e."),
            ("holds", "holds"),
            ("holding_share", "of sets"),
            ("unclear_share", "unclear"),
            ("conclusion", ""),
            ("turns_on", ""),
        ],
        rows,
        facts: vec![("draws", sizes.n_central.into()), ("sets", sizes.n_sets.into())],
        notes,
        ..Answer::default()
    })
}

/// The weights that a conclusion turns on most, with their correlation with it.
fn turns_on(found: &Finding) -> Cell {
    let weights = found.turns_on.iter().take(NAMED).map(|(name, with)| format!("{name} {with:+.2}"));
    Cell::text(weights.collect::<Vec<_>>().join(", "))
}

/// Weights ranked by how much the chance of a milestone moves between the ends of their ranges.
pub fn sensitivity(program: &Program, (name, milestone): (&str, usize), sizes: (u64, u64)) -> Answer {
    let (chance, mut rows) = program.sensitivity(milestone, sizes);
    sort_by(&mut rows, |a, b| (b.2 - b.1).abs().total_cmp(&(a.2 - a.1).abs()).then(a.0.cmp(b.0)));
    let row = |(name, low, high): (&str, f64, f64)| {
        vec![Cell::text(name), Cell::number(low, 4), Cell::number(high, 4), Cell::number(high - low, 4)]
    };
    Answer {
        title: format!("Chance of {name}: {chance:.4}, and with each weight at the ends of its range"),
        columns: vec![
            ("weight", "weight"),
            ("chance_at_low", "at low"),
            ("chance_at_high", "at high"),
            ("change", "change"),
        ],
        rows: rows.into_iter().map(row).collect(),
        facts: vec![("milestone", name.into()), ("chance", chance.into())],
        ..Answer::default()
    }
}
