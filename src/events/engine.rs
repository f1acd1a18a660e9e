//! One draw: processes, recurring events and facts run to a timeline and a log.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::queue::Queue;
use super::spec::{Effect, OptionSpec, Process, Recurring, Shift};
use crate::policy::PolicyTimeline;
use crate::rng::Stream;

/// Dates between which events happen.
#[derive(Debug, Clone, Copy)]
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
    /// `reached`, `failed`, `waiting` or `happened`.
    pub event: &'static str,
    /// Party.
    pub party: String,
    /// Process or recurring event.
    pub process: String,
    /// Stage; empty for recurring events.
    pub stage: String,
    /// Event that led to it.
    pub parent_seq: Option<u64>,
    /// Milestone reached.
    pub milestone: Option<String>,
    /// What it did.
    pub effects: Vec<String>,
}

/// What one draw yields.
#[derive(Debug, Clone)]
pub struct DrawnTimeline {
    /// Memberships at the start and those that events changed.
    pub policy: PolicyTimeline,
    /// Every event that fired.
    pub log: Vec<LoggedEvent>,
}

impl DrawnTimeline {
    /// The memberships that follow from `initial` and the log alone.
    #[must_use]
    pub fn replay(initial: &PolicyTimeline, log: &[LoggedEvent]) -> PolicyTimeline {
        let mut policy = initial.clone();
        for event in log {
            for effect in event.effects.iter().filter_map(|text| Effect::parse(text)) {
                let effect = effect.named(&policy, event.date);
                apply_to_policy(&mut policy, &effect, event.date);
            }
        }
        policy
    }
}

/// Something that is due.
#[derive(Debug, Clone, Copy)]
enum Due {
    /// Stage `stage` of process `process` ends for the `attempt`-th time.
    Stage { process: usize, stage: usize, attempt: u32, parent: Option<u64> },
    /// Recurring event `event` comes round for the `occurrence`-th time.
    Recurring { event: usize, occurrence: i16 },
    /// A dated fact begins or ends.
    Fact { fact: usize, holds: bool },
}

/// Runs one draw of `option` with the `world`'s processes beside it.
///
/// The same (seed, draw) gives the same luck to every process and stage of the same name, whatever else runs.
#[must_use]
pub fn draw(
    option: &OptionSpec,
    world: &OptionSpec,
    initial: &PolicyTimeline,
    horizon: Horizon,
    seed: u64,
    draw: u64,
) -> DrawnTimeline {
    run(option, world, initial, horizon, Luck::Drawn { seed, draw })
}

/// The reference path: every stage of the option succeeds after its median duration; what the world does, and
/// what recurs, happens where it is at least as likely as not.
#[must_use]
pub fn reference(
    option: &OptionSpec,
    world: &OptionSpec,
    initial: &PolicyTimeline,
    horizon: Horizon,
) -> DrawnTimeline {
    run(option, world, initial, horizon, Luck::Median)
}

/// Where the numbers come from.
#[derive(Debug, Clone, Copy)]
enum Luck {
    /// A stream for each process and stage.
    Drawn { seed: u64, draw: u64 },
    /// Medians, and success of the option's own processes.
    Median,
}

