//! `tradepath check`: every fault of an input, one a line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::calibration::Economy;
use crate::data::{Dataset, Files};
use crate::error::{Fault, InputErrors};

/// How faults are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One line a fault on standard error.
    Text,
    /// A list on standard output.
    Json,
}

/// Options of `tradepath check`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tradepath check data/tiny")]
pub struct CheckArgs {
    /// Baseline directory.
    path: PathBuf,
    /// How to print the faults.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Checks and prints; exit code 2 where there is a fault.
///
/// # Errors
/// None of its own.
pub fn run(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let checked = Dataset::read(&Files::directory(&args.path)).and_then(|data| Economy::from_dataset(&data));
    let faults = checked.err().map_or_else(Vec::new, |InputErrors(faults)| faults);
    match args.format {
        Format::Json => println!("{:#}", faults.iter().map(as_json).collect::<serde_json::Value>()),
        Format::Text if faults.is_empty() => println!("ok"),
        Format::Text => faults.iter().for_each(|fault| eprintln!("{fault}")),
    }
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn as_json(fault: &Fault) -> serde_json::Value {
    json!({
        "file": fault.file, "line": fault.line, "field": fault.field, "found": fault.found,
        "expected": fault.expected, "remedy": fault.remedy,
    })
}
