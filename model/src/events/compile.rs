//! Compiles an option and the world to a [`Program`].

use std::collections::HashMap;

use jiff::Span;
use jiff::civil::Date;

use super::condition::{Rule, Shift};
use super::effect::Effect;
use super::for_each::{InBlock, MemberOf};
use super::names::{position, touched};
use super::program::{
    BlockCode, BranchCode, Dated, EffectCode, NONE, Outcome, ProcessCode, Program, RecurringCode, RuleCode,
    ShiftCode, StageCode, Who, day_number,
};
use super::spec::{Branch, ONWARD, OptionSpec, Process, Recurring, Stage};
use super::streams::Streams;
use super::timeline::Horizon;
use crate::policy::PolicyTimeline;
use crate::sorted::SortedSet;

impl Program {
    /// Compiles an option and the world. Draws begin from the memberships `initial`.
    ///
    /// Both must be valid, as [`super::read_option`] returns them. Done once per run, not once per draw.
    #[must_use]
    pub fn compile(
        option: &OptionSpec,
        world: &OptionSpec,
        initial: &PolicyTimeline,
        horizon: Horizon,
    ) -> Self {
        let mut compiler = Compiler::new(option, world, initial, horizon);
        let shadowed: SortedSet<&str> = option.facts.iter().map(|fact| fact.name.as_str()).collect();
        let facts = option.facts.iter();
        let facts = facts.chain(world.facts.iter().filter(|fact| !shadowed.contains(fact.name.as_str())));
        for fact in facts {
            let number = compiler.fact(&fact.name);
            compiler.dated_fact(number, fact.on, fact.from, fact.until);
        }
        for (at, process) in option.processes.iter().chain(&world.processes).enumerate() {
            compiler.process(process, at < option.processes.len());
        }
        for (at, event) in option.recurring.iter().chain(&world.recurring).enumerate() {
            compiler.recurring(event, at < option.recurring.len());
        }
        compiler.program.schedule();
        compiler.program.watch();
        compiler.program.watch_looks();
        compiler.program
    }

    /// Fills the tables of the stages and processes that watch each fact.
    fn watch(&mut self) {
        let n = self.facts.len();
        for table in [&mut self.guards_of, &mut self.paces_of, &mut self.ends_of] {
            table.resize(n, Vec::new());
        }
        for (at, stage) in self.stages.iter().enumerate() {
            let ratified = stage.rule.iter().flat_map(|rule| rule.parties.iter().map(|(fact, _)| fact));
            for &fact in stage.requires.iter().chain(&stage.unless).chain(ratified) {
                note(&mut self.guards_of[fact as usize], at as u32);
            }
            for shift in &stage.stretches {
                for fact in [shift.when, shift.unless, shift.of].into_iter().filter(|&fact| fact != NONE) {
                    note(&mut self.paces_of[fact as usize], at as u32);
                }
            }
        }
    }
}

/// Adds a number to a rising list, unless it is the last one already.
fn note(list: &mut Vec<u32>, at: u32) {
    if list.last() != Some(&at) {
        list.push(at);
    }
}

pub(super) struct Compiler<'a> {
    pub program: Program,
    fact_idx: HashMap<String, u32>,
    process_idx: HashMap<&'a str, u32>,
    calendar_idx: HashMap<&'a str, u32>,
    pub parameter_idx: HashMap<&'a str, u32>,
    pub level_idx: HashMap<&'a str, u32>,
    pub voice_idx: HashMap<String, u32>,
    pub menu_idx: HashMap<String, u32>,
    milestone_idx: HashMap<String, u32>,
}

impl<'a> Compiler<'a> {
    fn new(
        option: &'a OptionSpec,
        world: &'a OptionSpec,
        initial: &PolicyTimeline,
        horizon: Horizon,
    ) -> Self {
        let specs = [world, option];
        let calendars = || specs.into_iter().flat_map(|spec| &spec.calendars);
        let processes = option.processes.iter().chain(&world.processes);
        let days = |dates: &[Date]| {
            let mut days: Vec<i32> = dates.iter().copied().map(day_number).collect();
            days.sort_unstable();
            days
        };
        let mut compiler = Self {
            program: Program::empty(option, initial, horizon),
            fact_idx: HashMap::new(),
            process_idx: processes.zip(0..).map(|(process, at)| (process.id.as_str(), at)).collect(),
            calendar_idx: calendars().zip(0..).map(|(one, at)| (one.name.as_str(), at)).collect(),
            parameter_idx: HashMap::new(),
            level_idx: HashMap::new(),
            voice_idx: HashMap::new(),
            menu_idx: HashMap::new(),
            milestone_idx: HashMap::new(),
        };
        compiler.program.calendars = calendars().map(|one| days(&one.dates)).collect();
        compiler.memberships(specs, initial);
        compiler.numbers([option, world]);
        compiler
    }

