//! Qualitative conclusions as comparisons of two chances (`data/options/README.md`).

use jiff::civil::date;

use super::milestones::Tally;
use super::program::Program;
use super::read::WORLD;
use super::settings::SettingError;
use super::spec::OptionSpec;
use super::timeline::Horizon;
use super::validate::LONGEST_HORIZON;
use crate::data::{Files, Row, Table};
use crate::error::{Faults, InputErrors};
use crate::policy::PolicyTimeline;
use crate::rng::Stream;

/// One side of a comparison: the chance of a milestone, where another is given among those that reach it.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// Option.
    pub option: String,
    milestone: String,
    given: String,
    settings: Vec<(String, f64)>,
}

/// The left side has the better chance.
#[derive(Debug, Clone, PartialEq)]
pub struct Conclusion {
    /// In words.
    pub text: String,
    /// The side that should be larger.
    pub left: Side,
    /// The other one.
    pub right: Side,
    by_year: i16,
}

/// Reads `politics/conclusions.csv` of a folder of options.
///
/// # Errors
/// [`InputErrors`] with every fault of the table.
pub fn read_conclusions(files: &Files) -> Result<Vec<Conclusion>, InputErrors> {
    const FILE: &str = "politics/conclusions.csv";
    const COLUMNS: [&str; 12] = [
        "conclusion",
        "left_option",
        "left_milestone",
        "left_given",
        "left_set",
        "right_option",
        "right_milestone",
        "right_given",
        "right_set",
        "by_year",
        "source",
        "mark",
    ];
    let mut faults = Faults::new();
    let text = files.read(FILE).map_err(InputErrors::from)?;
    let table = Table::parse(&files.display(FILE), &text, &COLUMNS, &[], &mut faults);
    let mut conclusions = Vec::new();
    for row in table.iter().flat_map(Table::rows) {
        let left = side(&row, ["left_option", "left_milestone", "left_given", "left_set"], &mut faults);
        let right = side(&row, ["right_option", "right_milestone", "right_given", "right_set"], &mut faults);
        let year = row.number(
            "by_year",
            "a year from 2021 to 2050",
            |y| (2021.0..=2050.0).contains(&y),
            &mut faults,
        );
        let text = row.text("conclusion").to_owned();
        conclusions.push(Conclusion { text, left, right, by_year: year.unwrap_or(2035.0) as i16 });
    }
    faults.into_result(conclusions)
}

fn side(row: &Row<'_>, [option, milestone, given, set]: [&str; 4], faults: &mut Faults) -> Side {
    let mut settings = Vec::new();
    for text in row.text(set).split(';').filter(|text| !text.is_empty()) {
        let parts =
            text.split_once('=').and_then(|(name, value)| Some((name.to_owned(), value.parse().ok()?)));
        match parts {
            Some(setting) => settings.push(setting),
            None => faults.push(row.fault(set, "NAME=VALUE, several with `;` between them", "Correct it.")),
        }
    }
    let word = |column| row.text(column).to_owned();
    Side { option: word(option), milestone: word(milestone), given: word(given), settings }
}

/// Options and the world, with the memberships at the start.
#[derive(Debug)]
pub struct Trial<'a> {
    /// Options that conclusions name.
    pub options: &'a [OptionSpec],
    /// What others do.
    pub world: &'a OptionSpec,
    /// Memberships at the start.
    pub initial: &'a PolicyTimeline,
    /// Seed of all draws.
    pub seed: u64,
    /// Draws for each chance.
    pub n_draws: u64,
}

impl Trial<'_> {
    /// Chances of both sides under the weight set of a number; `None` = the central weights, with their errors.
    ///
    /// # Errors
    /// [`SettingError`] where a side sets what its option does not have.
    pub fn chances(&self, conclusion: &Conclusion, set: Option<u64>) -> Result<[f64; 2], SettingError> {
        let left = self.chance(&conclusion.left, conclusion.by_year, set)?;
        Ok([left, self.chance(&conclusion.right, conclusion.by_year, set)?])
    }

    fn chance(&self, side: &Side, by_year: i16, set: Option<u64>) -> Result<f64, SettingError> {
        let unknown = || SettingError::Unknown { name: side.option.clone(), known: Vec::new() };
        let found = self.options.iter().chain([self.world]).find(|spec| spec.id == side.option);
        let (mut spec, mut world) = (found.ok_or_else(unknown)?.clone(), self.world.clone());
        for one in [&mut spec, &mut world] {
            self.draw_weights(one, set);
        }
        for (name, value) in &side.settings {
            let own = spec.set(name, *value);
            let others = world.set(name, *value);
            if others.is_err() {
                own?;
            }
        }
        let horizon = Horizon { start: LONGEST_HORIZON[0], end: date(by_year, 12, 31) };
        let program = Program::compile(&spec, &world, self.initial, horizon);
        let milestones = Tally::count(&program, self.seed, self.n_draws).milestones(&program);
        let of = |name: &str| {
            let found = milestones.iter().find(|one| one.name == name);
            found.map_or(0.0, |one| one.probability_by(horizon.end))
        };
        let given = if side.given.is_empty() { 1.0 } else { of(&side.given) };
        Ok(if given > 0.0 { of(&side.milestone) / given } else { 0.0 })
    }

    /// Draws every weight uniformly over its range.
    fn draw_weights(&self, spec: &mut OptionSpec, set: Option<u64>) {
        let Some(set) = set else { return };
        for weight in spec.parameters.iter_mut().filter(|one| one.is_weight) {
            let [low, high] = weight.range();
            let u = Stream::new(self.seed, set, &format!("weight.{}", weight.name)).uniform();
            (weight.value, weight.se) = (low + u * (high - low), 0.0);
        }
    }
}

/// Ids of the options that conclusions name, without the world, each once.
#[must_use]
pub fn options_of(conclusions: &[Conclusion]) -> Vec<&str> {
    let mut ids: Vec<&str> =
        conclusions.iter().flat_map(|one| [&one.left, &one.right]).map(|side| side.option.as_str()).collect();
    ids.retain(|id| *id != WORLD);
    ids.sort_unstable();
    ids.dedup();
    ids
}
