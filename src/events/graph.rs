//! The stages of an option as a graph: what nothing leads to, what waits for itself, and how it is drawn.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::effect::Effect;
use super::spec::{OptionSpec, Process, Stage};

/// How an edge comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Success,
    Branch,
}

/// Positions of the stages that a stage of a process can lead to; `None` = the process ends.
fn steps(process: &Process, at: usize) -> Vec<(Step, Option<usize>)> {
    let stage = &process.stages[at];
    let position = |to: &str| process.stages.iter().position(|other| other.id == to);
    let mut steps = Vec::new();
    if stage.probability > 0.0 || !stage.shifts.is_empty() {
        let following = (at + 1 < process.stages.len()).then_some(at + 1);
        steps.push((Step::Success, stage.next.as_deref().map_or(following, position)));
    }
    let branches = stage.branches.iter().filter(|one| one.probability > 0.0 || !one.shifts.is_empty());
    steps.extend(branches.map(|branch| (Step::Branch, position(&branch.to))));
    steps
}

/// Stages of a process that nothing leads to.
pub(super) fn unreachable(process: &Process) -> Vec<&Stage> {
    let reached = reached(process, |_| true);
    process
        .stages
        .iter()
        .enumerate()
        .filter(|(at, _)| !reached.contains(at))
        .map(|(_, stage)| stage)
        .collect()
}

/// Stages that can be reached through stages that can end.
fn reached(process: &Process, can_end: impl Fn(&Stage) -> bool) -> BTreeSet<usize> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![0]);
    while let Some(at) = open.pop() {
        if at >= process.stages.len() || !reached.insert(at) || !can_end(&process.stages[at]) {
            continue;
        }
        open.extend(steps(process, at).into_iter().filter_map(|(_, to)| to));
    }
    reached
}

/// Stages that wait for facts which only come after them, with the first such fact.
///
/// `given` says which facts come from elsewhere.
pub(super) fn deadlocks(spec: &OptionSpec, given: impl Fn(&str) -> bool) -> Vec<(&Process, &Stage, String)> {
    let mut set: BTreeSet<String> = BTreeSet::new();
    let can_end = |stage: &Stage, set: &BTreeSet<String>| missing(stage, set, &given).is_none();
    loop {
        let before = set.len();
        for process in &spec.processes {
            for at in reached(process, |stage| can_end(stage, &set)) {
                let stage = &process.stages[at];
                if !can_end(stage, &set) {
                    continue;
                }
                let branches = stage.branches.iter().flat_map(|branch| &branch.effects);
                let effects = stage.effects.iter().chain(branches).filter_map(|text| Effect::parse(text));
                set.extend(effects.flat_map(|effect| effect.sets()));
            }
        }
        if set.len() == before {
            break;
        }
    }
    let mut stuck = Vec::new();
    for process in &spec.processes {
        for at in reached(process, |stage| can_end(stage, &set)) {
            let stage = &process.stages[at];
            stuck.extend(missing(stage, &set, &given).map(|fact| (process, stage, fact)));
        }
    }
    stuck
}

/// A fact that the stage requires and that nothing can have set.
fn missing(stage: &Stage, set: &BTreeSet<String>, given: impl Fn(&str) -> bool) -> Option<String> {
    let is_set = |fact: &String| {
        set.contains(fact)
            || fact.rsplit_once(':').is_some_and(|(agreement, _)| set.contains(&format!("{agreement}:*")))
    };
    stage.requires.iter().find(|fact| !given(fact) && !is_set(fact)).cloned()
}

/// Facts that a stage or recurring event waits for, and those that it sets.
struct Links {
    set_by: BTreeMap<String, Vec<String>>,
}

impl Links {
    fn new(specs: [&OptionSpec; 2]) -> Self {
        let mut set_by: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut note = |node: String, effects: &[String]| {
            for fact in effects.iter().filter_map(|text| Effect::parse(text)).flat_map(|effect| effect.sets())
            {
                set_by.entry(fact).or_default().push(node.clone());
            }
        };
        for spec in specs {
            for (process, stage) in
                spec.processes.iter().flat_map(|process| process.stages.iter().map(move |s| (process, s)))
            {
                note(node(process, stage), &stage.effects);
            }
            spec.recurring.iter().for_each(|event| note(event.id.clone(), &event.effects));
        }
        Self { set_by }
    }

