//! `tradepath estimate`: gravity by PPML with absorbed effects.

use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use super::estimate_arguments::{EstimateArgs, FormatArg};
use super::estimate_fit::{describe, warnings};
use super::{manifest, place};
use crate::data::memory;
use crate::estimation::design::{Specification, read_panel};
use crate::estimation::panel::{PanelFile, PanelOptions};
use crate::estimation::{Coefficient, Estimates, EstimationError, estimate};
use crate::output::dir::OutputDir;
use crate::output::estimate::models;
use crate::output::estimate::regression_table::{Model, RegressionTable};
use crate::output::{estimate as tables, rows};

/// A fault of the formula against the columns or rows of a panel names the panel too.
fn of_panel(error: EstimationError, panel: &Path) -> anyhow::Error {
    match error {
        EstimationError::Formula(_)
        | EstimationError::Formulas(_)
        | EstimationError::NothingToEstimate(_) => {
            anyhow::Error::from(error).context(panel.display().to_string())
        }
        _ => error.into(),
    }
}

/// Estimates, writes the tables of `output::estimate`, `fit.json` and `datapackage.json`, and prints the models side by
/// side.
///
/// # Errors
/// [`EstimationError`], or where the folder cannot be written.
pub fn run(args: &EstimateArgs, is_quiet: bool) -> anyhow::Result<()> {
    memory::allow(args.max_memory);
    let specs = args.specifications()?;
    let options = PanelOptions { delimiter: args.delimiter, missing: args.missing.clone() };
    let mut output = None;
    let (mut found, mut fits) = (Vec::new(), Vec::new());
    for (at, spec) in specs.iter().enumerate() {
        let started = Instant::now();
        let file = PanelFile::open_with(&args.panel, &options).map_err(EstimationError::from)?;
        let panel = read_panel(&file, spec).map_err(|error| of_panel(error, &args.panel))?;
        drop(file);
        if let (0, Some(out)) = (at, &args.out) {
            output = Some(OutputDir::create(out, place::existing(args.overwrite))?);
        }
        let seconds_reading = started.elapsed().as_secs_f64();
        let one = estimate(&panel, spec, &args.options()).map_err(|error| of_panel(error, &args.panel))?;
        let seconds = (seconds_reading, started.elapsed().as_secs_f64() - seconds_reading);
        if !is_quiet {
            let of = if specs.len() > 1 { format!("model {}: ", at + 1) } else { String::new() };
            warnings(&one).iter().for_each(|warning| eprintln!("warning: {of}{warning}"));
        }
        fits.push(describe((args, &args.formula[at]), &panel, &one, seconds));
        found.push(one);
    }
    let printed = answer(args, (&specs, &found), &fits);
    if let Some(output) = output {
        write(args, output, (&found, fits, &printed))?;
    }
    print!("{printed}");
    if let (FormatArg::Table, Some(out)) = (args.format, &args.out) {
        println!("results: {}", out.display());
    }
    Ok(())
}

/// The answer in the form asked for.
fn answer(args: &EstimateArgs, (specs, found): (&[Specification], &[Estimates]), fits: &[Value]) -> String {
    let method = args.options().method;
    let table = || {
        let pairs = specs.iter().zip(found);
        let models = pairs.map(|(spec, estimates)| Model { formula: &spec.formula, method, estimates });
        RegressionTable::new(&models.collect::<Vec<_>>())
    };
    match (args.format, found) {
        (FormatArg::Table, _) => table().text(),
        (FormatArg::Latex, _) => table().latex(),
        (FormatArg::Markdown, _) => table().markdown(),
        (FormatArg::Csv, [one]) => rows::text(tables::coefficients(one)),
        (FormatArg::Csv, _) => rows::text(models::coefficients(found)),
        (FormatArg::Json, _) => {
            manifest::text(&joined(fits.iter().zip(found).map(with_coefficients).collect()))
        }
    }
}

/// `fit.json` of one model with its coefficients.
fn with_coefficients((fit, estimates): (&Value, &Estimates)) -> Value {
    let one = |row: &Coefficient<'_>| {
        json!({
            "term": row.term, "estimate": row.estimate, "std_error": row.std_error, "z": row.z,
            "p_value": row.p_value, "ci_low": row.interval[0], "ci_high": row.interval[1],
        })
    };
    let mut fit = fit.clone();
    fit["coefficients"] = estimates.coefficients().iter().map(one).collect();
    fit
}

/// What is said of one model as it is, of several as a list.
fn joined(mut fits: Vec<Value>) -> Value {
    match fits.len() {
        1 => fits.remove(0),
        _ => json!({
            "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "estimate", "models": fits,
        }),
    }
}

fn write(
    args: &EstimateArgs,
    output: OutputDir,
    (found, fits, printed): (&[Estimates], Vec<Value>, &str),
) -> anyhow::Result<()> {
    write_tables(found, &output)?;
    output.write_text("fit.json", &manifest::text(&joined(fits)))?;
    match args.format {
        FormatArg::Latex => output.write_text("table.tex", printed)?,
        FormatArg::Markdown => output.write_text("table.md", printed)?,
        _ => {}
    }
    output.finish()?;
    Ok(())
}

/// The tables: of one model without the column `model`.
fn write_tables(found: &[Estimates], output: &OutputDir) -> anyhow::Result<()> {
    if let [one] = found {
        output.write_rows(tables::coefficients(one))?;
        output.write_rows(tables::covariance(one))?;
        output.write_rows(tables::fixed_effects(one))?;
        output.write_rows(tables::separated(one))?;
        output.write_rows(tables::dropped(one))?;
        return Ok(output.write_rows(tables::collinear(one))?);
    }
    output.write_rows(models::coefficients(found))?;
    output.write_rows(models::covariance(found))?;
    output.write_rows(models::fixed_effects(found))?;
    output.write_rows(models::separated(found))?;
    output.write_rows(models::dropped(found))?;
    Ok(output.write_rows(models::collinear(found))?)
}