    /// Numbers agreements, parties and membership facts, and records the members at the start.
    fn memberships(&mut self, specs: [&OptionSpec; 2], initial: &PolicyTimeline) {
        let (agreements, mut parties) = touched(specs);
        let of_touched = || initial.memberships.iter().filter(|one| agreements.contains(&one.agreement));
        parties.extend(of_touched().map(|one| one.party.clone()));
        let program = &mut self.program;
        program.agreements = agreements.iter().cloned().collect();
        program.parties = parties.into_iter().collect();
        for kind in ["member", "suspended"] {
            for agreement in &program.agreements {
                program
                    .facts
                    .extend(program.parties.iter().map(|party| format!("{kind}:{agreement}:{party}")));
            }
        }
        self.fact_idx = program.facts.iter().cloned().zip(0..).collect();
        program.members = vec![Vec::new(); program.agreements.len()];
        for one in of_touched() {
            let agreement = position(&program.agreements, &one.agreement);
            let party = position(&program.parties, &one.party);
            let fact = program.member_fact(agreement, party) as u32;
            let (from, until) = (day_number(one.from), one.until.map(day_number));
            if from <= program.days.0 && until.is_none_or(|until| until > program.days.0) {
                program.members[usize::from(agreement)].push((party, from));
            } else if from > program.days.0 {
                program.dated.push(Dated { fact, day: from, holds: true, is_logged: false });
            }
            if let Some(day) = until.filter(|&until| until > program.days.0) {
                program.dated.push(Dated { fact, day, holds: false, is_logged: false });
            }
        }
    }

    pub fn fact(&mut self, name: &str) -> u32 {
        if let Some(&known) = self.fact_idx.get(name) {
            return known;
        }
        let number = self.program.facts.len() as u32;
        self.program.facts.push(name.to_owned());
        self.fact_idx.insert(name.to_owned(), number);
        number
    }

    fn facts(&mut self, names: &[String]) -> Vec<u32> {
        names.iter().map(|name| self.fact(name)).collect()
    }

    pub fn optional_fact(&mut self, name: Option<&String>) -> u32 {
        name.map_or(NONE, |name| self.fact(name))
    }

    fn dated_fact(&mut self, fact: u32, is_on: bool, from: Option<Date>, until: Option<Date>) {
        if !is_on {
            return;
        }
        let start = self.program.days.0;
        let day = from.map_or(start, day_number);
        self.program.dated.push(Dated { fact, day, holds: true, is_logged: true });
        if let Some(until) = until {
            self.program.dated.push(Dated { fact, day: day_number(until), holds: false, is_logged: true });
        }
    }

    fn process(&mut self, process: &Process, is_own: bool) {
        let at = self.program.processes.len() as u32;
        let first_stage = self.program.stages.len() as u32;
        let member = process.member_of.as_ref().map_or(NONE, |one| self.member(one));
        self.program.processes.push(ProcessCode {
            id: process.id.clone(),
            party: process.party.clone(),
            first_stage,
            start: process.start.map_or(self.program.days.0, day_number),
            is_own,
            member,
            is_late: process.member_of.is_some()
                || process.stages.iter().take(1).any(|s| s.in_block.is_some()),
        });
        for fact in self.facts(&process.cancelled_by) {
            let ends_of = &mut self.program.ends_of;
            ends_of.resize(ends_of.len().max(fact as usize + 1), Vec::new());
            note(&mut ends_of[fact as usize], at);
        }
        let at_most = process.stages.iter().flat_map(|one| &one.branches).map(|branch| branch.at_most);
        let n_visits = at_most.fold(1, u32::saturating_add);
        let by_id: HashMap<&str, u32> =
            process.stages.iter().map(|one| one.id.as_str()).zip(first_stage..).collect();
        let target = |to: &str| by_id.get(to).copied().unwrap_or(NONE);
        for (k, stage) in process.stages.iter().enumerate() {
            let is_last = k + 1 == process.stages.len();
            let following = if is_last { NONE } else { first_stage + k as u32 + 1 };
            let next = stage.next.as_deref().map_or(following, target);
            let mut code = self.stage(&process.id, stage, at, n_visits);
            code.next = next;
            code.block = stage.in_block.as_ref().map(|block| self.block(block, first_stage + k as u32));
            for (branch, spec) in code.branches.iter_mut().zip(&stage.branches) {
                branch.to = if spec.to == ONWARD { next } else { target(&spec.to) };
            }
            self.program.stages.push(code);
        }
    }

