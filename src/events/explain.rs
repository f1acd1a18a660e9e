//! Why something happened when it did: the chain of causes in a log.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::timeline::{DrawnTimeline, LoggedEvent};

/// The log holds nothing of that name or date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "nothing called `{query}` in this path; expected a date, a milestone ({milestones}), a process or PROCESS.STAGE"
)]
pub struct NothingFound {
    /// What was asked for.
    pub query: String,
    /// Milestones of the path.
    pub milestones: String,
}

/// The chain of causes of a date, a milestone, a process or a stage, as lines of text, latest first.
///
/// An event that waited has two causes: what it waited for, and the step before it.
///
/// # Errors
/// [`NothingFound`] with the milestones that there are.
pub fn explain(timeline: &DrawnTimeline, query: &str) -> Result<String, NothingFound> {
    let log = &timeline.log;
    let date: Option<Date> = query.parse().ok();
    let is_asked = |event: &&LoggedEvent| {
        date == Some(event.date)
            || event.milestone.as_deref() == Some(query)
            || event.process == query
            || (!event.stage.is_empty() && format!("{}.{}", event.process, event.stage) == query)
    };
    let mut text = String::new();
    for event in log.iter().filter(is_asked) {
        let mut seen = vec![false; log.len()];
        tell(log, event, (0, ""), &mut seen, &mut text);
    }
    if text.is_empty() {
        let mut names: Vec<&str> = log.iter().filter_map(|event| event.milestone.as_deref()).collect();
        names.sort_unstable();
        names.dedup();
        return Err(NothingFound { query: query.to_owned(), milestones: names.join(", ") });
    }
    Ok(text)
}

fn tell(
    log: &[LoggedEvent],
    event: &LoggedEvent,
    (depth, role): (usize, &str),
    seen: &mut [bool],
    text: &mut String,
) {
    let indent = "  ".repeat(depth);
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
    let at = event.seq as usize;
    if std::mem::replace(&mut seen[at], true) {
        text.push_str(" (see above)\n");
        return;
    }
    text.push('\n');
    let waited = waited(log, event);
    if let Some(parent) = event.parent_seq.and_then(|seq| log.get(seq as usize)) {
        let role = if waited.is_some() { "it waited for: " } else { "after: " };
        tell(log, parent, (depth + 1, role), seen, text);
    }
    if let Some(wait) = waited {
        tell(log, wait, (depth + 1, "it was ready on: "), seen, text);
    }
}

/// The event that says that the stage of `event` waited just before it.
fn waited<'l>(log: &'l [LoggedEvent], event: &LoggedEvent) -> Option<&'l LoggedEvent> {
    if event.event == "waiting" {
        return None;
    }
    let before = log[..event.seq as usize].iter().rev();
    let mut same = before.filter(|other| other.process == event.process && other.stage == event.stage);
    same.next().filter(|other| other.event == "waiting")
}
