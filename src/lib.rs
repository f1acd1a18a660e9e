//! tradepath: a discrete-event trade-flow and tariff model.

pub mod cli;
pub mod data;
pub mod error;
pub mod policy;
pub mod rng;
