//! The chain of causes of an event in a log.

use std::collections::HashMap;
use std::fmt::Write as _;

use jiff::civil::Date;

use super::program::{NONE, Program, StageCode};
use super::timeline::{DrawnTimeline, LoggedEvent};

/// The query is neither a date nor a name that the program knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a date, a milestone ({}), a process or PROCESS.STAGE; nothing called `{query}` is in this option",
    milestones.join(", ")
)]
pub struct NothingFound {
    /// What was asked for.
    pub query: String,
    /// Milestones of the option and the world.
    pub milestones: Vec<String>,
}

impl Program {
    /// The chain of causes of a date, a milestone, a process or a stage, as lines of text, latest first. If it does not
    /// happen in this path, one line says so.
    ///
    /// # Errors
    /// [`NothingFound`] if the query is none of these.
    pub fn explain(&self, path: &DrawnTimeline, query: &str) -> Result<String, NothingFound> {
        let text = explain(path, query);
        if !text.is_empty() {
            return Ok(text);
        }
        if query.parse::<Date>().is_ok() {
            return Ok(format!("nothing happens on {query}\n"));
        }
        if self.has(query) {
            let end = self.horizon.end;
            let why = self.why_not(path, query);
            return Ok(format!("{query} does not happen in this path, which ends on {end}\n{why}"));
        }
        let mut milestones = self.milestones.clone();
        milestones.sort_unstable();
        Err(NothingFound { query: query.to_owned(), milestones })
    }

    /// Where the process stopped that could have reached what was asked for: its last event, and the causes of that.
    fn why_not(&self, path: &DrawnTimeline, query: &str) -> String {
        let reaches = |stage: &StageCode| {
            let number = stage.outcome.milestone;
            let process = &self.processes[stage.process as usize].id;
            (number != NONE && self.milestones[number as usize] == query)
                || process == query
                || query == format!("{process}.{}", stage.id)
        };
        let mut text = String::new();
        let mut seen = Vec::new();
        for stage in self.stages.iter().filter(|stage| reaches(stage)) {
            let process = self.processes[stage.process as usize].id.as_str();
            if seen.contains(&process) {
                continue;
            }
            seen.push(process);
            let before = Before::new(&path.log);
            match path.log.iter().rev().find(|event| event.process == process) {
                Some(last) => {
                    let how = match last.event {
                        "waiting" => "still waits",
                        "failed" => "failed",
                        "cancelled" => "was ended",
                        _ => "went on from here and had not come further",
                    };
                    let _ = writeln!(text, "{process} {how}; the last that happened in it:");
                    tell(&path.log, last, &before, &mut text);
                }
                None => {
                    let _ = writeln!(text, "{process} has not come beyond its first stage");
                }
            }
        }
        text
    }

    /// True for a milestone, a process, a stage, a recurring event or a fact of the program.
    fn has(&self, name: &str) -> bool {
        self.milestones.iter().any(|one| one == name)
            || self.processes.iter().any(|one| one.id == name)
            || self.recurring.iter().any(|one| one.id == name)
            || self.facts.iter().any(|one| one == name)
            || self.stages.iter().any(|stage| {
                let process = name.strip_suffix(stage.id.as_str()).and_then(|rest| rest.strip_suffix('.'));
                process == Some(self.processes[stage.process as usize].id.as_str())
            })
    }
}

/// The chain of causes as lines of text. An event that waited has two causes: what it waited for, and the step before.
fn explain(timeline: &DrawnTimeline, query: &str) -> String {
    let log = &timeline.log;
    let date: Option<Date> = query.parse().ok();
    let is_asked = |event: &&LoggedEvent| {
        date == Some(event.date)
            || event.milestone.as_deref() == Some(query)
            || event.process == query
            || (!event.stage.is_empty() && format!("{}.{}", event.process, event.stage) == query)
    };
    let before = Before::new(log);
    let mut text = String::new();
    for event in log.iter().filter(is_asked) {
        tell(log, event, &before, &mut text);
    }
    text
}

/// Deepest indentation of lines.
const MOST_INDENT: usize = 40;

/// Goes back through the causes. Uses a list instead of recursion, because chains may be long.
fn tell(log: &[LoggedEvent], asked: &LoggedEvent, before: &Before, text: &mut String) {
    let mut seen = vec![false; log.len()];
    let mut open = vec![(asked, 0, "")];
    while let Some((event, depth, role)) = open.pop() {
        let indent = "  ".repeat(depth.min(MOST_INDENT));
        // Writing to a string cannot fail.
        let _ = write!(text, "{indent}{role}{} {}", event.date, event.process);
        if !event.stage.is_empty() {
            let _ = write!(text, ".{}", event.stage);
        }
        let _ = write!(text, " {}", event.event);
        if let Some(milestone) = &event.milestone {
            let _ = write!(text, " [{milestone}]");
        }
        if !event.effects.is_empty() {
            let _ = write!(text, " ({})", event.effects.join(", "));
        }
        if std::mem::replace(&mut seen[event.seq as usize], true) {
            text.push_str(" (see above)\n");
            continue;
        }
        text.push('\n');
        let waited = before.waited(log, event);
        open.extend(waited.map(|wait| (wait, depth + 1, "it was ready on: ")));
        let role = if waited.is_some() { "it waited for: " } else { "after: " };
        let parent = event.parent_seq.and_then(|seq| log.get(seq as usize));
        open.extend(parent.map(|parent| (parent, depth + 1, role)));
    }
}

/// For each event of a log, the previous event of the same stage.
struct Before(Vec<Option<usize>>);

impl Before {
    fn new(log: &[LoggedEvent]) -> Self {
        let mut last = HashMap::new();
        let before =
            log.iter().enumerate().map(|(at, event)| last.insert((&event.process, &event.stage), at));
        Self(before.collect())
    }

    /// The event just before `event` in which its stage began to wait, if there is one.
    fn waited<'l>(&self, log: &'l [LoggedEvent], event: &LoggedEvent) -> Option<&'l LoggedEvent> {
        let before = self.0.get(event.seq as usize).copied().flatten().and_then(|at| log.get(at))?;
        (event.event != "waiting" && before.event == "waiting").then_some(before)
    }
}
