//! The reference path of an option as a chart of lanes.

use std::collections::HashMap;

use crate::events::milestones::IN_FORCE;
use crate::events::{DrawnTimeline, LoggedEvent, OptionSpec, Program};
use crate::output::{OutputDir, events};
use crate::report;
use crate::report::charts::swim_lanes::{Lane, Step, StepKind, draw};

/// Writes `swim_lanes.svg`, `swim_lanes.png` and the numbers behind them.
///
/// # Errors
/// If the chart cannot be drawn or a file cannot be written.
pub fn write(output: &OutputDir, option: &OptionSpec, program: &Program) -> anyhow::Result<()> {
    let path = program.reference();
    let lanes = lanes(option, &path);
    let picture = draw(&title(option, &path, program), &lanes, (program.horizon.start, program.horizon.end))?;
    report::write_picture(output, "swim_lanes", &picture)?;
    Ok(output.write_rows(events::lanes(&option.id, &path))?)
}

/// What the path comes to, with the day.
fn title(option: &OptionSpec, path: &DrawnTimeline, program: &Program) -> String {
    let reached = |wanted: &str| {
        path.log.iter().find(|event| event.milestone.as_deref() == Some(wanted)).map(|event| event.date)
    };
    let last = path.log.iter().rev().find(|event| event.milestone.is_some());
    match (reached(IN_FORCE), last) {
        (Some(day), _) => format!("{}: in force on {}", option.title, day.strftime("%-d %B %Y")),
        (None, Some(last)) => format!(
            "{}: not in force by the end of {}; last step: {} in {}",
            option.title,
            program.horizon.end.year(),
            last.milestone.as_deref().unwrap_or_default(),
            last.date.strftime("%B %Y")
        ),
        (None, None) => format!("{}: no step by the end of {}", option.title, program.horizon.end.year()),
    }
}

/// Processes of the option in the order of its files, then those of others that reach a milestone.
fn lanes(option: &OptionSpec, path: &DrawnTimeline) -> Vec<Lane> {
    let own = option.processes.iter().map(|process| process.id.as_str());
    let milestones = path.log.iter().filter(|event| event.milestone.is_some());
    let mut lane_of: HashMap<&str, usize> = HashMap::new();
    let mut lanes: Vec<Lane> = Vec::new();
    for name in own.chain(milestones.map(|event| event.process.as_str())) {
        lane_of.entry(name).or_insert_with(|| {
            lanes.push(Lane { name: name.to_owned(), steps: Vec::new() });
            lanes.len() - 1
        });
    }
    let n_own = option.processes.len();
    for event in &path.log {
        if let Some(&at) = lane_of.get(event.process.as_str()) {
            lanes[at].steps.push(step(event, at < n_own));
        }
    }
    lanes.retain(has_moved);
    lanes
}

/// False for a process that only ever waited.
fn has_moved(lane: &Lane) -> bool {
    lane.steps.iter().any(|step| step.kind != StepKind::Waiting)
}

fn step(event: &LoggedEvent, is_own: bool) -> Step {
    let kind = match event.event {
        "waiting" => StepKind::Waiting,
        "failed" | "cancelled" => StepKind::Failed,
        _ => StepKind::Reached,
    };
    let label = match (&event.milestone, kind) {
        (_, StepKind::Waiting) => String::new(),
        (Some(milestone), _) => milestone.clone(),
        (None, _) if is_own => event.stage.clone(),
        (None, _) => String::new(),
    };
    Step { date: event.date, label, kind, is_milestone: event.milestone.is_some() }
}
