//! `tradepath optimal` and `tradepath nash`: the tariffs that countries would choose.

use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::changes::{ChangeFiles, Changes};
use super::data_dir::DataDir;
use super::manifest;
use crate::data::{Country, Dataset, Files};
use crate::economy::{Economy, Tariffs};
use crate::equilibrium::optimal::{FIRST_ORDER_TOLERANCE, TariffChoice, TariffSearch, Vary};
use crate::equilibrium::{Closure, PreparedBaseline, Shock, result};
use crate::error::{Fault, Faults};
use crate::output::Package;
use crate::output::dir::{Existing, OutputDir};
use crate::output::rows::{Text, table};

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
    /// Folder for the results.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Replace a folder that is not empty.
    #[arg(long)]
    overwrite: bool,
}

/// Options of `tradepath optimal`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tradepath optimal --country USA --vary sector --out outputs/optimal")]
pub struct OptimalArgs {
    /// The country that chooses its tariffs on goods; all others keep theirs.
    #[arg(long, value_name = "ISO3")]
    country: String,
    #[command(flatten)]
    game: GameArgs,
}

/// Options of `tradepath nash`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tradepath nash --players USA,CHN --vary sector --out outputs/nash")]
pub struct NashArgs {
    /// The countries that choose their tariffs on goods, each against the others' choice.
    #[arg(long, value_name = "A,B", value_delimiter = ',', required = true)]
    players: Vec<String>,
    #[command(flatten)]
    game: GameArgs,
}

table! {
    /// Tariffs of the players on goods that they import.
    pub struct ChosenTariff<'a> in "tariffs.csv" by (exporter, importer, sector) {
        /// Country
        exporter: Text<'a>,
        /// Player
        importer: Text<'a>,
        /// Sector
        sector: Text<'a>,
        /// Baseline
        base_tariff_pct: f64 ["pct"],
        /// Chosen
        tariff_pct: f64 ["pct"],
        /// d 100 ln W of the importer by ln(1 + tariff) of all cells that move with this one
        first_order: f64 ["100 ln"],
    }
}

table! {
    /// Changes by country against the baseline.
    pub struct GameOutcome<'a> in "countries.csv" by (iso3) {
        /// Country
        iso3: Text<'a>,
        /// Real income
        welfare_pct: f64 ["pct"],
        /// Wage in the numeraire
        wage_pct: f64 ["pct"],
        /// Baseline
        tariff_revenue_base_musd: f64 ["musd"],
        /// With the tariffs chosen
        tariff_revenue_musd: f64 ["musd"],
    }
}

/// Finds and writes the optimal tariffs of one country.
///
/// # Errors
/// Bad input, or where no optimum was found.
pub fn run_optimal(args: &OptimalArgs) -> anyhow::Result<()> {
    run("optimal", std::slice::from_ref(&args.country), &args.game)
}

/// Finds and writes the Nash tariffs of several countries.
///
/// # Errors
/// Bad input, or where best responses did not settle.
pub fn run_nash(args: &NashArgs) -> anyhow::Result<()> {
    run("nash", &args.players, &args.game)
}

