//! Parses the command line, calls the layers, shows progress, maps failures to exit codes.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod calibrate;
mod check;
mod manifest;
mod optimal;
mod solve;
mod timeline;

/// Discrete-event trade-flow and tariff model: what each way back into Asia-Pacific trade rules would do.
///
/// Exit codes: 0 success, 1 the run failed, 2 wrong usage or bad input.
#[derive(Debug, Parser)]
#[command(name = "tradepath", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// No progress and no summary on standard error.
    #[arg(long, global = true)]
    quiet: bool,
    /// Threads to use; 0 = all cores. Results do not depend on it.
    #[arg(long, global = true, value_name = "N", default_value_t = 0)]
    threads: usize,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// One comparative-static counterfactual on any baseline directory.
    Solve(solve::SolveArgs),
    /// The tariffs that maximise one country's real income, with their first-order conditions.
    Optimal(optimal::OptimalArgs),
    /// Tariffs of several countries each of which is the best response to the others'.
    Nash(optimal::NashArgs),
    /// Outside data to a balanced baseline directory, with a report of every adjustment.
    Calibrate(calibrate::CalibrateArgs),
    /// The events of an option alone: event log, memberships and the distribution of milestone dates.
    Timeline(timeline::TimelineArgs),
    /// Validates a baseline directory and lists every fault, not only the first.
    Check(check::CheckArgs),
}

/// Runs the program and answers its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(cli.threads).build_global();
    let result = pool.map_err(anyhow::Error::from).and_then(|()| match &cli.command {
        Command::Solve(args) => solve::run(args).map(|()| ExitCode::SUCCESS),
        Command::Optimal(args) => optimal::run_optimal(args).map(|()| ExitCode::SUCCESS),
        Command::Nash(args) => optimal::run_nash(args).map(|()| ExitCode::SUCCESS),
        Command::Calibrate(args) => calibrate::run(args, cli.quiet).map(|()| ExitCode::SUCCESS),
        Command::Timeline(args) => timeline::run(args).map(|()| ExitCode::SUCCESS),
        Command::Check(args) => check::run(args),
    });
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if solve::is_input_error(&error) { 2 } else { 1 })
        }
    }
}