fn run(
    option: &OptionSpec,
    world: &OptionSpec,
    initial: &PolicyTimeline,
    horizon: Horizon,
    luck: Luck,
) -> DrawnTimeline {
    let mut run = Run {
        processes: option.processes.iter().chain(&world.processes).collect(),
        recurring: option.recurring.iter().chain(&world.recurring).collect(),
        facts: BTreeMap::new(),
        waiting: Vec::new(),
        queue: Queue::new(),
        drawn: DrawnTimeline { policy: initial.clone(), log: Vec::new() },
        luck,
        n_own: option.processes.len(),
    };
    for member in initial.memberships.iter().filter(|member| member.from <= horizon.start) {
        if member.until.is_none_or(|until| until > horizon.start) {
            run.facts.insert(format!("member:{}:{}", member.agreement, member.party), None);
        }
    }
    let facts: Vec<_> = option.facts.iter().chain(&world.facts).collect();
    for (at, fact) in facts.iter().enumerate() {
        run.queue.push(fact.from.unwrap_or(horizon.start), 0, Due::Fact { fact: at, holds: true });
        if let Some(until) = fact.until {
            run.queue.push(until, 0, Due::Fact { fact: at, holds: false });
        }
    }
    for process in 0..run.processes.len() {
        let start = run.processes[process].start.unwrap_or(horizon.start);
        run.schedule(process, 0, start, None);
    }
    for (event, recurring) in run.recurring.iter().enumerate() {
        run.queue.push(recurring.first, 1, Due::Recurring { event, occurrence: 0 });
    }
    while let Some((date, due)) = run.queue.pop() {
        if date > horizon.end {
            break;
        }
        match due {
            Due::Fact { fact, holds } => run.set_fact(&facts[fact].name, holds, date, None),
            Due::Recurring { event, occurrence } => run.recur(event, occurrence, date),
            Due::Stage { process, stage, attempt, parent } => {
                run.finish_stage(process, stage, attempt, parent, date);
            }
        }
    }
    run.drawn
}

struct Run<'a> {
    processes: Vec<&'a Process>,
    recurring: Vec<&'a Recurring>,
    /// Facts that hold, each with the event that set it.
    facts: BTreeMap<String, Option<u64>>,
    /// Stages whose time is up and whose guards do not hold: process, stage, attempt.
    waiting: Vec<(usize, usize, u32)>,
    queue: Queue<Due>,
    drawn: DrawnTimeline,
    luck: Luck,
    /// Processes of the option itself; the world's come after them.
    n_own: usize,
}

