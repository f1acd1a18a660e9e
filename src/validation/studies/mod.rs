//! Published studies beside the program: our number by default, with the study's settings, and the bridge between them.
//!
//! Everything about a study is data: what it found (`results.csv`), which option and year that is here
//! (`scenarios.csv`), and which settings lead from our default to it, one named switch after the other (`chains.csv`,
//! `settings.csv`). Each prefix of a chain is a trial: the reference paths with these settings. Trials that several
//! studies share are solved once.
//!
//! ```text
//! default --setting 1--> trial --setting 2--> ... --> ours with the study's settings --what remains--> published
//! ```

mod check;
mod figure;
mod rows;
mod tables;
mod trial;

use self::figure::{About, figure};
use self::tables::{Published, Sign, Tables};
use self::trial::{Applied, Chains, Solved, Step, chains, needs, prepare, solve};
use crate::data::Files;
use crate::ensemble::{Plan, Watch};
use crate::error::InputErrors;
use crate::numerics::parallel;
use crate::sorted::SortedMap;

pub use check::check;
pub use rows::{BridgeRow, SignRow, StudyRow};
pub use trial::FOLDER;

/// Trials that are solved at the same time; each holds a baseline path.
const AT_ONCE: usize = 2;
/// All that is known of the studies.
#[derive(Debug, Clone, Default)]
pub struct StudyTables {
    /// A row for each published figure.
    pub studies: Vec<StudyRow<'static>>,
    /// The way from our number to each figure.
    pub bridge: Vec<BridgeRow<'static>>,
    /// Signs that were published.
    pub signs: Vec<SignRow<'static>>,
    /// Names of studies and scenarios for people, by id.
    pub titles: Titles,
}

/// Names for people, by id.
#[derive(Debug, Clone, Default)]
pub struct Titles {
    /// Of studies.
    studies: SortedMap<String, String>,
    /// Of scenarios, by study and scenario.
    scenarios: SortedMap<[String; 2], String>,
}

impl Titles {
    /// Name of a study; its id where it has none.
    #[must_use]
    pub fn study<'t>(&'t self, id: &'t str) -> &'t str {
        self.studies.get(id).map_or(id, String::as_str)
    }

    /// Name of a scenario of a study; its id where it has none.
    #[must_use]
    pub fn scenario<'t>(&'t self, study: &str, id: &'t str) -> &'t str {
        self.scenarios.get(&[study.to_owned(), id.to_owned()]).map_or(id, String::as_str)
    }
}

/// Trials by what was applied.
type Trials = SortedMap<Applied, Solved>;

/// Every published figure of the folder `validation` beside ours.
///
/// # Errors
/// [`crate::error::InputErrors`] of tables, plan and data; a state without equilibrium, named with its settings.
pub fn studies(files: &Files, plan: &Plan, watch: &dyn Watch) -> anyhow::Result<StudyTables> {
    let tables = Tables::read(&files.folder(FOLDER))?;
    let chains = chains(&tables)?;
    let needs = needs(chains.values().flatten());
    watch.stage("published studies");
    watch.begin(needs.len() as u64);
    let prepared = needs.iter().map(|need| Ok((need.0, prepare(files, plan, &tables, need)?)));
    // What is wrong with a setting is told before anything is solved.
    let prepared = prepared.collect::<Result<Vec<_>, InputErrors>>()?;
    let mut trials = Trials::new();
    for some in prepared.chunks(AT_ONCE) {
        let found = parallel::try_map_each(some, |(applied, setting)| solve(applied, setting, watch))?;
        trials.extend(some.iter().map(|(applied, _)| Applied::clone(applied)).zip(found));
    }
    let named = tables.scenarios.iter().map(|one| ([one.study.clone(), one.id.clone()], one.title.clone()));
    let scenarios = named.collect();
    let titles = Titles { studies: tables.titles.clone(), scenarios };
    let mut all = StudyTables { titles, ..StudyTables::default() };
    for row in &tables.results {
        let steps = &chains[&[row.study.clone(), row.scenario.clone()]];
        let (values, why_not) = values(row, steps, &trials, &tables);
        all.studies.push(rows::study(row, &values, &why_not, &tables));
        all.bridge.extend(rows::bridge(row, steps, &values, &tables));
    }
    for sign in &tables.signs {
        let of = |scenario: &[String; 2]| of_sign(sign, scenario, &chains, &trials, &tables);
        let than = sign.than.as_ref().map_or(Some([0.0; 2]), of);
        all.signs.push(rows::sign(sign, of(&sign.scenario), than));
    }
    Ok(all)
}

/// Our number after every step, or why there is none.
fn values(row: &Published, steps: &[Step], trials: &Trials, tables: &Tables) -> (Vec<f64>, String) {
    let Some(first) = steps.first() else {
        return (Vec::new(), "no such scenario here".to_owned());
    };
    let about = match About::new(row, &tables.areas, &trials[&first.applied]) {
        Ok(about) => about,
        Err(why) => return (Vec::new(), why),
    };
    let of = |step: &Step| figure(row, &about, &trials[&step.applied], &step.view, &tables.units);
    match steps.iter().map(of).collect::<Option<Vec<f64>>>() {
        Some(values) => (values, String::new()),
        None => (Vec::new(), format!("no measure {} in this unit", row.measure)),
    }
}

/// Ours with a study's settings for a sign: the last step of its scenario.
fn of_sign(
    sign: &Sign,
    scenario: &[String; 2],
    chains: &Chains,
    trials: &Trials,
    tables: &Tables,
) -> Option<[f64; 2]> {
    let row = Published {
        study: scenario[0].clone(),
        scenario: scenario[1].clone(),
        iso3: sign.iso3.clone(),
        measure: sign.measure.clone(),
        partners: String::new(),
        sectors: String::new(),
        value: 0.0,
        unit: "pct".into(),
        year: None,
        source: String::new(),
        mark: String::new(),
    };
    let (values, _) = values(&row, chains.get(scenario)?, trials, tables);
    Some([*values.first()?, *values.last()?])
}
