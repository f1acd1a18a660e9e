//! Runs dated processes to a timeline; contains no economics (`model.md` section 5).
//!
//! An option is data: [`spec`] reads and checks it, [`engine`] runs one draw of it on a [`queue`] of civil
//! dates, [`duration`] draws how long a stage takes, [`milestones`] sums the logs of many draws up.

mod duration;
mod engine;
pub mod milestones;
mod queue;
pub mod spec;
mod validate;

pub use engine::{DrawnTimeline, Horizon, LoggedEvent, draw, reference};
pub use spec::{OptionSpec, list_options, read_option};
