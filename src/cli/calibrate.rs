//! `tradepath calibrate`: outside data to a balanced baseline directory.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::calibration::Economy;
use crate::data::{Dataset, Files};
use crate::output::dir::Existing;
use crate::sources::policy::aggregate::Aggregation;
use crate::sources::{apac, policy};

/// Outside data that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Source {
    /// The default Asia-Pacific set, from the public tables named in data/apac/meta.toml.
    Apac,
    /// Policy tables (rates, barriers, memberships) for the default set: data/policy/tables.
    Policy,
}

/// Options of `tradepath calibrate`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tradepath calibrate --source apac --input ../shared --out data/apac --overwrite"
)]
pub struct CalibrateArgs {
    /// Kind of outside data.
    #[arg(long, value_enum)]
    source: Source,
    /// Folder that holds the outside data.
    #[arg(long, value_name = "DIR")]
    input: PathBuf,
    /// Baseline directory to write.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How tariff lines become the rate of a product group (source policy).
    #[arg(long, value_enum, default_value = "price")]
    aggregation: Aggregation,
    /// Replace a folder that is not empty.
    #[arg(long)]
    overwrite: bool,
}

/// Builds, writes, and reads back what was written.
///
/// # Errors
/// Where the outside data are missing or faulty, or the result is not a sound baseline.
pub fn run(args: &CalibrateArgs, quiet: bool) -> anyhow::Result<()> {
    let existing = if args.overwrite { Existing::Replace } else { Existing::Refuse };
    if args.source == Source::Policy {
        let axes = apac::concordance::Concordance::read()?.axes;
        return policy::write(&args.input, &axes, &args.out, existing, args.aggregation);
    }
    let built = apac::build(&args.input)?;
    built.write(&args.out, existing)?;
    let data = Dataset::read(&Files::directory(&args.out))?;
    Economy::from_dataset(&data)?;
    if !quiet {
        eprintln!(
            "{}: {} economies x {} sectors; adjustments.csv and targets.csv say what balancing moved",
            args.out.display(),
            data.n(),
            data.s()
        );
    }
    Ok(())
}
