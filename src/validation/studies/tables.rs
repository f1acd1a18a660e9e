//! What published studies say, and how each of them differs from the default: the tables of the folder `validation`.

use crate::data::{Files, Holds, MARK, Names, Row, SOURCE, TableRule, column};
use crate::ensemble::CellChange;
use crate::error::{Fault, Faults, InputErrors};
use crate::sorted::SortedMap;

const NUMBER: Holds = Holds::Number(-1e12, 1e12, "a number");
const AREA: &str = "area";
const UNIT: &str = "unit of units.csv";
const STUDY: &str = "study of scenarios.csv";
const SCENARIO: &str = "scenario of scenarios.csv";
const SETTING: &str = "setting of settings.csv";
/// Stands for every scenario of a study, every measure.
const ALL: &str = "*";

const AREAS: TableRule = TableRule {
    file: "areas.csv",
    columns: &[column("area", Holds::Id), column("country", Holds::Id), SOURCE, MARK],
    key: &["area", "country"],
};

const UNITS: TableRule = TableRule {
    file: "units.csv",
    columns: &[column("unit", Holds::Id), column("ratio", NUMBER), SOURCE, MARK],
    key: &["unit"],
};

const SETTINGS: TableRule = TableRule {
    file: "settings.csv",
    columns: &[
        column("setting", Holds::Id),
        column("title", Holds::Text),
        column("file", Holds::Text),
        column("rows", Holds::Text).or_empty(),
        column("column", Holds::Text).or_empty(),
        column("operation", Holds::Word)
            .or(&["times", "plus", "set", "write", "drop", "replace", "switch", "view"]),
        column("value", NUMBER).or_empty(),
        column("text", Holds::Text).or_empty(),
        SOURCE,
        MARK,
    ],
    key: &["setting", "file", "rows", "column"],
};

const SCENARIOS: TableRule = TableRule {
    file: "scenarios.csv",
    columns: &[
        column("study", Holds::Id),
        column("scenario", Holds::Id),
        column("title", Holds::Text),
        column("option", Holds::Id).or_empty(),
        column("against", Holds::Id).or_empty(),
        column("year", Holds::YEAR).or_empty(),
        column("always", Holds::Known(&[SETTING])).list().or_empty(),
        SOURCE,
        MARK,
    ],
    key: &["study", "scenario"],
};

const TITLES: TableRule = TableRule {
    file: "studies.csv",
    columns: &[column("study", Holds::Known(&[STUDY])), column("title", Holds::Text), SOURCE, MARK],
    key: &["study"],
};

const CHAINS: TableRule = TableRule {
    file: "chains.csv",
    columns: &[
        column("study", Holds::Known(&[STUDY])),
        column("scenario", Holds::Known(&[SCENARIO])).or(&[ALL]),
        column("setting", Holds::Known(&[SETTING])),
        SOURCE,
        MARK,
    ],
    key: &["study", "scenario", "setting"],
};

const RESULTS: TableRule = TableRule {
    file: "results.csv",
    columns: &[
        column("study", Holds::Known(&[STUDY])),
        column("scenario", Holds::Known(&[SCENARIO])),
        column("iso3", Holds::Id),
        column("measure", Holds::Id),
        column("partners", Holds::Id).or_empty(),
        column("sectors", Holds::Id).list().or_empty(),
        column("value", NUMBER),
        column("unit", Holds::Known(&[UNIT])).or(&["pct"]),
        column("year", Holds::YEAR).or_empty(),
        SOURCE,
        MARK,
    ],
    key: &["study", "scenario", "iso3", "measure", "partners", "sectors", "unit"],
};

const REASONS: TableRule = TableRule {
    file: "reasons.csv",
    columns: &[
        column("study", Holds::Known(&[STUDY])).or(&[ALL]),
        column("scenario", Holds::Known(&[SCENARIO])).or(&[ALL]),
        column("measure", Holds::Id).or(&[ALL]),
        column("reason", Holds::Text),
        MARK,
    ],
    key: &["study", "scenario", "measure"],
};

const SIGNS: TableRule = TableRule {
    file: "signs.csv",
    columns: &[
        column("study", Holds::Known(&[STUDY])),
        column("scenario", Holds::Known(&[SCENARIO])),
        column("than_study", Holds::Known(&[STUDY])).or_empty(),
        column("than_scenario", Holds::Known(&[SCENARIO])).or_empty(),
        column("iso3", Holds::Id),
        column("measure", Holds::Id),
        column("sign", Holds::Word).or(&["above", "below"]),
        column("claim", Holds::Text),
        SOURCE,
        MARK,
    ],
    key: &["study", "scenario", "than_scenario", "iso3", "measure"],
};

