//! `tradepath optimal` and `tradepath nash`: the tariffs that countries would choose.

use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::arguments::{unknown, wrong_fault};
use super::changes::{ChangeFiles, Changes};
use super::data_dir::DataDir;
use super::optimal_frontier::Path;
use super::optimal_tables::{country_rows, tariff_rows};
use super::place::Place;
use super::progress::Progress;
use super::{manifest, optimal_answer};
use crate::data::{Dataset, Files};
use crate::economy::Economy;
use crate::ensemble::Watch;
use crate::equilibrium::optimal::{FIRST_ORDER_TOLERANCE, TariffSearch, Vary};
use crate::equilibrium::{Closure, PreparedBaseline, Shock};
use crate::error::Faults;
use crate::output::dir::MANIFEST;
use crate::output::lookup;
use crate::report;
use crate::report::charts::frontier::draw;

/// Which tariffs of a country move together.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum VaryArg {
    /// One rate for all imports of goods.
    Uniform,
    /// One rate a sector.
    Sector,
    /// One rate a partner.
    Partner,
    /// A rate for every partner and sector.
    Cell,
}

/// Options that both commands share.
#[derive(Debug, Args)]
struct GameArgs {
    /// Baseline directory; default: the one that the plan of --data names, else the embedded data set.
    #[arg(conflicts_with = "data", long, value_name = "DIR")]
    baseline: Option<PathBuf>,
    #[command(flatten)]
    data: DataDir,
    /// Which tariffs of a country move together.
    #[arg(long, value_enum, default_value = "cell")]
    vary: VaryArg,
    /// Allow tariffs below zero.
    #[arg(long)]
    allow_subsidies: bool,
    /// How deficits behave: fixed, zero, gdp_share or given:FILE (country,deficit_musd).
    #[arg(long, default_value = "fixed")]
    deficits: String,
    #[command(flatten)]
    place: Place,
}

/// Options of `tradepath optimal`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tradepath optimal --country USA --vary sector\n  tradepath optimal --country USA --vary uniform --baseline data/tiny --out outputs/optimal"
)]
pub struct OptimalArgs {
    /// The country that chooses its tariffs on goods; all others keep theirs.
    #[arg(long, value_name = "ISO3")]
    country: String,
    #[command(flatten)]
    game: GameArgs,
}

/// Options of `tradepath nash`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tradepath nash --players USA,CHN --vary sector\n  tradepath nash --players USA,CHN --vary uniform --format json --out outputs/nash"
)]
pub struct NashArgs {
    /// The countries that choose their tariffs on goods, each against the others' choice.
    #[arg(long, value_name = "A,B", value_delimiter = ',', required = true)]
    players: Vec<String>,
    #[command(flatten)]
    game: GameArgs,
}

/// Finds and writes the optimal tariffs of one country.
///
/// # Errors
/// Bad input, or where no optimum was found.
pub fn run_optimal(args: &OptimalArgs, quiet: bool) -> anyhow::Result<()> {
    run("optimal", std::slice::from_ref(&args.country), &args.game, quiet)
}

/// Finds and writes the Nash tariffs of several countries.
///
/// # Errors
/// Bad input, or where best responses did not settle.
pub fn run_nash(args: &NashArgs, quiet: bool) -> anyhow::Result<()> {
    run("nash", &args.players, &args.game, quiet)
}

fn run(command: &'static str, names: &[String], args: &GameArgs, quiet: bool) -> anyhow::Result<()> {
    let started = Instant::now();
    let progress = Progress::new(quiet);
    progress.stage("reading the baseline");
    let files = match &args.baseline {
        Some(folder) => Files::directory(folder),
        None => args.data.baseline()?,
    };
    let data = Dataset::read(&files)?;
    super::solve::refuse_large(data.n(), data.s(), crate::data::memory::usable_bytes())?;
    let mut faults = Faults::new();
    let players: Vec<usize> = names
        .iter()
        .enumerate()
        .filter_map(|(at, name)| player(name, &names[..at], &data, &mut faults))
        .collect();
    let mut inputs = data.inputs.clone();
    let files = ChangeFiles { deficits: &args.deficits, ..ChangeFiles::default() };
    let changes =
        Changes::read(&files, &data.axes, &mut inputs).map_err(|errors| faults.extend(errors.into()));
    let closure = faults.into_result(changes.map(|changes| changes.closure).unwrap_or(Closure::Fixed))?;
    let output = args.place.open()?;
    progress.stage(&super::solve::preparing(&data));
    let prepared = PreparedBaseline::new(Economy::from_dataset(&data)?, closure)?;
    progress.stage("searching for the tariffs");
    let vary = match args.vary {
        VaryArg::Uniform => Vary::Uniform,
        VaryArg::Sector => Vary::Sector,
        VaryArg::Partner => Vary::Partner,
        VaryArg::Cell => Vary::Cell,
    };
    let search = TariffSearch { vary, allow_subsidies: args.allow_subsidies };
    let choice = match players[..] {
        [player] => prepared.optimal_tariffs(player, &Shock::default(), search)?,
        _ => prepared.nash_tariffs(&players, &Shock::default(), search)?,
    };
    let base = prepared.economy();
    let mut answer = optimal_answer::answer(command, base, &players, &choice);
    if let Some(output) = output {
        output.write_rows(tariff_rows(base, &players, &choice))?;
        output.write_rows(country_rows(base, &choice))?;
        progress.stage("from free trade to twice the tariffs");
        let points = prepared.tariff_frontier(&players, &choice)?;
        let path = Path { base, players: &players, points: &points };
        output.write_rows(path.rows()?)?;
        report::write_picture(&output, "frontier", &draw(&path.shown(&data.meta.name)?)?)?;
        lookup::write_axes(&output, &base.axes)?;
        let stats = &choice.equilibrium.stats;
        let manifest = json!({
            "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": command,
            "name": data.meta.name, "source": data.meta.source, "licence": data.meta.licence,
            "inputs": manifest::checksums(&inputs), "players": names,
            "vary": format!("{:?}", args.vary).to_lowercase(), "allow_subsidies": args.allow_subsidies,
            "deficits": args.deficits,
            "largest_first_order": choice.largest_first_order, "first_order_tolerance": FIRST_ORDER_TOLERANCE,
            "equilibria": choice.evaluations, "rounds": choice.rounds, "residual": stats.residual,
            "walras_residual": stats.walras_residual, "seconds": started.elapsed().as_secs_f64(),
        });
        output.write_text(MANIFEST, &manifest::text(&manifest))?;
        answer.folder = Some(output.finish()?);
    }
    progress.finish();
    answer.print(args.place.format);
    Ok(())
}

/// Position of a player; a fault where it is unknown, or named a second time.
fn player(name: &str, before: &[String], data: &Dataset, faults: &mut Faults) -> Option<usize> {
    let found = data.axes.country_idx.get(name).copied();
    let n_before = before.iter().filter(|other| *other == name).count();
    if n_before == 0 && found.is_some() {
        return found;
    }
    // A name that stands there three times is one fault.
    if n_before > 1 || (n_before == 1 && found.is_none()) {
        return None;
    }
    faults.push(match found {
        None => unknown("country", name, data.axes.countries.iter().map(|country| country.iso3.as_str())),
        Some(_) => wrong_fault("country", name, "every country once"),
    });
    None
}
