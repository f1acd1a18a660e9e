//! The result of one draw: memberships, and a log that replays to them.

use jiff::civil::Date;

use super::effect::Effect;
use crate::policy::PolicyTimeline;

/// Dates between which events happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    /// First day.
    pub start: Date,
    /// Last day.
    pub end: Date,
}

/// An event that fired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedEvent {
    /// Position in the log, 0 = first.
    pub seq: u64,
    /// Day.
    pub date: Date,
    /// `reached`, `diverted`, `failed`, `waiting`, `cancelled`, `happened`, `began` or `ended`.
    pub event: &'static str,
    /// Party; empty for dated facts.
    pub party: String,
    /// Process, recurring event or dated fact.
    pub process: String,
    /// Stage; empty for recurring events and dated facts.
    pub stage: String,
    /// Event that led to it.
    pub parent_seq: Option<u64>,
    /// Milestone reached.
    pub milestone: Option<String>,
    /// Its effects.
    pub effects: Vec<String>,
}

/// The result of one draw.
#[derive(Debug, Clone)]
pub struct DrawnTimeline {
    /// Memberships at the start, with the changes by events.
    pub policy: PolicyTimeline,
    /// Every event that fired.
    pub log: Vec<LoggedEvent>,
}

impl DrawnTimeline {
    /// Applies the effects in a log to the memberships `initial`.
    #[must_use]
    pub fn replay(initial: &PolicyTimeline, log: &[LoggedEvent]) -> PolicyTimeline {
        let (mut policy, mut suspended) = (initial.clone(), Vec::new());
        for event in log {
            for effect in event.effects.iter().filter_map(|text| Effect::parse(text)) {
                effect.apply(&mut policy, &mut suspended, event.date);
            }
        }
        policy
    }
}
