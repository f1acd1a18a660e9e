//! Stages whose outcome comes at some look: the looks add up their hazards until a limit that is drawn once.
//!
//! A stage whose chance changes only with facts and states that are watched does not look every time: it is put into the
//! queue for the look at which the limit will be reached, and looks anew where one of them changes.

use super::engine::{Active, Due, ENDS, Ended, Workspace};
use super::luck::Luck;
use super::program::{LevelCode, NONE, Program, ReadCode, ShiftCode};

/// Least chance of a look that is taken for one.
const LEAST_HAZARD: f64 = 1e-12;

impl Workspace<'_> {
    /// One look; `None` = no outcome at this one, and the next is in the queue.
    ///
    /// One uniform number gives the hazard that the looks have to add up to, a second one which outcome it is.
    pub(super) fn looked(&mut self, process: u32, mut active: Active, day: i32) -> Option<Ended> {
        let code = &self.program.stages[active.stage as usize];
        let is_own = self.program.processes[process as usize].is_own;
        if active.hazard_limit == 0.0 {
            let visit = self.outcomes_drawn[active.stage as usize];
            self.outcomes_drawn[active.stage as usize] += 2;
            active.hazard_limit = -self.uniform(&code.outcome_streams, visit).ln();
        } else if code.is_steady {
            active.hazard +=
                active.look_hazard * f64::from((day - active.looked_on) / code.look_days - 1).max(0.0);
        }
        let (success, branches) = self.look(code, day);
        let is_median = matches!(self.luck, Luck::Median);
        active.look_hazard = -(1.0 - (success + branches)).max(LEAST_HAZARD).ln();
        active.hazard += active.look_hazard;
        active.looked_on = day;
        // A limit that was computed ahead may be missed by a rounding.
        if active.hazard >= active.hazard_limit * (1.0 - 1e-12) || (is_median && is_own && success > 0.0) {
            return Some(self.found(process, active.stage, (success, branches), day));
        }
        let n_looks = if code.is_steady {
            ((active.hazard_limit - active.hazard) / active.look_hazard - 1e-9).ceil().clamp(1.0, 1e4)
        } else {
            1.0
        };
        let again = day.saturating_add(code.look_days.saturating_mul(n_looks as i32));
        let ticket = self.queue.push(again, (ENDS, process), Due::Stage { process });
        self.active[process as usize] = Some(Active { ticket: Some(ticket), is_retry: true, ..active });
        None
    }

    /// Which outcome comes at the look that reaches the limit.
    fn found(&self, process: u32, stage: u32, (success, branches): (f64, f64), day: i32) -> Ended {
        let code = &self.program.stages[stage as usize];
        let is_median = matches!(self.luck, Luck::Median) && self.program.processes[process as usize].is_own;
        let visit = self.outcomes_drawn[stage as usize] - 1;
        let at = self.uniform(&code.outcome_streams, visit) * (success + branches);
        if is_median || branches <= 0.0 || at < success {
            return Ended::Success;
        }
        let mut edge = success;
        for (k, branch) in code.branches.iter().enumerate() {
            edge += self.chance(branch.probability, branch.logit, &branch.shifts, day);
            if at < edge || k + 1 == code.branches.len() {
                let is_free = self.branches_taken[branch.number] < branch.at_most;
                return if is_free { Ended::Branch(k) } else { Ended::Failure };
            }
        }
        Ended::Failure
    }

    /// Puts a stage whose chance has changed into the queue for its next look.
    pub(super) fn look_anew(&mut self, stage: u32, day: i32) {
        let code = &self.program.stages[stage as usize];
        let Some(active) = self.active[code.process as usize] else { return };
        let (Some(ticket), true) = (active.ticket, active.stage == stage && active.is_retry) else { return };
        // Looks of earlier days have had the old chance.
        let passed = ((day - 1 - active.looked_on) / code.look_days).max(0);
        let looked_on = active.looked_on + passed * code.look_days;
        let hazard = active.hazard + active.look_hazard * f64::from(passed);
        self.queue.cancel(ticket);
        let due = Due::Stage { process: code.process };
        let ticket = Some(self.queue.push(looked_on + code.look_days, (ENDS, code.process), due));
        self.active[code.process as usize] = Some(Active { hazard, looked_on, ticket, ..active });
    }
}

impl Program {
    /// Finds the stages that need not look every time, and what they watch.
    pub(super) fn watch_looks(&mut self) {
        self.looks_of_fact = vec![Vec::new(); self.facts.len()];
        self.looks_of_level = vec![Vec::new(); self.levels.len()];
        for at in 0..self.stages.len() {
            let code = &self.stages[at];
            let is_free = code.requires.is_empty() && code.unless.is_empty() && code.rule.is_none();
            if code.look_days == 0 || !is_free {
                continue;
            }
            let mut watched = Watched { program: self, facts: Vec::new(), levels: Vec::new() };
            let branches = code.branches.iter().all(|branch| watched.shifts(&branch.shifts));
            if watched.shifts(&code.shifts) && branches {
                let Watched { facts, levels, .. } = watched;
                facts.into_iter().for_each(|fact| self.looks_of_fact[fact as usize].push(at as u32));
                levels.into_iter().for_each(|level| self.looks_of_level[level as usize].push(at as u32));
                self.stages[at].is_steady = true;
            }
        }
    }
}

/// Facts and states on which the chance of a stage depends.
struct Watched<'p> {
    program: &'p Program,
    facts: Vec<u32>,
    levels: Vec<u32>,
}

impl Watched<'_> {
    fn fact(&mut self, fact: u32) {
        if fact != NONE && !self.facts.contains(&fact) {
            self.facts.push(fact);
        }
    }

    /// Notes what shifts depend on; false where that changes by itself from day to day.
    fn shifts(&mut self, shifts: &[ShiftCode]) -> bool {
        shifts.iter().all(|shift| {
            self.fact(shift.when);
            self.fact(shift.unless);
            let is_timeless = shift.since.is_none() && shift.of == NONE && shift.before == NONE;
            is_timeless && shift.reads.iter().all(|&code| self.reading(code))
        })
    }

    fn reading(&mut self, code: ReadCode) -> bool {
        match code {
            ReadCode::Constant(_) => true,
            ReadCode::Menu(_, voice) | ReadCode::Stance(_, voice) => {
                let program = self.program;
                program.voices[voice as usize].iter().for_each(|(fact, _)| self.fact(*fact));
                true
            }
            ReadCode::Level(level) | ReadCode::Odds(level) => {
                if self.levels.contains(&level) {
                    return true;
                }
                self.levels.push(level);
                let LevelCode { half_life_years, shifts, .. } = &self.program.levels[level as usize];
                half_life_years.is_none() && self.shifts(shifts)
            }
            ReadCode::Minds(_) | ReadCode::Likes(_) | ReadCode::Content(_) | ReadCode::Wants(_) => false,
        }
    }
}
