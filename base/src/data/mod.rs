//! Reads and validates files and does nothing else.
//!
//! [`Files`] is a folder on disk or the one embedded in the binary; [`csv_table::Table`] a CSV file with
//! the line of each row; [`dataset::Dataset`] a baseline directory as `docs/contract.md` defines it.

pub mod axes;
pub mod columns;
pub mod companions;
pub mod csv_table;
pub mod dataset;
mod dataset_read;
pub mod disk;
mod disk_reads;
pub mod files;
mod hash;
pub mod ids;
mod meant;
pub mod memory;
mod misspelt;
pub mod nearest;
mod pair;
mod plain_rows;
pub mod raw_text;
pub mod toml_text;
pub mod toml_value;

pub use axes::{Axes, Country, Sector, SectorKind};
pub use columns::{Column, Holds, MARK, MARKS, NOTE, Names, SOURCE, TableRule, column};
pub use csv_table::{Only, Row, Table, line_of};
pub use dataset::{Dataset, Meta, Valuation};
pub use disk_reads::{folder_read_below, forget_folders_read};
pub use files::{Files, ReadFile, write_embedded};
pub use hash::{Checksum, checksum, checksum_128, sha256, sha256_file};
pub use ids::{IDENTIFIER, LABEL, is_identifier, is_label, is_printable};
pub use meant::did_you_mean;
pub use nearest::nearest;
pub use pair::Pair;
pub use plain_rows::plain_rows;
pub use raw_text::{Held, RawText, ReadOptions, number_remedy};
pub use toml_text::{line_of_byte, line_of_key, toml_fault};
pub use toml_value::{TomlError, TomlText, from_toml};
