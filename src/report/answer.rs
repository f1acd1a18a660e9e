//! The answer in plain words, from the numbers of the run.

use jiff::civil::Date;

use super::axis::{decimals_for, fixed, signed};
use super::input::{Measure, Run};

/// One option in the last year, for the focus country.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Position of the option in the manifest.
    pub option: usize,
    /// Title.
    pub title: String,
    /// Probability that it is in force by the last year; `None` if it has no such milestone.
    pub probability: Option<f64>,
    /// Median date given that it comes into force; `None` if it never does.
    pub median_date: Option<Date>,
    /// Mean gain, percent.
    pub mean_pct: f64,
    /// Mean gain, millions of dollars.
    pub mean_musd: f64,
    /// 5 % and 95 % quantiles of the gain, percent.
    pub interval_pct: [f64; 2],
    /// Gain on the reference path, percent.
    pub reference_pct: f64,
    /// Gain on the reference path, millions of dollars.
    pub reference_musd: f64,
}

/// The options other than the reference, by the gain on the reference path.
#[must_use]
pub fn standings(run: &Run) -> Vec<Standing> {
    let mut standings: Vec<Standing> =
        run.manifest.compared().into_iter().filter_map(|option| standing(run, option)).collect();
    standings.sort_by(|a, b| b.reference_pct.total_cmp(&a.reference_pct).then(a.option.cmp(&b.option)));
    standings
}

fn standing(run: &Run, option: usize) -> Option<Standing> {
    let spread = run.last_gain(option, Measure::Pct)?;
    let in_force = run.in_force.get(&option);
    Some(Standing {
        option,
        title: run.manifest.options[option].title.clone(),
        probability: in_force.map(|found| found.probability),
        median_date: in_force.and_then(|found| found.p50_date),
        mean_pct: spread.mean,
        mean_musd: run.last_gain(option, Measure::Money)?.mean,
        interval_pct: [spread.p05, spread.p95],
        reference_pct: run.last_reference(option, Measure::Pct)?,
        reference_musd: run.last_reference(option, Measure::Money)?,
    })
}

/// Decimals that suit the gains.
#[must_use]
pub fn decimals(standings: &[Standing]) -> usize {
    decimals_for(standings.iter().map(|standing| standing.reference_pct))
}

/// Millions of dollars as billions.
#[must_use]
pub fn billions(musd: f64) -> String {
    signed(musd / 1000.0, 1)
}

/// A probability in words: a share of a hundred.
#[must_use]
pub fn percent(probability: f64) -> String {
    format!("{} %", fixed(100.0 * probability, 0))
}

/// The answer: what gives most if it happens, what gives most in expectation, how likely both are.
#[must_use]
pub fn answer(run: &Run, standings: &[Standing]) -> String {
    let Some(best) = standings.first() else { return "The run has no option to compare.".into() };
    let expected =
        standings.iter().fold(best, |most, one| if one.mean_pct > most.mean_pct { one } else { most });
    let digits = decimals(standings);
    let mut text = if_it_happens(run, best, digits);
    text.push_str(&in_expectation(run, best, expected, digits));
    if let Some(rival) = rival(standings, expected) {
        text.push_str(&format!(
            " The next, \u{201c}{}\u{201d}, has {} %: the spread of the draws does not separate the two.",
            rival.title,
            signed(rival.mean_pct, digits)
        ));
    }
    text
}

fn if_it_happens(run: &Run, best: &Standing, digits: usize) -> String {
    let manifest = &run.manifest;
    let size = format!(
        "{} % in {} ({} billion US dollars of 2019), against \u{201c}{}\u{201d}",
        signed(best.reference_pct, digits),
        manifest.last_year(),
        billions(best.reference_musd),
        manifest.reference_title()
    );
    let verdict = if best.reference_pct > 0.0 {
        "the largest gain comes from"
    } else {
        "none gains; the least loss is that of"
    };
    format!(
        "Real income of {}: if an option happens on its median dates, {verdict} \u{201c}{}\u{201d}, with {size}.{}",
        manifest.focus_name(),
        best.title,
        likelihood(best, manifest.last_year())
    )
}

fn in_expectation(run: &Run, best: &Standing, expected: &Standing, digits: usize) -> String {
    let year = run.manifest.last_year();
    let [low, high] = expected.interval_pct.map(|end| signed(end, digits));
    let size = format!(
        "{} % in {year} ({} billion US dollars of 2019); nine tenths of the draws lie between {low} and {high} %.",
        signed(expected.mean_pct, digits),
        billions(expected.mean_musd)
    );
    let start = " Counting also the draws in which an option never comes into force,";
    if expected.option == best.option {
        return format!("{start} it has the highest expected gain too, with {size}");
    }
    let chance = likelihood(expected, year);
    format!("{start} \u{201c}{}\u{201d} has the highest expected gain, with {size}{chance}", expected.title)
}

fn likelihood(standing: &Standing, year: i16) -> String {
    let Some(probability) = standing.probability else { return String::new() };
    let median = standing.median_date.map_or_else(String::new, |date| format!("; half of these by {date}"));
    format!(" That option is in force by the end of {year} in {} of the draws{median}.", percent(probability))
}

/// The option with the next highest expected gain, where that gain lies inside the interval of the highest.
fn rival<'s>(standings: &'s [Standing], expected: &Standing) -> Option<&'s Standing> {
    let [low, high] = expected.interval_pct;
    standings
        .iter()
        .filter(|other| other.option != expected.option)
        .max_by(|a, b| a.mean_pct.total_cmp(&b.mean_pct))
        .filter(|other| (low..=high).contains(&other.mean_pct))
}
