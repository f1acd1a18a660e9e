//! `tradepath tornado`: how far the headline moves with each assumption.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde_json::json;

use super::data_dir::DataDir;
use super::format::{Format, WIDTH, decimal};
use super::progress::Progress;
use super::{manifest, place};
use crate::ensemble::tornado::{Assumption, Swing, tornado};
use crate::ensemble::{Inputs, Plan};
use crate::output::dir::{MANIFEST, OutputDir};
use crate::output::rows as tables;
use crate::output::tornado::{TornadoRow, rows};
use crate::report;
use crate::report::axis::{decimals_for, signed};
use crate::report::charts::tornado::{Column, draw};
use crate::report::frame::Picture;
use crate::report::theme::styles_of;

/// Options of `tradepath tornado`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tradepath tornado --options cptpp_accession,tpp_return --out outputs/tornado\n\nEach assumption of tornado.csv goes to the low and to the high end of its range, one at a time, then every two of those that move most, and the reference paths of the last year are solved again. The ranges are data: a row names the table, the rows and the column that change."
)]
pub struct TornadoArgs {
    #[command(flatten)]
    data: DataDir,
    /// Options, separated by commas; default: those of the plan.
    #[arg(long, value_delimiter = ',')]
    options: Vec<String>,
    /// The year, in place of the last one of the plan.
    #[arg(long)]
    year: Option<i16>,
    /// How many of the assumptions that move most are also tried two at a time: 4 runs for each two.
    #[arg(long, value_name = "N", default_value_t = 3)]
    together: usize,
    /// Folder for tornado.csv and tornado.svg; without it the answer is printed and nothing is written.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Form of the answer on standard output.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Replace a folder that is not empty.
    #[arg(long)]
    overwrite: bool,
}

/// Runs the headline with each assumption at the ends of its range.
///
/// # Errors
/// [`crate::error::InputErrors`] of plan, data and ranges; a run that fails; a folder that cannot be written.
pub fn run(args: &TornadoArgs, quiet: bool) -> anyhow::Result<()> {
    let started = Instant::now();
    let (files, mut plan) = args.data.plan()?;
    plan.keep(&args.options);
    if let Some(year) = args.year {
        plan.years = [year, year];
        plan.bilateral_years.clear();
    }
    Inputs::check_changed(&files, &plan)?;
    let assumptions = Assumption::read(&files)?;
    let existing = place::existing(args.overwrite);
    let output = args.out.as_ref().map(|out| OutputDir::create(out, existing)).transpose()?;
    let progress = Progress::new(quiet);
    let swings = tornado(&files, &plan, &assumptions, args.together, &progress)?;
    progress.finish();
    let found = rows(&plan, &assumptions, &swings);
    let mut folder = None;
    if let Some(output) = output {
        report::write_picture(&output, "tornado", &picture(&plan, &assumptions, &swings)?)?;
        let info = json!({
            "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "tornado", "plan": plan.name,
            "options": plan.options, "year": plan.years[1], "assumptions": assumptions.len(), "inputs": manifest::read(&files),
        });
        output.write_text(MANIFEST, &manifest::text(&info))?;
        output.write_rows(found.clone())?;
        output.name_package("tornado");
        folder = Some(output.finish()?);
    }
    match args.format {
        Format::Table => print!("{}", table(&plan, &found)),
        Format::Csv => print!("{}", tables::text(found)),
        Format::Json => println!(
            "{:#}",
            json!({ "year": plan.years[1], "rows": found.iter().map(object).collect::<Vec<_>>() })
        ),
    }
    if let (Some(folder), Format::Table) = (folder, args.format) {
        println!("results: {} ({:.1} s)", folder.display(), started.elapsed().as_secs_f64());
    }
    Ok(())
}

fn object(row: &TornadoRow<'_>) -> serde_json::Value {
    json!({
        "assumption": row.assumption, "title": row.title, "option": row.option, "range": row.range,
        "central_pct": row.central_pct, "low_pct": row.low_pct, "high_pct": row.high_pct,
        "swing_pct": row.swing_pct, "source": row.source, "mark": row.mark,
    })
}

/// One line for each assumption: that of the option which it moves most.
fn table(plan: &Plan, rows: &[TornadoRow<'_>]) -> String {
    let mut out = format!(
        "Real income of {} in {} against {}, percent, reference path\n\n{:<34}{:<20}{:>8}{:>8}{:>8}\n",
        plan.focus,
        plan.years[1],
        plan.reference_option,
        "assumption (low to high)",
        "option moved most",
        "low",
        "now",
        "high"
    );
    for of_assumption in rows.chunk_by(|a, b| a.assumption == b.assumption) {
        let most = of_assumption.iter().max_by(|a, b| a.swing_pct.total_cmp(&b.swing_pct));
        let Some(row) = most else { continue };
        let title: String = row.title.chars().take(33).collect();
        let line = format!(
            "{title:<34}{:<20}{:>8}{:>8}{:>8}",
            row.option,
            decimal(row.low_pct, 3),
            decimal(row.central_pct, 3),
            decimal(row.high_pct, 3)
        );
        let _ = writeln!(out, "{}", line.chars().take(WIDTH).collect::<String>());
    }
    out
}

/// What moves the headline most, and how far.
fn finding(plan: &Plan, assumptions: &[Assumption], swings: &[Swing]) -> String {
    let width = |swing: &&Swing| (swing.ends_pct[1] - swing.ends_pct[0]).abs();
    let alone = swings.iter().filter(|swing| swing.with.is_none());
    let Some(most) = alone.max_by(|a, b| width(a).total_cmp(&width(b))) else {
        return format!("No assumption moves real income of {}", plan.focus);
    };
    let [low, high] = most.ends_pct.map(|end| signed(end, decimals_for(most.ends_pct)));
    format!(
        "Nothing moves the result more than \u{201c}{}\u{201d}: {low} to {high} % under {}",
        assumptions[most.assumption].title, plan.options[most.option]
    )
}

fn picture(plan: &Plan, assumptions: &[Assumption], swings: &[Swing]) -> anyhow::Result<Picture> {
    // Two together stand in the table only.
    let alone = || swings.iter().filter(|swing| swing.with.is_none());
    let order: Vec<usize> = alone()
        .collect::<Vec<_>>()
        .chunk_by(|a, b| a.assumption == b.assumption)
        .map(|of| of[0].assumption)
        .collect();
    let labels: Vec<String> = order.iter().map(|&at| assumptions[at].title.clone()).collect();
    let styles = styles_of(&plan.options, &plan.reference_option);
    let of_option = |option: usize| {
        let ends = alone().filter(|swing| swing.option == option);
        let central = ends.clone().next()?.central_pct;
        let (title, style) = (plan.options[option].clone(), styles[option]);
        Some(Column { title, style, central, ends: ends.map(|swing| swing.ends_pct).collect() })
    };
    let columns: Vec<Column> = (0..plan.options.len()).filter_map(of_option).collect();
    let subtitle = format!(
        "Real income of {}, percent, {}, if it happens, against {}; each column has its own scale",
        plan.focus, plan.years[1], plan.reference_option
    );
    let title = finding(plan, assumptions, swings);
    Ok(draw(&title, &subtitle, &labels, &columns)?)
}
