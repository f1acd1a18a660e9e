//! Integration tests, one binary.

mod apac;
mod equilibrium;
mod events;
mod input_errors;
mod invariants;
mod optimal;
mod oracles;
mod release;
mod solve;
mod years;
