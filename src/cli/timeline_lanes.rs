//! The reference path of an option as a chart of lanes.

use std::collections::HashMap;

use crate::events::{DrawnTimeline, LoggedEvent, OptionSpec, Program};
use crate::output::{OutputDir, Package, events};
use crate::report::charts::swim_lanes::{Lane, Step, StepKind, draw};

/// Writes `swim_lanes.svg` and the numbers behind it.
///
/// # Errors
/// If the chart cannot be drawn or a file cannot be written.
pub fn write(
    output: &OutputDir,
    package: &mut Package<'_>,
    option: &OptionSpec,
    program: &Program,
) -> anyhow::Result<()> {
    let path = program.reference();
    let lanes = lanes(option, &path);
    let svg = draw(&option.title, &lanes, (program.horizon.start, program.horizon.end))?;
    output.write_text("swim_lanes.svg", &svg)?;
    Ok(package.write_rows(events::lanes(&option.id, &path))?)
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
