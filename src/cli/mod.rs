//! Parses the command line, calls the layers, shows progress, maps failures to exit codes.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::parser::ArgMatches;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

/// Prints a line of the answer. The macros of the standard library, which these shadow in all commands, panic where
/// the reader has gone or the disk is full; [`terminal`] keeps that for the exit code.
macro_rules! println {
    ($($text:tt)*) => { $crate::cli::terminal::answer(&format!("{}\n", format_args!($($text)*))) };
}
/// Prints a part of the answer.
macro_rules! print {
    ($($text:tt)*) => { $crate::cli::terminal::answer(&format!($($text)*)) };
}
/// Prints a line of a notice.
macro_rules! eprintln {
    ($($text:tt)*) => { $crate::cli::terminal::notice(&format!("{}\n", format_args!($($text)*))) };
}

use crate::error::Faults;
use crate::output;

mod answer;
mod apart;
mod arguments;
mod barriers;
mod calibrate;
pub mod call;
mod changes;
mod check;
mod compare;
mod compare_answer;
mod completions;
mod data_dir;
mod dynamics;
mod environment;
mod estimate;
mod estimate_arguments;
mod estimate_fit;
mod exit;
mod explain;
mod export;
mod format;
mod given;
mod init;
mod join_draws;
mod line_rates;
mod lost_tables;
mod manifest;
mod no_effect;
mod optimal;
mod optimal_answer;
mod optimal_frontier;
mod optimal_tables;
mod parts;
mod place;
mod progress;
mod reduce;
mod report;
mod run;
mod run_answer;
mod run_manifest;
mod run_resume;
mod sampling;
mod schedule;
mod schedule_answer;
mod shard;
mod signals;
mod solve;
mod solve_answer;
mod terminal;
mod timeline;
mod timeline_answer;
mod timeline_fit;
mod timeline_fit_record;
mod timeline_gains;
mod timeline_lanes;
mod timings;
mod tornado;
mod until_se;
mod usage;
mod validate;
mod validate_answer;
mod validate_checks;
mod validate_hindcasts;
mod validate_more;
mod validate_studies;
mod variance;
mod verify;
mod warnings;

/// Discrete-event trade-flow and tariff model: what each way back into Asia-Pacific trade rules would do.
///
/// Exit codes: 0 success; 1 the run failed, and trying again can help (disk full, folder in use, no permission); 2 wrong
/// usage or bad input: trying again cannot help.
#[derive(Debug, Parser)]
#[command(name = "tradepath", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// No progress and no summary on standard error.
    #[arg(long, global = true)]
    quiet: bool,
    /// Form of progress, notices and errors on standard error: text, or for schedulers one JSON object a line.
    #[arg(long, global = true, value_enum, value_name = "FORM", default_value = "text")]
    log: Log,
    /// Threads to use; 0 = all cores. Results do not depend on it.
    #[arg(long, global = true, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=MOST_THREADS))]
    threads: u16,
    /// Significant digits of the numbers in the files; 17 writes each so that it reads back as the same number.
    /// `estimate` always writes 12.
    #[arg(long, global = true, value_name = "N", default_value_t = output::rows::DEFAULT_DIGITS, value_parser = clap::value_parser!(u8).range(1..=i64::from(output::rows::ALL_DIGITS)))]
    digits: u8,
}

/// Form of what goes to standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Log {
    /// Lines for people.
    Text,
    /// One object a line.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The main job: every option of a plan over the years, with its event draws, tables, charts and report.
    Run(run::RunArgs),
    /// One comparative-static counterfactual on any baseline directory.
    Solve(solve::SolveArgs),
    /// The tariffs that maximise one country's real income, with their first-order conditions.
    Optimal(optimal::OptimalArgs),
    /// Tariffs of several countries each of which is the best response to the others'.
    Nash(optimal::NashArgs),
    /// Outside data to a balanced baseline directory, with a report of every adjustment.
    Calibrate(calibrate::CalibrateArgs),
    /// The tariffs of an option alone: rates by year and product group, or why one rate is what it is.
    Schedule(schedule::ScheduleArgs),
    /// Joins the parts of a run that was split with --shard.
    Reduce(reduce::ReduceArgs),
    /// Writes the embedded plan, options, schedules and data to a folder, to be edited.
    Init(init::InitArgs),
    /// Two runs side by side; exit code 1 where they differ beyond --tolerance.
    Compare(compare::CompareArgs),
    /// Gravity by PPML with absorbed effects: coefficients, covariance, separated rows.
    Estimate(Box<estimate_arguments::EstimateArgs>),
    /// The events of an option alone: event log, memberships and the distribution of milestone dates.
    Timeline(timeline::TimelineArgs),
    /// What is known beside what the data set says: GDP, flows, balances, duties, shares.
    Validate(validate::ValidateArgs),
    /// How far the headline moves with each assumption at the ends of its range, one at a time.
    Tornado(tornado::TornadoArgs),
    /// How much of the spread of the headline comes from events and from each group of parameters.
    Variance(variance::VarianceArgs),
    /// Charts and the HTML report from the CSV files of a finished run.
    Report(report::ReportArgs),
    /// Validates a baseline directory and lists every fault, not only the first.
    Check(check::CheckArgs),
    /// The tables of a finished result as Parquet, or in the long form of the IAMC.
    Export(export::ExportArgs),
    /// A script that completes commands and options in a shell.
    Completions(completions::CompletionsArgs),
}

