//! What every layer of [tradepath](https://docs.rs/tradepath) stands on: faults, random numbers, numerical methods, files
//! and tables, and their text.
//!
//! A crate of its own, so that the model and the estimation are compiled at the same time. Users depend on `tradepath`,
//! which hands on every module of this crate under its own name. The layers, and who may call whom:
//! `docs/architecture.md`.

pub mod csv_text;
pub mod data;
pub mod error;
pub mod numerics;
pub mod rng;
pub mod sorted;
pub mod stop;
