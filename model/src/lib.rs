//! The model of [tradepath](https://docs.rs/tradepath): from files to the outcome of every draw, without tables, charts or program.
//!
//! A crate of its own, because its loops want the compiler's full effort, and what stands around it does not.
//! Users depend on `tradepath`, which hands on every module of this crate under its own name. The layers, and who may call
//! whom: `docs/architecture.md`.

pub mod economy;
pub mod ensemble;
pub mod equilibrium;
pub mod events;
pub mod policy;
pub mod projection;
pub mod schedules;

use tradepath_base::{data, error, numerics, rng, sorted, stop};
