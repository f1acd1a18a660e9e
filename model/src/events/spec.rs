//! Options as data: processes with stages, durations, guards, outcomes and effects (`data/options/*.toml`).
//!
//! `read` reads and joins the files, [`super::validate`] checks them, `compile` turns them
//! into a program of integers.

use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;

use super::condition::{Rule, Shift};
use super::duration::Duration;
use super::for_each::{Case, InBlock, MemberOf, Members};
use super::levels::{Drawn, Number, State, Voice};
use super::limits::LARGEST;
use super::place::Place;
use super::topics::Topics;

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
    /// Other files whose contents belong to this option.
    #[serde(default, rename = "include")]
    pub includes: Vec<Include>,
    /// First and last day that the file speaks of; absent = [`super::validate::LONGEST_HORIZON`].
    pub horizon: Option<[Date; 2]>,
    /// Parties that are not countries, such as the members of an agreement together.
    #[serde(default)]
    pub bodies: Vec<String>,
    /// Table of weights, parameters with a range and an error: a CSV file of the folder.
    pub weights: Option<String>,
    /// Folder of the tables of topics.
    pub topics: Option<String>,
    /// Those tables.
    #[serde(skip)]
    pub topic_tables: Option<Arc<Topics>>,
    /// States: numbers that processes read and move.
    #[serde(default, rename = "state")]
    pub states: Vec<State>,
    /// Parties for whom different actors speak at different times.
    #[serde(default, rename = "voice")]
    pub voices: Vec<Voice>,
    /// Numbers that shifts refer to.
    #[serde(default, rename = "parameter")]
    pub parameters: Vec<Parameter>,
    /// Lists of dates that shifts refer to, such as elections.
    #[serde(default, rename = "calendar")]
    pub calendars: Vec<Calendar>,
    /// Facts that hold between two dates whatever happens, and switches.
    #[serde(default, rename = "fact")]
    pub facts: Vec<Fact>,
    /// Processes.
    #[serde(default, rename = "process")]
    pub processes: Vec<Process>,
    /// Events that come back at fixed intervals, such as changes of administration.
    #[serde(default, rename = "recurring")]
    pub recurring: Vec<Recurring>,
}

/// Another file that belongs to an option: its name, or its name and a prefix.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Include {
    /// The file as it stands.
    Plain(String),
    /// The file with a prefix before the milestones of its processes; those of recurring events stay.
    Prefixed {
        /// Id of the file.
        option: String,
        /// Prefix.
        prefix: String,
    },
}

impl Include {
    /// Id of the file and the prefix of its milestones.
    #[must_use]
    pub fn parts(&self) -> (&str, &str) {
        match self {
            Self::Plain(option) => (option, ""),
            Self::Prefixed { option, prefix } => (option, prefix),
        }
    }
}

/// A number that shifts refer to, such as the size of the demands.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Name.
    pub name: String,
    /// Value.
    pub value: f64,
    /// Least and largest value that make sense; absent = any number up to a million.
    pub range: Option<[f64; 2]>,
    /// Standard error: the value is drawn once a draw, normal and within the range; 0 = the same in every draw.
    #[serde(default)]
    pub se: f64,
    /// True for a row of a table of weights.
    #[serde(skip)]
    pub is_weight: bool,
    /// Source.
    pub source: String,
    /// seed, public, recalled or assumption.
    pub mark: String,
    /// Where it stands.
    #[serde(skip)]
    pub place: Place,
}

impl Parameter {
    /// Least and largest value.
    #[must_use]
    pub fn range(&self) -> [f64; 2] {
        self.range.unwrap_or([-LARGEST, LARGEST])
    }
}

/// A list of dates.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Name.
    pub name: String,
    /// Dates.
    pub dates: Vec<Date>,
    /// Source.
    pub source: String,
    /// seed, public, recalled or assumption.
    pub mark: String,
    /// Where it stands.
    #[serde(skip)]
    pub place: Place,
}

/// A fact with its dates; a switch where `on` is given.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Name that guards refer to.
    pub name: String,
    /// False: it does not hold by itself. Events may still set it, and `--set NAME=1` turns it on.
    #[serde(default = "on")]
    pub on: bool,
    /// First day on which it holds; absent = from the start.
    pub from: Option<Date>,
    /// First day on which it holds no more.
    pub until: Option<Date>,
    /// Source.
    pub source: String,
    /// seed, public, recalled or assumption.
    pub mark: String,
    /// Where it stands.
    #[serde(skip)]
    pub place: Place,
}

