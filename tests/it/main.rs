//! Integration tests, one binary.

mod apac;
mod estimation;
mod events;
mod input_errors;
mod invariants;
mod oracles;
mod release;
mod solve;
mod years;
