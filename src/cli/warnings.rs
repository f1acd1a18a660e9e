//! What is said on standard error of inputs that a command goes on with.

use super::lost_tables;
use crate::data::Files;
use crate::events::milestones::IN_FORCE;

/// Tables that a manifest lists and that are gone.
pub fn warn_of_lost_tables(files: &Files) {
    lost_tables::faults(files).as_slice().iter().for_each(|fault| eprintln!("warning: {fault}"));
}

/// An option in which nothing reaches the milestone of a deal.
pub fn warn_of_no_deal(option: &str) {
    eprintln!("warning: no stage of {option} has milestone = \"{IN_FORCE}\": it gets no chance and no dates");
}