/// A sequence of stages of one party.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// Members for each of which it is written out; absent = it stands for itself.
    pub for_each: Option<Members>,
    /// Members of the set for whom it is not.
    #[serde(default)]
    pub except: Vec<String>,
    /// Id; with the stage it names the random stream, so that options share luck where the step is the same.
    pub id: String,
    /// Party that carries the process.
    pub party: String,
    /// First day of the first stage; absent = the start of the horizon.
    pub start: Option<Date>,
    /// Facts any of which ends the process wherever it stands.
    #[serde(default)]
    pub cancelled_by: Vec<String>,
    /// Stages in order.
    #[serde(rename = "stage")]
    pub stages: Vec<Stage>,
    /// Membership on its first day without which it does not run, where a block was written out.
    #[serde(skip)]
    pub member_of: Option<MemberOf>,
    /// Where it stands.
    #[serde(skip)]
    pub place: Place,
}

/// One stage: it takes its time, waits for its guards, then succeeds, takes a branch, or fails.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Members for each of which it is written out, one after the other; absent = it stands for itself.
    pub for_each: Option<Members>,
    /// Members of the set for whom it is not.
    #[serde(default)]
    pub except: Vec<String>,
    /// What differs by member.
    #[serde(default, rename = "where")]
    pub cases: Vec<Case>,
    /// Milestone that the last of the members reaches.
    pub milestone_of_all: Option<String>,
    /// Id inside the process.
    pub id: String,
    /// How long it takes.
    pub duration: Duration,
    /// Changes of its pace: while the condition holds, what is left takes `by` times as long.
    #[serde(default, rename = "stretch")]
    pub stretches: Vec<Shift>,
    /// Facts that must all hold when it ends; it waits for them.
    #[serde(default)]
    pub requires: Vec<String>,
    /// Facts none of which may hold when it ends; it waits until they are gone.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Rule of entry into force that must be met when it ends; it waits for it.
    pub rule: Option<Rule>,
    /// Probability of success.
    #[serde(default = "certain")]
    pub probability: f64,
    /// In place of the probability its logit, to which the shifts add.
    pub logit: Option<Number>,
    /// Days between two looks: at each of them success, or a branch, has its probability, until one comes.
    pub look_every_days: Option<f64>,
    /// True if every visit of a draw has the same luck, so that only what has changed decides.
    #[serde(default)]
    pub keeps_luck: bool,
    /// Changes of the probability.
    #[serde(default, rename = "shift")]
    pub shifts: Vec<Shift>,
    /// Other outcomes; what is left to 1 is failure.
    #[serde(default, rename = "branch")]
    pub branches: Vec<Branch>,
    /// Days until another try after a failure; absent = the process ends.
    pub retry_days: Option<f64>,
    /// Tries after the first.
    #[serde(default)]
    pub max_retries: u32,
    /// True if the end moves to the first day of the next month (entry into force).
    #[serde(default)]
    pub on_first_of_month: bool,
    /// What success does.
    #[serde(default)]
    pub effects: Vec<String>,
    /// Milestone that success reaches.
    pub milestone: Option<String>,
    /// Later stage that success leads to, or `end`; absent = the next one.
    pub next: Option<String>,
    /// Source of the figures.
    pub source: String,
    /// seed, public, recalled or assumption.
    pub mark: String,
    /// Its place in a block for the members of an agreement, where one was written out.
    #[serde(skip)]
    pub in_block: Option<InBlock>,
    /// Where it stands.
    #[serde(skip)]
    pub place: Place,
}

/// `to` of a branch that leads where success leads.
pub const ONWARD: &str = "next";

/// An outcome of a stage other than success and failure.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// Probability.
    #[serde(default = "certain")]
    pub probability: f64,
    /// In place of the probability its logit, to which the shifts add.
    pub logit: Option<Number>,
    /// Changes of the probability.
    #[serde(default, rename = "shift")]
    pub shifts: Vec<Shift>,
    /// Stage of the same process that it leads to, `end`, or `next`: where success leads.
    pub to: String,
    /// How often a draw may take it; after that it counts as failure.
    #[serde(default = "once")]
    pub at_most: u32,
    /// What it does.
    #[serde(default)]
    pub effects: Vec<String>,
    /// Milestone that it reaches.
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
    /// Facts none of which may hold; otherwise the event passes.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Probability that it happens on one of its dates.
    #[serde(default = "certain")]
    pub probability: f64,
    /// In place of the probability its logit, to which the shifts add.
    pub logit: Option<Number>,
    /// States that are drawn anew where it happens, one after the other, before its effects.
    #[serde(default, rename = "draw")]
    pub draws: Vec<Drawn>,
    /// What is done where its guards hold and it does not happen.
    #[serde(default)]
    pub otherwise: Vec<String>,
    /// Changes of the probability.
    #[serde(default, rename = "shift")]
    pub shifts: Vec<Shift>,
    /// What it does.
    #[serde(default)]
    pub effects: Vec<String>,
    /// Milestone that it reaches.
    pub milestone: Option<String>,
    /// Source of the figures.
    pub source: String,
    /// seed, public, recalled or assumption.
    pub mark: String,
    /// Where it stands.
    #[serde(skip)]
    pub place: Place,
}

pub(super) fn certain() -> f64 {
    1.0
}

fn once() -> u32 {
    1
}

fn on() -> bool {
    true
}
