//! Options x draws x years: equal states are solved once, results do not depend on order (`docs/model.md` section 7).
//!
//! [`Plan`] says what to run; [`Experiment`] holds everything that draws share; [`Experiment::year_block`] solves
//! one year of every option and draw into a [`YearBlock`]; [`summary`] turns blocks into quantiles. Blocks can be
//! written and read back, so that a run can be cut, resumed and split into shards.

mod block;
mod draw_year;
mod experiment;
mod limits;
pub mod parameters;
mod plan;
pub mod summary;

pub use block::{BlockError, BlockKey, Layout, SECTOR_MEASURES, YearBlock};
pub use experiment::{Experiment, OptionRun, RunCounts, RunError};
pub use limits::run_bytes;
pub use parameters::DrawnParameters;
pub use plan::{PLAN_FILE, PLAN_YEARS, Plan, Shard};