/// Most threads that can be asked for: more than this is a slip, and takes the machine's memory for stacks.
const MOST_THREADS: i64 = 1024;

/// Runs the program and returns its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let mut program = environment::named(Cli::command());
    let matches = program.try_get_matches_from_mut(std::env::args_os());
    let matches = matches.unwrap_or_else(|error| usage::end(&error));
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| usage::end(&error));
    if let Some((_, arguments)) = matches.subcommand() {
        output::dir::protect(inputs(arguments));
    }
    let result = prepare(&cli).and_then(|()| execute(&cli, &matches, &program));
    let result = result.and_then(|code| terminal::outcome().map(|()| code));
    result.unwrap_or_else(|error| {
        let code = exit::code(&error);
        terminal::failure(&error, code);
        ExitCode::from(code)
    })
}

fn prepare(cli: &Cli) -> anyhow::Result<()> {
    if cli.log == Log::Json {
        terminal::log_json();
    }
    signals::watch()?;
    output::rows::set_digits(cli.digits);
    Ok(rayon::ThreadPoolBuilder::new().num_threads(cli.threads.into()).build_global()?)
}

/// Every file and folder that the command line names as an input.
fn inputs(arguments: &ArgMatches) -> Vec<PathBuf> {
    let of = |id: &str| -> Vec<PathBuf> {
        let paths = arguments.try_get_many::<PathBuf>(id).ok().flatten();
        let texts = arguments.try_get_many::<String>(id).ok().flatten();
        // `given:FILE` names a file inside a text.
        let inner = texts.into_iter().flatten().filter_map(|text| Some(text.split_once(':')?.1.into()));
        paths.into_iter().flatten().cloned().chain(inner).collect()
    };
    let ids = arguments.ids().map(clap::Id::as_str).filter(|id| !given::OUTPUTS.contains(id));
    ids.flat_map(of).collect()
}

fn execute(cli: &Cli, matches: &ArgMatches, program: &clap::Command) -> anyhow::Result<ExitCode> {
    let mut faults = Faults::new();
    faults.keep(no_effect::check(program, matches));
    faults.keep(given::check(program, matches));
    faults.into_result(())?;
    match &cli.command {
        Command::Run(args) => run::run(args, cli.quiet)?,
        Command::Solve(args) => solve::run(args, cli.quiet)?,
        Command::Optimal(args) => optimal::run_optimal(args, cli.quiet)?,
        Command::Nash(args) => optimal::run_nash(args, cli.quiet)?,
        Command::Calibrate(args) => calibrate::run(args, cli.quiet)?,
        Command::Estimate(args) => estimate::run(args, cli.quiet)?,
        Command::Timeline(args) => timeline::run(args, cli.quiet)?,
        Command::Schedule(args) => schedule::run(args)?,
        Command::Reduce(args) => reduce::run(args, cli.quiet)?,
        Command::Init(args) => init::run(args)?,
        Command::Validate(args) => validate::run(args, cli.quiet)?,
        Command::Tornado(args) => tornado::run(args, cli.quiet)?,
        Command::Variance(args) => variance::run(args, cli.quiet)?,
        Command::Report(args) => report::run(args, cli.quiet)?,
        Command::Compare(args) => return compare::run(args),
        Command::Check(args) => return check::run(args),
        Command::Export(args) => export::run(args)?,
        Command::Completions(args) => completions::run(args, environment::named(Cli::command())),
    }
    Ok(ExitCode::SUCCESS)
}
