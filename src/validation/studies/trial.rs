//! A trial: the plan with some settings of a study, and its reference paths.

use super::tables::{Edit, Scenario, Tables, View};
use crate::data::{Files, from_toml, toml_fault};
use crate::ensemble::{Experiment, Plan, ReferenceYear, RunCounts, Shard, Watch};
use crate::error::{Fault, InputErrors};
use crate::sorted::{SortedMap, SortedSet};

/// Folder of the studies inside a data folder.
pub const FOLDER: &str = "validation";

/// Settings in the order in which they are applied: what names a trial.
pub(super) type Applied = Vec<String>;

/// A step from the default to a study: what is applied, and what is looked at.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// Setting that this step adds; `None` for the default.
    pub setting: Option<String>,
    pub applied: Applied,
    pub view: View,
}

/// What has to be solved with some settings.
#[derive(Debug, Clone, Default)]
pub(super) struct Need {
    pub options: SortedSet<String>,
    pub years: SortedSet<i16>,
}

/// A trial that was solved.
pub(super) struct Solved {
    pub experiment: Experiment,
    pub years: Vec<ReferenceYear>,
}

/// A scenario and its steps, by study and scenario.
pub(super) type Chains = SortedMap<[String; 2], Vec<Step>>;

/// The scenarios with their steps.
///
/// # Errors
/// [`InputErrors`] for a year that is none.
pub(super) fn chains(tables: &Tables) -> Result<Chains, InputErrors> {
    let key = |scenario: &Scenario| [scenario.study.clone(), scenario.id.clone()];
    tables.scenarios.iter().map(|scenario| Ok((key(scenario), steps(tables, scenario)?))).collect()
}

/// The steps of a scenario, the default first; none where the program cannot say anything.
///
/// # Errors
/// [`InputErrors`] for a year that is none.
fn steps(tables: &Tables, scenario: &Scenario) -> Result<Vec<Step>, InputErrors> {
    let Some(view) = scenario.view.clone() else { return Ok(Vec::new()) };
    let mut now = Step { setting: None, applied: scenario.always.clone(), view };
    let mut steps = vec![now.clone()];
    for id in tables.chain(scenario) {
        let setting = &tables.settings[id];
        for edit in &setting.edits {
            let Edit::View { key, value } = edit else { continue };
            match (key.as_str(), value.parse::<i16>()) {
                ("option", _) => now.view.option.clone_from(value),
                ("against", _) => now.view.against.clone_from(value),
                ("year", Ok(year)) => now.view.year = year,
                _ => return Err(view_fault(id, key, value).into()),
            }
        }
        if setting.edits.iter().any(|edit| !matches!(edit, Edit::View { .. })) {
            now.applied.push(id.to_owned());
        }
        now.setting = Some(id.to_owned());
        steps.push(now.clone());
    }
    Ok(steps)
}

fn view_fault(setting: &str, key: &str, value: &str) -> Fault {
    Fault {
        file: format!("{FOLDER}/settings.csv"),
        line: None,
        field: "column".into(),
        found: format!("{setting}: {key} = {value}"),
        expected: "option, against or year (a calendar year)".into(),
        remedy: "Correct the row.".into(),
    }
}

/// What every trial must hold, so that each is solved once.
pub(super) fn needs<'s>(steps: impl IntoIterator<Item = &'s Step>) -> SortedMap<Applied, Need> {
    let mut needs: SortedMap<Applied, Need> = SortedMap::new();
    for step in steps {
        let need = needs.entry(step.applied.clone()).or_default();
        need.options.extend([step.view.option.clone(), step.view.against.clone()]);
        need.years.insert(step.view.year);
    }
    needs
}

/// Solves the reference paths of the options of a trial up to the last year that is asked for.
///
/// # Errors
/// [`InputErrors`] of plan or data; a state without equilibrium, both named with the settings.
pub(super) fn solve(
    applied: &Applied,
    (files, plan): &(Files, Plan),
    watch: &dyn Watch,
) -> anyhow::Result<Solved> {
    let found = (|| -> anyhow::Result<Solved> {
        let allow = |_: &_, _: &_| Ok::<_, InputErrors>(());
        let experiment = Experiment::load(files, plan.clone(), Shard::WHOLE, &allow)?.without_static_part();
        let years = experiment.reference_years(&RunCounts::default())?;
        Ok(Solved { experiment, years })
    })();
    watch.advance(1);
    found.map_err(|error| error.context(format!("with the settings {}", applied.join(", "))))
}

/// Data folder and plan with the settings applied.
///
/// # Errors
/// [`InputErrors`] for a setting that changes nothing, or an option that is nowhere.
pub(super) fn prepare(
    files: &Files,
    plan: &Plan,
    tables: &Tables,
    (applied, need): (&Applied, &Need),
) -> Result<(Files, Plan), InputErrors> {
    let (mut files, mut plan) = (files.clone(), plan.clone());
    for option in &need.options {
        // Scenarios of studies lie in their own folder, not among the options of the plan.
        if let Some(text) = files.folder(FOLDER).read_optional(&format!("options/{option}.toml"))? {
            files = files.with_text(&format!("options/{option}.toml"), text);
        } else if files.folder("options").read_optional(&format!("{option}.toml"))?.is_none() {
            return Err(no_option(&files, option).into());
        }
    }
    plan.dynamics.labour = false;
    for id in applied {
        for edit in &tables.settings[id].edits {
            match edit {
                Edit::Cells(change, value) => files = change.apply(&files, &plan.baseline, *value)?,
                Edit::File { file, with } => files = files.with_text(file, files.read(with)?),
                Edit::Switch { key, value } => plan.dynamics = switched(&plan, id, key, value)?,
                Edit::View { .. } => {}
            }
        }
    }
    // A study may be of a year before the plan begins.
    let first = need.years.iter().next().map_or(plan.years[0], |first| plan.years[0].min(*first));
    let last = need.years.iter().next_back().copied().unwrap_or(first).max(first);
    plan.years = [first, last];
    plan.bilateral_years = need.years.iter().copied().collect();
    (plan.draws, plan.event_draws) = (1, 1);
    plan.options = vec![plan.reference_option.clone()];
    let others = need.options.iter().filter(|id| **id != plan.reference_option);
    plan.options.extend(others.cloned());
    plan.faults(&files.display("plan.toml")).into_result((files, plan))
}

fn no_option(files: &Files, option: &str) -> Fault {
    Fault {
        file: files.display(&format!("{FOLDER}/scenarios.csv")),
        line: None,
        field: "option".into(),
        found: option.to_owned(),
        expected: format!("a file of {FOLDER}/options or of options"),
        remedy: "Correct the name, or add the file.".into(),
    }
}

/// The table `dynamics` of the plan with one key changed.
fn switched(
    plan: &Plan,
    setting: &str,
    key: &str,
    value: &str,
) -> Result<crate::ensemble::DynamicsPlan, InputErrors> {
    let file = format!("{FOLDER}/settings.csv, {setting}");
    let mut table = toml::Table::try_from(&plan.dynamics).expect("a plan is TOML");
    let text = format!("{key} = {value}");
    let words = ["a switch of the table dynamics of a plan", "Correct the row."];
    let fault = |error| InputErrors::from(toml_fault(&file, &text, &error, "text", words));
    table.extend(text.parse::<toml::Table>().map_err(|error| fault(error.into()))?);
    from_toml(&table.to_string()).map_err(fault)
}
