//! Options x draws x years: equal states are solved once, results do not depend on order (`docs/model.md` section 7).
//!
//! [`Inputs`] are what one folder holds. [`Plan`] says what to run, [`run`] runs it. [`Experiment`] holds everything
//! that draws share; [`Experiment::year_block`] solves one year of every option and draw into a [`YearBlock`];
//! [`summary`] turns blocks into quantiles. Blocks can be written and read back ([`Store`]), so that a run can be cut,
//! resumed and split into shards.
//!
//! ```text
//! Plan, Files -> Experiment -> [year] YearBlock -> Blocks (memory, or files of a Store)
//!                          \-> reference path, quotas    \-> RunResults -> rows of `output`
//! ```

mod beats;
mod block;
mod carried;
mod cell_change;
mod counts;
mod decomposition;
mod delay;
mod draw_year;
mod dynamics;
mod dynamics_plan;
mod edit;
mod experiment;
mod exposure;
mod frame;
mod inputs;
mod insurance;
mod journal;
mod limits;
mod numbers;
mod options;
pub mod parameters;
mod pilot;
mod plan;
mod plan_options;
mod point;
pub mod quadrature;
mod run;
pub mod sample;
mod store;
mod strata;
pub mod summaries;
pub mod summary;
mod three_numbers;
mod tile;
mod tiling;
pub mod tornado;
mod trade;
pub mod variance;
mod words;
mod years;

pub use beats::Beats;
pub use block::{BlockError, BlockKey, Layout, SECTOR_MEASURES, YearBlock};
pub use carried::Carried;
pub use cell_change::{CellChange, Operation};
pub use counts::{Layer, RunCounts, RunError};
pub use decomposition::{Decomposition, GainPart};
pub use dynamics_plan::{DynamicsPlan, Structure};
pub use experiment::Experiment;
pub use exposure::{Essential, read as read_essentials};
pub use frame::RunFrame;
pub use inputs::Inputs;
pub use insurance::Insurance;
pub use journal::{DrawRows, Journal};
pub use limits::run_bytes;
pub use numbers::{Numbers, Parameter, Points};
pub use options::{OptionRun, Outlook};
pub use parameters::{DrawnParameters, drawn_theta};
pub use pilot::{OptionError, Pilot, Unreachable};
pub use plan::{PLAN_FILE, PLAN_YEARS, Plan, Shard};
pub use point::{Group, Point};
pub use run::{Blocks, EachYear, InMemory, RunResults, Watch, run};
pub use sample::{Sample, Sampling};
pub use store::{Owner, PARTS, Store, block_path, describe};
pub use three_numbers::ThreeNumbers;
pub use tile::{Cut, Tile};
pub use tiling::{Sizes, Tiling};
pub use trade::{Moved, ReferenceTrade, moved, source_shares, trade_of};
pub use years::{ReferenceQuota, ReferenceYear};
