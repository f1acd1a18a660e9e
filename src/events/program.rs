//! An option compiled with the world: everything that has a name is a number.
//!
//! Names return only when a draw is written ([`Program::resolve`]).

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::duration::Duration;
use super::timeline::{DrawnTimeline, Horizon, LoggedEvent};
use crate::policy::PolicyTimeline;
use crate::rng::StreamName;

/// An option and the world, ready to be drawn any number of times.
#[derive(Debug, Clone)]
pub struct Program {
    /// Id of the option.
    pub option: String,
    /// Dates between which events happen.
    pub horizon: Horizon,
    /// Milestones by number.
    pub milestones: Vec<String>,
    pub(super) days: (i32, i32),
    pub(super) facts: Vec<String>,
    pub(super) initial: Arc<PolicyTimeline>,
    /// Agreements that something joins, leaves or refers to.
    pub(super) agreements: Vec<String>,
    pub(super) parties: Vec<String>,
    /// Members of each agreement at the start: party and first day.
    pub(super) members: Vec<Vec<(u16, i32)>>,
    pub(super) processes: Vec<ProcessCode>,
    pub(super) stages: Vec<StageCode>,
    pub(super) recurring: Vec<RecurringCode>,
    pub(super) dated: Vec<Dated>,
    pub(super) calendars: Vec<Vec<i32>>,
    /// Stages whose guards watch a fact, by fact. Facts `a * parties + p` say that `p` is a member of `a`; as many
    /// after them, that it is suspended; then come the named ones.
    pub(super) guards_of: Vec<Vec<u32>>,
    /// Stages whose pace watches a fact, by fact.
    pub(super) paces_of: Vec<Vec<u32>>,
    /// Processes that a fact ends, by fact.
    pub(super) ends_of: Vec<Vec<u32>>,
    /// First day of a month on or after each day from the start on.
    pub(super) first_of_month: Vec<i32>,
    pub(super) n_branches: usize,
}

#[derive(Debug, Clone)]
pub(super) struct ProcessCode {
    pub id: String,
    pub party: String,
    pub first_stage: u32,
    pub start: i32,
    /// True for processes of the option itself.
    pub is_own: bool,
}

#[derive(Debug, Clone)]
pub(super) struct StageCode {
    pub id: String,
    pub process: u32,
    pub duration: Duration,
    /// Stream of the duration and of the outcome by visit; names of later visits are made when needed.
    pub duration_streams: Vec<StreamName>,
    pub outcome_streams: Vec<StreamName>,
    pub stretches: Vec<ShiftCode>,
    pub requires: Vec<u32>,
    pub unless: Vec<u32>,
    pub rule: Option<RuleCode>,
    pub probability: f64,
    pub shifts: Vec<ShiftCode>,
    pub branches: Vec<BranchCode>,
    pub retry_days: i32,
    pub max_retries: u32,
    pub on_first_of_month: bool,
    pub outcome: Outcome,
    /// Stage after success; `NONE` = the process ends.
    pub next: u32,
}

/// No stage, no event, no milestone.
pub(super) const NONE: u32 = u32::MAX;

/// What an event does and is called.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub effects: Vec<EffectCode>,
    pub texts: Vec<String>,
    /// Position in the milestones, or `NONE`.
    pub milestone: u32,
}

#[derive(Debug, Clone)]
pub(super) struct BranchCode {
    pub probability: f64,
    pub shifts: Vec<ShiftCode>,
    pub to: u32,
    pub at_most: u32,
    /// Position among all branches, to count how often it was taken.
    pub number: usize,
    pub outcome: Outcome,
}

#[derive(Debug, Clone)]
pub(super) struct RuleCode {
    /// Fact and share of the weights of each party.
    pub parties: Vec<(u32, f64)>,
    pub cases: Vec<super::spec::RuleCase>,
}

#[derive(Debug, Clone)]
pub(super) struct RecurringCode {
    pub id: String,
    pub party: String,
    pub days: Vec<i32>,
    pub streams: Vec<StreamName>,
    pub requires: Vec<u32>,
    pub unless: Vec<u32>,
    pub probability: f64,
    pub shifts: Vec<ShiftCode>,
    pub outcome: Outcome,
}

