//! Events that come back.

use super::engine::Workspace;
use super::luck::Luck;
use super::program::{Kind, NONE, Program, Recurs};

impl Program {
    /// Sorts the dates of recurring events.
    pub(super) fn schedule(&mut self) {
        for (event, recurring) in self.recurring.iter().enumerate() {
            let dates = recurring.days.iter().zip(0..);
            let due = dates.map(|(&day, occurrence)| Recurs { day, event: event as u32, occurrence });
            self.schedule.extend(due);
        }
        self.schedule.sort_unstable();
    }
}

impl Workspace<'_> {
    /// An event is due: it happens or not.
    pub(super) fn recur(&mut self, event: u32, occurrence: u32, day: i32) {
        let program = self.program;
        let code = &program.recurring[event as usize];
        if !self.guards_hold(&code.requires, &code.unless) {
            return;
        }
        let probability = self.chance(code.probability, code.logit, &code.shifts, day);
        let happens = match self.luck {
            Luck::Median => probability >= 0.5,
            Luck::Drawn { .. } => {
                probability >= 1.0
                    || (probability > 0.0 && self.uniform(&code.streams, occurrence) < probability)
            }
        };
        if happens {
            (0..code.draws.len()).for_each(|k| self.draw_level(event, k, occurrence, day));
            let is_told = !code.outcome.texts.is_empty() || code.outcome.milestone != NONE;
            let seq = if is_told { self.log(day, Kind::Happened, event, NONE, 0) } else { NONE };
            self.apply(&code.outcome.effects, day, seq);
        } else if !code.otherwise.is_empty() {
            let seq = self.log(day, Kind::Passed, event, NONE, 0);
            self.apply(&code.otherwise, day, seq);
        }
    }
}