/// A published figure.
#[derive(Debug, Clone)]
pub(super) struct Published {
    pub study: String,
    pub scenario: String,
    pub iso3: String,
    pub measure: String,
    pub partners: String,
    pub sectors: String,
    pub value: f64,
    pub unit: String,
    pub year: Option<i16>,
    pub source: String,
    pub mark: String,
}

/// What a trial looks at: an option against another in a year.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct View {
    pub option: String,
    pub against: String,
    pub year: i16,
}

/// A scenario of a study, as the default would have it; `None` where the program cannot say anything.
#[derive(Debug, Clone)]
pub(super) struct Scenario {
    pub study: String,
    pub id: String,
    pub title: String,
    pub view: Option<View>,
    pub always: Vec<String>,
}

/// One thing that a setting changes.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    /// Cells of a table.
    Cells(CellChange, f64),
    /// A whole file, by another one.
    File { file: String, with: String },
    /// A switch of the plan's `dynamics`.
    Switch { key: String, value: String },
    /// Option, other option or year that are looked at.
    View { key: String, value: String },
}

/// A named setting.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub title: String,
    pub edits: Vec<Edit>,
}

/// A setting that a study has and the default has not.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub study: String,
    pub scenario: String,
    pub setting: String,
}

/// A published sign.
#[derive(Debug, Clone)]
pub(super) struct Sign {
    pub scenario: [String; 2],
    pub than: Option<[String; 2]>,
    pub iso3: String,
    pub measure: String,
    pub is_above: bool,
    pub claim: String,
    pub source: String,
    pub mark: String,
}

/// Why figures differ: study, scenario and measure, each may be `*`.
pub(super) struct Reason {
    of: [String; 3],
    line: u64,
    reason: String,
}

/// All tables.
pub(super) struct Tables {
    pub results: Vec<Published>,
    pub scenarios: Vec<Scenario>,
    /// Names of studies for people, where the folder has some.
    pub titles: SortedMap<String, String>,
    pub settings: SortedMap<String, Setting>,
    pub links: Vec<Link>,
    pub areas: SortedMap<String, Vec<String>>,
    /// Million US dollars of the base year, or persons, in a unit.
    pub units: SortedMap<String, f64>,
    pub signs: Vec<Sign>,
    reasons: Vec<Reason>,
}

impl Tables {
    /// Reads the folder.
    ///
    /// # Errors
    /// [`InputErrors`] with every fault of every table.
    pub fn read(files: &Files) -> Result<Self, InputErrors> {
        let (mut faults, mut names) = (Faults::new(), Names::default());
        let areas_read = rows_of(files, &AREAS, &names, &mut faults, |row| {
            Some((row.text("area").to_owned(), row.text("country").to_owned()))
        })?;
        let mut areas: SortedMap<String, Vec<String>> = SortedMap::new();
        areas_read.into_iter().for_each(|(area, country)| areas.entry(area).or_default().push(country));
        names.add(AREA, areas.keys().map(String::as_str));
        let units = rows_of(files, &UNITS, &names, &mut faults, |row| {
            Some((row.text("unit").to_owned(), row.value("ratio")?))
        })?;
        let units: SortedMap<String, f64> = units.into_iter().collect();
        names.add(UNIT, units.keys().map(String::as_str));
        let settings = settings(files, &names, &mut faults)?;
        names.add(SETTING, settings.keys().map(String::as_str));
        let scenarios = rows_of(files, &SCENARIOS, &names, &mut faults, |row| Some(scenario(row)))?;
        names.add(STUDY, scenarios.iter().map(|one| one.study.as_str()));
        names.add(SCENARIO, scenarios.iter().map(|one| one.id.as_str()));
        let titles = match files.read_optional(TITLES.file).map_err(InputErrors::from)? {
            Some(_) => rows_of(files, &TITLES, &names, &mut faults, |row| {
                Some((row.text("study").to_owned(), row.text("title").to_owned()))
            })?,
            None => Vec::new(),
        };
        let titles = titles.into_iter().collect();
        let links = rows_of(files, &CHAINS, &names, &mut faults, |row| {
            let text = |column: &str| row.text(column).to_owned();
            Some(Link { study: text("study"), scenario: text("scenario"), setting: text("setting") })
        })?;
        let results = rows_of(files, &RESULTS, &names, &mut faults, published)?;
        let reasons = rows_of(files, &REASONS, &names, &mut faults, |row| {
            let of = ["study", "scenario", "measure"].map(|column| row.text(column).to_owned());
            Some(Reason { of, line: row.line, reason: row.text("reason").to_owned() })
        })?;
        if faults.is_empty() {
            faults = unused(&reasons, &results, &files.display(REASONS.file));
        }
        let signs = rows_of(files, &SIGNS, &names, &mut faults, |row| Some(sign(row)))?;
        faults.into_result(Self { results, scenarios, titles, settings, links, areas, units, signs, reasons })
    }

