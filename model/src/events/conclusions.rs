//! Qualitative conclusions as comparisons of two chances (`data/options/README.md`).

use super::read::{WORLD, list_options};
use super::settings::SettingError;
use super::spec::OptionSpec;
use crate::data::{Files, Holds, MARK, Names, Row, SOURCE, Table, TableRule, column, did_you_mean};
use crate::error::{Fault, Faults, InputErrors};

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
    /// Line of the table.
    line: u64,
}

/// File of the folder of options.
pub const FILE: &str = "politics/conclusions.csv";

const NAME: Holds = Holds::Id;

const RULE: TableRule = TableRule {
    file: FILE,
    columns: &[
        column("conclusion", Holds::Text),
        column("left_option", NAME),
        column("left_milestone", NAME),
        column("left_given", NAME).or_empty(),
        column("left_set", Holds::Text),
        column("right_option", NAME),
        column("right_milestone", NAME),
        column("right_given", NAME).or_empty(),
        column("right_set", Holds::Text),
        column("by_year", Holds::Whole(2021.0, 2050.0, "a year from 2021 to 2050")),
        SOURCE,
        MARK,
    ],
    key: &["conclusion"],
};

/// Reads `politics/conclusions.csv` of a folder of options.
///
/// # Errors
/// [`InputErrors`] with every fault of the table.
pub fn read_conclusions(files: &Files) -> Result<Vec<Conclusion>, InputErrors> {
    let mut faults = Faults::new();
    let text = files.read(FILE).map_err(InputErrors::from)?;
    let table = RULE.parse(&files.display(FILE), &text, &mut faults);
    table.iter().for_each(|table| _ = RULE.check(table, &Names::default(), &mut faults));
    let mut conclusions = Vec::new();
    for row in table.iter().flat_map(Table::rows) {
        let left = side(&row, ["left_option", "left_milestone", "left_given", "left_set"], &mut faults);
        let right = side(&row, ["right_option", "right_milestone", "right_given", "right_set"], &mut faults);
        let by_year = row.value("by_year").unwrap_or(2035.0) as i16;
        conclusions.push(Conclusion {
            text: row.text("conclusion").to_owned(),
            left,
            right,
            by_year,
            line: row.line,
        });
    }
    faults.into_result(conclusions)
}

/// Faults of the options that conclusions name and the folder has not.
#[must_use]
pub fn unknown_options(conclusions: &[Conclusion], files: &Files) -> Faults {
    let known = list_options(files);
    let mut faults = Faults::new();
    for (one, side, whose) in sides(conclusions).filter(|(_, side, _)| !known.contains(&side.option)) {
        let (field, names) = (format!("{whose}_option"), known.iter().map(String::as_str));
        faults.push(unknown(files, one.line, (&field, &side.option), "an option of the folder", names));
    }
    faults
}

/// Faults of the milestones, parameters and switches that conclusions name, and of the values that they set; nothing of
/// options that are not among the given ones.
#[must_use]
pub fn unknown_in_conclusions(
    conclusions: &[Conclusion],
    files: &Files,
    (options, world): (&[OptionSpec], &OptionSpec),
) -> Faults {
    let mut faults = Faults::new();
    for (one, side, whose) in sides(conclusions) {
        let Some(spec) = options.iter().chain([world]).find(|spec| spec.id == side.option) else { continue };
        let mut fault = |column: &str, found: &str, what: &str, names: &[&str]| {
            let field = format!("{whose}_{column}");
            faults.push(unknown(files, one.line, (&field, found), what, names.iter().copied()));
        };
        let milestones: Vec<&str> = spec.milestones().chain(world.milestones()).collect();
        let given = Some(("given", &side.given)).filter(|(_, name)| !name.is_empty());
        for (column, name) in [("milestone", &side.milestone)].into_iter().chain(given) {
            if !milestones.contains(&name.as_str()) {
                fault(column, name, "a milestone of the option", &milestones);
            }
        }
        let settable: Vec<&str> = spec.settable().chain(world.settable()).collect();
        for (name, value) in &side.settings {
            if !settable.contains(&name.as_str()) {
                fault("set", name, "a parameter or switch of the option", &settable);
            } else if let Some(expected) = out_of_range([spec, world], name, *value) {
                fault("set", &format!("{name}={value}"), &expected, &[]);
            }
        }
    }
    faults
}

/// What a value would have to be that neither the option nor the world can take.
fn out_of_range(specs: [&OptionSpec; 2], name: &str, value: f64) -> Option<String> {
    let mut expected = None;
    for spec in specs {
        match spec.clone().set(name, value) {
            Ok(()) => return None,
            Err(SettingError::OutOfRange { expected: range, .. }) => expected = Some(range),
            Err(SettingError::Unknown { .. }) => {}
        }
    }
    expected
}

/// Both sides of each conclusion, with the word that their columns begin with.
fn sides(conclusions: &[Conclusion]) -> impl Iterator<Item = (&Conclusion, &Side, &'static str)> {
    conclusions.iter().flat_map(|one| [(one, &one.left, "left"), (one, &one.right, "right")])
}

fn unknown<'n>(
    files: &Files,
    line: u64,
    (field, found): (&str, &str),
    expected: &str,
    known: impl Iterator<Item = &'n str>,
) -> Fault {
    let remedy = did_you_mean(found, known, "Correct it, or delete the row.");
    Fault { line: Some(line), ..Fault::of_file(&files.display(FILE), field, found, expected, &remedy) }
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
