//! Runs dated processes to a timeline; contains no economics (`docs/model.md` section 5).
//!
//! An option is data: [`spec`] says what it holds, [`read_option`] reads and checks it with what it includes. It is
//! compiled once to a [`Program`] of integers; a [`Workspace`] runs draws of it on a queue of days. [`milestones`]
//! sums many draws up, [`graph`] shows the stages.

mod absorb;
mod compile;
mod compile_numbers;
pub mod conclusions;
pub mod condition;
mod duration;
mod effect;
mod engine;
mod expand;
mod explain;
mod figures;
pub mod findings;
pub mod fit;
pub mod fit_record;
pub mod fit_votes;
mod flow;
pub mod for_each;
pub mod graph;
mod joiners;
pub mod known;
mod lasting;
mod ledger;
mod ledger_values;
mod level_names;
mod levels;
mod limits;
mod looks;
mod luck;
pub mod milestones;
mod names;
mod of_member;
mod place;
mod program;
pub mod queue;
mod read;
mod recur;
mod resolve;
mod sample;
mod scan;
mod settings;
mod shared_numbers;
pub mod spec;
mod state;
mod streams;
mod terms;
mod texts;
mod timeline;
mod topic_names;
mod topics;
mod trials;
pub mod validate;
mod validate_numbers;
mod weights;

pub use duration::Duration;
pub use effect::Effect;
pub use engine::{Workspace, draw, reference};
pub use explain::NothingFound;
pub use known::Tables;
pub use program::{CompactDraw, Program};
pub use read::{WORLD, list_options, read_option, read_options};
pub use settings::SettingError;
pub use spec::OptionSpec;
pub use timeline::{DrawnTimeline, Happening, Horizon, LoggedEvent};