/// A fact that begins or ends on a date by itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dated {
    pub fact: u32,
    pub day: i32,
    pub holds: bool,
    /// False for memberships with a date, which the policy tables already hold.
    pub is_logged: bool,
}

#[derive(Debug, Clone)]
pub(super) struct ShiftCode {
    pub when: u32,
    pub unless: u32,
    pub since: Option<i32>,
    pub of: u32,
    pub at_most_years: f64,
    /// Calendar, or `NONE`.
    pub before: u32,
    pub within_days: f64,
    pub parameter: f64,
    pub add: f64,
    pub by: f64,
}

/// Parties of an effect.
#[derive(Debug, Clone, Copy)]
pub(super) enum Who {
    Party(u16),
    MembersOf(u16),
}

#[derive(Debug, Clone)]
pub(super) enum EffectCode {
    Set(u32),
    Clear(u32),
    Cancel(u32),
    Join(u16, Vec<Who>),
    Leave(u16, Vec<Who>),
    Suspend(u16, Vec<Who>),
    Resume(u16, Vec<Who>),
}

/// Kind of a logged event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Reached,
    Failed,
    Waiting,
    Cancelled,
    Happened,
    Began,
    Ended,
    Diverted,
}

impl Kind {
    fn text(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::Failed => "failed",
            Self::Waiting => "waiting",
            Self::Cancelled => "cancelled",
            Self::Happened => "happened",
            Self::Began => "began",
            Self::Ended => "ended",
            Self::Diverted => "diverted",
        }
    }
}

/// A logged event, 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub day: i32,
    /// Position in the log, or `NONE`.
    pub parent: u32,
    /// Stage, recurring event or dated fact.
    pub item: u32,
    pub kind: Kind,
    /// Branch of a diverted stage.
    pub branch: u8,
}

/// A change of memberships.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    pub day: i32,
    pub agreement: u16,
    pub party: u16,
    pub joins: bool,
}

/// One draw in numbers: 16 bytes an event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompactDraw {
    pub(super) log: Vec<Entry>,
    pub(super) changes: Vec<Change>,
}

impl CompactDraw {
    /// Number of events.
    #[must_use]
    pub fn n_events(&self) -> usize {
        self.log.len()
    }
}

const EPOCH: Date = date(1970, 1, 1);

/// Days since 1970.
pub(super) fn day_number(date: Date) -> i32 {
    EPOCH.until(date).map_or(0, |span| span.get_days())
}

/// The date of a day number.
pub(super) fn date_of(day: i32) -> Date {
    EPOCH.saturating_add(day.days())
}

impl Program {
    /// Number of the fact that a party is a member of an agreement.
    pub(super) fn member_fact(&self, agreement: u16, party: u16) -> usize {
        usize::from(agreement) * self.parties.len() + usize::from(party)
    }

    /// Number of the fact that a membership is suspended.
    pub(super) fn suspended_fact(&self, agreement: u16, party: u16) -> usize {
        self.agreements.len() * self.parties.len() + self.member_fact(agreement, party)
    }

    /// What happened, or what it was called, of one event.
    fn outcome(&self, entry: &Entry) -> Option<&Outcome> {
        match entry.kind {
            Kind::Reached => Some(&self.stages[entry.item as usize].outcome),
            Kind::Diverted => {
                Some(&self.stages[entry.item as usize].branches[usize::from(entry.branch)].outcome)
            }
            Kind::Happened => Some(&self.recurring[entry.item as usize].outcome),
            _ => None,
        }
    }

    /// Milestone of an event, by number.
    fn milestone(&self, entry: &Entry) -> Option<usize> {
        let number = self.outcome(entry)?.milestone;
        (number != NONE).then_some(number as usize)
    }

