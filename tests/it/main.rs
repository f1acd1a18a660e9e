//! Integration tests, one binary.

mod apac;
mod events;
mod input_errors;
mod invariants;
mod oracles;
mod release;
mod report;
mod solve;
mod years;
