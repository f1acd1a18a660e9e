//! One draw of a program: processes, recurring events and facts on a queue of days.
//!
//! Events of one day have a fixed order: first facts with dates, then recurring events, then the ends of stages; among
//! these the order of declaration (the option's file, its includes, the world). A stage of 0 days that begins on the day
//! takes its turn at the place of its process. So the result does not depend on how a process is divided into stages.
//!
//! Nothing is polled. A fact that changes wakes the stages that wait for it, changes the pace of stages that watch it,
//! and ends the processes that it cancels. Cost of a draw: `O(E log Q)` for `E` events and a queue of length `Q`, one
//! hash for each random number, and no allocation once the workspace has grown.

use super::ledger_values::Ledger;
use super::luck::Luck;
use super::program::{
    BranchCode, CompactDraw, Entry, Kind, LAST_OF_BLOCK, NONE, Outcome, Program, Recurs, StageCode,
};
use super::queue::{Queue, Ticket};
use super::shared_numbers::SharedNumbers;
use super::spec::OptionSpec;
use super::timeline::{DrawnTimeline, Horizon};
use crate::policy::PolicyTimeline;
use crate::stop;

/// Runs one draw of `option` together with the processes of the `world`. For many draws compile a [`Program`] once.
///
/// The same seed and draw give every stage of the same name the same random numbers, whatever else runs.
#[must_use]
pub fn draw(
    option: &OptionSpec,
    world: &OptionSpec,
    initial: &PolicyTimeline,
    horizon: Horizon,
    seed: u64,
    draw: u64,
) -> DrawnTimeline {
    Program::compile(option, world, initial, horizon).timeline(seed, draw)
}

/// The reference path: every stage of the option succeeds after its median duration. Stages of the world and recurring
/// events happen if their probability is at least one half.
#[must_use]
pub fn reference(
    option: &OptionSpec,
    world: &OptionSpec,
    initial: &PolicyTimeline,
    horizon: Horizon,
) -> DrawnTimeline {
    Program::compile(option, world, initial, horizon).reference()
}

impl Program {
    /// One draw with names and dates.
    #[must_use]
    pub fn timeline(&self, seed: u64, draw: u64) -> DrawnTimeline {
        self.resolve(Workspace::new(self).draw(seed, draw))
    }

    /// The reference path with names and dates; see [`reference()`].
    #[must_use]
    pub fn reference(&self) -> DrawnTimeline {
        let mut workspace = Workspace::new(self);
        workspace.run(Luck::Median);
        self.resolve(&workspace.drawn)
    }
}

/// Priorities on one day: facts and memberships with dates, then recurring events, then ends of stages.
const BY_ITSELF: u8 = 0;
const RECURS: u8 = 1;
pub(super) const ENDS: u8 = 2;

/// An entry of the queue.
#[derive(Debug, Clone, Copy)]
pub(super) enum Due {
    /// A process begins whose first day decides how.
    Begin { process: u32 },
    /// The stage of a process ends.
    Stage { process: u32 },
    /// A rule with a waiting time is checked again.
    Rule { process: u32, stage: u32 },
    /// A fact begins or ends by itself.
    Dated { at: u32 },
}

/// The current stage of a process.
#[derive(Debug, Clone, Copy)]
pub(super) struct Active {
    pub stage: u32,
    /// Day on which the stage began.
    pub began: i32,
    /// Days of work left at `noted`, before stretching.
    pub left_days: f64,
    /// Calendar days per day of work.
    pub pace: f64,
    pub noted: i32,
    pub parent: u32,
    /// Its entry in the queue; `None` while it waits for its guards.
    pub ticket: Option<Ticket>,
    /// True while its duration is over but its guards do not hold.
    pub is_waiting: bool,
    pub retries: u32,
    /// Hazard of the looks so far, and the one at which an outcome comes; 0 = not drawn yet.
    pub hazard: f64,
    pub hazard_limit: f64,
    /// Day of the last look, and the hazard of each look since.
    pub looked_on: i32,
    pub look_hazard: f64,
    /// True while it waits for another try; facts do not change the pace of that.
    pub is_retry: bool,
}

/// Reusable memory for draws.
#[derive(Debug)]
pub struct Workspace<'p> {
    pub(super) program: &'p Program,
    pub(super) luck: Luck,
    pub(super) queue: Queue<Due>,
    pub(super) holds: Vec<bool>,
    /// Day since which each fact holds.
    pub(super) since: Vec<i32>,
    /// Parties of each agreement in the order in which they first joined.
    pub(super) order: Vec<Vec<u16>>,
    pub(super) active: Vec<Option<Active>>,
    durations_drawn: Vec<u32>,
    pub(super) outcomes_drawn: Vec<u32>,
    /// Luck that stages keep from visit to visit, by stage; NaN = not drawn yet.
    pub(super) kept: Vec<f64>,
    /// Working memory.
    pub(super) parties: Vec<u16>,
    pub(super) branches_taken: Vec<u32>,
    /// Stages of blocks whose party was a member when the block began.
    pub(super) is_taken: Vec<bool>,
    pub(super) drawn: CompactDraw,
    pub(super) ledger: Ledger,
    /// Numbers that other programs may have asked for.
    pub(super) shared: SharedNumbers,
}

