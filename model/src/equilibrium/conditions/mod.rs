//! The equilibrium conditions, one file an equation, and what they read and write.
//!
//! `evaluate` calls them in the order in which they feed each other. Unknowns are log wages, log prices and
//! expenditure (`point`); everything that a shock fixes is loaded once (`loaded`, `weights`, `changed_cells`).
//! `tests/support/reference.rs` has the same equations in plain loops; tests hold the two against each other.

pub mod acceptance;
pub mod balance;
pub mod changed_cells;
pub mod costs;
pub mod evaluate;
pub mod income;
pub mod layout;
pub mod loaded;
pub mod point;
pub mod prices;
pub mod revenue;
pub mod sales;
pub mod scale;
pub mod spending;
pub mod weights;
