//! The answer in plain words, from the numbers of the run.

use jiff::civil::Date;

use super::axis::{decimals_for, fixed, signed};
use super::input::{Measure, Numbers, Run};
use crate::sorted::sort_by;

/// One option in the last year, for the focus country.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Position of the option in the manifest.
    pub option: usize,
    /// Title.
    pub title: String,
    /// The three numbers, percent.
    pub pct: Numbers,
    /// The three numbers, millions of dollars.
    pub musd: Numbers,
    /// First day in force on the reference path.
    pub path_date: Option<Date>,
    /// Gain on the reference path, percent.
    pub reference_pct: f64,
}

impl Standing {
    /// Gain if in force, percent: over the draws in force, else on the reference path.
    #[must_use]
    pub fn if_pct(&self) -> f64 {
        self.pct.if_in_force.map_or(self.reference_pct, |[mean, ..]| mean)
    }
}

/// The options other than the reference, by the gain if in force; those that no solved draw has in force come last.
#[must_use]
pub fn standings(run: &Run) -> Vec<Standing> {
    let mut standings: Vec<Standing> =
        run.manifest.compared().into_iter().filter_map(|option| standing(run, option)).collect();
    let is_never = |one: &Standing| one.pct.if_in_force.is_none();
    sort_by(&mut standings, |a, b| {
        let by_size = b.if_pct().total_cmp(&a.if_pct());
        is_never(a).cmp(&is_never(b)).then(by_size).then(a.option.cmp(&b.option))
    });
    standings
}

fn standing(run: &Run, option: usize) -> Option<Standing> {
    Some(Standing {
        option,
        title: run.manifest.options[option].title.clone(),
        pct: run.focus_numbers(option, Measure::Pct)?.clone(),
        musd: run.focus_numbers(option, Measure::Money)?.clone(),
        path_date: run.path_dates.get(&option).copied(),
        reference_pct: run.last_reference(option, Measure::Pct)?,
    })
}

/// Decimals that suit the gains.
#[must_use]
pub fn decimals(standings: &[Standing]) -> usize {
    decimals_for(standings.iter().map(Standing::if_pct))
}

/// Millions of dollars as billions.
#[must_use]
pub fn billions(musd: f64) -> String {
    signed(musd / 1000.0, 1)
}

/// A probability as a share of a hundred, with a decimal where it is small.
#[must_use]
pub fn percent(probability: f64) -> String {
    let share = 100.0 * probability;
    let decimals = match share {
        share if share == 0.0 || share >= 9.95 => 0,
        share if share >= 0.095 => 1,
        _ => 2,
    };
    format!("{} %", fixed(share, decimals))
}

/// The question that the page answers.
#[must_use]
pub fn question(run: &Run) -> String {
    let manifest = &run.manifest;
    format!(
        "{}: which option does most for real income by {}, and how likely is it?",
        manifest.focus_name(),
        manifest.last_year()
    )
}

/// The answer in three sentences: what gives most if it is in force, how likely that is, what gives most in expectation.
#[must_use]
pub fn answer(run: &Run, standings: &[Standing]) -> String {
    let Some(best) = standings.first() else { return "The run has no option to compare.".into() };
    let expected = standings
        .iter()
        .fold(best, |most, one| if one.pct.expected > most.pct.expected { one } else { most });
    let digits = decimals(standings);
    let year = run.manifest.last_year();
    [
        if_in_force(run, best, digits),
        likelihood(best, year),
        in_expectation(best, expected, rival(standings, expected), (year, digits)),
    ]
    .join(" ")
}

fn if_in_force(run: &Run, best: &Standing, digits: usize) -> String {
    let manifest = &run.manifest;
    let interval = match best.pct.if_in_force {
        Some([_, low, high]) if low == high => " (one solved draw, so without an interval)".to_owned(),
        Some([_, low, high]) => {
            format!(" (nine tenths of the draws: {} to {} %)", signed(low, digits), signed(high, digits))
        }
        None => " (on its reference path, as no solved draw has it in force)".to_owned(),
    };
    let money = best
        .musd
        .if_in_force
        .map_or_else(String::new, |[mean, ..]| format!(" or {} billion US dollars of 2019", billions(mean)));
    let verdict = if best.if_pct() > 0.0 {
        "the largest gain of an option in force is that of"
    } else {
        "no option in force gains; the least loss is that of"
    };
    let effects = best.pct.effects.map_or_else(String::new, |[own, rest]| {
        format!(
            ", of which {} % is its own effect and {} % what it moves others to do",
            signed(own, digits),
            signed(rest, digits)
        )
    });
    format!(
        "{}, real income in {} against \u{201c}{}\u{201d}: {verdict} \u{201c}{}\u{201d}, {} %{interval}{money}{effects}.",
        manifest.focus_name(),
        manifest.last_year(),
        manifest.reference_title(),
        best.title,
        signed(best.if_pct(), digits),
    )
}

fn likelihood(standing: &Standing, year: i16) -> String {
    let Some((chance, _)) = standing.pct.chance else {
        return "That option has no deal of its own whose chance could be told.".to_owned();
    };
    let median = standing
        .pct
        .p50_date
        .map_or_else(String::new, |date| format!("; of all futures that see it begin, half do by {date}"));
    format!("That option is in force at the end of {year} in {} of the futures{median}.", percent(chance))
}

fn in_expectation(
    best: &Standing,
    expected: &Standing,
    rival: Option<&Standing>,
    (year, digits): (i16, usize),
) -> String {
    let error = expected
        .pct
        .expected_se
        .map_or_else(String::new, |se| format!(", standard error {}", fixed(se, digits + 1)));
    let size = format!(
        "{} % in {year} ({} billion US dollars of 2019{error})",
        signed(expected.pct.expected, digits),
        billions(expected.musd.expected)
    );
    let near = rival.map_or_else(String::new, |rival| {
        format!(
            "; the next, \u{201c}{}\u{201d}, has {} %: the standard errors do not separate the two",
            rival.title,
            signed(rival.pct.expected, digits)
        )
    });
    let start = "Counting also the futures in which an option is not in force,";
    if expected.option == best.option {
        return format!("{start} it has the highest expected gain too, with {size}{near}.");
    }
    let chance = expected
        .pct
        .chance
        .map_or_else(String::new, |(chance, _)| format!(" (in force in {} of them)", percent(chance)));
    format!(
        "{start} \u{201c}{}\u{201d}{chance} has the highest expected gain, with {size}{near}.",
        expected.title
    )
}

/// The option with the next highest expected gain, where two standard errors do not tell it from the highest.
fn rival<'s>(standings: &'s [Standing], expected: &Standing) -> Option<&'s Standing> {
    let others = standings.iter().filter(|other| other.option != expected.option);
    let next = others.max_by(|a, b| a.pct.expected.total_cmp(&b.pct.expected))?;
    let error = expected.pct.expected_se?.hypot(next.pct.expected_se?);
    (expected.pct.expected - next.pct.expected <= 2.0 * error).then_some(next)
}