impl<'p> Workspace<'p> {
    /// A workspace for a program.
    #[must_use]
    pub fn new(program: &'p Program) -> Self {
        Self {
            program,
            luck: Luck::Median,
            queue: Queue::new(),
            holds: vec![false; program.facts.len()],
            since: vec![0; program.facts.len()],
            order: vec![Vec::new(); program.agreements.len()],
            active: vec![None; program.processes.len()],
            durations_drawn: vec![0; program.stages.len()],
            outcomes_drawn: vec![0; program.stages.len()],
            kept: vec![f64::NAN; program.stages.len()],
            parties: Vec::new(),
            branches_taken: vec![0; program.n_branches],
            is_taken: vec![false; program.stages.len()],
            drawn: CompactDraw::default(),
            ledger: Ledger::default(),
            shared: SharedNumbers::default(),
        }
    }

    /// Runs draw number `draw` under `seed`.
    pub fn draw(&mut self, seed: u64, draw: u64) -> &CompactDraw {
        self.run(Luck::Drawn { seed, draw, fits: draw });
        &self.drawn
    }

    pub(super) fn run(&mut self, luck: Luck) {
        stop::check();
        let program = self.program;
        self.reset(luck);
        for (at, dated) in program.dated.iter().enumerate() {
            let at = at as u32;
            self.queue.push(dated.day.max(program.days.0), (BY_ITSELF, at), Due::Dated { at });
        }
        for (at, process) in program.processes.iter().enumerate() {
            let at = at as u32;
            if process.is_late {
                self.queue.push(process.start.max(program.days.0), (ENDS, at), Due::Begin { process: at });
            } else {
                self.start_stage(at, process.first_stage, process.start, NONE);
            }
        }
        let mut recurs = program.schedule.iter();
        let mut next = recurs.next();
        loop {
            let key = self.queue.next_key();
            // The schedule is sorted; its priority is its own, so that day and priority decide.
            if let Some(&Recurs { day, event, occurrence }) =
                next.filter(|next| key.is_none_or(|key| (next.day, RECURS) < key))
            {
                self.recur(event, occurrence, day);
                next = recurs.next();
                continue;
            }
            let Some((day, due)) = self.queue.pop() else { break };
            if day > program.days.1 {
                break;
            }
            match due {
                Due::Dated { at } => self.dated(at, day),
                Due::Begin { process } => self.begin(process, day),
                Due::Stage { process } => self.finish_stage(process, day),
                Due::Rule { process, stage } => self.look_again(process, stage, day),
            }
        }
    }

    fn reset(&mut self, luck: Luck) {
        let program = self.program;
        self.luck = luck;
        self.queue.clear();
        self.holds.fill(false);
        self.active.fill(None);
        self.durations_drawn.fill(0);
        self.outcomes_drawn.fill(0);
        self.kept.fill(f64::NAN);
        self.branches_taken.fill(0);
        self.drawn.log.clear();
        self.drawn.changes.clear();
        self.drawn.measures.clear();
        self.drawn.terms.clear();
        self.open_ledger();
        for (agreement, members) in program.members.iter().enumerate() {
            self.order[agreement].clear();
            for &(party, from) in members {
                self.order[agreement].push(party);
                let fact = program.member_fact(agreement as u16, party);
                (self.holds[fact], self.since[fact]) = (true, from);
            }
        }
    }

    /// Begins a stage on `day`; of a block the next one whose party was a member when the block began.
    pub(super) fn start_stage(&mut self, process: u32, stage: u32, day: i32, parent: u32) {
        let stage = self.taken(process, stage);
        if stage == NONE {
            self.active[process as usize] = None;
            return;
        }
        let program = self.program;
        let code = &program.stages[stage as usize];
        let visit = self.durations_drawn[stage as usize];
        self.durations_drawn[stage as usize] += 1;
        let u = if code.duration.is_fixed() { 0.5 } else { self.uniform(&code.duration_streams, visit) };
        let pace = self.product(&code.stretches, day);
        let left_days = f64::from(code.duration.days(u));
        let ticket =
            self.queue.push(self.end(code, day, left_days * pace), (ENDS, process), Due::Stage { process });
        self.active[process as usize] = Some(Active {
            stage,
            began: day,
            left_days,
            pace,
            noted: day,
            parent,
            ticket: Some(ticket),
            is_waiting: false,
            retries: 0,
            hazard: 0.0,
            hazard_limit: 0.0,
            looked_on: day,
            look_hazard: 0.0,
            is_retry: false,
        });
        for days in code.rule.iter().flat_map(|rule| &rule.cases).map(|case| case.after_days) {
            if days > 0 {
                self.queue.push(day.saturating_add(days), (ENDS, process), Due::Rule { process, stage });
            }
        }
    }