impl Run<'_> {
    fn uniform(&self, name: &str) -> f64 {
        match self.luck {
            Luck::Drawn { seed, draw } => Stream::new(seed, draw, name).uniform(),
            Luck::Median => 0.5,
        }
    }

    /// True where something of `probability` happens; `is_own` = a stage of the option itself.
    fn happens(&self, name: &str, probability: f64, is_own: bool) -> bool {
        match self.luck {
            Luck::Median => probability > 0.0 && (is_own || probability >= 0.5),
            Luck::Drawn { .. } => self.uniform(name) < probability,
        }
    }

    /// Puts the end of a stage that starts on `start` into the queue.
    fn schedule(&mut self, process: usize, stage: usize, start: Date, parent: Option<u64>) {
        let Some(spec) = self.processes[process].stages.get(stage) else { return };
        let name = format!("{}.{}.duration", self.processes[process].id, spec.id);
        let days = spec.duration.days(self.uniform(&name));
        let mut end = start.saturating_add(days.days());
        if spec.on_first_of_month && end.day() > 1 {
            end = end.last_of_month().saturating_add(1.day());
        }
        self.queue.push(end, 2, Due::Stage { process, stage, attempt: 0, parent });
    }

    fn holds(&self, requires: &[String]) -> bool {
        requires.iter().all(|name| self.facts.contains_key(name))
    }

    fn probability(&self, base: f64, shifts: &[Shift]) -> f64 {
        let active = shifts.iter().filter(|shift| self.facts.contains_key(&shift.when));
        (base + active.map(|shift| shift.add).sum::<f64>()).clamp(0.0, 1.0)
    }

    fn finish_stage(&mut self, process: usize, stage: usize, attempt: u32, parent: Option<u64>, date: Date) {
        let owner = self.processes[process];
        let spec = &owner.stages[stage];
        if !self.holds(&spec.requires) {
            self.log(date, "waiting", (&owner.party, &owner.id, &spec.id), parent, (None, &[]));
            self.waiting.push((process, stage, attempt));
            return;
        }
        let name = format!("{}.{}.outcome.{attempt}", owner.id, spec.id);
        let probability = self.probability(spec.probability, &spec.shifts);
        if self.happens(&name, probability, process < self.n_own) {
            let outcome = (spec.milestone.clone(), spec.effects.as_slice());
            let seq = self.log(date, "reached", (&owner.party, &owner.id, &spec.id), parent, outcome);
            self.apply(&spec.effects, date, seq);
            self.schedule(process, stage + 1, date, Some(seq));
            return;
        }
        let seq = self.log(date, "failed", (&owner.party, &owner.id, &spec.id), parent, (None, &[]));
        if let (true, Some(days)) = (attempt < spec.max_retries, spec.retry_days) {
            let again = date.saturating_add((days as i32).days());
            self.queue.push(again, 2, Due::Stage { process, stage, attempt: attempt + 1, parent: Some(seq) });
        }
    }

    fn recur(&mut self, event: usize, occurrence: i16, date: Date) {
        let spec = self.recurring[event];
        let next = date.saturating_add(spec.every_years.years());
        self.queue.push(next, 1, Due::Recurring { event, occurrence: occurrence + 1 });
        let probability = self.probability(spec.probability, &spec.shifts);
        let name = format!("{}.{occurrence}", spec.id);
        if self.holds(&spec.requires) && self.happens(&name, probability, false) {
            let outcome = (spec.milestone.clone(), spec.effects.as_slice());
            let seq = self.log(date, "happened", (&spec.party, &spec.id, ""), None, outcome);
            self.apply(&spec.effects, date, seq);
        }
    }

    fn apply(&mut self, effects: &[String], date: Date, seq: u64) {
        for effect in effects.iter().filter_map(|text| Effect::parse(text)) {
            let effect = effect.named(&self.drawn.policy, date);
            apply_to_policy(&mut self.drawn.policy, &effect, date);
            match effect {
                Effect::Set(name) => self.set_fact(&name, true, date, Some(seq)),
                Effect::Clear(name) => self.set_fact(&name, false, date, Some(seq)),
                Effect::Join(agreement, parties) | Effect::Leave(agreement, parties) => {
                    for party in parties {
                        let holds = self.drawn.policy.is_member(&agreement, &party, date);
                        self.set_fact(&format!("member:{agreement}:{party}"), holds, date, Some(seq));
                    }
                }
            }
        }
    }

    /// Notes a fact; what waits is looked at again only when a fact begins to hold.
    fn set_fact(&mut self, name: &str, holds: bool, date: Date, seq: Option<u64>) {
        if !holds {
            self.facts.remove(name);
            return;
        }
        if self.facts.insert(name.to_owned(), seq).is_some() {
            return;
        }
        let (ready, waiting): (Vec<_>, Vec<_>) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|&(process, stage, _)| self.holds(&self.processes[process].stages[stage].requires));
        self.waiting = waiting;
        for (process, stage, attempt) in ready {
            self.queue.push(date, 2, Due::Stage { process, stage, attempt, parent: seq });
        }
    }

    fn log(
        &mut self,
        date: Date,
        event: &'static str,
        (party, process, stage): (&str, &str, &str),
        parent_seq: Option<u64>,
        (milestone, effects): (Option<String>, &[String]),
    ) -> u64 {
        let seq = self.drawn.log.len() as u64;
        self.drawn.log.push(LoggedEvent {
            seq,
            date,
            event,
            party: party.to_owned(),
            process: process.to_owned(),
            stage: stage.to_owned(),
            parent_seq,
            milestone,
            effects: effects.to_vec(),
        });
        seq
    }
}

impl Effect {
    /// The same effect with `@AGREEMENT` replaced by the members that it has on `date`.
    fn named(self, policy: &PolicyTimeline, date: Date) -> Self {
        let name = |parties: Vec<String>| -> Vec<String> {
            let of = |party: String| match party.strip_prefix('@') {
                Some(agreement) => policy.members(agreement, date),
                None => vec![party],
            };
            parties.into_iter().flat_map(of).collect()
        };
        match self {
            Self::Join(agreement, parties) => Self::Join(agreement, name(parties)),
            Self::Leave(agreement, parties) => Self::Leave(agreement, name(parties)),
            other => other,
        }
    }
}

fn apply_to_policy(policy: &mut PolicyTimeline, effect: &Effect, date: Date) {
    match effect {
        Effect::Join(agreement, parties) => {
            parties.iter().for_each(|party| policy.join(agreement, party, date))
        }
        Effect::Leave(agreement, parties) => {
            parties.iter().for_each(|party| policy.leave(agreement, party, date));
        }
        Effect::Set(_) | Effect::Clear(_) => {}
    }
}
