//! Checks of the flow of a process: stages that cannot be reached, loops that take no time, stages that wait for
//! themselves.
//!
//! Cost: linear in the number of stages, outcomes and guards.

use std::collections::{HashMap, HashSet};

use super::effect::Effect;
use super::spec::{Branch, ONWARD, OptionSpec, Process, Stage};

/// Kind of an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Success,
    Branch,
}

/// Where a stage can lead to; `None` = the process ends.
pub(super) type Leads = Vec<(Step, Option<usize>)>;

/// For each stage the positions of the stages that it can lead to; `None` = the process ends.
pub(super) fn steps(process: &Process) -> Vec<Leads> {
    let ids = process.stages.iter().map(|stage| stage.id.as_str());
    // Two stages with the same id are reported elsewhere; the first one counts here.
    let mut by_id: HashMap<&str, usize> = HashMap::new();
    ids.enumerate().for_each(|(at, id)| _ = by_id.entry(id).or_insert(at));
    let position = |to: &str| by_id.get(to).copied();
    let of_stage = |(at, stage): (usize, &Stage)| {
        let mut steps = Leads::new();
        let following = (at + 1 < process.stages.len()).then_some(at + 1);
        let onward = stage.next.as_deref().map_or(following, position);
        if stage.probability > 0.0 || stage.logit.is_some() || !stage.shifts.is_empty() {
            steps.push((Step::Success, onward));
        }
        let branches = stage.branches.iter().filter(|one| one.probability > 0.0 || !one.shifts.is_empty());
        let to = |branch: &Branch| if branch.to == ONWARD { onward } else { position(&branch.to) };
        steps.extend(branches.map(|branch| (Step::Branch, to(branch))));
        steps
    };
    process.stages.iter().enumerate().map(of_stage).collect()
}

/// Stages of a process that cannot be reached.
pub(super) fn unreachable(process: &Process) -> Vec<&Stage> {
    let steps = steps(process);
    let (mut is_reached, mut open) = (vec![false; steps.len()], vec![0]);
    while let Some(at) = open.pop() {
        if at < steps.len() && !std::mem::replace(&mut is_reached[at], true) {
            open.extend(steps[at].iter().filter_map(|(_, to)| *to));
        }
    }
    process
        .stages
        .iter()
        .zip(is_reached)
        .filter(|(_, is_reached)| !is_reached)
        .map(|(stage, _)| stage)
        .collect()
}

/// A stage to which a process returns without a day going by.
pub(super) fn timeless_loop(process: &Process) -> Option<&Stage> {
    let steps = steps(process);
    let is_instant: Vec<bool> = process.stages.iter().map(|stage| stage.duration.is_instant()).collect();
    // Remove stages that cannot be part of such a loop until no more can be removed.
    let onward = |at: usize| {
        let to = steps[at].iter().filter_map(|(_, to)| *to);
        to.filter(|&to| is_instant[to]).collect::<Vec<_>>()
    };
    let mut n_incoming = vec![0usize; steps.len()];
    let instant = || (0..steps.len()).filter(|&at| is_instant[at]);
    instant().flat_map(onward).for_each(|to| n_incoming[to] += 1);
    let mut open: Vec<usize> = instant().filter(|&at| n_incoming[at] == 0).collect();
    let mut is_taken = vec![false; steps.len()];
    while let Some(at) = open.pop() {
        is_taken[at] = true;
        for to in onward(at) {
            n_incoming[to] -= 1;
            if n_incoming[to] == 0 {
                open.push(to);
            }
        }
    }
    // The stages left lie on a loop or after one; prefer to name one with a branch.
    let left = || instant().filter(|&at| !is_taken[at]);
    let at = left().find(|&at| !process.stages[at].branches.is_empty()).or_else(|| left().next())?;
    process.stages.get(at)
}

/// Stages that wait for facts which can only be set after them, with the first such fact.
///
/// `given` is true for facts that are set elsewhere.
pub(super) fn deadlocks(spec: &OptionSpec, given: impl Fn(&str) -> bool) -> Vec<(&Process, &Stage, String)> {
    let mut search = Search::new(spec);
    while let Some(at) = search.open.pop() {
        search.visit(at, &given);
    }
    let mut stuck = Vec::new();
    for (process, states) in spec.processes.iter().zip(&search.states) {
        for (stage, state) in process.stages.iter().zip(states) {
            if let State::Waits(fact) = state {
                stuck.push((process, stage, fact.clone()));
            }
        }
    }
    stuck
}

#[derive(Debug, Clone)]
enum State {
    Unseen,
    Waits(String),
    Ended,
}

struct Search<'a> {
    spec: &'a OptionSpec,
    steps: Vec<Vec<Leads>>,
    states: Vec<Vec<State>>,
    set: HashSet<String>,
    /// Stages that wait for a fact, or for any party of an agreement (`member:AGREEMENT:*`).
    waiting: HashMap<String, Vec<(usize, usize)>>,
    open: Vec<(usize, usize)>,
}

impl<'a> Search<'a> {
    fn new(spec: &'a OptionSpec) -> Self {
        let firsts = spec.processes.iter().enumerate().filter(|(_, process)| !process.stages.is_empty());
        Self {
            spec,
            steps: spec.processes.iter().map(steps).collect(),
            states: spec.processes.iter().map(|one| vec![State::Unseen; one.stages.len()]).collect(),
            set: HashSet::new(),
            waiting: HashMap::new(),
            open: firsts.map(|(at, _)| (at, 0)).collect(),
        }
    }

    /// Visits a stage that has become reachable, or that waited for a fact that has become possible.
    fn visit(&mut self, (process, at): (usize, usize), given: impl Fn(&str) -> bool) {
        if matches!(self.states[process][at], State::Ended) {
            return;
        }
        let stage = &self.spec.processes[process].stages[at];
        if let Some(fact) = self.missing(stage, given) {
            for name in [any_party(&fact), Some(fact.clone())].into_iter().flatten() {
                self.waiting.entry(name).or_default().push((process, at));
            }
            self.states[process][at] = State::Waits(fact);
            return;
        }
        self.states[process][at] = State::Ended;
        let branches = stage.branches.iter().flat_map(|branch| &branch.effects);
        let effects = stage.effects.iter().chain(branches).filter_map(|text| Effect::parse(text));
        for fact in effects.flat_map(|effect| effect.sets()) {
            self.open.extend(self.waiting.remove(&fact).into_iter().flatten());
            self.set.insert(fact);
        }
        let onward = self.steps[process][at].iter().filter_map(|(_, to)| *to);
        let unseen = onward.filter(|&to| matches!(self.states[process][to], State::Unseen));
        self.open.extend(unseen.map(|to| (process, to)));
    }

    /// A fact that the stage requires and that nothing visited so far can set.
    fn missing(&self, stage: &Stage, given: impl Fn(&str) -> bool) -> Option<String> {
        let is_set = |fact: &String| {
            self.set.contains(fact) || any_party(fact).is_some_and(|any| self.set.contains(&any))
        };
        stage.requires.iter().find(|fact| !given(fact) && !is_set(fact)).cloned()
    }
}

/// `member:AGREEMENT:*` of `member:AGREEMENT:PARTY`.
fn any_party(fact: &str) -> Option<String> {
    fact.rsplit_once(':').map(|(agreement, _)| format!("{agreement}:*"))
}