    fn sources(&self, fact: &str) -> &[String] {
        self.set_by.get(fact).map_or(&[], Vec::as_slice)
    }
}

fn node(process: &Process, stage: &Stage) -> String {
    format!("{}.{}", process.id, stage.id)
}

/// Edges of the graph: from, to, label, and whether it is a guard.
fn edges(specs: [&OptionSpec; 2]) -> Vec<(String, String, String, bool)> {
    let links = Links::new(specs);
    let mut edges = Vec::new();
    for process in specs.into_iter().flat_map(|spec| &spec.processes) {
        for (at, stage) in process.stages.iter().enumerate() {
            let from = node(process, stage);
            for (step, to) in steps(process, at) {
                let Some(to) = to else { continue };
                let label = if step == Step::Branch { "back" } else { "" };
                edges.push((from.clone(), node(process, &process.stages[to]), label.to_owned(), false));
            }
            let shifted =
                stage.shifts.iter().chain(&stage.stretches).flat_map(super::condition::Shift::facts);
            let guards = stage.requires.iter().chain(&stage.unless).chain(shifted);
            for fact in guards.collect::<BTreeSet<_>>() {
                for source in links.sources(fact) {
                    edges.push((source.clone(), from.clone(), fact.clone(), true));
                }
            }
        }
    }
    edges
}

/// The graph of an option and the world in the DOT language of Graphviz.
#[must_use]
pub fn dot(option: &OptionSpec, world: &OptionSpec) -> String {
    let mut text =
        format!("digraph \"{}\" {{\n  rankdir=LR;\n  node [shape=box, fontname=Arial];\n", option.id);
    let specs = [option, world];
    for (k, process) in specs.into_iter().flat_map(|spec| &spec.processes).enumerate() {
        // Writing to a string cannot fail.
        let _ =
            writeln!(text, "  subgraph cluster_{k} {{\n    label=\"{} ({})\";", process.id, process.party);
        for stage in &process.stages {
            let _ = writeln!(text, "    \"{}\" [label=\"{}\"];", node(process, stage), label(stage));
        }
        text.push_str("  }\n");
    }
    for event in specs.into_iter().flat_map(|spec| &spec.recurring) {
        let _ = writeln!(text, "  \"{}\" [shape=ellipse];", event.id);
    }
    for (from, to, label, is_guard) in edges(specs) {
        let style = if is_guard { ", style=dashed" } else { "" };
        let _ = writeln!(text, "  \"{from}\" -> \"{to}\" [label=\"{label}\"{style}];");
    }
    text.push_str("}\n");
    text
}

/// The graph of an option and the world as a Mermaid flow chart.
#[must_use]
pub fn mermaid(option: &OptionSpec, world: &OptionSpec) -> String {
    let mut text = String::from("flowchart LR\n");
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let specs = [option, world];
    for (k, process) in specs.into_iter().flat_map(|spec| &spec.processes).enumerate() {
        let _ = writeln!(text, "  subgraph p{k}[\"{} ({})\"]", process.id, process.party);
        for stage in &process.stages {
            let short = format!("n{}", names.len());
            let _ = writeln!(text, "    {short}[\"{}\"]", label(stage));
            names.insert(node(process, stage), short);
        }
        text.push_str("  end\n");
    }
    for event in specs.into_iter().flat_map(|spec| &spec.recurring) {
        let short = format!("n{}", names.len());
        let _ = writeln!(text, "  {short}([\"{}\"])", event.id);
        names.insert(event.id.clone(), short);
    }
    for (from, to, label, is_guard) in edges(specs) {
        let (Some(from), Some(to)) = (names.get(&from), names.get(&to)) else { continue };
        let arrow = if is_guard { "-.->" } else { "-->" };
        let label = if label.is_empty() { String::new() } else { format!("|\"{label}\"|") };
        let _ = writeln!(text, "  {from} {arrow}{label} {to}");
    }
    text
}

fn label(stage: &Stage) -> String {
    match stage.probability {
        1.0 => stage.id.clone(),
        p => format!("{} ({:.0} %)", stage.id, 100.0 * p),
    }
}
