//! `tradepath validate`: what is known beside what the program says.

use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::data_dir::DataDir;
use super::format::Format;
use super::progress::Progress;
use super::validate_answer::Answer;
use super::{
    manifest, no_effect, place, validate_checks, validate_hindcasts, validate_more, validate_studies,
};
use crate::data::Dataset;
use crate::error::InputErrors;
use crate::output::dir::{MANIFEST, OutputDir};
use crate::validation::delay::delay;

/// A part of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ValidationPart {
    /// Known figures beside those of the data set.
    Checks,
    /// Published studies beside our numbers, with the bridge between them and the signs they found.
    Studies,
    /// What the model says of known changes of trade, scored.
    Hindcasts,
    /// What it costs to begin an option five years later.
    Delay,
    /// What countries would lose without trade, in closed forms beside published ones.
    Autarky,
}

impl ValidationPart {
    const ALL: [Self; 5] = [Self::Studies, Self::Checks, Self::Hindcasts, Self::Delay, Self::Autarky];

    /// The word of the command line.
    fn word(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// Options of `tradepath validate`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tradepath validate\n  tradepath validate --only checks\n  tradepath validate --data mine --out outputs/validation\n\nReads the folders checks (known figures and why some differ) and validation (published studies, their settings and options) and hindcasts (known changes of trade: cases.csv says which) of the data folder. `calibrate --source checks` and `calibrate --source hindcasts` make the first and the last. Published studies take some minutes."
)]
pub struct ValidateArgs {
    #[command(flatten)]
    data: DataDir,
    /// Parts, separated by commas; default: all.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<ValidationPart>,
    /// Another data set for the losses without trade (autarky), such as one of `calibrate --source wiod2016`; with economies
    /// of scale if it holds scale.csv.
    #[arg(long, value_name = "DIR")]
    baseline: Option<PathBuf>,
    /// Folder for the tables and the chart; without it the answer is all.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace a folder that is not empty.
    #[arg(long)]
    overwrite: bool,
    /// Form of the answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl ValidateArgs {
    fn has(&self, part: ValidationPart) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    /// Another data set is read for the losses without trade alone.
    fn refuse_unread_baseline(&self) -> Result<(), InputErrors> {
        if self.baseline.is_none() || self.has(ValidationPart::Autarky) {
            return Ok(());
        }
        let words: Vec<String> = self.only.iter().map(|part| part.word()).collect();
        let found = format!("given with --only {}", words.join(","));
        let remedy = "Add autarky to --only, which reads it, or leave --baseline out.";
        Err(no_effect::fault("--baseline", &found, remedy).into())
    }
}

/// Puts what is known beside what the program says.
///
/// # Errors
/// [`crate::error::InputErrors`] of plan, data and known figures; a state without equilibrium; a folder that cannot be
/// written.
pub fn run(args: &ValidateArgs, quiet: bool) -> anyhow::Result<()> {
    let started = Instant::now();
    args.refuse_unread_baseline()?;
    let (files, plan) = args.data.plan()?;
    let existing = place::existing(args.overwrite);
    let output = args.out.as_ref().map(|out| OutputDir::create(out, existing)).transpose()?;
    let progress = Progress::new(quiet);
    let mut answers = Vec::new();
    for part in ValidationPart::ALL.iter().filter(|part| args.has(**part)) {
        match part {
            ValidationPart::Checks => {
                let rows = validate_checks::run(&files, &files.folder(&plan.baseline), quiet)?;
                output.iter().try_for_each(|output| validate_checks::write(&rows, output))?;
                answers.push(validate_checks::answer(&rows));
            }
            ValidationPart::Studies => {
                let found = crate::validation::studies::studies(&files, &plan, &progress)?;
                if let Some(output) = &output {
                    let axes = Dataset::read(&files.folder(&plan.baseline))?.axes;
                    validate_studies::write(&found, &plan, &axes, output)?;
                }
                answers.push(validate_studies::answer(&found, &plan));
            }
            ValidationPart::Hindcasts => {
                let data = Dataset::read(&files.folder(&plan.baseline))?;
                let found = validate_hindcasts::make(&args.data, &data)?;
                if !quiet {
                    found.notes.iter().for_each(|note| eprintln!("{note}"));
                }
                output.iter().try_for_each(|output| validate_hindcasts::write(&found, output))?;
                answers.push(validate_hindcasts::answer(&found));
            }
            ValidationPart::Delay => {
                let rows = delay(&files, &plan, &progress)?;
                output.iter().try_for_each(|output| output.write_rows(rows.iter().cloned()))?;
                answers.push(validate_more::delay(&rows, &plan));
            }
            ValidationPart::Autarky => {
                let rows = validate_more::losses(&files, &plan, args.baseline.as_deref())?;
                output.iter().try_for_each(|output| output.write_rows(rows.iter().cloned()))?;
                answers.push(validate_more::autarky(&rows, args.baseline.is_some()));
            }
        }
    }
    progress.finish();
    let mut folder = None;
    if let Some(output) = &output {
        let info = json!({
            "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "validate", "plan": plan.name,
            "inputs": manifest::read(&files),
            "parts": answers.iter().map(|answer| answer.name).collect::<Vec<_>>(),
        });
        output.write_text(MANIFEST, &manifest::text(&info))?;
        output.name_package("validation");
        folder = args.out.clone();
    }
    if let Some(output) = output {
        output.finish()?;
    }
    print(args.format, &answers);
    if let (Some(folder), Format::Table) = (folder, args.format) {
        println!("results: {} ({:.1} s)", folder.display(), started.elapsed().as_secs_f64());
    }
    Ok(())
}

fn print(format: Format, answers: &[Answer]) {
    match format {
        Format::Table => {
            answers.iter().flat_map(|answer| &answer.head).for_each(|line| println!("{line}"));
            answers.iter().for_each(|answer| print!("\n{}", answer.table));
        }
        Format::Csv => answers.iter().for_each(|answer| print!("{}", answer.csv)),
        Format::Json => {
            let all: serde_json::Map<String, Value> =
                answers.iter().map(|answer| (answer.name.to_owned(), answer.json.clone())).collect();
            println!("{:#}", Value::Object(all));
        }
    }
}