    /// A stage of process `at`; the caller fills in the next stage.
    fn stage(&mut self, process: &str, stage: &Stage, at: u32, n_visits: u32) -> StageCode {
        let name = format!("{process}.{}", stage.id);
        let n_outcomes = n_visits.saturating_mul(stage.max_retries.saturating_add(1));
        StageCode {
            id: stage.id.clone(),
            block: None,
            process: at,
            duration: stage.duration.clone(),
            duration_streams: Streams::bare_first(format!("{name}.duration"), n_visits),
            outcome_streams: Streams::new(format!("{name}.outcome"), n_outcomes),
            stretches: self.shifts(&stage.stretches),
            requires: self.facts(&stage.requires),
            unless: self.facts(&stage.unless),
            rule: stage.rule.as_ref().map(|rule| self.rule(rule)),
            probability: stage.probability,
            logit: stage.logit.as_ref().map(|logit| self.number(logit)),
            is_steady: false,
            look_days: stage.look_every_days.map_or(0, |days| days as i32),
            keeps_luck: stage.keeps_luck,
            shifts: self.shifts(&stage.shifts),
            branches: stage.branches.iter().map(|branch| self.branch(branch)).collect(),
            // Without a wait there is no retry, see `max_retries`.
            retry_days: stage.retry_days.map_or(0, |days| days as i32),
            max_retries: if stage.retry_days.is_some() { stage.max_retries } else { 0 },
            on_first_of_month: stage.on_first_of_month,
            outcome: self.outcome(&stage.effects, stage.milestone.as_ref()),
            next: NONE,
        }
    }

    /// The block around the stage number `at`.
    fn block(&mut self, block: &InBlock, at: u32) -> BlockCode {
        let first = at - block.at as u32;
        let milestone = self.milestone(block.milestone_of_all.as_ref());
        BlockCode { first, end: first + block.n as u32, member: self.member(&block.member_of), milestone }
    }

    /// Number of the fact that a party is a member.
    fn member(&mut self, one: &MemberOf) -> u32 {
        let agreement = position(&self.program.agreements, &one.agreement);
        self.program.member_fact(agreement, position(&self.program.parties, &one.party)) as u32
    }

    fn branch(&mut self, branch: &Branch) -> BranchCode {
        let number = self.program.n_branches;
        self.program.n_branches += 1;
        BranchCode {
            probability: branch.probability,
            logit: branch.logit.as_ref().map(|logit| self.number(logit)),
            shifts: self.shifts(&branch.shifts),
            to: NONE,
            at_most: branch.at_most,
            number,
            outcome: self.outcome(&branch.effects, branch.milestone.as_ref()),
        }
    }

    fn rule(&mut self, rule: &Rule) -> RuleCode {
        let total: f64 = rule.parties.iter().map(|party| party.parts().1).sum();
        let of = |(party, weight): (&str, f64)| (format!("{}{party}", rule.fact), weight / total);
        let named: Vec<_> = rule.parties.iter().map(|party| of(party.parts())).collect();
        let parties = named.into_iter().map(|(name, share)| (self.fact(&name), share)).collect();
        RuleCode { parties, cases: rule.any_of.clone() }
    }

    fn recurring(&mut self, event: &Recurring, is_own: bool) {
        let mut days = Vec::new();
        // Counted from the first date: a 29 February comes back on that day.
        let years = (0i64..).map(|k| k * i64::from(event.every_years.max(1)));
        let dates = years.map_while(|years| event.first.checked_add(Span::new().try_years(years).ok()?).ok());
        days.extend(dates.take_while(|&date| date <= self.program.horizon.end).map(day_number));
        let n_times = days.len() as u32;
        let streams = Streams::new(event.id.clone(), n_times);
        let code = RecurringCode {
            id: event.id.clone(),
            party: event.party.clone(),
            is_own,
            days,
            streams,
            requires: self.facts(&event.requires),
            unless: self.facts(&event.unless),
            probability: event.probability,
            logit: event.logit.as_ref().map(|logit| self.number(logit)),
            shifts: self.shifts(&event.shifts),
            draws: event.draws.iter().map(|one| self.drawn(&event.id, one, n_times)).collect(),
            otherwise: self.outcome(&event.otherwise, None).effects,
            otherwise_texts: event.otherwise.clone(),
            outcome: self.outcome(&event.effects, event.milestone.as_ref()),
        };
        self.program.recurring.push(code);
    }

