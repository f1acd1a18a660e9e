//! An option compiled together with the world: names are numbers, until a draw is written ([`Program::resolve`]).

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::duration::Duration;
use super::streams::Streams;
use super::terms::{Term, TextCode};
use super::timeline::{Happenings, Horizon};
use super::topics::Topics;
use crate::policy::{MeasureKind, PolicyTimeline};

/// A compiled option and world, from which any number of draws can be made.
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
    /// Agreements that effects or guards refer to.
    pub(super) agreements: Vec<String>,
    pub(super) parties: Vec<String>,
    /// Members of each agreement at the start: party and first day.
    pub(super) members: Vec<Vec<(u16, i32)>>,
    pub(super) processes: Vec<ProcessCode>,
    pub(super) stages: Vec<StageCode>,
    pub(super) recurring: Vec<RecurringCode>,
    pub(super) dated: Vec<Dated>,
    /// When recurring events are due, by day and then by event.
    pub(super) schedule: Vec<Recurs>,
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
    /// Measures that effects turn on, scale or off: kind, name, factor in thousandths.
    pub(super) measures: Vec<(MeasureKind, String, u32)>,
    /// Texts that effects write down as they were agreed.
    pub(super) texts: Vec<TextCode>,
    pub(super) parameters: Vec<ParameterCode>,
    pub(super) levels: Vec<LevelCode>,
    /// Facts and actors of each voice; `NONE` = speaks where none before does.
    pub(super) voices: Vec<Vec<(u32, u32)>>,
    pub(super) topics: Arc<Topics>,
    /// Shares asked of each topic, by menu; below the share of what each actor wants that is on it, `[menu][actor]`.
    pub(super) menus: Vec<Vec<f64>>,
    pub(super) menu_shares: Vec<Vec<f64>>,
    /// Stages that need not look again before a fact, or a state, changes: by fact, and by state.
    pub(super) looks_of_fact: Vec<Vec<u32>>,
    pub(super) looks_of_level: Vec<Vec<u32>>,
    pub(super) happenings: Happenings,
}

/// A parameter of a draw.
#[derive(Debug, Clone)]
pub(super) struct ParameterCode {
    pub name: String,
    /// True for a row of a table of weights.
    pub is_weight: bool,
    pub value: f64,
    pub se: f64,
    pub range: [f64; 2],
    pub streams: Streams,
}

/// A state that is a number.
#[derive(Debug, Clone)]
pub(super) struct LevelCode {
    pub start: NumberCode,
    pub sd: NumberCode,
    pub range: [f64; 2],
    pub mean: NumberCode,
    pub half_life_years: Option<NumberCode>,
    pub shifts: Vec<ShiftCode>,
    pub streams: Streams,
}

/// A state that an event draws anew.
#[derive(Debug, Clone)]
pub(super) struct DrawnCode {
    pub level: u32,
    pub add: NumberCode,
    pub keep: NumberCode,
    pub shifts: Vec<ShiftCode>,
    pub sd: NumberCode,
    pub streams: Streams,
}

/// A constant (`slot` is `NONE`), or a multiple of a parameter.
#[derive(Debug, Clone, Copy)]
pub(super) struct NumberCode {
    pub factor: f64,
    pub slot: u32,
}

/// What a shift reads; actors by voice.
#[derive(Debug, Clone, Copy)]
pub(super) enum ReadCode {
    Constant(f64),
    Level(u32),
    Odds(u32),
    Minds(u32),
    Likes(u32),
    Content(u32),
    Wants(u32),
    Menu(u32, u32),
    Stance(u32, u32),
}

#[derive(Debug, Clone)]
pub(super) struct ProcessCode {
    pub id: String,
    pub party: String,
    pub first_stage: u32,
    pub start: i32,
    /// True for processes of the option itself.
    pub is_own: bool,
    /// Membership without which it does not run, or `NONE`.
    pub member: u32,
    /// True where the state of its first day decides how it begins.
    pub is_late: bool,
}

/// A block of stages of which a draw takes those whose party is a member on the day on which the block begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockCode {
    /// First stage of the block, and the one after its last.
    pub first: u32,
    pub end: u32,
    /// Fact that the party of the stage is a member.
    pub member: u32,
    /// Milestone of the last stage that a draw takes, or `NONE`.
    pub milestone: u32,
}

