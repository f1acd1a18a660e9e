//! `tradepath variance`: how much of the spread of the headline comes from events and from each group of parameters.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde_json::json;

use super::data_dir::DataDir;
use super::format::{Format, WIDTH, decimal};
use super::progress::Progress;
use super::{arguments, manifest, place};
use crate::data::Files;
use crate::ensemble::quadrature::{Rule, over_parameters};
use crate::ensemble::variance::spreads;
use crate::ensemble::{Inputs, RunFrame};
use crate::output::dir::{MANIFEST, OutputDir};
use crate::output::quadrature::{self, QuadratureRow};
use crate::output::rows::{self as tables, TableRow};
use crate::output::variance::{VarianceRow, rows};

/// Options of `tradepath variance`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tradepath variance --options cptpp_accession --points 100 --out outputs/variance\n  tradepath variance --quadrature\n\nTwo samples of N draws are solved, and for each group the first sample with that group from the second: 10 N draws. The first-order index is the share of the variance that knowing a group would take away, the total index what would be left if all other groups were known; their errors fall with the root of N."
)]
pub struct VarianceArgs {
    #[command(flatten)]
    data: DataDir,
    /// Points of each of the two samples; 10 draws are solved for each.
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u64).range(3..1_000_000))]
    points: u64,
    /// The parameters alone, on the reference paths of the options: mean and standard deviation from two points for each
    /// parameter, by a rule of degree 3.
    #[arg(long, conflicts_with = "points")]
    quadrature: bool,
    /// Options, separated by commas; default: those of the plan.
    #[arg(long, value_delimiter = ',')]
    options: Vec<String>,
    /// First and last year, such as 2021..2030; the spread is that of the last.
    #[arg(long, value_name = "A..B", value_parser = arguments::years)]
    years: Option<[i16; 2]>,
    /// Seed of all random streams, in place of the plan's.
    #[arg(long)]
    seed: Option<u64>,
    /// Folder for variance.csv; without it the answer is printed and nothing is written.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Form of the answer on standard output.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Replace a folder that is not empty.
    #[arg(long)]
    overwrite: bool,
}

/// Solves the design and takes the variance apart.
///
/// # Errors
/// [`crate::error::InputErrors`] of plan and data; a run that fails; a folder that cannot be written.
pub fn run(args: &VarianceArgs, quiet: bool) -> anyhow::Result<()> {
    let started = Instant::now();
    let (files, mut plan) = args.data.plan()?;
    plan.keep(&args.options);
    plan.years = args.years.unwrap_or(plan.years);
    plan.seed = args.seed.unwrap_or(plan.seed);
    plan.event_draws = 1;
    plan.bilateral_years = vec![plan.years[1]];
    Inputs::check_changed(&files, &plan)?;
    let existing = place::existing(args.overwrite);
    let output = args.out.as_ref().map(|out| OutputDir::create(out, existing)).transpose()?;
    let progress = Progress::new(quiet);
    if args.quadrature {
        let (frame, found, points) = over_parameters(&files, plan, Rule::Quadrature, &progress)?;
        progress.finish();
        let found = quadrature::rows(&frame, &found, points);
        let folder = write(output, (&frame, &files), points as u64, found.clone())?;
        print!("{}", text_of_quadrature(args.format, &frame.plan.focus, found));
        return say_where(folder, args.format, started);
    }
    let (frame, found) = spreads(&files, plan, args.points, &progress)?;
    progress.finish();
    let found = rows(&frame, &found, args.points);
    let folder = write(output, (&frame, &files), args.points, found.clone())?;
    match args.format {
        Format::Table => print!("{}", table(&frame.plan.focus, &found)),
        Format::Csv => print!("{}", tables::text(found)),
        Format::Json => {
            println!("{:#}", json!({ "rows": found.iter().map(object).collect::<Vec<_>>() }));
        }
    }
    say_where(folder, args.format, started)
}

/// Writes the folder of the results, where there is one; returns its name.
fn write<'a, R: TableRow<'a>>(
    output: Option<OutputDir>,
    (frame, files): (&RunFrame, &Files),
    points: u64,
    rows: Vec<R>,
) -> anyhow::Result<Option<PathBuf>> {
    let Some(output) = output else { return Ok(None) };
    let info = json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "variance",
        "plan": frame.plan.name, "options": frame.plan.options, "years": frame.plan.years,
        "seed": frame.plan.seed, "points": points,
        "inputs": manifest::read(files),
    });
    output.write_text(MANIFEST, &manifest::text(&info))?;
    output.write_rows(rows)?;
    output.name_package("variance");
    Ok(Some(output.finish()?))
}

fn say_where(folder: Option<PathBuf>, format: Format, started: Instant) -> anyhow::Result<()> {
    if let (Some(folder), Format::Table) = (folder, format) {
        println!("results: {} ({:.1} s)", folder.display(), started.elapsed().as_secs_f64());
    }
    Ok(())
}

/// The answer of `--quadrature`: the focus country in the table, all rows in the other forms.
fn text_of_quadrature(format: Format, focus: &str, rows: Vec<QuadratureRow<'_>>) -> String {
    let object = |row: &QuadratureRow<'_>| {
        json!({
            "option": row.option, "iso3": row.iso3, "year": row.year, "mean_pct": row.mean_pct,
            "sd_pp": row.sd_pp, "central_pct": row.central_pct, "points": row.points,
        })
    };
    match format {
        Format::Csv => tables::text(rows),
        Format::Json => format!("{:#}\n", json!({ "rows": rows.iter().map(object).collect::<Vec<_>>() })),
        Format::Table => {
            let mut out = format!(
                "Real income of {focus} in the last year of the reference path, percent: over the parameters\n\n{:<24}{:>12}{:>12}{:>12}\n",
                "option", "central", "mean", "sd"
            );
            for row in rows.iter().filter(|row| *row.iso3 == *focus) {
                let numbers = [row.central_pct, row.mean_pct, row.sd_pp]
                    .map(|number| format!("{:>12}", decimal(number, 4)));
                let _ = writeln!(out, "{:<24}{}", row.option, numbers.concat());
            }
            out
        }
    }
}

fn object(row: &VarianceRow<'_>) -> serde_json::Value {
    json!({
        "option": row.option, "iso3": row.iso3, "year": row.year, "group": row.group,
        "first_order": row.first_order, "first_order_se": row.first_order_se,
        "total": row.total, "total_se": row.total_se,
        "mean_pct": row.mean_pct, "sd_pp": row.sd_pp, "points": row.points,
    })
}

/// The focus country: one line for each option and group.
fn table(focus: &str, rows: &[VarianceRow<'_>]) -> String {
    let mut out = format!(
        "Real income of {focus} in the last year: shares of its variance (standard error)\n\n{:<24}{:<15}{:>15}{:>15}\n",
        "option", "group", "first order", "total"
    );
    let share = |value: Option<f64>, se: Option<f64>| match (value, se) {
        (Some(value), Some(se)) => format!("{} ({})", decimal(value, 2), decimal(se, 2)),
        _ => "none".to_owned(),
    };
    for row in rows.iter().filter(|row| *row.iso3 == *focus) {
        let (first, total) = (share(row.first_order, row.first_order_se), share(row.total, row.total_se));
        let line = format!("{:<24}{:<15}{first:>15}{total:>15}", row.option, row.group);
        let _ = writeln!(out, "{}", line.chars().take(WIDTH).collect::<String>());
    }
    out
}
