//! The stages of an option as a graph, for Graphviz and Mermaid.

use std::fmt::Write as _;

use super::effect::Effect;
use super::flow::{Step, steps};
use super::spec::{OptionSpec, Process, Stage};
use crate::sorted::{SortedMap, SortedSet};

/// Facts that a stage or recurring event waits for, and those that it sets.
struct Links {
    set_by: SortedMap<String, Vec<String>>,
}

impl Links {
    fn new(specs: [&OptionSpec; 2]) -> Self {
        let mut set_by: SortedMap<String, Vec<String>> = SortedMap::new();
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
        for (stage, leads) in process.stages.iter().zip(steps(process)) {
            let from = node(process, stage);
            for (step, to) in leads {
                let Some(to) = to else { continue };
                let label = if step == Step::Branch { "back" } else { "" };
                edges.push((from.clone(), node(process, &process.stages[to]), label.to_owned(), false));
            }
            let shifted =
                stage.shifts.iter().chain(&stage.stretches).flat_map(super::condition::Shift::facts);
            let guards = stage.requires.iter().chain(&stage.unless).chain(shifted);
            for fact in guards.collect::<SortedSet<_>>() {
                for source in links.sources(fact) {
                    edges.push((source.clone(), from.clone(), fact.clone(), true));
                }
            }
        }
    }
    edges
}

/// Text inside the double quotes of the DOT language.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace(char::is_control, " ")
}

/// Text inside the double quotes of Mermaid, which knows entities and would take the rest for HTML.
fn entities(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '#' => safe.push_str("#35;"),
            '"' => safe.push_str("#quot;"),
            '<' => safe.push_str("#lt;"),
            '>' => safe.push_str("#gt;"),
            '&' => safe.push_str("#amp;"),
            _ if c.is_control() => safe.push(' '),
            _ => safe.push(c),
        }
    }
    safe
}

/// The graph of an option and the world in the DOT language of Graphviz.
#[must_use]
pub fn dot(option: &OptionSpec, world: &OptionSpec) -> String {
    let mut text = format!(
        "digraph \"{}\" {{\n  rankdir=LR;\n  node [shape=box, fontname=Arial];\n",
        quoted(&option.id)
    );
    let specs = [option, world];
    for (k, process) in specs.into_iter().flat_map(|spec| &spec.processes).enumerate() {
        let title = quoted(&format!("{} ({})", process.id, process.party));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  subgraph cluster_{k} {{\n    label=\"{title}\";");
        for stage in &process.stages {
            let (name, label) = (quoted(&node(process, stage)), quoted(&label(stage)));
            let _ = writeln!(text, "    \"{name}\" [label=\"{label}\"];");
        }
        text.push_str("  }\n");
    }
    for event in specs.into_iter().flat_map(|spec| &spec.recurring) {
        let _ = writeln!(text, "  \"{}\" [shape=ellipse];", quoted(&event.id));
    }
    for (from, to, label, is_guard) in edges(specs) {
        let style = if is_guard { ", style=dashed" } else { "" };
        let [from, to, label] = [from, to, label].map(|name| quoted(&name));
        let _ = writeln!(text, "  \"{from}\" -> \"{to}\" [label=\"{label}\"{style}];");
    }
    text.push_str("}\n");
    text
}

/// The graph of an option and the world as a Mermaid flow chart.
#[must_use]
pub fn mermaid(option: &OptionSpec, world: &OptionSpec) -> String {
    let mut text = String::from("flowchart LR\n");
    let mut names: SortedMap<String, String> = SortedMap::new();
    let specs = [option, world];
    for (k, process) in specs.into_iter().flat_map(|spec| &spec.processes).enumerate() {
        let title = entities(&format!("{} ({})", process.id, process.party));
        let _ = writeln!(text, "  subgraph p{k}[\"{title}\"]");
        for stage in &process.stages {
            let short = format!("n{}", names.len());
            let _ = writeln!(text, "    {short}[\"{}\"]", entities(&label(stage)));
            names.insert(node(process, stage), short);
        }
        text.push_str("  end\n");
    }
    for event in specs.into_iter().flat_map(|spec| &spec.recurring) {
        let short = format!("n{}", names.len());
        let _ = writeln!(text, "  {short}([\"{}\"])", entities(&event.id));
        names.insert(event.id.clone(), short);
    }
    for (from, to, label, is_guard) in edges(specs) {
        let (Some(from), Some(to)) = (names.get(&from), names.get(&to)) else { continue };
        let arrow = if is_guard { "-.->" } else { "-->" };
        let label = if label.is_empty() { String::new() } else { format!("|\"{}\"|", entities(&label)) };
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

#[cfg(test)]
mod tests {
    use super::{entities, quoted};

    #[test]
    fn labels_cannot_leave_their_quotes() {
        assert_eq!(quoted("a\"]; b [label=\"x\n\\"), "a\\\"]; b [label=\\\"x \\\\");
        assert_eq!(entities("<img src=x>\"]&#1;"), "#lt;img src=x#gt;#quot;]#amp;#35;1;");
    }
}