    /// The settings that lead from the default of a scenario to the study, in order.
    pub fn chain<'t>(&'t self, scenario: &'t Scenario) -> impl Iterator<Item = &'t str> {
        let is_of = move |link: &&Link| {
            link.study == scenario.study && (link.scenario == ALL || link.scenario == scenario.id)
        };
        self.links.iter().filter(is_of).map(|link| link.setting.as_str())
    }

    /// The first reason that fits; empty if none does.
    pub fn reason(&self, of: [&str; 3]) -> &str {
        self.reasons.iter().find(|reason| reason.fits(of)).map_or("", |found| found.reason.as_str())
    }
}

impl Reason {
    fn fits(&self, of: [&str; 3]) -> bool {
        self.of.iter().zip(of).all(|(a, b)| a == ALL || a == b)
    }
}

/// A fault for each reason that is about no published result.
fn unused(reasons: &[Reason], results: &[Published], file: &str) -> Faults {
    let mut faults = Faults::new();
    let is_used =
        |one: &&Reason| results.iter().any(|row| one.fits([&row.study, &row.scenario, &row.measure]));
    for reason in reasons.iter().filter(|reason| !is_used(reason)) {
        faults.push(Fault {
            file: file.to_owned(),
            line: Some(reason.line),
            field: "study,scenario,measure".into(),
            found: reason.of.join(","),
            expected: "a result of results.csv with these cells, `*` for any".into(),
            remedy: "Correct the cells, or delete the row.".into(),
        });
    }
    faults
}

/// What `make` makes of the rows of a table that are sound.
fn rows_of<R>(
    files: &Files,
    rule: &TableRule,
    names: &Names,
    faults: &mut Faults,
    make: impl Fn(&Row<'_>) -> Option<R>,
) -> Result<Vec<R>, InputErrors> {
    let text = files.read(rule.file).map_err(InputErrors::from)?;
    let table = rule.parse(&files.display(rule.file), &text, faults);
    let rows = table.as_ref().map(|table| rule.check(table, names, faults)).unwrap_or_default();
    Ok(rows.iter().filter_map(make).collect())
}

fn settings(
    files: &Files,
    names: &Names,
    faults: &mut Faults,
) -> Result<SortedMap<String, Setting>, InputErrors> {
    let name = files.display(SETTINGS.file);
    let rows = rows_of(files, &SETTINGS, names, faults, |row| {
        let text = |column: &str| row.text(column).to_owned();
        let edit = match row.text("operation") {
            "replace" => Edit::File { file: text("file"), with: text("text") },
            "switch" => Edit::Switch { key: text("column"), value: text("text") },
            "view" => Edit::View { key: text("column"), value: text("text") },
            _ => Edit::Cells(CellChange::of_row(row, &name)?, row.value("value").unwrap_or(0.0)),
        };
        Some((text("setting"), text("title"), edit))
    })?;
    let mut settings: SortedMap<String, Setting> = SortedMap::new();
    for (id, title, edit) in rows {
        settings.entry(id).or_insert(Setting { title, edits: Vec::new() }).edits.push(edit);
    }
    Ok(settings)
}

fn scenario(row: &Row<'_>) -> Scenario {
    let text = |column: &str| row.text(column).to_owned();
    let year = row.value("year").map(|year| year as i16);
    let is_there = !row.text("option").is_empty() && !row.text("against").is_empty();
    let view =
        year.filter(|_| is_there).map(|year| View { option: text("option"), against: text("against"), year });
    let always = row.text("always").split(';').map(str::trim).filter(|one| !one.is_empty());
    let always = always.map(str::to_owned).collect();
    Scenario { study: text("study"), id: text("scenario"), title: text("title"), view, always }
}

fn published(row: &Row<'_>) -> Option<Published> {
    let text = |column: &str| row.text(column).to_owned();
    Some(Published {
        study: text("study"),
        scenario: text("scenario"),
        iso3: text("iso3"),
        measure: text("measure"),
        partners: text("partners"),
        sectors: text("sectors"),
        value: row.value("value")?,
        unit: text("unit"),
        year: row.value("year").map(|year| year as i16),
        source: text("source"),
        mark: text("mark"),
    })
}

fn sign(row: &Row<'_>) -> Sign {
    let text = |column: &str| row.text(column).to_owned();
    let than = [text("than_study"), text("than_scenario")];
    Sign {
        scenario: [text("study"), text("scenario")],
        than: than.iter().all(|part| !part.is_empty()).then_some(than),
        iso3: text("iso3"),
        measure: text("measure"),
        is_above: row.text("sign") == "above",
        claim: text("claim"),
        source: text("source"),
        mark: text("mark"),
    }
}