fn run(command: &str, names: &[String], args: &GameArgs) -> anyhow::Result<()> {
    let started = Instant::now();
    let files = match &args.baseline {
        Some(folder) => Files::directory(folder),
        None => args.data.baseline()?,
    };
    let data = Dataset::read(&files)?;
    super::solve::refuse_large(data.n(), data.s(), crate::data::memory::usable_bytes())?;
    let mut faults = Faults::new();
    let players: Vec<usize> =
        names.iter().filter_map(|name| player(name, names, &data, &mut faults)).collect();
    let mut inputs = data.inputs.clone();
    let files = ChangeFiles { deficits: &args.deficits, ..ChangeFiles::default() };
    let changes =
        Changes::read(&files, &data.axes, &mut inputs).map_err(|errors| faults.extend(errors.into()));
    let closure = faults.into_result(changes.map(|changes| changes.closure).unwrap_or(Closure::Fixed))?;
    let existing = if args.overwrite { Existing::Replace } else { Existing::Refuse };
    let output = OutputDir::create(&args.out, existing)?;
    let prepared = PreparedBaseline::new(Economy::from_dataset(&data)?, closure)?;
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
    let mut package = Package::new(&output);
    package.write_rows(tariff_rows(base, &players, &choice))?;
    package.write_rows(country_rows(base, &choice))?;
    package.finish(&data.meta.name)?;
    let stats = &choice.equilibrium.stats;
    let manifest = json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": command,
        "name": data.meta.name, "inputs": manifest::checksums(&inputs), "players": names,
        "vary": format!("{:?}", args.vary).to_lowercase(), "allow_subsidies": args.allow_subsidies,
        "deficits": args.deficits,
        "largest_first_order": choice.largest_first_order, "first_order_tolerance": FIRST_ORDER_TOLERANCE,
        "equilibria": choice.evaluations, "rounds": choice.rounds, "residual": stats.residual,
        "walras_residual": stats.walras_residual, "seconds": started.elapsed().as_secs_f64(),
    });
    output.write_text("manifest.json", &manifest::text(&manifest))?;
    output.finish()?;
    report(command, names, &choice);
    Ok(())
}

/// Says how well the first-order conditions hold.
fn report(command: &str, names: &[String], choice: &TariffChoice) {
    println!(
        "{command} tariffs of {}: largest first-order condition {:.1e} per unit of import share (tolerance \
         {FIRST_ORDER_TOLERANCE:.0e}), {} equilibria, {} rounds",
        names.join(", "),
        choice.largest_first_order,
        choice.evaluations,
        choice.rounds,
    );
}

/// Position of a player; a fault where it is unknown or named twice.
fn player(name: &str, names: &[String], data: &Dataset, faults: &mut Faults) -> Option<usize> {
    let found = data.axes.country_idx.get(name).copied();
    if found.is_some() && names.iter().filter(|other| *other == name).count() == 1 {
        return found;
    }
    let known: Vec<&str> = data.axes.countries.iter().map(|country| country.iso3.as_str()).collect();
    faults.push(Fault {
        file: "command line".into(),
        line: None,
        field: "country".into(),
        found: name.into(),
        expected: format!("a country of the baseline, once ({})", known.join(", ")),
        remedy: "Name one of these.".into(),
    });
    None
}

fn tariff_rows<'a>(base: &'a Economy, players: &[usize], choice: &TariffChoice) -> Vec<ChosenTariff<'a>> {
    let pct = |tau: &Tariffs, at: [usize; 3]| 100.0 * (tau[at] - 1.0);
    let name = |at: usize| base.axes.countries[at].iso3.as_str().into();
    let mut rows = Vec::new();
    for &n in players {
        for (j, sector) in base.axes.sectors.iter().enumerate() {
            for i in (0..base.n()).filter(|&i| i != n && base.pi[[j, n, i]] > 0.0) {
                let at = [j, n, i];
                rows.push(ChosenTariff {
                    exporter: name(i),
                    importer: name(n),
                    sector: sector.id.as_str().into(),
                    base_tariff_pct: pct(&base.tau, at),
                    tariff_pct: pct(&choice.tau, at),
                    first_order: 100.0 * choice.first_order[at],
                });
            }
        }
    }
    rows
}

fn country_rows<'a>(base: &'a Economy, choice: &TariffChoice) -> Vec<GameOutcome<'a>> {
    let welfare = choice.equilibrium.ln_welfare(base);
    let revenue = result::base_revenue(base);
    let change = |ln: f64| 100.0 * ln.exp_m1();
    let row = |(n, country): (usize, &'a Country)| GameOutcome {
        iso3: country.iso3.as_str().into(),
        welfare_pct: change(welfare[n]),
        wage_pct: change(choice.equilibrium.ln_wage[n]),
        tariff_revenue_base_musd: revenue[n],
        tariff_revenue_musd: choice.equilibrium.revenue[n],
    };
    base.axes.countries.iter().enumerate().map(row).collect()
}
