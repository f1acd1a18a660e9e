//! Options as data: processes with stages, durations, guards, outcomes and effects (`data/options/*.toml`).

use jiff::civil::Date;
use serde::Deserialize;

use super::duration::Duration;
use crate::data::Files;
use crate::error::{Fault, InputErrors};

/// An option: processes that run side by side.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionSpec {
    /// Id; the name of the file.
    pub id: String,
    /// A few words for tables and charts.
    pub title: String,
    /// What happens under this option.
    #[serde(default)]
    pub description: String,
    /// Facts that hold between two dates whatever happens.
    #[serde(default, rename = "fact")]
    pub facts: Vec<Fact>,
    /// Processes.
    #[serde(default, rename = "process")]
    pub processes: Vec<Process>,
    /// Events that come back at fixed intervals, such as changes of administration.
    #[serde(default, rename = "recurring")]
    pub recurring: Vec<Recurring>,
}

/// A fact with its dates.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Name that guards refer to.
    pub name: String,
    /// First day on which it holds; absent = from the start.
    pub from: Option<Date>,
    /// First day on which it holds no more.
    pub until: Option<Date>,
    /// Source.
    pub source: String,
    /// seed, public, recalled or assumption.
    pub mark: String,
}

/// A sequence of stages of one party.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// Id; with the stage it names the random stream, so that options share luck where the step is the same.
    pub id: String,
    /// Party that carries the process.
    pub party: String,
    /// First day of the first stage; absent = the start of the horizon.
    pub start: Option<Date>,
    /// Stages in order.
    #[serde(rename = "stage")]
    pub stages: Vec<Stage>,
}

/// One stage: it takes its time, waits for its guards, then succeeds or fails.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Id inside the process.
    pub id: String,
    /// How long it takes.
    pub duration: Duration,
    /// Facts that must all hold when it ends; it waits for them.
    #[serde(default)]
    pub requires: Vec<String>,
    /// Probability of success.
    #[serde(default = "certain")]
    pub probability: f64,
    /// Changes of the probability while a fact holds.
    #[serde(default, rename = "shift")]
    pub shifts: Vec<Shift>,
    /// Days until another try after a failure; absent = the process ends.
    pub retry_days: Option<f64>,
    /// Tries after the first.
    #[serde(default)]
    pub max_retries: u32,
    /// True where the end moves to the first day of the next month (entry into force).
    #[serde(default)]
    pub on_first_of_month: bool,
    /// What success does.
    #[serde(default)]
    pub effects: Vec<String>,
    /// Milestone that success reaches.
    pub milestone: Option<String>,
    /// Source of the figures.
    pub source: String,
    /// seed, public, recalled or assumption.
    pub mark: String,
}

/// An event that comes back.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recurring {
    /// Id; names the random stream.
    pub id: String,
    /// Party.
    pub party: String,
    /// First date.
    pub first: Date,
    /// Years between two.
    pub every_years: i16,
    /// Facts that must all hold; otherwise the event passes.
    #[serde(default)]
    pub requires: Vec<String>,
    /// Probability that it happens on one of its dates.
    pub probability: f64,
    /// Changes of the probability while a fact holds.
    #[serde(default, rename = "shift")]
    pub shifts: Vec<Shift>,
    /// What it does.
    pub effects: Vec<String>,
    /// Milestone that it reaches.
    pub milestone: Option<String>,
    /// Source of the figures.
    pub source: String,
    /// seed, public, recalled or assumption.
    pub mark: String,
}

/// A change of a probability while a fact holds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// Fact.
    pub when: String,
    /// Added to the probability, which stays within 0 and 1.
    pub add: f64,
}

fn certain() -> f64 {
    1.0
}

/// What an event does, parsed from `verb:...`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// `set:NAME`: a fact holds from now on.
    Set(String),
    /// `clear:NAME`: a fact holds no more.
    Clear(String),
    /// `join:AGREEMENT:PARTY;PARTY`; `@OTHER` stands for all members of another agreement on that day.
    Join(String, Vec<String>),
    /// `leave:AGREEMENT:PARTY;PARTY`.
    Leave(String, Vec<String>),
}

impl Effect {
    /// Parses one effect; `None` where the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (verb, rest) = text.split_once(':')?;
        let parties = || {
            let (agreement, parties) = rest.split_once(':')?;
            let list: Vec<String> = parties.split(';').map(str::to_owned).collect();
            (!agreement.is_empty() && list.iter().all(|party| !party.is_empty()))
                .then(|| (agreement.to_owned(), list))
        };
        match verb {
            "set" if !rest.is_empty() => Some(Self::Set(rest.to_owned())),
            "clear" if !rest.is_empty() => Some(Self::Clear(rest.to_owned())),
            "join" => parties().map(|(agreement, list)| Self::Join(agreement, list)),
            "leave" => parties().map(|(agreement, list)| Self::Leave(agreement, list)),
            _ => None,
        }
    }
}

/// Reads and checks the option `id` of a folder.
///
/// # Errors
/// [`InputErrors`]: unknown option (with the known ones), unknown keys, probabilities outside 0..1, effects
/// that are none, guards that nothing can ever meet.
pub fn read_option(files: &Files, id: &str) -> Result<OptionSpec, InputErrors> {
    let file = format!("{id}.toml");
    let Some(text) = files.read_optional(&file).map_err(InputErrors::from)? else {
        return Err(InputErrors::from(Fault {
            file: files.display(""),
            line: None,
            field: "option".into(),
            found: id.into(),
            expected: format!("one of {}", list_options(files).join(", ")),
            remedy: "Correct the name, or add the file.".into(),
        }));
    };
    let spec: OptionSpec = toml::from_str(&text).map_err(|error| {
        InputErrors::from(Fault {
            file: files.display(&file),
            line: error.span().map(|span| 1 + text[..span.start].matches('\n').count() as u64),
            field: "option".into(),
            found: error.message().to_owned(),
            expected: "the keys of an option (see data/options/README.md)".into(),
            remedy: "Correct the key or its value.".into(),
        })
    })?;
    super::validate::validate(&spec, &files.display(&file), id).into_result(spec)
}

/// Ids of the options of a folder, sorted.
#[must_use]
pub fn list_options(files: &Files) -> Vec<String> {
    files.list(".toml").iter().map(|name| name.trim_end_matches(".toml").to_owned()).collect()
}
