//! Integration tests, one binary.

mod apac;
mod equilibrium;
mod estimation;
mod events;
mod input_errors;
mod invariants;
mod optimal;
mod oracles;
mod policy;
mod readers;
mod release;
mod report;
mod run;
mod solve;
mod validation;
mod years;