    /// First day of each milestone, as days since the start of the horizon; `visit` takes milestone and day.
    pub fn first_days(&self, draw: &CompactDraw, mut visit: impl FnMut(usize, u32)) {
        let mut seen = 0u128;
        let mut seen_late = Vec::new();
        for entry in &draw.log {
            let Some(milestone) = self.milestone(entry) else { continue };
            let is_new = if milestone < 128 {
                let bit = 1u128 << milestone;
                let is_new = seen & bit == 0;
                seen |= bit;
                is_new
            } else {
                let is_new = !seen_late.contains(&milestone);
                seen_late.push(milestone);
                is_new
            };
            if is_new {
                visit(milestone, (entry.day - self.days.0).max(0) as u32);
            }
        }
    }

    /// Process, stage, kind and number in the summary of an event; see [`Program::summary_slots`].
    pub fn slots(&self, draw: &CompactDraw, mut visit: impl FnMut(usize)) {
        for entry in &draw.log {
            visit(self.slot(entry));
        }
    }

    fn slot(&self, entry: &Entry) -> usize {
        let item = entry.item as usize;
        match entry.kind {
            Kind::Reached | Kind::Failed | Kind::Waiting | Kind::Cancelled => 5 * item + entry.kind as usize,
            Kind::Diverted => 5 * item + 4,
            Kind::Happened => 5 * self.stages.len() + item,
            Kind::Began | Kind::Ended => 5 * self.stages.len() + self.recurring.len() + item,
        }
    }

    /// Process, stage and kind behind each number of [`Program::slots`].
    #[must_use]
    pub fn summary_slots(&self) -> Vec<[&str; 3]> {
        let kinds = [Kind::Reached, Kind::Failed, Kind::Waiting, Kind::Cancelled, Kind::Diverted];
        let of_stage = |stage: &'_ StageCode| {
            let process = stage.process as usize;
            kinds.map(move |kind| (process, kind.text()))
        };
        let mut slots = Vec::new();
        for stage in &self.stages {
            let names = of_stage(stage);
            slots.extend(names.map(|(at, kind)| [self.processes[at].id.as_str(), stage.id.as_str(), kind]));
        }
        slots.extend(self.recurring.iter().map(|event| [event.id.as_str(), "", Kind::Happened.text()]));
        slots.extend(self.dated.iter().map(|dated| {
            let kind = if dated.holds { Kind::Began } else { Kind::Ended };
            [self.facts[dated.fact as usize].as_str(), "", kind.text()]
        }));
        slots
    }

    /// The draw with names and dates.
    #[must_use]
    pub fn resolve(&self, draw: &CompactDraw) -> DrawnTimeline {
        let log = draw.log.iter().enumerate().map(|(seq, entry)| self.event(seq, entry)).collect();
        let mut policy = PolicyTimeline::clone(&self.initial);
        for change in &draw.changes {
            let agreement = &self.agreements[usize::from(change.agreement)];
            let (party, day) = (&self.parties[usize::from(change.party)], date_of(change.day));
            if change.joins {
                policy.join(agreement, party, day);
            } else {
                policy.leave(agreement, party, day);
            }
        }
        DrawnTimeline { policy, log }
    }

    fn event(&self, seq: usize, entry: &Entry) -> LoggedEvent {
        let item = entry.item as usize;
        let (party, process, stage) = match entry.kind {
            Kind::Happened => (self.recurring[item].party.as_str(), self.recurring[item].id.as_str(), ""),
            Kind::Began | Kind::Ended => ("", self.facts[self.dated[item].fact as usize].as_str(), ""),
            _ => {
                let stage = &self.stages[item];
                let process = &self.processes[stage.process as usize];
                (process.party.as_str(), process.id.as_str(), stage.id.as_str())
            }
        };
        LoggedEvent {
            seq: seq as u64,
            date: date_of(entry.day),
            event: entry.kind.text(),
            party: party.to_owned(),
            process: process.to_owned(),
            stage: stage.to_owned(),
            parent_seq: (entry.parent != NONE).then_some(u64::from(entry.parent)),
            milestone: self.milestone(entry).map(|number| self.milestones[number].clone()),
            effects: self.outcome(entry).map_or_else(Vec::new, |outcome| outcome.texts.clone()),
        }
    }
}
