//! Events that come back.

use super::engine::{Due, Luck, RECURS, Workspace};
use super::program::{Kind, NONE};

impl Workspace<'_> {
    /// An event is due: it happens or not, and the next one is put into the queue.
    pub(super) fn recur(&mut self, event: u32, occurrence: u32, day: i32) {
        let program = self.program;
        let code = &program.recurring[event as usize];
        if let Some(&next) = code.days.get(occurrence as usize + 1) {
            self.queue.push(next, (RECURS, event), Due::Recurring { event, occurrence: occurrence + 1 });
        }
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
