//! The state of a draw: facts, memberships, and the consequences of their changes.

use super::compile::DAYS_OF_YEAR;
use super::engine::{Active, Due, ENDS, Workspace};
use super::program::{Change, EffectCode, Kind, NONE, NumberCode, RuleCode, ShiftCode, Who};

/// Upper bound of the product of the factors of shifts.
const LARGEST_FACTOR: f64 = 1e100;

impl Workspace<'_> {
    /// Amount of a shift on a day.
    pub(super) fn amount(&self, shift: &ShiftCode, day: i32) -> f64 {
        let holds = |fact: u32| fact != NONE && self.holds[fact as usize];
        if (shift.when != NONE && !holds(shift.when)) || holds(shift.unless) {
            return 0.0;
        }
        let years = |since: i32| {
            (f64::from(day.saturating_sub(since)) / DAYS_OF_YEAR).max(0.0).min(shift.at_most_years)
        };
        let mut amount: f64 = shift.reads.iter().map(|&code| self.read(code, day)).product();
        for &slot in &shift.parameters {
            amount *= self.number(NumberCode { factor: 1.0, slot });
        }
        if let Some(since) = shift.since {
            amount *= years(since);
        }
        if shift.of != NONE {
            amount *= if holds(shift.of) { years(self.since[shift.of as usize]) } else { 0.0 };
        }
        if shift.before != NONE {
            let dates = &self.program.calendars[shift.before as usize];
            let next = dates.get(dates.partition_point(|&date| date < day));
            let days = next.map_or(f64::INFINITY, |next| f64::from(next - day));
            amount *= (1.0 - days / shift.within_days).max(0.0);
        }
        amount
    }

    pub(super) fn product(&self, shifts: &[ShiftCode], day: i32) -> f64 {
        // The bound avoids 0 x infinity, which is NaN.
        let factor = |shift: &ShiftCode| shift.by.powf(self.amount(shift, day)).min(LARGEST_FACTOR);
        shifts.iter().fold(1.0, |product: f64, shift| (product * factor(shift)).min(LARGEST_FACTOR))
    }

    pub(super) fn probability(&self, base: f64, shifts: &[ShiftCode], day: i32) -> f64 {
        if shifts.is_empty() {
            return base;
        }
        let added: f64 = shifts.iter().map(|shift| shift.add * self.amount(shift, day)).sum();
        (base * self.product(shifts, day) + added).clamp(0.0, 1.0)
    }

    pub(super) fn guards_hold(&self, requires: &[u32], unless: &[u32]) -> bool {
        requires.iter().all(|&fact| self.holds[fact as usize])
            && !unless.iter().any(|&fact| self.holds[fact as usize])
    }

    /// The stage itself, or of a block the first one from it on that the draw takes; `NONE` where nothing follows.
    ///
    /// A process that comes from outside of the block notes who is a member on the day.
    pub(super) fn taken(&mut self, process: u32, mut stage: u32) -> u32 {
        let program = self.program;
        let before = self.active[process as usize].map(|active| active.stage);
        while let Some(block) = program.stages.get(stage as usize).and_then(|code| code.block) {
            if before.is_none_or(|before| !(block.first..stage).contains(&before)) {
                for at in block.first..block.end {
                    let member = program.stages[at as usize].block.map_or(NONE, |block| block.member);
                    self.is_taken[at as usize] = member != NONE && self.holds[member as usize];
                }
            }
            if self.is_taken[stage as usize] {
                break;
            }
            stage = if stage + 1 < block.end { stage + 1 } else { program.stages[stage as usize].next };
        }
        stage
    }

    /// True for a stage of a block after which the draw takes no other of it.
    pub(super) fn is_last_of_block(&self, stage: u32) -> bool {
        self.program.stages[stage as usize]
            .block
            .is_some_and(|block| !self.is_taken[stage as usize + 1..block.end as usize].contains(&true))
    }

    pub(super) fn stage_may_end(&self, active: &Active, day: i32) -> bool {
        let code = &self.program.stages[active.stage as usize];
        self.guards_hold(&code.requires, &code.unless)
            && code.rule.as_ref().is_none_or(|rule| self.rule_is_met(rule, day - active.began))
    }

    fn rule_is_met(&self, rule: &RuleCode, days: i32) -> bool {
        let ratified = rule.parties.iter().filter(|(fact, _)| self.holds[*fact as usize]);
        let (count, share) = ratified.fold((0, 0.0), |(count, sum), (_, share)| (count + 1, sum + share));
        // Shares are sums of rounded numbers, so that even all of them may sum to slightly less than 1.
        let enough = |found: f64, least: f64| found >= least - 1e-9;
        rule.cases.iter().any(|case| {
            count >= case.count
                && enough(f64::from(count) / rule.parties.len() as f64, case.count_share)
                && enough(share, case.weight_share)
                && days >= case.after_days
        })
    }

    pub(super) fn note_joined(&mut self, fact: usize) {
        let n = self.program.parties.len();
        let (agreement, party) = (fact / n, (fact % n) as u16);
        if !self.order[agreement].contains(&party) {
            self.order[agreement].push(party);
        }
    }

    /// Begins a process, where it is of a member, if the party is one.
    pub(super) fn begin(&mut self, process: u32, day: i32) {
        let code = &self.program.processes[process as usize];
        if code.member == NONE || self.holds[code.member as usize] {
            self.start_stage(process, code.first_stage, day, NONE);
        }
    }

    /// A fact or a membership begins or ends on its date.
    pub(super) fn dated(&mut self, at: u32, day: i32) {
        let dated = self.program.dated[at as usize];
        let kind = if dated.holds { Kind::Began } else { Kind::Ended };
        let is_news = dated.is_logged && self.holds[dated.fact as usize] != dated.holds;
        let seq = if is_news { self.log(day, kind, at, NONE, 0) } else { NONE };
        if !dated.is_logged && dated.holds {
            self.note_joined(dated.fact as usize);
        }
        self.set_fact(dated.fact as usize, dated.holds, day, seq);
    }

    pub(super) fn apply(&mut self, effects: &[EffectCode], day: i32, seq: u32) {
        for effect in effects {
            match effect {
                EffectCode::Set(fact) => self.set_fact(*fact as usize, true, day, seq),
                EffectCode::Clear(fact) => self.set_fact(*fact as usize, false, day, seq),
                EffectCode::Cancel(process) => self.end_process(*process, day, seq),
                EffectCode::Measure(at) => self.drawn.measures.push((day, *at)),
                EffectCode::Move(level, amount) => self.move_level(*level, self.number(*amount), day),
                EffectCode::Put(level, value) => self.note_level(*level, self.number(*value), day),
                EffectCode::Ask(menu, voice) => self.ask(*menu, *voice),
                EffectCode::Offer(menu, voice) => self.offer(*menu, *voice),
                EffectCode::Trim(voice) => self.trim(*voice),
                EffectCode::Text(text) => self.write_text(*text, day, seq),
                EffectCode::Join(agreement, who)
                | EffectCode::Leave(agreement, who)
                | EffectCode::Suspend(agreement, who)
                | EffectCode::Resume(agreement, who) => {
                    let mut parties = std::mem::take(&mut self.parties);
                    self.gather(who, &mut parties);
                    for &party in &parties {
                        self.change_membership(effect, *agreement, party, day, seq);
                    }
                    self.parties = parties;
                }
            }
        }
    }

    /// Puts the parties of an effect on this day into `parties`.
    fn gather(&self, who: &[Who], parties: &mut Vec<u16>) {
        parties.clear();
        for one in who {
            match *one {
                Who::Party(party) => parties.push(party),
                Who::MembersOf(agreement) => {
                    let is_in = |&party: &u16| self.holds[self.program.member_fact(agreement, party)];
                    parties.extend(self.order[usize::from(agreement)].iter().copied().filter(is_in));
                }
            }
        }
    }

    fn change_membership(&mut self, effect: &EffectCode, agreement: u16, party: u16, day: i32, seq: u32) {
        let (member, suspended) =
            (self.program.member_fact(agreement, party), self.program.suspended_fact(agreement, party));
        // A membership that began today cannot end today: it would never have been in force.
        let may_leave = self.holds[member] && self.since[member] < day;
        let joins = match effect {
            EffectCode::Join(..) => !self.holds[member],
            EffectCode::Resume(..) => self.holds[suspended] && !self.holds[member],
            _ if may_leave => false,
            _ => return,
        };
        let is_join = matches!(effect, EffectCode::Join(..) | EffectCode::Resume(..));
        if is_join && !joins {
            return;
        }
        self.drawn.changes.push(Change { day, agreement, party, joins });
        if joins {
            self.note_joined(member);
        }
        self.set_fact(member, joins, day, seq);
        match effect {
            EffectCode::Suspend(..) => self.set_fact(suspended, true, day, seq),
            EffectCode::Resume(..) => self.set_fact(suspended, false, day, seq),
            _ => {}
        }
    }

    /// Records a fact. If it changes, wakes the stages that wait for it, changes paces, and ends processes.
    pub(super) fn set_fact(&mut self, fact: usize, holds: bool, day: i32, seq: u32) {
        if self.holds[fact] == holds {
            return;
        }
        self.holds[fact] = holds;
        if holds {
            self.since[fact] = day;
        }
        let program = self.program;
        if !program.paces_of[fact].is_empty() {
            program.paces_of[fact].iter().for_each(|&stage| self.change_pace(stage, day));
        }
        if !program.looks_of_fact[fact].is_empty() {
            program.looks_of_fact[fact].iter().for_each(|&stage| self.look_anew(stage, day));
        }
        if !program.guards_of[fact].is_empty() {
            self.wake(&program.guards_of[fact], day, seq);
        }
        if holds {
            program.ends_of[fact].iter().for_each(|&process| self.end_process(process, day, seq));
        }
    }

    /// Puts stages that no longer have to wait into the queue, each at the place of its process.
    pub(super) fn wake(&mut self, stages: &[u32], day: i32, seq: u32) {
        for &stage in stages {
            let process = self.program.stages[stage as usize].process;
            let Some(active) = self.active[process as usize] else { continue };
            if active.stage == stage && active.is_waiting && self.stage_may_end(&active, day) {
                let ticket = Some(self.queue.push(day, (ENDS, process), Due::Stage { process }));
                let woken = Active { ticket, is_waiting: false, parent: seq, ..active };
                self.active[process as usize] = Some(woken);
            }
        }
    }

    /// Checks a rule whose waiting time is over.
    pub(super) fn look_again(&mut self, process: u32, stage: u32, day: i32) {
        let parent = self.active[process as usize].map_or(NONE, |active| active.parent);
        self.wake(&[stage], day, parent);
    }

    pub(super) fn end_process(&mut self, process: u32, day: i32, seq: u32) {
        if let Some(active) = self.active[process as usize].take() {
            if let Some(ticket) = active.ticket {
                self.queue.cancel(ticket);
            }
            self.log(day, Kind::Cancelled, active.stage, seq, 0);
        }
    }

    /// Continues the rest of a stage at a new pace.
    fn change_pace(&mut self, stage: u32, day: i32) {
        let program = self.program;
        let code = &program.stages[stage as usize];
        let Some(active) = self.active[code.process as usize] else { return };
        let (Some(ticket), true) = (active.ticket, active.stage == stage && !active.is_retry) else { return };
        let pace = self.product(&code.stretches, day);
        let noted = day.max(active.noted);
        let left_days = (active.left_days - f64::from(noted - active.noted) / active.pace).max(0.0);
        self.queue.cancel(ticket);
        let end = self.end(code, noted, left_days * pace).max(day);
        let due = Due::Stage { process: code.process };
        let ticket = Some(self.queue.push(end, (ENDS, code.process), due));
        self.active[code.process as usize] = Some(Active { left_days, pace, noted, ticket, ..active });
    }
}