    pub fn shifts(&mut self, shifts: &[Shift]) -> Vec<ShiftCode> {
        shifts.iter().map(|shift| self.shift(shift)).collect()
    }

    fn shift(&mut self, shift: &Shift) -> ShiftCode {
        let calendar =
            |name: &String| *self.calendar_idx.get(name.as_str()).expect("a checked shift names a calendar");
        let before = shift.before.as_ref().map(calendar);
        let slot = |name: &str| *self.parameter_idx.get(name).expect("a checked shift names a parameter");
        let parameters = shift.parameters().map(slot).collect();
        let reads = shift.readings().map(|text| self.reading(text)).collect();
        ShiftCode {
            when: self.optional_fact(shift.when.as_ref()),
            unless: self.optional_fact(shift.unless.as_ref()),
            since: shift.per_year_since.map(day_number),
            of: self.optional_fact(shift.per_year_of.as_ref()),
            at_most_years: shift.at_most_years.unwrap_or(f64::INFINITY),
            before: before.unwrap_or(NONE),
            within_days: shift.within_days.unwrap_or(DAYS_OF_YEAR),
            reads,
            parameters,
            add: shift.add,
            by: shift.by,
        }
    }

    fn outcome(&mut self, effects: &[String], milestone: Option<&String>) -> Outcome {
        let codes = effects.iter().filter_map(|text| Effect::parse(text)).filter_map(|e| self.effect(&e));
        let effects_code = codes.collect();
        Outcome { effects: effects_code, texts: effects.to_vec(), milestone: self.milestone(milestone) }
    }

    /// Number of a milestone, or `NONE`.
    fn milestone(&mut self, milestone: Option<&String>) -> u32 {
        let milestones = &mut self.program.milestones;
        milestone.map_or(NONE, |name| {
            *self.milestone_idx.entry(name.clone()).or_insert_with(|| {
                milestones.push(name.clone());
                milestones.len() as u32 - 1
            })
        })
    }

    fn effect(&mut self, effect: &Effect) -> Option<EffectCode> {
        let who = |program: &Program, parties: &[String]| -> Vec<Who> {
            let one = |party: &String| match party.strip_prefix('@') {
                Some(agreement) => Who::MembersOf(position(&program.agreements, agreement)),
                None => Who::Party(position(&program.parties, party)),
            };
            parties.iter().map(one).collect()
        };
        let memberships = effect.memberships().map(|(agreement, parties)| {
            (position(&self.program.agreements, agreement), who(&self.program, parties))
        });
        Some(match (effect, memberships) {
            (Effect::Set(name), _) => EffectCode::Set(self.fact(name)),
            (Effect::Clear(name), _) => EffectCode::Clear(self.fact(name)),
            (Effect::Cancel(name), _) => EffectCode::Cancel(*self.process_idx.get(name.as_str())?),
            (Effect::Move(state, amount), _) => {
                EffectCode::Move(*self.level_idx.get(state.as_str())?, self.number(amount))
            }
            (Effect::Put(state, value), _) => {
                EffectCode::Put(*self.level_idx.get(state.as_str())?, self.number(value))
            }
            (Effect::Ask(menu, actor), _) => EffectCode::Ask(self.menu(menu), self.voice(actor)),
            (Effect::Offer(menu, actor), _) => EffectCode::Offer(self.menu(menu), self.voice(actor)),
            (Effect::Trim(actor), _) => EffectCode::Trim(self.voice(actor)),
            (Effect::Text(class, menu), _) => EffectCode::Text(self.text(class, menu)),
            (Effect::Measure(kind, name, permille), _) => {
                self.program.measures.push((*kind, name.clone(), *permille));
                EffectCode::Measure(self.program.measures.len() as u32 - 1)
            }
            (Effect::Join(..), Some((agreement, who))) => EffectCode::Join(agreement, who),
            (Effect::Leave(..), Some((agreement, who))) => EffectCode::Leave(agreement, who),
            (Effect::Suspend(..), Some((agreement, who))) => EffectCode::Suspend(agreement, who),
            (Effect::Resume(..), Some((agreement, who))) => EffectCode::Resume(agreement, who),
            _ => return None,
        })
    }
}

/// Default days over which a calendar counts, and the length of a year in shifts.
pub(super) const DAYS_OF_YEAR: f64 = 365.25;