    /// Day on which a stage with `days` left ends.
    pub(super) fn end(&self, code: &StageCode, day: i32, days: f64) -> i32 {
        let end = day.saturating_add(days.round() as i32);
        if !code.on_first_of_month {
            return end;
        }
        let at = end.saturating_sub(self.program.days.0);
        usize::try_from(at).ok().and_then(|at| self.program.first_of_month.get(at)).copied().unwrap_or(end)
    }

    fn finish_stage(&mut self, process: u32, day: i32) {
        let Some(mut active) = self.active[process as usize] else { return };
        active.ticket = None;
        active.is_retry = false;
        if !self.stage_may_end(&active, day) {
            self.log(day, Kind::Waiting, active.stage, active.parent, 0);
            active.is_waiting = true;
            self.active[process as usize] = Some(active);
            return;
        }
        active.is_waiting = false;
        self.active[process as usize] = Some(active);
        let program = self.program;
        let code = &program.stages[active.stage as usize];
        let ended = if code.look_days > 0 {
            let Some(ended) = self.looked(process, active, day) else { return };
            ended
        } else {
            self.outcome(process, active.stage, day)
        };
        match ended {
            Ended::Success => {
                let last = if self.is_last_of_block(active.stage) { LAST_OF_BLOCK } else { 0 };
                let seq = self.log(day, Kind::Reached, active.stage, active.parent, last);
                self.go_on(process, &code.outcome, code.next, day, seq);
            }
            Ended::Branch(at) => {
                let branch = &code.branches[at];
                self.branches_taken[branch.number] += 1;
                let seq = self.log(day, Kind::Diverted, active.stage, active.parent, at as u8);
                self.go_on(process, &branch.outcome, branch.to, day, seq);
            }
            Ended::Failure => self.fail(process, active, day),
        }
    }

    /// Applies the effects of an outcome and begins the next stage, unless an effect ended the process.
    fn go_on(&mut self, process: u32, outcome: &Outcome, next: u32, day: i32, seq: u32) {
        self.apply(&outcome.effects, day, seq);
        if self.active[process as usize].is_some() {
            self.start_stage(process, next, day, seq);
        }
    }

    fn fail(&mut self, process: u32, active: Active, day: i32) {
        let code = &self.program.stages[active.stage as usize];
        let seq = self.log(day, Kind::Failed, active.stage, active.parent, 0);
        self.active[process as usize] = (active.retries < code.max_retries).then(|| {
            let again = day.saturating_add(code.retry_days);
            let ticket = self.queue.push(again, (ENDS, process), Due::Stage { process });
            let retries = active.retries + 1;
            Active { parent: seq, ticket: Some(ticket), retries, is_retry: true, ..active }
        });
    }

    /// Outcome of a stage whose guards hold: one uniform number decides between success, branches and failure.
    fn outcome(&mut self, process: u32, stage: u32, day: i32) -> Ended {
        let code = &self.program.stages[stage as usize];
        let visit = self.outcomes_drawn[stage as usize];
        self.outcomes_drawn[stage as usize] += 1;
        let success = self.chance(code.probability, code.logit, &code.shifts, day);
        if success >= 1.0 {
            return Ended::Success;
        }
        if matches!(self.luck, Luck::Median) {
            return self.likely_outcome(process, code, success, day);
        }
        if success <= 0.0 && code.branches.is_empty() {
            return Ended::Failure;
        }
        let u = if code.keeps_luck { self.kept(stage) } else { self.uniform(&code.outcome_streams, visit) };
        if u < success {
            return Ended::Success;
        }
        let mut edge = success;
        for (at, branch) in code.branches.iter().enumerate() {
            edge += self.chance(branch.probability, branch.logit, &branch.shifts, day);
            if u < edge {
                let is_free = self.branches_taken[branch.number] < branch.at_most;
                return if is_free { Ended::Branch(at) } else { Ended::Failure };
            }
        }
        Ended::Failure
    }

    /// Outcome in the reference path. The option's own stages succeed if success is possible; otherwise an outcome
    /// happens if its probability is at least one half.
    fn likely_outcome(&self, process: u32, code: &StageCode, success: f64, day: i32) -> Ended {
        let is_own = self.program.processes[process as usize].is_own;
        if success >= 0.5 || (is_own && success > 0.0) {
            return Ended::Success;
        }
        let is_likely = |branch: &BranchCode| {
            self.chance(branch.probability, branch.logit, &branch.shifts, day) >= 0.5
                && self.branches_taken[branch.number] < branch.at_most
        };
        code.branches.iter().position(is_likely).map_or(Ended::Failure, Ended::Branch)
    }

    pub(super) fn log(&mut self, day: i32, kind: Kind, item: u32, parent: u32, branch: u8) -> u32 {
        let seq = self.drawn.log.len() as u32;
        self.drawn.log.push(Entry { day, parent, item, kind, branch });
        seq
    }
}

/// How a stage ended.
pub(super) enum Ended {
    Success,
    Branch(usize),
    Failure,
}
