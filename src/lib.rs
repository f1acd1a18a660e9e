//! tradepath: a discrete-event trade-flow and tariff model.

pub mod calibration;
pub mod cli;
pub mod data;
pub mod economy;
pub mod ensemble;
pub mod equilibrium;
pub mod error;
pub mod estimation;
pub mod events;
pub mod numerics;
pub mod output;
pub mod policy;
pub mod projection;
pub mod report;
pub mod rng;
pub mod schedules;
