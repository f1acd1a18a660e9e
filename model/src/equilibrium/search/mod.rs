//! The search for an equilibrium: one file a method, and `chain`, which tries them in order.
//!
//! `accelerated` finds nearly all: 9 to 15 evaluations to residuals of 1e-11 on real data. `damped`, `newton` and
//! `homotopy` follow where it fails, on conditions that `rescale` brings into the range of numbers where costs change
//! by many powers of ten.
//!
//! Source: `docs/model.md` section 3.

mod accelerated;
pub mod chain;
pub mod core;
mod damped;
mod homotopy;
mod newton;
mod rescale;
mod settle;
mod solution;
pub mod state;
pub mod workspace;
