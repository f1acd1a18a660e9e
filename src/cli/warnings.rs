//! What is said on standard error of inputs that a command goes on with.

use super::lost_tables;
use crate::data::Files;
use crate::ensemble::{Experiment, Sampling};
use crate::events::OptionSpec;
use crate::events::milestones::IN_FORCE;

/// Names in a warning.
const LISTED: usize = 5;

/// What is said of a run that was asked for so many draws of the events.
pub fn of_run(files: &Files, experiment: &Experiment, asked_event_draws: u64) {
    warn_of_lost_tables(files);
    warn_of_options(experiment);
    other_draws(experiment, asked_event_draws);
}

/// Tables that a manifest lists and that are gone.
pub fn warn_of_lost_tables(files: &Files) {
    let lost = lost_tables::faults(files);
    let lost = lost.as_slice();
    lost.iter().take(LISTED).for_each(|fault| eprintln!("warning: {fault}"));
    if lost.len() > LISTED {
        eprintln!("warning: {} more tables that a manifest lists are missing", lost.len() - LISTED);
    }
}

/// An option of which the tables of topics do not say what it gives, though they do of others.
pub fn warn_of_no_gains(spec: &OptionSpec) {
    if spec.lacks_gains() && spec.milestones().any(|name| name == IN_FORCE) {
        eprintln!(
            "warning: gains.csv has no rows of {}: what parties gain, and the jobs at stake, count as 0 in its events. \
             `tradepath timeline --gains RUN`, with a run of the option, writes them",
            spec.id
        );
    }
}

/// An option in which nothing reaches the milestone of a deal.
pub fn warn_of_no_deal(option: &str) {
    eprintln!("warning: no stage of {option} has milestone = \"{IN_FORCE}\": it gets no chance and no dates");
}

/// An option that no draw of the events has in force at the end.
pub fn warn_of_never(spec: &OptionSpec, event_draws: u64, last_year: i16) {
    let end = jiff::civil::date(last_year, 12, 31);
    let later: Vec<String> =
        spec.beyond(end).into_iter().map(|(name, day)| format!("{name} ({day})")).take(LISTED).collect();
    let later = match later[..] {
        [] => String::new(),
        _ => format!("; of its parts these begin later: {}", later.join(", ")),
    };
    eprintln!(
        "warning: none of {event_draws} draws has {} in force at the end of {last_year}{later}",
        spec.id
    );
}

/// Says which options have no deal that could be in force.
fn warn_of_options(experiment: &Experiment) {
    let others =
        experiment.options.iter().filter(|option| option.spec.id != experiment.plan.reference_option);
    let plan = &experiment.plan;
    for option in others {
        warn_of_no_gains(&option.spec);
        match option.outlook.chance() {
            None => warn_of_no_deal(&option.spec.id),
            Some((0.0, _)) => warn_of_never(&option.spec, plan.event_draws, plan.years[1]),
            Some(_) => {}
        }
    }
}

/// Says where a run draws otherwise than it was asked to.
fn other_draws(experiment: &Experiment, asked_event_draws: u64) {
    let plan = &experiment.plan;
    if plan.event_draws > asked_event_draws {
        eprintln!(
            "note: {} draws of the events in place of {asked_event_draws}: every solved draw is one of them",
            plan.event_draws
        );
    }
    if plan.sampling == Sampling::Stratified && experiment.sample.is_plain() {
        eprintln!(
            "note: the draws are plain and not stratified: strata take more draws of the events than solved ones, two \
             draws or more each, and options of which some draws are in force and some are not"
        );
    }
}
