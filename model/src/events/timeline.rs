//! The result of one draw: memberships, and a log that replays to them.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Span;
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
    /// Event that led to it.
    pub parent_seq: Option<u64>,
    /// What happened; draws have it in common.
    pub(super) what: Arc<Happening>,
}

/// What an event is, whenever it fires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// `reached`, `diverted`, `failed`, `waiting`, `cancelled`, `happened`, `began` or `ended`.
    pub event: &'static str,
    /// Party; empty for dated facts.
    pub party: String,
    /// Process, recurring event or dated fact.
    pub process: String,
    /// Stage; empty for recurring events and dated facts.
    pub stage: String,
    /// Milestone reached.
    pub milestone: Option<String>,
    /// Its effects.
    pub effects: Vec<String>,
    /// True for an event of the option itself, false for one of the world.
    pub is_own: bool,
}

/// By number of the kind, item and branch.
type ByEntry = HashMap<(u8, u32, u8), Arc<Happening>>;

/// What events of a program are, as soon as a draw asks for it.
#[derive(Debug, Clone, Default)]
pub(super) struct Happenings(Arc<Mutex<ByEntry>>);

impl Happenings {
    /// What an event is; `make` says it where no draw has asked before.
    pub fn get(&self, entry: (u8, u32, u8), make: impl FnOnce() -> Arc<Happening>) -> Arc<Happening> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(entry).or_insert_with(make))
    }
}

impl Deref for LoggedEvent {
    type Target = Happening;

    fn deref(&self) -> &Happening {
        &self.what
    }
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
    /// This timeline in the world of another: what the option itself does stays as it was, and what the rest of the
    /// world does is taken from `other`. So the effect of an option stands apart from what it unlocks in others.
    ///
    /// Events of one day: those of the world first.
    #[must_use]
    pub fn in_world_of(&self, initial: &PolicyTimeline, other: &Self) -> Self {
        let world = other.log.iter().filter(|event| !event.is_own).map(|event| (false, event));
        let own = self.log.iter().filter(|event| event.is_own).map(|event| (true, event));
        let mut both: Vec<(bool, &LoggedEvent)> = world.chain(own).collect();
        // Stable: events of one log and day keep their order.
        both.sort_by_key(|(is_own, event)| (event.date, *is_own));
        let places: HashMap<(bool, u64), u64> =
            both.iter().zip(0..).map(|((is_own, event), at)| ((*is_own, event.seq), at)).collect();
        let placed = |(is_own, event): &(bool, &LoggedEvent)| LoggedEvent {
            seq: places[&(*is_own, event.seq)],
            // A cause in the other half of a log is not there any more.
            parent_seq: event.parent_seq.and_then(|seq| places.get(&(*is_own, seq)).copied()),
            ..(*event).clone()
        };
        let log: Vec<LoggedEvent> = both.iter().map(placed).collect();
        Self { policy: Self::replay(initial, &log), log }
    }

    /// This timeline with what the option itself does `years` later, in the same world.
    #[must_use]
    pub fn delayed(&self, initial: &PolicyTimeline, years: i16) -> Self {
        let mut later = Self { policy: initial.clone(), log: self.log.clone() };
        for event in later.log.iter_mut().filter(|event| event.is_own) {
            let moved = event.date.checked_add(Span::new().years(years));
            event.date = moved.unwrap_or(Date::MAX);
        }
        later.in_world_of(initial, self)
    }

    /// Applies the effects in a log to the memberships `initial`.
    #[must_use]
    pub fn replay(initial: &PolicyTimeline, log: &[LoggedEvent]) -> PolicyTimeline {
        let (mut policy, mut suspended) = (initial.clone(), Vec::new());
        for event in log {
            for effect in event.effects.iter().filter_map(|text| Effect::parse(text)) {
                effect.apply(&mut policy, &mut suspended, event.date);
            }
        }
        policy.settle();
        policy
    }
}
