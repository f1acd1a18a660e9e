//! Integration tests, one binary.

mod apac;
mod invariants;
mod oracles;
mod solve;
