//! Qualitative conclusions as comparisons of two chances (`data/options/README.md`).

use super::read::WORLD;
use crate::data::{Files, Row, Table};
use crate::error::{Faults, InputErrors};

/// One side of a comparison: the chance of a milestone, where another is given among those that reach it.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// Option.
    pub option: String,
    pub(super) milestone: String,
    pub(super) given: String,
    pub(super) settings: Vec<(String, f64)>,
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
    pub(super) by_year: i16,
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
