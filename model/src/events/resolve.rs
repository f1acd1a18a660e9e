//! From a draw in numbers back to names and dates, and the counts of summaries.

use std::sync::Arc;

use super::program::{CompactDraw, Entry, Kind, LAST_OF_BLOCK, NONE, Outcome, Program, StageCode, date_of};
use super::timeline::{DrawnTimeline, Happening, LoggedEvent};
use crate::policy::PolicyTimeline;

impl Program {
    /// Effects and milestone of an event.
    pub(super) fn outcome(&self, entry: &Entry) -> Option<&Outcome> {
        match entry.kind {
            Kind::Reached => Some(&self.stages[entry.item as usize].outcome),
            Kind::Diverted => {
                Some(&self.stages[entry.item as usize].branches[usize::from(entry.branch)].outcome)
            }
            Kind::Happened => Some(&self.recurring[entry.item as usize].outcome),
            _ => None,
        }
    }

    /// Party of an event; empty for dated facts.
    pub(super) fn party(&self, entry: &Entry) -> &str {
        match entry.kind {
            Kind::Happened => &self.recurring[entry.item as usize].party,
            Kind::Began | Kind::Ended => "",
            _ => &self.processes[self.stages[entry.item as usize].process as usize].party,
        }
    }

    /// Milestone of an event, by number.
    pub(super) fn milestone(&self, entry: &Entry) -> Option<usize> {
        let is_last = entry.kind == Kind::Reached && entry.branch == LAST_OF_BLOCK;
        let block = self.stages.get(entry.item as usize).filter(|_| is_last).and_then(|stage| stage.block);
        let of_all = block.map_or(NONE, |block| block.milestone);
        let number = if of_all == NONE { self.outcome(entry)?.milestone } else { of_all };
        (number != NONE).then_some(number as usize)
    }

    /// First day of each milestone, as days since the start of the horizon; `visit` takes milestone and day.
    pub fn first_days(&self, draw: &CompactDraw, mut visit: impl FnMut(usize, u32)) {
        let mut seen = vec![0u64; self.milestones.len().div_ceil(64)];
        for entry in &draw.log {
            let Some(milestone) = self.milestone(entry) else { continue };
            let (word, bit) = (&mut seen[milestone / 64], 1u64 << (milestone % 64));
            let is_new = *word & bit == 0;
            *word |= bit;
            if is_new {
                visit(milestone, self.day_of(entry));
            }
        }
    }

    /// Day of an event since the start of the horizon.
    pub(super) fn day_of(&self, entry: &Entry) -> u32 {
        (entry.day - self.days.0).max(0) as u32
    }

    /// Number of an event in the summary; see [`Program::summary_slots`].
    pub(super) fn slot(&self, entry: &Entry) -> usize {
        let item = entry.item as usize;
        match entry.kind {
            Kind::Reached | Kind::Failed | Kind::Waiting | Kind::Cancelled => 5 * item + entry.kind as usize,
            Kind::Diverted => 5 * item + 4,
            Kind::Happened => 5 * self.stages.len() + item,
            Kind::Passed => 5 * self.stages.len() + self.recurring.len() + self.dated.len() + item,
            Kind::Began | Kind::Ended => 5 * self.stages.len() + self.recurring.len() + item,
        }
    }

    /// Process, stage and kind behind each number of a summary.
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
        slots.extend(self.recurring.iter().map(|event| [event.id.as_str(), "", Kind::Passed.text()]));
        slots
    }

    /// The draw with names and dates.
    #[must_use]
    pub fn resolve(&self, draw: &CompactDraw) -> DrawnTimeline {
        let log = draw.log.iter().enumerate().map(|(seq, entry)| self.event(draw, seq, entry)).collect();
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
        for &(day, at) in &draw.measures {
            let (kind, name, permille) = &self.measures[at as usize];
            policy.set_measure(*kind, name, *permille, date_of(day));
        }
        self.note_terms(draw, &mut policy);
        policy.settle();
        DrawnTimeline { policy, log }
    }

    fn event(&self, draw: &CompactDraw, seq: usize, entry: &Entry) -> LoggedEvent {
        // What talks have left of a text is an effect of this draw alone.
        let is_shared = draw.terms.iter().all(|term| term.seq as usize != seq);
        let make = || Arc::new(self.happening(draw, seq, entry));
        let what = if is_shared {
            self.happenings.get((entry.kind as u8, entry.item, entry.branch), make)
        } else {
            make()
        };
        let parent_seq = (entry.parent != NONE).then_some(u64::from(entry.parent));
        LoggedEvent { seq: seq as u64, date: date_of(entry.day), parent_seq, what }
    }

    fn happening(&self, draw: &CompactDraw, seq: usize, entry: &Entry) -> Happening {
        let item = entry.item as usize;
        let (party, process, stage, is_own) = match entry.kind {
            Kind::Happened | Kind::Passed => {
                let event = &self.recurring[item];
                (event.party.as_str(), event.id.as_str(), "", event.is_own)
            }
            Kind::Began | Kind::Ended => ("", self.facts[self.dated[item].fact as usize].as_str(), "", false),
            _ => {
                let stage = &self.stages[item];
                let process = &self.processes[stage.process as usize];
                (process.party.as_str(), process.id.as_str(), stage.id.as_str(), process.is_own)
            }
        };
        Happening {
            event: entry.kind.text(),
            party: party.to_owned(),
            process: process.to_owned(),
            stage: stage.to_owned(),
            milestone: self.milestone(entry).map(|number| self.milestones[number].clone()),
            effects: self.effects(draw, seq, entry),
            is_own,
        }
    }
}
