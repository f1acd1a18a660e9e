//! Integration tests, one binary.

mod oracles;
