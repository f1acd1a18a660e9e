//! From outside tables to a directory that the program reads: readers of each source, concordance, balancing, writing.

pub mod apac;
pub mod balance;
pub mod outside;
pub mod policy;
mod reading;

pub use reading::Reading;

/// Columns of `provenance.csv`: whether each block of a country's data is observed, scaled, imputed or assumed.
pub const PROVENANCE_COLUMNS: [&str; 5] = ["country", "block", "status", "source", "donor"];
