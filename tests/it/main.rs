//! Integration tests, one binary.

mod invariants;
mod oracles;
mod solve;