/// Branch of a reached stage that is the last of its block in a draw.
pub(super) const LAST_OF_BLOCK: u8 = 1;

#[derive(Debug, Clone)]
pub(super) struct StageCode {
    pub id: String,
    pub block: Option<BlockCode>,
    pub process: u32,
    pub duration: Duration,
    /// Streams of the duration and of the outcome by visit.
    pub duration_streams: Streams,
    pub outcome_streams: Streams,
    pub stretches: Vec<ShiftCode>,
    pub requires: Vec<u32>,
    pub unless: Vec<u32>,
    pub rule: Option<RuleCode>,
    pub probability: f64,
    pub logit: Option<NumberCode>,
    /// Days between two looks; 0 = the outcome is drawn once.
    pub look_days: i32,
    /// True if the chance at a look changes only with facts and states that are watched.
    pub is_steady: bool,
    pub keeps_luck: bool,
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

/// Effects and milestone of an outcome.
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
    pub logit: Option<NumberCode>,
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
    pub cases: Vec<super::condition::RuleCase>,
}

#[derive(Debug, Clone)]
pub(super) struct RecurringCode {
    pub id: String,
    pub party: String,
    /// True for an event of the option itself.
    pub is_own: bool,
    pub days: Vec<i32>,
    pub streams: Streams,
    pub requires: Vec<u32>,
    pub unless: Vec<u32>,
    pub probability: f64,
    pub logit: Option<NumberCode>,
    pub shifts: Vec<ShiftCode>,
    pub draws: Vec<DrawnCode>,
    pub outcome: Outcome,
    /// What is done where it does not happen.
    pub otherwise: Vec<EffectCode>,
    pub otherwise_texts: Vec<String>,
}

/// A recurring event is due for the `occurrence`-th time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Recurs {
    pub day: i32,
    pub event: u32,
    pub occurrence: u32,
}

/// A fact that begins or ends on a date.
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
    pub reads: Vec<ReadCode>,
    /// Parameters that multiply the amount.
    pub parameters: Vec<u32>,
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
    /// Position among the measures of the program.
    Measure(u32),
    Move(u32, NumberCode),
    Put(u32, NumberCode),
    Ask(u32, u32),
    Offer(u32, u32),
    Trim(u32),
    /// Position among the texts of the program.
    Text(u32),
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
    Passed,
}

impl Kind {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::Failed => "failed",
            Self::Waiting => "waiting",
            Self::Cancelled => "cancelled",
            Self::Happened => "happened",
            Self::Began => "began",
            Self::Ended => "ended",
            Self::Diverted => "diverted",
            Self::Passed => "passed",
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
    /// Branch of a diverted stage; [`LAST_OF_BLOCK`] where that is so of a stage that was reached.
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

/// One draw as numbers, 16 bytes per event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompactDraw {
    pub(super) log: Vec<Entry>,
    pub(super) changes: Vec<Change>,
    /// Day and position of each measure that an effect changed.
    pub(super) measures: Vec<(i32, u32)>,
    /// Provisions that stand in a text in part, or not at all.
    pub(super) terms: Vec<Term>,
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
    EPOCH.until(date).expect("days between two dates are within the range of a span").get_days()
}

/// The date of a day number.
pub(super) fn date_of(day: i32) -> Date {
    EPOCH.saturating_add(day.days())
}

impl Program {
    /// Memberships at the start.
    #[must_use]
    pub fn initial(&self) -> &PolicyTimeline {
        &self.initial
    }

    /// Number of parameters.
    pub(super) fn n_parameters(&self) -> usize {
        self.parameters.len()
    }

    /// Number of the fact that a party is a member of an agreement.
    pub(super) fn member_fact(&self, agreement: u16, party: u16) -> usize {
        usize::from(agreement) * self.parties.len() + usize::from(party)
    }

    /// Number of the fact that a membership is suspended.
    pub(super) fn suspended_fact(&self, agreement: u16, party: u16) -> usize {
        self.agreements.len() * self.parties.len() + self.member_fact(agreement, party)
    }
}
