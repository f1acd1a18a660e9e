//! `tradepath validate`: what is known beside what the program says.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::data_dir::DataDir;
use super::format::Format;
use super::validate_hindcasts;
use crate::data::Dataset;
use crate::output::dir::{Existing, OutputDir};
use crate::validation::{DataCheck, Flag, HindcastRow, Hindcasts, data_checks};

/// Rows of the answer.
const SHOWN: usize = 10;
/// Folder of the known figures.
const CHECKS: &str = "checks";

/// Options of `tradepath validate`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tradepath validate\n  tradepath validate --data mine --out outputs/checks\n\nReads checks/known.csv (figures) and checks/reasons.csv (why some differ) of the data folder, and hindcasts (known changes of trade: cases.csv says which). `calibrate --source checks` and `calibrate --source hindcasts` make them."
)]
pub struct ValidateArgs {
    #[command(flatten)]
    data: DataDir,
    /// Folder to write data_checks.csv, hindcasts.csv and hindcast_scores.csv to; without it the answer is all.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace a folder that is not empty.
    #[arg(long)]
    overwrite: bool,
    /// Form of the answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Compares the data set with known figures, and what the model says of known changes with what came.
///
/// # Errors
/// [`crate::error::InputErrors`] of the data and the known figures; a folder that cannot be written.
pub fn run(args: &ValidateArgs, quiet: bool) -> anyhow::Result<()> {
    let data = Dataset::read(&args.data.baseline()?)?;
    let (rows, notes) = data_checks(&args.data.files().folder(CHECKS), &data)?;
    let hindcasts = validate_hindcasts::make(&args.data, &data)?;
    if !quiet {
        notes.iter().chain(&hindcasts.notes).for_each(|note| eprintln!("{note}"));
    }
    if let Some(out) = &args.out {
        let existing = if args.overwrite { Existing::Replace } else { Existing::Refuse };
        let dir = OutputDir::create(out, existing)?;
        dir.write_rows(rows.iter().cloned())?;
        dir.write_rows(hindcasts.flows.iter().cloned().map(HindcastRow::rounded))?;
        dir.write_rows(hindcasts.scores.iter().cloned())?;
        dir.finish()?;
    }
    answer(args, &rows, &hindcasts);
    Ok(())
}

/// The rows that are farthest from what is known.
fn worst<'r>(rows: &'r [DataCheck<'static>]) -> Vec<&'r DataCheck<'static>> {
    let mut worst: Vec<&DataCheck<'_>> = rows.iter().collect();
    worst.sort_by(|a, b| b.distance().total_cmp(&a.distance()));
    worst.truncate(SHOWN);
    worst
}

fn answer(args: &ValidateArgs, rows: &[DataCheck<'static>], hindcasts: &Hindcasts) {
    let count = |flag: Flag| rows.iter().filter(|row| row.flag == flag.name()).count();
    let counts = [Flag::Ok, Flag::Explained, Flag::Outside].map(|flag| (flag.name(), count(flag)));
    match args.format {
        Format::Table => {
            let counts = counts.map(|(name, n)| format!("{n} {name}")).join(", ");
            println!("{} known figures: {counts}. The farthest:", rows.len());
            println!(
                "{:<17} {:<21} {:>10} {:>10} {:>6} {}",
                "statistic", "of", "known", "ours", "ratio", "flag"
            );
            worst(rows).into_iter().for_each(|row| println!("{}", line(row)));
            validate_hindcasts::lines(hindcasts).iter().for_each(|line| println!("{line}"));
            if let Some(out) = &args.out {
                println!("all in {}", out.display());
            }
        }
        Format::Csv => {
            println!("statistic,iso3,partner,sector,known,ours,ratio,flag");
            for row in worst(rows) {
                let of = [&row.statistic, &row.iso3, &row.partner, &row.sector].map(|text| text.as_ref());
                let [ours, ratio] =
                    [row.ours, row.ratio].map(|v| v.map_or_else(String::new, |v| format!("{v:?}")));
                println!("{},{:?},{ours},{ratio},{}", of.join(","), row.known, row.flag);
            }
        }
        Format::Json => {
            let rows: Vec<_> = worst(rows)
                .into_iter()
                .map(|row| {
                    json!({
                        "statistic": row.statistic, "iso3": row.iso3, "partner": row.partner, "sector": row.sector,
                        "known": row.known, "ours": row.ours, "ratio": row.ratio, "flag": row.flag,
                    })
                })
                .collect();
            let counts: serde_json::Map<_, _> =
                counts.iter().map(|(name, n)| ((*name).to_owned(), json!(n))).collect();
            println!(
                "{}",
                json!({
                    "counts": counts, "worst": rows, "hindcasts": validate_hindcasts::objects(hindcasts), "out": args.out,
                })
            );
        }
    }
}

fn line(row: &DataCheck<'_>) -> String {
    let parts = [&row.iso3, &row.partner, &row.sector].map(|text| text.as_ref());
    let of = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let of: String = if of.chars().count() > 21 { of.chars().take(20).chain(['…']).collect() } else { of };
    let number = |value: Option<f64>, decimals: usize| match value {
        Some(value) if value.abs() >= 1e5 => format!("{value:.0}"),
        Some(value) => format!("{value:.decimals$}"),
        None => String::new(),
    };
    let (known, ours, ratio) = (number(Some(row.known), 1), number(row.ours, 1), number(row.ratio, 2));
    format!("{:<17} {of:<21} {known:>10} {ours:>10} {ratio:>6} {}", row.statistic, row.flag)
}
