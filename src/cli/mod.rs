//! Parses the command line, calls the layers, shows progress, maps failures to exit codes.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod calibrate;
mod changes;
mod check;
mod compare;
mod data_dir;
mod estimate;
mod explain;
mod init;
mod line_rates;
mod manifest;
mod optimal;
mod progress;
mod reduce;
mod report;
mod run;
mod run_tables;
mod schedule;
mod solve;
mod store;
mod summary;
mod timeline;
mod timeline_fit;
mod timeline_lanes;

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
    Estimate(Box<estimate::EstimateArgs>),
    /// The events of an option alone: event log, memberships and the distribution of milestone dates.
    Timeline(timeline::TimelineArgs),
    /// Charts and the HTML report from the CSV files of a finished run.
    Report(report::ReportArgs),
    /// Validates a baseline directory and lists every fault, not only the first.
    Check(check::CheckArgs),
}

/// Runs the program and answers its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(cli.threads).build_global();
    let result = pool.map_err(anyhow::Error::from).and_then(|()| match &cli.command {
        Command::Run(args) => run::run(args, cli.quiet).map(|()| ExitCode::SUCCESS),
        Command::Solve(args) => solve::run(args).map(|()| ExitCode::SUCCESS),
        Command::Optimal(args) => optimal::run_optimal(args).map(|()| ExitCode::SUCCESS),
        Command::Nash(args) => optimal::run_nash(args).map(|()| ExitCode::SUCCESS),
        Command::Calibrate(args) => calibrate::run(args, cli.quiet).map(|()| ExitCode::SUCCESS),
        Command::Estimate(args) => estimate::run(args, cli.quiet).map(|()| ExitCode::SUCCESS),
        Command::Timeline(args) => timeline::run(args).map(|()| ExitCode::SUCCESS),
        Command::Schedule(args) => schedule::run(args).map(|()| ExitCode::SUCCESS),
        Command::Reduce(args) => reduce::run(args).map(|()| ExitCode::SUCCESS),
        Command::Init(args) => init::run(args, cli.quiet).map(|()| ExitCode::SUCCESS),
        Command::Compare(args) => compare::run(args),
        Command::Report(args) => report::run(args, cli.quiet).map(|()| ExitCode::SUCCESS),
        Command::Check(args) => check::run(args),
    });
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if solve::is_input_error(&error) || estimate::is_input_error(&error) {
                2
            } else {
                1
            })
        }
    }
}
